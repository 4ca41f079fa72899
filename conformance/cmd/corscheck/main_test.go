package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
	"github.com/corskit/cors/conformance/internal/process"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

const asCommand = "CORSCHECK_TEST_AS_COMMAND"

// TestMain makes the test binary act as the command, so that tests can run it as a process.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

const app = "https://app.example.com"

// A recorder is a server on a loopback address that records its requests.
type recorder struct {
	*httptest.Server
	handler http.Handler

	mu       sync.Mutex
	requests []*http.Request
	running  int
	crowded  bool // two requests ran at once
}

// serve starts a server, and checks at the end that it got only safe requests,
// one at a time.
func serve(t *testing.T, handler http.Handler) *recorder {
	r := &recorder{handler: handler}
	r.Server = httptest.NewServer(r)
	r.watch(t)
	return r
}

// nobody returns a URL that nobody serves, even if later servers take any port.
func nobody(t *testing.T) string {
	t.Helper()
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return "http://127.0.0.1:" + port
}

func (r *recorder) watch(t *testing.T) {
	t.Cleanup(func() {
		r.Close()
		for _, request := range r.requests {
			if !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, request.Method) {
				t.Errorf("%s was sent, which is not safe", request.Method)
			}
			if request.ContentLength != 0 {
				t.Errorf("%s was sent with a body", request.Method)
			}
		}
		if r.crowded {
			t.Error("requests were sent at once, and must be one at a time")
		}
	})
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, request)
	r.running++
	r.crowded = r.crowded || r.running > 1
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
	}()
	r.handler.ServeHTTP(w, request)
}

func (r *recorder) sent() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.requests)
}

// An outcome is the outcome of running the command.
type outcome struct {
	status         int
	stdout, stderr string
}

// corscheck runs the command in this process.
func corscheck(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"-delay", "0"}, args...)
	status := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// check runs the command against a server and returns its report. The announced
// requests must have reached the server.
func check(t *testing.T, server *recorder, policy string, args ...string) (*probe.Report, int) {
	t.Helper()
	args = append([]string{"-json"}, args...)
	if policy != "" {
		args = append(args, "-policy", "-")
	}
	before := server.sent()
	r := corscheck(t, policy, append(args, server.URL+"/data")...)
	var d document
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
		t.Fatalf("%v in %s%s", err, r.stdout, r.stderr)
	}
	validate(t, r.stdout)
	if len(d.Results) != 1 || d.Results[0].Report == nil || d.Status != r.status {
		t.Fatalf("status %d, and no report: %s%s", r.status, r.stdout, r.stderr)
	}
	report := d.Results[0].Report
	for _, f := range report.Findings {
		isIt := func(c probe.Check) bool { return c.ID == f.ID && c.Result == probe.Result(f.Severity) }
		if !slices.ContainsFunc(report.Checks, isIt) || !slices.Contains(probe.IDs(), f.ID) {
			t.Errorf("%s %s has no check, or an unknown id", f.Severity, f.ID)
		}
	}
	sent := server.sent() - before
	announced := fmt.Sprintf("corscheck sends %d requests", sent)
	if !strings.HasPrefix(r.stderr, announced) || report.Requests.Planned != sent || report.Requests.Sent != sent {
		t.Errorf("%d requests came to the server; announced: %sreported: %+v", sent, r.stderr, report.Requests)
	}
	return report, r.status
}

