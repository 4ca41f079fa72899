package corschi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func TestPathsAreReadAsChiRoutesThem(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(r chi.Router, cors func(http.Handler) http.Handler, add func(chi.Router))
	}{
		{"as it is", func(r chi.Router, cors func(http.Handler) http.Handler, add func(chi.Router)) {
			r.Use(cors)
			add(r)
		}},
		{"behind StripSlashes", func(r chi.Router, cors func(http.Handler) http.Handler, add func(chi.Router)) {
			r.Use(middleware.StripSlashes, cors)
			add(r)
		}},
		{"behind RedirectSlashes", func(r chi.Router, cors func(http.Handler) http.Handler, add func(chi.Router)) {
			r.Use(middleware.RedirectSlashes, cors)
			add(r)
		}},
		{"behind CleanPath", func(r chi.Router, cors func(http.Handler) http.Handler, add func(chi.Router)) {
			r.Use(middleware.CleanPath, cors)
			add(r)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				r := newRouter()
				tt.prepare(r, corschi.New(policy...), func(r chi.Router) { addRoutes(r, routes) })
				server := httptest.NewServer(r)
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL}
			})
		})
	}
}

// A subrouter sees the rest of the path; the policy's paths are whole.
func TestPathsAreReadAsChiRoutesThemInSubrouters(t *testing.T) {
	for _, prefix := range []string{"/v1", "/{tenant}", "/{tenant:[a-z]{2}}/api"} {
		t.Run(prefix, func(t *testing.T) {
			literal := strings.NewReplacer("{tenant}", "acme", "{tenant:[a-z]{2}}", "de").Replace(prefix)
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				for i := range policy {
					policy[i].Paths = []string{literal + policy[i].Paths[0]}
				}
				r := newRouter()
				r.Use(middleware.CleanPath)
				r.Route(prefix, func(r chi.Router) {
					r.Use(corschi.New(policy...))
					addRoutes(r, routes)
				})
				server := httptest.NewServer(r)
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL + literal}
			})
		})
	}
}

func addRoutes(r chi.Router, routes []string) {
	for _, route := range routes {
		r.Get(chiPath(route), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Route", route)
		})
	}
}
