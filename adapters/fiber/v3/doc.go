// Package corsfiber provides CORS middleware for Fiber v3.
// For Fiber v2, use [github.com/corskit/cors/adapters/fiber].
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
// this one: in front of it, the cache would send responses without these headers. If
// your error handler resets the response, wrap it in [ErrorHandler].
//
// Fiber's timeout middleware and Ctx.End send the response as it is at that moment:
// with the headers of the policy, but also with those that a handler has set before.
// Don't set headers of CORS in such handlers, and put the timeout middleware after
// this one.
//
// Scripts cannot read the responses to requests that Fiber responds to without running any
// handler: those whose method is not in RequestMethods of [fiber.Config] (501), and
// those whose headers are too large to be read (431).
//
// After Ctx.RestartRouting, the policy of the new path applies. Give that path one:
// otherwise the response keeps the headers of the first path's policy.
package corsfiber
