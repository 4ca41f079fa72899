package adaptertest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// RunMisuse tests that an adapter refuses policies that can't work, at once and
// with an error about the caller's own call.
func RunMisuse(t *testing.T, f Framework) {
	policy := allow("https://app.example.com")
	id, name := f.Path("/users/{id}"), f.Path("/users/{name}")
	version := f.Path("v{version}")
	attach := func(base ...cors.Config) Policies { return f.New().Attach(base...) }
	for _, tt := range []struct {
		name string
		do   func()
		says []string
	}{
		{"every problem of every Config", func() {
			f.New().UseNew(cors.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})
		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a middleware without an engine", func() { f.New().UseMiddleware(nil) },
			[]string{f.Package + ": Middleware: the engine is nil; check the error that cors.New returned"}},
		{"a base policy that is wrong", func() { attach(cors.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func() { attach().Group("/api", cors.Config{}, nil) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func() { attach().Route("/x", cors.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func() {
			attach().Group("/api", cors.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}}, nil)
		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func() {
			p := attach()
			p.Group("/api", policy, nil)
			p.Group("/api", policy, nil)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func() {
			p := attach()
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func() {
			p := attach()
			p.Group(id, policy, nil)
			p.Group(name, policy, nil)
		}, []string{fmt.Sprintf(`cors: Group(%q) has the same paths as Group(%q), which already has a policy; remove one of them`, name, id)}},
		{"a parameter within a segment", func() { attach().Route("/"+version, policy) },
			[]string{fmt.Sprintf(`cors: Route(%q) has the segment %q`, "/"+version, version), `PathRegexps`}},
	} {
		t.Run(tt.name, func(t *testing.T) { ExpectPanic(t, tt.do, tt.says...) })
	}
	t.Run("problems are typed", func(t *testing.T) {
		p := attach()
		p.Group("/api", policy, nil)
		err, _ := ExpectPanic(t, func() { p.Group("/api", policy, nil) }).(error)
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths || problem.Call != `Group("/api")` {
			t.Errorf("the panic is %v", err)
		}
	})
}

// RunSecondMiddleware tests that Attach refuses an application that has another
// CORS middleware.
func RunSecondMiddleware(t *testing.T, f Framework) {
	attach := fmt.Sprintf("%s: Attach: this %s ", f.Package, f.Router)
	before := attach + "has a CORS middleware already; call Attach once, with every Config, and remove the other"
	after := attach + "got a second CORS middleware after Attach; remove it, and pass its Configs to Attach"
	for _, tt := range []struct {
		name string
		do   func(app App)
		says string
	}{
		{"Attach twice", func(app App) {
			app.Attach()
			app.Attach()
		}, before},
		{"Attach after New", func(app App) {
			app.UseNew(Policy)
			app.Attach()
		}, before},
		{"Attach after Middleware", func(app App) {
			app.UseMiddleware(new(cors.Engine))
			app.Attach()
		}, before},
		{"New after Attach, then Group", func(app App) {
			policies := app.Attach()
			app.UseNew(Policy)
			policies.Group("/api", Policy, nil)
		}, after},
		{"New after Attach, then Route", func(app App) {
			policies := app.Attach()
			app.UseNew(Policy)
			policies.Route("/api", Policy)
		}, after},
	} {
		t.Run(tt.name, func(t *testing.T) { ExpectPanic(t, func() { tt.do(f.New()) }, tt.says) })
	}
}

// RunSkipped tests that the middleware and the error handler leave requests
// alone that a skip function selects.
func RunSkipped(t *testing.T, f Framework) {
	skipInternal := func(path string) bool { return strings.HasPrefix(path, "/internal/") }
	skipHealth := func(path string) bool { return path == "/health" }
	for _, tt := range []struct {
		name, path string
		handler    Handler
		skipped    bool
		status     int
	}{
		{"a request that the first function names", "/internal/metrics", ok, true, http.StatusOK},
		{"a request that the second function names", "/health", ok, true, http.StatusOK},
		{"a request that no function names", "/posts", ok, false, http.StatusOK},
		{"a request that fails", "/health", fail, true, http.StatusInternalServerError},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine := newEngine(t, Policy)
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			app := f.New(engine)
			app.UseMiddleware(engine, skipInternal, skipHealth)
			app.Handle(http.MethodGet, f.Path("/{rest...}"), tt.handler)
			response := Send(t, app.Serve(t), http.MethodGet, tt.path, Trusted)
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
			if skipped := response.Header.Get("Access-Control-Allow-Origin") == ""; skipped != tt.skipped {
				t.Errorf("skipped: %t, want %t", skipped, tt.skipped)
			}
			if skipped := response.Header.Get("Vary") == ""; skipped != tt.skipped {
				t.Errorf("Vary is %q", response.Header.Get("Vary"))
			}
			if skipped := len(told) == 0; skipped != tt.skipped {
				t.Errorf("the watcher is called %d times", len(told))
			}
		})
	}
}

// ExpectPanic calls a function that must panic with all of the texts, and
// returns the panic's value.
func ExpectPanic(t *testing.T, do func(), says ...string) (problem any) {
	t.Helper()
	defer func() {
		t.Helper()
		problem = recover()
		if problem == nil {
			t.Error("no panic")
		}
		for _, text := range says {
			if !strings.Contains(fmt.Sprint(problem), text) {
				t.Errorf("the panic is %v, want %q in it", problem, text)
			}
		}
	}()
	do()
	return nil
}
