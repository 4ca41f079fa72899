// Package corschi carries corskit's engine into chi.
//
//	r := chi.NewRouter()
//	r.Use(corschi.New(corschi.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it on the root router, before authentication: a preflight carries no
// credentials, and an answer needs its CORS headers to be read, a 401 too. Put
// it behind those middlewares that change the path that is routed, such as
// StripSlashes and CleanPath. Policies for some paths are given as several
// Configs with Paths, or attached to subrouters and routes with [Attach]. (chi
// runs the middleware of Group and With for known methods only, so that
// r.With(corschi.New(…)).Get("/posts", list) never sees a preflight.)
//
// It is plain net/http middleware and serves any router built on that. Outside of
// chi, paths are read as net/http's ServeMux reads them, unless the next handler is a
// chi router itself.
//
// The path that a policy applies to is the whole path of the request, wherever in
// the routers the middleware is: also below mounts and within groups.
//
// The headers are set before the handlers run. A handler, a proxied server or a
// response cache can change them afterwards; if something does, wrap the root router
// in cors.Enforce.
package corschi
