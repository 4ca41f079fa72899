package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

const admin = "https://admin.example.com"

// staticHeaders responds as Express does with its package cors and a list of
// origins: it sends some headers to every origin, treats every OPTIONS request
// as a preflight, and allows the requested headers.
func staticHeaders(always http.Header, origins ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		maps.Copy(h, always)
		h.Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(origins, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method != http.MethodOptions {
			data.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
		h.Add("Vary", "Access-Control-Request-Headers")
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h.Set("Access-Control-Allow-Headers", asked)
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// login requires a login for every request before the next handler sees it.
func login(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// preflightsPass lets one handler respond to OPTIONS, and another to all other requests.
func preflightsPass(options, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			options.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// A replayingCache stores each URL's response to GET, and serves it to everybody.
type replayingCache struct {
	next   http.Handler
	full   bool // nothing more is stored
	mu     sync.Mutex
	stored map[string]*httptest.ResponseRecorder
}

// cached returns a cache in front of a server. Earlier requests from the given
// origins have warmed it; an empty origin means a request without Origin.
func cached(next http.Handler, warmedBy ...string) *replayingCache {
	c := &replayingCache{next: next, stored: make(map[string]*httptest.ResponseRecorder)}
	for _, origin := range warmedBy {
		r := httptest.NewRequest(http.MethodGet, "/data", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		c.ServeHTTP(httptest.NewRecorder(), r)
	}
	return c
}

func (c *replayingCache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		c.next.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	stored := c.stored[r.URL.RequestURI()]
	if stored == nil {
		stored = httptest.NewRecorder()
		c.next.ServeHTTP(stored, r)
		if !c.full {
			c.stored[r.URL.RequestURI()] = stored
		}
	}
	maps.Copy(w.Header(), stored.Header())
	w.WriteHeader(stored.Code)
	w.Write(stored.Body.Bytes())
}

// Typical servers, each with exactly the findings that it should have.
func TestServersAsTheyAre(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com", "https://admin.example.com"], "allowCredentials": true,
		"allowMethods": ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"], "allowHeaders": ["*"]}`
	named := []string{"-origin", app, "-origin", admin}
	credentials := http.Header{"Access-Control-Allow-Credentials": {"true"}}
	express := func() http.Handler { return staticHeaders(credentials, app, admin) }
	wildcard := staticHeaders(http.Header{"Access-Control-Allow-Origin": {"*"}})
	needsQuery := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		express().ServeHTTP(w, r)
	})
	tests := []struct {
		title   string
		handler http.Handler
		policy  string
		args    []string
		want    []string // findings
		verdict probe.Verdict
		status  int
	}{
		{"no CORS, and nobody says that there should be", data, "", nil, []string{"note no-cors"}, probe.NoCORS, exitGood},
		{"no CORS, and an origin should be allowed", data, "", named, []string{"fault no-cors"}, probe.NoCORS, exitBad},
		{"no CORS, and a policy", data, policy, nil, []string{"fault no-cors"}, probe.DoesNotConform, exitBad},

		{"CORS for an origin that nobody names", behind(t, policy), "", nil, nil, probe.NoProblems, exitGood},
		{"CORS for another origin than the one named", behind(t, policy), "", []string{"-origin", "https://other.example"}, []string{"fault origin-denied"}, probe.Faulty, exitBad},

		{"Express with several origins", express(), "", named, []string{"note disclosure", "note options-claimed"}, probe.NoProblems, exitGood},
		{"Express with several origins, without one named", express(), "", nil, []string{"note disclosure", "note options-claimed"}, probe.NoProblems, exitGood},
		{"Express with several origins and a policy", express(), policy, nil, []string{"note disclosure", "note options-claimed"}, probe.Conforms, exitGood},
		{"Express with one static origin", staticHeaders(http.Header{"Access-Control-Allow-Origin": {app}}), "", []string{"-origin", app}, []string{"note disclosure", "note options-claimed"}, probe.NoProblems, exitGood},

		{"a login before CORS", login(express()), "", named, []string{"fault login-before-cors"}, probe.NoCORS, exitBad},
		{"a login before CORS, without an origin named", login(express()), "", nil, []string{"note login-before-cors"}, probe.NoCORS, exitGood},
		{"a login before CORS and a policy", login(express()), policy, nil, []string{"fault login-before-cors"}, probe.DoesNotConform, exitBad},
		{"a login before CORS, logged in", login(express()), "", append(named, "-H", "Authorization: Bearer x"), []string{"fault login-before-cors", "note disclosure", "note options-claimed", "note preflight-refused"}, probe.Faulty, exitBad},
		{"a login before CORS, logged in, and a policy", login(express()), policy, []string{"-H", "Authorization: Bearer x"}, []string{"fault login-before-cors", "note disclosure", "note options-claimed"}, probe.DoesNotConform, exitBad},

		{"a login after CORS, whose responses have no CORS headers", preflightsPass(express(), login(data)), policy, nil, []string{"fault origin-denied", "note disclosure", "note options-claimed"}, probe.DoesNotConform, exitBad},
		{"a login after CORS", preflightsPass(express(), login(data)), "", named, []string{"fault actual-denied", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},

		{"a cold cache that replays", cached(express()), "", named, []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},
		{"a cache that replays, warmed without Origin", cached(express(), ""), "", named, []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},
		{"a cache that replays, warmed by the first origin", cached(express(), app), "", named, []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},
		{"a cache that replays, warmed by the second origin", cached(express(), admin), "", named, []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},
		{"a cache that replays, and one origin", cached(express()), "", named[:2], []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.Faulty, exitBad},
		{"a cache that replays, and a policy", cached(express(), ""), policy, nil, []string{"fault cache-replay", "note disclosure", "note options-claimed"}, probe.DoesNotConform, exitBad},
		{"a cache that replays what everybody may read", cached(wildcard, ""), "", nil, []string{"note any-origin", "note options-claimed"}, probe.NoProblems, exitGood},
		{"a cache that replays what a server reflects", cached(careless{func(string) bool { return true }, true}), "", nil, []string{"danger null-origin", "danger reflected-origin", "fault cache-replay"}, probe.Dangerous, exitBad},
		{"a server that refuses unknown queries", needsQuery, "", named, []string{"note disclosure", "note options-claimed"}, probe.NoProblems, exitGood},

		{"any origin is reflected, with credentials", careless{func(string) bool { return true }, true}, "", nil, []string{"danger null-origin", "danger reflected-origin"}, probe.Dangerous, exitBad},
		{"any origin is reflected, with credentials, and a policy", careless{func(string) bool { return true }, true}, policy, nil, []string{"danger origin-allowed", "fault preflight-denied"}, probe.DoesNotConform, exitBad},
		{"*", wildcard, "", nil, []string{"note any-origin", "note options-claimed"}, probe.NoProblems, exitGood},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			server := serve(t, test.handler)
			report, status := check(t, server, test.policy, test.args...)
			if got := ids(report, probe.Danger, probe.Fault, probe.Note); !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			if report.Verdict != test.verdict || status != test.status {
				t.Errorf("%s and exit status %d, want %s and %d", report.Verdict, status, test.verdict, test.status)
			}
			for _, c := range report.Checks {
				if f := report.FindingOf(c); f == nil && c.Result != probe.Holds {
					t.Errorf("no finding for: %s %s %s", c.Result, c.Origin, c.Title)
				}
				if c.ID == "origin-allowed" && c.Fails() && !slices.Contains(test.want, "danger origin-allowed") {
					t.Errorf("%s %s fails, and it is denied", c.Origin, c.Title)
				}
			}
			for _, f := range report.Findings {
				if text := f.Title + f.Why + f.Fix; strings.Contains(text, "cors.Engine") || strings.Contains(text, "AllowOrigins") || strings.Contains(text, "Config") {
					t.Errorf("%s speaks of this module: %s", f.ID, text)
				} else if strings.Contains(text, " bytes)") {
					t.Errorf("%s is cut: %s", f.ID, text)
				}
			}
		})
	}
}

// filled returns a cache that stores nothing more, like one that waits for
// several requests for a URL.
func filled(c *replayingCache) *replayingCache {
	c.full = true
	return c
}

// A finding about a cache says what it does, and names the request that shows it.
func TestWhatACacheReplays(t *testing.T) {
	engine := behind(t, `{"allowOrigins": ["https://app.example.com", "https://admin.example.com"]}`)
	tests := []struct {
		title string
		cache *replayingCache
		want  string
		query bool // whether a URL shows it that no cache has seen
	}{
		{"a cold cache", cached(engine), "A cache replays the response to https://app.example.com when https://admin.example.com requests the same URL.", true},
		{"a cache with a response to a request without Origin, and nothing more", filled(cached(engine, "")), "A cache replays an older response to https://app.example.com", false},
		{"a cache with a response to the first origin, and nothing more", filled(cached(engine, app)), "A cache replays an older response to https://admin.example.com", false},
		{"a cache with a response to the second origin, and nothing more", filled(cached(engine, admin)), "A cache replays an older response to https://app.example.com", false},
		{"a cache with nothing, and nothing more", filled(cached(engine)), "", false},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			report, _ := check(t, serve(t, test.cache), "", "-origin", app, "-origin", admin)
			var found probe.Finding
			for _, f := range report.Findings {
				if f.ID == "cache-replay" {
					found = f
				}
			}
			if !strings.HasPrefix(found.Title, test.want) || (test.want == "") != (found.Title == "") || (found.Sent.Query != "") != test.query {
				t.Errorf("%q, shown by %s; want %q", found.Title, found.Sent, test.want)
			}
		})
	}
}

// One finding is about the cache, and all others are about the server.
func TestReplayIsSeenPast(t *testing.T) {
	for _, warmedBy := range [][]string{nil, {""}, {app}, {"https://stranger.example"}} {
		t.Run(fmt.Sprintf("warmed by %q", warmedBy), func(t *testing.T) {
			report, _ := check(t, serve(t, cached(behind(t, `{"allowOrigins": ["https://app.example.com"]}`), warmedBy...)), "", "-origin", app)
			for _, a := range report.Access {
				if a.Read != (a.Origin == app) {
					t.Errorf("%s can read: %v", a.Origin, a.Read)
				}
			}
			if got, want := ids(report, probe.Danger, probe.Fault), []string{"fault cache-replay"}; !slices.Equal(got, want) {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
}

// Allowed origins come first, and the request without Origin last: a cache would
// keep its response for everybody.
func TestOrderOfRequests(t *testing.T) {
	server := serve(t, data)
	for _, policy := range []string{"", `{"allowOrigins": ["https://app.example.com", "https://admin.example.com"]}`} {
		server.requests = nil
		args := []string{}
		if policy == "" {
			args = []string{"-origin", app, "-origin", admin}
		}
		check(t, server, policy, args...)
		for i, want := range []string{app, app, admin, admin, admin} {
			if got := server.requests[i].Header.Get("Origin"); got != want {
				t.Errorf("request %d comes from %q, want %q", i, got, want)
			}
		}
		cold := func(i int) string { return server.requests[i].URL.RawQuery }
		if cold(0) != "" || cold(1) == "" || cold(1) != cold(2) || cold(3) == cold(1) || cold(4) != "" {
			t.Errorf("queries: %q %q %q %q %q", cold(0), cold(1), cold(2), cold(3), cold(4))
		}
		for i, r := range server.requests {
			if last := i == len(server.requests)-1; last != (r.Header.Get("Origin") == "") {
				t.Errorf("request %d of %d comes from %q", i, len(server.requests), r.Header.Get("Origin"))
			}
		}
	}
}

// A redirect is explained by what it changes.
func TestRedirectsAreExplained(t *testing.T) {
	to := func(change func(*http.Request) string) *recorder {
		return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, change(r), http.StatusPermanentRedirect)
		}))
	}
	tests := []struct {
		title  string
		server *recorder
		path   string
		want   string
	}{
		{"to https", to(func(r *http.Request) string { return "https://" + r.Host + r.URL.Path }), "/data", `/data", with https (status 308): check that URL, and use it in scripts, since browsers don't follow redirects of preflights`},
		{"to a slash at the end", to(func(r *http.Request) string { return r.URL.Path + "/" }), "/data", `/data/", with a slash at the end (status 308)`},
		{"to no slash at the end", to(func(r *http.Request) string { return strings.TrimSuffix(r.URL.Path, "/") }), "/data/", `/data", without the slash at the end (status 308)`},
		{"to another page", to(func(r *http.Request) string { return "/login" }), "/data", `/login" (status 308)`},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			r := corscheck(t, "", test.server.URL+test.path)
			if r.status != exitUnrun || !strings.Contains(r.stderr, test.want) {
				t.Errorf("status %d: %s", r.status, r.stderr)
			}
		})
	}
}

