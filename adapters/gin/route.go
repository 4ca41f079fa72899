package corsgin

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// A source reads a request inside of Gin.
type source gin.Context

func (s *source) Context() context.Context { return s.Request.Context() }

func (s *source) RequestHeader(name string) string { return cors.HTTPHeader(s.Request, name) }

func (s *source) Route() (string, cors.PathFolding) {
	return route(routerOf((*gin.Context)(s)), s.Request)
}

// An outside source reads a request before it enters Gin.
type outside struct {
	request *http.Request
	router  *gin.Engine
}

func (s *outside) Context() context.Context { return s.request.Context() }

func (s *outside) RequestHeader(name string) string { return cors.HTTPHeader(s.request, name) }

func (s *outside) Route() (string, cors.PathFolding) { return route(s.router, s.request) }

// route returns the path as Gin routes it, which depends on four options of
// the router.
func route(router *gin.Engine, r *http.Request) (string, cors.PathFolding) {
	p := r.URL.Path
	if router.UseEscapedPath {
		p = r.URL.EscapedPath()
	} else if router.UseRawPath && r.URL.RawPath != "" {
		p = r.URL.RawPath
	}
	if router.RemoveExtraSlash {
		p = clean(p)
	}
	return p, cors.FoldEmptySegment
}

// clean cleans a path and keeps a slash at its end.
func clean(p string) string {
	cleaned := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && cleaned != "/" {
		cleaned += "/"
	}
	return cleaned
}

// routerField is where a gin.Context keeps its router. Gin does not export it,
// and without it a middleware cannot know which of two paths was routed: a
// policy for one could cover the other.
var routerField = func() []int {
	field, ok := reflect.TypeFor[gin.Context]().FieldByName("engine")
	if !ok || field.Type != reflect.TypeFor[*gin.Engine]() {
		panic("corsgin: this version of Gin is not supported: gin.Context has no field engine of type *gin.Engine")
	}
	return field.Index
}()

func routerOf(c *gin.Context) *gin.Engine {
	return (*gin.Engine)(reflect.ValueOf(c).Elem().FieldByIndex(routerField).UnsafePointer())
}
