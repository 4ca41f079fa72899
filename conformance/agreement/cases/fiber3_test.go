package cases

import (
	"net"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	fiberrecover "github.com/gofiber/fiber/v3/middleware/recover"
)

func startFiber3(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	app := fiber.New(fiber.Config{StrictRouting: true, CaseSensitive: true})
	app.Use(fiberrecover.New(), corsfiber.Middleware(engine))
	for _, route := range routes {
		app.Add([]string{route.Method}, route.ColonPath(), serveFiber3)
	}
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
	return "http://" + listener.Addr().String()
}

func serveFiber3(c fiber.Ctx) error {
	request, err := adaptor.ConvertRequest(c, true)
	if err != nil {
		return err
	}
	w, err := conformance.RespondFast(&c.Response().Header, request, conformance.Respond)
	if err != nil {
		return err
	}
	return c.Status(w.Code).Send(w.Body.Bytes())
}
