package scoreboard

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
)

// A Column is what came of an entry.
type Column struct {
	Entry   *Entry
	Version string
	Report  *report.Report
}

// WriteMarkdown writes the table of scores, and what users of each implementation
// suffer: the reasons of its known failures in the scored profiles.
func WriteMarkdown(w io.Writer, columns []Column) error {
	var text bytes.Buffer
	text.WriteString(`# Scoreboard

<!-- Written by go run ./conformance/scoreboard/cmd/scoreboard -write. -->

What a browser does with the responses of CORS implementations, by the [conformance suite](../RUNNING.md). Each server configures its implementation as its documentation says (the link in the table). The profiles *browser* and *caching* count defects by the standard; *hardening* and *advice* report matters of judgement, in which good libraries differ. *Refused* are policies that an implementation rejects on purpose, and *not supported* are features that it doesn't have: neither is a fault. There is no ranking: the order is by language.

| implementation | version | browser | caching | hardening | advice | refused | not supported |
|---|---|--:|--:|--:|--:|--:|--:|
`)
	for _, c := range columns {
		fmt.Fprintf(&text, "| [%s](%s) ([configuration](%s)) | %s |", c.Entry.Name, c.Entry.Home, c.Entry.Configuration, c.Version)
		for _, s := range c.Report.Scores {
			if s.Profile != conformance.ProfileCorskit {
				fmt.Fprintf(&text, " %s |", s.Share())
			}
		}
		fmt.Fprintf(&text, " %d | %d |\n", c.Report.Refused(), c.Report.Unsupported())
	}
	text.WriteString("\n## What users suffer\n\nEvery failure in the scored profiles. The exchanges are in `scoreboard.html`.\n")
	for _, c := range columns {
		writeFailures(&text, c)
	}
	_, err := w.Write(text.Bytes())
	return err
}

func writeFailures(text *bytes.Buffer, c Column) {
	var sentences []string
	cases := make(map[string][]string)
	for _, failed := range c.Report.Cases {
		if failed.Failure == nil || !failed.Profile.Scored() {
			continue
		}
		sentence := failed.Failure.Known
		if cases[sentence] == nil {
			sentences = append(sentences, sentence)
		}
		cases[sentence] = append(cases[sentence], "`"+failed.ID+"`")
	}
	if sentences == nil {
		return
	}
	fmt.Fprintf(text, "\n### %s\n\n", c.Entry.Name)
	for _, sentence := range sentences {
		fmt.Fprintf(text, "- %s %s\n", sentence, shortened(cases[sentence]))
	}
}

// shortened names a few cases, and counts the others.
func shortened(cases []string) string {
	const most = 3
	if len(cases) <= most {
		return "(" + strings.Join(cases, ", ") + ")"
	}
	return fmt.Sprintf("(%s and %d more)", strings.Join(cases[:most], ", "), len(cases)-most)
}
