package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/loopback"
)

// serving starts all servers of a playground, and stops them when the test is
// over.
func serving(t *testing.T) *local {
	t.Helper()
	p, err := newLocal(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.servers {
		go func() { _ = s.server.Serve(s.listener) }()
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nobody waits
		for _, s := range p.servers {
			_ = s.server.Shutdown(ctx)
			_ = s.listener.Close()
		}
	})
	return p
}

// send sends a request as given, without following redirects.
func send(t *testing.T, method, url, body string, headers ...string) (status int, h http.Header, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(read)
}

// call sends a call of the page, and reads the response into out.
func (p *local) call(t *testing.T, path string, in, out any) (status int) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	status, _, text := send(t, "POST", p.origin+path, string(body), "Content-Type: application/json", "Origin: "+p.origin, "Sec-Fetch-Site: same-origin")
	if out != nil {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(out); err != nil {
			t.Fatalf("%s responds with %d %q: %v", path, status, text, err)
		}
	}
	return status
}

// predictions returns the predictions of questions.
func (p *local) predictions(t *testing.T, questions ...Question) []Prediction {
	t.Helper()
	var got Predictions
	if status := p.call(t, "/api/predict", questions, &got); status != 200 || len(got.Predictions) != len(questions) {
		t.Fatalf("the response to %v is %d %+v", questions, status, got)
	}
	return got.Predictions
}

