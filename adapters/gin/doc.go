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
// The headers are set before the handlers run, and Gin gives no chance to set
// them again: a handler that replaces Vary or removes headers removes ours.
package corsgin
