// Package corsfiber carries corskit's engine into Fiber v3. (The one for Fiber v2 is
// github.com/corskit/cors/adapters/fiber.)
//
//	app := fiber.New()
//	app.Use(corsfiber.New(corsfiber.Config{
//		AllowOrigins: []string{"https://app.example.com"},
//	}))
//
// Put it on the fiber.App, before authentication: a preflight carries no
// credentials, and an answer needs its CORS headers to be read, a 401 too.
// Policies for some paths are given as several Configs with Paths, or attached
// to groups and routes with [Attach]. (Fiber runs the handlers of a route for
// its method only, so that app.Get("/posts", corsfiber.New(…), list) never sees
// a preflight.)
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
// Scripts cannot read the responses to requests that Fiber answers without running any
// handler: those whose method is not in RequestMethods of [fiber.Config] (501), and
// those whose headers are too large to be read (431).
//
// After Ctx.RestartRouting, the policy of the new path applies. Give that path one:
// without, it is answered with the headers of the first.
package corsfiber
