package main

import (
	"strings"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
	"github.com/corskit/cors/conformance/internal/junit"
)

// junitReport returns a JUnit file with a test suite for each URL, and a test case
// for each check. A check fails if its finding is at or above -fail-on.
func (o *options) junitReport(results []*result) *junit.Report {
	report := &junit.Report{Name: "corscheck"}
	for _, r := range results {
		suite := &junit.Suite{Name: r.URL}
		if r.Errors != nil {
			suite.Cases = []junit.Case{{Class: "corscheck", Name: "the URL can be checked", Error: &junit.Message{Message: strings.Join(r.Errors, "\n")}}}
		} else {
			for _, c := range r.Checks {
				suite.Cases = append(suite.Cases, o.junitCase(r.Report, c))
			}
		}
		report.Suites = append(report.Suites, suite)
	}
	return report
}

func (o *options) junitCase(r *probe.Report, c probe.Check) junit.Case {
	test := junit.Case{Class: c.ID, Name: strings.TrimSpace(c.Origin + " " + c.Title)}
	switch c.Result {
	case probe.Ignored:
		test.Skipped = &junit.Message{Message: "-ignore " + c.ID}
		return test
	case probe.Holds:
		return test
	}
	title, details := "see the report", ""
	if f := r.FindingOf(c); f != nil {
		title = f.Title
		if c.Origin != "" && c.Origin != f.Sent.Origin {
			title = "as with " + f.Sent.Origin + ": " + title
		} else {
			for _, part := range parts(f) {
				details += part[0] + ": " + part[1] + "\n"
			}
		}
	}
	if severity := probe.Severity(c.Result); severity.AtLeast(o.failOn) {
		test.Failure = &junit.Message{Message: title, Type: string(severity), Text: details}
	} else {
		test.Output = title + "\n" + details
	}
	return test
}
