// Package junit writes test results as JUnit XML, as CI systems read it.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
)

// A Report is a JUnit file.
type Report struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	Counts
	Suites []*Suite `xml:"testsuite"`
}

// A Suite is a group of test cases.
type Suite struct {
	Name string `xml:"name,attr"`
	Counts
	Time  Seconds `xml:"time,attr,omitempty"`
	Cases []Case  `xml:"testcase"`
}

// Counts are the numbers of test cases. [Report.Write] sets them.
type Counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

// A Case is a test case. It passes if Failure, Error and Skipped are nil.
type Case struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    Seconds  `xml:"time,attr,omitempty"`
	Failure *Message `xml:"failure"`
	Error   *Message `xml:"error"`
	Skipped *Message `xml:"skipped"`
	Output  string   `xml:"system-out,omitempty"`
}

// A Message says why a test case doesn't pass.
type Message struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// Seconds is a duration. It is written with three decimals, and left out if it is 0.
type Seconds float64

// MarshalText implements encoding.TextMarshaler.
func (s Seconds) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%.3f", float64(s)), nil }

// Write writes r, and sets its counts and times before.
func (r *Report) Write(w io.Writer) error {
	r.Counts = Counts{}
	for _, s := range r.Suites {
		s.count()
		r.Tests += s.Tests
		r.Failures += s.Failures
		r.Errors += s.Errors
		r.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *Suite) count() {
	s.Counts, s.Time = Counts{Tests: len(s.Cases)}, 0
	for _, c := range s.Cases {
		s.Time += c.Time
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}
