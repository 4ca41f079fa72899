// Package cors decides CORS for every HTTP framework: it takes an origin, a
// method and headers, and returns a header set.
//
// An [Engine] is made from one or more [Config] values by [New], which refuses
// what cannot work and what would let a stranger read a user's data, and says
// what to write instead. [Engine.Decide] is the engine; [Engine.Handler] is the
// middleware for net/http and for routers built on it; [Engine.Explain] says why a
// request is allowed or blocked, and what to write to allow it. Adapters carry the
// engine into Gin, Echo, chi and Fiber:
//
//	github.com/corskit/cors/adapters/gin
//	github.com/corskit/cors/adapters/echo
//	github.com/corskit/cors/adapters/chi
//	github.com/corskit/cors/adapters/fiber
//
// The protocol is that of the Fetch standard (https://fetch.spec.whatwg.org/),
// section "CORS protocol", whose words are used throughout. Start reading at
// [Config], then at [Engine.Decide].
package cors
