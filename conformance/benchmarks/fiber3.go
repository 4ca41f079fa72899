package benchmarks

import (
	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	fibercors "github.com/gofiber/fiber/v3/middleware/cors"
	"github.com/gofiber/utils/v2"
)

// Fiber3 is Fiber v3. It copies header values, so that no responses share any.
var Fiber3 = Framework{
	Name:       "fiber3",
	Title:      "Fiber",
	Module:     "github.com/gofiber/fiber/v3",
	bare:       func() Server { return fiber3With() },
	responding: func() Server { return fiber3With(respondToOptionsFiber3) },
	Implementations: []Implementation{
		{Name: Handwritten, Title: "handwritten", New: fiber3Behind(handwrittenFiber3)},
		{Name: Corskit, Title: "corskit", New: fiber3Behind(func(cfg cors.Config) fiber.Handler { return corsfiber.New(cfg) })},
		{Name: "fiber", Title: "Fiber's own", Module: "github.com/gofiber/fiber/v3", New: fiber3Behind(fiber3CORS)},
	},
}

func fiber3With(handlers ...fiber.Handler) Server {
	app := fiber.New()
	for _, h := range handlers {
		app.Use(h)
	}
	app.Add([]string{"GET", "PUT", "DELETE"}, "/profile", func(c fiber.Ctx) error { c.Status(handled); return nil })
	app.Get(withHeaders, func(c fiber.Ctx) error {
		for name, value := range fiveHeaders {
			c.Set(name, value)
		}
		c.Status(handled)
		return nil
	})
	return fiber3Server{app}
}

func fiber3Behind(middleware func(cors.Config) fiber.Handler) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return fiber3With(middleware(cfg)) }
}

func respondToOptionsFiber3(c fiber.Ctx) error {
	if c.Method() == fiber.MethodOptions {
		c.Status(fiber.StatusNoContent)
		return nil
	}
	return c.Next()
}

func handwrittenFiber3(cors.Config) fiber.Handler {
	return func(c fiber.Ctx) error {
		r, h := &c.Request().Header, &c.Response().Header
		set := func(name, value string) { h.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value)) }
		set("Vary", "Origin")
		origin := utils.UnsafeString(r.Peek("Origin"))
		ok := isAllowed(origin) && len(r.PeekAll("Origin")) == 1
		if ok {
			set("Access-Control-Allow-Origin", origin)
			set("Access-Control-Allow-Credentials", credentials)
		}
		if c.Method() != fiber.MethodOptions || origin == "" || len(r.Peek("Access-Control-Request-Method")) == 0 {
			if ok {
				set("Access-Control-Expose-Headers", expose)
			}
			return c.Next()
		}
		if !ok {
			c.Status(fiber.StatusForbidden)
			return nil
		}
		set("Access-Control-Allow-Methods", methods)
		set("Access-Control-Allow-Headers", headers)
		set("Access-Control-Max-Age", maxAge)
		c.Status(fiber.StatusNoContent)
		return nil
	}
}

func fiber3CORS(cfg cors.Config) fiber.Handler {
	return fibercors.New(fibercors.Config{
		AllowOrigins:     cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	})
}
