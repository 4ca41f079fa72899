package corschi

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// A source reads a request inside of chi.
type source http.Request

func (s *source) Context() context.Context { return (*http.Request)(s).Context() }

func (s *source) RequestHeader(name string) string {
	return cors.HTTPHeader((*http.Request)(s), name)
}

// Route returns the path as chi's routers have routed it, or are about to.
func (s *source) Route() (string, cors.PathFolding) {
	r := (*http.Request)(s)
	routing := chi.RouteContext(r.Context())
	if len(routing.RoutePatterns) == 0 {
		return cmp.Or(routing.RoutePath, unrouted(r)), cors.FoldEmptySegment
	}
	t := trail{r, routing.RoutePath}
	path, folding := t.path(routing.RoutePatterns, routing.URLParams.Values)
	return path, folding | cors.FoldEmptySegment
}

// unrouted returns the path that chi's routers route unless a middleware or a mount
// has set another.
func unrouted(r *http.Request) string { return cmp.Or(r.URL.RawPath, r.URL.Path) }

// An unroutedSource reads a request before it enters chi.
type unroutedSource http.Request

func (s *unroutedSource) Context() context.Context { return (*http.Request)(s).Context() }

func (s *unroutedSource) RequestHeader(name string) string {
	return cors.HTTPHeader((*http.Request)(s), name)
}

func (s *unroutedSource) Route() (string, cors.PathFolding) {
	return unrouted((*http.Request)(s)), cors.FoldEmptySegment
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

// path returns the path that led through the patterns.
//
// A mount empties the value of its wildcard, except in Request.PathValue, and sets
// routePath to the rest for the next router. A handler that isn't mounted leaves
// both alone: a router in it routes the same path once more, or the part of it that
// http.StripPrefix leaves.
func (t *trail) path(patterns, values []string) (string, cors.PathFolding) {
	if len(patterns) == 0 {
		return t.routePath, 0
	}
	isLast := len(patterns) == 1
	matched, rest, values := fill(patterns[0], values)
	next, folding := t.path(patterns[1:], values)
	bare := strings.TrimSuffix(matched, "/")
	switch {
	case !strings.HasSuffix(patterns[0], "*"):
		if !isLast || next == "/" {
			folding = cors.FoldTrailingSlash // a mount serves its root with a slash and without
		}
		return matched, folding
	case rest != "" && strings.HasSuffix(matched+rest, next):
		return matched + rest, folding
	case rest != "" && strings.HasSuffix(strings.TrimSuffix(matched+rest, "/"), next):
		return strings.TrimSuffix(matched+rest, "/"), folding // after StripSlashes
	case rest != "" && strings.HasPrefix(next, matched):
		return next, folding // a middleware has changed what is routed
	case next == "":
		return matched, folding
	case (next == matched || next == bare) && isLast && t.request.PathValue("*") == "":
		return next, folding // the path routed, "/v1/", and not the rest after that
	case next == matched && !isLast && !t.isRequested(bare+next):
		return matched, folding // routed once more
	}
	return bare + next, folding
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
