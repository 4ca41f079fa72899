package corsfiber_test

import (
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

func TestPoliciesOfGroupsAndRoutes(t *testing.T) {
	adaptertest.RunPolicies(t, func(t *testing.T, base cors.Config, attachments []adaptertest.Attachment) *conformance.Server {
		app := newApp(fiber.Config{})
		policies := corsfiber.Attach(app, base)
		for _, a := range attachments {
			routes := fiber.Router(app)
			if a.Path == "" {
				routes = policies.Group(fiberPath(a.Group), a.Policy)
			} else {
				policies.Route(fiberPath(a.Path), a.Policy)
			}
			for _, route := range a.Routes {
				handler := func(c fiber.Ctx) error {
					c.Set("X-Route", a.Group+route)
					return nil
				}
				routes.Get(fiberPath(route), handler)
				routes.Put(fiberPath(route), handler)
			}
			for _, route := range a.OwnOptions {
				routes.Options(fiberPath(route), func(c fiber.Ctx) error {
					c.Set("X-Route", a.Group+route)
					return nil
				})
			}
		}
		return &conformance.Server{URL: listen(t, app)}
	})
}
