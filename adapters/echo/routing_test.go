package corsecho_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func TestPathsAreReadAsEchoRoutesThem(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(e *echo.Echo, cors echo.MiddlewareFunc)
	}{
		{"as it is", func(e *echo.Echo, cors echo.MiddlewareFunc) { e.Use(cors) }},
		{"behind RemoveTrailingSlash", func(e *echo.Echo, cors echo.MiddlewareFunc) {
			e.Pre(middleware.RemoveTrailingSlash())
			e.Use(cors)
		}},
		{"behind Rewrite", func(e *echo.Echo, cors echo.MiddlewareFunc) {
			e.Pre(middleware.Rewrite(map[string]string{"/other/*": "/admin/$1", "/PUBLIC/*": "/public/$1"}))
			e.Use(cors)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				e := newRouter()
				tt.prepare(e, corsecho.New(policy...))
				addRoutes(e, routes)
				server := httptest.NewServer(e)
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL}
			})
		})
	}
}

func optionSets() []conformance.Router {
	serve := func(before ...echo.MiddlewareFunc) func(testing.TB, []cors.Config, []string) conformance.Exchange {
		return func(tb testing.TB, policy []cors.Config, routes []string) conformance.Exchange {
			e := newRouter()
			e.Pre(before...)
			e.Use(corsecho.New(policy...))
			addRoutes(e, routes)
			return conformance.ExchangeWith(e)
		}
	}
	return []conformance.Router{
		{Name: "as it is", Serve: serve()},
		{Name: "after RemoveTrailingSlash", Serve: serve(middleware.RemoveTrailingSlash())},
		{Name: "after AddTrailingSlash", Serve: func(tb testing.TB, policy []cors.Config, routes []string) conformance.Exchange {
			for i := range policy {
				for j, path := range policy[i].Paths {
					policy[i].Paths[j] = slashed(path, "/{$}")
				}
				for j, expression := range policy[i].PathRegexps {
					// Echo's parameters match empty segments within a path: /users// too.
					policy[i].PathRegexps[j] = strings.ReplaceAll(expression, "[^/]+", "[^/]*") + "/?"
				}
			}
			e := newRouter()
			e.Pre(middleware.AddTrailingSlash())
			e.Use(corsecho.New(policy...))
			for _, route := range routes {
				e.GET(slashed(echoPath(route), "/"), handler(route))
			}
			return conformance.ExchangeWith(e)
		}},
		{Name: "after Rewrite", Serve: serve(middleware.Rewrite(map[string]string{"/other/*": "/admin/$1", "/PUBLIC/*": "/public/$1"}))},
	}
}

func TestGeneratedPathsAreReadAsEchoRoutesThem(t *testing.T) {
	conformance.RunGeneratedRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { conformance.FuzzRouting(f, optionSets()) }

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
