package corsecho

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
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
func Middleware(engine *cors.Engine, skip ...func(echo.Context) bool) echo.MiddlewareFunc {
	if engine == nil {
		panic("corsecho: Middleware: the engine is nil; check the error that cors.New returned")
	}
	for _, skips := range skip {
		if skips == nil {
			panic("corsecho: Middleware: a skip function is nil; leave it out")
		}
	}
	engine.AddMiddlewares(2) // it can be put into a router twice
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			for _, skips := range skip {
				if skips(c) {
					return next(c)
				}
			}
			d, ok := engine.DecideSimple(c.Request())
			if !ok {
				d = decide(engine, c)
			}
			if !d.HasPolicy() {
				return next(c)
			}
			if status, responds := d.Response(); responds {
				if owned := cors.OwnedWriterOf(writerOf(c.Response())); owned != nil {
					owned.Own(d)
				}
				d.Apply(c.Response().Header())
				return c.NoContent(status)
			}
			owned := own(c, d)
			defer owned.Apply() // of a handler that has written nothing, a middleware around can take the writer away
			return next(c)
		}
	}
}

// decide returns an engine's decision about a request, and leaves it for those who look
// for it later.
func decide(engine *cors.Engine, c echo.Context) cors.Decision {
	var req cors.Request
	req.ReadHTTP(c.Request(), nil)
	if engine.HasPaths() {
		req.Path, req.PathFolding = route(c)
	}
	d, r := engine.Handle(c.Response().Header(), c.Request(), &req)
	c.SetRequest(r)
	return d
}

// own has the writer of an outer middleware apply d, or puts one beneath Echo's
// Response, whose hooks run before it.
func own(c echo.Context, d cors.Decision) *cors.OwnedWriter {
	response := c.Response()
	owned := cors.OwnedWriterOf(writerOf(response))
	if owned != nil {
		owned.Own(d)
		return owned
	}
	owned = cors.NewOwnedWriter(response.Writer, c.Request(), d)
	response.Writer = owned
	return owned
}

// writerOf returns the writer beneath a response, which can be another router's
// response: before Echo 4.11, those have no Unwrap.
func writerOf(response *echo.Response) http.ResponseWriter {
	outer, ok := response.Writer.(*echo.Response)
	if !ok {
		return response.Writer
	}
	return writerOf(outer)
}
