package adaptertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// An attachment is a policy for a group or for one path of a router, and what
// the router serves there. Paths are written as for net/http's ServeMux.
type attachment struct {
	// group is the prefix of a group, or empty.
	group string
	// path is the path of a single route, or empty.
	path   string
	policy cors.Config
	// routes are below group, or below the root if there is none. Each has GET
	// and PUT handlers that name the whole route in the header X-Route.
	routes []string
	// ownOptions are those of the routes that also have OPTIONS handlers.
	ownOptions []string
}

func allow(origin string) cors.Config {
	return cors.Config{AllowOrigins: []string{origin}, AllowMethods: []string{"PUT"}, AllowCredentials: true}
}

// attachments are attached in this order: wide ones first, so that the order
// alone doesn't decide.
var attachments = []attachment{
	{group: "/api", policy: allow("https://api.example"), routes: []string{"/posts", "/posts/{id}", "/own"}, ownOptions: []string{"/own"}},
	{group: "/api/public", policy: allow("https://public.example"), routes: []string{"/posts", "/posts/{id}"}},
	{path: "/api/posts/{id}/comments", policy: allow("https://comments.example"), routes: []string{"/api/posts/{id}/comments", "/api/posts/{id}/comments/{comment}"}},
	{group: "/users/{user}/files", policy: allow("https://files.example"), routes: []string{"/list", "/{name}"}},
	{path: "/status", policy: allow("https://status.example"), routes: []string{"/status", "/status/more", "/free"}},
}

// RunPolicies tests attaching policies to groups and routes.
func RunPolicies(t *testing.T, f Framework) {
	t.Helper()
	t.Run("beside-wide-bases", func(t *testing.T) { runWideBases(t, f) })
	t.Run("in-any-order", func(t *testing.T) { runOrders(t, f) })
	server := f.serveAttached(t, allow("https://base.example"), attachments)
	tests := []struct{ name, path, owner string }{
		{"a route of a group has the group's policy", "/api/posts", "api"},
		{"a route with a parameter has the group's policy", "/api/posts/1", "api"},
		{"a path of a group that no route serves has the group's policy", "/api/nothing", "api"},
		{"the prefix itself has the group's policy", "/api", "api"},
		{"a path that only begins like a group has the base policy", "/apis", "base"},
		{"a narrower group within a group has its own policy", "/api/public/posts", "public"},
		{"a parameter in a narrower group changes nothing", "/api/public/posts/1", "public"},
		{"a path of the narrower group that no route serves has its policy", "/api/public/nothing", "public"},
		{"a route within a group has its own policy", "/api/posts/1/comments", "comments"},
		{"a path below such a route has the group's policy", "/api/posts/1/comments/2", "api"},
		{"a group with a parameter in its prefix has its policy for all values", "/users/ada/files/list", "files"},
		{"a sibling of a group with a parameter has the base policy", "/users/ada/photos", "base"},
		{"a route has its own policy", "/status", "status"},
		{"a path below a route has the base policy", "/status/more", "base"},
		{"a path without a policy of its own has the base policy", "/free", "base"},
		{"a path that nothing serves has the base policy", "/nothing", "base"},
	}
	owners := []string{"api", "public", "comments", "files", "status", "base"}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			for _, owner := range owners {
				origin := "https://" + owner + ".example"
				for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions} {
					response := Send(t, server, method, tt.path, origin)
					allowed := response.Header.Get("Access-Control-Allow-Origin") == origin
					if allowed != (owner == tt.owner) {
						t.Errorf("%s %s from %s: allowed: %t; want the policy %q to apply", method, tt.path, origin, allowed, tt.owner)
					}
					if !varies(response, "Origin") {
						t.Errorf("%s %s from %s: Vary is %q, and must name Origin", method, tt.path, origin, response.Header.Values("Vary"))
					}
					if method == http.MethodOptions && allowed != (response.StatusCode/100 == 2) {
						t.Errorf("preflight of %s from %s: status %d, allowed: %t", tt.path, origin, response.StatusCode, allowed)
					}
				}
			}
		})
	}
	t.Run("an-OPTIONS-route-of-the-application-is-reached", func(t *testing.T) {
		r := &conformance.Request{Method: http.MethodOptions, Path: "/api/own", Headers: [][2]string{{"Origin", " https://api.example"}}}
		response, err := server.Send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got := response.Header.Get("X-Route"); got != "/api/own" {
			t.Errorf("the route %q responds, want /api/own", got)
		}
		if got := response.Header.Get("Access-Control-Allow-Origin"); got != "https://api.example" {
			t.Errorf("Access-Control-Allow-Origin is %q", got)
		}
	})
	t.Run("every-route-is-served", func(t *testing.T) {
		for _, a := range attachments {
			for _, route := range a.routes {
				path := strings.NewReplacer("{", "", "}", "").Replace(a.group + route)
				if got := Send(t, server, http.MethodGet, path, "https://any.example").Header.Get("X-Route"); got != a.group+route {
					t.Errorf("GET %s: the route %q responds, want %q", path, got, a.group+route)
				}
			}
		}
	})
}