// Several URLs are checked in order, and the worst decides the exit status.
func TestSeveralURLs(t *testing.T) {
	express := serve(t, staticHeaders(http.Header{"Access-Control-Allow-Credentials": {"true"}}, app))
	reflecting := serve(t, careless{func(string) bool { return true }, true})
	closed := nobody(t)
	tests := []struct {
		title  string
		args   []string
		status int
		want   summary
	}{
		{"nothing is found", []string{express.URL, express.URL}, exitGood, summary{2, 0, counts{0, 0, 4}}},
		{"one is dangerous", []string{express.URL, reflecting.URL}, exitBad, summary{2, 0, counts{2, 0, 2}}},
		{"one can't be reached", []string{closed, express.URL}, exitUnrun, summary{2, 1, counts{0, 0, 2}}},
		{"one can't be reached and one is dangerous", []string{reflecting.URL, closed}, exitUnrun, summary{2, 1, counts{2, 0, 0}}},
		{"dangers are ignored", []string{"-ignore", "null-origin", "-ignore", "reflected-origin", reflecting.URL, express.URL}, exitGood, summary{2, 0, counts{0, 0, 2}}},
		{"notes count", []string{"-fail-on", "note", express.URL, express.URL}, exitBad, summary{2, 0, counts{0, 0, 4}}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			r := corscheck(t, "", append([]string{"-json"}, test.args...)...)
			validate(t, r.stdout)
			var d document
			if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
				t.Fatalf("%v in %s%s", err, r.stdout, r.stderr)
			}
			if r.status != test.status || d.Status != test.status || d.Summary == nil || *d.Summary != test.want {
				t.Errorf("exit status %d, and %d in JSON, %+v; want %d, %+v", r.status, d.Status, d.Summary, test.status, test.want)
			}
			urls := test.args[len(test.args)-2:]
			for i, result := range d.Results {
				if result.URL != urls[i] || (result.Errors != nil) != (urls[i] == closed) || (result.Report == nil) != (result.Errors != nil) {
					t.Errorf("result %d: %s: %q", i, result.URL, result.Errors)
				}
			}
			text := corscheck(t, "", test.args...)
			if text.status != test.status || !strings.Contains(text.stdout, "\nSummary\n") || strings.Count(text.stderr, "corscheck sends ") != 2 {
				t.Errorf("exit status %d: %s%s", text.status, text.stdout, text.stderr)
			}
		})
	}
}

