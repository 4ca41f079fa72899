package corsgin_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// hasEscapedPath reports whether Gin has the option UseEscapedPath: Gin 1.12 does.
var _, hasEscapedPath = reflect.TypeFor[gin.Engine]().FieldByName("UseEscapedPath")

// options yields each combination of the options that Gin's routing depends on, by a
// name and a function that sets them.
func options(yield func(name string, set func(*gin.Engine)) bool) {
	names := []string{"UseRawPath", "UnescapePathValues", "RemoveExtraSlash", "UseEscapedPath"}
	if !hasEscapedPath {
		names = names[:3]
	}
	for bits := range 1 << len(names) {
		var name strings.Builder
		for bit, option := range names {
			fmt.Fprintf(&name, "%s=%t ", option, bits>>bit&1 == 1)
		}
		set := func(r *gin.Engine) {
			for bit, option := range names {
				reflect.ValueOf(r).Elem().FieldByName(option).SetBool(bits>>bit&1 == 1)
			}
		}
		if !yield(strings.TrimSpace(name.String()), set) {
			return
		}
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
func optionSets() (routers []adaptertest.Router) {
	for name, set := range options {
		for _, others := range []bool{false, true} {
			f := framework(func(r *gin.Engine) {
				set(r)
				r.RedirectTrailingSlash, r.HandleMethodNotAllowed = others, others
				r.RedirectFixedPath = others && hasEscapedPath // panics before Gin 1.12 (gin-gonic/gin#2959)
			})
			name := fmt.Sprintf("%s others=%t", name, others)
			routers = append(routers,
				f.NamedRouter(name+"/Middleware"),
				adaptertest.Router{Name: name + "/Handler", Serve: func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
					engine, err := cors.New(policy...)
					if err != nil {
						tb.Fatal(err)
					}
					r := f.New().(application).engine
					addRoutes(r, routes)
					return adaptertest.ExchangeWith(corsgin.Handler(engine, r))
				}})
		}
	}
	return routers
}

func TestPathsAreReadAsGinRoutesThem(t *testing.T) {
	adaptertest.RunRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, optionSets()) }
