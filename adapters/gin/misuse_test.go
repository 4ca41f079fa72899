package corsgin_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestMisusePanicsWithTheFix(t *testing.T) {
	tests := []struct {
		name string
		do   func(r *gin.Engine)
		says []string
	}{
		{"every problem of every Config", func(r *gin.Engine) {
			corsgin.New(corsgin.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, corsgin.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})

		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a base policy that is wrong", func(r *gin.Engine) { corsgin.Attach(r, corsgin.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func(r *gin.Engine) { corsgin.Attach(r).Group("/api", corsgin.Config{}) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func(r *gin.Engine) { corsgin.Attach(r).Route("/x", corsgin.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func(r *gin.Engine) {
			corsgin.Attach(r).Group("/api", corsgin.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}})

		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func(r *gin.Engine) {
			p := corsgin.Attach(r)
			p.Group("/api", policy)
			p.Group("/api", policy)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func(r *gin.Engine) {
			p := corsgin.Attach(r)
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func(r *gin.Engine) {
			p := corsgin.Attach(r)
			p.Group("/users/:id", policy)
			p.Group("/users/:name", policy)
		}, []string{`cors: Group("/users/:name") has the same paths as Group("/users/:id"), which already has a policy; remove one of them`}},
		{"a parameter within a segment", func(r *gin.Engine) { corsgin.Attach(r).Route("/v:version", policy) }, []string{`cors: Route("/v:version") has the segment "v:version"`, `PathRegexps`}},
		{"Attach after routes", func(r *gin.Engine) {
			r.GET("/posts", func(*gin.Context) {})
			corsgin.Attach(r)
		}, []string{`corsgin: Attach after routes: Gin runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach after routes of a group", func(r *gin.Engine) {
			r.Group("/api").GET("/posts", func(*gin.Context) {})
			corsgin.Attach(r)
		}, []string{`corsgin: Attach after routes: Gin runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach twice", func(r *gin.Engine) {
			corsgin.Attach(r)
			corsgin.Attach(r)
		}, []string{`corsgin: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after New", func(r *gin.Engine) {
			r.Use(corsgin.New(policy))
			corsgin.Attach(r)
		}, []string{`corsgin: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after Middleware", func(r *gin.Engine) {
			r.Use(corsgin.Middleware(new(cors.Engine)))
			corsgin.Attach(r)
		}, []string{`corsgin: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach to no router", func(r *gin.Engine) { corsgin.Attach(nil) }, []string{`corsgin: Attach: the router is nil; pass the one that gin.New returned`}},
		{"a middleware without an engine", func(r *gin.Engine) { corsgin.Middleware(nil) }, []string{`corsgin: Middleware: the engine is nil; check the error that cors.New returned`}},
		{"a handler without an engine", func(r *gin.Engine) { corsgin.Handler(nil, r) }, []string{`corsgin: Handler: the engine is nil; check the error that cors.New returned`}},
		{"a handler without a router", func(r *gin.Engine) { corsgin.Handler(new(cors.Engine), nil) }, []string{`corsgin: Handler: the router is nil; pass the one that gin.New returned`}},
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
	p := corsgin.Attach(newRouter())
	p.Group("/api", policy)
	p.Group("/api", policy)
}

func TestProperUseWorks(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(r *gin.Engine)
	}{
		{"Attach after middleware", func(r *gin.Engine) {
			r.Use(func(*gin.Context) {})
			corsgin.Attach(r).Group("/api", policy).GET("/posts", func(*gin.Context) {})
		}},
		{"a group that the router has already", func(r *gin.Engine) {
			p := corsgin.Attach(r)
			r.Group("/api").GET("/posts", func(*gin.Context) {})
			p.Group("/api", policy)
		}},
		{"a group that the router has later", func(r *gin.Engine) {
			corsgin.Attach(r).Group("/api", policy)
			r.Group("/api").GET("/posts", func(*gin.Context) {})
		}},
		{"a group within one that has a policy", func(r *gin.Engine) {
			p := corsgin.Attach(r)
			p.Group("/api", corsgin.Config{AllowOrigins: []string{"*"}}).GET("/posts", func(*gin.Context) {})
			p.Route("/api/posts", policy)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRouter()
			tt.prepare(r)
			checkReadable(t, get(t, r, "/api/posts"), http.StatusOK)
		})
	}
}

func TestSkippedRequestsAreLeftAlone(t *testing.T) {
	skipInternal := func(c *gin.Context) bool { return strings.HasPrefix(c.Request.URL.Path, "/internal/") }
	skipHealth := func(c *gin.Context) bool { return c.Request.URL.Path == "/health" }
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
			r := newRouter()
			r.Use(corsgin.Middleware(engine, skipInternal, skipHealth))
			r.GET("/*path", func(*gin.Context) {})
			response := get(t, r, tt.path)
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
