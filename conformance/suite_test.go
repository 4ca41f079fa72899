package conformance_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// runSuite runs the cases whose IDs match against a process of this test's own binary.
func runSuite(t *testing.T, only string, lacks map[conformance.Feature]string, environment ...string) []conformance.Result {
	t.Helper()
	launcher := &conformance.Launcher{Command: serverProcess(environment...)}
	t.Cleanup(launcher.Close)
	suite := &conformance.Suite{Launch: launcher.Launch, Lacks: lacks, Only: regexp.MustCompile(only), Parallel: 2}
	results, err := suite.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestSuiteVerdicts(t *testing.T) {
	for _, tt := range []struct {
		name        string
		only        string
		lacks       map[conformance.Feature]string
		environment []string
		want        conformance.Verdict
		says        string
	}{
		{"a server that is right passes", "^methods/a-listed-method$", nil, nil, conformance.Passed, ""},
		{"a feature that is lacking is named with its reason", "^credentials/null-with-credentials$", map[conformance.Feature]string{conformance.FeatureNull: "null is never allowed"}, nil, conformance.Unsupported, "null-origin: null is never allowed"},
		{"a risky policy may be refused by an exit status", "^credentials/any-origin-with-credentials$", nil, []string{"FIXED=yes", "REFUSE_RISKS=never with credentials"}, conformance.Refused, "never with credentials"},
		{"a risky policy may be refused while the server runs", "^credentials/any-origin-with-credentials$", nil, []string{"REFUSE_RISKS=never with credentials"}, conformance.Refused, "never with credentials"},
		{"a plain policy mustn't be refused", "^credentials/include-reads$", nil, []string{"REFUSE_CREDENTIALS=not today"}, conformance.Failed, "not today"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results := runSuite(t, tt.only, tt.lacks, tt.environment...)
			if len(results) != 1 {
				t.Fatalf("%d results, want 1", len(results))
			}
			r := results[0]
			said := r.Reason
			if r.Failure != nil {
				said = r.Failure.Complaint
			}
			if r.Verdict != tt.want || !strings.Contains(said, tt.says) {
				t.Errorf("the case is %s (%q), want %s (%q)", r.Verdict, said, tt.want, tt.says)
			}
		})
	}
}

// A server that a case spoils, by changing header values in place, serves no further case.
func TestSuiteStartsServersAnewAfterCasesThatSpoilThem(t *testing.T) {
	spoils := []string{
		"a-handler-that-overwrites-headers-changes-no-later-answer", "an-overwritten-vary-changes-no-later-answer",
		"an-overwritten-header-changes-no-later-preflight", "an-overwritten-public-header-changes-no-later-answer",
	}
	for _, r := range runSuite(t, "^(non-interference|origins)/", nil, "SPOILED=yes") {
		spoiled := slices.Contains(spoils, r.Case.Name)
		if spoiled != (r.Verdict == conformance.Failed) || spoiled && !r.Case.Mutates() {
			t.Errorf("%s is %s: %v", r.ID(), r.Verdict, r.Failure)
		}
	}
}

