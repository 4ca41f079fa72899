package adaptertest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// watchedPolicy applies to some of the application's paths.
var watchedPolicy = []cors.Config{
	{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
	{Paths: []string{"/closed/"}, AllowOrigins: []string{"https://app.example"}, RejectDisallowed: true},
	{Paths: []string{"/api/"}, AllowOrigins: []string{"https://app.example", "https://*.app.example"}, AllowMethods: []string{"PUT"}, AllowCredentials: true},
	{Paths: []string{conformance.OwnOptions}, AllowOrigins: []string{"https://app.example"}},
}

// Configs of watchedPolicy, by their index.
const (
	nobody = iota - 1
	public
	closed
	api
	own
)

// A watchedRequest is a request, and what watchers must see of it.
type watchedRequest struct {
	name   string
	method string
	target string // path and query
	origin string // one Origin line; none if empty
	asks   bool   // with Access-Control-Request-Method
	lines  string // other lines of the header
	body   int    // bytes

	kind      cors.Kind
	config    int
	allowed   bool
	malformed bool
}

const appOrigin, evilOrigin = "https://app.example", "https://evil.example"

var watchedRequests = []watchedRequest{
	{name: "a request without Origin", method: "GET", target: "/api/data", config: api},
	{name: "an actual request that is allowed", method: "GET", target: "/api/data", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "an actual request that a pattern allows", method: "PUT", target: "/api/data", origin: "https://a.b.app.example", kind: cors.Actual, config: api, allowed: true},
	{name: "an actual request that is denied", method: "POST", target: "/api/data", origin: evilOrigin, kind: cors.Actual, config: api},
	{name: "an actual request that is stopped", method: "POST", target: "/closed/data", origin: evilOrigin, kind: cors.Actual, config: closed},
	{name: "a request that any origin may make", method: "GET", target: "/public/data", origin: evilOrigin, kind: cors.Actual, config: public, allowed: true},
	{name: "a HEAD request", method: "HEAD", target: "/api/data", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a preflight that is allowed", method: "OPTIONS", target: "/api/data", origin: appOrigin, asks: true, kind: cors.Preflight, config: api, allowed: true},
	{name: "a preflight that is denied", method: "OPTIONS", target: "/api/data", origin: evilOrigin, asks: true, kind: cors.Preflight, config: api},
	{name: "a preflight for a path without a route", method: "OPTIONS", target: "/api/1/2/3/4", origin: appOrigin, asks: true, kind: cors.Preflight, config: api, allowed: true},
	{name: "an OPTIONS request for the application", method: "OPTIONS", target: conformance.OwnOptions, origin: appOrigin, kind: cors.Actual, config: own, allowed: true},
	{name: "a preflight for a path without a policy", method: "OPTIONS", target: "/other/data", origin: appOrigin, asks: true, kind: cors.Preflight, config: nobody},
	{name: "an actual request for a path without a policy", method: "GET", target: "/other/data", origin: appOrigin, kind: cors.Actual, config: nobody},
	{name: "a request without Origin for a path without a policy", method: "GET", target: "/other/data", config: nobody},
	{name: "a path without a route", method: "GET", target: "/api/1/2/3/4", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a path without a route and without a policy", method: "GET", target: "/1/2/3/4", origin: appOrigin, kind: cors.Actual, config: nobody},
	{name: "a method without a route", method: "TRACE", target: "/api/data", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a handler that returns an error", method: "GET", target: "/api/data?do=error", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a handler that panics", method: "GET", target: "/api/data?do=panic", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a handler that panics at a path without a policy", method: "GET", target: "/other/data?do=panic", origin: appOrigin, kind: cors.Actual, config: nobody},
	{name: "a handler that resets the response", method: "GET", target: "/api/data?do=reset", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a handler that redirects", method: "GET", target: "/api/data?do=redirect&to=/api/other", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a handler that streams", method: "GET", target: "/api/data?do=stream", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "a long body, which the server may refuse", method: "POST", target: "/api/data", origin: appOrigin, body: 1 << 16, kind: cors.Actual, config: api, allowed: true},
	{name: "a path in upper and lower case", method: "GET", target: "/api/Some/Data", origin: appOrigin, kind: cors.Actual, config: api, allowed: true},
	{name: "the opaque origin", method: "GET", target: "/api/data", origin: "null", kind: cors.Actual, config: api},
	{name: "an origin in upper case", method: "GET", target: "/api/data", origin: "HTTPS://conformance.App.Example", kind: cors.Actual, config: api},
	{name: "an empty Origin", method: "GET", target: "/api/data", lines: "Origin:\r\n", kind: cors.Actual, config: api, malformed: true},
	{name: "a repeated Origin", method: "GET", target: "/api/data", lines: "Origin: https://app.example\r\nOrigin: https://app.example\r\n", kind: cors.Actual, config: api, malformed: true},
}

// RunWatched tests that the watchers of an engine are called exactly once for
// each request, whatever its outcome, and see what the client sent. serve
// starts a server with the engine and the application (see [conformance.App]),
// whose OPTIONS requests have a route at [conformance.OwnOptions] alone.
func RunWatched(t *testing.T, serve func(t *testing.T, engine *cors.Engine) *conformance.Server) {
	t.Helper()
	engine := newEngine(t, watchedPolicy...)
	w := &watched{server: serve(t, engine)}
	engine.Watch(w.watch)
	for i := range watchedRequests {
		t.Run(strings.ReplaceAll(watchedRequests[i].name, " ", "-"), func(t *testing.T) {
			if complaint := w.check(t.Context(), &watchedRequests[i]); complaint != "" {
				t.Error(complaint)
			}
		})
	}
}

// ServeWatched starts the server of [RunWatched].
func (f Framework) ServeWatched(t *testing.T, engine *cors.Engine) *conformance.Server {
	app := f.New(engine)
	app.UseMiddleware(engine)
	f.AddApp(app, false)
	return app.Serve(t)
}

// A watched server collects what its watcher sees.
type watched struct {
	server *conformance.Server
	mu     sync.Mutex
	told   []told
}

// A told is what a watcher sees of one request, in memory of its own.
type told struct {
	method, path, host, origin string
	malformed                  bool
	kind                       cors.Kind
	config                     int
	allowed                    bool
	hasContext                 bool
}

func (w *watched) watch(r *cors.Request, d cors.Decision) {
	path := r.Path
	if path == "" {
		path, _ = r.Reader.Route()
	}
	// Echo's parameters take slashes, which the adapter then escapes.
	path = strings.ReplaceAll(path, "%2F", "/")
	one := told{
		method: strings.Clone(r.Method), path: strings.Clone(path), host: strings.Clone(r.Host), origin: strings.Clone(r.Origin),
		malformed: r.MalformedOrigin, kind: d.Kind(), config: d.Config(), allowed: d.Allowed(),
		hasContext: r.Reader != nil && r.Reader.Context() != nil,
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, one)
}

// check sends a request and returns what is wrong with what the watcher sees, or "".
func (w *watched) check(ctx context.Context, r *watchedRequest) string {
	const host = "Api.Example:8080"
	if _, err := w.server.SendText(ctx, r.method, r.write(host)); err != nil {
		return "there is no response: " + err.Error()
	}
	path, _, _ := strings.Cut(r.target, "?")
	want := told{r.method, path, host, r.origin, r.malformed, r.kind, r.config, r.allowed, true}
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.told
	w.told = nil
	switch {
	case len(got) != 1:
		return fmt.Sprintf("the watcher is called %d times, want once", len(got))
	case got[0] != want:
		return fmt.Sprintf("the watcher sees\n%+v, want\n%+v", got[0], want)
	}
	return ""
}

func (r *watchedRequest) write(host string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s", r.method, r.target, host, r.lines)
	if r.origin != "" {
		fmt.Fprintf(&text, "Origin: %s\r\n", r.origin)
	}
	if r.asks {
		text.WriteString("Access-Control-Request-Method: PUT\r\n")
	}
	if r.method != http.MethodGet && r.method != http.MethodHead {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", r.body)
	}
	text.WriteString("\r\n" + strings.Repeat("x", r.body))
	return text.String()
}
