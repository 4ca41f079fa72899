// Package report writes the results of the conformance suite: as a summary,
// JSON, JUnit, HTML and a badge.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/conformance"
)

// Version is the version of the JSON format, which results.schema.json describes.
// Members keep their names and meanings within a version; others may be added.
const Version = 1

// A Report is the results of a run.
type Report struct {
	Version int `json:"version"`
	// Server is the name of the server under test.
	Server  string    `json:"server"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Scores are those of the profiles, in the order of [conformance.Profiles].
	Scores []Score `json:"scores"`
	// Causes are the causes of the failures, the gravest first.
	Causes []conformance.Cause `json:"causes"`
	Cases  []Case              `json:"cases"`
}

// A Score counts the cases of a profile.
type Score struct {
	Profile     conformance.Profile `json:"profile"`
	Scored      bool                `json:"scored"`
	Passed      int                 `json:"passed"`
	Failed      int                 `json:"failed"`
	Refused     int                 `json:"refused"`
	Unsupported int                 `json:"unsupported"`
}

// A Case is a case and its outcome.
type Case struct {
	ID            string                `json:"id"`
	Title         string                `json:"title"`
	Profile       conformance.Profile   `json:"profile"`
	Requires      conformance.Reference `json:"requires"`
	Vulnerability string                `json:"vulnerability,omitempty"`
	Verdict       conformance.Verdict   `json:"verdict"`
	Seconds       float64               `json:"seconds"`
	// Reason says why the case was refused or isn't supported.
	Reason string `json:"reason,omitempty"`
	// Policy is the server's policy, and Needs the features that the case needs.
	Policy json.RawMessage       `json:"policy"`
	Needs  []conformance.Feature `json:"needs,omitempty"`
	// Wire is what the last step sent and received, if the case passed.
	Wire    string   `json:"wire,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// A Failure is what a failed case saw.
type Failure struct {
	Step int `json:"step"` // from 1; 0 if the server couldn't be started
	// Cause is the ID of one of the report's causes.
	Cause      string `json:"cause"`
	Complaint  string `json:"complaint"`
	Wire       string `json:"wire,omitempty"`
	Conclusion string `json:"conclusion,omitempty"`
	Printed    string `json:"printed,omitempty"`
	// Known is why the failure is expected.
	Known string `json:"known,omitempty"`
}

// New returns the report of a run.
func New(server string, started time.Time, results []conformance.Result) *Report {
	r := &Report{Version: Version, Server: server, Started: started.UTC().Truncate(time.Second), Seconds: seconds(time.Since(started)), Causes: []conformance.Cause{}}
	for _, p := range conformance.Profiles {
		r.Scores = append(r.Scores, Score{Profile: p, Scored: p.Scored()})
	}
	seen := make(map[string]bool)
	for i := range results {
		result := &results[i]
		c := Case{
			ID: result.ID(), Title: result.Case.Title, Profile: result.Case.Profile, Requires: result.Case.Reference(),
			Vulnerability: result.Case.Vulnerability, Verdict: result.Verdict, Reason: result.Reason, Seconds: seconds(result.Duration),
			Policy: policyText(result.Case), Needs: result.Case.Needed(), Wire: result.Wire,
		}
		score := &r.Scores[slices.Index(conformance.Profiles, c.Profile)]
		switch c.Verdict {
		case conformance.Passed:
			score.Passed++
		case conformance.Failed:
			score.Failed++
			f := result.Failure
			c.Failure = &Failure{f.Step, f.Cause.ID, f.Complaint, f.Wire, f.Conclusion, result.Printed, ""}
			seen[f.Cause.ID] = true
		case conformance.Refused:
			score.Refused++
		case conformance.Unsupported:
			score.Unsupported++
		}
		r.Cases = append(r.Cases, c)
	}
	for _, cause := range conformance.Causes() {
		if seen[cause.ID] {
			r.Causes = append(r.Causes, cause)
		}
	}
	return r
}

func policyText(c *conformance.Case) json.RawMessage {
	text, err := json.Marshal(c.Policy)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return text
}

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// Cause returns the cause of a failure.
func (r *Report) Cause(f *Failure) conformance.Cause {
	i := slices.IndexFunc(r.Causes, func(c conformance.Cause) bool { return c.ID == f.Cause })
	return r.Causes[i]
}

// ScoredFailures returns how many cases of scored profiles failed that aren't
// known to fail.
func (r *Report) ScoredFailures() (n int) {
	for _, c := range r.Cases {
		if c.Failure != nil && c.Failure.Known == "" && c.Profile.Scored() {
			n++
		}
	}
	return n
}

// Line returns the scores in a line, such as
//
//	browser 212/214 · caching 58/61 · hardening 90/97 · 12 refused · 96 not supported
func (r *Report) Line() string {
	var parts []string
	for _, s := range r.Scores {
		if s.Passed+s.Failed > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d", s.Profile, s.Passed, s.Passed+s.Failed))
		}
	}
	if n := r.Refused(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", n))
	}
	if n := r.Unsupported(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d not supported", n))
	}
	return strings.Join(parts, " · ")
}

