package cors

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/paths"
)

// This file is for authors of adapters: see "For authors of adapters" in the package
// documentation.

// A PathFolding says in which ways a router treats different paths as one, so that
// the engine does the same. The zero value is exact comparison.
type PathFolding uint8

const (
	// FoldCase: the router ignores the case of ASCII letters.
	FoldCase PathFolding = PathFolding(paths.FoldCase)
	// FoldTrailingSlash: the router ignores slashes at the end of a path.
	FoldTrailingSlash PathFolding = PathFolding(paths.FoldTrailingSlash)
	// FoldEmptySegment: a wildcard for one segment also matches an empty one,
	// unless it is the last. So does a regular expression.
	FoldEmptySegment PathFolding = PathFolding(paths.FoldEmptySegment)
	// FoldEmptyRest: a wildcard for the rest matches even where the slash before
	// it is missing. So does a regular expression.
	FoldEmptyRest PathFolding = PathFolding(paths.FoldEmptyRest)
)

// A RequestReader reads parts of an HTTP request when they are needed. An adapter
// implements it on a pointer, so that setting it costs nothing.
type RequestReader interface {
	// Route returns the path as the router routes it.
	Route() (path string, folding PathFolding)
	// RequestHeader returns the value of a header, repeated lines combined as
	// [JoinLines] does. The value remains valid after the request.
	RequestHeader(name string) string
	// Context returns the request's context.
	Context() context.Context
}

// HeaderValue returns the value of a header of r for [RequestReader].
func HeaderValue(r *http.Request, name string) string {
	if http.CanonicalHeaderKey(name) == "Host" {
		return r.Host // net/http moves it there
	}
	return JoinLines(r.Header[http.CanonicalHeaderKey(name)])
}

// maxCombined bounds the work that repeated lines cause. Nothing that is asked
// for is longer.
const maxCombined = maxRequestedHeaders

// JoinLines joins the lines of a header by ", " (Fetch, "get" of a header list).
// Several lines are cut where they exceed 1024 bytes by one: no list is as long
// as that.
func JoinLines(lines []string) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return lines[0]
	}
	combined := make([]byte, 0, maxCombined+1)
	for i, line := range lines {
		if i > 0 {
			combined = append(combined, ", "...)
		}
		combined = append(combined, line[:min(len(line), maxCombined+1)]...)
		if len(combined) > maxCombined {
			combined = combined[:maxCombined+1]
			break
		}
	}
	return string(combined)
}

// IsResponseHeader reports whether the name of a header begins with
// Access-Control-, in any case. In a response, such headers are for the decision
// alone to set.
func IsResponseHeader(name string) bool {
	const prefix = "Access-Control-"
	return len(name) > len(prefix) && name[len(prefix)-1] == '-' && strings.EqualFold(name[:len(prefix)], prefix)
}

// MergeVary returns the value of Vary that has what its lines have, and then
// those of the names, separated by commas, that are missing there. It is for
// adapters whose response headers aren't an http.Header. No name is repeated.
//
// It is one line, since nginx before 1.23 reads only the last one. It is "*" if
// that is among the lines: Varnish obeys that only if it is alone.
func MergeVary(lines []string, names string) string {
	if containsToken(lines, wildcard) {
		return wildcard
	}
	var merged []string
	has := make(map[string]bool) // in lower case
	for _, line := range append(slices.Clip(lines), names) {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.Trim(name, " \t")
			if key := strings.ToLower(name); name != "" && !has[key] {
				has[key] = true
				merged = append(merged, name)
			}
		}
	}
	return strings.Join(merged, ", ")
}

// AddMiddlewares tells e that n more middlewares are going to call [Engine.Serve] or
// [Engine.Handle]. One that can be put into a router more than once counts as two. If
// there are several, a request that passes more than one of them is decided once.
func (e *Engine) AddMiddlewares(n int) { e.uses.Add(int32(n)) }
