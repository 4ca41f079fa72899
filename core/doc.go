// Package cors decides CORS for every HTTP framework: it takes an origin, a method and
// headers, and returns a header set.
//
// Browsers keep the scripts of one origin (scheme, host and port of a page, such as
// https://app.example.com) from reading the responses of another, unless the response
// allows it by Access-Control headers. Before a request that a plain form could not
// make, they ask for permission by a request of their own, a preflight. Both are called
// CORS, cross-origin resource sharing.
//
//	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
//	…
//	http.ListenAndServe(addr, engine.Handler(mux))
//
// [New] makes an [Engine] of one or more [Config] values. It refuses what can't work
// and what would let a stranger read a user's data, and says what to write instead.
// [Engine.Handler] is the middleware for net/http and, around the whole router, for
// routers built on it. Adapters provide middleware for Gin, Echo, chi and Fiber:
//
//	github.com/corskit/cors/adapters/gin
//	github.com/corskit/cors/adapters/echo
//	github.com/corskit/cors/adapters/echo/v5
//	github.com/corskit/cors/adapters/chi
//	github.com/corskit/cors/adapters/fiber
//	github.com/corskit/cors/adapters/fiber/v3
//
// Package github.com/corskit/cors/conformance/explain says why a request is allowed
// or blocked, and what to write to allow it.
//
// # Other routers
//
// [Engine.Handler] goes around the whole router, in what the server serves:
//
//	http.ListenAndServe(":8080", engine.Handler(router))
//
// A preflight is an OPTIONS request, and routers seldom have a route for one. Put the
// middleware further in, and preflights don't reach it:
//
//   - net/http's ServeMux: the pattern "PUT /posts/{id}" doesn't match OPTIONS. If only
//     its handler is wrapped, the ServeMux responds to the preflight, with 405.
//   - gorilla/mux: Router.Use adds middleware for matched routes only, and a route with
//     Methods("PUT") doesn't match OPTIONS. The router responds with 405.
//   - httprouter: the router responds to OPTIONS by itself, without CORS headers.
//   - huma: API.UseMiddleware and Operation.Middlewares run for registered operations
//     only. Wrap the router that the API is on; if that is Gin, Echo, chi or Fiber, use
//     its adapter.
//   - connect: a handler responds to OPTIONS with 405. Wrap the ServeMux that the
//     handlers are on. Browsers ask for headers such as Connect-Protocol-Version:
//     package connectrpc.com/cors lists those for AllowHeaders and ExposeHeaders.
//   - grpc-gateway: runtime.WithMiddlewares adds middleware for matched routes only.
//     The runtime.ServeMux responds to OPTIONS with 501.
//
// gorilla/mux, httprouter and grpc-gateway match the unescaped path, in which %2F is a
// slash, unless an option says otherwise. For policies by path, clear URL.RawPath
// before the engine reads the path, as the program in examples/gorilla does.
//
// # Stopping requests of other sites
//
// CORS decides who may read a response. The browser sends a form of another site all the
// same, with the user's cookies, and the server does what it says. Two things stop
// that: [Config.RejectDisallowed], and net/http's CrossOriginProtection.
//
//	                                          RejectDisallowed  CrossOriginProtection
//	a post of another site                    403               403
//	a post of an allowed origin               passes            403, unless it is trusted there, too
//	a post of the server's own pages          passes            passes
//	a post of a program, without Origin       passes            passes
//	a post without Origin that says           passes            403
//	  "Sec-Fetch-Site: cross-site"
//	a fetch with GET by another site          403               passes, as safe methods do
//	a WebSocket handshake by another site     403               passes
//	a link of another site                    passes            passes
//
// RejectDisallowed follows the policy, path by path, and needs no second list of origins.
// Use CrossOriginProtection where no other origin is allowed anything. The two go
// together: put CORS outside, so that preflights get a response and a 403 of the other
// has CORS headers, and give each allowed origin to AddTrustedOrigin.
//
// A WebSocket handshake is a GET request with cookies that pages of every site can make,
// and whose messages they can read. [Engine.CheckOrigin] checks its origin against the
// same policy.
//
// # For authors of adapters
//
// An application needs New, Config, Engine and the errors; a watcher needs Request and
// Decision. The rest is for adapters:
//
//   - A middleware of net/http calls [Engine.AddMiddlewares] when it is made and
//     [Engine.Serve] for each request, with a [RequestReader] if its router has
//     another path than ServeMux, and a [PathFolding] that says which paths the router
//     treats as one.
//   - A middleware that can act before the headers are written calls
//     [Engine.DecideSimple], or else [Engine.Handle], and gives the decision to an
//     [OwnedWriter].
//   - A middleware of a framework without net/http fills in a [Request], calls
//     [Engine.Decide] and [Engine.Observe], and sets what [Decision.Headers] and
//     [Decision.Vary] return, and nothing else for which [IsResponseHeader] is true.
//     [JoinLines] and [MergeVary] combine repeated headers.
//   - The type that attaches policies to groups and routes is built on [Policies].
//
// # The protocol
//
// The protocol is that of the Fetch standard (https://fetch.spec.whatwg.org/),
// section "CORS protocol", whose words are used throughout. Start reading at
// [Config], then at [Engine.Decide].
package cors
