package corsfiber_test

import (
	"fmt"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

func TestPathsAreReadAsFiberRoutesThem(t *testing.T) {
	for bits := range 1 << 4 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		config := fiber.Config{CaseSensitive: on(0), StrictRouting: on(1), UnescapePath: on(2), Immutable: on(3)}
		t.Run(fmt.Sprintf("CaseSensitive=%t StrictRouting=%t UnescapePath=%t Immutable=%t", on(0), on(1), on(2), on(3)), func(t *testing.T) {
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				app := newApp(config)
				app.Use(corsfiber.New(policy...))
				for _, route := range routes {
					app.Get(fiberPath(route), func(c *fiber.Ctx) error {
						c.Set("X-Route", route)
						return nil
					})
				}
				return &conformance.Server{URL: listen(t, app)}
			})
		})
	}
}