// ids returns the findings of the severities given, each as "severity id".
func ids(r *probe.Report, severities ...probe.Severity) []string {
	found := []string{}
	for _, f := range r.Findings {
		if slices.Contains(severities, f.Severity) {
			found = append(found, string(f.Severity)+" "+f.ID)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// data is an application without CORS.
var data = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Write([]byte("data\n"))
})

// behind returns data with an engine in front that has a policy in JSON.
func behind(t *testing.T, policy string) http.Handler {
	t.Helper()
	cfgs, err := config.ParseJSON([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := cors.New(cfgs...)
	if err != nil {
		t.Fatal(err)
	}
	return engine.Handler(data)
}

func TestServersThatConform(t *testing.T) {
	tests := []struct {
		title, policy string
		args          []string
	}{
		{"one origin", `{"allowOrigins": ["https://app.example.com"]}`, nil},
		{"several origins with credentials and everything else", `{"allowOrigins": ["https://app.example.com", "https://admin.example.com:8443", "http://localhost:3000"],
			"allowMethods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], "allowHeaders": ["Content-Type", "Authorization", "Accept", "Accept-Language", "Content-Language", "Range", "User-Agent"],
			"exposeHeaders": ["X-Total", "ETag"], "allowCredentials": true, "maxAge": 600}`, nil},
		{"safelisted methods only", `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["POST"], "maxAge": 60}`, nil},
		{"request-headers only", `{"allowOrigins": ["https://app.example.com"], "allowHeaders": ["X-Requested-With"], "maxAge": 86400}`, nil},
		{"any origin", `{"allowOrigins": ["*"]}`, nil},
		{"any origin, method and header", `{"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"], "exposeHeaders": ["*"]}`, nil},
		{"any header and Authorization", `{"allowOrigins": ["*"], "allowHeaders": ["*", "Authorization"]}`, nil},
		{"any method and header with credentials", `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["*"], "allowHeaders": ["*"], "allowCredentials": true}`, nil},
		{"any origin with credentials, a risk", `{"allowOrigins": ["*"], "allowCredentials": true, "acceptRisks": ["any-origin-with-credentials"]}`, nil},
		{"null", `{"allowOrigins": ["null", "https://app.example.com"]}`, nil},
		{"subdomains", `{"allowOrigins": ["https://*.example.com"], "allowMethods": ["PUT"]}`, nil},
		{"a wildcard in a label", `{"allowOrigins": ["https://pr-*.example.com", "https://app.example.com"]}`, nil},
		{"any port", `{"allowOrigins": ["http://localhost:*"]}`, nil},
		{"any port of subdomains", `{"allowOrigins": ["https://*.example.com:*"]}`, nil},
		{"an origin of another scheme", `{"allowOrigins": ["capacitor://localhost"]}`, nil},
		{"an origin on a public suffix", `{"allowOrigins": ["https://alice.github.io"]}`, nil},
		{"an address", `{"allowOrigins": ["http://192.0.2.1:3000", "http://[::1]:3000"]}`, nil},
		{"an expression with an instance", `{"allowOriginRegexps": ["https://[a-z]+\\.example\\.com"]}`, []string{"-origin", app}},
		{"preflight responses that are not cached", `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT"], "maxAge": -1}`, nil},
		{"a status of preflights", `{"allowOrigins": ["https://app.example.com"], "preflightStatus": 200}`, nil},
		{"several Configs, of which the second applies", `[{"paths": ["/other"], "allowOrigins": ["*"]}, {"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT"]}]`, nil},
		{"HEAD in place of GET", `{"allowOrigins": ["https://app.example.com"]}`, []string{"-head"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, status := check(t, serve(t, behind(t, test.policy)), test.policy, test.args...)
			if status != exitGood || report.Verdict != probe.Conforms {
				t.Errorf("status %d, %s", status, report.Verdict)
			}
			for _, f := range report.Findings {
				t.Errorf("found: %s %s: %s (%s; %s)", f.Severity, f.ID, f.Title, f.Sent, f.Received)
			}
			reads := 0
			for _, c := range report.Checks {
				if c.Result != probe.Holds {
					t.Errorf("%s: %s %s", c.Result, c.Origin, c.Title)
				}
				if strings.HasPrefix(c.Title, "can read the response to ") {
					reads++
				}
			}
			if reads == 0 || len(report.Unchecked) > 0 {
				t.Errorf("%d origins are checked, unchecked: %q", reads, report.Unchecked)
			}
		})
	}
}

// The server has another policy than the one with which it is compared.
func TestServersThatDoNotConform(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT"], "allowHeaders": ["Authorization"], "exposeHeaders": ["X-Total"], "maxAge": 600}`
	with := func(field, value string) string {
		return regexp.MustCompile(`"`+field+`": (\[[^]]*\]|\d+)`).ReplaceAllLiteralString(policy, value)
	}
	tests := []struct {
		title   string
		handler http.Handler
		want    []string
	}{
		{"the origin is denied", behind(t, with("allowOrigins", `"allowOrigins": ["https://admin.example.com"]`)), []string{"fault origin-denied", "fault preflight-denied"}},
		{"another origin is allowed, too", behind(t, with("allowOrigins", `"allowOrigins": ["https://app.example.com", "http://app.example.com"]`)), []string{"danger origin-allowed"}},
		{"null is allowed, too", behind(t, with("allowOrigins", `"allowOrigins": ["https://app.example.com", "null"]`)), []string{"danger origin-allowed"}},
		{"subdomains are allowed, too", behind(t, with("allowOrigins", `"allowOrigins": ["https://app.example.com", "https://*.app.example.com"]`)), []string{"danger origin-allowed"}},
		{"any origin is allowed", behind(t, with("allowOrigins", `"allowOrigins": ["*"]`)), []string{"danger origin-allowed"}},
		{"the method is refused", behind(t, with("allowMethods", `"allowMethods": ["DELETE"]`)), []string{"fault method-allowed", "fault preflight-denied"}},
		{"any method is allowed", behind(t, with("allowMethods", `"allowMethods": ["*"]`)), []string{"fault method-allowed"}},
		{"the request-header is refused", behind(t, with("allowHeaders", `"allowHeaders": ["X-Token"]`)), []string{"fault preflight-denied"}},
		{"the wildcard does not cover Authorization", behind(t, with("allowHeaders", `"allowHeaders": ["*"]`)), []string{"fault preflight-denied", "fault request-header-allowed"}},
		{"the response header is hidden", behind(t, with("exposeHeaders", `"exposeHeaders": ["X-Page"]`)), []string{"fault header-hidden"}},
		{"all response headers are exposed", behind(t, with("exposeHeaders", `"exposeHeaders": ["*"]`)), []string{"danger header-exposed"}},
		{"credentials are allowed", behind(t, with("maxAge", `"maxAge": 600, "allowCredentials": true`)), []string{"danger credentials-allowed"}},
		{"preflight responses are cached for a second less", behind(t, with("maxAge", `"maxAge": 599`)), []string{"fault max-age"}},
		{"preflight responses are cached for a second more", behind(t, with("maxAge", `"maxAge": 601`)), []string{"fault max-age"}},
		{"preflight responses are not cached", behind(t, with("maxAge", `"maxAge": -1`)), []string{"fault max-age"}},
		{"preflight responses are cached as long as browsers like", behind(t, with("maxAge", `"maxAge": 0`)), []string{"fault max-age"}},
		{"Vary is overwritten", rewrite(behind(t, policy), func(r *http.Request, h http.Header) { h.Set("Vary", "Accept-Encoding") }), []string{"fault vary-missing"}},
		{"Vary is missing where the origin is denied", rewrite(behind(t, policy), func(r *http.Request, h http.Header) {
			if h.Get("Access-Control-Allow-Origin") == "" {
				h.Del("Vary")
			}
		}), []string{"fault vary-missing"}},
		{"Vary is missing without Origin", rewrite(behind(t, policy), func(r *http.Request, h http.Header) {
			if r.Header.Get("Origin") == "" {
				h.Del("Vary")
			}
		}), []string{"fault vary-missing"}},
		{"denied origins pass preflights only", preflightStatus(rewrite(behind(t, policy), func(r *http.Request, h http.Header) {
			if r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				h.Set("Access-Control-Allow-Methods", "PUT")
				h.Set("Access-Control-Allow-Headers", "Authorization")
			}
		}), http.StatusOK), []string{"danger origin-allowed"}},
		{"the preflight fails", preflightStatus(behind(t, policy), http.StatusForbidden), []string{"fault preflight-denied"}},
		{"the preflight needs a login", preflightStatus(behind(t, policy), http.StatusUnauthorized), []string{"fault login-before-cors"}},
		{"the preflight is redirected", preflightStatus(behind(t, policy), http.StatusFound), []string{"fault preflight-redirect"}},
		{"there is no CORS", data, []string{"fault no-cors"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, status := check(t, serve(t, test.handler), policy)
			if status != exitBad || report.Verdict != probe.DoesNotConform {
				t.Errorf("status %d, %s", status, report.Verdict)
			}
			if got := ids(report, probe.Danger, probe.Fault); !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			if !slices.ContainsFunc(report.Checks, func(c probe.Check) bool { return c.Fails() }) {
				t.Error("every check holds")
			}
		})
	}
}

func TestPoliciesThatTheServerIsStricterThan(t *testing.T) {
	tests := []struct {
		title, policy, server string
		want                  []string
	}{
		{"credentials are missing", `{"allowOrigins": ["https://app.example.com"], "allowCredentials": true}`, `{"allowOrigins": ["https://app.example.com"]}`, []string{"fault origin-denied", "fault preflight-denied"}},
		{"null is denied", `{"allowOrigins": ["https://app.example.com", "null"]}`, `{"allowOrigins": ["https://app.example.com"]}`, []string{"fault origin-denied", "fault preflight-denied"}},
		{"one label of several is allowed", `{"allowOrigins": ["https://*.example.com"]}`, `{"allowOriginRegexps": ["https://[^.]+\\.example\\.com"]}`, []string{"fault origin-denied", "fault preflight-denied"}},
		{"only one port is allowed", `{"allowOrigins": ["http://localhost:*"]}`, `{"allowOrigins": ["http://localhost"]}`, []string{"fault origin-denied", "fault preflight-denied"}},
		{"not every header is exposed", `{"allowOrigins": ["*"], "exposeHeaders": ["*"]}`, `{"allowOrigins": ["*"], "exposeHeaders": ["X-Total"]}`, []string{"fault header-hidden"}},
		{"the second of two methods is refused", `{"allowOrigins": ["*"], "allowMethods": ["PUT", "DELETE"]}`, `{"allowOrigins": ["*"], "allowMethods": ["PUT"]}`, []string{"fault preflight-denied"}},
		{"the wildcard matches any label and more", `{"allowOrigins": ["https://pr-*.example.com"]}`, `{"allowOriginRegexps": ["https://pr-[a-z.]+\\.example\\.com"]}`, []string{"danger origin-allowed"}},
		{"the domain above is allowed, too", `{"allowOrigins": ["https://*.example.com"]}`, `{"allowOrigins": ["https://*.example.com", "https://example.com"]}`, []string{"danger origin-allowed"}},
		{"Authorization is allowed beside the wildcard", `{"allowOrigins": ["*"], "allowHeaders": ["*"]}`, `{"allowOrigins": ["*"], "allowHeaders": ["*", "Authorization"]}`, []string{"fault request-header-allowed"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, status := check(t, serve(t, behind(t, test.server)), test.policy)
			if got := ids(report, probe.Danger, probe.Fault); status != exitBad || !slices.Equal(got, test.want) {
				t.Errorf("status %d, found %q, want %q", status, got, test.want)
			}
		})
	}
}

// rewrite changes the headers of a handler's responses before they are written.
func rewrite(next http.Handler, change func(*http.Request, http.Header)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		change(r, recorder.Header())
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		w.Write(recorder.Body.Bytes())
	})
}

