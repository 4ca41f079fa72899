package corsecho

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

// route returns the path as Echo routes it: escaped, if escaping matters.
//
// A parameter at the end of a route takes all that remains of the path where
// no longer route is known: /users/:id answers /users/1/2, with "1/2" for id.
// Such slashes separate nothing, and are escaped for the engine.
func route(c *echo.Context) (string, cors.PathFolding) {
	path, pattern := routed(c)
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

// routed returns the path that Echo routes, and the pattern of the route that serves
// it. Echo knows the pattern, except within Pre, which runs before routing, and for
// preflights, which it routes by the method OPTIONS: then the route for the method
// that the preflight names is looked up.
//
// The path is RawPath, where a request has one. Whether the router takes Path instead,
// by its option UseEscapedPathForMatching, shows by what it makes of Path alone.
func routed(c *echo.Context) (path, pattern string) {
	r := c.Request()
	method, isPreflight := r.Method, false
	if method == http.MethodOptions {
		if asked := r.Header.Get(echo.HeaderAccessControlRequestMethod); asked != "" {
			method, isPreflight = asked, true
		}
	}
	found := c
	if c.Path() == "" || isPreflight {
		found = lookUp(c, method, r.URL)
		defer c.Echo().ReleaseContext(found)
	}
	if r.URL.RawPath == "" {
		return r.URL.Path, found.Path()
	}
	unescaped := lookUp(c, method, &url.URL{Path: r.URL.Path})
	defer c.Echo().ReleaseContext(unescaped)
	if found.Path() != "" && found.Path() == unescaped.Path() && slices.Equal(found.PathValues(), unescaped.PathValues()) {
		return r.URL.Path, found.Path()
	}
	return r.URL.RawPath, found.Path()
}

// lookUp returns a context for the request with another method and URL, routed but
// not served. Echo writes the pattern of the route into the request, so that the
// context has one of its own.
func lookUp(c *echo.Context, method string, u *url.URL) *echo.Context {
	r := c.Request().WithContext(c.Request().Context())
	r.Method, r.URL = method, u
	found := c.Echo().AcquireContext()
	found.Reset(r, nil)
	c.Echo().Router().Route(found)
	return found
}
