// Package adaptertest has the tests that all adapters of this project share: what the
// cases of package conformance don't cover, because it's about the adapters' own
// functions (policies of groups and routes, misuse, watchers) or about their routers.
//
// The functions that begin with Run are tests; each gets a function that serves a
// framework. Start reading at [RunPolicies].
package adaptertest