// preflightStatus gives preflight responses another status.
func preflightStatus(next http.Handler, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	})
}

// A careless is a common, careless implementation of CORS.
type careless struct {
	allows      func(origin string) bool
	credentials bool
}

func (c careless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, origin := w.Header(), r.Header.Get("Origin")
	h.Set("Vary", "Origin")
	isPreflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if origin != "" && c.allows(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		if c.credentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		if isPreflight {
			h.Set("Access-Control-Allow-Methods", "PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Requested-With")
		}
	}
	if isPreflight {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	data.ServeHTTP(w, r)
}

// One server for each mistake, and one finding for it.
func TestSurvey(t *testing.T) {
	any := func(string) bool { return true }
	is := func(origins ...string) func(string) bool {
		return func(origin string) bool { return slices.Contains(origins, origin) }
	}
	matches := func(expression string) func(string) bool { return regexp.MustCompile(expression).MatchString }
	good := careless{is(app), true}
	set := func(name string, values ...string) http.Handler {
		return rewrite(good, func(_ *http.Request, h http.Header) { h[name] = values })
	}
	onlyIf := func(name string, change func(*http.Request, http.Header)) http.Handler {
		return rewrite(good, func(r *http.Request, h http.Header) {
			if h.Get(name) != "" {
				change(r, h)
			}
		})
	}
	tests := []struct {
		title   string
		handler http.Handler
		want    []string
	}{
		{"nothing is wrong", good, nil},
		{"nothing is wrong with the engine", behind(t, `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["*"], "allowHeaders": ["*"], "allowCredentials": true}`), nil},
		{"every origin is reflected, with credentials", careless{any, true}, []string{"danger null-origin", "danger reflected-origin"}},
		{"every origin is reflected", careless{any, false}, []string{"fault null-origin", "fault reflected-origin"}},
		{"any origin", behind(t, `{"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*", "Authorization"]}`), []string{"note any-origin"}},
		{"null with credentials", careless{is(app, "null"), true}, []string{"danger null-origin"}},
		{"null", careless{is(app, "null"), false}, []string{"fault null-origin"}},
		{"the beginning is compared, with credentials", careless{matches(`^https://app\.example\.com($|\.[^:]*[a-z]$)`), true}, []string{"danger look-alike-prefix"}},
		{"the beginning is compared", careless{matches(`^https://app\.example\.com($|\.[^:]*[a-z]$)`), false}, []string{"fault look-alike-prefix"}},
		{"the end of the domain is compared", careless{matches(`^https://(app\.|corscheck)example\.com$`), true}, []string{"danger look-alike-suffix"}},
		{"the end of the host is compared", careless{matches(`^https://(corscheck)?app\.example\.com$`), true}, []string{"note look-alike-suffix"}},
		{"a dot is not escaped", careless{matches(`^https://app.example\.com$`), true}, []string{"danger look-alike-missing-dot"}},
		{"all of the public suffix", careless{matches(`^https://(app\.example|[a-z]+)\.com$`), true}, []string{"danger look-alike-missing-dot", "danger look-alike-same-suffix", "danger look-alike-suffix", "note look-alike-parent"}},
		{"http for https, with credentials", careless{matches(`^https?://app\.example\.com$`), true}, []string{"danger look-alike-http"}},
		{"http for https", careless{matches(`^https?://app\.example\.com$`), false}, []string{"note look-alike-http"}},
		{"subdomains", careless{matches(`^https://([a-z]+\.)?app\.example\.com$`), true}, []string{"note look-alike-subdomain"}},
		{"siblings", careless{matches(`^https://[a-z]+\.example\.com$`), true}, []string{"note look-alike-sibling", "note look-alike-suffix"}},
		{"the domain above", careless{is(app, "https://example.com"), true}, []string{"note look-alike-parent"}},
		{"other ports", careless{matches(`^https://app\.example\.com(:\d+)?$`), true}, []string{"note look-alike-other-port"}},
		{"a dot at the end", careless{is(app, app+"."), true}, []string{"note look-alike-trailing-dot"}},
		{"upper case", careless{func(origin string) bool { return strings.EqualFold(origin, app) }, true}, []string{"note look-alike-upper-case"}},
		{"preflights only are reflected, with credentials", rewrite(good, func(r *http.Request, h http.Header) {
			if r.Header.Get("Access-Control-Request-Method") == "PUT" {
				h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				h.Set("Access-Control-Allow-Credentials", "true")
				h.Set("Access-Control-Allow-Methods", "PUT")
			}
		}), []string{"danger null-origin", "danger reflected-origin"}},
		{"Vary is missing", rewrite(good, func(_ *http.Request, h http.Header) { h.Del("Vary") }), []string{"fault vary-missing"}},
		{"Vary is for everything", set("Vary", "*"), nil},
		{"* with credentials", rewrite(data, func(_ *http.Request, h http.Header) {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Allow-Methods", "*")
		}), []string{"fault preflight-status", "fault wildcard-with-credentials", "note any-origin", "note options-claimed", "note preflight-refused"}},
		{"the origin appears twice", onlyIf("Access-Control-Allow-Origin", func(_ *http.Request, h http.Header) { h.Add("Access-Control-Allow-Origin", "*") }), []string{"fault allow-origin-repeated", "fault origin-denied"}},
		{"two origins in one line", set("Access-Control-Allow-Origin", app+", https://admin.example.com"), []string{"fault allow-origin-repeated", "fault origin-denied"}},
		{"a pattern for an origin", set("Access-Control-Allow-Origin", "https://*.example.com"), []string{"fault allow-origin-invalid", "fault origin-denied"}},
		{"an origin with a slash", set("Access-Control-Allow-Origin", app+"/"), []string{"fault allow-origin-invalid", "fault origin-denied"}},
		{"True for true", onlyIf("Access-Control-Allow-Credentials", func(_ *http.Request, h http.Header) { h.Set("Access-Control-Allow-Credentials", "True") }), []string{"fault allow-credentials-invalid"}},
		{"preflights are redirected", preflightStatus(good, http.StatusMovedPermanently), []string{"fault preflight-redirect", "note preflight-refused"}},
		{"preflights need a login", preflightStatus(good, http.StatusUnauthorized), []string{"fault login-before-cors", "note preflight-refused"}},
		{"preflights have no route", preflightStatus(good, http.StatusNotFound), []string{"fault preflight-status", "note preflight-refused"}},
		{"preflights are refused without a word", rewrite(preflightStatus(good, http.StatusMethodNotAllowed), func(r *http.Request, h http.Header) {
			if r.Method == http.MethodOptions {
				clear(h)
			}
		}), []string{"note preflight-refused"}},
		{"preflights fail without a word", rewrite(preflightStatus(good, http.StatusInternalServerError), func(r *http.Request, h http.Header) {
			if r.Method == http.MethodOptions {
				clear(h)
			}
		}), []string{"fault preflight-status", "note preflight-refused"}},
		{"a list can't be parsed", onlyIf("Access-Control-Allow-Methods", func(_ *http.Request, h http.Header) { h.Set("Access-Control-Allow-Methods", "[PUT]") }), []string{"fault preflight-list", "note preflight-refused"}},
		{"actual requests are denied", rewrite(good, func(r *http.Request, h http.Header) {
			if r.Method != http.MethodOptions {
				h.Del("Access-Control-Allow-Origin")
				h.Del("Access-Control-Allow-Credentials")
			}
		}), []string{"fault actual-denied"}},
		{"the origin is denied", careless{is("https://admin.example.com"), true}, []string{"fault origin-denied"}},
		{"denied origins learn who is allowed", set("Access-Control-Allow-Origin", app), []string{"note disclosure"}},
		{"every OPTIONS request is treated as a preflight", rewrite(good, func(r *http.Request, h http.Header) {
			if r.Method == http.MethodOptions && h.Get("Access-Control-Allow-Origin") != "" {
				h.Set("Access-Control-Max-Age", "600")
			}
		}), []string{"note options-claimed"}},
		{"methods are refused", onlyIf("Access-Control-Allow-Methods", func(_ *http.Request, h http.Header) { h.Set("Access-Control-Allow-Methods", "PUT") }), []string{"note preflight-refused"}},
		{"request-headers are refused", onlyIf("Access-Control-Allow-Headers", func(_ *http.Request, h http.Header) { h.Del("Access-Control-Allow-Headers") }), []string{"note preflight-refused"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, status := check(t, serve(t, test.handler), "", "-origin", app)
			if got := ids(report, probe.Danger, probe.Fault, probe.Note); !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			verdict, want := probe.NoProblems, exitGood
			switch {
			case len(ids(report, probe.Danger)) > 0:
				verdict, want = probe.Dangerous, exitBad
			case len(ids(report, probe.Fault)) > 0:
				verdict, want = probe.Faulty, exitBad
			}
			if status != want || report.Verdict != verdict {
				t.Errorf("status %d, %s; want %d", status, report.Verdict, want)
			}
			for _, f := range report.Findings {
				if f.Title == "" || f.Why == "" || f.Fix == "" || f.Sent.Method == "" || f.Received.Status == 0 {
					t.Errorf("something is missing: %+v", f)
				}
			}
		})
	}
}

func TestSurveyWithoutAnOrigin(t *testing.T) {
	tests := []struct {
		title  string
		allows func(own string) func(origin string) bool
		want   []string
		status int
	}{
		{"nobody is allowed", func(string) func(string) bool { return func(string) bool { return false } }, nil, exitGood},
		{"every origin is reflected", func(string) func(string) bool { return func(string) bool { return true } }, []string{"danger null-origin", "danger reflected-origin"}, exitBad},
		{"what begins like the own origin", func(own string) func(string) bool {
			return func(origin string) bool { return strings.HasPrefix(origin, own) }
		}, []string{"danger look-alike-prefix"}, exitBad},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				careless{test.allows("http://127.0.0.1"), true}.ServeHTTP(w, r)
			}))
			report, status := check(t, server, "")
			if got := ids(report, probe.Danger, probe.Fault); status != test.status || !slices.Equal(got, test.want) {
				t.Errorf("status %d, found %q, want %q", status, got, test.want)
			}
			if len(report.Unchecked) == 0 || !strings.Contains(report.Unchecked[0], "No allowed origin is known") {
				t.Errorf("unchecked: %q", report.Unchecked)
			}
		})
	}
}

