package corsecho_test

import (
	"net/http/httptest"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

func TestPoliciesOfGroupsAndRoutes(t *testing.T) {
	adaptertest.RunPolicies(t, func(t *testing.T, base cors.Config, attachments []adaptertest.Attachment) *conformance.Server {
		e := newRouter()
		policies := corsecho.Attach(e, base)
		for _, a := range attachments {
			routes := e.Group("")
			if a.Path == "" {
				routes = policies.Group(echoPath(a.Group), a.Policy)
			} else {
				policies.Route(echoPath(a.Path), a.Policy)
			}
			for _, route := range a.Routes {
				handler := func(c *echo.Context) error {
					c.Response().Header().Set("X-Route", a.Group+route)
					return nil
				}
				routes.GET(echoPath(route), handler)
				routes.PUT(echoPath(route), handler)
			}
			for _, route := range a.OwnOptions {
				routes.OPTIONS(echoPath(route), func(c *echo.Context) error {
					c.Response().Header().Set("X-Route", a.Group+route)
					return nil
				})
			}
		}
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
