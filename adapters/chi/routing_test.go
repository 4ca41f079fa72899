package corschi_test

import (
	"net/http"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

type middlewareFunc = func(http.Handler) http.Handler

// optionSets returns a router for each place of the middleware whose path differs.
func optionSets() (routers []adaptertest.Router) {
	add := func(name, prefix string, build func(r *chi.Mux, cors middlewareFunc, routes []string)) {
		routers = append(routers, adaptertest.Router{Name: name, Prefix: prefix, Serve: func(_ testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
			r, cors := newRouter(), corschi.New(policy...)
			if build == nil {
				addRoutes(r, routes)
				return adaptertest.ExchangeWith(cors(r))
			}
			build(r, cors, routes)
			return adaptertest.ExchangeWith(r)
		}})
	}
	add("around the router", "", nil)
	add("Handle with whole paths", "/admin", func(r *chi.Mux, cors middlewareFunc, routes []string) {
		sub := chi.NewRouter()
		sub.Use(cors)
		for _, route := range routes {
			addRoute(sub, "/admin"+chiPath(route), route)
		}
		r.Handle("/admin/*", sub)
	})
	for _, before := range []struct {
		name        string
		middlewares []middlewareFunc
	}{
		{"", nil},
		{" after StripSlashes", []middlewareFunc{middleware.StripSlashes}},
		{" after RedirectSlashes", []middlewareFunc{middleware.RedirectSlashes}},
		{" after CleanPath", []middlewareFunc{middleware.CleanPath}},
	} {
		add("Use"+before.name, "", func(r *chi.Mux, cors middlewareFunc, routes []string) {
			r.Use(before.middlewares...)
			r.Use(cors)
			addRoutes(r, routes)
		})
		add("With"+before.name, "", func(r *chi.Mux, cors middlewareFunc, routes []string) {
			r.Use(before.middlewares...)
			addRoutes(r.With(cors), routes)
		})
		add("Handle"+before.name, "", func(r *chi.Mux, cors middlewareFunc, routes []string) {
			r.Use(before.middlewares...)
			r.Handle("/*", cors(subrouter(routes)))
		})
		for _, sub := range []struct{ pattern, prefix string }{
			{"/v1", "/v1"},
			{"/admin", "/admin"}, // so that a segment is repeated: /admin/admin
			{"/{tenant}", "/{tenant}"},
			{"/{tenant:[a-z]{2}}/api", "/{tenant}/api"},
			{"/{tenant:[a-z]{2}}/api", "/de/api"}, // a policy for one tenant
		} {
			in := " in " + sub.pattern + " for " + sub.prefix + before.name
			add("Use"+in, sub.prefix, func(r *chi.Mux, cors middlewareFunc, routes []string) {
				r.Use(before.middlewares...)
				r.Route(sub.pattern, func(r chi.Router) {
					r.Use(cors)
					addRoutes(r, routes)
				})
			})
			add("With"+in, sub.prefix, func(r *chi.Mux, cors middlewareFunc, routes []string) {
				r.Use(before.middlewares...)
				r.Route(sub.pattern, func(r chi.Router) { addRoutes(r.With(cors), routes) })
			})
			add("Use above"+in, sub.prefix, func(r *chi.Mux, cors middlewareFunc, routes []string) {
				r.Use(before.middlewares...)
				r.Use(cors)
				r.Route(sub.pattern, func(r chi.Router) { addRoutes(r, routes) })
			})
			add("With a mount"+in, sub.prefix, func(r *chi.Mux, cors middlewareFunc, routes []string) {
				r.Use(before.middlewares...)
				r.With(cors).Mount(sub.pattern, subrouter(routes))
			})
			add("Use below a mount"+in, sub.prefix+"/{unit}", func(r *chi.Mux, cors middlewareFunc, routes []string) {
				r.Use(before.middlewares...)
				r.Route(sub.pattern, func(r chi.Router) {
					r.Route("/{unit}", func(r chi.Router) {
						r.Use(cors)
						addRoutes(r, routes)
					})
				})
			})
		}
	}
	return routers
}

func subrouter(routes []string) http.Handler {
	r := chi.NewRouter()
	addRoutes(r, routes)
	return r
}

func TestPathsAreReadAsChiRoutesThem(t *testing.T) {
	adaptertest.RunRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, optionSets()) }

func addRoutes(r chi.Router, routes []string) {
	for _, route := range routes {
		addRoute(r, chiPath(route), route)
	}
}

// addRoute adds a route that says its name, and one for preflights, without which
// they don't reach the middleware of With.
func addRoute(r chi.Router, path, name string) {
	r.Get(path, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Route", name) })
	r.Options(path, http.NotFound)
}
