package conformance_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// What Engine.Explain says that a browser does is compared with what the agent
// of package fetch does: two readings of the standard that share no code.

// An explained server is the application behind an engine, without a network.
// It explains every request that it gets.
type explained struct {
	engine       *cors.Engine
	handler      http.Handler
	explanations []cors.Explanation
}

func newExplained(t *testing.T, policy []cors.Config) *explained {
	handler, engine := serveMux(t, policy)
	return &explained{engine: engine, handler: handler}
}

func (e *explained) RoundTrip(r *http.Request) (*http.Response, error) {
	served := httptest.NewRequest(r.Method, r.URL.String(), r.Body)
	served.Header = r.Header.Clone()
	var request cors.Request
	request.ReadHTTP(served, nil)
	e.explanations = append(e.explanations, e.engine.Explain(&request))
	recorder := httptest.NewRecorder()
	e.handler.ServeHTTP(recorder, served)
	return recorder.Result(), nil
}

// explainedURL is where the application is.
const explainedURL = "http://api.example.net"

// failingSteps are the names by which Explain calls the steps at which a fetch
// can fail, as far as they are about CORS.
var failingSteps = map[fetch.Step]string{
	fetch.StepAllowOriginMissing:     "CORS check",
	fetch.StepAllowOrigin:            "CORS check",
	fetch.StepAllowCredentials:       "CORS check",
	fetch.StepPreflightMethod:        "Access-Control-Allow-Methods",
	fetch.StepPreflightAuthorization: "CORS non-wildcard request-header name",
	fetch.StepPreflightHeader:        "Access-Control-Allow-Headers",
}

// compareFetch lets a script fetch, and compares what comes of it with what the
// server has explained. It returns what happened in a few words.
func (e *explained) compareFetch(t *testing.T, origin string, script *fetch.Request) string {
	t.Helper()
	agent, err := fetch.NewAgent(origin)
	if err != nil {
		t.Fatal(err)
	}
	agent.Transport = e
	agent.MaxAgeLimit = -1 // what a cache keeps, no server knows
	e.explanations = nil
	response, err := agent.Fetch(t.Context(), script)
	var failure *fetch.NetworkError
	var trace fetch.Trace
	switch {
	case err == nil:
		response.Body.Close()
		trace = response.Trace
	case errors.As(err, &failure):
		trace = failure.Trace
	default:
		t.Fatal(err)
	}
	verdict := func(i int) *cors.Verdict {
		if script.Credentials == fetch.CredentialsInclude {
			return &e.explanations[i].WithCredentials
		}
		return &e.explanations[i].WithoutCredentials
	}
	describe := func(i int) string {
		return fmt.Sprintf("%s\nof %+v, and the browser says %v", e.explanations[i], e.engine.Configs(), err)
	}
	for i := range trace {
		wrong := ""
		if failure != nil && i == len(trace)-1 {
			wrong = failingSteps[failure.Step]
			if failure.Step == fetch.StepPreflightStatus && e.explanations[i].Status == 0 {
				return "the application refuses a preflight"
			}
		}
		v := verdict(i)
		if v.Allowed != (wrong == "") || v.FailsAt != wrong {
			t.Fatalf("exchange %d: allowed %t, fails at %q, and the browser fails at %q\n%s", i+1, v.Allowed, v.FailsAt, wrong, describe(i))
		}
	}
	last := len(trace) - 1
	if failure != nil {
		if refused := failure.Refused; refused != "" {
			v := verdict(last)
			named := slices.ContainsFunc(append(v.MissingHeaders, v.MissingMethod), func(s string) bool { return strings.EqualFold(s, refused) })
			if !named {
				t.Fatalf("the browser misses %q, and %+v does not\n%s", refused, v, describe(last))
			}
		}
		return "blocked at " + string(failure.Step)
	}
	if response.Type != fetch.ResponseCORS {
		return "readable, " + string(response.Type)
	}
	v := verdict(last)
	for _, h := range trace[last].ResponseHeaders {
		_, visible := response.Headers.Get(h.Name)
		told := v.Visible[0] == "*" && h.Name != "Set-Cookie" || slices.ContainsFunc(v.Visible, func(s string) bool { return strings.EqualFold(s, h.Name) })
		if visible != told {
			t.Fatalf("the script sees %s: %t, and is said to see %q\n%s", h.Name, visible, v.Visible, describe(last))
		}
	}
	return "readable, cors"
}

