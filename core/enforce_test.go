package cors_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	cors "github.com/corskit/cors/core"
)

// Where a browser sends no Fetch Metadata, the origin is compared with the host.
func TestRejectDisallowedComparesOriginAndHost(t *testing.T) {
	h := mustNew(t, rejecting).Handler(app)
	tests := []struct {
		name, origin, host string
		stopped            bool
	}{
		{"the same host", "https://api.example.com", "api.example.com", false},
		{"the same host and port", "http://localhost:8080", "localhost:8080", false},
		{"a host in upper case", "https://api.example.com", "API.example.com", false},
		{"the default port of https", "https://api.example.com", "api.example.com:443", false},
		{"the default port of http", "http://api.example.com", "api.example.com:80", false},
		{"an IPv6 address", "http://[::1]:8080", "[::1]:8080", false},
		{"the default port of the other scheme", "http://api.example.com", "api.example.com:443", true},
		{"another port", "https://api.example.com:8443", "api.example.com", true},
		{"no port where the host has one", "https://api.example.com", "api.example.com:8443", true},
		{"another host", "https://evil.org", "api.example.com", true},
		{"a host that ends alike", "https://evil-api.example.com", "api.example.com", true},
		{"an origin that is none", "https://api.example.com/", "api.example.com", true},
		{"an origin in upper case, which no browser sends", "https://API.example.com", "api.example.com", true},
		{"an opaque origin", "null", "null", true},
		{"no host", "https://api.example.com", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", nil)
			r.Host = tt.host
			r.Header.Set("Origin", tt.origin)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if stopped := w.Code == http.StatusForbidden; stopped != tt.stopped {
				t.Errorf("stopped is %t", stopped)
			}
		})
	}
}

func TestRejectDisallowedStopsWhatTheFunctionDenies(t *testing.T) {
	for _, tt := range []struct {
		name    string
		allowed bool
		err     error
		want    int
	}{
		{"it allows", true, nil, 200},
		{"it denies", false, nil, 403},
		{"it fails", true, errors.New("no database"), 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := mustNew(t, cors.Config{RejectDisallowed: true, AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
				r.Header("X-Tenant")
				return tt.allowed, tt.err
			}})
			r := httptest.NewRequest("POST", "/", nil)
			r.Header.Set("Origin", "https://a.example.com")
			w := httptest.NewRecorder()
			e.Handler(app).ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("answered with %d, want %d", w.Code, tt.want)
			}
			vary := "Origin, X-Tenant"
			if tt.want == 403 {
				vary = "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest, X-Tenant"
			}
			if got := w.Header().Get("Vary"); got != vary {
				t.Errorf("Vary is %q, want %q", got, vary)
			}
		})
	}
}

func TestCheckOrigin(t *testing.T) {
	tests := []struct {
		name     string
		cfg      cors.Config
		origin   []string
		metadata string // Sec-Fetch-Site
		want     bool
	}{
		{"an origin that is listed", rejecting, []string{"https://app.example.com"}, "cross-site", true},
		{"an origin that is not", rejecting, []string{"https://evil.org"}, "cross-site", false},
		{"an origin that is not listed, of a browser that sends no more", rejecting, []string{"https://evil.org"}, "", false},
		{"another origin of the same site", rejecting, []string{"https://other.example.com"}, "same-site", false},
		{"the server's own", rejecting, []string{"https://api.example.com"}, "", true},
		{"the server's own, as the browser says", rejecting, []string{"https://public.example.com"}, "same-origin", true},
		{"no origin, and so no browser", rejecting, nil, "", true},
		{"a repeated origin", rejecting, []string{"https://app.example.com", "https://app.example.com"}, "", false},
		{"an empty origin", rejecting, []string{""}, "", false},
		{"an opaque origin", rejecting, []string{"null"}, "cross-site", false},
		{"an origin that matches a pattern", listed, []string{"https://a.example.org"}, "cross-site", true},
		{"any origin, where any may read what is public", public, []string{"https://evil.org"}, "cross-site", false},
		{"the server's own, where any may read what is public", public, []string{"https://api.example.com"}, "", true},
		{"any origin, where that risk is taken", anyWithCredentials, []string{"https://evil.org"}, "cross-site", true},
		{"the opaque origin, which is anybody's, though it is listed", cors.Config{AllowOrigins: []string{"null"}}, []string{"null"}, "cross-site", false},
		{"the opaque origin, where that risk is taken", cors.Config{AllowOrigins: []string{"null"}, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials}}, []string{"null"}, "cross-site", true},
		{"the opaque origin with credentials, where that risk is taken", cors.Config{AllowOrigins: []string{"null"}, AllowCredentials: true, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials.For("null")}}, []string{"null"}, "cross-site", true},
		{"plain http, which is anybody's in the network, though it is listed", cors.Config{AllowOrigins: []string{"http://app.example.com"}}, []string{"http://app.example.com"}, "cross-site", false},
		{"plain http by a pattern", cors.Config{AllowOrigins: []string{"http://*.example.com:*"}}, []string{"http://app.example.com:8080"}, "cross-site", false},
		{"plain http by an expression", cors.Config{AllowOriginRegexps: []string{`https?://app\.example\.com`}}, []string{"http://app.example.com"}, "cross-site", false},
		{"https by an expression that allows plain http", cors.Config{AllowOriginRegexps: []string{`https?://app\.example\.com`}}, []string{"https://app.example.com"}, "cross-site", true},
		{"plain http of the machine itself", cors.Config{AllowOrigins: []string{"http://localhost:3000"}}, []string{"http://localhost:3000"}, "cross-site", true},
		{"plain http, where that risk is taken", cors.Config{AllowOrigins: []string{"http://a.example", "http://b.example"}, AcceptRisks: []cors.Risk{cors.RiskInsecureOriginWithCredentials.For("http://a.example")}}, []string{"http://a.example"}, "cross-site", true},
		{"plain http, where the risk of another is taken", cors.Config{AllowOrigins: []string{"http://a.example", "http://b.example"}, AcceptRisks: []cors.Risk{cors.RiskInsecureOriginWithCredentials.For("http://a.example")}}, []string{"http://b.example"}, "cross-site", false},
		{"plain http that the function allows", cors.Config{AllowOriginFunc: allowAll}, []string{"http://app.example.com"}, "cross-site", true},
		{"a path that no Config applies to", at(listed, "/api/"), []string{"https://app.example.com"}, "cross-site", false},
		{"the server's own, on a path that no Config applies to", at(listed, "/api/"), []string{"https://api.example.com"}, "same-origin", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "https://api.example.com/socket", nil)
			for _, o := range tt.origin {
				r.Header.Add("Origin", o)
			}
			if tt.metadata != "" {
				r.Header.Set("Sec-Fetch-Site", tt.metadata)
			}
			if got := mustNew(t, tt.cfg).CheckOrigin(r); got != tt.want {
				t.Errorf("CheckOrigin is %t", got)
			}
		})
	}
}
