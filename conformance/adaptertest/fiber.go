package adaptertest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// A FiberContext is the Context of Fiber, whichever its version.
type FiberContext interface {
	Context
	// SetRequest sets a header of the request, or removes it if value is empty.
	SetRequest(name, value string)
	// SetAsIs sets a header of the response, with its name as it is.
	SetAsIs(name, value string)
	// ResetValues resets the user values of fasthttp's RequestCtx.
	ResetValues()
	CheckOrigin(engine *cors.Engine) bool

	// Path and RestartRouting are methods of Fiber's Ctx.
	Path(override ...string) string
	RestartRouting() error
}

// byFiber returns a handler for Fiber.
func byFiber(handler func(c FiberContext) error) Handler {
	return func(c Context) error { return handler(c.(FiberContext)) }
}

// checkOrigin returns a handler that responds as CheckOrigin says.
func checkOrigin(engine *cors.Engine) Handler {
	return byFiber(func(c FiberContext) error {
		if !c.CheckOrigin(engine) {
			return c.Respond(http.StatusForbidden)
		}
		return ok(c)
	})
}

// resetting returns a middleware or handler that removes every header of the
// response, and then goes on.
func resetting(next Handler) Handler {
	return func(c Context) error {
		c.Reset()
		return next(c)
	}
}

// failing are ways for a handler to fail.
var failing = map[string]Handler{"by an error": fail, "by a panic": func(Context) error { panic("no") }}

// failAfterwards is a middleware that fails when those inside have succeeded.
func failAfterwards(c Context) error {
	if err := c.Next(); err != nil {
		return err
	}
	return fail(c)
}

var (
	anyOrigin = cors.Config{AllowOrigins: []string{"*"}}
	strict    = cors.Config{AllowOrigins: []string{"https://other.example"}}
)

// A layer adds a middleware.
type layer func(Routes)

func withPolicy(policy cors.Config) layer  { return func(r Routes) { r.UseNew(policy) } }
func withEngine(engine *cors.Engine) layer { return func(r Routes) { r.UseMiddleware(engine) } }
func withHandler(middleware Handler) layer { return func(r Routes) { r.Use(middleware) } }

// serveAt starts a server with the layers, the first one outermost, and with a
// handler at / for GET and PUT.
func serveAt(t *testing.T, app App, handler Handler, layers ...layer) *conformance.Server {
	for _, add := range layers {
		add(app)
	}
	app.Handle(http.MethodGet, "/", handler)
	app.Handle(http.MethodPut, "/", handler)
	return app.Serve(t)
}

// RunFiber tests what only Fiber needs, in both of its versions: its handlers can
// change the request and its user values, and its memory is reused.
func RunFiber(t *testing.T, f Framework) {
	t.Run("the request may be overwritten", func(t *testing.T) {
		server := serveAt(t, f.New(), byFiber(func(c FiberContext) error {
			c.SetRequest("Origin", strings.Repeat("x", len(Trusted)))
			c.Reset()
			return nil
		}), withPolicy(Policy))
		f.CheckReadable(t, server, "/", http.StatusOK)
	})
	t.Run("AllowOriginFunc may keep its request", func(t *testing.T) { runKeptRequests(t, f) })
	t.Run("tabs around values", func(t *testing.T) { runTabs(t, f) })
	t.Run("headers in any case are replaced", func(t *testing.T) {
		server := serveAt(t, f.New(), byFiber(func(c FiberContext) error {
			c.SetAsIs("access-control-allow-origin", "*")
			return nil
		}), withPolicy(Policy))
		f.CheckReadable(t, server, "/", http.StatusOK)
		CheckAllowed(t, Send(t, server, http.MethodGet, "/", evilOrigin), "")
	})
	t.Run("headers keep their order", func(t *testing.T) { runOrder(t, f) })
	t.Run("two policies", func(t *testing.T) { runInnerPolicies(t, f) })
	t.Run("one owner", func(t *testing.T) { runOneOwner(t, f) })
	t.Run("requests share no decision", func(t *testing.T) { runReset(t, f) })
	t.Run("CheckOrigin", func(t *testing.T) { runCheckOrigin(t, f) })
	t.Run("RestartRouting", func(t *testing.T) { runRestartRouting(t, f) })
}