func TestSuiteSaysWhyItCannotRun(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	ended, end := context.WithCancel(t.Context())
	end()
	launch := func(cmd *exec.Cmd) func(context.Context, []cors.Config) (*conformance.Server, error) {
		launcher := &conformance.Launcher{Command: cmd, StartTimeout: time.Minute}
		t.Cleanup(launcher.Close)
		return launcher.Launch
	}
	// A server in this process that changes its behavior with the third policy:
	// the first two are those of the initial check.
	later := func(then func(w http.ResponseWriter, r *http.Request), fails error) func(context.Context, []cors.Config) (*conformance.Server, error) {
		n := 0
		return func(_ context.Context, policy []cors.Config) (*conformance.Server, error) {
			n++
			handler, _ := serveMux(t, policy)
			if n > 2 {
				if fails != nil {
					return nil, fails
				}
				handler = http.HandlerFunc(then)
			}
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			return &conformance.Server{URL: server.URL}, nil
		}
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	fixed, _ := serveMux(t, []cors.Config{{AllowOrigins: []string{"https://app.example.com"}}})
	lying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Path == conformance.PolicyPath {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		fixed.ServeHTTP(w, r)
	}))
	t.Cleanup(lying.Close)
	silent := serverProcess()
	silent.Args = []string{os.Args[0], "-test.run=^$"}
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		suite conformance.Suite
		says  string
	}{
		{"no case is selected", t.Context(), conformance.Suite{Only: regexp.MustCompile("^none$")}, "no case is selected"},
		{"the server ends", t.Context(), conformance.Suite{Launch: launch(silent)}, "ends before it responds"},
		{"the server refuses a plain policy", t.Context(), conformance.Suite{Launch: launch(serverProcess("REFUSE=never"))}, "ends before it responds"},
		{"the server doesn't serve the application", t.Context(), conformance.Suite{Launch: func(context.Context, []cors.Config) (*conformance.Server, error) {
			return &conformance.Server{URL: plain.URL}, nil
		}}, "status 404"},
		{"a running server doesn't take policies", t.Context(), conformance.Suite{Launch: conformance.Remote(plain.URL)}, "the status 404"},
		{"a running server says that it takes policies, and doesn't", t.Context(), conformance.Suite{Launch: conformance.Remote(strings.TrimPrefix(lying.URL, "http://"))}, "still has the first one"},
		{"no response comes ten times in a row", t.Context(), conformance.Suite{Launch: later(hangUp, nil), Only: regexp.MustCompile("^methods/")}, "10 cases in a row got no response, the last methods/"},
		{"an error isn't the server's", t.Context(), conformance.Suite{Launch: later(nil, errors.New("no ports are left"))}, "no ports are left"},
		{"it is interrupted", ended, conformance.Suite{Launch: launch(serverProcess())}, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.suite.Run(tt.ctx)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the error is %v, want one that says %q", err, tt.says)
			}
		})
	}
}

func TestRemoteServersTakePolicies(t *testing.T) {
	launcher := &conformance.Launcher{Command: serverProcess()}
	t.Cleanup(launcher.Close)
	server, err := launcher.Launch(t.Context(), []cors.Config{{AllowOrigins: []string{"*"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conformance.End(server) })
	suite := &conformance.Suite{Launch: conformance.Remote(server.URL + "/"), Only: regexp.MustCompile("^(methods|exposed-headers)/")}
	results, err := suite.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != conformance.Passed {
			t.Errorf("%s is %s: %v", r.ID(), r.Verdict, r.Failure)
		}
	}
}

// Users store IDs in their own files. This is the list of existing IDs; a
// removed ID moves to the lines that begin with a hyphen, and is never used
// again.
func TestIDsOfCasesNeverChange(t *testing.T) {
	data, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Fields(string(data))
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, g := range groups {
		for _, c := range g.Cases {
			ids = append(ids, g.Name+"/"+c.Name)
		}
	}
	for _, id := range ids {
		if slices.Contains(kept, "-"+id) {
			t.Errorf("%s is the ID of a removed case: write another", id)
		} else if !slices.Contains(kept, id) {
			t.Errorf("%s isn't in testdata/ids.txt: add it", id)
		}
	}
	for _, id := range kept {
		if !strings.HasPrefix(id, "-") && !slices.Contains(ids, id) {
			t.Errorf("%s is missing: names of cases never change; if the case was removed on purpose, write -%[1]s in testdata/ids.txt", id)
		}
	}
}

func TestPoliciesThatMayBeRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy cors.Config
		may    bool
	}{
		{"listed origins", cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowCredentials: true}, false},
		{"any origin", cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{"PUT"}}, false},
		{"any origin with credentials", cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true}, true},
		{"null", cors.Config{AllowOrigins: []string{"null"}}, true},
		{"a pattern", cors.Config{AllowOrigins: []string{"https://*.example.com"}}, true},
		{"an accepted risk", cors.Config{AllowOrigins: []string{"http://app.example.com"}, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials}}, true},
	} {
		c := &conformance.Case{Policy: []cors.Config{tt.policy}}
		if c.MayRefuse() != tt.may {
			t.Errorf("%s: MayRefuse is %t, want %t", tt.name, !tt.may, tt.may)
		}
	}
}

