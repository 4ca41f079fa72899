package cors_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestOutcome(t *testing.T) {
	const app = "https://app.example.com"
	defaults := cors.Config{AllowOrigins: []string{app}}
	preflight := func(method, headers string) cors.Request {
		return cors.Request{Method: "OPTIONS", Path: "/", Origin: app, AccessControlRequestMethod: method, AccessControlRequestHeaders: headers}
	}
	for _, tt := range []struct {
		name    string
		config  cors.Config
		request cors.Request
		want    cors.Outcome
		refused string
	}{
		{"a request without an origin", defaults, cors.Request{Method: "GET"}, cors.Unaffected, ""},
		{"a path without a policy", with(defaults, func(c *cors.Config) { c.Paths = []string{"/api/"} }), cors.Request{Method: "GET", Path: "/", Origin: app}, cors.Unaffected, ""},
		{"an allowed origin", defaults, cors.Request{Method: "PATCH", Origin: app}, cors.Allowed, ""},
		{"an origin that isn't listed", defaults, cors.Request{Method: "GET", Origin: "https://evil.org"}, cors.OriginDenied, ""},
		{"a preflight of an origin that isn't listed", defaults, cors.Request{Method: "OPTIONS", Origin: "https://evil.org", AccessControlRequestMethod: "PATCH"}, cors.OriginDenied, ""},
		{"a preflight for what is allowed by default", defaults, preflight("PUT", "authorization,content-type"), cors.Allowed, ""},
		{"a safelisted method that isn't listed", with(defaults, func(c *cors.Config) { c.AllowMethods = []string{} }), preflight("POST", ""), cors.Allowed, ""},
		{"a method that isn't listed", with(defaults, func(c *cors.Config) { c.AllowMethods = []string{"PUT"} }), preflight("PATCH", ""), cors.MethodNotAllowed, ""},
		{"a method in another case", defaults, preflight("patch", ""), cors.MethodNotAllowed, ""},
		{"any method", with(defaults, func(c *cors.Config) { c.AllowMethods = []string{"*"} }), preflight("POKE", ""), cors.Allowed, ""},
		{"a header that isn't listed", defaults, preflight("PUT", "authorization, X-Tenant, x-b"), cors.HeadersNotAllowed, "X-Tenant"},
		{"any header covers no Authorization", with(defaults, func(c *cors.Config) { c.AllowHeaders = []string{"*"} }), preflight("PUT", "x-a,authorization"), cors.HeadersNotAllowed, "authorization"},
		{"any header, and Authorization", with(defaults, func(c *cors.Config) { c.AllowHeaders = []string{"*", "Authorization"} }), preflight("PUT", "x-a,authorization"), cors.Allowed, ""},
		{"more headers than a page sends", with(defaults, func(c *cors.Config) { c.AllowHeaders = []string{"*"} }), preflight("PUT", strings.Repeat("x-a,", 64)+"x-b"), cors.HeadersNotAllowed, "more than 64 headers"},
		{"more commas than a page sends", defaults, preflight("PUT", strings.Repeat(",", 1<<20)), cors.HeadersNotAllowed, "more than 64 headers"},
		{"more spaces than a page sends", defaults, preflight("PUT", strings.Repeat(" ", 1<<20)), cors.HeadersNotAllowed, "more than 64 headers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := mustNew(t, tt.config).Decide(&tt.request)
			if got := d.Outcome(&tt.request); got != tt.want {
				t.Errorf("the outcome is %v, want %v", got, tt.want)
			}
			if got := d.RefusedHeader(&tt.request); got != tt.refused {
				t.Errorf("%q is refused, want %q", got, tt.refused)
			}
			if blocked := tt.want > cors.Allowed; tt.want.IsBlocked() != blocked {
				t.Errorf("blocked is %t", !blocked)
			}
		})
	}
}

// Origins that embedded browsers send are no serialized origins, and can be allowed.
func TestOriginsOfEmbeddedBrowsers(t *testing.T) {
	asked := 0
	ask := func(_ context.Context, r *cors.Request) (bool, error) {
		asked++
		return true, nil
	}
	asks := []cors.Risk{cors.RiskNullWithCredentials.For("AllowOriginFunc")}
	for _, tt := range []struct {
		name    string
		config  cors.Config
		origin  string
		want    cors.Reason
		asked   int
		connect bool // CheckOrigin lets it open a WebSocket
	}{
		{"files that are listed", cors.Config{AllowOrigins: []string{"file://"}}, "file://", cors.ReasonOrigin, 0, false},
		{"an app that is listed", cors.Config{AllowOrigins: []string{"app://."}}, "app://.", cors.ReasonOrigin, 0, false},
		{"files that are listed, and their risk accepted", cors.Config{AllowOrigins: []string{"file://"}, AllowCredentials: true, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials}}, "file://", cors.ReasonOrigin, 0, true},
		{"files that are not listed", cors.Config{AllowOrigins: []string{"null"}}, "file://", cors.ReasonNotAllowed, 0, false},
		{"a file, which no browser sends", cors.Config{AllowOrigins: []string{"file://"}}, "file:///index.html", cors.ReasonMalformed, 0, false},
		{"any origin with credentials", anyWithCredentials, "file://", cors.ReasonAnyOrigin, 0, true},
		{"a function is not called", cors.Config{AllowOriginFunc: ask}, "file://", cors.ReasonNotAllowed, 0, false},
		{"nor for null", cors.Config{AllowOriginFunc: ask}, "null", cors.ReasonNotAllowed, 0, false},
		{"unless it asks", cors.Config{AllowOriginFunc: ask, AcceptRisks: asks}, "file://", cors.ReasonFunc, 2, true},
		{"also for null", cors.Config{AllowOriginFunc: ask, AcceptRisks: asks}, "null", cors.ReasonFunc, 2, true},
		{"but never for what is malformed", cors.Config{AllowOriginFunc: ask, AcceptRisks: asks}, "https://", cors.ReasonMalformed, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked = 0
			e := mustNew(t, tt.config)
			d := e.Decide(&cors.Request{Method: "GET", Origin: tt.origin})
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Origin", tt.origin)
			if connect := e.CheckOrigin(r); d.Reason() != tt.want || connect != tt.connect || asked != tt.asked {
				t.Errorf("%v, connects %t, asked %d times; want %v, %t, %d", d.Reason(), connect, asked, tt.want, tt.connect, tt.asked)
			}
		})
	}
	if _, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AcceptRisks: asks}); err == nil {
		t.Error("a risk of a function that isn't there is accepted")
	}
}
