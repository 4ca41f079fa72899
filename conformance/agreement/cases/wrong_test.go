package cases

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
)

// wrongServers are a right server behind a proxy that makes its responses
// wrong, each with a case that must detect it.
var wrongServers = []struct {
	name  string
	group string
	test  string // the case
	says  string // a part of what it says
	spoil func(*http.Response)
}{
	{
		"it allows every origin", "classification", "a-script-of-another-origin-does-not-read", "can read the response",
		func(r *http.Response) { r.Header.Set("Access-Control-Allow-Origin", "*") },
	},
	{
		"it allows a frame without an origin", "origins", "null-that-is-not-listed", "can read the response",
		func(r *http.Response) {
			if r.Request.Header.Get("Origin") == "null" {
				r.Header.Set("Access-Control-Allow-Origin", "null")
			}
		},
	},
	{
		"it does not allow credentials", "credentials", "include-reads", "is blocked, and must be readable",
		func(r *http.Response) { r.Header.Del("Access-Control-Allow-Credentials") },
	},
	{
		"it sets no cookie", "credentials", "a-cookie-comes-back", `the body "nobody`,
		func(r *http.Response) { r.Header.Del("Set-Cookie") },
	},
	{
		"it exposes every header", "exposed-headers", "nothing-exposed", "can see the header",
		func(r *http.Response) { r.Header.Set("Access-Control-Expose-Headers", "*") },
	},
	{
		"it exposes no header", "exposed-headers", "an-exposed-header", "cannot see the header",
		func(r *http.Response) { r.Header.Del("Access-Control-Expose-Headers") },
	},
	{
		"it refuses preflights", "classification", "a-preflight-and-its-request", "is blocked, and must be readable",
		func(r *http.Response) {
			if isPreflight(r.Request) {
				r.StatusCode = http.StatusForbidden
			}
		},
	},
	{
		"it lets preflight responses be cached", "preflight-cache", "not-at-all", "sends 0 preflights, and must send 1",
		func(r *http.Response) {
			if isPreflight(r.Request) {
				r.Header.Set("Access-Control-Max-Age", "600")
			}
		},
	},
	{
		"it lets a shared cache mix origins up", "vary-and-caches", "two-allowed-origins-share-a-cache", "is blocked, and must be readable",
		func(r *http.Response) { r.Header.Del("Vary") },
	},
	{
		"it reads only one line of requested headers", "request-headers", "asked-in-two-lines", "is blocked, and must be readable",
		func(r *http.Response) {
			if len(r.Request.Header["Access-Control-Request-Headers"]) > 1 {
				r.Header.Del("Access-Control-Allow-Headers")
			}
		},
	},
	{
		"it sends two origins", "classification", "a-script-of-an-allowed-origin-reads", "is blocked, and must be readable",
		func(r *http.Response) { r.Header.Add("Access-Control-Allow-Origin", "https://other.example") },
	},
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// checkWrongServers checks that wrong servers are detected.
func checkWrongServers(t *testing.T, b *browser, groups []conformance.Group) {
	for _, tt := range wrongServers {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			c := find(t, groups, tt.group, tt.test)
			right, err := url.Parse(adapters[0].serve(t, c.Policy).URL)
			if err != nil {
				t.Fatal(err)
			}
			wrong := httptest.NewServer(&httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(right) },
				ModifyResponse: func(r *http.Response) error {
					tt.spoil(r)
					return nil
				},
			})
			t.Cleanup(wrong.Close)
			err = c.CheckIn(t.Context(), &conformance.Server{URL: wrong.URL}, b)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the case says %v, want %q", err, tt.says)
			}
		})
	}
}

func find(t *testing.T, groups []conformance.Group, group, name string) *conformance.Case {
	t.Helper()
	for _, g := range groups {
		for i := range g.Cases {
			if g.Name == group && g.Cases[i].Name == name {
				return &g.Cases[i]
			}
		}
	}
	t.Fatalf("there is no case %s/%s", group, name)
	return nil
}
