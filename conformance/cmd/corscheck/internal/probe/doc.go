// Package probe checks the CORS of a running server.
//
// [Audit] compares a server with its policy. [Survey] needs no policy and looks
// for dangers. Both return a [Plan], which counts its requests before it sends
// any. [Plan.Run] sends them, one at a time, and returns a [Report].
//
// Package fetch, the browser, decides what a response means. It first drafts
// the requests, so that the server sees only what browsers send, and then gets
// the same responses for every question. So a server gets only one request for
// each origin and method.
//
// The only requests are preflights, other OPTIONS requests, and GET or HEAD,
// which change nothing. A script that passes a preflight gets a success
// response that doesn't come from the server.
//
// The first requests look for a cache that serves one origin's response to
// another. If there is one, later requests avoid it.
//
// Start reading at [Audit], then at the type browser.
package probe
