package corsgin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	t.Run("Middleware", func(t *testing.T) {
		adaptertest.RunWatched(t, serveWatched(func(engine *cors.Engine, r *gin.Engine) http.Handler {
			r.Use(corsgin.Middleware(engine))
			return r
		}))
	})
	t.Run("Handler", func(t *testing.T) {
		adaptertest.RunWatched(t, serveWatched(func(engine *cors.Engine, r *gin.Engine) http.Handler {
			return corsgin.Handler(engine, r)
		}))
	})
}

func serveWatched(attach func(*cors.Engine, *gin.Engine) http.Handler) func(*testing.T, *cors.Engine) *conformance.Server {
	return func(t *testing.T, engine *cors.Engine) *conformance.Server {
		r := newRouter()
		r.HandleMethodNotAllowed = true
		handler := attach(engine, r)
		for _, path := range conformance.Routes {
			for _, method := range conformance.Methods {
				r.Handle(method, ginPath(path), serveApp)
			}
		}
		r.OPTIONS(conformance.OwnOptions, serveApp)
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	}
}
