package corsgin_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T, policy []cors.Config) *conformance.Server {
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
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		return &conformance.Server{
			URL:         server.URL,
			Reconfigure: func(policy []cors.Config) error { return engine.Reload(policy...) },
		}
	})
}

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.RecoveryWithWriter(nil))
	return r
}

// ginPath writes a path of net/http's ServeMux as Gin writes it.
func ginPath(path string) string {
	return strings.NewReplacer("{$}", "", "{", ":", "}", "").Replace(path)
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
