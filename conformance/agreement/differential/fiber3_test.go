package differential

import (
	"net/http"
	"slices"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
)

// putFiber3 puts an engine in front of an application in Fiber v3.
func putFiber3(engine *cors.Engine, app http.Handler) http.Handler {
	f := fiber.New(fiber.Config{RequestMethods: slices.Concat(fiber.DefaultMethods, oddMethods)})
	f.Use(corsfiber.Middleware(engine))
	f.Use(adaptor.HTTPHandler(app))
	return adaptor.FiberApp(f)
}