func TestOnlyThePageCanCall(t *testing.T) {
	p := serving(t)
	const asJSON = "Content-Type: application/json"
	host := strings.TrimPrefix(p.origin, "http://")
	_, port, _ := net.SplitHostPort(host)
	for _, test := range []struct {
		title, method, path, body string
		headers                   []string
		status                    int
	}{
		{"the page, by its address", "GET", "/", "", nil, 200},
		{"the page, by a link on another site", "GET", "/", "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 200},
		{"the page, as the frame of another site", "GET", "/", "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, 403},
		{"the state, by the page", "GET", "/api/state", "", []string{"Sec-Fetch-Site: same-origin"}, 200},
		{"the state, by the address bar", "GET", "/api/state", "", []string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 200},
		{"the state, by a link on another site", "GET", "/api/state", "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 403},
		{"the state, by another port of this machine", "GET", "/api/state", "", []string{"Sec-Fetch-Site: same-site"}, 403},
		{"the state, by a name that points here", "GET", "/api/state", "", []string{"Host: attacker.example:" + port}, 403},
		{"the state, by localhost", "GET", "/api/state", "", []string{"Host: localhost:" + port}, 403},
		{"the state, by the host of another port", "GET", "/api/state", "", []string{"Host: 127.0.0.1"}, 403},
		{"a script, by another site", "GET", "/static/main.js", "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, 403},
		{"a call, by the page", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: " + p.origin}, 200},
		{"a call, by a program", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON}, 200},
		{"a call, by another origin", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: https://attacker.example"}, 403},
		{"a call, by null", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: null"}, 403},
		{"a call, by another origin and the page", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: " + p.origin, "Origin: https://attacker.example"}, 403},
		{"a call, by the page twice", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: " + p.origin, "Origin: " + p.origin}, 403},
		{"a call, by an empty Origin", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON, "Origin: "}, 403},
		{"a call with another Content-Type", "POST", "/api/diagnose", `{"text":""}`, []string{"Content-Type: text/plain"}, 415},
		{"a call with a charset", "POST", "/api/diagnose", `{"text":""}`, []string{asJSON + "; charset=utf-8"}, 200},
		{"a call without Content-Type", "POST", "/api/diagnose", `{"text":""}`, nil, 415},
		{"a call with an unknown member", "POST", "/api/diagnose", `{"text":"","more":1}`, []string{asJSON}, 400},
		{"a call of the wrong type", "POST", "/api/diagnose", `{"text":1}`, []string{asJSON}, 400},
		{"a call that is no JSON", "POST", "/api/diagnose", `{`, []string{asJSON}, 400},
		{"a call with two values", "POST", "/api/diagnose", `{"text":""}{}`, []string{asJSON}, 400},
		{"a call with text after it", "POST", "/api/diagnose", `{"text":""}]`, []string{asJSON}, 400},
		{"a call that is too long", "POST", "/api/policy", `{"policy":"` + strings.Repeat("a", maxBody) + `"}`, []string{asJSON}, 413},
		{"a paste that is too long", "POST", "/api/diagnose", `{"text":"` + strings.Repeat("a", maxPaste+1) + `"}`, []string{asJSON}, 413},
		{"a paste as long as it may be", "POST", "/api/diagnose", `{"text":"` + strings.Repeat("a", maxPaste) + `"}`, []string{asJSON}, 200},
		{"a call by GET", "GET", "/api/policy", "", nil, 405},
		{"what is not there", "GET", "/api/nothing", "", nil, 404},
		{"a path out of the files", "GET", "/static/%2e%2e/main.go", "", nil, 404},
	} {
		t.Run(test.title, func(t *testing.T) {
			status, h, text := send(t, test.method, p.origin+test.path, test.body, test.headers...)
			if status != test.status {
				t.Errorf("status is %d, want %d: %.200s", status, test.status, text)
			}
			if h.Get("Access-Control-Allow-Origin") != "" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("headers are %v", h)
			}
			if strings.HasPrefix(test.path, "/api/") && test.status >= 400 && test.status != 404 && test.status != 405 && !strings.HasPrefix(text, `{"error":"`) {
				t.Errorf("the response is %q, want an error", text)
			}
		})
	}
}

func TestThePageMayLoadItsOwnFilesAndEmbedTheSites(t *testing.T) {
	p := serving(t)
	for _, path := range []string{"/", "/static/"} {
		_, h, text := send(t, "GET", p.origin+path, "")
		policy := h.Get("Content-Security-Policy")
		for _, want := range append([]string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"}, strings.TrimSuffix(p.sites[0].Frame, "/frame")) {
			if !strings.Contains(policy, want) {
				t.Errorf("the policy of %s is %q, want it with %q", path, policy, want)
			}
		}
		if !strings.Contains(text, "<html") {
			t.Errorf("%s is no page: %.80q", path, text)
		}
	}
}

func TestSitesServeNothingButTheirFrame(t *testing.T) {
	p := serving(t)
	for _, site := range p.sites {
		at := strings.TrimSuffix(site.Frame, "/frame")
		for _, test := range []struct {
			method, path, header string
			status               int
		}{
			{"GET", "/frame", "", 200},
			{"GET", "/frame.js", "", 200},
			{"GET", "/", "", 404},
			{"GET", "/api/state", "", 404},
			{"GET", "/frame.html", "", 404},
			{"POST", "/frame", "", 405},
			{"GET", "/frame", "Host: attacker.example", 403},
			{"GET", "/frame.js", "Host: " + strings.TrimPrefix(p.origin, "http://"), 403},
		} {
			var headers []string
			if test.header != "" {
				headers = []string{test.header}
			}
			status, h, text := send(t, test.method, at+test.path, "", headers...)
			if status != test.status {
				t.Errorf("%s: %s %s %s has status %d, want %d", site.ID, test.method, test.path, test.header, status, test.status)
			}
			if h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %s lets other origins read it", site.ID, test.path)
			}
			if test.path == "/frame" && status == 200 {
				if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors "+p.origin) || !strings.Contains(policy, "connect-src "+p.backends[0].Origin+" ") || !strings.Contains(policy, "script-src "+at+";") {
					t.Errorf("%s: the policy of the frame is %q", site.ID, policy)
				}
				if !strings.Contains(text, `data-page="`+p.origin+`"`) || !strings.Contains(text, p.backends[3].Origin) {
					t.Errorf("%s: the frame is %q", site.ID, text)
				}
			}
		}
	}
}

func TestAStrangerHasAnotherHostThanYourSites(t *testing.T) {
	p := serving(t)
	hosts := make(map[string][]string) // by group
	for _, site := range p.sites {
		if u, err := url.Parse(site.Origin); err == nil && u.Hostname() != "" {
			hosts[site.Group] = append(hosts[site.Group], u.Hostname())
		}
	}
	if got, want := fmt.Sprint(hosts), "map[others:[localhost] yours:[127.0.0.1 127.0.0.1]]"; got != want {
		t.Errorf("the hosts are %s, want %s", got, want)
	}
}

func TestAllListensOnLoopbackOnly(t *testing.T) {
	p := serving(t)
	if want := 1 + len(backends) + len(sites); len(p.servers) != want {
		t.Errorf("there are %d servers, want %d", len(p.servers), want)
	}
	for _, s := range p.servers {
		if at := s.listener.Addr().(*net.TCPAddr); !at.IP.Equal(net.IPv4(127, 0, 0, 1)) {
			t.Errorf("a server listens on %v", at)
		}
	}
}

// corsHeaders are those of a response that CORS is about, as a line each.
func corsHeaders(h http.Header) (lines []string) {
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Vary" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return lines
}

func TestBackendsRespondToEveryOperationAlike(t *testing.T) {
	p := serving(t)
	for _, o := range operations {
		for _, site := range p.sites {
			headers := []string{"Origin: " + site.Origin, "Cookie: " + sessionCookie + "=demo"}
			for _, h := range o.Headers {
				headers = append(headers, h[0]+": "+h[1])
			}
			preflight := []string{"Origin: " + site.Origin, "Access-Control-Request-Method: " + o.Method, "Access-Control-Request-Headers: content-type"}
			for _, test := range []struct {
				method  string
				body    string
				headers []string
			}{{o.Method, o.Body, headers}, {"OPTIONS", "", preflight}} {
				var first string
				for _, b := range p.backends {
					status, h, text := send(t, test.method, b.Origin+o.Path, test.body, test.headers...)
					if status >= 400 {
						text = "" // each framework has its own text of errors
					}
					got := fmt.Sprint(status, corsHeaders(h), text)
					if first == "" {
						first = got
					}
					if got != first {
						t.Errorf("%s %s from %s: %s responds with\n%s\n%s responds with\n%s", test.method, o.Path, site.ID, b.Title, got, p.backends[0].Title, first)
					}
				}
			}
		}
	}
}

// fetched is what a browser makes of an operation from a site.
func fetched(t *testing.T, p *local, site Site, operation string) string {
	t.Helper()
	var o Operation
	for _, other := range operations {
		if other.ID == operation {
			o = other
		}
	}
	var outcomes []string
	for _, b := range p.backends {
		got := p.predictions(t, Question{Backend: b.ID, Site: site.ID, Method: o.Method, Path: o.Path, Headers: o.Headers, Body: o.Body, Credentials: o.Credentials})[0]
		outcomes = append(outcomes, strings.TrimSpace(got.Outcome+" "+got.Step))
	}
	if slices.Sort(outcomes); outcomes[0] != outcomes[len(outcomes)-1] {
		t.Errorf("%s from %s is %q", operation, site.ID, outcomes)
	}
	return outcomes[0]
}

func TestPresetsDoWhatTheySay(t *testing.T) {
	p := serving(t)
	const readable, missing = "readable", "blocked " + string(fetch.StepAllowOriginMissing)
	tests := map[string]map[string]string{ // preset, then site and operation
		"cookies": {
			"app me": readable, "app update": readable, "app login": readable, "app crash": readable, "app missing": readable,
			"app account": "blocked " + string(fetch.StepPreflightAuthorization),
			"stranger me": missing, "sandbox me": missing, "admin public": missing,
		},
		"tokens": {
			"app account": readable, "app posts": readable, "stranger account": missing,
			"app me": "blocked " + string(fetch.StepAllowCredentials),
		},
		"public": {
			"app public": readable, "stranger public": readable, "sandbox posts": readable,
			"stranger me":      "blocked " + string(fetch.StepAllowOrigin),
			"stranger account": "blocked " + string(fetch.StepPreflightAuthorization),
		},
		"subdomains":  {"app me": readable, "app delete": readable, "stranger me": missing},
		"development": {"app update": readable, "admin account": readable, "stranger me": missing, "sandbox me": missing},
		"extension":   {"app public": missing, "sandbox public": missing},
	}
	for _, preset := range p.presets() {
		t.Run(preset.ID, func(t *testing.T) {
			var check Check
			if status := p.call(t, "/api/policy", PolicyText{preset.Policy}, &check); status != 200 || !check.OK {
				t.Fatalf("it is refused with %d: %v", status, check.Problems)
			}
			if len(tests[preset.ID]) == 0 {
				t.Error("nothing is known of what it does")
			}
			for key, want := range tests[preset.ID] {
				id, operation, _ := strings.Cut(key, " ")
				for _, site := range p.sites {
					if site.ID != id {
						continue
					}
					if got := fetched(t, p, site, operation); !strings.HasPrefix(got, want) {
						t.Errorf("%s from %s is %s, want %s", operation, id, got, want)
					}
				}
			}
		})
	}
}

func TestPredictionChangesNothingAndIsRefusedForWhatNoScriptCanDo(t *testing.T) {
	p := serving(t)
	before := p.state().Policy
	good := Question{Backend: "gin", Site: "app", Method: "GET", Path: "/posts", Credentials: "omit"}
	with := func(change func(*Question)) Question {
		q := good
		change(&q)
		return q
	}
	for title, test := range map[string]struct {
		question Question
		status   int
		outcome  string
	}{
		"a GET":                    {good, 200, "readable"},
		"a GET without CORS":       {with(func(q *Question) { q.Mode = "no-cors" }), 200, "opaque"},
		"a login":                  {with(func(q *Question) { q.Method, q.Path, q.Credentials = "POST", "/login", "include" }), 200, "readable"},
		"TRACE":                    {with(func(q *Question) { q.Method = "TRACE" }), 200, "refused"},
		"a method that is no name": {with(func(q *Question) { q.Method = "GET /\r\nX: y" }), 200, "refused"},
		"a header that is no name": {with(func(q *Question) { q.Headers = [][2]string{{"a b", "c"}} }), 200, "refused"},
		"a value with a line":      {with(func(q *Question) { q.Headers = [][2]string{{"A", "b\r\nC: d"}} }), 200, "refused"},
		"a GET with a body":        {with(func(q *Question) { q.Body = "x" }), 200, "refused"},
		"credentials of no kind":   {with(func(q *Question) { q.Credentials = "all" }), 200, "refused"},
		"a mode of no kind":        {with(func(q *Question) { q.Mode = "navigate" }), 200, "refused"},
		"no backend":               {with(func(q *Question) { q.Backend = "https://example.com" }), 400, ""},
		"no site":                  {with(func(q *Question) { q.Site = "" }), 400, ""},
		"another host":             {with(func(q *Question) { q.Path = ".attacker.example/" }), 400, ""},
		"another port":             {with(func(q *Question) { q.Path = "0/" }), 400, ""},
		"an exchange":              {with(func(q *Question) { q.Path = "/posts?exchange=x" }), 400, ""},
	} {
		t.Run(title, func(t *testing.T) {
			if test.status != 200 {
				var refusal struct{ Error string }
				if status := p.call(t, "/api/predict", []Question{good, test.question}, &refusal); status != test.status || refusal.Error == "" {
					t.Errorf("the response is %d %q, want %d and why", status, refusal.Error, test.status)
				}
				return
			}
			if got := p.predictions(t, good, test.question); got[0].Outcome != "readable" || got[1].Outcome != test.outcome || got[1].Text == "" {
				t.Errorf("the predictions are %+v, want that the second is %s", got, test.outcome)
			}
		})
	}
	if after := p.state().Policy; after != before {
		t.Errorf("the policy is %v, and was %v", after, before)
	}
	if len(p.recorder.order) != 0 {
		t.Errorf("recorded are %v", p.recorder.order)
	}
}

func TestAnExchangeIsExplainedByThePolicyInForce(t *testing.T) {
	p := serving(t)
	site := p.sites[0].Origin
	for _, b := range p.backends {
		send(t, "OPTIONS", b.Origin+"/posts/1?exchange="+b.ID, "", "Origin: "+site, "Access-Control-Request-Method: PUT")
		send(t, "PUT", b.Origin+"/posts/1?exchange="+b.ID, "{}", "Origin: "+site)
		var exchanges Exchanges
		p.call(t, "/api/exchanges", []string{"unknown", b.ID}, &exchanges)
		if exchanges.Version != 1 || len(exchanges.Messages) != 2 || len(exchanges.Messages[0]) != 0 || len(exchanges.Messages[1]) != 2 {
			t.Fatalf("%s: the exchanges are %+v", b.ID, exchanges)
		}
		messages := exchanges.Messages[1]
		if m := messages[1]; m.Request.Target != "/posts/1" || m.Response.Status != 200 || header(m.Response.Headers, "Access-Control-Allow-Origin") != site {
			t.Errorf("%s: the request is %+v", b.ID, m)
		}
		var got Explanations
		p.call(t, "/api/explain", messages, &got)
		if got.Version != 1 || len(got.Explanations) != 2 || !got.Explanations[0].Preflight || got.Explanations[1].Preflight {
			t.Fatalf("%s: the explanations are %+v", b.ID, got)
		}
		for _, e := range got.Explanations {
			if !e.Data.WithCredentials.Allowed || !strings.Contains(e.Text, site) {
				t.Errorf("%s: the explanation is %s", b.ID, e.Text)
			}
		}
	}
}

func TestProblemsOfAPolicyAreToldWhereTheyAre(t *testing.T) {
	p := serving(t)
	for _, test := range []struct {
		title, policy string
		want          Problem // apart from message and value
		value         string
	}{
		{"an origin with a path", `{"allowOrigins": ["https://a.example", "https://b.example/x"]}`, Problem{Field: "allowOrigins", Entry: 1, Line: 1, Column: 40}, "https://b.example/x"},
		{"a second Config", "[\n {\"paths\": [\"/a/\"], \"allowOrigins\": [\"*\"]},\n {\"allowOrigins\": [\"HTTPS://a.example\"]}\n]", Problem{Config: 1, Field: "allowOrigins", Entry: 0, Line: 3, Column: 20}, "HTTPS://a.example"},
		{"a number out of range", "{\n\"allowOrigins\": [\"*\"],\n\"maxAge\": 100000}", Problem{Field: "maxAge", Entry: -1, Line: 3, Column: 11}, "100000"},
		{"no origins", `{}`, Problem{Field: "allowOrigins", Entry: -1}, ""},
		{"a risk", `{"allowOrigins": ["null"], "allowCredentials": true}`, Problem{Field: "allowOrigins", Entry: 0, Risk: cors.RiskNullWithCredentials, Line: 1, Column: 19}, "null"},
		{"no JSON", "{\n  \"allowOrigins\": [}", Problem{Entry: -1, Line: 2, Column: 20}, ""},
		{"a field that is none", `{"allowOrigin": ["*"]}`, Problem{Field: "allowOrigin", Entry: -1, Line: 1, Column: 2}, ""},
		{"nothing", ``, Problem{Entry: -1, Line: 1, Column: 1}, ""},
		{"a list of nothing", `[]`, Problem{Entry: -1, Line: 1, Column: 1}, ""},
		{"another type", `{"allowOrigins": "*"}`, Problem{Field: "allowOrigins", Entry: -1, Line: 1, Column: 18}, ""},
		{"another type in a second Config", `[{"allowOrigins": ["*"], "paths": ["/a/"]}, {"allowOrigins": "*"}]`, Problem{Config: 1, Field: "allowOrigins", Entry: -1, Line: 1, Column: 62}, ""},
	} {
		t.Run(test.title, func(t *testing.T) {
			var check Check
			if status := p.call(t, "/api/policy", PolicyText{test.policy}, &check); status != 422 || check.OK || check.Version != 1 {
				t.Fatalf("the check is %d %+v", status, check)
			}
			if len(check.Problems) != 1 {
				t.Fatalf("the problems are %+v, want one", check.Problems)
			}
			got := check.Problems[0]
			if got.Message == "" || got.Value != test.value {
				t.Errorf("the problem is %+v, want a message and the value %q", got, test.value)
			}
			got.Message, got.Value, got.Code = "", "", ""
			if got != test.want {
				t.Errorf("the problem is %+v, want %+v", got, test.want)
			}
			if status := p.call(t, "/api/code", PolicyText{test.policy}, &check); status != 422 {
				t.Errorf("its code has the status %d", status)
			}
			if now := p.state().Policy; now.Version != 1 || now.Text != p.presets()[0].Policy {
				t.Errorf("the policy in force is %+v", now)
			}
		})
	}
	if got := fetched(t, p, p.sites[0], "me"); got != "readable" {
		t.Errorf("after policies that were refused, a request is %s", got)
	}
}

func TestAnErrorOfAnotherKindIsAProblemToo(t *testing.T) {
	if got := problems(errors.New("the policy is odd")); len(got) != 1 || got[0].Message != "the policy is odd" || got[0].Entry != -1 {
		t.Errorf("the problems are %+v", got)
	}
}

// The cookie of the sample API has SameSite=Lax, and does not go with requests of
// a sandboxed frame or of another host.
func TestPredictionsHaveTheCookiesAndTheHeadersOfABrowser(t *testing.T) {
	p := serving(t)
	check := p.setPolicy(`{"allowOrigins": ["null", "` + p.sites[0].Origin + `", "` + p.sites[2].Origin + `"], "allowCredentials": true, "exposeHeaders": ["X-Total-Count"], "acceptRisks": ["null-with-credentials"]}`)
	if !check.OK {
		t.Fatal(check.Problems)
	}
	for _, test := range []struct {
		site, path, cookie string
		status             int
	}{
		{"app", "/me", "", 401},
		{"app", "/me", sessionCookie + "=demo", 200},
		{"sandbox", "/me", sessionCookie + "=demo", 401},
		{"stranger", "/me", sessionCookie + "=demo", 401},
		{"sandbox", "/posts", "", 200},
	} {
		body := fmt.Sprintf(`[{"backend":"chi","site":%q,"method":"GET","path":%q,"headers":[],"body":"","credentials":"include"}]`, test.site, test.path)
		_, _, text := send(t, "POST", p.origin+"/api/predict", body, "Content-Type: application/json", "Cookie: "+test.cookie)
		var response Predictions
		if err := json.Unmarshal([]byte(text), &response); err != nil || len(response.Predictions) != 1 {
			t.Fatalf("%v is predicted as %s", test, text)
		}
		got := response.Predictions[0]
		if got.Outcome != "readable" || got.Status != test.status {
			t.Errorf("%v is predicted as %s", test, text)
		}
		if sees := header(got.Visible, "X-Total-Count"); test.path == "/posts" && sees != "3" {
			t.Errorf("the script sees %v, want 3 as X-Total-Count", got.Visible)
		}
	}
}

// Two policies that differ in the origin and in a header take turns under load.
// No response is a mixture, and after a change no backend has the old policy.
func TestAPolicyChangesForAllBackendsAtOnce(t *testing.T) {
	p := serving(t)
	a, b := p.sites[0].Origin, p.sites[1].Origin
	policies := []string{
		`{"allowOrigins": ["` + a + `"], "exposeHeaders": ["X-A"]}`,
		`{"allowOrigins": ["` + b + `"], "exposeHeaders": ["X-B"]}`,
	}
	respond := func(origin string) []string {
		var list []string
		for _, backend := range p.backends {
			r, err := http.NewRequest("GET", backend.Origin+"/posts", nil)
			if err != nil {
				t.Error(err)
				return nil
			}
			r.Header.Set("Origin", origin)
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return nil
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			list = append(list, response.Header.Get("Access-Control-Allow-Origin")+" "+response.Header.Get("Access-Control-Expose-Headers"))
		}
		return list
	}
	if check := p.setPolicy(policies[1]); !check.OK {
		t.Fatal(check.Problems)
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	for _, origin := range []string{a, b} {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				for _, got := range respond(origin) {
					if got != a+" X-A" && got != b+" X-B" && got != " " {
						t.Errorf("a response has %q", got)
					}
				}
			}
		})
	}
	for i := range 20 {
		if check := p.setPolicy(policies[i%2]); !check.OK || check.Version != i+3 {
			t.Errorf("change %d is %+v", i, check)
		}
		origin, other, want := a, b, a+" X-A"
		if i%2 == 1 {
			origin, other, want = b, a, b+" X-B"
		}
		for k, got := range respond(origin) {
			if got != want {
				t.Errorf("after change %d, %s responds with %q, want %q", i, p.backends[k].Title, got, want)
			}
		}
		for k, got := range respond(other) {
			if got != " " {
				t.Errorf("after change %d, %s responds with %q to the other origin", i, p.backends[k].Title, got)
			}
		}
	}
	close(done)
	all.Wait()
}

// A lineWriter hands on the first line that is written.
type lineWriter struct {
	line chan string
	text bytes.Buffer
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.text.Write(p)
	if line, _, ok := strings.Cut(w.text.String(), "\n"); ok && w.line != nil {
		w.line <- line
		w.line = nil
	}
	return len(p), nil
}

func TestRunSaysWhereThePageIsAndEndsWhenItIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &lineWriter{line: make(chan string, 1)}
	line, ended := out.line, make(chan error, 1)
	go func() { ended <- run(ctx, out, 0, false) }()
	var address string
	select {
	case said := <-line:
		address = strings.Fields(said)[4]
	case err := <-ended:
		t.Fatalf("it ends with %v", err)
	}
	if status, _, text := send(t, "GET", address, ""); status != 200 || !strings.Contains(text, "<html") {
		t.Errorf("%s has status %d", address, status)
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if c, err := net.Dial("tcp4", strings.Trim(strings.TrimPrefix(address, "http://"), "/")); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}

func TestAPortThatCannotBeHadIsNamed(t *testing.T) {
	taken, err := loopback.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, port := range []int{taken.Addr().(*net.TCPAddr).Port, 70000, -1} {
		err := run(t.Context(), io.Discard, port, false)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("port %d", port)) || !strings.Contains(err.Error(), "-port") {
			t.Errorf("the error for port %d is %v, want the port and the fix", port, err)
		}
	}
}
