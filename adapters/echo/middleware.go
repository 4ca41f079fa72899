package corsecho

import (
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs. Of those whose paths match a request,
// the narrowest applies. New panics if anything is wrong with them, with every
// problem.
func New(cfgs ...Config) echo.MiddlewareFunc {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine. It leaves alone the requests
// for which one of the skippers returns true; those of Echo's own package
// middleware fit.
func Middleware(engine *cors.Engine, skippers ...func(echo.Context) bool) echo.MiddlewareFunc {
	engine.AddMiddlewares(2) // it can be put into a router twice
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			for _, skip := range skippers {
				if skip(c) {
					return next(c)
				}
			}
			var req cors.Request
			req.ReadHTTP(c.Request(), nil)
			if engine.HasPaths() {
				req.Path, req.PathFolding = route(c)
			}
			header := c.Response().Header()
			isFirst := len(header) == 0
			d, r := engine.Handle(header, c.Request(), &req)
			c.SetRequest(r)
			status, answers := d.Answer()
			if d.Governed() && !(answers && isFirst) {
				enforce(c.Response(), d)
			}
			if answers {
				return c.NoContent(status)
			}
			return next(c)
		}
	}
}

// enforce applies d once more before the header is written, to replace what a
// handler, a proxied server, a response cache or an outer policy has made of it.
func enforce(response *echo.Response, d cors.Decision) {
	response.Before(func() { d.Apply(response.Header()) })
}
