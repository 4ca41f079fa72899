package corsecho_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

func TestConformance(t *testing.T) {
	t.Run("HTTP1", func(t *testing.T) { conformance.Run(t, serve(httptest.NewServer)) })
	t.Run("HTTP2", func(t *testing.T) { conformance.Run(t, serve(newHTTP2Server)) })
}

func newHTTP2Server(handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	return server
}

func serve(start func(http.Handler) *httptest.Server) func(*testing.T, []cors.Config) *conformance.Server {
	return func(t *testing.T, policy []cors.Config) *conformance.Server {
		engine, err := cors.New(policy...)
		if err != nil {
			t.Fatal(err)
		}
		e := newRouter()
		e.Use(corsecho.Middleware(engine))
		for _, path := range conformance.Routes {
			path = echoPath(path)
			for _, method := range conformance.Methods {
				e.Add(method, path, serveApp)
			}
			if policy[0].PassPreflight {
				e.OPTIONS(path, serveApp)
			}
		}
		if !policy[0].PassPreflight {
			e.OPTIONS(conformance.OwnOptions, serveApp)
		}
		server := start(e)
		t.Cleanup(server.Close)
		transport := server.Client().Transport.(*http.Transport)
		return &conformance.Server{
			URL:         server.URL,
			Transport:   transport,
			TLS:         transport.TLSClientConfig,
			Reconfigure: func(policy []cors.Config) error { return engine.Reload(policy...) },
		}
	}
}

func newRouter() *echo.Echo { return newRouterBy(defaultRouter()) }

func defaultRouter() echo.Router { return echo.New().Router() }

func newRouterBy(router echo.Router) *echo.Echo {
	e := echo.NewWithConfig(echo.Config{Router: router})
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(middleware.Recover())
	return e
}

// echoPath writes a path of net/http's ServeMux as Echo writes it.
func echoPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*", "{", ":", "}", "").Replace(path)
}

func serveApp(c *echo.Context) error {
	byError, byPanic := conformance.Fails(c.QueryParams())
	switch {
	case byError:
		return conformance.ErrApp
	case byPanic:
		panic(conformance.ErrApp)
	}
	conformance.App.ServeHTTP(c.Response(), c.Request())
	return nil
}
