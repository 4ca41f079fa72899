package corsfiber_test

import (
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, serveStack) }

func serveStack(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(inner, corsfiber.ErrorHandler(outer, fiber.DefaultErrorHandler))})
	app.Use(corsfiber.Middleware(outer))
	app.Get("/outer", serveApp)
	group := app.Group("/inner", corsfiber.Middleware(inner))
	group.Get("/:a", serveApp)
	group.Put("/:a", serveApp)
	return &conformance.Server{URL: listen(t, app)}
}

func TestRestartRoutingIsDecidedByTheNewPath(t *testing.T) {
	for name, reset := range map[string]bool{"with the headers there": false, "after a reset": true} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunRerouted(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
				app := newApp(fiber.Config{})
				app.Use(corsfiber.Middleware(engine))
				app.Get("/public", func(c fiber.Ctx) error {
					if reset {
						c.Response().Reset()
					}
					c.Path("/private/x")
					return c.RestartRouting()
				})
				app.Get("/private/x", serveApp)
				return &conformance.Server{URL: listen(t, app)}
			})
		})
	}
}

// A denial by path is for that path alone.
func TestRestartRoutingLeavesADenialBehind(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(
		corsfiber.Config{Paths: []string{"/private"}, AllowOrigins: []string{"https://other.example"}},
		corsfiber.Config{Paths: []string{"/public"}, AllowOrigins: []string{"*"}},
	))
	app.Get("/private", func(c fiber.Ctx) error {
		c.Path("/public")
		return c.RestartRouting()
	})
	app.Get("/public", func(c fiber.Ctx) error { return nil })
	if got := from(t, listen(t, app)+"/private", trusted).Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}