// The report says what wasn't checked.
func TestUnchecked(t *testing.T) {
	tests := []struct {
		title, policy string
		args          []string
		want          string
	}{
		{"an expression without an instance", `{"allowOrigins": ["https://app.example.com"], "allowOriginRegexps": ["https://[a-z]+\\.example\\.org"]}`, nil, `The regular expression "https://[a-z]+\\.example\\.org" isn't checked`},
		{"an expression with an instance of the list only", `{"allowOrigins": ["https://app.example.com"], "allowOriginRegexps": ["https://[a-z]+\\.example\\.org"]}`, []string{"-origin", app}, `The regular expression`},
		{"one expression of two without an instance", `{"allowOriginRegexps": ["https://[a-z]+\\.example\\.com", "https://[a-z]+\\.example\\.org"]}`, []string{"-origin", app}, `The regular expression "https://[a-z]+\\.example\\.org" isn't checked`},
		{"the private network", `{"allowOrigins": ["https://app.example.com"], "allowPrivateNetwork": true}`, nil, "allowPrivateNetwork isn't checked"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, status := check(t, serve(t, behind(t, test.policy)), test.policy, test.args...)
			if status != exitGood || len(report.Unchecked) != 1 || !strings.HasPrefix(report.Unchecked[0], test.want) {
				t.Errorf("status %d, unchecked %q", status, report.Unchecked)
			}
		})
	}
	t.Run("the first Config, although the second applies", func(t *testing.T) {
		const policy = `[{"paths": ["/other"], "allowOrigins": ["*"]}, {"allowOrigins": ["https://app.example.com"]}]`
		report, _ := check(t, serve(t, behind(t, policy)), policy)
		if report.Config == nil || *report.Config != 1 {
			t.Errorf("the report says that Config %v applies", report.Config)
		}
	})
	t.Run("the own origin", func(t *testing.T) {
		var handler http.Handler
		server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
		policy := fmt.Sprintf(`{"allowOrigins": [%q, "https://app.example.com"]}`, server.URL)
		handler = behind(t, policy)
		report, status := check(t, server, policy)
		if status != exitGood || len(report.Unchecked) != 1 || !strings.Contains(report.Unchecked[0], "own origin") {
			t.Errorf("status %d, unchecked %q, found %v", status, report.Unchecked, report.Findings)
		}
	})
	t.Run("only an error response", func(t *testing.T) {
		const policy = `{"allowOrigins": ["https://app.example.com"]}`
		engine, err := cors.New(cors.Config{AllowOrigins: []string{app}})
		if err != nil {
			t.Fatal(err)
		}
		report, status := check(t, serve(t, engine.Handler(http.NotFoundHandler())), policy)
		if status != exitGood || len(report.Unchecked) != 1 || !strings.Contains(report.Unchecked[0], "have status 404") {
			t.Errorf("status %d, unchecked %q", status, report.Unchecked)
		}
	})
}

