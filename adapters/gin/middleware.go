package corsgin

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs. Of those whose paths match a request,
// the narrowest applies. New panics if anything is wrong with them, with every
// problem.
func New(cfgs ...Config) gin.HandlerFunc {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine.
func Middleware(engine *cors.Engine) gin.HandlerFunc {
	if routerField == nil && engine.HasPaths() {
		panic(unknownRouter)
	}
	return middleware(engine, nil)
}

// middleware returns the middleware for an engine and the router that it is on, or
// nil if that is not known.
func middleware(engine *cors.Engine, router *gin.Engine) gin.HandlerFunc {
	engine.AddMiddlewares(2) // it can be put into a router twice
	return func(c *gin.Context) {
		var from cors.RequestReader = (*source)(c)
		if routerField == nil && router != nil {
			from = &outside{c.Request, router}
		}
		r, status := engine.Serve(c.Writer.Header(), c.Request, from)
		if status != 0 {
			c.AbortWithStatus(status)
			return
		}
		c.Request = r
	}
}

// Handler returns r behind an engine, for an http.Server. It does what
// Middleware does, and for the answers, too, that Gin gives before any
// middleware runs: its redirects.
func Handler(engine *cors.Engine, r *gin.Engine) http.Handler {
	engine.AddMiddlewares(1)
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		request, status := engine.Serve(w.Header(), request, &outside{request, r})
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		r.ServeHTTP(w, request)
	})
}
