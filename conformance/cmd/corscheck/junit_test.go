package main

import (
	"encoding/xml"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/corskit/cors/conformance/internal/junit"
)

func readJUnit(t *testing.T, file string) *junit.Report {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var suites junit.Report
	if err := xml.Unmarshal(data, &suites); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return &suites
}

// named returns the outcomes of the test cases with an id that did not pass.
func named(suite *junit.Suite, id string) (ends []string) {
	for _, c := range suite.Cases {
		switch {
		case c.Class != id:
		case c.Failure != nil:
			ends = append(ends, "failure "+c.Failure.Type)
		case c.Skipped != nil:
			ends = append(ends, "skipped "+c.Skipped.Message)
		case c.Error != nil:
			ends = append(ends, "error")
		case c.Output != "":
			ends = append(ends, "output")
		default:
			ends = append(ends, "passed")
		}
	}
	return ends
}

func TestJUnit(t *testing.T) {
	reflecting := serve(t, careless{func(string) bool { return true }, true})
	static := serve(t, staticHeaders(http.Header{"Access-Control-Allow-Credentials": {"true"}}, app))
	closed := nobody(t)
	tests := []struct {
		title string
		args  []string
		id    string
		want  []string
	}{
		{"a danger fails", []string{reflecting.URL}, "reflected-origin", []string{"failure danger"}},
		{"what isn't found passes", []string{reflecting.URL}, "cache-replay", []string{"passed"}},
		{"a note passes and is reported", []string{static.URL}, "disclosure", []string{"output"}},
		{"a note fails if -fail-on says so", []string{"-fail-on", "note", static.URL}, "disclosure", []string{"failure note"}},
		{"a fault passes if -fail-on says so", []string{"-fail-on", "danger", "-origin", "https://other.example", static.URL}, "origin-denied", []string{"output"}},
		{"what is ignored is skipped", []string{"-ignore", "reflected-origin", reflecting.URL}, "reflected-origin", []string{"skipped -ignore reflected-origin"}},
		{"a server that can't be reached is an error", []string{closed}, "corscheck", []string{"error"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "junit.xml")
			r := corscheck(t, "", append([]string{"-junit", file}, test.args...)...)
			suites := readJUnit(t, file)
			if len(suites.Suites) != 1 {
				t.Fatalf("%d suites: %s", len(suites.Suites), r.stderr)
			}
			suite := suites.Suites[0]
			if got := named(suite, test.id); !slices.Equal(got, test.want) {
				t.Errorf("%s: %q, want %q", test.id, got, test.want)
			}
			if suite.Tests != len(suite.Cases) || suites.Counts != suite.Counts {
				t.Errorf("counts %+v and %+v for %d test cases", suites.Counts, suite.Counts, len(suite.Cases))
			}
			if failed := suite.Failures > 0; failed != (r.status == exitBad) {
				t.Errorf("%d failures, and the exit status is %d", suite.Failures, r.status)
			}
		})
	}
}

// With a policy there is a test case for each origin and what it can do.
func TestJUnitOfAPolicy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "junit.xml")
	const policy = `{"allowOrigins": ["https://app.example.com", "https://admin.example.com"]}`
	server := serve(t, behind(t, `{"allowOrigins": ["https://app.example.com"]}`))
	corscheck(t, policy, "-policy", "-", "-junit", file, server.URL)
	want := map[string]bool{ // name to whether it fails
		"https://app.example.com can read the response to GET":   false,
		"https://admin.example.com can read the response to GET": true,
		"https://corscheck.example is denied: unrelated":         false,
		"responses that differ by Origin say so in Vary":         false,
	}
	for _, c := range readJUnit(t, file).Suites[0].Cases {
		if fails, ok := want[c.Name]; ok {
			if fails != (c.Failure != nil) {
				t.Errorf("%s: %+v", c.Name, c.Failure)
			}
			delete(want, c.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no test cases: %v", want)
	}
}
