package corsgin

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// The types of package cors that an application with one router needs.
type (
	Config  = cors.Config  // a policy
	Request = cors.Request // what AllowOriginFunc is given
	Risk    = cors.Risk    // an entry of AcceptRisks
)

// New returns the middleware for the Configs. Of those whose paths match a request,
// the narrowest applies. New panics if anything is wrong with them, with every
// problem.
//
// Put it into the router before the first group and route, since Gin runs middleware
// only for those that are added later:
//
//	r := gin.New()
//	r.Use(corsgin.New(policy))
//	r.GET("/posts", list)
func New(cfgs ...Config) gin.HandlerFunc {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine. Requests for which a skip function
// returns true are left alone entirely: the responses get no headers, and watchers
// aren't called.
func Middleware(engine *cors.Engine, skip ...func(*gin.Context) bool) gin.HandlerFunc {
	if engine == nil {
		panic("corsgin: Middleware: the engine is nil; check the error that cors.New returned")
	}
	for _, skips := range skip {
		if skips == nil {
			panic("corsgin: Middleware: a skip function is nil; leave it out")
		}
	}
	if routerField == nil && engine.HasPaths() {
		panic(unknownRouter)
	}
	return middleware(engine, nil, skip)
}

// middleware returns the middleware for an engine and the router that it is on, or
// nil if that is not known.
//
//go:noinline
func middleware(engine *cors.Engine, router *gin.Engine, skip []func(*gin.Context) bool) gin.HandlerFunc {
	engine.AddMiddlewares(2) // it can be put into a router twice
	return func(c *gin.Context) {
		for _, skips := range skip {
			if skips(c) {
				return
			}
		}
		r, status := engine.Serve(c.Writer, c.Request, func(r *http.Request) cors.RequestReader {
			if routerField == nil && router != nil {
				return &outside{r, router}
			}
			return (*source)(c)
		})
		if status != 0 {
			c.AbortWithStatus(status)
			return
		}
		c.Request = r
	}
}

// Handler returns r behind an engine, for an http.Server. It does what
// Middleware does, also for the responses that Gin sends before any middleware
// runs: its redirects.
func Handler(engine *cors.Engine, r *gin.Engine) http.Handler {
	if engine == nil {
		panic("corsgin: Handler: the engine is nil; check the error that cors.New returned")
	}
	if r == nil {
		panic("corsgin: Handler: the router is nil; pass the one that gin.New returned")
	}
	engine.AddMiddlewares(1)
	reader := func(request *http.Request) cors.RequestReader { return &outside{request, r} }
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		request, status := engine.Serve(w, request, reader)
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		r.ServeHTTP(w, request)
	})
}
