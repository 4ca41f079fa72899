package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Each row is a sequence of fetches by one agent; a fetch that the cache does
// not cover is preflighted.
func TestPreflightCache(t *testing.T) {
	type visit struct {
		after   time.Duration // since the visit before
		request Request
		headers string // the headers of a preflight response, except for the origin
		want    bool   // is there a preflight?
	}
	put := Request{Method: "PUT"}
	putWithCredentials := Request{Method: "PUT", Credentials: CredentialsInclude}
	header := func(names ...string) Request {
		r := Request{}
		for _, name := range names {
			r.Headers = append(r.Headers, Header{name, "1"})
		}
		return r
	}
	const (
		methods = "Access-Control-Allow-Methods: "
		headers = "Access-Control-Allow-Headers: "
		maxAge  = "\nAccess-Control-Max-Age: "
	)
	at := func(request Request, path string) Request { request.URL = api + path; return request }

	tests := []struct {
		title  string
		limit  time.Duration
		visits []visit
	}{
		{"a response is cached for its max-age", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "600", true},
			{599 * time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
		}},
		{"a response without max-age is cached for five seconds", 0, []visit{
			{0, put, methods + "PUT", true},
			{4999 * time.Millisecond, put, "", false},
			{time.Millisecond, put, methods + "PUT", true},
		}},
		{"a response with an invalid max-age is cached for five seconds", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "-1", true},
			{4 * time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
		}},
		{"a response with a repeated max-age is cached for five seconds", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "600" + maxAge + "600", true},
			{4 * time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
		}},
		{"a response with max-age 0 is not cached", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "0", true},
			{0, put, methods + "PUT" + maxAge + "0", true},
		}},
		{"max-age is capped at two hours", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "86400", true},
			{2*time.Hour - time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
		}},
		{"max-age is capped at the agent's limit", time.Minute, []visit{
			{0, put, methods + "PUT" + maxAge + "600", true},
			{59 * time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
		}},
		{"the limit caps the five seconds too", time.Second, []visit{
			{0, put, methods + "PUT", true},
			{time.Second, put, methods + "PUT", true},
		}},
		{"a negative limit keeps nothing", -1, []visit{
			{0, put, methods + "PUT" + maxAge + "600", true},
			{0, put, methods + "PUT" + maxAge + "600", true},
		}},

		{"methods that were named are known", 0, []visit{
			{0, put, methods + "PUT, DELETE", true},
			{0, Request{Method: "DELETE"}, "", false},
			{0, Request{Method: "PATCH"}, methods + "PATCH", true},
			{0, put, "", false},
		}},
		{"methods are compared byte by byte", 0, []visit{
			{0, Request{Method: "PATCH"}, methods + "PATCH", true},
			{0, Request{Method: "patch"}, methods + "patch", true},
		}},
		{"a safelisted method needs no entry", 0, []visit{
			{0, header("X-A"), headers + "X-A", true},
			{0, Request{Method: "POST", Headers: HeaderList{{"X-A", "1"}}}, "", false},
		}},
		{"a wildcard covers other methods", 0, []visit{
			{0, put, methods + "*", true},
			{0, Request{Method: "DELETE"}, "", false},
		}},
		{"header names that were named are known in any case", 0, []visit{
			{0, header("X-A"), headers + "x-a, X-B", true},
			{0, header("x-b", "X-A"), "", false},
			{0, header("X-A", "X-C"), headers + "X-A, X-C", true},
			{0, header("X-B", "X-C"), "", false},
		}},
		{"a wildcard covers other headers and not Authorization", 0, []visit{
			{0, header("X-A"), headers + "*", true},
			{0, header("X-B"), "", false},
			{0, header("Authorization"), headers + "Authorization", true},
			{0, header("Authorization", "X-B"), "", false},
		}},
		{"a method and headers from different responses go together", 0, []visit{
			{0, put, methods + "PUT", true},
			{0, header("X-A"), headers + "X-A", true},
			{0, Request{Method: "PUT", Headers: HeaderList{{"X-A", "1"}}}, "", false},
		}},
		{"an empty response leaves nothing in the cache", 0, []visit{
			{0, Request{UseCORSPreflight: true}, methods + "", true},
			{0, Request{UseCORSPreflight: true}, methods + "", true},
		}},
		{"a flagged request's own method is kept", 0, []visit{
			{0, Request{UseCORSPreflight: true}, "X: y", true},
			{0, Request{UseCORSPreflight: true}, "", false},
			{0, Request{UseCORSPreflight: true, Method: "POST"}, "X: y", true},
		}},

		{"another path is another URL", 0, []visit{
			{0, at(put, "/a"), methods + "PUT", true},
			{0, at(put, "/b"), methods + "PUT", true},
			{0, at(put, "/a"), "", false},
		}},
		{"another query is another URL", 0, []visit{
			{0, at(put, "/a?1"), methods + "PUT", true},
			{0, at(put, "/a?2"), methods + "PUT", true},
		}},
		{"URLs are compared as parsed", 0, []visit{
			{0, at(put, "/a"), methods + "PUT", true},
			{0, at(put, ":443/b/../a"), "", false},
		}},

		{"a response with credentials is used for a request without", 0, []visit{
			{0, putWithCredentials, methods + "PUT", true},
			{0, put, "", false},
			{0, putWithCredentials, "", false},
		}},
		{"a response without credentials is not used for a request with", 0, []visit{
			{0, put, methods + "PUT", true},
			{0, putWithCredentials, methods + "PUT", true},
			{0, put, "", false},
		}},
		{"mode omit and mode same-origin are alike", 0, []visit{
			{0, Request{Method: "PUT", Credentials: CredentialsOmit}, methods + "PUT", true},
			{0, Request{Method: "PUT", Credentials: CredentialsSameOrigin}, "", false},
		}},
		{"a kept wildcard covers methods with credentials as well", 0, []visit{
			{0, Request{Credentials: CredentialsInclude, UseCORSPreflight: true}, methods + "*", true},
			{0, putWithCredentials, "", false},
		}},

		{"a later response sets the max-age, from when the entry was stored", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "100", true},
			{50 * time.Second, header("X-A"), headers + "X-A\n" + methods + "PUT" + maxAge + "60", true},
			{9 * time.Second, put, "", false},
			{time.Second, put, methods + "PUT", true},
			{49 * time.Second, header("X-A"), "", false},
		}},
		{"a later response with max-age 0 ends an entry", 0, []visit{
			{0, put, methods + "PUT" + maxAge + "100", true},
			{time.Second, header("X-A"), headers + "X-A\n" + methods + "PUT" + maxAge + "0", true},
			{0, put, methods + "PUT", true},
		}},
		{"a later response with max-age 0 ends a header name's entry", 0, []visit{
			{0, header("X-A"), headers + "X-A" + maxAge + "100", true},
			{time.Second, put, headers + "x-a\n" + methods + "PUT" + maxAge + "0", true},
			{0, header("X-A"), headers + "X-A", true},
		}},
		{"a response that is a network error clears the URL's entries", 0, []visit{
			{0, put, methods + "PUT", true},
			{0, header("X-A"), "", true},
			{0, put, methods + "PUT", true},
		}},
		{"a network error clears no other URL's entries", 0, []visit{
			{0, at(put, "/a"), methods + "PUT", true},
			{0, at(header("X-A"), "/b"), "", true},
			{0, at(put, "/a"), "", false},
		}},
	}
	w := newWeb(t)
	var preflightResponse string
	w.site(api, func(rw http.ResponseWriter, r *http.Request) {
		lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}
		if r.Header.Get("Access-Control-Request-Method") != "" {
			lines = append(lines, strings.Split(preflightResponse, "\n")...)
		}
		respond(rw, lines...)
	})
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
			agent := w.agent(app)
			agent.Now = func() time.Time { return now }
			agent.MaxAgeLimit = test.limit
			for i, visit := range test.visits {
				now = now.Add(visit.after)
				preflightResponse = visit.headers
				request := visit.request
				if request.URL == "" {
					request.URL = api + "/"
				}
				response, err := agent.Fetch(t.Context(), &request)
				outcome(t, response, err)
				exchanges := wire(response, err)
				if got := strings.HasPrefix(exchanges[0], "OPTIONS"); got != visit.want {
					t.Fatalf("visit %d: preflight %t, want %t (%v)", i+1, got, visit.want, exchanges)
				}
				if visit.headers == "" && !visit.want && err != nil {
					t.Fatalf("visit %d: %v", i+1, err)
				}
			}
		})
	}
}

