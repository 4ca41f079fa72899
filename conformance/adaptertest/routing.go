package adaptertest

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

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

// A Router is a framework's router with one set of options, for [RunRouting] and
// [FuzzRouting].
type Router struct {
	Name string

	// Prefix comes before each of the routes if they are in a subrouter. It has
	// the syntax of the routes. Its wildcards match "de", or sometimes nothing.
	Prefix string

	// Serve returns a router that has the policy, and a GET handler for each of
	// the routes that names the route in the header X-Route. Routes are written
	// as for net/http's ServeMux and without Prefix; the policy's paths have
	// it.
	Serve func(tb testing.TB, policy []cors.Config, routes []string) Exchange
}

// NamedRouter returns the router of the framework's applications.
func (f Framework) NamedRouter(name string) Router {
	return Router{Name: name, Serve: func(_ testing.TB, policy []cors.Config, routes []string) Exchange {
		app := f.New()
		app.UseNew(policy...)
		for _, route := range routes {
			app.Handle(http.MethodGet, f.Path(route), named(route))
		}
		return app.Exchange()
	}}
}

// An Exchange sends an HTTP/1.1 request, and returns the header of the response, or
// nil if the server refuses to parse the request.
type Exchange func(request []byte) http.Header

// ExchangeWith returns the Exchange of a handler, without a network.
func ExchangeWith(handler http.Handler) Exchange {
	return func(request []byte) http.Header {
		r, err := http.ReadRequest(bufio.NewReaderSize(bytes.NewReader(request), len(request)))
		if err != nil {
			return nil
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Header()
	}
}

// RunRouting tests that engine and router read every path alike, so that no policy
// applies to another policy's route: in each of the routers, the policy of the route
// that responds must apply, to GET requests and to their preflights, and a wide policy
// that allows any origin must never apply to a route that has a narrower one. It
// requests paths that routers read differently, and generated ones, without a network;
// they are the same each time.
func RunRouting(t *testing.T, routers []Router) {
	t.Helper()
	paths := generatedPaths(1500)
	for _, router := range routers {
		t.Run(router.Name, func(t *testing.T) {
			t.Parallel()
			for _, check := range newRoutingChecks(t, router) {
				problems := 0
				for _, path := range paths {
					problem := check.run(path)
					if problem == "" {
						continue
					}
					t.Error(problem)
					if problems++; problems == 10 {
						t.Fatal("too many problems")
					}
				}
				for i, route := range routes {
					if check.served[i] == 0 {
						t.Errorf("the route %s has not responded to any request: the router does not have it", route)
					}
				}
			}
		})
	}
}

// FuzzRouting checks fuzzed paths as [RunRouting] does.
func FuzzRouting(f *testing.F, routers []Router) {
	f.Helper()
	var checks []*routingCheck
	for _, router := range routers {
		checks = append(checks, newRoutingChecks(f, router)...)
	}
	for _, path := range oddPaths {
		f.Add([]byte(path))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := pathFrom(data)
		for _, check := range checks {
			if problem := check.run(path); problem != "" {
				t.Errorf("%s: %s", check.router.Name, problem)
			}
		}
	})
}

// A routingCheck compares the routes of one router with its policy.
type routingCheck struct {
	router   Router
	exchange Exchange
	served   []int // how many requests each of the routes has served

	// wrong describes the policy that decided about a request to routes[route], if
	// it is the wrong one. The response has the header h.
	wrong func(route int, h http.Header) string
}

func newRoutingChecks(tb testing.TB, router Router) []*routingCheck {
	return []*routingCheck{
		{
			router:   router,
			exchange: router.Serve(tb, policyPerRoute(router.Prefix), routes),
			served:   make([]int, len(routes)),
			wrong: func(route int, h http.Header) string {
				if got := policyOf(h); got != route {
					return "the policy of " + describeRoute(got)
				}
				return ""
			},
		},
		{
			router:   router,
			exchange: router.Serve(tb, widePolicies(router.Prefix), routes),
			served:   make([]int, len(routes)),
			wrong: func(route int, h http.Header) string {
				if strictRoutes[routes[route]] && h.Get("Access-Control-Allow-Origin") != "" {
					return "the policy for any origin"
				}
				return ""
			},
		},
	}
}

