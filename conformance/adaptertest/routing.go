package adaptertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// routes are the routes of [RunRouting], in the syntax of net/http's ServeMux,
// narrow ones first.
var routes = []string{
	"/{$}",
	"/admin",
	"/admin/{x}",
	"/public/{x}/{y}",
	"/public/{x}",
	"/users/{id}/avatar",
	"/users/{id}",
	"/files/{rest...}",
	"/{name}",
}

// oddPaths are paths that routers read differently.
var oddPaths = []string{
	"/", "/admin", "/admin/1", "/public/1", "/public/1/2", "/users/1", "/users/1/avatar", "/files/1", "/files/1/2/3", "/other",
	// case
	"/Admin", "/ADMIN/1", "/PUBLIC/1", "/users/1/AVATAR", "/Files/1", "/OTHER",
	// slashes at the end, and several
	"/admin/", "/admin//", "/admin/1/", "/public/", "/public/1/", "/public/1//", "/users/", "/users/1/", "/users/1/avatar/", "/files", "/files/", "/files//", "/other/",
	"//", "//admin", "//public/1", "/public//1", "/public//", "/users//avatar", "/users//", "/admin//1", "///",
	// dots
	"/.", "/..", "/./admin", "/public/.", "/public/..", "/public/../admin", "/public/../admin/1", "/public/./1", "/files/../admin", "/files/..", "/files/.", "/files/./", "/admin/.", "/admin/..", "/users/../admin", "/admin.", "/.../admin",
	// escapes of what need not be escaped
	"/%61dmin", "/%61dmin/1", "/admin%2E", "/p%75blic/1", "/other%7E", "/%6Fther/",
	// escapes of slashes and dots
	"/admin%2F", "/admin%2F1", "/admin%2f1", "/public%2F1", "/public%2F1/2", "/public/1%2F2", "/public/1%2F2/3", "/public/%2F", "/public/%2e%2e/admin", "/public/%2e%2e%2fadmin", "/public/..%2fadmin", "/public/..%2Fadmin%2F1", "/files/..%2F..%2Fadmin", "/files/%2e%2e/%2e%2e/admin", "/users/%2Favatar", "/users/1%2Favatar", "/users/1/avatar%2F", "/%2Fadmin", "/%2fpublic/1",
	// other bytes
	"/admin;x", "/admin;x=/public/1", "/public;/1", "/admin%00", "/admin%20", "/admin%09", "/public/%0a", "/public/%0D%0A/2", "/admin%3F", "/admin%23", "/public/1%3f", "/caf%C3%A9", "/caf%c3%a9/1", "/public/%C3%A9", "/public/%E2%80%AE", "/public/%FF", "/admin+", "/public/a+b", "/public/a%2Bb", "/admin%5C", "/admin%5C..%5Cpublic", "/public/%252e%252e/admin", "/public/1%252F2", "/public/a&b=c", "/public/*", "/public/{x}", "/public/:x", "/:name", "/admin*", "/*",
	// more segments than a route has
	"/users/1/2/3", "/users/1/2", "/users/1/avatar/2", "/public/1/2/3", "/admin/1/2", "/other/1/2/3",
}

// RunRouting tests that engine and router read every path alike, so that no
// policy applies to another policy's route. It gives each of a set of routes a
// policy of its own, requests paths that routers read differently, and compares
// the route that responds with the policy that applies, for GET requests and
// their preflights.
//
// serve starts a server that has the policy, and a GET handler for each of the
// routes that names the route in the header X-Route. Routes are written as for
// net/http's ServeMux.
func RunRouting(t *testing.T, serve func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server) {
	t.Helper()
	policy := make([]cors.Config, len(routes))
	for i, route := range routes {
		policy[i] = cors.Config{Paths: []string{route}, AllowOrigins: []string{originOf(i)}}
	}
	server := serve(t, policy, routes)
	served := make(map[string]bool)
	for _, path := range oddPaths {
		for i := range routes {
			route, allowed := askRoute(t, server, "GET", path, originOf(i))
			_, preflighted := askRoute(t, server, "OPTIONS", path, originOf(i))
			if route == "" {
				continue // no route responds, so there is nothing to protect
			}
			served[route] = true
			mine := route == routes[i]
			if isOdd := strings.ContainsAny(path, "%.") || strings.Contains(path, "//"); isOdd && mine {
				continue // the policy for what a file server would make of the path may deny
			}
			if allowed != mine || preflighted != mine {
				t.Errorf("%s: the route %s responds; the policy of the route %s applies to the request: %t, to its preflight: %t", path, route, routes[i], allowed, preflighted)
			}
		}
	}
	for _, route := range routes {
		if !served[route] {
			t.Errorf("the route %s has not responded to any request: the server does not have it", route)
		}
	}
}

// ServeRouting starts the server of [RunRouting].
func (f Framework) ServeRouting(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
	return f.routed(policy, routes).Serve(t)
}

// routed returns an application with a policy and with routes that say their names.
func (f Framework) routed(policy []cors.Config, routes []string) App {
	app := f.New()
	app.UseNew(policy...)
	for _, route := range routes {
		app.Handle(http.MethodGet, f.Path(route), named(route))
	}
	return app
}

func originOf(i int) string { return fmt.Sprintf("https://route-%d.example", i) }

// askRoute returns the route that responds to a request, and whether the origin is allowed.
func askRoute(t *testing.T, server *conformance.Server, method, path, origin string) (route string, allowed bool) {
	t.Helper()
	response := Send(t, server, method, path, origin)
	return response.Header.Get("X-Route"), strings.EqualFold(response.Header.Get("Access-Control-Allow-Origin"), origin)
}
