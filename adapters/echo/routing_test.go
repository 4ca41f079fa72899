package corsecho_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// before returns Echo with a middleware that changes the path before it is routed.
func before(middleware echo.MiddlewareFunc) adaptertest.Framework {
	return framework(func(e *echo.Echo) { e.Pre(middleware) })
}

var (
	slashRemoved = before(middleware.RemoveTrailingSlash())
	rewritten    = before(middleware.Rewrite(map[string]string{"/other/*": "/admin/$1", "/PUBLIC/*": "/public/$1"}))
)

func optionSets() []adaptertest.Router {
	return []adaptertest.Router{
		defaults.NamedRouter("as it is"),
		{Name: "in Pre", Serve: func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
			e := newRouter()
			e.Pre(corsecho.New(policy...))
			addRoutes(e, routes)
			return adaptertest.ExchangeWith(e)
		}},
		slashRemoved.NamedRouter("after RemoveTrailingSlash"),
		{Name: "after AddTrailingSlash", Serve: func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
			for i := range policy {
				for j, path := range policy[i].Paths {
					policy[i].Paths[j] = slashed(path, "/{$}")
				}
				for j, expression := range policy[i].PathRegexps {
					policy[i].PathRegexps[j] = expression + "/?"
				}
			}
			e := newRouter()
			e.Pre(middleware.AddTrailingSlash())
			e.Use(corsecho.New(policy...))
			for _, route := range routes {
				e.GET(slashed(echoPath(route), "/"), handler(route))
			}
			return adaptertest.ExchangeWith(e)
		}},
		rewritten.NamedRouter("after Rewrite"),
	}
}

func TestPathsAreReadAsEchoRoutesThem(t *testing.T) {
	adaptertest.RunRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, optionSets()) }

// slashed appends a slash to a path that may need one.
func slashed(path, slash string) string {
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/{$}") || strings.HasSuffix(path, "...}") || strings.HasSuffix(path, "*") {
		return path
	}
	return path + slash
}

func addRoutes(e *echo.Echo, routes []string) {
	for _, route := range routes {
		e.GET(echoPath(route), handler(route))
	}
}

func handler(route string) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("X-Route", route)
		return nil
	}
}

// Echo routes preflights by the method OPTIONS, which can lead to a route that the
// request itself doesn't reach, and it runs Pre before routing.
func TestPathsAreReadByTheRouteThatServesThem(t *testing.T) {
	routes := []struct{ method, path string }{
		{"POST", "/pages/1/2"}, {"GET", "/pages/:page"},
		{"POST", "/posts/:post"}, {"GET", "/posts/*"},
		{"OPTIONS", "/tags/:tag"}, {"GET", "/tags/*"},
		{"POST", "/tasks/:task"}, {"POST", `/tasks/:task\:cancel`},
	}
	tests := []struct{ method, path, want string }{
		{"GET", "/pages/1/2", "/pages/1%2F2"},
		{"POST", "/pages/1/2", "/pages/1/2"},
		{"GET", "/posts/1/2", "/posts/1/2"},
		{"POST", "/posts/1/2", "/posts/1%2F2"},
		{"GET", "/tags/1/2", "/tags/1/2"},
		{"POST", "/tasks/1/2:cancel", "/tasks/1%2F2:cancel"},
		{"POST", "/tasks/1:cancel/2", "/tasks/1:cancel%2F2"},
		{"GET", "/unknown/1/2", "/unknown/1/2"},
	}
	places := []struct {
		name string
		put  func(e *echo.Echo, cors echo.MiddlewareFunc)
	}{
		{"Use", func(e *echo.Echo, cors echo.MiddlewareFunc) { e.Use(cors) }},
		{"Pre", func(e *echo.Echo, cors echo.MiddlewareFunc) { e.Pre(cors) }},
		{"Use with routes of a host", func(e *echo.Echo, cors echo.MiddlewareFunc) {
			e.Use(cors)
			e.Host("example.com").GET("/pages/:page/:paragraph", handler("of the host"))
		}},
	}
	for _, place := range places {
		t.Run(place.name, func(t *testing.T) {
			engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}, Paths: []string{"/"}}) // so that the path is read
			if err != nil {
				t.Fatal(err)
			}
			var read string
			engine.Watch(func(r *cors.Request, _ cors.Decision) { read = r.Path })
			e := newRouter()
			place.put(e, corsecho.Middleware(engine))
			for _, route := range routes {
				e.Add(route.method, route.path, handler(route.path))
			}
			for _, tt := range tests {
				actual := httptest.NewRequest(tt.method, "http://other.example"+tt.path, nil)
				preflight := httptest.NewRequest("OPTIONS", "http://other.example"+tt.path, nil)
				preflight.Header.Set("Access-Control-Request-Method", tt.method)
				for _, request := range []*http.Request{actual, preflight} {
					request.Header.Set("Origin", trusted)
					e.ServeHTTP(httptest.NewRecorder(), request)
					if read != tt.want {
						t.Errorf("%s %s for %s is read as %q, want %q", request.Method, tt.path, tt.method, read, tt.want)
					}
				}
			}
			if place.name != "Use with routes of a host" {
				return
			}
			request := httptest.NewRequest("OPTIONS", "http://example.com/pages/1/2", nil)
			request.Header.Set("Origin", trusted)
			request.Header.Set("Access-Control-Request-Method", "GET")
			e.ServeHTTP(httptest.NewRecorder(), request)
			if want := "/pages/1/2"; read != want {
				t.Errorf("the host's path is read as %q, want %q", read, want)
			}
		})
	}
}