// policyPerRoute returns a policy for each of the routes. One response shows
// which policy decided: see policyOf.
func policyPerRoute(prefix string) []cors.Config {
	policy := make([]cors.Config, len(routes))
	for i, route := range routes {
		number := strconv.Itoa(i)
		policy[i] = cors.Config{
			Paths:         []string{prefix + route},
			AllowOrigins:  []string{"*"},
			ExposeHeaders: []string{"X-Policy-" + number},
			MaxAge:        i + 1,
		}
	}
	return policy
}

// policyOf returns the index of the policy that decided, or -1 for none.
func policyOf(h http.Header) int {
	number, isActual := strings.CutPrefix(h.Get("Access-Control-Expose-Headers"), "X-Policy-")
	if isActual {
		i, err := strconv.Atoi(number)
		if err != nil {
			return -1
		}
		return i
	}
	age, err := strconv.Atoi(h.Get("Access-Control-Max-Age"))
	if err != nil {
		return -1
	}
	return age - 1
}

func describeRoute(i int) string {
	if i < 0 {
		return "no route"
	}
	return routes[i]
}

// strictRoutes are those of the routes that widePolicies protect.
var strictRoutes = map[string]bool{
	"/admin":           true,
	"/admin/{x}":       true,
	"/public/{x}/{y}":  true,
	"/users/{id}":      true,
	"/files/{rest...}": true,
}

// wildcard matches a wildcard of a Router's Prefix.
var wildcard = regexp.MustCompile(`\{\w+\}`)

// widePolicies returns policies that allow any origin, and narrower ones that don't.
func widePolicies(prefix string) []cors.Config {
	expression := wildcard.ReplaceAllLiteralString(prefix, "[^/]+")
	anyOrigin, app := []string{"*"}, []string{"https://app.example"}
	return []cors.Config{
		{AllowOrigins: anyOrigin},
		{Paths: []string{prefix + "/"}, AllowOrigins: anyOrigin, MaxAge: 1},
		{Paths: []string{prefix + "/admin/", prefix + "/files/{rest...}"}, AllowOrigins: app},
		{PathRegexps: []string{expression + "/(users|public)/.*"}, AllowOrigins: anyOrigin, MaxAge: 2},
		{PathRegexps: []string{expression + "/users/[^/]+"}, AllowOrigins: app, MaxAge: 1},
		{Paths: []string{prefix + "/public/{x}/{y}"}, AllowOrigins: app, MaxAge: 2},
	}
}

// run returns the problem with the responses to requests for a path, or "".
func (c *routingCheck) run(path routedPath) (problem string) {
	target := path.after(c.router.Prefix)
	h := c.exchange([]byte("GET " + target + " HTTP/1.1\r\nHost: api.example\r\nOrigin: https://evil.example\r\n\r\n"))
	serving := h.Get("X-Route")
	if serving == "" {
		return "" // no route responds, so there is nothing to protect
	}
	route := slices.Index(routes, serving)
	if route < 0 {
		return fmt.Sprintf("%q is served by %q, which isn't a route", target, serving)
	}
	c.served[route]++
	if wrong := c.wrong(route, h); wrong != "" {
		problem = fmt.Sprintf("%q is served by the route %s, and %s decided", target, serving, wrong)
	}
	h = c.exchange([]byte("OPTIONS " + target + " HTTP/1.1\r\nHost: api.example\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n\r\n"))
	if wrong := c.wrong(route, h); wrong != "" && problem == "" {
		problem = fmt.Sprintf("%q is served by the route %s, and %s decided about its preflight", target, serving, wrong)
	}
	return problem
}

// A routedPath is the path of a generated request.
type routedPath struct {
	path     string
	absolute bool // the target of the request is a URL
	empty    bool // the wildcards of the Prefix match nothing
}

func (p routedPath) after(prefix string) string {
	value := "de"
	if p.empty {
		value = ""
	}
	path := wildcard.ReplaceAllLiteralString(prefix, value) + p.path
	switch {
	case p.absolute:
		return "http://api.example" + path
	case path == "":
		return "/"
	}
	return path
}

const (
	maxPathData  = 200  // the number of bytes of fuzz data that are used
	firstPiece   = 0x80 // the byte that means pathPieces[0]
	absoluteForm = 0x01 // at the beginning, makes the target of the request a URL
	emptyPrefix  = 0x02 // at the beginning, empties the wildcards of the Prefix
	usualPieces  = 21   // the first of pathPieces, which random paths have more of
)

