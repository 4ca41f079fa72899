package cors_test

import (
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
		{"more headers than a page sends", with(defaults, func(c *cors.Config) { c.AllowHeaders = []string{"*"} }), preflight("PUT", strings.Repeat("x-a,", 64)+"x-b"), cors.HeadersNotAllowed, "x-b"},
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
