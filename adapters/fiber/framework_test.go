package corsfiber_test

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"strings"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"
)

// framework returns Fiber with a configuration, and with a limit for bodies.
func framework(config fiber.Config) adaptertest.Framework {
	config.BodyLimit = 1000
	return adaptertest.Framework{
		New: func(engines ...*cors.Engine) adaptertest.App {
			config := config
			config.ErrorHandler = fiber.DefaultErrorHandler
			for _, engine := range engines {
				config.ErrorHandler = corsfiber.ErrorHandler(engine, config.ErrorHandler)
			}
			app := newApp(config)
			return application{routes{app}, app}
		},
		Path:        fiberPath,
		Package:     "corsfiber",
		Router:      "app",
		OwnsHeaders: true,
	}
}

func newApp(config fiber.Config) *fiber.App {
	config.DisableStartupMessage = true
	app := fiber.New(config)
	app.Use(recover.New())
	return app
}

// fiberPath writes a path of net/http's ServeMux as Fiber writes it.
func fiberPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*", "{", ":", "}", "").Replace(path)
}

func serve(tb testing.TB, app *fiber.App) *conformance.Server {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	tb.Cleanup(func() {
		listener.Close()
		<-done
	})
	return &conformance.Server{URL: "http://" + listener.Addr().String()}
}

// An application is an [adaptertest.App].
type application struct {
	routes
	app *fiber.App
}

func (a application) Serve(tb testing.TB) *conformance.Server { return serve(tb, a.app) }

func (a application) Exchange() adaptertest.Exchange {
	handler := a.app.Handler()
	return func(request []byte) http.Header {
		var ctx fasthttp.RequestCtx
		if err := ctx.Request.Read(bufio.NewReaderSize(bytes.NewReader(request), len(request))); err != nil {
			return nil
		}
		handler(&ctx)
		header := make(http.Header)
		ctx.Response.Header.VisitAll(func(name, value []byte) { header.Add(string(name), string(value)) })
		return header
	}
}

func (a application) Attach(base ...cors.Config) adaptertest.Policies {
	p := corsfiber.Attach(a.app, base...)
	return adaptertest.Policies{
		Group: func(prefix string, policy cors.Config, add func(adaptertest.Routes)) {
			group := p.Group(prefix, policy)
			if add != nil {
				add(routes{group})
			}
		},
		Route: p.Route,
	}
}

type routes struct{ router fiber.Router }

func (r routes) UseNew(cfgs ...cors.Config)      { r.router.Use(corsfiber.New(cfgs...)) }
func (r routes) Use(handler adaptertest.Handler) { r.router.Use(fiberHandler(handler)) }

func (r routes) UseMiddleware(engine *cors.Engine, skip ...func(path string) bool) {
	var skips []func(*fiber.Ctx) bool
	for _, skip := range skip {
		skips = append(skips, func(c *fiber.Ctx) bool { return skip(c.Path()) })
	}
	r.router.Use(corsfiber.Middleware(engine, skips...))
}

func (r routes) Handle(method, path string, handler adaptertest.Handler) {
	r.router.Add(method, path, fiberHandler(handler))
}

func (r routes) Group(prefix string, add func(adaptertest.Routes)) {
	add(routes{r.router.Group(prefix)})
}

func fiberHandler(handler adaptertest.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error { return handler(handlerContext{c}) }
}

// own returns a handler that is written for Fiber.
func own(handler fiber.Handler) adaptertest.Handler {
	return func(c adaptertest.Context) error { return handler(c.(handlerContext).Ctx) }
}

// A handlerContext is an [adaptertest.FiberContext].
type handlerContext struct{ *fiber.Ctx }

func (c handlerContext) Add(name, value string)   { c.Response().Header.Add(name, value) }
func (c handlerContext) Reset()                   { c.Response().Reset() }
func (c handlerContext) Respond(status int) error { return c.SendStatus(status) }
func (c handlerContext) ResetValues()             { c.Context().ResetUserValues() }
func (c handlerContext) CheckOrigin(engine *cors.Engine) bool {
	return corsfiber.CheckOrigin(engine, c.Ctx)
}

func (c handlerContext) SetRequest(name, value string) {
	if value == "" {
		c.Request().Header.Del(name)
		return
	}
	c.Request().Header.Set(name, value)
}

func (c handlerContext) SetAsIs(name, value string) {
	c.Response().Header.SetCanonical([]byte(name), []byte(value))
}

func (c handlerContext) ServeHTTP(handler func(http.ResponseWriter, *http.Request) error) error {
	request, err := adaptor.ConvertRequest(c.Ctx, true)
	if err != nil {
		return err
	}
	w, err := conformance.RespondFast(&c.Response().Header, request, handler)
	if err != nil {
		return err
	}
	return c.Status(w.Code).Send(w.Body.Bytes())
}
