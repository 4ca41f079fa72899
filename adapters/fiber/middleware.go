package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

// Config is a policy: see [cors.Config].
type Config = cors.Config

// New returns the middleware for the Configs, of which the first whose paths
// match decides. It panics if anything is wrong with them, with every problem.
func New(cfgs ...Config) fiber.Handler {
	engine, err := cors.New(cfgs...)
	if err != nil {
		panic(err)
	}
	return Middleware(engine)
}

// Middleware returns the middleware for an engine. It leaves alone the requests
// for which one of the functions returns true, as the field Next of Fiber's own
// middleware does.
func Middleware(engine *cors.Engine, next ...func(*fiber.Ctx) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		for _, skip := range next {
			if skip(c) {
				return c.Next()
			}
		}
		var req cors.Request
		read(&req, c)
		d := engine.Decide(&req)
		engine.Report(&req, d)
		apply(c, d)
		if status, ok := d.Answer(); ok {
			c.Status(status)
			return nil
		}
		err := c.Next()
		restore(c, engine, d)
		return err
	}
}

// ErrorHandler returns an error handler that does what next does and sees to
// the CORS headers of the answer, so that scripts can read it. It matters for
// errors that Fiber answers before any handler runs, such as 413 for a body
// above the limit, and for error handlers that reset the response:
//
//	app := fiber.New(fiber.Config{
//		ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler),
//	})
func ErrorHandler(engine *cors.Engine, next fiber.ErrorHandler) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		failure := next(c, err)
		var req cors.Request
		read(&req, c)
		d := engine.Decide(&req)
		if len(c.Route().Handlers) == 0 { // no middleware has run and reported it
			engine.Report(&req, d)
		}
		restore(c, engine, d)
		return failure
	}
}
