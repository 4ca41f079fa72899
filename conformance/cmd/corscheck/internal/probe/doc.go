// Package probe checks the CORS of a running server.
//
// There are two ways. [Audit] compares a server with the policy that it claims to
// have; [Survey] knows of no policy and looks for what is dangerous. Both return
// a [Plan]: every request that is going to be sent, so that people can be told
// before it is. [Plan.Run] sends them, one at a time, and returns a [Report].
//
// The browser, package fetch, says what a response means. It drafts the requests,
// since a server sees only what browsers send, and then gets the responses, as
// often as there are questions. So a server gets one request for each origin and
// method, however much follows from it.
//
// Nothing is sent that a server could act upon: preflights, and GET or HEAD. A
// script that passes a preflight gets a success that no server has sent.
//
// The first requests look for a cache that hands one origin's response to
// another. If there is one, later requests avoid it.
//
// Start reading at [Audit], then at the type browser.
package probe
