package corschi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func TestPoliciesOfGroupsAndRoutes(t *testing.T) {
	adaptertest.RunPolicies(t, func(t *testing.T, base cors.Config, attachments []adaptertest.Attachment) *conformance.Server {
		r := newRouter()
		policies := corschi.Attach(r, base)
		for _, a := range attachments {
			add := func(routes chi.Router) {
				for _, route := range a.Routes {
					handler := func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Route", a.Group+route) }
					routes.Get(chiPath(route), handler)
					routes.Put(chiPath(route), handler)
				}
				for _, route := range a.OwnOptions {
					routes.Options(chiPath(route), func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Route", a.Group+route) })
				}
			}
			if a.Path == "" {
				policies.Group(chiPath(a.Group), a.Policy, add)
			} else {
				policies.Route(chiPath(a.Path), a.Policy)
				add(r)
			}
		}
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
