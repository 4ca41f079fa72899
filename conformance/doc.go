// Package conformance checks a server's CORS by what a browser would do with
// its responses.
//
// A case is data: a policy, what scripts and other clients do at a server that
// has that policy, and what must happen. "A script at https://app.example.com
// may PUT with credentials and read X-Total" holds for every server that
// achieves it, whatever its headers look like. A case looks at headers only if
// they matter themselves (Vary, shared caches, disclosure). The browser is
// package fetch, beside this one; a real one can take its place
// ([Case.CheckIn], and package browsers).
//
// To test a server, let it serve the application that [App] describes, with its
// CORS middleware in front, and call [Run]:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, serve)
//	}
//
// For a server in another language, the command corssuite starts it as a
// process, runs the cases and writes reports (see the file RUNNING.md). The
// command corscheck checks a running server from outside, whatever its
// application is.
//
// The cases are the files cases/*.json. Start reading at [Case].
package conformance
