package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// RunStacks tests requests that pass two middlewares. If they have different
// engines, only the inner policy decides what the response allows, however lax
// the outer one is. If they have the same engine, it decides once: see
// [RunOnce].
//
// serve starts a server on which every request passes the middleware of outer,
// and requests for /inner/ also the middleware of inner. Both have GET and PUT
// handlers that respond as [conformance.App] does.
func RunStacks(t *testing.T, serve func(t *testing.T, outer, inner *cors.Engine) *conformance.Server) {
	t.Helper()
	t.Run("one engine", func(t *testing.T) {
		RunOnce(t, func(t *testing.T, engine *cors.Engine) *conformance.Server { return serve(t, engine, engine) })
	})
	outer, inner := new(cors.Engine), new(cors.Engine)
	server := serve(t, outer, inner)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(17, 18))
	inForce := 0
	for range 400 {
		policies := [2]cors.Config{stackedPolicy(r), stackedPolicy(r)}
		if outer.Reload(policies[0]) != nil || inner.Reload(policies[1]) != nil {
			continue // such as any origin with RejectDisallowed
		}
		inForce++
		for _, origin := range []string{appOrigin, "https://partner.example", evilOrigin, ""} {
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions} {
				checkStack(t, server, base, outer, inner, method, origin)
			}
		}
	}
	if inForce < 100 {
		t.Errorf("only %d pairs of policies are accepted", inForce)
	}
	t.Run("the response varies by what either policy has read", func(t *testing.T) {
		tenants := cors.Config{RejectDisallowed: true, AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
			return r.Header("X-Tenant") != "" && r.Header("Sec-Fetch-Site") != "none", nil
		}}
		if err := errors.Join(outer.Reload(tenants), inner.Reload(cors.Config{AllowOrigins: []string{"*"}})); err != nil {
			t.Fatal(err)
		}
		response, err := server.Send(t.Context(), &conformance.Request{Method: http.MethodGet, Path: "/inner/data", Headers: [][2]string{{"Origin", " " + appOrigin}, {"X-Tenant", " a"}}})
		if err != nil {
			t.Fatal(err)
		}
		names := strings.Split(strings.Join(response.Header.Values("Vary"), ", "), ", ")
		for _, name := range []string{"Origin", "X-Tenant", "Sec-Fetch-Site"} {
			if n := len(slices.DeleteFunc(slices.Clone(names), func(other string) bool { return !strings.EqualFold(name, other) })); n != 1 {
				t.Errorf("Vary is %q, and must have %s once", names, name)
			}
		}
	})
}

// ServeStack starts the server of [RunStacks].
func (f Framework) ServeStack(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
	app := f.New(outer, inner)
	app.UseMiddleware(outer)
	app.Handle(http.MethodGet, "/outer", ServeApp)
	app.Group("/inner", func(group Routes) {
		group.UseMiddleware(inner)
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			group.Handle(method, f.Path("/{a}"), ServeApp)
		}
	})
	return app.Serve(t)
}

// stackedPolicy returns a random policy.
func stackedPolicy(r *rand.Rand) cors.Config {
	some := func(from ...string) (list []string) {
		for _, one := range from {
			if r.IntN(2) == 0 {
				list = append(list, one)
			}
		}
		return list
	}
	c := cors.Config{
		AllowOrigins:     append(some(appOrigin, "https://partner.example", "https://*.example"), "https://other.example"),
		AllowMethods:     some("PUT", "DELETE"),
		ExposeHeaders:    some("X-Total-Count", "X-Secret"),
		AllowCredentials: r.IntN(2) == 0,
		RejectDisallowed: r.IntN(6) == 0,
		AllowHeaders:     some("X-A"),
		MaxAge:           r.IntN(2) * 60,
	}
	if r.IntN(3) == 0 {
		c.AllowOrigins, c.AllowCredentials = []string{"*"}, false
	}
	switch r.IntN(5) {
	case 0:
		c.Paths = []string{"/inner/"}
	case 1:
		c.Paths = []string{"/elsewhere/"}
	}
	return c
}

