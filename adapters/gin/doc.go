// Package corsgin provides CORS middleware for Gin.
//
//	r := gin.Default()
//	r.Use(corsgin.New(corsgin.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it into the gin.Engine, before the first group and route: Gin runs middleware only
// for those that are added later. If it comes after a route, preflights for that route
// succeed, and then the response to the request has no CORS headers. [Attach] panics
// there; Use can't.
//
// Put it before authentication: preflights carry no credentials, and scripts can read a
// response only if it has CORS headers, a 401 too.
//
// Policies for some paths are given as several Configs with Paths, or attached to groups
// and routes with [Attach]. Don't add the middleware to a group instead: Gin runs the
// middleware of a group only for routes that exist. There is no OPTIONS route, so the
// preflight never reaches r.Group("/api", corsgin.New(…)).
//
// Gin redirects paths with a superfluous or missing slash before any middleware
// runs. Where scripts must follow those redirects, serve [Handler] instead.
//
// Put it before middleware that changes Request.URL.Path: otherwise the policy for the
// changed path applies. [gin.Engine.HandleContext] is fine: it routes again, and the
// middleware decides again, by the path that is served. Give that path a policy:
// otherwise the response keeps the headers of the first path's policy.
//
// The headers are set before the handlers run. A handler, a proxied server or a
// response cache can change them afterwards; if something does, serve
// cors.Enforce(r) in place of r. Put a response cache after this middleware.
package corsgin
