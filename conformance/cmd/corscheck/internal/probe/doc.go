// Package probe asks a running server about its CORS and says what the answers
// mean.
//
// There are two ways to ask. [Audit] holds a server against the policy that it
// claims to have; [Survey] knows of no policy and looks for what is dangerous.
// Both return a [Plan]: every request that is going to be sent, so that people
// can be told before it is. [Plan.Run] sends them, one at a time, and returns a
// [Report].
//
// What an answer means is for the browser to say, which is package fetch. It
// drafts the requests, since a server sees nothing but what browsers send, and
// is then shown the answers, as often as there are questions. So a server is
// asked once about each origin and method, however much is concluded from it.
//
// Nothing that a server could act upon is sent: preflights, and GET or HEAD. A
// script that a preflight allows to go on is told a success that no server has
// sent.
//
// Start reading at [Audit], then at the type browser.
package probe
