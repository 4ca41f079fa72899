package corsgin_test

import (
	"net/http/httptest"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestPoliciesOfGroupsAndRoutes(t *testing.T) {
	adaptertest.RunPolicies(t, func(t *testing.T, base cors.Config, attachments []adaptertest.Attachment) *conformance.Server {
		r := newRouter()
		policies := corsgin.Attach(r, base)
		for _, a := range attachments {
			routes := gin.IRoutes(r)
			if a.Path == "" {
				routes = policies.Group(ginPath(a.Group), a.Policy)
			} else {
				policies.Route(ginPath(a.Path), a.Policy)
			}
			for _, route := range a.Routes {
				handler := func(c *gin.Context) { c.Header("X-Route", a.Group+route) }
				routes.GET(ginPath(route), handler)
				routes.PUT(ginPath(route), handler)
			}
			for _, route := range a.OwnOptions {
				routes.OPTIONS(ginPath(route), func(c *gin.Context) { c.Header("X-Route", a.Group+route) })
			}
		}
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