// checkStack sends a request through both middlewares.
func checkStack(t *testing.T, server *conformance.Server, base *url.URL, outer, inner *cors.Engine, method, origin string) {
	t.Helper()
	const path = "/inner/data"
	request := cors.Request{Method: method, Path: path, Host: base.Host, Origin: origin}
	sent := &conformance.Request{Method: method, Path: path}
	if origin != "" {
		sent.Headers = append(sent.Headers, [2]string{"Origin", " " + origin})
	}
	if method == http.MethodOptions {
		request.AccessControlRequestMethod = http.MethodPut
		sent.Headers = append(sent.Headers, [2]string{"Access-Control-Request-Method", " PUT"})
	}
	d := outer.Decide(&request)
	_, ends := d.Response()
	if method == http.MethodOptions && !ends {
		return // the rest depends on the router
	}
	if within := inner.Decide(&request); !ends && within.HasPolicy() {
		d = within
	}
	want := http.Header{}
	d.Apply(want)
	response, err := server.Send(t.Context(), sent)
	if err != nil {
		t.Fatal(err)
	}
	describe := fmt.Sprintf("%s from %q, outer %+v, inner %+v", method, origin, outer.Configs(), inner.Configs())
	for name, values := range response.Header {
		if cors.IsResponseHeader(name) && !slices.Equal(values, want[name]) {
			t.Fatalf("%s is %q, and must be %q\n%s", name, values, want[name], describe)
		}
	}
	for name := range want {
		if name == "Vary" {
			for member := range strings.SplitSeq(want.Get(name), ", ") {
				if !varies(response, member) {
					t.Fatalf("Vary is %q, and must name %s\n%s", response.Header.Values(name), member, describe)
				}
			}
		} else if response.Header[name] == nil {
			t.Fatalf("%s is missing, and must be %q\n%s", name, want[name], describe)
		}
	}
}

// RunOnce tests that the engine decides once about a request, even if it passes
// two middlewares of the same engine, its handler removes every header and
// fails, and the engine is reloaded in between. serve starts a server as for
// [RunStacks], with the same engine in both places.
func RunOnce(t *testing.T, serve func(t *testing.T, engine *cors.Engine) *conformance.Server) {
	t.Helper()
	var calls, told atomic.Int32
	engine := new(cors.Engine)
	denying := cors.Config{AllowOrigins: []string{"https://other.example"}}
	asking := cors.Config{AllowCredentials: true, AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
		calls.Add(1)
		return r.Origin == appOrigin, engine.Reload(denying)
	}}
	engine.Watch(func(*cors.Request, cors.Decision) { told.Add(1) })
	server := serve(t, engine)
	for _, path := range []string{"/inner/data", "/inner/data?do=reset", "/inner/data?do=error", "/inner/data?do=panic", "/inner/1/2/3/4", "/outer"} {
		for _, origin := range []string{appOrigin, evilOrigin} {
			t.Run(strings.Trim(path, "/")+" from "+origin, func(t *testing.T) {
				if err := engine.Reload(asking); err != nil {
					t.Fatal(err)
				}
				calls.Store(0)
				told.Store(0)
				r := &conformance.Request{Method: http.MethodGet, Path: path, Headers: [][2]string{{"Origin", " " + origin}}}
				response, err := server.Send(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if calls.Load() != 1 || told.Load() != 1 {
					t.Errorf("AllowOriginFunc is called %d times and the watcher %d times, want once each", calls.Load(), told.Load())
				}
				if path == "/inner/data?do=reset" {
					return // another case checks that the headers come back
				}
				want := ""
				if origin == appOrigin {
					want = origin
				}
				if got := response.Header.Get("Access-Control-Allow-Origin"); got != want {
					t.Errorf("Access-Control-Allow-Origin is %q, and must be %q", got, want)
				}
			})
		}
	}
}

// RunRerouted tests that the policy of the new path applies if a handler
// reroutes a request. serve starts a server whose GET handler of /public
// reroutes to /private/x, whose handler responds as [conformance.App] does.
func RunRerouted(t *testing.T, serve func(t *testing.T, engine *cors.Engine) *conformance.Server) {
	t.Helper()
	server := serve(t, newEngine(t, cors.Config{AllowOrigins: []string{"*"}}, cors.Config{Paths: []string{"/private/"}, AllowOrigins: []string{appOrigin}}))
	for origin, want := range map[string]string{appOrigin: appOrigin, evilOrigin: ""} {
		response := Send(t, server, http.MethodGet, "/public", origin)
		if response.Header.Get("X-Handled") != "yes" {
			t.Fatal("/private/x is not served")
		}
		if got := response.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("Access-Control-Allow-Origin is %q for %s, and must be %q", got, origin, want)
		}
	}
}