// Fiber reuses the memory behind a request's strings. What AllowOriginFunc is
// given must outlive the request.
func runKeptRequests(t *testing.T, f Framework) {
	var kept []*cors.Request
	app := f.New()
	app.UseNew(cors.Config{AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
		kept = append(kept, r)
		return r.Header("X-Tenant") != "", nil
	}})
	app.Handle(http.MethodGet, f.Path("/{name}"), ok)
	server := app.Serve(t)
	var transport http.Transport // in one connection, so that its memory is reused
	defer transport.CloseIdleConnections()
	hosts := []string{"a.example", "b.example", "c.example"}
	for _, host := range hosts {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/"+host, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "https://"+host)
		request.Header.Set("X-Tenant", "t")
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		CheckAllowed(t, response, "https://"+host)
		if got := response.Header.Get("Vary"); got != "Origin, X-Tenant" {
			t.Errorf("Vary is %q, and must name what the function read", got)
		}
	}
	for i, r := range kept {
		if r.Origin != "https://"+hosts[i] || r.Path != "/"+hosts[i] {
			t.Errorf("the request of %s has become one of %q to %q", hosts[i], r.Origin, r.Path)
		}
	}
}

// Header values are without the tabs around them, which fasthttp leaves there.
func runTabs(t *testing.T, f Framework) {
	app := f.New()
	app.UseNew(Policy)
	app.Handle(http.MethodGet, "/", ok)
	server := app.Serve(t)
	for _, tt := range []struct {
		name, method, fields string
		origin               string // that is allowed
		status               int
	}{
		{"the origin of a page", "GET", "Origin:\t" + Trusted + " \t\r\n", Trusted, http.StatusOK},
		{"the origin of a page, which asks for a method", "OPTIONS", "Origin:\t" + Trusted + "\t\r\nAccess-Control-Request-Method:\tPUT\t\r\n", Trusted, http.StatusNoContent},
		{"tabs and no origin, which is malformed", "OPTIONS", "Origin:\t\r\nAccess-Control-Request-Method: PUT\r\n", "", http.StatusForbidden},
		{"tabs and no method, which make no preflight", "OPTIONS", "Origin: " + Trusted + "\r\nAccess-Control-Request-Method:\t\r\n", Trusted, http.StatusMethodNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response, err := server.SendText(t.Context(), tt.method, tt.method+" / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+tt.fields+"\r\n")
			if err != nil {
				t.Fatal(err)
			}
			CheckAllowed(t, response, tt.origin)
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
		})
	}
}

