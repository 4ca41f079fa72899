// Package corsfiber carries corskit's engine into Fiber.
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
// this one: it ignores Vary, and in front of this one it would hand the response for
// one origin to another. For the errors that Fiber answers
// before any handler runs, such as a body above the limit, wrap the app's error
// handler in [ErrorHandler]. fasthttp's TimeoutErrorWithResponse sends a response of
// its own, which no middleware sees: give it no headers of CORS.
//
// After Ctx.RestartRouting, the policy of the new path applies. Give that path one:
// without, it is answered with the headers of the first.
package corsfiber
