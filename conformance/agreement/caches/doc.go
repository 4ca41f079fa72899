// Package caches tests the adapters behind caches and proxies that others
// wrote or might write: nginx and Varnish as shared caches, and a proxy that
// writes the lines of headers in every way that HTTP allows.
//
// What must hold: nobody receives another's answer. Whatever was asked before,
// and by whom, an answer that comes out of a cache has the CORS headers that
// the adapter itself gives to that request, and a script can read it if and
// only if the policy says so. Where any origin may read, one copy serves all.
//
// The configurations are templates in testdata, written as an operator would
// write them. What they have to see to, and what content delivery networks do,
// is in the file README.md. Each cache is also run with a configuration that
// ignores Vary, and with servers that answer wrongly: there the tests have to
// find that an answer goes to somebody else.
//
// The package has tests only. Start reading at TestSharedCaches.
package caches