// fasthttp moves the last line into the place of one that it deletes.
func runOrder(t *testing.T, f Framework) {
	server := serveAt(t, f.New(), func(c Context) error {
		c.Add("Access-Control-Allow-Origin", "*")
		c.Add("Vary", "Accept")
		c.Add("Link", "</1>; rel=preload")
		c.Add("Vary", "Cookie")
		c.Add("Link", "</2>; rel=preload")
		c.Add("Set-Cookie", "b=1")
		c.Add("Access-Control-Expose-Headers", "X-Secret")
		c.Add("Link", "</3>; rel=preload")
		c.Add("Set-Cookie", "a=2")
		for i, name := range []string{"x-a", "X-A", "X-a"} {
			c.(FiberContext).SetAsIs(name, strconv.Itoa(i))
		}
		return nil
	}, withPolicy(Policy))
	response := Send(t, server, http.MethodGet, "/", Trusted)
	for name, want := range map[string][]string{
		"Link":       {"</1>; rel=preload", "</2>; rel=preload", "</3>; rel=preload"},
		"Set-Cookie": {"b=1", "a=2"},
		"X-A":        {"0", "1", "2"},
	} {
		if got := response.Header[name]; !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// One of the two adapters also adds Origin before the handlers.
	if got := response.Header["Vary"]; len(got) != 1 || got[0] != "Accept, Cookie, Origin" && got[0] != "Origin, Accept, Cookie" {
		t.Errorf("Vary is %q, want one line with the names in order", got)
	}
}

// Whatever the outer policy is, the response has what the inner one decides.
func runInnerPolicies(t *testing.T, f Framework) {
	rejecting := cors.Config{AllowOrigins: []string{"https://third.example"}, RejectDisallowed: true}
	passing := strict
	passing.PassPreflight = true
	afterwards := func(change func(Context)) layer {
		return withHandler(func(c Context) error {
			err := c.Next()
			change(c)
			return err
		})
	}
	for _, tt := range []struct {
		name    string
		layers  []layer
		handler Handler
		status  int
		want    string
	}{
		{"the outer one denies and the inner one allows", []layer{withPolicy(strict), withPolicy(anyOrigin)}, ok, http.StatusOK, "*"},
		{"two deny and the innermost allows", []layer{withPolicy(strict), withPolicy(strict), withPolicy(anyOrigin)}, ok, http.StatusOK, "*"},
		{"the outer one allows and the inner one denies", []layer{withPolicy(anyOrigin), withPolicy(strict)}, ok, http.StatusOK, ""},
		{"one that allows is between two that deny", []layer{withPolicy(strict), withPolicy(anyOrigin), withPolicy(strict)}, ok, http.StatusOK, ""},
		{"the inner one rejects", []layer{withPolicy(anyOrigin), withPolicy(rejecting)}, ok, http.StatusForbidden, ""},
		{"the outer one denies and the inner one rejects", []layer{withPolicy(strict), withPolicy(rejecting)}, ok, http.StatusForbidden, ""},
		{"the handler fails", []layer{withPolicy(strict), withPolicy(anyOrigin)}, fail, http.StatusInternalServerError, "*"},
		{"a middleware between allows any origin", []layer{
			withPolicy(Policy), afterwards(func(c Context) { c.Set("Access-Control-Allow-Origin", "*") }), withPolicy(Policy),
		}, ok, http.StatusOK, ""},
		{"a middleware between resets what the inner one allows", []layer{withPolicy(Policy), afterwards(Context.Reset), withPolicy(anyOrigin)}, ok, http.StatusOK, "*"},
		{"a middleware between resets what the inner one denies", []layer{withPolicy(anyOrigin), afterwards(Context.Reset), withPolicy(Policy)}, ok, http.StatusOK, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response := Send(t, serveAt(t, f.New(), tt.handler, tt.layers...), http.MethodGet, "/", evilOrigin)
			CheckAllowed(t, response, tt.want)
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
			if vary := response.Header.Values("Vary"); tt.status == http.StatusForbidden && len(vary) != 1 {
				t.Errorf("Vary is %q", vary)
			}
		})
	}
	t.Run("the outer one passes preflights on", func(t *testing.T) {
		app := f.New()
		app.UseNew(passing)
		app.UseNew(anyOrigin)
		CheckAllowed(t, Send(t, app.Serve(t), http.MethodOptions, "/", Trusted), "*")
	})
}

// A request has one owner, even if handlers reset what Fiber keeps of it or change
// its Origin.
func runOneOwner(t *testing.T, f Framework) {
	reset := withHandler(byFiber(func(c FiberContext) error {
		c.ResetValues()
		return c.Next()
	}))
	rewrite := func(origin string) layer {
		return withHandler(byFiber(func(c FiberContext) error {
			c.SetRequest("Origin", origin)
			return c.Next()
		}))
	}
	open := func(end Handler) Handler {
		return func(c Context) error {
			c.Set("Access-Control-Allow-Origin", "*")
			return end(c)
		}
	}
	lax := withPolicy(cors.Config{AllowOrigins: []string{evilOrigin}})
	elsewhere := withPolicy(cors.Config{Paths: []string{"/other"}, AllowOrigins: []string{"*"}})
	listed := cors.Config{AllowOrigins: []string{Trusted}, AllowCredentials: true}
	same := withEngine(newEngine(t, listed))
	for _, tt := range []struct {
		name         string
		layers       []layer
		handler      Handler
		origin, want string
	}{
		{"the user values are reset inside of the stricter policy", []layer{lax, withPolicy(listed), reset}, ok, evilOrigin, ""},
		{"the user values are reset between two policies", []layer{lax, reset, withPolicy(listed)}, ok, evilOrigin, ""},
		{"the user values are reset before a policy for other paths", []layer{withPolicy(listed), reset, elsewhere}, open(ok), evilOrigin, ""},
		{"the user values are reset before a policy for other paths, and the handler fails", []layer{withPolicy(listed), reset, elsewhere}, open(fail), evilOrigin, ""},
		{"Origin is rewritten before the engine comes a second time", []layer{same, rewrite(evilOrigin), same}, ok, Trusted, Trusted},
		{"Origin is rewritten to an allowed one", []layer{same, rewrite(Trusted), same}, ok, evilOrigin, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			CheckAllowed(t, Send(t, serveAt(t, f.New(), tt.handler, tt.layers...), http.MethodGet, "/", tt.origin), tt.want)
		})
	}
}

