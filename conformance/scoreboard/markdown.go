package scoreboard

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
)

// A Column is the result of an entry.
type Column struct {
	Entry   *Entry
	Version string
	Report  *report.Report
}

// WriteMarkdown writes the table of scores, and the effects on users of each
// implementation: the reasons of its known failures in the scored profiles.
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
	text.WriteString("\n## What users suffer\n\nEvery failure in the scored profiles, and what an implementation refuses on purpose. [findings.md](findings.md) has an exchange of each kind.\n")
	for _, c := range columns {
		writeFailures(&text, c)
	}
	_, err := w.Write(text.Bytes())
	return err
}

// A finding is an effect on users, and the cases that show it.
type finding struct {
	sentence string
	cases    []report.Case
}

// findings returns the findings of the scored profiles.
func (c *Column) findings() (all []finding) {
	for _, failed := range c.Report.Cases {
		if failed.Failure == nil || !failed.Profile.Scored() {
			continue
		}
		i := slices.IndexFunc(all, func(f finding) bool { return f.sentence == failed.Failure.Known })
		if i < 0 {
			i = len(all)
			all = append(all, finding{sentence: failed.Failure.Known})
		}
		all[i].cases = append(all[i].cases, failed)
	}
	return all
}

// refusals returns the reasons with which the implementation refuses policies, once each.
func (c *Column) refusals() (all []string) {
	for _, other := range c.Report.Cases {
		reason, _, _ := strings.Cut(other.Reason, "\n")
		if other.Verdict == conformance.Refused && !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	return all
}

func writeFailures(text *bytes.Buffer, c Column) {
	findings, refusals := c.findings(), c.refusals()
	if findings == nil && refusals == nil {
		return
	}
	fmt.Fprintf(text, "\n### %s\n\n", c.Entry.Name)
	for _, f := range findings {
		fmt.Fprintf(text, "- %s %s\n", f.sentence, shortened(f.cases))
	}
	if refusals != nil {
		fmt.Fprintf(text, "- It refuses the policies of %d cases on purpose, for example: `%s`\n", c.Report.Refused(), strings.ReplaceAll(refusals[0], "`", "'"))
	}
}

// WriteFindings writes one exchange of each finding, so that it can be reported to the
// implementation: the policy, what was sent and received, and what a browser does.
func WriteFindings(w io.Writer, columns []Column) error {
	var text bytes.Buffer
	text.WriteString("# Findings\n\n<!-- Written by go run ./conformance/scoreboard/cmd/scoreboard -write. -->\n\nAn exchange of each defect in the [scoreboard](scoreboard.md), with the policy that the server was configured with. Lines that begin with > were sent, those with < received.\n")
	for _, c := range columns {
		for i, f := range c.findings() {
			if i == 0 {
				fmt.Fprintf(&text, "\n## %s %s\n", c.Entry.Name, c.Version)
			}
			shown := f.cases[0]
			fmt.Fprintf(&text, "\n### %s\n\n%s: %s. Policy: `%s`\n\n```\n%s\n```\n\nStep %d: %s.", f.sentence, shown.ID, shown.Title, shown.Policy, strings.TrimSpace(shown.Failure.Wire), shown.Failure.Step, shown.Failure.Complaint)
			if shown.Failure.Conclusion != "" {
				fmt.Fprintf(&text, " The browser: %s", shown.Failure.Conclusion)
			}
			fmt.Fprintf(&text, "\n\nRequired by [%s](%s): %s\n", shown.Requires.Name, shown.Requires.URL, shown.Requires.Says)
		}
	}
	_, err := w.Write(text.Bytes())
	return err
}

// shortened names a few cases and counts the others.
func shortened(cases []report.Case) string {
	const most = 3
	var ids []string
	for _, c := range cases[:min(most, len(cases))] {
		ids = append(ids, "`"+c.ID+"`")
	}
	if more := len(cases) - len(ids); more > 0 {
		return fmt.Sprintf("(%s and %d more)", strings.Join(ids, ", "), more)
	}
	return "(" + strings.Join(ids, ", ") + ")"
}
