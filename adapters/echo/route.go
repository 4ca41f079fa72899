package corsecho

import (
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

// route returns the path as Echo routes it: escaped, if escaping matters.
//
// A parameter at the end of a route takes all that remains of the path where
// no longer route is known: /users/:id answers /users/1/2, with "1/2" for id.
// Such slashes separate nothing, and are escaped for the engine.
func route(c echo.Context) (string, cors.PathFolding) {
	path := echo.GetPath(c.Request())
	pattern := c.Path()
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