// fasthttp's user values, which hold the decision, can be reset by anybody.
func runReset(t *testing.T, f Framework) {
	wildcard := withPolicy(cors.Config{AllowOrigins: []string{"https://*.example.com"}})
	server := serveAt(t, f.New(), byFiber(func(c FiberContext) error {
		c.ResetValues()
		time.Sleep(time.Millisecond) // in which another request begins
		return nil
	}), wildcard, wildcard)
	var requests sync.WaitGroup
	for i := range 20 {
		requests.Go(func() {
			for range 20 {
				origin := fmt.Sprintf("https://app-%d.example.com", i)
				r := &conformance.Request{Method: http.MethodGet, Path: "/", Headers: [][2]string{{"Origin", " " + origin}}}
				response, err := server.Send(t.Context(), r)
				if err != nil {
					t.Error(err)
					return
				}
				CheckAllowed(t, response, origin)
			}
		})
	}
	requests.Wait()
}

func runCheckOrigin(t *testing.T, f Framework) {
	calls := 0
	engine := newEngine(t,
		cors.Config{Paths: []string{"/ws/"}, AllowOrigins: []string{Trusted}, AllowCredentials: true},
		cors.Config{Paths: []string{"/null/"}, AllowOrigins: []string{"null", "http://app.example.com"}},
		cors.Config{Paths: []string{"/asked/"}, AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
			calls++
			return r.Origin == Trusted, nil
		}},
	)
	app := f.New()
	app.UseMiddleware(engine)
	app.Handle(http.MethodGet, f.Path("/{rest...}"), checkOrigin(engine))
	server := app.Serve(t)
	for _, tt := range []struct {
		name, path, origin string
		want               int
	}{
		{"an allowed origin", "/ws/x", Trusted, http.StatusOK},
		{"another", "/ws/x", evilOrigin, http.StatusForbidden},
		{"the server's own pages", "/ws/x", server.URL, http.StatusOK},
		{"the opaque origin, which is anybody's", "/null/", "null", http.StatusForbidden},
		{"an origin of plain http, which is anybody's in the network", "/null/", "http://app.example.com", http.StatusForbidden},
		{"a path without a policy", "/other", Trusted, http.StatusForbidden},
		{"an origin that the function allows", "/asked/", Trusted, http.StatusOK},
		{"an origin that the function denies", "/asked/", evilOrigin, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls = 0
			response := Send(t, server, http.MethodGet, tt.path, tt.origin, [2]string{"Upgrade", " websocket"}, [2]string{"Connection", " Upgrade"})
			if response.StatusCode != tt.want {
				t.Errorf("status %d, want %d", response.StatusCode, tt.want)
			}
			if tt.path == "/asked/" && calls != 1 {
				t.Errorf("the function is called %d times", calls)
			}
		})
	}
	// What becomes of the request later doesn't change what was decided.
	byPath := newEngine(t, cors.Config{Paths: []string{"/ws/"}, AllowOrigins: []string{"https://admin.example"}}, Policy)
	for _, tt := range []struct {
		name, origin string
		change       func(FiberContext)
		want         int
	}{
		{"Origin is removed", evilOrigin, func(c FiberContext) { c.SetRequest("Origin", "") }, http.StatusForbidden},
		{"Origin is overwritten", evilOrigin, func(c FiberContext) { c.SetRequest("Origin", Trusted) }, http.StatusForbidden},
		{"the path changes to that of a policy that denies", "https://admin.example", func(c FiberContext) { c.Path("/x") }, http.StatusOK},
		{"the path changes to that of a policy that allows", Trusted, func(c FiberContext) { c.Path("/x") }, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := f.New()
			app.UseMiddleware(byPath)
			app.Handle(http.MethodGet, "/ws/x", byFiber(func(c FiberContext) error {
				tt.change(c)
				return checkOrigin(byPath)(c)
			}))
			if got := Send(t, app.Serve(t), http.MethodGet, "/ws/x", tt.origin).StatusCode; got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}

func runRestartRouting(t *testing.T, f Framework) {
	restart := func(path string) Handler {
		return byFiber(func(c FiberContext) error {
			c.Path(path)
			return c.RestartRouting()
		})
	}
	for name, handler := range map[string]Handler{"with the headers there": restart("/private/x"), "after a reset": resetting(restart("/private/x"))} {
		t.Run(name, func(t *testing.T) {
			RunRerouted(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
				app := f.New()
				app.UseMiddleware(engine)
				app.Handle(http.MethodGet, "/public", handler)
				app.Handle(http.MethodGet, "/private/x", ServeApp)
				return app.Serve(t)
			})
		})
	}
	t.Run("a denial is for its path alone", func(t *testing.T) {
		app := f.New()
		private, elsewhere := strict, anyOrigin
		private.Paths, elsewhere.Paths = []string{"/private"}, []string{"/public"}
		app.UseNew(private, elsewhere)
		app.Handle(http.MethodGet, "/private", restart("/public"))
		app.Handle(http.MethodGet, "/public", ok)
		CheckAllowed(t, Send(t, app.Serve(t), http.MethodGet, "/private", Trusted), "*")
	})
	t.Run("a decision for every path ends where the path changes", func(t *testing.T) {
		engine := newEngine(t, anyOrigin)
		app := f.New()
		app.UseMiddleware(engine)
		app.Handle(http.MethodGet, "/a", func(c Context) error {
			if err := engine.Reload(anyOrigin, cors.Config{Paths: []string{"/b"}, AllowOrigins: []string{Trusted}}); err != nil {
				return err
			}
			return restart("/b")(c)
		})
		app.Handle(http.MethodGet, "/b", ok)
		response, err := app.Serve(t).Send(t.Context(), &conformance.Request{Method: http.MethodGet, Path: "/a"}) // without Origin
		if err != nil {
			t.Fatal(err)
		}
		CheckAllowed(t, response, "")
		if got := response.Header.Get("Vary"); got != "Origin" {
			t.Errorf("Vary is %q", got)
		}
	})
}

