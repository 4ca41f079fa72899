// Package corsgin carries corskit's engine into Gin.
//
//	r := gin.Default()
//	r.Use(corsgin.New(corsgin.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it on the gin.Engine, before authentication: a preflight carries no
// credentials, and an answer needs its CORS headers to be read, a 401 too.
// Policies for some paths are given as several Configs with Paths, or attached
// to groups and routes with [Attach]. (Gin runs the middleware of a group for
// its routes only, so that r.Group("/api", corsgin.New(…)) never sees a
// preflight.)
//
// Gin redirects paths with a superfluous or missing slash before any middleware
// runs. Where scripts must follow those redirects, serve [Handler] instead.
//
// Put it before middleware that changes Request.URL.Path: the policy for the changed
// path would apply. [gin.Engine.HandleContext] is fine: it routes again, and the
// middleware decides again, by the path that is served. Give that path a policy:
// without one, it is answered with the headers of the first.
//
// The headers are set before the handlers run. A handler, a proxied server or a
// response cache can change them afterwards; if something does, serve
// cors.Enforce(r) in place of r. Put a response cache after this middleware.
package corsgin
