package corsecho_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

func TestMisusePanicsWithTheFix(t *testing.T) {
	tests := []struct {
		name string
		do   func(e *echo.Echo)
		says []string
	}{
		{"every problem of every Config", func(e *echo.Echo) {
			corsecho.New(corsecho.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, corsecho.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})

		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a base policy that is wrong", func(e *echo.Echo) { corsecho.Attach(e, corsecho.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func(e *echo.Echo) { corsecho.Attach(e).Group("/api", corsecho.Config{}) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func(e *echo.Echo) { corsecho.Attach(e).Route("/x", corsecho.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func(e *echo.Echo) {
			corsecho.Attach(e).Group("/api", corsecho.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}})

		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			p.Group("/api", policy)
			p.Group("/api", policy)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			p.Group("/users/:id", policy)
			p.Group("/users/:name", policy)
		}, []string{`cors: Group("/users/:name") has the same paths as Group("/users/:id"), which already has a policy; remove one of them`}},
		{"a parameter within a segment", func(e *echo.Echo) { corsecho.Attach(e).Route("/v:version", policy) }, []string{`cors: Route("/v:version") has the segment "v:version"`, `PathRegexps`}},
		{"a verb after a parameter", func(e *echo.Echo) { corsecho.Attach(e).Route("/tasks/:task\\:cancel", policy) }, []string{`has the segment ":task\\:cancel"`, `PathRegexps`}},
		{"Attach to no router", func(e *echo.Echo) { corsecho.Attach(nil) }, []string{`corsecho: Attach: the router is nil; pass the one that echo.New returned`}},
		{"a middleware without an engine", func(e *echo.Echo) { corsecho.Middleware(nil) }, []string{`corsecho: Middleware: the engine is nil; check the error that cors.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				problem := recover()
				for _, says := range tt.says {
					if !strings.Contains(fmt.Sprint(problem), says) {
						t.Errorf("panic %v, which must say %q", problem, says)
					}
				}
			}()
			tt.do(newRouter())
			t.Error("no panic")
		})
	}
}

func TestProblemsOfAttachedPoliciesAreTyped(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths || problem.Call != `Group("/api")` {
			t.Errorf("the panic is %v", err)
		}
	}()
	p := corsecho.Attach(newRouter())
	p.Group("/api", policy)
	p.Group("/api", policy)
}

func TestProperUseWorks(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(e *echo.Echo)
	}{
		{"Attach after middleware", func(e *echo.Echo) {
			e.Use(func(next echo.HandlerFunc) echo.HandlerFunc { return next })
			corsecho.Attach(e).Group("/api", policy).GET("/posts", func(echo.Context) error { return nil })
		}},
		{"a group that the router has already", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			e.Group("/api").GET("/posts", func(echo.Context) error { return nil })
			p.Group("/api", policy)
		}},
		{"a group that the router has later", func(e *echo.Echo) {
			corsecho.Attach(e).Group("/api", policy)
			e.Group("/api").GET("/posts", func(echo.Context) error { return nil })
		}},
		{"a group within one that has a policy", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			p.Group("/api", corsecho.Config{AllowOrigins: []string{"*"}}).GET("/posts", func(echo.Context) error { return nil })
			p.Route("/api/posts", policy)
		}},
		{"Attach after routes", func(e *echo.Echo) {
			e.GET("/api/posts", func(echo.Context) error { return nil })
			corsecho.Attach(e).Group("/api", policy)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newRouter()
			tt.prepare(e)
			checkReadable(t, get(t, e, "/api/posts"), http.StatusOK)
		})
	}
}

func TestPoliciesAreForEveryHost(t *testing.T) {
	e := newRouter()
	e.Host("api.example.com").GET("/api/posts", func(echo.Context) error { return nil })
	corsecho.Attach(e).Group("/api", policy)
	checkReadable(t, get(t, toHost("api.example.com", e), "/api/posts"), http.StatusOK)
}

// toHost returns h for requests to another host.
func toHost(host string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = host
		h.ServeHTTP(w, r)
	})
}

func TestSkippedRequestsAreLeftAlone(t *testing.T) {
	skipInternal := func(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/internal/") }
	skipHealth := func(c echo.Context) bool { return c.Request().URL.Path == "/health" }
	tests := []struct {
		name, path string
		skipped    bool
	}{
		{"a request that the first function names", "/internal/metrics", true},
		{"a request that the second function names", "/health", true},
		{"a request that no function names", "/posts", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(policy)
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			e := newRouter()
			e.Use(corsecho.Middleware(engine, skipInternal, skipHealth))
			e.GET("/*", func(echo.Context) error { return nil })
			response := get(t, e, tt.path)
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
				t.Errorf("the watcher is told %d times", len(told))
			}
		})
	}
}
