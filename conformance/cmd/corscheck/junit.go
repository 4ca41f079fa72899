package main

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// The elements of a JUnit file, as CI systems read it.
type (
	junitFile struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a test suite for each URL, with a test case for each check.
// A check fails if its finding is at or above -fail-on.
func (o *options) writeJUnit(w io.Writer, results []*result) error {
	file := junitFile{Name: "corscheck"}
	for _, r := range results {
		suite := &junitSuite{Name: r.URL}
		if r.Errors != nil {
			suite.add(junitCase{Class: "corscheck", Name: "the URL can be checked", Error: &junitMessage{Message: strings.Join(r.Errors, "\n")}})
		} else {
			for _, c := range r.Checks {
				suite.add(o.junitCase(r.Report, c))
			}
		}
		file.Suites = append(file.Suites, suite)
		file.Tests += suite.Tests
		file.Failures += suite.Failures
		file.Errors += suite.Errors
		file.Skipped += suite.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(file); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func (o *options) junitCase(r *probe.Report, c probe.Check) junitCase {
	test := junitCase{Class: c.ID, Name: strings.TrimSpace(c.Origin + " " + c.Title)}
	switch c.Result {
	case probe.Ignored:
		test.Skipped = &junitMessage{Message: "-ignore " + c.ID}
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
		test.Failure = &junitMessage{Message: title, Type: string(severity), Text: details}
	} else {
		test.Output = title + "\n" + details
	}
	return test
}