// Each agent has its own cache, because it is a network partition.
func TestPreflightCacheIsNotShared(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{
		preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"},
		request:   []string{"Access-Control-Allow-Origin: *"},
	}.ServeHTTP)
	for range 2 {
		response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/", Method: "PUT"})
		outcome(t, response, err)
		expectWire(t, wire(response, err), "OPTIONS "+api+"/ 200", "PUT "+api+"/ 200")
	}
}

// The opaque origin after redirects has entries of its own.
func TestPreflightCacheKeepsOriginsApart(t *testing.T) {
	w := newWeb(t)
	w.site(api, func(rw http.ResponseWriter, r *http.Request) {
		lines := []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}
		if r.Method == "PUT" && r.URL.Path == "/away" {
			lines = append(lines, "Status: 307", "Location: "+other+"/")
		}
		respond(rw, lines...)
	})
	w.site(other, responses{
		preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"},
		request:   []string{"Access-Control-Allow-Origin: *"},
	}.ServeHTTP)
	agent := w.agent(app)
	for _, test := range []struct {
		url  string
		want []string
	}{
		{other + "/", []string{"OPTIONS " + other + "/ 200", "PUT " + other + "/ 200"}},
		{api + "/away", []string{"OPTIONS " + api + "/away 200", "PUT " + api + "/away 307", "OPTIONS " + other + "/ 200", "PUT " + other + "/ 200"}},
		{api + "/away", []string{"PUT " + api + "/away 307", "PUT " + other + "/ 200"}},
	} {
		response, err := agent.Fetch(t.Context(), &Request{URL: test.url, Method: "PUT"})
		if got := outcome(t, response, err); got != "cors 200" {
			t.Fatal(err)
		}
		expectWire(t, wire(response, err), test.want...)
	}
}

func TestPreflightCacheIsBounded(t *testing.T) {
	u, err := parseURL(api, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &request{origin: app, urlList: []*urlRecord{u}}
	var names []string
	for i := range 3 * maxCacheEntries {
		names = append(names, fmt.Sprint("X-", i))
	}
	cache := &preflightCache{}
	now := time.Now()
	cache.update(r, now, time.Hour, names, names)
	if len(cache.entries) > maxCacheEntries {
		t.Errorf("the cache has %d entries", len(cache.entries))
	}
	if last := names[len(names)-1]; !cache.hasHeaderNameMatch(r, now, last) {
		t.Error("the newest entry is gone")
	}
}
