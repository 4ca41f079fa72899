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

// optionSets returns a router for each combination of the options that Gin's routing
// depends on. The others matter only for requests without a route: they are all on
// or all off.
func optionSets() (routers []conformance.Router) {
	for bits := range 1 << 5 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		router := func(routes []string, middleware ...gin.HandlerFunc) *gin.Engine {
			r := newRouter()
			r.UseRawPath, r.UseEscapedPath, r.UnescapePathValues, r.RemoveExtraSlash = on(0), on(1), on(2), on(3)
			r.RedirectTrailingSlash, r.RedirectFixedPath, r.HandleMethodNotAllowed = on(4), on(4), on(4)
			r.Use(middleware...)
			addRoutes(r, routes)
			return r
		}
		name := fmt.Sprintf("UseRawPath=%t UseEscapedPath=%t UnescapePathValues=%t RemoveExtraSlash=%t others=%t", on(0), on(1), on(2), on(3), on(4))
		routers = append(routers,
			conformance.Router{Name: name + "/Middleware", Serve: func(tb testing.TB, policy []cors.Config, routes []string) conformance.Exchange {
				return conformance.ExchangeWith(router(routes, corsgin.New(policy...)))
			}},
			conformance.Router{Name: name + "/Handler", Serve: func(tb testing.TB, policy []cors.Config, routes []string) conformance.Exchange {
				engine, err := cors.New(policy...)
				if err != nil {
					tb.Fatal(err)
				}
				return conformance.ExchangeWith(corsgin.Handler(engine, router(routes)))
			}})
	}
	return routers
}

func TestGeneratedPathsAreReadAsGinRoutesThem(t *testing.T) {
	conformance.RunGeneratedRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { conformance.FuzzRouting(f, optionSets()) }