// RunAnyCase tests that headers are read and replaced in any case, if the framework
// leaves their names as they are.
func RunAnyCase(t *testing.T, f Framework) {
	app := f.New()
	app.UseNew(cors.Config{AllowOrigins: []string{Trusted}, AllowMethods: []string{"PUT"}, RejectDisallowed: true})
	app.Handle(http.MethodPost, "/", ok)
	app.Handle(http.MethodGet, "/", func(c Context) error {
		c.Set("access-control-allow-origin", "*")
		return ok(c)
	})
	server := app.Serve(t)
	send := func(t *testing.T, method string, headers ...[2]string) *http.Response {
		response, err := server.Send(t.Context(), &conformance.Request{Method: method, Path: "/", Headers: headers})
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	for _, name := range []string{"Origin", "origin", "ORIGIN"} {
		t.Run(name, func(t *testing.T) {
			trusted := [2]string{name, " " + Trusted}
			if got := send(t, http.MethodPost, [2]string{name, " " + evilOrigin}).StatusCode; got != http.StatusForbidden {
				t.Errorf("the response to another site has status %d, want 403", got)
			}
			posted := send(t, http.MethodPost, trusted)
			CheckAllowed(t, posted, Trusted)
			if posted.StatusCode != http.StatusOK {
				t.Errorf("the response to the trusted site has status %d, want 200", posted.StatusCode)
			}
			if got := send(t, http.MethodOptions, trusted, [2]string{"access-control-request-method", " PUT"}).StatusCode; got != http.StatusNoContent {
				t.Errorf("the response to a preflight has status %d, want 204", got)
			}
			CheckAllowed(t, send(t, http.MethodGet, trusted), Trusted)
		})
	}
}
