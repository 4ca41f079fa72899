package caches

import (
	"net"
	"net/http"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
)

func serveFiber3(t *testing.T, engine *cors.Engine, app http.Handler) string {
	f := fiber.New()
	f.Use(corsfiber.Middleware(engine))
	f.Add(methods, "/*", adaptor.HTTPHandler(app))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- f.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}
