package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
	cors "github.com/corskit/cors/core"
)

// results are the results of a server that allows every origin, has no null,
// and refuses credentials for all, so there is one of every verdict.
var results = sync.OnceValues(func() ([]conformance.Result, error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		conformance.App.ServeHTTP(w, r)
	}))
	suite := &conformance.Suite{
		Launch: func(_ context.Context, policy []cors.Config) (*conformance.Server, error) {
			if len(policy[0].AcceptRisks) > 0 {
				return nil, &conformance.RefusedError{Reason: "<never>"}
			}
			return &conformance.Server{URL: server.URL}, nil
		},
		Lacks: map[conformance.Feature]string{conformance.FeatureNull: "it has no null"},
		Only:  regexp.MustCompile(`^(credentials|origins|vary-and-caches|robustness|vulnerabilities)/`),
	}
	return suite.Run(context.Background())
})

func newReport(t *testing.T) *report.Report {
	t.Helper()
	all, err := results()
	if err != nil {
		t.Fatal(err)
	}
	return report.New("a <server>", time.Now(), all)
}

// validate checks JSON against a schema.
func validate(t *testing.T, schema string, text []byte) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	for _, name := range []string{"cases", "policy", "results"} {
		source, err := report.Schema(name)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(schemaURL(name), document); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile(schemaURL(schema))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Error(err)
	}
}

func schemaURL(name string) string {
	return "https://github.com/corskit/cors/conformance/report/" + name + ".schema.json"
}

func TestJSONIsAsTheSchemaSaysAndIsReadAgain(t *testing.T) {
	r := newReport(t)
	var text bytes.Buffer
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	validate(t, "results", text.Bytes())
	var again report.Report
	if err := json.Unmarshal(text.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if again.Line() != r.Line() || len(again.Cases) != len(r.Cases) || again.Version != report.Version {
		t.Errorf("read again, the report says %q, want %q", again.Line(), r.Line())
	}
}

func TestCasesAndPoliciesAreAsTheSchemasSay(t *testing.T) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		text, err := conformance.CaseFile(g.Name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(g.Name, func(t *testing.T) { validate(t, "cases", text) })
		for _, c := range g.Cases {
			policy, err := json.Marshal(c.Policy)
			if err != nil {
				t.Fatal(err)
			}
			validate(t, "policy", policy)
		}
	}
}

func TestScoresCountEveryVerdict(t *testing.T) {
	r := newReport(t)
	var passed, failed int
	for _, s := range r.Scores {
		passed += s.Passed
		failed += s.Failed
		if s.Scored != s.Profile.Scored() {
			t.Errorf("the profile %s is scored: %t", s.Profile, s.Scored)
		}
	}
	if total := passed + failed + r.Refused() + r.Unsupported(); total != len(r.Cases) || passed == 0 || failed == 0 || r.Refused() == 0 || r.Unsupported() == 0 {
		t.Errorf("%d passed, %d failed, %d refused, %d unsupported, of %d", passed, failed, r.Refused(), r.Unsupported(), len(r.Cases))
	}
	if line := r.Line(); !regexp.MustCompile(`^browser \d+/\d+ · caching \d+/\d+ · hardening \d+/\d+ · advice \d+/\d+ · corskit \d+/\d+ · \d+ refused · \d+ not supported$`).MatchString(line) {
		t.Errorf("the line is %q", line)
	}
}

func TestExpectationsTellNewFixedAndUnknownFailuresApart(t *testing.T) {
	r := newReport(t)
	all := r.Expectations(nil)
	if differences := r.Expect(all); differences != nil {
		t.Fatalf("the report differs from its own failures: %q", differences)
	}
	if n := r.ScoredFailures(); n != 0 {
		t.Errorf("%d failures of scored profiles aren't known, want 0", n)
	}
	var one, passes string
	for _, c := range r.Cases {
		switch {
		case c.Failure != nil:
			one = c.ID
		case c.Verdict == conformance.Passed:
			passes = c.ID
		}
	}
	// Expectations of cases that weren't run are kept, and those of cases that
	// pass now aren't.
	known := &report.Expectations{Fails: map[string]string{"methods/nothing-listed": "handwritten", passes: "fixed", one: "also handwritten"}}
	if kept := r.Expectations(known); kept.Fails["methods/nothing-listed"] != "handwritten" || kept.Fails[passes] != "" || kept.Fails[one] == "" {
		t.Errorf("the expectations are %q, %q and %q", kept.Fails["methods/nothing-listed"], kept.Fails[passes], kept.Fails[one])
	}
	delete(all.Fails, one)
	all.Fails[passes] = "it was broken"
	all.Fails["credentials/no-such-case"] = "it is gone"
	differences := newReport(t).Expect(all)
	for _, want := range []string{one + " fails, but isn't expected to", passes + " is expected to fail, but is passed", "credentials/no-such-case is expected to fail, but isn't a case"} {
		if !slices.ContainsFunc(differences, func(d string) bool { return strings.Contains(d, want) }) {
			t.Errorf("no difference says %q: %q", want, differences)
		}
	}
	if len(differences) != 3 {
		t.Errorf("%d differences, want 3: %q", len(differences), differences)
	}
	var text bytes.Buffer
	if err := all.Write(&text); err != nil {
		t.Fatal(err)
	}
	if again, err := report.ReadExpectations(&text); err != nil || again.Fails[passes] != "it was broken" {
		t.Errorf("read again, the expectations are %v, %v", again, err)
	}
	for _, wrong := range []string{`{"fail": {}}`, `{"fails": {}} {}`, `[]`, `null`, `{}`} {
		if _, err := report.ReadExpectations(strings.NewReader(wrong)); err == nil {
			t.Errorf("%s is read without an error", wrong)
		}
	}
}

