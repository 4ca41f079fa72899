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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}
