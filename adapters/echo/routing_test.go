package corsecho_test

import (
	"net/http/httptest"
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
				for _, route := range routes {
					handler := func(c echo.Context) error {
						c.Response().Header().Set("X-Route", route)
						return nil
					}
					e.GET(echoPath(route), handler)
				}
				server := httptest.NewServer(e)
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL}
			})
		})
	}
}
