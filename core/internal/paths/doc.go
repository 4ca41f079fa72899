// Package paths says which of several Configs applies to a path: it parses their
// path patterns and regular expressions, tells which of two is narrower, and finds the
// narrowest that matches a path. It knows nothing of HTTP or CORS.
package paths
