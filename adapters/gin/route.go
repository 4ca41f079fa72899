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

func (s *source) RequestHeader(name string) string { return cors.HeaderValue(s.Request, name) }

func (s *source) Route() (string, cors.PathFolding) {
	return route(routerOf((*gin.Context)(s)), s.Request)
}

// An outside source reads a request before it enters Gin.
type outside struct {
	request *http.Request
	router  *gin.Engine
}

func (s *outside) Context() context.Context { return s.request.Context() }

func (s *outside) RequestHeader(name string) string { return cors.HeaderValue(s.request, name) }

func (s *outside) Route() (string, cors.PathFolding) { return route(s.router, s.request) }

// route returns the path as Gin routes it, which depends on four options of
// the router.
func route(router *gin.Engine, r *http.Request) (string, cors.PathFolding) {
	p := r.URL.Path
	if useEscapedPath(router) {
		p = r.URL.EscapedPath()
	} else if router.UseRawPath && r.URL.RawPath != "" {
		p = r.URL.RawPath
	}
	if router.RemoveExtraSlash {
		p = clean(p)
	}
	return p, cors.FoldEmptySegment
}

// escapedField is Gin's option UseEscapedPath. It is nil before Gin 1.12, which never
// routes by the escaped path.
var escapedField = func() []int {
	field, _ := reflect.TypeFor[gin.Engine]().FieldByName("UseEscapedPath")
	return field.Index
}()

func useEscapedPath(router *gin.Engine) bool {
	return escapedField != nil && reflect.ValueOf(router).Elem().FieldByIndex(escapedField).Bool()
}

// clean cleans a path as Gin does: a slash at its end stays, and a dot there is one.
func clean(p string) string {
	cleaned := path.Clean("/" + p)
	if (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.")) && cleaned != "/" {
		cleaned += "/"
	}
	return cleaned
}

// routerField is where a gin.Context keeps its router, whose options say which of
// two paths was routed. Gin does not export it; it is nil if a version of Gin does
// not have it.
var routerField = func() []int {
	field, ok := reflect.TypeFor[gin.Context]().FieldByName("engine")
	if !ok || field.Type != reflect.TypeFor[*gin.Engine]() {
		return nil
	}
	return field.Index
}()

// unknownRouter is what policies by path panic with where the router is not known:
// a policy for one path could be applied to another.
const unknownRouter = "corsgin: this version of Gin does not say which router a request is in, and policies for some paths depend on its options: use corsgin.Attach, or corsgin.Handler, which are given the router"

func routerOf(c *gin.Context) *gin.Engine {
	if routerField == nil {
		panic(unknownRouter)
	}
	return (*gin.Engine)(reflect.ValueOf(c).Elem().FieldByIndex(routerField).UnsafePointer())
}
