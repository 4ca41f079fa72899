package corsecho_test

import (
	"net/http/httptest"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
)

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	adaptertest.RunWatched(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
		e := newRouter()
		e.Use(corsecho.Middleware(engine))
		for _, path := range conformance.Routes {
			for _, method := range conformance.Methods {
				e.Add(method, echoPath(path), serveApp)
			}
		}
		e.OPTIONS(conformance.OwnOptions, serveApp)
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