// A mistake that shows with several origins is one finding.
func TestFindingsAreMerged(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com", "https://admin.example.com"]}`
	report, _ := check(t, serve(t, careless{func(string) bool { return true }, false}), policy)
	var allowed []probe.Finding
	for _, f := range report.Findings {
		if f.ID == "origin-allowed" {
			allowed = append(allowed, f)
		}
	}
	if len(allowed) != 1 {
		t.Fatalf("found %d times: %+v", len(allowed), allowed)
	}
	if !slices.Contains(allowed[0].Also, "https://corscheckexample.com") || slices.Contains(allowed[0].Also, allowed[0].Sent.Origin) {
		t.Errorf("%s, and also %q", allowed[0].Sent.Origin, allowed[0].Also)
	}
}

// TestProcess runs the command as a process.
func TestProcess(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT", "DELETE"]}`
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		title   string
		handler http.Handler
		args    []string
		status  int
		want    string // in what is written
	}{
		{"a server that conforms", behind(t, policy), []string{"-policy", file}, 0, "The server conforms to the policy."},
		{"a server that does not", data, []string{"-policy", file}, 1, "The server doesn't conform to the policy: "},
		{"nothing dangerous", behind(t, policy), []string{"-origin", app}, 0, "Nothing dangerous or faulty was found"},
		{"something dangerous", careless{func(string) bool { return true }, true}, nil, 1, "Something is dangerous: "},
		{"a policy that is not there", data, []string{"-policy", file + "x"}, 2, ""},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			server := serve(t, test.handler)
			cmd := exec.Command(executable, append(append([]string{"-delay", "0"}, test.args...), server.URL+"/data")...)
			cmd.Env = append(os.Environ(), asCommand+"=1")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != test.status {
				t.Errorf("the exit status is %d, want %d: %s", got, test.status, stderr.String())
			}
			if !strings.Contains(stdout.String(), test.want) {
				t.Errorf("no %q in:\n%s", test.want, stdout.String())
			}
			if strings.Contains(stdout.String()+stderr.String(), "\x1b") {
				t.Error("there are escapes, and no terminal")
			}
			if test.status == exitUnrun {
				if server.sent() > 0 {
					t.Errorf("%d requests were sent", server.sent())
				}
				return
			}
			count := strconv.Itoa(server.sent()) + " requests ("
			if !strings.HasPrefix(stderr.String(), "corscheck sends "+count) || !strings.Contains(stdout.String(), "\n"+count) {
				t.Errorf("%d requests came, announced %s", server.sent(), stderr.String())
			}
		})
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		data.ServeHTTP(w, r)
	}))
	var stdout, stderr bytes.Buffer
	status := run(ctx, []string{server.URL, server.URL}, nil, &stdout, &stderr)
	if status != exitUnrun || !strings.Contains(stderr.String(), ": interrupted (request 1 of ") || server.sent() != 1 || strings.Count(stdout.String(), "not checked") != 3 {
		t.Errorf("status %d after %d requests: %s%s", status, server.sent(), stdout.String(), stderr.String())
	}
}