func TestTextNamesCauseExampleAndFixInHTTPsWords(t *testing.T) {
	r := newReport(t)
	var short, long bytes.Buffer
	if err := r.WriteText(&short, false); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteText(&long, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Policy: [{", "✗ A script that the policy doesn't allow reads the response", "Who is hurt: Your users", "Fix: Send Access-Control-Allow-Origin", "> GET /data", "https://fetch.spec.whatwg.org/#", "Also:", "more\n"} {
		if !strings.Contains(short.String(), want) {
			t.Errorf("the text doesn't say %q", want)
		}
	}
	if !strings.HasSuffix(short.String(), r.Line()+"\n") {
		t.Error("the text doesn't end with the scores")
	}
	if want := "Needs: origin-pattern-subdomain. If the server doesn't have that, declare it: -without origin-pattern-subdomain\n"; !strings.Contains(long.String(), want) {
		t.Errorf("the long text doesn't say %q", want)
	}
	if field := regexp.MustCompile(`AllowOrigins|AllowMethods|AllowHeaders|ExposeHeaders|cors\.`).FindString(long.String()); field != "" {
		t.Errorf("the text speaks of %s, which other servers don't have", field)
	}
	if short.Len() >= long.Len() {
		t.Errorf("the short text has %d bytes, the long one %d", short.Len(), long.Len())
	}
}

func TestJUnitFailsOnlyWhatIsScoredAndNotKnown(t *testing.T) {
	r := newReport(t)
	want := r.ScoredFailures()
	count := func() (failures int) {
		var text bytes.Buffer
		if err := r.WriteJUnit(&text); err != nil {
			t.Fatal(err)
		}
		var read struct {
			Suites []struct {
				Tests    int        `xml:"tests,attr"`
				Failures int        `xml:"failures,attr"`
				Cases    []struct{} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(text.Bytes(), &read); err != nil {
			t.Fatal(err)
		}
		tests := 0
		for _, s := range read.Suites {
			failures += s.Failures
			tests += s.Tests
			if len(s.Cases) != s.Tests {
				t.Errorf("a suite of %d tests has %d cases", s.Tests, len(s.Cases))
			}
		}
		if tests != len(r.Cases) {
			t.Errorf("%d tests, want %d", tests, len(r.Cases))
		}
		return failures
	}
	if got := count(); got != want || want == 0 {
		t.Errorf("%d tests fail, want %d", got, want)
	}
	r.Expect(r.Expectations(nil))
	if got := count(); got != 0 {
		t.Errorf("%d tests fail though all are known", got)
	}
}

func TestPageIsSelfContainedAndEscapesWhatServersSay(t *testing.T) {
	r := newReport(t)
	var text bytes.Buffer
	if err := report.WriteHTML(&text, "Two <servers>", r, r); err != nil {
		t.Fatal(err)
	}
	page := text.String()
	for _, want := range []string{"Two &lt;servers&gt;", "a &lt;server&gt;", "&lt;never&gt;", `id="credentials--include-reads"`, "it has no null"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page doesn't have %q", want)
		}
	}
	if loaded := regexp.MustCompile(`(src=|<link|@import|url\()[^>]*`).FindString(page); loaded != "" {
		t.Errorf("the page loads %q", loaded)
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the page has a value that the template refuses")
	}
}

func TestBadgeIsWhatShieldsReads(t *testing.T) {
	var text bytes.Buffer
	if err := newReport(t).WriteBadge(&text); err != nil {
		t.Fatal(err)
	}
	var badge struct {
		SchemaVersion         int
		Label, Message, Color string
	}
	if err := json.Unmarshal(text.Bytes(), &badge); err != nil {
		t.Fatal(err)
	}
	if badge.SchemaVersion != 1 || badge.Label == "" || !regexp.MustCompile(`^\d+/\d+$`).MatchString(badge.Message) || badge.Color != "orange" {
		t.Errorf("the badge is %+v", badge)
	}
}
