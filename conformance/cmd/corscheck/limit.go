package main

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// maxOutput bounds the report, in bytes. Together with what goes to standard
// error, one run writes less than 64 KB.
const maxOutput = 60_000

// The bounds of a report that is longer than that.
const (
	maxText     = 500 // bytes of each text
	maxAlso     = 20  // other origins of a finding
	minFindings = 10  // findings that are kept longer than the rows of tables
)

// An omitted counts what a report leaves out, so that it stays short.
type omitted struct {
	Findings   int `json:"findings,omitempty"`
	Checks     int `json:"checks,omitempty"`
	Access     int `json:"access,omitempty"`
	Preflights int `json:"preflights,omitempty"`
	Unchecked  int `json:"unchecked,omitempty"`
	Also       int `json:"also,omitempty"`
}

// String lists the counts that are not 0.
func (o *omitted) String() string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{o.Findings, "finding", "findings"},
		{o.Checks, "check", "checks"},
		{o.Access, "row about an origin", "rows about origins"},
		{o.Preflights, "preflight", "preflights"},
		{o.Unchecked, "thing that was not checked", "things that were not checked"},
		{o.Also, "origin beside that of a finding", "origins beside those of findings"},
	} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 "+part.one)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.many))
		}
	}
	return strings.Join(parts, ", ")
}

// A renderer turns a report into what is written.
type renderer func(shown *probe.Report, left *omitted) ([]byte, error)

// fit renders a report in at most maxOutput bytes. If all of it is longer, fit
// cuts texts and then leaves out entries: the last findings, as the worst come
// first, and rows, but checks that fail last.
func fit(report *probe.Report, render renderer) ([]byte, error) {
	text, err := render(report, nil)
	if err != nil || len(text) <= maxOutput {
		return text, err
	}
	shown, left := shorten(report)
	passing := func(c probe.Check) bool { return c.Holds }
	steps := []func(r *probe.Report, o *omitted, n int) (most int){
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Findings, &o.Findings, n, len(r.Findings)-minFindings, nil)
		},
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Checks, &o.Checks, n, len(r.Checks), passing)
		},
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Access, &o.Access, n, len(r.Access), nil)
		},
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Asked, &o.Preflights, n, len(r.Asked), nil)
		},
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Unchecked, &o.Unchecked, n, len(r.Unchecked), nil)
		},
		func(r *probe.Report, o *omitted, n int) int {
			return drop(&r.Findings, &o.Findings, n, len(r.Findings), nil)
		},
	}
	without := func(step int, n int) (*probe.Report, *omitted) {
		r, o := *shown, *left
		steps[step](&r, &o, n)
		return &r, &o
	}
	if text, err = render(shown, left); err != nil || len(text) <= maxOutput {
		return text, err
	}
	for i, step := range steps {
		r, o := *shown, *left
		most := max(0, step(&r, &o, 0))
		n := sort.Search(most, func(n int) bool {
			text, err = render(without(i, n))
			return err != nil || len(text) <= maxOutput
		})
		shown, left = without(i, n)
		if text, err = render(shown, left); err != nil || len(text) <= maxOutput {
			break
		}
	}
	return text, err
}

// drop takes n entries from a list: those that are passing, if that is not nil,
// and then others, each from the end. It returns most.
func drop[T any](list *[]T, count *int, n, most int, passing func(T) bool) int {
	kept := slices.Clone(*list)
	*count += n
	for i := len(kept) - 1; i >= 0 && n > 0 && passing != nil; i-- {
		if passing(kept[i]) {
			kept = slices.Delete(kept, i, i+1)
			n--
		}
	}
	*list = kept[:len(kept)-n]
	return most
}

// shorten returns a copy of a report in which texts and lists are cut.
func shorten(report *probe.Report) (*probe.Report, *omitted) {
	r, o := *report, &omitted{}
	r.Findings = slices.Clone(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, text := range []*string{&f.Title, &f.Why, &f.Remedy, &f.Sent.Origin, &f.Sent.RequestMethod, &f.Sent.RequestHeaders} {
			*text = cut(*text)
		}
		if more := len(f.Also) - maxAlso; more > 0 {
			o.Also += more
			f.Also = f.Also[:maxAlso]
		}
	}
	r.Checks = slices.Clone(r.Checks)
	for i := range r.Checks {
		r.Checks[i].Title = cut(r.Checks[i].Title)
	}
	r.Unchecked = slices.Clone(r.Unchecked)
	for i := range r.Unchecked {
		r.Unchecked[i] = cut(r.Unchecked[i])
	}
	return &r, o
}

// cut shortens a text that is longer than maxText, and adds its length.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}

// quote returns a text as %q does, and cuts it if it is long.
func quote(text string) string {
	shown := cut(text)
	if shown == text {
		return strconv.Quote(text)
	}
	i := strings.LastIndex(shown, "… (")
	return strconv.Quote(shown[:i]) + shown[i:]
}

// printable returns a text that may come from a server, cut and with escapes for
// what could upset a terminal.
func printable(text string) string {
	var b strings.Builder
	for _, r := range cut(text) {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// renderJSON renders a report as JSON.
func renderJSON(shown *probe.Report, left *omitted) ([]byte, error) {
	var b bytes.Buffer
	err := writeJSON(&b, &document{Version: version, Report: shown, Omitted: left})
	return b.Bytes(), err
}
