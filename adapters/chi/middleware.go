package corschi

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs. Of those whose paths match a request,
// the narrowest applies. New panics if anything is wrong with them, with every
// problem.
func New(cfgs ...Config) func(http.Handler) http.Handler {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine.
func Middleware(engine *cors.Engine) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		engine.AddMiddlewares(1)
		router, isRouter := next.(chi.Routes)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var from cors.RequestReader // nil: within another router
			switch {
			case chi.RouteContext(r.Context()) != nil:
				from = (*source)(r)
			case isRouter:
				from = &outside{r, router}
			}
			r, status := engine.Serve(w.Header(), r, from)
			if status != 0 {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