func TestFeaturesThatPoliciesNeed(t *testing.T) {
	any := []string{"*"}
	for _, tt := range []struct {
		name   string
		policy cors.Config
		want   []conformance.Feature
	}{
		{"listed origins need none", cors.Config{AllowOrigins: []string{"https://app.example.com", "http://[::1]:3000"}}, nil},
		{"subdomains", cors.Config{AllowOrigins: []string{"https://*.example.com"}}, []conformance.Feature{conformance.FeatureSubdomains}},
		{"within a label", cors.Config{AllowOrigins: []string{"https://pr-*.example.com"}}, []conformance.Feature{conformance.FeatureLabels}},
		{"the beginning of a label", cors.Config{AllowOrigins: []string{"https://*-pr.example.com"}}, []conformance.Feature{conformance.FeatureLabels}},
		{"ports", cors.Config{AllowOrigins: []string{"http://localhost:*"}}, []conformance.Feature{conformance.FeaturePorts}},
		{"subdomains and ports", cors.Config{AllowOrigins: []string{"https://*.example.com:*"}}, []conformance.Feature{conformance.FeaturePorts, conformance.FeatureSubdomains}},
		{"a label and ports", cors.Config{AllowOrigins: []string{"https://pr-*.example.com:*"}}, []conformance.Feature{conformance.FeatureLabels, conformance.FeaturePorts}},
		{"null", cors.Config{AllowOrigins: []string{"null"}}, []conformance.Feature{conformance.FeatureNull}},
		{"a subtree", cors.Config{Paths: []string{"/api/"}}, []conformance.Feature{conformance.FeatureGroups}},
		{"a path", cors.Config{Paths: []string{"/api", "/users/{id}/"}}, []conformance.Feature{conformance.FeaturePaths}},
		{"a custom scheme", cors.Config{AllowOrigins: []string{"capacitor://localhost"}}, []conformance.Feature{conformance.FeatureCustomSchemes}},
		{"any origin needs none", cors.Config{AllowOrigins: any}, nil},
		{"any origin with credentials", cors.Config{AllowOrigins: any, AllowCredentials: true}, []conformance.Feature{conformance.FeatureAnyOriginWithCredentials}},
		{"any method", cors.Config{AllowMethods: any}, []conformance.Feature{conformance.FeatureAnyMethod}},
		{"any header with credentials", cors.Config{AllowHeaders: any, AllowCredentials: true}, []conformance.Feature{conformance.FeatureAnyHeaderWithCredentials}},
		{"any exposed header", cors.Config{ExposeHeaders: any}, []conformance.Feature{conformance.FeatureAnyExposedHeader}},
	} {
		c := &conformance.Case{Policy: []cors.Config{tt.policy}}
		if got := c.Needed(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: the case needs %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEveryCaseHasALinkAndEveryReferenceACase(t *testing.T) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if r := c.Reference(); !strings.HasPrefix(r.URL, "https://") || r.Says == "" || r.Name != c.Requires {
				t.Errorf("%s/%s requires %q, whose reference is %+v", g.Name, c.Name, c.Requires, r)
			}
		}
	}
	for _, tt := range []struct{ vulnerability, url string }{
		{"CVE-2019-25211", "https://nvd.nist.gov/vuln/detail/CVE-2019-25211"},
		{"GHSA-8j4g-w8fx-2239", "https://github.com/advisories/GHSA-8j4g-w8fx-2239"},
		{"google/go-safeweb#372", ""},
		{"", ""},
	} {
		if got := (&conformance.Case{Vulnerability: tt.vulnerability}).VulnerabilityURL(); got != tt.url {
			t.Errorf("the URL of %q is %q, want %q", tt.vulnerability, got, tt.url)
		}
	}
}

func TestLaunchersSayWhatCannotStart(t *testing.T) {
	launcher := &conformance.Launcher{Command: exec.Command("no-such-command-at-all")}
	if _, err := launcher.Launch(t.Context(), nil); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("the error is %v, want %v", err, exec.ErrNotFound)
	}
}
