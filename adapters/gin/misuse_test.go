package corsgin_test

import (
	"net/http"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, adaptertest.Adapter{
		New: func(policy ...cors.Config) { corsgin.New(policy...) },
		Attach: func(base ...cors.Config) adaptertest.Policies {
			p := corsgin.Attach(newRouter(), base...)
			return adaptertest.Policies{
				Group: func(path string, policy cors.Config) { p.Group(path, policy) },
				Route: p.Route,
			}
		},
		Parameter: func(name string) string { return ":" + name },
	})
}

func TestMisuseOfTheFramework(t *testing.T) {
	tests := []struct {
		name string
		do   func(r *gin.Engine)
		says []string
	}{
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
		{"New after Attach", func(r *gin.Engine) {
			policies := corsgin.Attach(r)
			r.Use(corsgin.New(policy))
			policies.Group("/api", policy)
		}, []string{`corsgin: Attach: this router got a second CORS middleware after Attach; remove it, and pass its Configs to Attach`}},
		{"Attach to no router", func(r *gin.Engine) { corsgin.Attach(nil) }, []string{`corsgin: Attach: the router is nil; pass the one that gin.New returned`}},
		{"a middleware without an engine", func(r *gin.Engine) { corsgin.Middleware(nil) }, []string{`corsgin: Middleware: the engine is nil; check the error that cors.New returned`}},
		{"a handler without an engine", func(r *gin.Engine) { corsgin.Handler(nil, r) }, []string{`corsgin: Handler: the engine is nil; check the error that cors.New returned`}},
		{"a handler without a router", func(r *gin.Engine) { corsgin.Handler(new(cors.Engine), nil) }, []string{`corsgin: Handler: the router is nil; pass the one that gin.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newRouter()) }, tt.says...)
		})
	}
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
	adaptertest.RunSkipped(t, policy, func(t *testing.T, engine *cors.Engine, path string) *http.Response {
		r := newRouter()
		r.Use(corsgin.Middleware(engine, skipInternal, skipHealth))
		r.GET("/*path", func(*gin.Context) {})
		return get(t, r, path)
	})
}
