package enforcement

import (
	"net"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/gofiber/fiber/v3"
)

func startFiber3(t *testing.T, s *shop) string {
	app := fiber.New()
	app.Use(corsfiber.Middleware(s.engine))
	app.Post("/orders", func(c fiber.Ctx) error { return c.SendString(s.order(c.Get("Cookie"))) })
	return serveFiber3(t, app)
}

func startShortestFiber3(t *testing.T) string {
	app := fiber.New()
	app.Use(corsfiber.New(shortest))
	for _, method := range methods {
		app.Add([]string{method}, "/", func(c fiber.Ctx) error { return c.SendString(c.Method()) })
	}
	return serveFiber3(t, app)
}

func serveFiber3(t *testing.T, app *fiber.App) string {
	return startFiber(t, func(l net.Listener) error {
		return app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
	})
}
