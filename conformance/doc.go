// Package conformance says whether a server's CORS is right, by what a browser
// would do with it.
//
// A case is data: a policy, what scripts and other clients do at a server that
// has that policy, and what must come of it. "A script at
// https://app.example.com may PUT with credentials and read X-Total" holds for
// every server that achieves it, whatever its headers look like; only where
// headers themselves matter (Vary, shared caches, disclosure) does a case look
// at them. The browser is package fetch, beside this one; a real one can take
// its place ([Case.CheckIn], and package browsers).
//
// A server takes part by serving the application that [App] describes behind
// its CORS, and calling [Run]:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, serve)
//	}
//
// A server in another language takes part as a process: the command corssuite runs
// the cases against it and writes reports (see the file RUNNING.md). The command
// corscheck checks a running server from outside, whatever its application is.
//
// The cases are the files cases/*.json. Start reading at [Case].
package conformance
