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
	return routed(chi.RouteContext((*http.Request)(s).Context()), s.URL)
}

// routed returns the whole path of a request, of which a router may see a part
// only. chi does not keep it, but what is left of it, the patterns that have
// matched so far, and the parameters in them.
//
// A middleware of Use runs before its router routes: what has matched are the
// mounts, and RoutePath is the rest. One of With, Group or Handle runs afterwards:
// then the last pattern has matched RoutePath. chi empties the value of a mount's
// wildcard, which tells the two apart.
//
// The root of a mounted router is the same with a slash at its end and without.
func routed(routing *chi.Context, u *url.URL) (string, cors.PathFolding) {
	const folding = cors.FoldEmptySegment
	patterns := routing.RoutePatterns
	if len(patterns) == 0 {
		return cmp.Or(routing.RoutePath, u.RawPath, u.Path), folding
	}
	values := routing.URLParams.Values
	var mounted string
	for i, pattern := range patterns {
		var matched, rest string
		matched, rest, values = fill(pattern, values)
		prefix, isWildcard := strings.CutSuffix(pattern, "*")
		switch {
		case !isWildcard && (i < len(patterns)-1 || routing.RoutePath == "/"):
			return mounted + matched, folding | cors.FoldTrailingSlash // chi makes the slash up
		case !isWildcard:
			return mounted + matched, folding
		case i < len(patterns)-1:
			mounted += strings.TrimSuffix(matched, "/")
			continue
		case rest != "" || routing.RoutePath == "":
			return mounted + matched + rest, folding
		}
		before, after := mounted+strings.TrimSuffix(matched, "/")+routing.RoutePath, mounted+matched
		if routing.RoutePath == matched && prefix != "/" && path.Clean(cmp.Or(u.RawPath, u.Path)) != path.Clean(before) {
			return after, folding
		}
		return before, folding
	}
	return mounted, folding
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
