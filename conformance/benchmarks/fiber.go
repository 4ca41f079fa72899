package benchmarks

import (
	"strings"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	fibercors "github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gofiber/fiber/v2/utils"
)

// Fiber is Fiber v2. It copies header values, so that no responses share any.
var Fiber = Framework{
	Name:       "fiber",
	Title:      "Fiber",
	Module:     "github.com/gofiber/fiber/v2",
	bare:       func() Server { return fiberWith() },
	responding: func() Server { return fiberWith(respondToOptionsFiber) },
	Implementations: []Implementation{
		{Name: Handwritten, Title: "handwritten", New: fiberBehind(handwrittenFiber)},
		{Name: Corskit, Title: "corskit", New: fiberBehind(func(cfg cors.Config) fiber.Handler { return corsfiber.New(cfg) })},
		{Name: "fiber", Title: "Fiber's own", Module: "github.com/gofiber/fiber/v2", New: fiberBehind(fiberCORS)},
	},
}

func fiberWith(handlers ...fiber.Handler) Server {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	for _, h := range handlers {
		app.Use(h)
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		app.Add(method, "/profile", func(c *fiber.Ctx) error { c.Status(handled); return nil })
	}
	app.Get(withHeaders, func(c *fiber.Ctx) error {
		for name, value := range fiveHeaders {
			c.Set(name, value)
		}
		c.Status(handled)
		return nil
	})
	return fiberServer{app}
}

func fiberBehind(middleware func(cors.Config) fiber.Handler) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return fiberWith(middleware(cfg)) }
}

func respondToOptionsFiber(c *fiber.Ctx) error {
	if c.Method() == fiber.MethodOptions {
		c.Status(fiber.StatusNoContent)
		return nil
	}
	return c.Next()
}

func handwrittenFiber(cors.Config) fiber.Handler {
	return func(c *fiber.Ctx) error {
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

func fiberCORS(cfg cors.Config) fiber.Handler {
	return fibercors.New(fibercors.Config{
		AllowOrigins:     strings.Join(cfg.AllowOrigins, ","),
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     strings.Join(cfg.AllowMethods, ","),
		AllowHeaders:     strings.Join(cfg.AllowHeaders, ","),
		ExposeHeaders:    strings.Join(cfg.ExposeHeaders, ","),
		MaxAge:           cfg.MaxAge,
	})
}
