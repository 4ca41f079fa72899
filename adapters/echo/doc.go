// Package corsecho carries corskit's engine into Echo.
//
//	e := echo.New()
//	e.Use(corsecho.New(corsecho.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it on the echo.Echo, before authentication: a preflight carries no
// credentials, and an answer needs its CORS headers to be read, a 401 too.
// Policies for some paths are given as several Configs with Paths, or attached
// to groups and routes with [Attach]. (Echo runs the middleware of a route for
// its method only, so that e.GET("/posts", list, corsecho.New(…)) never sees a
// preflight.)
//
// A handler that replaces Vary or resets the header loses nothing of ours: it
// is put back before the header is written.
package corsecho
