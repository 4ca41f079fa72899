package corschi

import (
	"context"
	"net/http"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// A source reads a request inside of chi, or of another router.
type source http.Request

func (s *source) Context() context.Context { return (*http.Request)(s).Context() }

func (s *source) RequestHeader(name string) string {
	return cors.HTTPHeader((*http.Request)(s), name)
}

// Route returns the path as chi routes it: what middleware before us has made
// of it, else escaped if escaping matters.
func (s *source) Route() (string, cors.PathFolding) {
	r := (*http.Request)(s)
	routing := chi.RouteContext(r.Context())
	if routing == nil {
		var req cors.Request
		req.ReadHTTP(r, nil)
		return req.Source.Route()
	}
	path := routing.RoutePath
	switch {
	case len(routing.RoutePatterns) > 0:
		path = mounted(routing) + path
	case path == "" && r.URL.RawPath != "":
		path = r.URL.RawPath
	case path == "":
		path = r.URL.Path
	}
	return path, cors.FoldEmptySegment
}

// mounted returns the part of the path that led to a subrouter, without the
// slash at its end. chi does not keep it, but the patterns that it matched and
// the parameters in them.
func mounted(routing *chi.Context) string {
	values := routing.URLParams.Values
	next := func() (value string) {
		if len(values) > 0 {
			value, values = values[0], values[1:]
		}
		return value
	}
	var path strings.Builder
	for _, pattern := range routing.RoutePatterns {
		pattern = strings.TrimSuffix(pattern, "*")
		for pattern != "" {
			open := strings.IndexByte(pattern, '{')
			if open < 0 {
				path.WriteString(pattern)
				break
			}
			path.WriteString(pattern[:open])
			path.WriteString(next())
			pattern = pattern[closingBrace(pattern, open)+1:]
		}
		next() // the wildcard, whose value is the rest
		text := strings.TrimSuffix(path.String(), "/")
		path.Reset()
		path.WriteString(text)
	}
	return path.String()
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
