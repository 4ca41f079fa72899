package adaptertest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// RunErrorHandler tests an adapter's ErrorHandler. The framework's limit for bodies
// is 1,000 bytes.
func RunErrorHandler(t *testing.T, f Framework) {
	t.Run("responses are readable", func(t *testing.T) { runReadableErrors(t, f) })
	t.Run("errors before handlers are reported once", func(t *testing.T) { runEarlyErrors(t, f) })
	t.Run("errors around the middleware are reported once", func(t *testing.T) { runLateErrors(t, f) })
	t.Run("the inner policy stays", func(t *testing.T) { runErrorsWithPolicies(t, f) })
	t.Run("AllowOriginFunc is called once", func(t *testing.T) { runCalledOnce(t, f) })
	for name, fail := range failing {
		t.Run("a denied request stays denied that fails "+name, func(t *testing.T) {
			engine := newEngine(t, Policy)
			server := serveAt(t, f.New(engine), resetting(byFiber(func(c FiberContext) error {
				c.SetRequest("Origin", Trusted)
				if err := engine.Reload(anyOrigin); err != nil {
					return err
				}
				return fail(c)
			})), withEngine(engine))
			checkError(t, Send(t, server, http.MethodGet, "/", evilOrigin), "")
		})
	}
}

// checkError checks an error's response, and which origin it allows, if any.
func checkError(t *testing.T, response *http.Response, want string) {
	t.Helper()
	CheckAllowed(t, response, want)
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", response.StatusCode)
	}
}

// sendBody sends a request from Trusted with a body. OPTIONS is a preflight for PUT.
func sendBody(t *testing.T, app App, method, path string, length int) *http.Response {
	t.Helper()
	response, err := app.Serve(t).SendText(t.Context(), method, fmt.Sprintf(
		"%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: %s\r\nAccess-Control-Request-Method: PUT\r\nContent-Length: %d\r\n\r\n%s",
		method, path, Trusted, length, strings.Repeat("x", length)))
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func runReadableErrors(t *testing.T, f Framework) {
	for _, tt := range []struct {
		name, method string
		length       int
		status       int
	}{
		{"a body above the limit, before any handler runs", http.MethodPost, 2000, http.StatusRequestEntityTooLarge},
		{"a method that has no route", http.MethodPut, 0, http.StatusMethodNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine := newEngine(t, Policy)
			app := f.New(engine)
			app.UseMiddleware(engine)
			app.Handle(http.MethodGet, "/", fail)
			app.Handle(http.MethodPost, "/", ok)
			f.checkReadable(t, sendBody(t, app, tt.method, "/", tt.length), tt.status)
		})
	}
}

func runEarlyErrors(t *testing.T, f Framework) {
	byPath, rejecting := Policy, strict
	byPath.PathRegexps = []string{"/(|nothing|all|x+)"}
	rejecting.Paths, rejecting.RejectDisallowed = []string{"/rejects"}, true
	for _, tt := range []struct {
		name         string
		method, path string
		length       int
		status       int
	}{
		{"a preflight with a body above the limit", http.MethodOptions, "/", 2000, http.StatusRequestEntityTooLarge},
		{"a body above the limit, in a request that is rejected", http.MethodPost, "/rejects", 2000, http.StatusRequestEntityTooLarge},
		{"a body above the limit, before middleware that responds to all", http.MethodPost, "/all", 2000, http.StatusRequestEntityTooLarge},
		{"a body above the limit", http.MethodPost, "/", 2000, http.StatusRequestEntityTooLarge},
		{"a body above the limit, for a path without a route", http.MethodPost, "/nothing", 2000, http.StatusRequestEntityTooLarge},
		{"a body above the limit, for a path without a policy", http.MethodPost, "/free", 2000, http.StatusRequestEntityTooLarge},
		{"a header above the limit", http.MethodGet, "/" + strings.Repeat("x", 5000), 0, http.StatusRequestHeaderFieldsTooLarge},
		{"a handler that fails", http.MethodGet, "/", 0, http.StatusInternalServerError},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine := newEngine(t, byPath, rejecting)
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			app := f.New(engine)
			app.UseMiddleware(engine)
			app.Handle(http.MethodGet, "/", fail)
			app.Handle(http.MethodPost, "/", ok)
			for _, path := range []string{"/all", "/free"} {
				app.Group(path, func(group Routes) { group.Use(ok) })
			}
			if got := sendBody(t, app, tt.method, tt.path, tt.length).StatusCode; got != tt.status {
				t.Errorf("status %d, want %d", got, tt.status)
			}
			if len(told) != 1 {
				t.Errorf("the watcher is called %d times, want once", len(told))
			}
		})
	}
}

