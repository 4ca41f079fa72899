package adaptertest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// An Adapter has the functions of an adapter that [RunMisuse] calls.
type Adapter struct {
	New func(policy ...cors.Config)
	// Attach attaches policies to a new router.
	Attach func(base ...cors.Config) Policies
	// Parameter returns a parameter in the router's syntax.
	Parameter func(name string) string
}

// Policies attach a policy to a group and to a route.
type Policies struct {
	Group, Route func(path string, policy cors.Config)
}

// RunMisuse tests that an adapter refuses policies that can't work, at once and
// with an error about the caller's own call.
func RunMisuse(t *testing.T, a Adapter) {
	policy := allow("https://app.example.com")
	id, name := "/users/"+a.Parameter("id"), "/users/"+a.Parameter("name")
	version := "v" + a.Parameter("version")
	for _, tt := range []struct {
		name string
		do   func()
		says []string
	}{
		{"every problem of every Config", func() {
			a.New(cors.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})
		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a base policy that is wrong", func() { a.Attach(cors.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func() { a.Attach().Group("/api", cors.Config{}) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func() { a.Attach().Route("/x", cors.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func() {
			a.Attach().Group("/api", cors.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}})
		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func() {
			p := a.Attach()
			p.Group("/api", policy)
			p.Group("/api", policy)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func() {
			p := a.Attach()
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func() {
			p := a.Attach()
			p.Group(id, policy)
			p.Group(name, policy)
		}, []string{fmt.Sprintf(`cors: Group(%q) has the same paths as Group(%q), which already has a policy; remove one of them`, name, id)}},
		{"a parameter within a segment", func() { a.Attach().Route("/"+version, policy) },
			[]string{fmt.Sprintf(`cors: Route(%q) has the segment %q`, "/"+version, version), `PathRegexps`}},
	} {
		t.Run(tt.name, func(t *testing.T) { ExpectPanic(t, tt.do, tt.says...) })
	}
	t.Run("problems are typed", func(t *testing.T) {
		p := a.Attach()
		p.Group("/api", policy)
		err, _ := ExpectPanic(t, func() { p.Group("/api", policy) }).(error)
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths || problem.Call != `Group("/api")` {
			t.Errorf("the panic is %v", err)
		}
	})
}

// RunSkipped tests that the middleware leaves requests alone that a skip
// function selects. get sends a GET request from an allowed origin to a router
// with a middleware of the engine. One skip function selects the paths below
// /internal/, another selects /health.
func RunSkipped(t *testing.T, policy cors.Config, get func(t *testing.T, engine *cors.Engine, path string) *http.Response) {
	for _, tt := range []struct {
		name, path string
		skipped    bool
	}{
		{"a request that the first function names", "/internal/metrics", true},
		{"a request that the second function names", "/health", true},
		{"a request that no function names", "/posts", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(policy)
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			response := get(t, engine, tt.path)
			if response.StatusCode != http.StatusOK {
				t.Errorf("status %d, want 200", response.StatusCode)
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