// changesHeaders reports whether an application is asked to change the headers
// of CORS behind the engine's back.
func changesHeaders(path string) bool {
	for _, part := range []string{"=Access-Control", "do=mutate", "do=reset"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

func TestExplainAgreesWithABrowserAboutTheSuite(t *testing.T) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]int)
	for _, g := range groups {
		for _, c := range g.Cases {
			t.Run(g.Name+"/"+c.Name, func(t *testing.T) {
				server := newExplained(t, c.Policy)
				for _, step := range c.Steps {
					if step.Reconfigure != nil {
						if err := server.engine.Reload(step.Reconfigure...); err != nil {
							t.Fatal(err)
						}
					}
					s := step.Script
					if s == nil || s.Mode != "" && s.Mode != "cors" || s.Through != "" || s.Rewritten != nil || changesHeaders(s.Path) {
						continue
					}
					seen[server.compareFetch(t, scriptOrigin(s), scriptRequest(s))]++
				}
			})
		}
	}
	total := 0
	for _, n := range seen {
		total += n
	}
	if total < 200 || len(seen) < 8 {
		t.Errorf("only %d fetches are compared: %v", total, seen)
	}
	t.Log(total, seen)
}

func scriptOrigin(s *conformance.Script) string {
	if s.Origin == "self" {
		return explainedURL
	}
	return s.Origin
}

func scriptRequest(s *conformance.Script) *fetch.Request {
	path := s.Path
	if path == "" {
		path = "/data"
	}
	request := &fetch.Request{
		URL: explainedURL + path, Method: s.Method, Credentials: fetch.CredentialsMode(s.Credentials),
		Redirect: fetch.RedirectMode(s.Redirect), UseCORSPreflight: s.Preflight,
	}
	for _, h := range s.Headers {
		request.Headers = append(request.Headers, fetch.Header{Name: h[0], Value: h[1]})
	}
	if s.Body != "" {
		request.Body = []byte(s.Body)
	}
	return request
}

func TestExplainAgreesWithABrowserAboutWhateverIsFetched(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	some := func(most int, from ...string) (list []string) {
		for range r.IntN(most + 1) {
			list = append(list, pick(from...))
		}
		return list
	}
	seen := make(map[string]int)
	for range 600 {
		config := cors.Config{
			Paths:            some(1, "/data", "/a/"),
			AllowOrigins:     append(some(2, "https://app.example.com", "https://*.example.com", "http://localhost:*", "null"), pick("https://app.example.com", "*")),
			AllowMethods:     some(3, "PUT", "PATCH", "purge", "*"),
			AllowHeaders:     some(3, "X-A", "Content-Type", "Authorization", "*"),
			ExposeHeaders:    some(2, "X-Total-Count", "X-Secret", "*"),
			AllowCredentials: r.IntN(2) == 0,
			PassPreflight:    r.IntN(5) == 0,
		}
		for _, names := range []*[]string{&config.AllowOrigins, &config.AllowMethods, &config.AllowHeaders, &config.ExposeHeaders} {
			if slices.Contains(*names, "*") {
				*names = []string{"*"}
			}
		}
		if config.AllowCredentials && slices.Contains(config.AllowOrigins, "*") {
			config.AcceptRisks = append(config.AcceptRisks, cors.RiskAnyOriginWithCredentials)
		}
		if config.AllowCredentials && slices.Contains(config.AllowOrigins, "null") {
			config.AcceptRisks = append(config.AcceptRisks, cors.RiskNullWithCredentials)
		}
		if _, err := cors.New(config); err != nil {
			continue
		}
		server := newExplained(t, []cors.Config{config})
		for range 20 {
			script := &fetch.Request{
				URL:         explainedURL + pick("/data", "/data", "/a/b", "/b"),
				Method:      pick("GET", "GET", "HEAD", "POST", "PUT", "put", "PATCH", "patch", "DELETE", "PURGE", "purge"),
				Credentials: fetch.CredentialsMode(pick("", "omit", "same-origin", "include", "include")),
			}
			// Of a response that lists no methods, the use-CORS-preflight flag makes
			// one that lists the method. No server sees the flag.
			if slices.Contains([]string{"GET", "HEAD", "POST"}, script.Method) {
				script.UseCORSPreflight = r.IntN(3) == 0
			}
			names := some(3, "X-A", "X-B", "Content-Type", "Authorization", "Accept", "*")
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				value := "1"
				switch name {
				case "Content-Type":
					value = pick("application/json", "text/plain", "TEXT/plain;charset=utf-8", "text/plain;x=\"y\"", "multipart/form-data", "text", "x")
				case "Authorization":
					value = "Bearer secret"
				}
				script.Headers = append(script.Headers, fetch.Header{Name: name, Value: value})
			}
			seen[server.compareFetch(t, pick("https://app.example.com", "https://app.example.com", "https://a.example.com", "http://app.example.com", "http://localhost:3000", "null", "https://evil.org", explainedURL), script)]++
		}
	}
	for _, what := range []string{
		"readable, cors", "readable, basic",
		"blocked at CORS check: origin missing", "blocked at CORS check: origin", "blocked at CORS check: credentials",
		"blocked at preflight: method", "blocked at preflight: request-header", "blocked at preflight: non-wildcard request-header",
	} {
		if seen[what] < 20 {
			t.Errorf("%s: %d times", what, seen[what])
		}
	}
	t.Log(seen)
}
