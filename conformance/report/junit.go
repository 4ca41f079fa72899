package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/corskit/cors/conformance"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML, with a test suite for each group.
// Known failures, and failures in profiles that aren't scored, are skipped
// tests that say so.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: r.Server}
	times := make(map[string]float64)
	for _, c := range r.Cases {
		group, name, _ := strings.Cut(c.ID, "/")
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != group {
			all.Suites = append(all.Suites, junitSuite{Name: group})
		}
		s := &all.Suites[len(all.Suites)-1]
		s.Tests++
		times[group] += c.Seconds
		s.Time = fmt.Sprintf("%.3f", times[group])
		test := junitCase{Class: group, Name: name, Time: fmt.Sprintf("%.3f", c.Seconds)}
		switch {
		case c.Failure != nil:
			message := &junitMessage{c.Failure.Complaint, fmt.Sprintf("%s\n%s\n%s\n%s\nPolicy: %s\n%s %s", c.Title, c.Failure.Wire, c.Failure.Conclusion, c.Failure.Printed, c.Policy, c.Requires.Says, c.Requires.URL)}
			switch {
			case c.Failure.Known != "":
				test.Skipped = &junitMessage{Message: "known: " + c.Failure.Known}
			case !c.Profile.Scored():
				message.Message = fmt.Sprintf("not scored (%s): %s", c.Profile, c.Failure.Complaint)
				test.Skipped = message
			default:
				test.Failure = message
			}
		case c.Verdict != conformance.Passed:
			test.Skipped = &junitMessage{Message: fmt.Sprintf("%s: %s", c.Verdict, c.Reason)}
		}
		if test.Failure != nil {
			s.Failures++
		}
		if test.Skipped != nil {
			s.Skipped++
		}
		s.Cases = append(s.Cases, test)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