// pathPieces are the parts of generated paths.
var pathPieces = []string{
	"/", "/", "/", "/admin", "/public", "/users", "/files", "/avatar", "/1", "/22", "/other",
	"admin", "public", "users", "files", "avatar", "1", "other", "/users/1/avatar", "/admin/1", "/public/1/2",
	// case
	"/ADMIN", "/Public", "USERS", "Avatar", "/fILES",
	// dots and empty segments
	"//", "///", ".", "..", "/.", "/..", "/./", "/../", "/...", "/../admin", "/./admin",
	// escaped slashes and dots, once and twice
	"%2F", "%2f", "/%2F", "%2F/", "%2e", "%2E", "/%2e%2e/", "/%2e%2e%2f", "%2e%2e", "%252F", "%252e", "%25", "%5C", "%5c..%5c", `\`,
	// letters that need not be escaped
	"%61", "%61dmin", "/%61dmin", "/p%75blic", "/us%65rs", "/%66iles", "%41", "%7E",
	// other bytes
	";", ";x=1", "%3B", "%00", "%09", "%0a", "%0D%0A", "%20", "%7F", "%80", "%FF", "%C3%A9", "%c3%a9", "\u00e9", "\xff", "%C3", "%E2%80%AE", "%C4%B0", "%E2%84%AA", "\u212a", "\u0130", "%EF%BC%8F", "%C0%AF",
	// characters with a meaning in URLs or in patterns of routers
	"?", "?/admin", "#", "%3F", "%3f/admin", "%23", "*", ":", ":x", "/:name", "{", "}", "/{x}", "+", "%2B", "&", "=", "@", "|", `"`, "<", "^", "`", "~", "!", "$", "'", "(", ")", ",", "%", "%2", "%G1",
}

// pathFrom builds a path from fuzz data: it copies visible ASCII characters,
// and other bytes select pathPieces.
func pathFrom(data []byte) (p routedPath) {
	if len(data) > 0 && (data[0] == absoluteForm || data[0] == emptyPrefix) {
		p.absolute, p.empty = data[0] == absoluteForm, data[0] == emptyPrefix
		data = data[1:]
	}
	var path strings.Builder
	for _, b := range data[:min(len(data), maxPathData)] {
		if ' ' < b && b < 0x7f {
			path.WriteByte(b)
		} else {
			path.WriteString(pathPieces[int(b^firstPiece)%len(pathPieces)])
		}
	}
	p.path = path.String()
	if p.path != "" && p.path[0] != '/' {
		p.path = "/" + p.path
	}
	return p
}

// generatedPaths returns the root, the oddPaths, each of the pathPieces after the paths
// of routes, and random paths, n in all.
func generatedPaths(n int) []routedPath {
	random := rand.New(rand.NewPCG(1, 2))
	paths := []routedPath{{}, {absolute: true}, {empty: true}, {path: "/", empty: true}}
	for _, path := range oddPaths {
		paths = append(paths, routedPath{path: path})
	}
	for _, path := range []string{"/", "/admin", "/admin/1", "/public/1", "/users/1", "/users/1/avatar", "/files", "/files/1"} {
		for _, piece := range pathPieces {
			paths = append(paths, routedPath{path: path + piece})
		}
	}
	for len(paths) < n {
		paths = append(paths, pathFrom(randomPathData(random)))
	}
	return paths
}

// randomPathData returns data for pathFrom: a few pieces, some of them within one of
// the oddPaths.
func randomPathData(random *rand.Rand) []byte {
	var data []byte
	pieces := 1 + random.IntN(6)
	if random.IntN(3) == 0 {
		data, pieces = []byte(oddPaths[random.IntN(len(oddPaths))]), random.IntN(3)
	}
	for range pieces {
		piece := random.IntN(len(pathPieces))
		if random.IntN(3) > 0 {
			piece = random.IntN(usualPieces)
		}
		i := random.IntN(len(data) + 1)
		data = append(data[:i], append([]byte{byte(piece) ^ firstPiece}, data[i:]...)...)
	}
	switch random.IntN(20) {
	case 0:
		data = append([]byte{absoluteForm}, data...)
	case 1, 2:
		data = append([]byte{emptyPrefix}, data...)
	}
	return data
}
