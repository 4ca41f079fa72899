package corschi

import (
	"net/http"

	cors "github.com/corskit/cors/core"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs, of which the first whose paths
// match decides. It panics if anything is wrong with them, with every problem.
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
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var req cors.Request
			req.ReadHTTP(r, (*source)(r))
			d := engine.Decide(&req)
			engine.Report(&req, d)
			d.Apply(w.Header())
			if status, ok := d.Answer(); ok {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
