// Package cases has only tests: the cases of the conformance suite in real
// browsers, against every adapter.
package cases
