package corsfiber_test

import (
	"net/http"
	"testing"
	"time"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cache"
	"github.com/gofiber/fiber/v2/middleware/proxy"
	"github.com/gofiber/fiber/v2/middleware/timeout"
	"github.com/valyala/fasthttp"
)

const (
	trusted = adaptertest.Trusted
	evil    = "https://evil.example"
)

var (
	policy   = adaptertest.Policy
	defaults = framework(fiber.Config{})
)

func TestConformance(t *testing.T) {
	adaptertest.RunConformance(t, framework(fiber.Config{StrictRouting: true, CaseSensitive: true}))
}

func TestPoliciesOfGroupsAndRoutes(t *testing.T)   { adaptertest.RunPolicies(t, defaults) }
func TestStacksOfPolicies(t *testing.T)            { adaptertest.RunStacks(t, defaults.ServeStack) }
func TestSkippedRequestsAreLeftAlone(t *testing.T) { adaptertest.RunSkipped(t, defaults) }
func TestErrorHandler(t *testing.T)                { adaptertest.RunErrorHandler(t, defaults) }
func TestFiber(t *testing.T)                       { adaptertest.RunFiber(t, defaults) }

// With this option, fasthttp keeps the names of headers as the client sends them.
func TestHeadersAreReadInAnyCase(t *testing.T) {
	adaptertest.RunAnyCase(t, framework(fiber.Config{DisableHeaderNormalizing: true}))
}

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	for name, config := range map[string]fiber.Config{
		"default":   {},
		"strict":    {CaseSensitive: true, StrictRouting: true},
		"streaming": {StreamRequestBody: true},
		"immutable": {Immutable: true},
	} {
		t.Run(name, func(t *testing.T) { adaptertest.RunWatched(t, framework(config).ServeWatched) })
	}
}

func TestContract(t *testing.T) { adaptertest.RunContract(t, defaults) }

func TestErrorsStayReadable(t *testing.T) {
	adaptertest.RunReadable(t, defaults,
		adaptertest.Reply{Name: "a handler that returns an HTTP error", Status: http.StatusTeapot, Handler: own(func(*fiber.Ctx) error {
			return fiber.NewError(http.StatusTeapot)
		})},
		adaptertest.Reply{Name: "a handler that redirects by Fiber", Status: http.StatusFound, Handler: own(func(c *fiber.Ctx) error {
			return c.Redirect("/elsewhere")
		})},
		adaptertest.Reply{Name: "a handler behind Fiber's time limit", Status: http.StatusRequestTimeout, Handler: own(timeout.NewWithContext(func(c *fiber.Ctx) error {
			<-c.UserContext().Done()
			return c.UserContext().Err()
		}, time.Millisecond))},
		adaptertest.Reply{Name: "a handler that adds to Vary by Fiber", Status: http.StatusAccepted, Handler: own(func(c *fiber.Ctx) error {
			c.Vary("Accept")
			return c.SendStatus(http.StatusAccepted)
		})},
	)
}

func TestErrorHandlerCanReset(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, func(c *fiber.Ctx, err error) error {
		c.Response().Reset()
		return c.SendStatus(http.StatusBadGateway)
	})})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/", func(*fiber.Ctx) error { return fiber.ErrTeapot })
	defaults.CheckReadable(t, serve(t, app), "/", http.StatusBadGateway)
}

func TestHeadersThatHandlersSetAreReplaced(t *testing.T) {
	adaptertest.RunReplaced(t, defaults, func(upstream string) map[string]adaptertest.Handler {
		return map[string]adaptertest.Handler{
			"forwards by Fiber": own(func(c *fiber.Ctx) error { return proxy.Do(c, upstream) }),
		}
	})
}

// The cache replays the response for one origin, headers included, to another.
func TestACacheAfterTheMiddlewareReplaysNoOrigin(t *testing.T) {
	const partner = "https://partner.example"
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{trusted, partner}}))
	app.Use(cache.New(cache.Config{Expiration: time.Minute, StoreResponseHeaders: true}))
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("cached") })
	server := serve(t, app)
	for _, tt := range []struct{ origin, want string }{{trusted, trusted}, {partner, partner}, {evil, ""}, {trusted, trusted}} {
		adaptertest.CheckAllowed(t, adaptertest.Send(t, server, http.MethodGet, "/", tt.origin), tt.want)
	}
}

// A handler serves another request in place of the first, with its user values.
func TestCopiedUserValuesDecideNothing(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{trusted}}))
	var inner fasthttp.RequestCtx
	app.Get("/", func(c *fiber.Ctx) error {
		if c.Context() == &inner {
			return nil
		}
		inner.Request.SetRequestURI("/")
		inner.Request.Header.Set("Origin", evil)
		c.Context().VisitUserValuesAll(func(key, value any) { inner.SetUserValue(key, value) })
		app.Handler()(&inner)
		return nil
	})
	adaptertest.Send(t, serve(t, app), http.MethodGet, "/", trusted)
	if got := inner.Response.Header.Peek("Access-Control-Allow-Origin"); len(got) > 0 {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}