// Refused returns how many cases the server refuses.
func (r *Report) Refused() (n int) {
	for _, s := range r.Scores {
		n += s.Refused
	}
	return n
}

// Unsupported returns how many cases need a feature that the server doesn't have.
func (r *Report) Unsupported() (n int) {
	for _, s := range r.Scores {
		n += s.Unsupported
	}
	return n
}

// WriteJSON writes the report as results.schema.json describes it.
func (r *Report) WriteJSON(w io.Writer) error {
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// WriteBadge writes a badge with the share of the scored cases that pass, in
// the format of shields.io's endpoint.
func (r *Report) WriteBadge(w io.Writer) error {
	passed, failed := 0, 0
	for _, s := range r.Scores {
		if s.Scored {
			passed += s.Passed
			failed += s.Failed
		}
	}
	color, message := "brightgreen", fmt.Sprintf("%d/%d", passed, passed+failed)
	switch {
	case passed+failed == 0:
		color, message = "lightgrey", "not run"
	case failed > 0:
		color = "orange"
	}
	return writeJSON(w, map[string]any{"schemaVersion": 1, "label": "CORS conformance", "message": message, "color": color})
}

// Expectations are the known failures.
type Expectations struct {
	// Fails has the reason of each failure, by the ID of the case.
	Fails map[string]string `json:"fails"`
}

// ReadExpectations reads expectations. Unknown members are an error.
func ReadExpectations(reader io.Reader) (*Expectations, error) {
	decoder := json.NewDecoder(reader)
	decoder.DisallowUnknownFields()
	e := new(Expectations)
	if err := decoder.Decode(e); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more text after the object")
	}
	if e.Fails == nil {
		return nil, fmt.Errorf(`the member "fails" is missing: write {"fails": {}}`)
	}
	return e, nil
}

