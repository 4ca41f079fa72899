package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/internal/junit"
)

// WriteJUnit writes the report as JUnit XML, with a test suite for each group.
// Known failures, and failures in profiles that aren't scored, are skipped
// tests that say so.
func (r *Report) WriteJUnit(w io.Writer) error {
	file := &junit.Report{Name: r.Server}
	var suite *junit.Suite
	for _, c := range r.Cases {
		group, name, _ := strings.Cut(c.ID, "/")
		if suite == nil || suite.Name != group {
			suite = &junit.Suite{Name: group}
			file.Suites = append(file.Suites, suite)
		}
		test := junit.Case{Class: group, Name: name, Time: junit.Seconds(c.Seconds)}
		switch {
		case c.Failure == nil && c.Verdict != conformance.Passed:
			test.Skipped = &junit.Message{Message: fmt.Sprintf("%s: %s", c.Verdict, c.Reason)}
		case c.Failure == nil:
		case c.Failure.Known != "":
			test.Skipped = &junit.Message{Message: "known: " + c.Failure.Known}
		case !c.Profile.Scored():
			test.Skipped = &junit.Message{Message: fmt.Sprintf("not scored (%s): %s", c.Profile, c.Failure.Complaint), Text: c.details()}
		default:
			test.Failure = &junit.Message{Message: c.Failure.Complaint, Text: c.details()}
		}
		suite.Cases = append(suite.Cases, test)
	}
	return file.Write(w)
}

// details is the text of a failure.
func (c *Case) details() string {
	f := c.Failure
	return fmt.Sprintf("%s\n%s\n%s\n%s\nPolicy: %s\n%s %s", c.Title, f.Wire, f.Conclusion, f.Printed, c.Policy, c.Requires.Says, c.Requires.URL)
}