// Ignored findings don't count, and the report names them.
func TestIgnore(t *testing.T) {
	server := serve(t, careless{func(origin string) bool { return origin == "null" || origin == app }, true})
	report, status := check(t, server, "", "-origin", app, "-ignore", "null-origin", "-ignore", "vary-missing")
	if status != exitGood || report.Verdict != probe.NoProblems || len(report.Findings) > 0 || !slices.Equal(report.Ignored, []string{"null-origin"}) {
		t.Errorf("exit status %d, %s, ignored %q, found %q", status, report.Verdict, report.Ignored, ids(report, probe.Severities...))
	}
	if r := corscheck(t, "", "-origin", app, "-ignore", "null-origin", server.URL); !strings.Contains(r.stdout, "\nIgnored: null-origin.\n") {
		t.Errorf("%s", r.stdout)
	}
}

// A URL of this machine may leave out http.
func TestLoopbackNeedsNoScheme(t *testing.T) {
	tests := []struct{ arg, want string }{
		{"localhost:9206", "http://localhost:9206"},
		{"localhost", "http://localhost"},
		{"api.localhost:9206/data?x=1#top", "http://api.localhost:9206/data?x=1"},
		{"127.0.0.2:9206/data", "http://127.0.0.2:9206/data"},
		{"[::1]:9206", "http://[::1]:9206"},
		{"https://localhost:9206", "https://localhost:9206"},
	}
	for _, test := range tests {
		o, err := parse([]string{test.arg})
		if err != nil || o.urls[0] != test.want {
			t.Errorf("%s: %q, %v; want %s", test.arg, o.urls, err, test.want)
		}
	}
}