// LoadExpectations reads a file of expectations.
func LoadExpectations(path string) (*Expectations, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	e, err := ReadExpectations(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// WriteFile creates a file and writes it with one of a report's methods.
func WriteFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// Expect marks the known failures, and returns the differences from the
// expectations: new failures, and expected failures that don't fail. It ignores
// cases that were not run, unless the suite doesn't have them.
func (r *Report) Expect(e *Expectations) (differences []string) {
	for i := range r.Cases {
		c := &r.Cases[i]
		reason, expected := e.Fails[c.ID]
		switch {
		case c.Failure != nil && expected:
			c.Failure.Known = reason
			if reason == "" {
				c.Failure.Known = "expected"
			}
		case c.Failure != nil:
			differences = append(differences, fmt.Sprintf("%s fails, but isn't expected to: %s", c.ID, c.Failure.Complaint))
		case expected:
			differences = append(differences, fmt.Sprintf("%s is expected to fail, but is %s: remove it from the expectations", c.ID, c.Verdict))
		}
	}
	all := allIDs()
	for _, id := range slices.Sorted(maps.Keys(e.Fails)) {
		if !all[id] {
			differences = append(differences, fmt.Sprintf("%s is expected to fail, but isn't a case of the suite: remove it from the expectations", id))
		}
	}
	return differences
}

func allIDs() map[string]bool {
	ids := make(map[string]bool)
	groups, err := conformance.Groups()
	if err != nil {
		panic(err) // the cases are embedded, and tested
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			ids[g.Name+"/"+c.Name] = true
		}
	}
	return ids
}

// Expectations returns all failures as expectations, with the reasons of known.
// It keeps the expectations of known whose cases were not run; known may be
// nil.
func (r *Report) Expectations(known *Expectations) *Expectations {
	e := &Expectations{Fails: make(map[string]string)}
	if known != nil {
		maps.Copy(e.Fails, known.Fails)
	}
	for _, c := range r.Cases {
		delete(e.Fails, c.ID)
		if c.Failure != nil {
			e.Fails[c.ID] = c.Failure.Known
			if c.Failure.Known == "" {
				e.Fails[c.ID] = c.Failure.Complaint
			}
		}
	}
	return e
}

// Write writes expectations.
func (e *Expectations) Write(w io.Writer) error { return writeJSON(w, e) }

// WriteText writes the failures by their causes, and the scores. For each
// cause, it shows one exchange in full and names the other cases: all of them
// if all is set, otherwise a few.
func (r *Report) WriteText(w io.Writer, all bool) error {
	var text bytes.Buffer
	for _, cause := range r.Causes {
		r.writeCause(&text, cause, all)
	}
	fmt.Fprintf(&text, "%s\n", r.Line())
	_, err := w.Write(text.Bytes())
	return err
}

// NeedsText says which features a case needs, and what to do if the server
// doesn't have one.
func (c *Case) NeedsText() string {
	var names []string
	for _, f := range c.Needs {
		names = append(names, string(f))
	}
	return fmt.Sprintf("Needs: %s. If the server doesn't have that, declare it: -without %s", strings.Join(names, ", "), names[0])
}

const namedCases = 8 // of each cause, unless all is set

func (r *Report) writeCause(text *bytes.Buffer, cause conformance.Cause, all bool) {
	var failed []Case
	known := 0
	for _, c := range r.Cases {
		if c.Failure == nil || c.Failure.Cause != cause.ID {
			continue
		}
		if c.Failure.Known != "" {
			known++
			continue
		}
		failed = append(failed, c)
	}
	if len(failed) == 0 {
		return
	}
	// The scored ones first.
	slices.SortStableFunc(failed, func(a, b Case) int {
		return slices.Index(conformance.Profiles, a.Profile) - slices.Index(conformance.Profiles, b.Profile)
	})
	fmt.Fprintf(text, "✗ %s (%s%s)\n", cause.Title, counted(failed), knownToo(known))
	fmt.Fprintf(text, "  Who is hurt: %s\n  Fix: %s\n", cause.Hurts, cause.Fix)
	shown := 1
	if all {
		shown = len(failed)
	}
	for _, c := range failed[:shown] {
		fmt.Fprintf(text, "  %s [%s]\n    %s\n", c.ID, c.Profile, c.Title)
		if c.Failure.Step > 0 {
			fmt.Fprintf(text, "    step %d: %s\n", c.Failure.Step, c.Failure.Complaint)
		} else {
			fmt.Fprintf(text, "    %s\n", c.Failure.Complaint)
		}
		if c.Failure.Wire != "" {
			fmt.Fprintf(text, "      %s\n", strings.ReplaceAll(strings.TrimRight(c.Failure.Wire, "\n"), "\n", "\n      "))
		}
		if c.Failure.Conclusion != "" {
			fmt.Fprintf(text, "    The browser: %s\n", c.Failure.Conclusion)
		}
		if c.Failure.Printed != "" {
			fmt.Fprintf(text, "    The server printed:\n      %s\n", strings.ReplaceAll(strings.TrimRight(c.Failure.Printed, "\n"), "\n", "\n      "))
		}
		fmt.Fprintf(text, "    Policy: %s\n", c.Policy)
		if len(c.Needs) > 0 {
			fmt.Fprintf(text, "    %s\n", c.NeedsText())
		}
		fmt.Fprintf(text, "    Required by: %s\n      %s %s\n", c.Requires.Name, c.Requires.Says, c.Requires.URL)
	}
	if rest := failed[shown:]; len(rest) > 0 {
		fmt.Fprintf(text, "  Also:\n")
		for i, c := range rest {
			if i == namedCases {
				fmt.Fprintf(text, "    and %d more\n", len(rest)-i)
				break
			}
			fmt.Fprintf(text, "    %s [%s]\n", c.ID, c.Profile)
		}
	}
	text.WriteByte('\n')
}

// counted returns the number of cases by profile, such as "12 browser, 1 advice".
func counted(cases []Case) string {
	var parts []string
	for _, p := range conformance.Profiles {
		n := 0
		for _, c := range cases {
			if c.Profile == p {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p))
		}
	}
	return strings.Join(parts, ", ")
}

func knownToo(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d more are known", n)
}
