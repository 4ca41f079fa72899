package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// version is the version of the JSON. It changes if a member is renamed,
// removed or given another meaning.
const version = 2

// A document is what -json writes: a result for each URL, or why there is none.
type document struct {
	Version int       `json:"version"`
	Status  int       `json:"status"` // the exit status
	Errors  []string  `json:"errors,omitempty"`
	Summary *summary  `json:"summary,omitempty"`
	Results []*result `json:"results,omitempty"`
}

// A result is the outcome for a URL: a report, or why there is none.
type result struct {
	URL    string   `json:"url"`
	Errors []string `json:"errors,omitempty"`
	*probe.Report
	Counts  *counts        `json:"counts,omitempty"`
	Omitted *probe.Omitted `json:"omitted,omitempty"`

	status int
}

// counts are the numbers of findings.
type counts struct {
	Dangers int `json:"dangers"`
	Faults  int `json:"faults"`
	Notes   int `json:"notes"`
}

// A summary is the outcome for all URLs.
type summary struct {
	URLs      int `json:"urls"`
	Unchecked int `json:"unchecked"` // URLs without a report
	counts
}

func newDocument(results []*result) *document {
	d := &document{Version: version, Results: results, Summary: &summary{URLs: len(results)}}
	for _, r := range results {
		d.Status = max(d.Status, r.status)
		if r.Counts == nil {
			d.Summary.Unchecked++
			continue
		}
		d.Summary.Dangers += r.Counts.Dangers
		d.Summary.Faults += r.Counts.Faults
		d.Summary.Notes += r.Counts.Notes
	}
	return d
}

func countFindings(r *probe.Report) *counts {
	c := &counts{}
	for _, f := range r.Findings {
		*map[probe.Severity]*int{probe.Danger: &c.Dangers, probe.Fault: &c.Faults, probe.Note: &c.Notes}[f.Severity]++
	}
	return c
}

// String lists the counts that aren't 0.
func (c counts) String() string {
	return enumerate([]int{c.Dangers, c.Faults, c.Notes}, "danger", "fault", "note")
}

// left lists what a report leaves out.
func left(o *probe.Omitted) string {
	return enumerate([]int{o.Findings, o.Checks, o.Access, o.Unchecked, o.Also}, "finding", "check", "origin", "sentence", "other origin")
}

// enumerate lists numbers that aren't 0, each with its name.
func enumerate(numbers []int, names ...string) string {
	var parts []string
	for i, n := range numbers {
		if n > 0 {
			parts = append(parts, plural(n, names[i]))
		}
	}
	return strings.Join(parts, ", ")
}

func plural(n int, name string) string {
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", n, name)
}

func writeJSON(w io.Writer, d *document) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}
