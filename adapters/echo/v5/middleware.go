package corsecho

import (
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
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
// Put it into the echo.Echo, before or after the routes:
//
//	e := echo.New()
//	e.Use(corsecho.New(policy))
//	e.GET("/posts", list)
func New(cfgs ...Config) echo.MiddlewareFunc {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine. Requests for which a skip function
// returns true are left alone entirely: the responses get no headers, and watchers
// aren't called.
//
//go:noinline
func Middleware(engine *cors.Engine, skip ...func(*echo.Context) bool) echo.MiddlewareFunc {
	if engine == nil {
		panic("corsecho: Middleware: the engine is nil; check the error that cors.New returned")
	}
	for _, skips := range skip {
		if skips == nil {
			panic("corsecho: Middleware: a skip function is nil; leave it out")
		}
	}
	engine.AddMiddlewares(2) // it can be put into a router twice
	paths := new(pathReader)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			for _, skips := range skip {
				if skips(c) {
					return next(c)
				}
			}
			var req cors.Request
			req.ReadHTTP(c.Request(), nil)
			if engine.HasPaths() {
				req.Path, req.PathFolding = paths.route(c)
			}
			response := c.Response()
			d, r := engine.Handle(response.Header(), c.Request(), &req)
			c.SetRequest(r)
			if !d.HasPolicy() {
				return next(c)
			}
			status, answers := d.Response()
			owned := cors.OwnedWriterOf(response)
			switch {
			case owned != nil:
				owned.Own(d)
			case !answers:
				owned = own(c, d)
			}
			if answers {
				d.Apply(response.Header())
				return c.NoContent(status)
			}
			defer owned.Apply() // of a handler that has written nothing, a middleware around can take the writer away
			return next(c)
		}
	}
}

// own puts a writer that applies d beneath Echo's Response, whose hooks run before
// it, or around a writer of a middleware that does not say what it wraps.
func own(c *echo.Context, d cors.Decision) *cors.OwnedWriter {
	response, err := echo.UnwrapResponse(c.Response())
	if err != nil {
		owned := cors.NewOwnedWriter(c.Response(), c.Request(), d)
		c.SetResponse(owned)
		return owned
	}
	owned := cors.NewOwnedWriter(response.ResponseWriter, c.Request(), d)
	response.ResponseWriter = owned
	return owned
}
