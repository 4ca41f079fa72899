package corsecho_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

// before returns Echo with a middleware that changes the path before it is routed.
func before(middleware echo.MiddlewareFunc) adaptertest.Framework {
	return framework(defaultRouter, func(e *echo.Echo) { e.Pre(middleware) })
}

var (
	slashRemoved = before(middleware.RemoveTrailingSlash())
	rewritten    = before(middleware.Rewrite(map[string]string{"/other/*": "/admin/$1", "/PUBLIC/*": "/public/$1"}))
)

func optionSets() []adaptertest.Router {
	routers := []adaptertest.Router{
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
	for _, config := range routerConfigs() {
		routers = append(routers, configured(config).NamedRouter(nameOf(config)))
	}
	concurrent := func() echo.Router { return echo.NewConcurrentRouter(defaultRouter()) }
	return append(routers, framework(concurrent, func(*echo.Echo) {}).NamedRouter("by a concurrent router"))
}

// configured returns Echo with a router of its own.
func configured(config echo.RouterConfig) adaptertest.Framework {
	return framework(func() echo.Router { return echo.NewRouter(config) }, func(*echo.Echo) {})
}

// routerConfigs returns the combinations of the options that decide how the router
// reads a path, but for those that echo.New has.
func routerConfigs() []echo.RouterConfig {
	return []echo.RouterConfig{
		{UnescapePathParamValues: true},
		{UseEscapedPathForMatching: true},
		{UnescapePathParamValues: true, UseEscapedPathForMatching: true},
	}
}

func nameOf(config echo.RouterConfig) string {
	return fmt.Sprintf("UnescapePathParamValues=%t UseEscapedPathForMatching=%t", config.UnescapePathParamValues, config.UseEscapedPathForMatching)
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
	return func(c *echo.Context) error {
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
	tests := []struct{ method, url, want string }{
		{"GET", "/pages/1/2", "/pages/1%2F2"},
		{"POST", "/pages/1/2", "/pages/1/2"},
		{"GET", "/posts/1/2", "/posts/1/2"},
		{"POST", "/posts/1/2", "/posts/1%2F2"},
		{"GET", "/tags/1/2", "/tags/1/2"},
		{"POST", "/tasks/1/2:cancel", "/tasks/1%2F2:cancel"},
		{"POST", "/tasks/1:cancel/2", "/tasks/1:cancel%2F2"},
		{"GET", "/unknown/1/2", "/unknown/1/2"},
		{"GET", "/unknown%2F1/2", "/unknown%2F1/2"},
		{"GET", "http://host.example/pages/1/2", "/pages/1/2"},
		{"GET", "http://other.example/pages/1/2", "/pages/1%2F2"},
	}
	places := []struct {
		name string
		put  func(e *echo.Echo, cors echo.MiddlewareFunc)
	}{
		{"Use", func(e *echo.Echo, cors echo.MiddlewareFunc) { e.Use(cors) }},
		{"Pre", func(e *echo.Echo, cors echo.MiddlewareFunc) { e.Pre(cors) }},
	}
	for _, place := range places {
		t.Run(place.name, func(t *testing.T) {
			engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}, Paths: []string{"/"}}) // so that the path is read
			if err != nil {
				t.Fatal(err)
			}
			var read string
			engine.Watch(func(r *cors.Request, _ cors.Decision) { read = r.Path })
			host := newRouter()
			place.put(host, corsecho.Middleware(engine))
			host.GET("/pages/:page/:paragraph", handler("of the host"))
			e := echo.NewVirtualHostHandler(map[string]*echo.Echo{"host.example": host})
			place.put(e, corsecho.Middleware(engine))
			for _, route := range routes {
				e.Add(route.method, route.path, handler(route.path))
			}
			for _, tt := range tests {
				actual := httptest.NewRequest(tt.method, tt.url, nil)
				preflight := httptest.NewRequest("OPTIONS", tt.url, nil)
				preflight.Header.Set("Access-Control-Request-Method", tt.method)
				for _, request := range []*http.Request{actual, preflight} {
					request.Header.Set("Origin", trusted)
					e.ServeHTTP(httptest.NewRecorder(), request)
					if read != tt.want {
						t.Errorf("%s %s for %s is read as %q, want %q", request.Method, tt.url, tt.method, read, tt.want)
					}
				}
			}
		})
	}
}

// Whichever route a router has, it shows which of two paths it takes.
func TestPathsAreReadAsTheOptionOfTheRouterSays(t *testing.T) {
	routes := []struct{ method, path string }{
		{"GET", "/"}, {"GET", "/posts"}, {"GET", "posts"}, {"GET", "/:page"}, {"POST", "/posts/:post/*"}, {"GET", "/files*"},
		{echo.RouteAny, "/*"}, {echo.RouteNotFound, "/*"}, {"GET", `/:post\:cancel`},
	}
	for _, takesPath := range []bool{false, true} {
		want := "/%2561%2Fb"
		if takesPath {
			want = "/%61/b"
		}
		for _, wrap := range []func(echo.Router) echo.Router{func(r echo.Router) echo.Router { return r }, echo.NewConcurrentRouter} {
			for _, route := range routes {
				engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}, Paths: []string{"/"}}) // so that the path is read
				if err != nil {
					t.Fatal(err)
				}
				var read string
				engine.Watch(func(r *cors.Request, _ cors.Decision) { read = r.Path })
				e := newRouterBy(wrap(echo.NewRouter(echo.RouterConfig{UseEscapedPathForMatching: takesPath})))
				e.Use(corsecho.Middleware(engine))
				e.GET(`/a\:b`, handler("not by its own name"))
				e.Add(route.method, route.path, handler(route.path))
				request := httptest.NewRequest("PUT", "/%2561%2Fb", nil)
				request.Header.Set("Origin", trusted)
				e.ServeHTTP(httptest.NewRecorder(), request)
				// The adapter escapes slashes that a parameter takes.
				if read != want && read != strings.Replace(want, "/b", "%2Fb", 1) {
					t.Errorf("by %T with the route %s %s, and UseEscapedPathForMatching=%t, the path is read as %q, want %q", e.Router(), route.method, route.path, takesPath, read, want)
				}
			}
		}
	}
}
