package corsecho

import (
	"net/http"

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
			response := c.Response()
			d, r := engine.Handle(response.Header(), c.Request(), &req)
			c.SetRequest(r)
			if !d.HasPolicy() {
				return next(c)
			}
			status, answers := d.Answer()
			owned := cors.OwnedWriterOf(writerOf(response))
			switch {
			case owned != nil:
				owned.Own(d)
			case !answers:
				owned = cors.NewOwnedWriter(response.Writer, r, d)
				response.Writer = owned
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

// writerOf returns the writer beneath a response, which can be another router's
// response: before Echo 4.11, those have no Unwrap.
func writerOf(response *echo.Response) http.ResponseWriter {
	outer, ok := response.Writer.(*echo.Response)
	if !ok {
		return response.Writer
	}
	return writerOf(outer)
}
