// Package corsfiber provides CORS middleware for Fiber v2.
// For Fiber v3, use [github.com/corskit/cors/adapters/fiber/v3].
//
//	app := fiber.New()
//	app.Use(corsfiber.New(corsfiber.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it into the fiber.App, before the first route: Fiber runs middleware only for
// routes that are added later. If it comes after a route, preflights for that route
// succeed, and then the response to the request has no CORS headers. [Attach] panics
// there; Use can't.
//
// Put it before authentication: preflights carry no credentials, and scripts can read a
// response only if it has CORS headers, a 401 too.
//
// Policies for some paths are given as several Configs with Paths, or attached to groups
// and routes with [Attach]. Don't add the middleware to a route instead: Fiber runs the
// handlers of a route only for its method. That isn't OPTIONS, so the preflight never
// reaches app.Get("/posts", corsfiber.New(…), list).
//
// The path that a policy applies to is the whole path of the request, also in an app that
// is mounted on another one.
//
// The headers of the policy are set once more when the handlers have returned. What
// a handler, a proxied server or a response cache has made of them is replaced; other
// headers, and what they have added to Vary, stay. Put Fiber's cache middleware after
// this one: it ignores Vary, and in front of this one it would hand the response for
// one origin to another. For the errors that Fiber responds with
// before any handler runs, such as a body above the limit, wrap the app's error
// handler in [ErrorHandler]. fasthttp's TimeoutErrorWithResponse sends a response of
// its own, which no middleware sees: give it no headers of CORS.
//
// After Ctx.RestartRouting, the policy of the new path applies. Give that path one:
// otherwise the response keeps the headers of the first path's policy.
package corsfiber
