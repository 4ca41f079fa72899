// Package corschi provides CORS middleware for chi.
//
//	r := chi.NewRouter()
//	r.Use(corschi.New(corschi.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it into the root router, before the first route, as chi demands of all middleware.
//
// Put it before authentication: preflights carry no credentials, and scripts can read a
// response only if it has CORS headers, a 401 too. Put it after middlewares that change
// the path that is routed, such as StripSlashes and CleanPath.
//
// Policies for some paths are given as several Configs with Paths, or attached to
// subrouters and routes with [Attach]. Don't add the middleware to Group or With
// instead: chi runs theirs only for routes that exist. There is no OPTIONS route, so the
// preflight never reaches r.With(corschi.New(…)).Get("/posts", list).
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
