package corsecho

import (
	"net/http"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

// route returns the path as Echo routes it: escaped, if escaping matters.
//
// A parameter at the end of a route takes all that remains of the path where
// no longer route is known: /users/:id serves /users/1/2, with "1/2" for id.
// Such slashes separate nothing, and are escaped for the engine.
func route(c echo.Context) (string, cors.PathFolding) {
	path := echo.GetPath(c.Request())
	pattern := patternOf(c, path)
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
func patternOf(c echo.Context, path string) string {
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
	e := c.Echo()
	router := e.Router()
	if ofHost, ok := e.Routers()[r.Host]; ok {
		router = ofHost
	}
	found := e.AcquireContext()
	defer e.ReleaseContext(found)
	found.Reset(nil, nil)
	router.Find(method, path, found)
	return found.Path()
}
