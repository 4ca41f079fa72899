package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// The limits of a report. Package probe limits the responses in findings.
const (
	maxText     = 300 // bytes of each text
	maxFindings = 15
	maxAlso     = 15 // other origins of a finding
	maxRows     = 60 // of each list
)

// An omitted counts what a report leaves out, so that it stays short.
type omitted struct {
	Findings  int `json:"findings,omitempty"`
	Checks    int `json:"checks,omitempty"`
	Access    int `json:"access,omitempty"`
	Unchecked int `json:"unchecked,omitempty"`
	Also      int `json:"also,omitempty"`
}

// String lists the counts that aren't 0.
func (o *omitted) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		name string
	}{
		{o.Findings, "finding"},
		{o.Checks, "check"},
		{o.Access, "origin"},
		{o.Unchecked, "sentence"},
		{o.Also, "other origin"},
	} {
		if part.n > 0 {
			parts = append(parts, plural(part.n, part.name))
		}
	}
	return strings.Join(parts, ", ")
}

// shorten returns a copy of a report with texts and lists cut, and counts the
// entries that are left out. The worst findings and the failed checks stay.
func shorten(report *probe.Report) (*probe.Report, *omitted) {
	r, o := *report, &omitted{}
	r.Findings = first(r.Findings, maxFindings, &o.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, text := range []*string{&f.Title, &f.Why, &f.Fix, &f.Sent.Origin, &f.Sent.RequestMethod, &f.Sent.RequestHeaders} {
			*text = cut(*text)
		}
		f.Also = first(f.Also, maxAlso, &o.Also)
		for i := range f.Also {
			f.Also[i] = cut(f.Also[i])
		}
	}
	r.Checks = worst(r.Checks, maxRows)
	o.Checks = len(report.Checks) - len(r.Checks)
	for i := range r.Checks {
		c := &r.Checks[i]
		c.Title, c.Origin = cut(c.Title), cut(c.Origin)
	}
	r.Access = first(r.Access, maxRows, &o.Access)
	for i := range r.Access {
		a := &r.Access[i]
		a.Origin, a.Relation = cut(a.Origin), cut(a.Relation)
	}
	r.Unchecked = first(r.Unchecked, maxRows, &o.Unchecked)
	for i := range r.Unchecked {
		r.Unchecked[i] = cut(r.Unchecked[i])
	}
	if *o == (omitted{}) {
		o = nil
	}
	return &r, o
}

// first returns a copy of the first entries of a list, and counts the others.
func first[T any](list []T, most int, omitted *int) []T {
	if more := len(list) - most; more > 0 {
		*omitted += more
		list = list[:most]
	}
	return slices.Clone(list)
}

// worst returns a copy of at most maxRows checks, in order. Passed checks are
// left out first.
func worst(checks []probe.Check, most int) []probe.Check {
	kept := slices.Clone(checks)
	for i := len(kept) - 1; i >= 0 && len(kept) > most; i-- {
		if kept[i].Result == probe.Holds {
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return kept[:min(len(kept), most)]
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

// quote quotes a text as %q does, and cuts a long one.
func quote(text string) string {
	shown := cut(text)
	if shown == text {
		return strconv.Quote(text)
	}
	i := strings.LastIndex(shown, "… (")
	return strconv.Quote(shown[:i]) + shown[i:]
}

// printable returns a text that may come from a server, cut and with characters
// escaped that could upset a terminal.
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
