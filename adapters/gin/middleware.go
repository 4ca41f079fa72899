package corsgin

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs, of which the first whose paths
// match decides. It panics if anything is wrong with them, with every problem.
func New(cfgs ...Config) gin.HandlerFunc {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine.
func Middleware(engine *cors.Engine) gin.HandlerFunc {
	return func(c *gin.Context) {
		var req cors.Request
		req.ReadHTTP(c.Request, (*source)(c))
		d := engine.Decide(&req)
		engine.Report(&req, d)
		d.Apply(c.Writer.Header())
		if status, ok := d.Answer(); ok {
			c.AbortWithStatus(status)
		}
	}
}

// Handler returns r behind an engine, for an http.Server. It does what
// Middleware does, and for the answers, too, that Gin gives before any
// middleware runs: its redirects.
func Handler(engine *cors.Engine, r *gin.Engine) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var question cors.Request
		question.ReadHTTP(req, &outside{req, r})
		d := engine.Decide(&question)
		engine.Report(&question, d)
		d.Apply(w.Header())
		if status, ok := d.Answer(); ok {
			w.WriteHeader(status)
			return
		}
		r.ServeHTTP(w, req)
	})
}
