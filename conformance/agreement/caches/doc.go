// Package caches tests the adapters behind real and possible caches and
// proxies: nginx and Varnish as shared caches, and a proxy that rewrites header
// lines in every way that HTTP allows.
//
// The tests check that nobody receives a response made for another. Whatever
// was requested before, and by whom, a cached response has the CORS headers
// that the adapter itself sends for that request, and a script can read it if
// and only if the policy says so. If any origin may read, there is one copy for
// all.
//
// The configurations are templates in testdata, written as an operator would
// write them. The file README.md explains them, and what content delivery
// networks do. Each cache also runs with a configuration that ignores Vary, and
// with servers whose responses are wrong: there the tests have to detect that a
// response reaches the wrong client.
//
// The package has only tests. Start reading at TestSharedCaches.
package caches
