package corsgin_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestPathsAreReadAsGinRoutesThem(t *testing.T) {
	for bits := range 1 << 4 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		name := fmt.Sprintf("UseRawPath=%t UseEscapedPath=%t UnescapePathValues=%t RemoveExtraSlash=%t", on(0), on(1), on(2), on(3))
		router := func() *gin.Engine {
			r := newRouter()
			r.UseRawPath, r.UseEscapedPath, r.UnescapePathValues, r.RemoveExtraSlash = on(0), on(1), on(2), on(3)
			return r
		}
		t.Run(name+"/Middleware", func(t *testing.T) {
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				r := router()
				r.Use(corsgin.New(policy...))
				addRoutes(r, routes)
				server := httptest.NewServer(r)
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL}
			})
		})
		t.Run(name+"/Handler", func(t *testing.T) {
			conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				engine, err := cors.New(policy...)
				if err != nil {
					t.Fatal(err)
				}
				r := router()
				addRoutes(r, routes)
				server := httptest.NewServer(corsgin.Handler(engine, r))
				t.Cleanup(server.Close)
				return &conformance.Server{URL: server.URL}
			})
		})
	}
}

func addRoutes(r *gin.Engine, routes []string) {
	for _, route := range routes {
		r.GET(ginPath(route), func(c *gin.Context) { c.Header("X-Route", route) })
	}
}
