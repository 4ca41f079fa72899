package adaptertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// An Attachment is a policy for a group or for one path of a router, and what
// the router serves there. Paths are written as for net/http's ServeMux.
type Attachment struct {
	// Group is the prefix of a group, or empty.
	Group string
	// Path is the path of a single route, or empty.
	Path   string
	Policy cors.Config
	// Routes are below Group, or below the root if there is none. Each has GET
	// and PUT handlers that name the whole route in the header X-Route.
	Routes []string
	// OwnOptions are routes that have OPTIONS handlers, too.
	OwnOptions []string
}

func allow(origin string) cors.Config {
	return cors.Config{AllowOrigins: []string{origin}, AllowMethods: []string{"PUT"}, AllowCredentials: true}
}

// attachments are attached in this order: wide ones first, so that the order
// alone doesn't decide.
var attachments = []Attachment{
	{Group: "/api", Policy: allow("https://api.example"), Routes: []string{"/posts", "/posts/{id}", "/own"}, OwnOptions: []string{"/own"}},
	{Group: "/api/public", Policy: allow("https://public.example"), Routes: []string{"/posts", "/posts/{id}"}},
	{Path: "/api/posts/{id}/comments", Policy: allow("https://comments.example"), Routes: []string{"/api/posts/{id}/comments", "/api/posts/{id}/comments/{comment}"}},
	{Group: "/users/{user}/files", Policy: allow("https://files.example"), Routes: []string{"/list", "/{name}"}},
	{Path: "/status", Policy: allow("https://status.example"), Routes: []string{"/status", "/status/more", "/free"}},
}

// RunPolicies tests attaching policies to groups and routes. serve starts a
// server with the base policy for all paths without a policy of their own, and
// with the attachments, in their order.
func RunPolicies(t *testing.T, serve func(t *testing.T, base cors.Config, attachments []Attachment) *conformance.Server) {
	t.Helper()
	t.Run("beside-wide-bases", func(t *testing.T) { runWideBases(t, serve) })
	server := serve(t, allow("https://base.example"), attachments)
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
					response := ask(t, server, method, tt.path, origin)
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
			for _, route := range a.Routes {
				path := strings.NewReplacer("{", "", "}", "").Replace(a.Group + route)
				if got := ask(t, server, http.MethodGet, path, "https://any.example").Header.Get("X-Route"); got != a.Group+route {
					t.Errorf("GET %s: the route %q responds, want %q", path, got, a.Group+route)
				}
			}
		}
	})
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

func runWideBases(t *testing.T, serve func(t *testing.T, base cors.Config, attachments []Attachment) *conformance.Server) {
	for _, base := range wideBases {
		t.Run(strings.Join(append(base.Paths, base.PathRegexps...), " "), func(t *testing.T) {
			base.AllowOrigins, base.AllowMethods = []string{"*"}, []string{"PUT"}
			server := serve(t, base, []Attachment{{Group: "/api/private", Policy: allow("https://app.example"), Routes: []string{"/data"}}})
			for _, path := range []string{"/api/private", "/api/private/data", "/api/private/nothing/here"} {
				for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions} {
					for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": ""} {
						if got := ask(t, server, method, path, origin).Header.Get("Access-Control-Allow-Origin"); got != want {
							t.Errorf("%s %s from %s: Access-Control-Allow-Origin is %q, and must be %q", method, path, origin, got, want)
						}
					}
				}
			}
		})
	}
}

// ask sends a request of a script of an origin. OPTIONS is a preflight for PUT.
func ask(t *testing.T, server *conformance.Server, method, path, origin string) *http.Response {
	t.Helper()
	r := &conformance.Request{Method: method, Path: path, Headers: [][2]string{{"Origin", " " + origin}}}
	if method == http.MethodOptions {
		r.Headers = append(r.Headers, [2]string{"Access-Control-Request-Method", " PUT"})
	}
	response, err := server.Send(t.Context(), r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return response
}
