package corsecho_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, serveStack) }

func serveStack(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
	e := newRouter()
	e.Use(corsecho.Middleware(outer))
	e.GET("/outer", serveApp)
	group := e.Group("/inner", corsecho.Middleware(inner))
	group.GET("/:a", serveApp)
	group.PUT("/:a", serveApp)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return &conformance.Server{URL: server.URL}
}

// The inner policy is that of an application for net/http, which Echo serves. Before
// Echo 4.11, a response doesn't say what it wraps.
func TestStacksWithAnApplicationInside(t *testing.T) {
	if _, says := any(new(echo.Response)).(interface{ Unwrap() http.ResponseWriter }); !says {
		return
	}
	adaptertest.RunStacks(t, func(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
		e := newRouter()
		e.Use(corsecho.Middleware(outer))
		e.GET("/outer", serveApp)
		app := inner.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			byError, byPanic := conformance.Fails(r.URL.Query())
			if byError || byPanic {
				panic(conformance.ErrApp)
			}
			conformance.App.ServeHTTP(w, r)
		}))
		e.Any("/inner/:a", echo.WrapHandler(app))
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
