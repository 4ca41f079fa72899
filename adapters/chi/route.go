package corschi

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// A source reads a request inside of chi.
type source http.Request

func (s *source) Context() context.Context { return (*http.Request)(s).Context() }

func (s *source) RequestHeader(name string) string {
	return cors.HeaderValue((*http.Request)(s), name)
}

// Route returns the path as chi's routers have routed it, or are about to.
func (s *source) Route() (string, cors.PathFolding) {
	r := (*http.Request)(s)
	routing := chi.RouteContext(r.Context())
	if len(routing.RoutePatterns) == 0 {
		path := cmp.Or(routing.RoutePath, unrouted(r))
		return path, foldingOf(routing.Routes, path)
	}
	t := trail{r, routing.RoutePath}
	path, isRoot := t.path(routing.RoutePatterns, routing.URLParams.Values)
	if isRoot {
		return path, foldingOfRoot(path)
	}
	return path, foldingOf(routing.Routes, path)
}

// foldingOf returns the folding of a path that routes are about to route.
func foldingOf(routes chi.Routes, path string) cors.PathFolding {
	if isMountRoot(routes, path) {
		return foldingOfRoot(path)
	}
	return cors.FoldEmptySegment
}

// foldingOfRoot returns the folding of the root of a mount, which chi serves with a
// slash at the end and without. Of two slashes, the first ends an empty segment.
func foldingOfRoot(path string) cors.PathFolding {
	if strings.HasSuffix(path, "//") {
		return cors.FoldEmptySegment
	}
	return cors.FoldEmptySegment | cors.FoldTrailingSlash
}

// isMountRoot reports whether a path is the root of a mount. chi doesn't say so, but
// a mount has a route for its root with a slash and one without, for every method.
// Routes seldom are for TRACE, so that most need one search.
func isMountRoot(routes chi.Routes, path string) bool {
	if routes == nil || path == "" || path == "/" {
		return false
	}
	pattern := find(routes, path)
	if pattern == "" || strings.HasSuffix(pattern, "*") {
		return false
	}
	other, slashed := strings.CutSuffix(path, "/")
	if !slashed {
		other += "/"
	}
	return strings.TrimSuffix(find(routes, other), "/") == strings.TrimSuffix(pattern, "/")
}

// find returns the pattern of the route for TRACE requests to a path.
func find(routes chi.Routes, path string) string {
	found := searches.Get().(*chi.Context)
	defer searches.Put(found)
	found.Reset()
	if !routes.Match(found, http.MethodTrace, path) {
		return ""
	}
	return found.RoutePattern()
}

var searches = sync.Pool{New: func() any { return chi.NewRouteContext() }}

// unrouted returns the path that chi's routers route unless a middleware or a mount
// has set another.
func unrouted(r *http.Request) string { return cmp.Or(r.URL.RawPath, r.URL.Path) }

// An outside source reads a request before it enters chi.
type outside struct {
	request *http.Request
	router  chi.Routes
}

func (s *outside) Context() context.Context { return s.request.Context() }

func (s *outside) RequestHeader(name string) string { return cors.HeaderValue(s.request, name) }

func (s *outside) Route() (string, cors.PathFolding) {
	path := unrouted(s.request)
	return path, foldingOf(s.router, path)
}

// A trail puts the path of a request together again. An inner router sees only a
// part of it, and chi keeps the patterns that have matched so far and the parameters
// in them, but not the whole path.
type trail struct {
	request *http.Request

	// routePath is the path that the last router has routed if the middleware is one
	// of With, Group or Handle, and the path that the next router is going to route
	// if it is one of Use. It is empty if that is the path of the request.
	routePath string
}

// path returns the path that led through the patterns, and whether it is known to be
// the root of a mount.
//
// A mount empties the value of its wildcard, except in Request.PathValue, and sets
// routePath to the rest for the next router. A handler that isn't mounted leaves
// both alone: a router in it routes the same path once more, or the part of it that
// http.StripPrefix leaves.
func (t *trail) path(patterns, values []string) (path string, isRoot bool) {
	if len(patterns) == 0 {
		return t.routePath, false
	}
	isLast := len(patterns) == 1
	matched, rest, values := fill(patterns[0], values)
	next, isRoot := t.path(patterns[1:], values)
	bare := strings.TrimSuffix(matched, "/")
	switch {
	case !strings.HasSuffix(patterns[0], "*"):
		return matched, !isLast || next == "/"
	case rest != "" && strings.HasSuffix(matched+rest, next):
		return matched + rest, isRoot
	case rest != "" && strings.HasSuffix(strings.TrimSuffix(matched+rest, "/"), next):
		return strings.TrimSuffix(matched+rest, "/"), isRoot // after StripSlashes
	case rest != "" && strings.HasPrefix(next, matched):
		return next, isRoot // a middleware has changed what is routed
	case next == "":
		return matched, isRoot
	case (next == matched || next == bare) && isLast && t.request.PathValue("*") == "":
		return next, isRoot // the path routed, "/v1/", and not the rest after that
	case next == matched && !isLast && !t.isRequested(bare+next):
		return matched, isRoot // routed once more
	}
	return bare + next, isRoot
}

// isRequested reports whether the path in the request line ends with end, whatever
// slashes come after it.
func (t *trail) isRequested(end string) bool {
	sent := t.request.URL
	if u, err := url.ParseRequestURI(t.request.RequestURI); err == nil {
		sent = u // which http.StripPrefix leaves alone
	}
	if plain, err := url.PathUnescape(end); err == nil {
		end = plain
	}
	return strings.HasSuffix(path.Clean(sent.Path), path.Clean(end))
}

// fill returns what a pattern has matched, up to its wildcard for the rest, and
// that rest. It takes the values of the parameters off the front.
func fill(pattern string, values []string) (matched, rest string, _ []string) {
	next := func() (value string) {
		if len(values) > 0 {
			value, values = values[0], values[1:]
		}
		return value
	}
	var text strings.Builder
	for pattern != "" && pattern != "*" {
		open := strings.IndexByte(pattern, '{')
		if open < 0 {
			text.WriteString(strings.TrimSuffix(pattern, "*"))
			pattern = pattern[len(strings.TrimSuffix(pattern, "*")):]
			break
		}
		text.WriteString(pattern[:open])
		text.WriteString(next())
		pattern = pattern[closingBrace(pattern, open)+1:]
	}
	if pattern == "*" {
		rest = next()
	}
	return text.String(), rest, values
}

// closingBrace returns where a parameter ends. Its expression may have braces
// of its own.
func closingBrace(pattern string, open int) int {
	depth := 0
	for i := open; i < len(pattern); i++ {
		switch pattern[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(pattern) - 1
}
