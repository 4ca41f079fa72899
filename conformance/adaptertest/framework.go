package adaptertest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// A Framework is an adapter and its framework, with one set of options.
type Framework struct {
	// New returns an application that recovers from panics. If the adapter has
	// an ErrorHandler, the application has those of the engines: the last one
	// is called first.
	New func(engines ...*cors.Engine) App
	// Path returns a path in the framework's syntax. It is given one in the
	// syntax of net/http's ServeMux.
	Path func(path string) string
	// Package is the name of the adapter's package, and Router what its errors
	// call an application.
	Package, Router string
	// OwnsHeaders says that the adapter replaces CORS headers that handlers set.
	OwnsHeaders bool
}

// An App is an application with the functions of an adapter. Paths are in the
// framework's syntax. If it is an [http.Handler], it is also tested over HTTP/2.
type App interface {
	Routes
	// Attach calls the adapter's function.
	Attach(base ...cors.Config) Policies
	// Serve starts a server, which ends with the test.
	Serve(tb testing.TB) *conformance.Server
	// Exchange returns a function that serves requests without a network.
	Exchange() Exchange
}

// Routes are those of an application, or of a group.
type Routes interface {
	// UseNew adds the middleware that the adapter's New returns.
	UseNew(cfgs ...cors.Config)
	// UseMiddleware adds the middleware that the adapter's Middleware returns.
	// The skip functions are given the path of the request.
	UseMiddleware(engine *cors.Engine, skip ...func(path string) bool)
	// Use adds a middleware of the application.
	Use(middleware Handler)
	// Handle adds a route.
	Handle(method, path string, handler Handler)
	// Group calls add with the routes of a group.
	Group(prefix string, add func(Routes))
}

// Policies attach a policy to a group and to a route.
type Policies struct {
	// Group calls add, if not nil, with the routes of the group.
	Group func(prefix string, policy cors.Config, add func(Routes))
	Route func(path string, policy cors.Config)
}

// A Handler is a handler or a middleware. The framework responds to its error
// with status 500, unless it has already responded.
type Handler func(Context) error

// A Context is what a Handler can do to a request and its response, in the
// framework's own way.
type Context interface {
	// Next calls the handlers inside of a middleware.
	Next() error
	// Set and Add change a header of the response, and Reset removes all.
	Set(name, value string)
	Add(name, value string)
	Reset()
	// Respond responds with a status and without a body.
	Respond(status int) error
	// ServeHTTP has a handler of net/http respond, if it returns no error.
	ServeHTTP(handler func(http.ResponseWriter, *http.Request) error) error
}

// HTTPContext returns the Context of a framework that has the types of net/http.
// next is for a middleware only.
func HTTPContext(w http.ResponseWriter, r *http.Request, next func() error) Context {
	return &httpContext{w, r, next}
}

type httpContext struct {
	w    http.ResponseWriter
	r    *http.Request
	next func() error
}

func (c *httpContext) Next() error            { return c.next() }
func (c *httpContext) Set(name, value string) { c.w.Header().Set(name, value) }
func (c *httpContext) Add(name, value string) { c.w.Header().Add(name, value) }
func (c *httpContext) Reset()                 { clear(c.w.Header()) }

func (c *httpContext) Respond(status int) error {
	c.w.WriteHeader(status)
	return nil
}

func (c *httpContext) ServeHTTP(handler func(http.ResponseWriter, *http.Request) error) error {
	return handler(c.w, c.r)
}

// Serve starts a server, which ends with the test.
func Serve(tb testing.TB, handler http.Handler) *conformance.Server {
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	return &conformance.Server{URL: server.URL}
}

// Trusted is the origin that Policy allows.
const Trusted = "https://app.example.com"

// Policy is a policy that most applications have.
var Policy = cors.Config{
	AllowOrigins:     []string{Trusted},
	AllowCredentials: true,
	ExposeHeaders:    []string{"X-Total-Count"},
}

// Send sends a request as a script of an origin does, and returns the response
// without its body. OPTIONS is a preflight for PUT.
func Send(t *testing.T, server *conformance.Server, method, path, origin string, headers ...[2]string) *http.Response {
	t.Helper()
	r := &conformance.Request{Method: method, Path: path, Headers: [][2]string{{"Origin", " " + origin}}}
	if method == http.MethodOptions {
		r.Headers = append(r.Headers, [2]string{"Access-Control-Request-Method", " PUT"})
	}
	r.Headers = append(r.Headers, headers...)
	response, err := server.Send(t.Context(), r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return response
}

// CheckReadable sends a GET request from Trusted, and checks that its script can
// read the response under Policy.
func (f Framework) CheckReadable(t *testing.T, server *conformance.Server, path string, status int) {
	t.Helper()
	f.checkReadable(t, Send(t, server, http.MethodGet, path, Trusted), status)
}

func (f Framework) checkReadable(t *testing.T, response *http.Response, status int) {
	t.Helper()
	if response.StatusCode != status {
		t.Errorf("status %d, want %d", response.StatusCode, status)
	}
	if got := response.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != Trusted {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, Trusted)
	}
	if got := response.Header.Get("Access-Control-Allow-Credentials"); got != "true" {
		t.Errorf("Access-Control-Allow-Credentials is %q, want true", got)
	}
	if got := response.Header.Values("Vary"); !varies(response, "Origin") || f.OwnsHeaders && len(got) != 1 {
		t.Errorf("Vary is %q, and must name Origin, in one line if the adapter owns it", got)
	}
}

// CheckAllowed checks that a response allows an origin, or none if want is empty.
func CheckAllowed(t *testing.T, response *http.Response, want string) {
	t.Helper()
	got := response.Header.Values("Access-Control-Allow-Origin")
	if want == "" && got != nil || want != "" && (len(got) != 1 || got[0] != want) {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, want)
	}
}

func newEngine(tb testing.TB, cfgs ...cors.Config) *cors.Engine {
	tb.Helper()
	engine, err := cors.New(cfgs...)
	if err != nil {
		tb.Fatal(err)
	}
	return engine
}

// ok responds with status 200.
func ok(c Context) error { return c.Respond(http.StatusOK) }

// fail fails.
func fail(Context) error { return errors.New("no") }

// named returns a handler that names a route in the header X-Route.
func named(route string) Handler {
	return func(c Context) error {
		c.Set("X-Route", route)
		return ok(c)
	}
}

// varies reports whether a response names a request header in Vary.
func varies(response *http.Response, name string) bool {
	for member := range strings.SplitSeq(strings.Join(response.Header.Values("Vary"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(member), name) {
			return true
		}
	}
	return false
}
