// Package corsecho carries corskit's engine into Echo v4.
// Echo v5 has [github.com/corskit/cors/adapters/echo/v5].
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
// Put it before middleware that changes the path of the request, but for that of
// [echo.Echo.Pre], which runs before the router: otherwise the policy for the changed
// path applies.
//
// The headers of the policy are set once more before the header is written. What a
// handler, a proxied server or a response cache has made of them is replaced; other
// headers, and what they have added to Vary, stay. Put a response cache after this
// middleware.
package corsecho
