// Package corsecho provides CORS middleware for Echo v4.
// For Echo v5, use [github.com/corskit/cors/adapters/echo/v5].
//
//	e := echo.New()
//	e.Use(corsecho.New(corsecho.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it into the echo.Echo, before or after the routes: Echo runs its middleware for all
// of them.
//
// Put it before authentication: preflights carry no credentials, and scripts can read a
// response only if it has CORS headers, a 401 too.
//
// Policies for some paths are given as several Configs with Paths, or attached to groups
// and routes with [Attach]. Don't add the middleware to a route instead: Echo runs the
// middleware of a route only for its method. That isn't OPTIONS, so the preflight never
// reaches e.GET("/posts", list, corsecho.New(…)).
//
// Put it before middleware that changes the path of the request, except that of
// [echo.Echo.Pre], which runs before the router: otherwise the policy for the changed
// path applies.
//
// The headers of the policy are set once more before the header is written. What a
// handler, a proxied server or a response cache has made of them is replaced; other
// headers, and what they have added to Vary, stay. Put a response cache after this
// middleware. An application for net/http, chi or Gin that Echo serves keeps a policy of
// its own from Echo 4.11 on.
package corsecho
