package corsecho_test

import (
	"net/http"
	"testing"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, defaults.ServeStack) }

// The inner policy is that of an application for net/http, which Echo serves. Before
// Echo 4.11, a response doesn't say what it wraps.
func TestStacksWithAnApplicationInside(t *testing.T) {
	if _, says := any(new(echo.Response)).(interface{ Unwrap() http.ResponseWriter }); !says {
		return
	}
	adaptertest.RunStacks(t, func(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
		app := defaults.New().(application)
		app.UseMiddleware(outer)
		app.Handle(http.MethodGet, "/outer", adaptertest.ServeApp)
		app.echo.Any("/inner/:a", echo.WrapHandler(inner.Handler(conformance.HTTPApp)))
		return app.Serve(t)
	})
}

// A handler has the router serve another path into the same response.
func TestAnotherPathInTheSameResponseHasItsOwnPolicy(t *testing.T) {
	adaptertest.RunRerouted(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
		app := defaults.New().(application)
		app.UseMiddleware(engine)
		app.echo.GET("/public", func(c echo.Context) error {
			r := c.Request().Clone(c.Request().Context())
			r.URL.Path = "/private/x"
			app.ServeHTTP(c.Response(), r)
			return nil
		})
		app.Handle(http.MethodGet, "/private/x", adaptertest.ServeApp)
		return app.Serve(t)
	})
}
