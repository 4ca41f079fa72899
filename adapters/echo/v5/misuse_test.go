package corsecho_test

import (
	"net/http"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, adaptertest.Adapter{
		New: func(policy ...cors.Config) { corsecho.New(policy...) },
		Attach: func(base ...cors.Config) adaptertest.Policies {
			p := corsecho.Attach(newRouter(), base...)
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
		do   func(e *echo.Echo)
		says []string
	}{
		{"a verb after a parameter", func(e *echo.Echo) { corsecho.Attach(e).Route("/tasks/:task\\:cancel", policy) }, []string{`has the segment ":task\\:cancel"`, `PathRegexps`}},
		{"Attach twice", func(e *echo.Echo) {
			corsecho.Attach(e)
			corsecho.Attach(e)
		}, []string{`corsecho: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after New", func(e *echo.Echo) {
			e.Use(corsecho.New(policy))
			corsecho.Attach(e)
		}, []string{`corsecho: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after Middleware", func(e *echo.Echo) {
			e.Use(corsecho.Middleware(new(cors.Engine)))
			corsecho.Attach(e)
		}, []string{`corsecho: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"New after Attach", func(e *echo.Echo) {
			policies := corsecho.Attach(e)
			e.Use(corsecho.New(policy))
			policies.Route("/api", policy)
		}, []string{`corsecho: Attach: this router got a second CORS middleware after Attach; remove it, and pass its Configs to Attach`}},
		{"Attach to no router", func(e *echo.Echo) { corsecho.Attach(nil) }, []string{`corsecho: Attach: the router is nil; pass the one that echo.New returned`}},
		{"a middleware without an engine", func(e *echo.Echo) { corsecho.Middleware(nil) }, []string{`corsecho: Middleware: the engine is nil; check the error that cors.New returned`}},
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
		prepare func(e *echo.Echo)
	}{
		{"Attach after middleware", func(e *echo.Echo) {
			e.Use(func(next echo.HandlerFunc) echo.HandlerFunc { return next })
			corsecho.Attach(e).Group("/api", policy).GET("/posts", func(*echo.Context) error { return nil })
		}},
		{"a group that the router has already", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			e.Group("/api").GET("/posts", func(*echo.Context) error { return nil })
			p.Group("/api", policy)
		}},
		{"a group that the router has later", func(e *echo.Echo) {
			corsecho.Attach(e).Group("/api", policy)
			e.Group("/api").GET("/posts", func(*echo.Context) error { return nil })
		}},
		{"a group within one that has a policy", func(e *echo.Echo) {
			p := corsecho.Attach(e)
			p.Group("/api", corsecho.Config{AllowOrigins: []string{"*"}}).GET("/posts", func(*echo.Context) error { return nil })
			p.Route("/api/posts", policy)
		}},
		{"Attach after routes", func(e *echo.Echo) {
			e.GET("/api/posts", func(*echo.Context) error { return nil })
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

func TestHostsHavePoliciesOfTheirOwn(t *testing.T) {
	e := newRouter()
	corsecho.Attach(e).Group("/api", policy).GET("/posts", func(*echo.Context) error { return nil })
	hosts := echo.NewVirtualHostHandler(map[string]*echo.Echo{"api.example.com": e})
	checkReadable(t, get(t, toHost("api.example.com", hosts), "/api/posts"), http.StatusOK)
}

// toHost returns h for requests to another host.
func toHost(host string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = host
		h.ServeHTTP(w, r)
	})
}

func TestSkippedRequestsAreLeftAlone(t *testing.T) {
	skipInternal := func(c *echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/internal/") }
	skipHealth := func(c *echo.Context) bool { return c.Request().URL.Path == "/health" }
	adaptertest.RunSkipped(t, policy, func(t *testing.T, engine *cors.Engine, path string) *http.Response {
		e := newRouter()
		e.Use(corsecho.Middleware(engine, skipInternal, skipHealth))
		e.GET("/*", func(*echo.Context) error { return nil })
		return get(t, e, path)
	})
}
