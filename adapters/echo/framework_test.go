package corsecho_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

var defaults = framework(func(*echo.Echo) {})

// framework returns Echo as set changes it.
func framework(set func(e *echo.Echo)) adaptertest.Framework {
	return adaptertest.Framework{
		New: func(...*cors.Engine) adaptertest.App {
			e := newRouter()
			set(e)
			return application{routes{e}, e}
		},
		Path:        echoPath,
		Package:     "corsecho",
		Router:      "router",
		OwnsHeaders: true,
	}
}

func newRouter() *echo.Echo {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.Use(middleware.Recover())
	return e
}

// echoPath writes a path of net/http's ServeMux as Echo writes it.
func echoPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*", "{", ":", "}", "").Replace(path)
}

// An application is an [adaptertest.App].
type application struct {
	routes
	echo *echo.Echo
}

func (a application) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

func (a application) Serve(tb testing.TB) *conformance.Server { return adaptertest.Serve(tb, a.echo) }

func (a application) Exchange() adaptertest.Exchange { return adaptertest.ExchangeWith(a.echo) }

func (a application) Attach(base ...cors.Config) adaptertest.Policies {
	p := corsecho.Attach(a.echo, base...)
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

type routes struct {
	router interface {
		Use(middleware ...echo.MiddlewareFunc)
		Add(method, path string, handler echo.HandlerFunc, middleware ...echo.MiddlewareFunc) *echo.Route
		Group(prefix string, middleware ...echo.MiddlewareFunc) *echo.Group
	}
}

func (r routes) UseNew(cfgs ...cors.Config) { r.router.Use(corsecho.New(cfgs...)) }

func (r routes) UseMiddleware(engine *cors.Engine, skip ...func(path string) bool) {
	var skips []func(echo.Context) bool
	for _, skip := range skip {
		skips = append(skips, func(c echo.Context) bool { return skip(c.Request().URL.Path) })
	}
	r.router.Use(corsecho.Middleware(engine, skips...))
}

func (r routes) Use(handler adaptertest.Handler) {
	r.router.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error { return handler(newContext(c, next)) }
	})
}

func (r routes) Handle(method, path string, handler adaptertest.Handler) {
	r.router.Add(method, path, func(c echo.Context) error { return handler(newContext(c, nil)) })
}

func (r routes) Group(prefix string, add func(adaptertest.Routes)) {
	add(routes{r.router.Group(prefix)})
}

type handlerContext struct {
	adaptertest.Context
	echo echo.Context
}

func newContext(c echo.Context, next echo.HandlerFunc) adaptertest.Context {
	return handlerContext{adaptertest.HTTPContext(c.Response(), c.Request(), func() error { return next(c) }), c}
}

// own returns a handler that is written for Echo.
func own(handler echo.HandlerFunc) adaptertest.Handler {
	return func(c adaptertest.Context) error { return handler(c.(handlerContext).echo) }
}
