// Package adaptertest has the tests that all adapters of this project share.
// They cover what the cases of package conformance don't: the adapters' own
// functions (policies of groups and routes, misuse, watchers) and their
// routers.
//
// The functions that begin with Run are tests; each gets a function that serves a
// framework. Start reading at [RunPolicies].
package adaptertest
