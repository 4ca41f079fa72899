package corsecho

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

// A pathReader reads paths as Echo routes them. For each echo.Echo, it remembers
// whether the router has the option UseEscapedPathForMatching.
type pathReader struct{ unescaped sync.Map }

// route returns the path as Echo routes it: escaped, if escaping matters, and the
// router does not have the option.
//
// A parameter at the end of a route takes all that remains of the path where
// no longer route is known: /users/:id serves /users/1/2, with "1/2" for id.
// Such slashes separate nothing, and are escaped for the engine.
func (p *pathReader) route(c *echo.Context) (string, cors.PathFolding) {
	path := c.Request().URL.Path
	if raw := c.Request().URL.RawPath; raw != "" && !p.isUnescaped(c) {
		path = raw
	}
	pattern := patternOf(c)
	last := strings.LastIndexByte(pattern, '/') + 1
	if strings.IndexByte(pattern[last:], ':') < 0 {
		return path, cors.FoldEmptySegment
	}
	start := 0
	for range strings.Count(pattern, "/") {
		slash := strings.IndexByte(path[start:], '/')
		if slash < 0 {
			return path, cors.FoldEmptySegment
		}
		start += slash + 1
	}
	if strings.IndexByte(path[start:], '/') >= 0 {
		path = path[:start] + strings.ReplaceAll(path[start:], "/", "%2F")
	}
	return path, cors.FoldEmptySegment
}

// patternOf returns the pattern of the route that serves a request. Echo knows it,
// except within Pre, which runs before routing, and for preflights, which it routes
// by the method OPTIONS: then the route for the method that the preflight names is
// looked up.
func patternOf(c *echo.Context) string {
	r := c.Request()
	method, isPreflight := r.Method, false
	if method == http.MethodOptions {
		if asked := r.Header.Get(echo.HeaderAccessControlRequestMethod); asked != "" {
			method, isPreflight = asked, true
		}
	}
	if c.Path() != "" && !isPreflight {
		return c.Path()
	}
	found := lookUp(c, method, r.URL)
	defer c.Echo().ReleaseContext(found)
	return found.Path()
}

// isUnescaped reports whether the router takes the Path of a request that has a
// RawPath as well. Echo does not export the option. The router shows it by how it routes
// a request whose Path leads to the first of its routes, and whose RawPath does not.
func (p *pathReader) isUnescaped(c *echo.Context) bool {
	if unescaped, ok := p.unescaped.Load(c.Echo()); ok {
		return unescaped.(bool)
	}
	for _, known := range c.Echo().Router().Routes() {
		path := "/" + strings.TrimPrefix(known.Path, "/")
		want := lookUp(c, known.Method, &url.URL{Path: path})
		got := lookUp(c, known.Method, &url.URL{Path: path, RawPath: path + "x"})
		serves := want.Path() == path
		unescaped := got.Path() == want.Path() && slices.Equal(got.PathValues(), want.PathValues())
		c.Echo().ReleaseContext(want)
		c.Echo().ReleaseContext(got)
		if serves {
			p.unescaped.Store(c.Echo(), unescaped)
			return unescaped
		}
	}
	return false
}

// lookUp returns a context for the request with another method and URL, routed but
// not served. Its request is a copy, since Echo writes the pattern of the route into
// it.
func lookUp(c *echo.Context, method string, u *url.URL) *echo.Context {
	r := c.Request().WithContext(c.Request().Context())
	r.Method, r.URL = method, u
	found := c.Echo().AcquireContext()
	found.Reset(r, nil)
	c.Echo().Router().Route(found)
	return found
}
