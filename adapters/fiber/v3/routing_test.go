package corsfiber_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

func TestPathsAreReadAsFiberRoutesThem(t *testing.T) {
	for bits := range 1 << 4 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		config := fiber.Config{CaseSensitive: on(0), StrictRouting: on(1), UnescapePath: on(2), Immutable: on(3)}
		t.Run(fmt.Sprintf("CaseSensitive=%t StrictRouting=%t UnescapePath=%t Immutable=%t", on(0), on(1), on(2), on(3)), func(t *testing.T) {
			adaptertest.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
				app := newApp(config)
				app.Use(corsfiber.New(policy...))
				addRoutes(app, routes)
				return serve(t, app)
			})
		})
	}
}

func optionSets() (routers []adaptertest.Router) {
	for bits := range 1 << 3 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		config := fiber.Config{CaseSensitive: on(0), StrictRouting: on(1), UnescapePath: on(2)}
		routers = append(routers, adaptertest.Router{
			Name: fmt.Sprintf("CaseSensitive=%t StrictRouting=%t UnescapePath=%t", on(0), on(1), on(2)),
			Serve: func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
				app := newApp(config)
				app.Use(corsfiber.New(policy...))
				addRoutes(app, routes)
				return exchangeWith(app.Handler())
			},
		})
	}
	return routers
}

func TestGeneratedPathsAreReadAsFiberRoutesThem(t *testing.T) {
	adaptertest.RunGeneratedRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, optionSets()) }

func exchangeWith(handler fasthttp.RequestHandler) adaptertest.Exchange {
	return func(request []byte) http.Header {
		var ctx fasthttp.RequestCtx
		if err := ctx.Request.Read(bufio.NewReaderSize(bytes.NewReader(request), len(request))); err != nil {
			return nil
		}
		handler(&ctx)
		header := make(http.Header)
		for name, value := range ctx.Response.Header.All() {
			header.Add(string(name), string(value))
		}
		return header
	}
}

func addRoutes(app *fiber.App, routes []string) {
	for _, route := range routes {
		app.Get(fiberPath(route), func(c fiber.Ctx) error {
			c.Set("X-Route", route)
			return nil
		})
	}
}