// The error handler responds for a middleware around the one that has decided.
func runLateErrors(t *testing.T, f Framework) {
	rejecting := strict
	rejecting.RejectDisallowed = true
	for _, tt := range []struct {
		name   string
		policy cors.Config
		want   string
	}{
		{"after an allowed request", Policy, Trusted},
		{"after a rejected request", rejecting, ""},
		{"after a request without a policy", cors.Config{AllowOrigins: []string{Trusted}, Paths: []string{"/other"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine := newEngine(t, tt.policy)
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			server := serveAt(t, f.New(engine), ok, withHandler(failAfterwards), withEngine(engine))
			checkError(t, Send(t, server, http.MethodGet, "/", Trusted), tt.want)
			if len(told) != 1 {
				t.Errorf("the watcher is called %d times, want once", len(told))
			}
		})
	}
	t.Run("after a denied request and a reset, the response varies by origin", func(t *testing.T) {
		engine := newEngine(t, Policy)
		server := serveAt(t, f.New(engine), ok, withHandler(func(c Context) error {
			if err := c.Next(); err != nil {
				return err
			}
			c.Reset()
			return fail(c)
		}), withEngine(engine))
		response := Send(t, server, http.MethodGet, "/", evilOrigin)
		checkError(t, response, "")
		if got := response.Header.Get("Vary"); got != "Origin" {
			t.Errorf("Vary is %q", got)
		}
	})
}

// Policies have been applied when a middleware around them fails. The error handler
// has the engine of the outer one.
func runErrorsWithPolicies(t *testing.T, f Framework) {
	listed := cors.Config{AllowOrigins: []string{Trusted}}
	between := func(engine *cors.Engine, inner cors.Config) []layer {
		return []layer{withEngine(engine), withHandler(failAfterwards), withPolicy(inner)}
	}
	around := func(engine *cors.Engine, inner cors.Config) []layer {
		return []layer{withHandler(failAfterwards), withEngine(engine), withPolicy(inner)}
	}
	for _, tt := range []struct {
		name         string
		outer, inner cors.Config
		layers       func(*cors.Engine, cors.Config) []layer
		origin, want string
	}{
		{"which denies, and an error between the two", anyOrigin, strict, between, evilOrigin, ""},
		{"which allows, and an error between the two", strict, anyOrigin, between, evilOrigin, "*"},
		{"which denies, and an error around the two", listed, strict, around, Trusted, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine := newEngine(t, tt.outer)
			server := serveAt(t, f.New(engine), ok, tt.layers(engine, tt.inner)...)
			checkError(t, Send(t, server, http.MethodGet, "/", tt.origin), tt.want)
		})
	}
}

func runCalledOnce(t *testing.T, f Framework) {
	// A handler resets the response and fails: the middleware, the error handler and
	// what they put back are one decision.
	for name, fail := range failing {
		t.Run("for a request that fails "+name, func(t *testing.T) {
			calls := 0
			engine := new(cors.Engine)
			asking := cors.Config{AllowCredentials: true, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
				calls++
				return true, engine.Reload(strict)
			}}
			if err := engine.Reload(asking); err != nil {
				t.Fatal(err)
			}
			server := serveAt(t, f.New(engine), resetting(byFiber(func(c FiberContext) error {
				c.SetRequest("Origin", "https://overwritten.example.com")
				return fail(c)
			})), withEngine(engine))
			CheckAllowed(t, Send(t, server, http.MethodGet, "/", Trusted), Trusted)
			if calls != 1 {
				t.Errorf("the function is called %d times", calls)
			}
		})
	}
	for _, method := range []string{http.MethodPut, http.MethodOptions} {
		t.Run("though a middleware around fails, for "+method, func(t *testing.T) {
			calls := 0
			engine := newEngine(t, cors.Config{AllowMethods: []string{"PUT"}, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
				calls++
				return true, nil
			}})
			server := serveAt(t, f.New(engine), ok, withHandler(failAfterwards), withEngine(engine))
			CheckAllowed(t, Send(t, server, method, "/", Trusted), Trusted)
			if calls != 1 {
				t.Errorf("the function is called %d times", calls)
			}
		})
	}
	t.Run("though a middleware passes its denial on as an error", func(t *testing.T) {
		calls := 0
		engine := newEngine(t, cors.Config{RejectDisallowed: true, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
			calls++
			return calls > 1, nil
		}})
		server := serveAt(t, f.New(engine), ok, withHandler(failAfterwards), withEngine(engine))
		checkError(t, Send(t, server, http.MethodGet, "/", evilOrigin), "")
		if calls != 1 {
			t.Errorf("the function is called %d times", calls)
		}
	})
}
