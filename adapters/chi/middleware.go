package corschi

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// The types of package cors that an application with one router needs.
type (
	Config  = cors.Config  // a policy
	Request = cors.Request // what AllowOriginFunc is given
	Risk    = cors.Risk    // an entry of AcceptRisks
)

// New returns the middleware for the Configs. Of those whose paths match a request,
// the narrowest applies. New panics if anything is wrong with them, with every
// problem.
//
// Put it into the root router before the first route, as chi demands of all
// middleware:
//
//	r := chi.NewRouter()
//	r.Use(corschi.New(policy))
//	r.Get("/posts", list)
func New(cfgs ...Config) func(http.Handler) http.Handler {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine. Requests for which a skip function
// returns true are left alone entirely: the responses get no headers, and watchers
// aren't called.
func Middleware(engine *cors.Engine, skip ...func(*http.Request) bool) func(http.Handler) http.Handler {
	if engine == nil {
		panic("corschi: Middleware: the engine is nil; check the error that cors.New returned")
	}
	for _, skips := range skip {
		if skips == nil {
			panic("corschi: Middleware: a skip function is nil; leave it out")
		}
	}
	return middleware(engine, nil, skip)
}

// middleware returns the middleware for an engine and the router that Attach has put
// it on, or nil.
//
//go:noinline
func middleware(engine *cors.Engine, attachedTo *chi.Mux, skip []func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		engine.AddMiddlewares(1)
		router, isRouter := next.(chi.Routes)
		reader := func(r *http.Request) cors.RequestReader {
			switch {
			case chi.RouteContext(r.Context()) != nil:
				return (*source)(r)
			case isRouter:
				return &outside{r, router}
			}
			return nil // within another router
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, skips := range skip {
				if skips(r) {
					next.ServeHTTP(w, r)
					return
				}
			}
			if attachedTo != nil {
				if routing := chi.RouteContext(r.Context()); routing != nil && routing.Routes != attachedTo {
					refuseMount(routing.RoutePatterns)
				}
			}
			r, status := engine.Serve(w, r, reader)
			if status != 0 {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
