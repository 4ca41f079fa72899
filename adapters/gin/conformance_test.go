package corsgin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestConformance(t *testing.T) {
	without := conformance.Without(conformance.FeatureOwnedHeaders) // for which there is Enforce
	t.Run("HTTP1", func(t *testing.T) { conformance.Run(t, serve(httptest.NewServer), without) })
	t.Run("HTTP2", func(t *testing.T) { conformance.Run(t, serve(newHTTP2Server), without) })
	t.Run("HTTP1 with Enforce", func(t *testing.T) { conformance.Run(t, serve(enforced(httptest.NewServer))) })
	t.Run("HTTP2 with Enforce", func(t *testing.T) { conformance.Run(t, serve(enforced(newHTTP2Server))) })
}

func enforced(start func(http.Handler) *httptest.Server) func(http.Handler) *httptest.Server {
	return func(handler http.Handler) *httptest.Server { return start(cors.Enforce(handler)) }
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
		r := newRouter()
		r.HandleMethodNotAllowed = true
		r.Use(corsgin.Middleware(engine))
		for _, path := range conformance.Routes {
			path = ginPath(path)
			for _, method := range conformance.Methods {
				r.Handle(method, path, serveApp)
			}
			if policy[0].PassPreflight {
				r.OPTIONS(path, serveApp)
			}
		}
		if !policy[0].PassPreflight {
			r.OPTIONS(conformance.OwnOptions, serveApp)
		}
		server := start(r)
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

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.RecoveryWithWriter(nil))
	return r
}

// ginPath writes a path of net/http's ServeMux as Gin writes it.
func ginPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*rest", "{", ":", "}", "").Replace(path)
}

func serveApp(c *gin.Context) {
	byError, byPanic := conformance.Fails(c.Request.URL.Query())
	switch {
	case byError:
		c.AbortWithError(500, conformance.ErrApp)
	case byPanic:
		panic(conformance.ErrApp)
	default:
		conformance.App.ServeHTTP(c.Writer, c.Request)
	}
}
