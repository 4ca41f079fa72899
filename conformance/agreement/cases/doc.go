// Package cases has only tests. They run the cases of the conformance suite in
// real browsers, against every adapter.
package cases
