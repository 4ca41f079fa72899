package corschi_test

import (
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
)

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	adaptertest.RunWatched(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
		r := newRouter()
		r.Use(corschi.Middleware(engine))
		for _, path := range conformance.Routes {
			for _, method := range conformance.Methods {
				r.MethodFunc(method, chiPath(path), conformance.HTTPApp.ServeHTTP)
			}
		}
		r.Options(conformance.OwnOptions, conformance.HTTPApp.ServeHTTP)
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
