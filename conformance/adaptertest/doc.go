// Package adaptertest has the tests that all adapters of this project share. An
// adapter describes itself and its framework in a [Framework].
//
// The functions that begin with Run are tests. [RunConformance] runs the cases of
// package conformance; the others cover what those don't: the adapters' own
// functions (policies of groups and routes, misuse, watchers) and their routers.
// Start reading at [RunPolicies].
package adaptertest
