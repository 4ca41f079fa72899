package corschi_test

import (
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func TestStacksOfPolicies(t *testing.T) {
	conformance.RunStacks(t, serveStack)
	t.Run("of one engine", func(t *testing.T) {
		conformance.RunOnce(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
			return serveStack(t, engine, engine)
		})
	})
}

func serveStack(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
	r := newRouter()
	r.Use(corschi.Middleware(outer))
	r.Get("/outer", serveApp)
	r.Route("/inner", func(r chi.Router) {
		r.Use(corschi.Middleware(inner))
		r.Get("/{a}", serveApp)
		r.Put("/{a}", serveApp)
	})
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return &conformance.Server{URL: server.URL}
}