// serveAttached starts a server with the base policy for all paths without a
// policy of their own, and with the attachments, in their order.
func (f Framework) serveAttached(t *testing.T, base cors.Config, attachments []attachment) *conformance.Server {
	app := f.New()
	policies := app.Attach(base)
	for _, a := range attachments {
		add := func(routes Routes) {
			for _, route := range a.routes {
				routes.Handle(http.MethodGet, f.Path(route), named(a.group+route))
				routes.Handle(http.MethodPut, f.Path(route), named(a.group+route))
			}
			for _, route := range a.ownOptions {
				routes.Handle(http.MethodOptions, f.Path(route), named(a.group+route))
			}
		}
		if a.path == "" {
			policies.Group(f.Path(a.group), a.policy, add)
		} else {
			policies.Route(f.Path(a.path), a.policy)
			add(app)
		}
	}
	return app.Serve(t)
}

// wideBases are laxer policies whose paths include a group's. None may override
// the group's policy.
var wideBases = []cors.Config{
	{PathRegexps: []string{"/api/.*"}},
	{PathRegexps: []string{"/api/.+"}},
	{PathRegexps: []string{"/(api|v2)/.*"}},
	{PathRegexps: []string{".*"}},
	{PathRegexps: []string{"(?i)/API/PRIVATE.*"}},
	{Paths: []string{"/api/{rest...}"}},
	{Paths: []string{"/api/"}},
	{Paths: []string{"/{x}/"}},
	{},
}

func runWideBases(t *testing.T, f Framework) {
	for _, base := range wideBases {
		t.Run(strings.Join(append(base.Paths, base.PathRegexps...), " "), func(t *testing.T) {
			base.AllowOrigins, base.AllowMethods = []string{"*"}, []string{"PUT"}
			server := f.serveAttached(t, base, []attachment{{group: "/api/private", policy: allow("https://app.example"), routes: []string{"/data"}}})
			for _, path := range []string{"/api/private", "/api/private/data", "/api/private/nothing/here"} {
				for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions} {
					for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": ""} {
						if got := Send(t, server, method, path, origin).Header.Get("Access-Control-Allow-Origin"); got != want {
							t.Errorf("%s %s from %s: Access-Control-Allow-Origin is %q, and must be %q", method, path, origin, got, want)
						}
					}
				}
			}
		})
	}
}

// runOrders attaches policies before and after middlewares, groups and other policies.
func runOrders(t *testing.T, f Framework) {
	addPosts := func(routes Routes) { routes.Handle(http.MethodGet, "/posts", ok) }
	for _, tt := range []struct {
		name    string
		prepare func(app App)
	}{
		{"Attach after middleware", func(app App) {
			app.Use(Context.Next)
			app.Attach().Group("/api", Policy, addPosts)
		}},
		{"a group that the application has already", func(app App) {
			p := app.Attach()
			app.Group("/api", addPosts)
			p.Group("/api", Policy, nil)
		}},
		{"a group that the application has later", func(app App) {
			app.Attach().Group("/api", Policy, nil)
			app.Group("/api", addPosts)
		}},
		{"a group within one that has a policy", func(app App) {
			p := app.Attach()
			p.Group("/api", cors.Config{AllowOrigins: []string{"*"}}, addPosts)
			p.Route("/api/posts", Policy)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := f.New()
			tt.prepare(app)
			f.CheckReadable(t, app.Serve(t), "/api/posts", http.StatusOK)
		})
	}
}
