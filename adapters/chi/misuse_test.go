package corschi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/go-chi/chi/v5"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, defaults)
	adaptertest.RunSecondMiddleware(t, defaults)
}

func TestMisuseOfTheFramework(t *testing.T) {
	tests := []struct {
		name string
		do   func(r *chi.Mux)
		says []string
	}{
		{"a parameter with an expression", func(r *chi.Mux) { corschi.Attach(r).Route("/{id:[0-9]+}", policy) }, []string{`cors: Route("/{id:[0-9]+}") has the segment "{id:[0-9]+}"`, `PathRegexps`}},
		{"Attach after routes", func(r *chi.Mux) {
			r.Get("/posts", ok)
			corschi.Attach(r)
		}, []string{`corschi: Attach after routes: chi adds no middleware to a router that has routes; call Attach before the first route`}},
		{"Attach after a mount", func(r *chi.Mux) {
			r.Mount("/api", chi.NewRouter())
			corschi.Attach(r)
		}, []string{`corschi: Attach after routes: chi adds no middleware to a router that has routes; call Attach before the first route`}},
		{"a group where something is mounted", func(r *chi.Mux) {
			p := corschi.Attach(r)
			r.Mount("/api", chi.NewRouter())
			p.Group("/api", policy, func(chi.Router) {})
		}, []string{`corschi: Group("/api"): something is mounted there already; pass nil as routes to attach only the policy`}},
		{"Attach to no router", func(r *chi.Mux) { corschi.Attach(nil) }, []string{`corschi: Attach: the router is nil; pass the one that chi.NewRouter returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newRouter()) }, tt.says...)
		})
	}
}

// chi doesn't say that a router is mounted before the first request.
func TestAttachToARouterThatIsMounted(t *testing.T) {
	serve := func(r *chi.Mux) {
		corschi.Attach(r).Route("/posts", policy)
		r.Get("/posts", ok)
	}
	plain, ownContext := context.Background(), context.WithValue(context.Background(), chi.RouteCtxKey, chi.NewRouteContext())
	tests := []struct {
		name    string
		context context.Context
		prepare func(r *chi.Mux)
		mounted string // or empty: the policy applies
	}{
		{"mounted", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			serve(inner)
			r.Mount("/v1", inner)
		}, "/v1/*"},
		{"made by Route", plain, func(r *chi.Mux) {
			r.Route("/v1", func(r chi.Router) { serve(r.(*chi.Mux)) })
		}, "/v1/*"},
		{"mounted below a mount", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			serve(inner)
			r.Route("/", func(r chi.Router) { r.Mount("/v1", inner) })
		}, "/v1/*"},
		{"made by Group", plain, func(r *chi.Mux) {
			r.Group(func(r chi.Router) {
				corschi.Attach(r.(*chi.Mux)).Route("/v1/posts", policy)
				r.Get("/v1/posts", ok)
			})
		}, "/v1/posts"},
		{"mounted at the root", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			corschi.Attach(inner).Route("/v1/posts", policy)
			inner.Get("/v1/posts", ok)
			r.Mount("/", inner)
		}, ""},
		{"routed once more by a handler", plain, func(r *chi.Mux) {
			corschi.Attach(r).Route("/v1/posts", policy)
			r.Get("/v1/posts", func(w http.ResponseWriter, request *http.Request) {
				request.URL.Path, request.URL.RawPath = "/v2/posts", ""
				chi.RouteContext(request.Context()).RoutePath = ""
				r.ServeHTTP(w, request)
			})
			r.Get("/v2/posts", ok)
		}, ""},
		{"whose tests bring a context of their own", ownContext, func(r *chi.Mux) {
			corschi.Attach(r).Route("/v1/posts", policy)
			r.Get("/v1/posts", ok)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := chi.NewRouter()
			tt.prepare(r)
			request := httptest.NewRequest(http.MethodGet, "/v1/posts", nil).WithContext(tt.context)
			request.Header.Set("Origin", trusted)
			recorder := httptest.NewRecorder()
			defer func() {
				problem, want := recover(), any(nil)
				if tt.mounted != "" {
					want = fmt.Sprintf("corschi: Attach: this router is mounted at %q of another one, and its policies are for whole paths; call Attach on the root router, and write whole paths in Group and Route", tt.mounted)
				}
				if problem != want {
					t.Errorf("panic %v, want %v", problem, want)
				}
				if allowed := recorder.Header().Get("Access-Control-Allow-Origin") != ""; allowed != (want == nil) {
					t.Errorf("allowed: %t", allowed)
				}
			}()
			r.ServeHTTP(recorder, request)
		})
	}
}
