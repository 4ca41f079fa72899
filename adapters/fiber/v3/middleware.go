package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
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
// Put it into the app before the first route, since Fiber runs middleware only for
// routes that are added later:
//
//	app := fiber.New()
//	app.Use(corsfiber.New(policy))
//	app.Get("/posts", list)
func New(cfgs ...Config) fiber.Handler {
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
func Middleware(engine *cors.Engine, skip ...func(fiber.Ctx) bool) fiber.Handler {
	if engine == nil {
		panic("corsfiber: Middleware: the engine is nil; check the error that cors.New returned")
	}
	for _, skips := range skip {
		if skips == nil {
			panic("corsfiber: Middleware: a skip function is nil; leave it out")
		}
	}
	var app options
	var fixed fixedRecords
	return func(c fiber.Ctx) (err error) {
		for _, skips := range skip {
			if skips(c) {
				leaveAlone(c)
				return c.Next()
			}
		}
		var req cors.Request
		read(&req, c, app.of(c).anyCase)
		before := recorded(c)
		d, found := before.decided(c, engine)
		if !found {
			d = engine.Decide(&req)
			engine.Observe(&req, d)
		}
		apply(c, d) // Ctx.End and a time limit send the response before the handlers return
		if status, ok := d.Response(); ok {
			if before != nil || d.CalledFunc() {
				before.keep(c, engine, d, found, req.Origin)
			} else {
				c.RequestCtx().SetUserValue(recordKey, done)
			}
			c.Status(status)
			return nil
		}
		kept := fixed.keep(c, engine, d, before)
		if kept == nil {
			kept = before.keep(c, engine, d, found, req.Origin)
		}
		returned := false
		defer func() { kept.finish(c, err != nil || !returned) }()
		err = c.Next()
		returned = true
		return err
	}
}

// ErrorHandler returns an error handler that does what next does and sees to
// the CORS headers of the response, so that scripts can read it. It matters for
// error handlers that reset the response, and for errors of middleware that comes
// before this one:
//
//	app := fiber.New(fiber.Config{
//		ErrorHandler: corsfiber.ErrorHandler(engine, fail),
//	})
func ErrorHandler(engine *cors.Engine, next fiber.ErrorHandler) fiber.ErrorHandler {
	if engine == nil {
		panic("corsfiber: ErrorHandler: the engine is nil; check the error that cors.New returned")
	}
	return func(c fiber.Ctx, err error) error {
		failure := next(c, err)
		if c.IsAbandoned() { // see finish
			return failure
		}
		last := recorded(c)
		if last != nil && last != done && last != passed {
			apply(c, last.owner())
			return failure
		}
		var req cors.Request // no middleware has run, or its record is reused
		read(&req, c, readOptions(c).anyCase)
		d := engine.Decide(&req)
		if last == nil {
			engine.Observe(&req, d)
		}
		apply(c, d)
		return failure
	}
}

// CheckOrigin reports whether a WebSocket handshake may go on, as the method of
// [cors.Engine] does for net/http. Call it before the handler of Fiber's package
// websocket:
//
//	app.Use("/ws", func(c fiber.Ctx) error {
//		if !corsfiber.CheckOrigin(engine, c) {
//			return fiber.ErrForbidden
//		}
//		return c.Next()
//	})
func CheckOrigin(engine *cors.Engine, c fiber.Ctx) bool {
	var req cors.Request
	read(&req, c, readOptions(c).anyCase)
	d, found := recorded(c).last(engine)
	if !found {
		d = engine.Decide(&req)
	}
	return d.AllowsHandshake(&req)
}
