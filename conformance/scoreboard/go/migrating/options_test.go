package migrating

import (
	"net/http"
	"testing"

	corsecho4 "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber2 "github.com/corskit/cors/adapters/fiber"
	corsfiber3 "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
	ginContrib "github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	goChi "github.com/go-chi/cors"
	fiber2 "github.com/gofiber/fiber/v2"
	fiber2cors "github.com/gofiber/fiber/v2/middleware/cors"
	fiber3 "github.com/gofiber/fiber/v3"
	fiber3cors "github.com/gofiber/fiber/v3/middleware/cors"
	"github.com/gorilla/handlers"
	echo4 "github.com/labstack/echo/v4"
	echo4middleware "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	echo5middleware "github.com/labstack/echo/v5/middleware"
	rs "github.com/rs/cors"
)

const listed = "https://app.example.com"

var get = question{listed, fetch.Request{URL: api + path}}

// A function that allows no origin tells whether a library asks it in place of the list.
func TestFunctionsBesideLists(t *testing.T) {
	list := []string{listed}
	none := func(string) bool { return false }
	for _, library := range []struct {
		name     string
		server   http.RoundTripper
		replaces bool
	}{
		{"gin-contrib", inGin(func(r *gin.Engine) {
			r.Use(ginContrib.New(ginContrib.Config{AllowOrigins: list, AllowOriginFunc: none}))
		}), false},
		{"rs", inNetHTTP(rs.New(rs.Options{AllowedOrigins: list, AllowOriginFunc: none}).Handler), true},
		{"go-chi", inChi(func(r *chi.Mux) {
			r.Use(goChi.Handler(goChi.Options{AllowedOrigins: list, AllowOriginFunc: func(*http.Request, string) bool { return false }}))
		}), true},
		{"gorilla", inNetHTTP(handlers.CORS(handlers.AllowedOrigins(list), handlers.AllowedOriginValidator(none))), true},
		{"Echo v4", inEcho4(func(e *echo4.Echo) {
			e.Use(echo4middleware.CORSWithConfig(echo4middleware.CORSConfig{AllowOrigins: list, AllowOriginFunc: func(string) (bool, error) { return false, nil }}))
		}), true},
		{"Echo v5", inEcho5(func(e *echo5.Echo) {
			e.Use(echo5middleware.CORSWithConfig(echo5middleware.CORSConfig{AllowOrigins: list, UnsafeAllowOriginFunc: func(*echo5.Context, string) (string, bool, error) { return "", false, nil }}))
		}), true},
		{"Fiber v2", inFiber2(func(app *fiber2.App) {
			app.Use(fiber2cors.New(fiber2cors.Config{AllowOrigins: listed, AllowOriginsFunc: none}))
		}), false},
		{"Fiber v3", inFiber3(func(app *fiber3.App) {
			app.Use(fiber3cors.New(fiber3cors.Config{AllowOrigins: list, AllowOriginsFunc: none}))
		}), false},
	} {
		if got := ask(t, library.server, get).isBlocked(); got != library.replaces {
			t.Errorf("%s: the function replaces the list: %t", library.name, got)
		}
	}
}

// A skip function here does what Skipper and Next do there.
func TestSkipFunctions(t *testing.T) {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []pair{
		{"Echo", "Echo v4",
			inEcho4(func(e *echo4.Echo) {
				e.Use(echo4middleware.CORSWithConfig(echo4middleware.CORSConfig{Skipper: func(echo4.Context) bool { return true }}))
			}),
			inEcho4(func(e *echo4.Echo) { e.Use(corsecho4.Middleware(engine, func(echo4.Context) bool { return true })) }), nil},
		{"Echo", "Echo v5",
			inEcho5(func(e *echo5.Echo) {
				e.Use(echo5middleware.CORSWithConfig(echo5middleware.CORSConfig{AllowOrigins: []string{"*"}, Skipper: func(*echo5.Context) bool { return true }}))
			}),
			inEcho5(func(e *echo5.Echo) { e.Use(corsecho5.Middleware(engine, func(*echo5.Context) bool { return true })) }), nil},
		{"Fiber", "Fiber v2",
			inFiber2(func(app *fiber2.App) {
				app.Use(fiber2cors.New(fiber2cors.Config{Next: func(*fiber2.Ctx) bool { return true }}))
			}),
			inFiber2(func(app *fiber2.App) { app.Use(corsfiber2.Middleware(engine, func(*fiber2.Ctx) bool { return true })) }), nil},
		{"Fiber", "Fiber v3",
			inFiber3(func(app *fiber3.App) {
				app.Use(fiber3cors.New(fiber3cors.Config{Next: func(fiber3.Ctx) bool { return true }}))
			}),
			inFiber3(func(app *fiber3.App) { app.Use(corsfiber3.Middleware(engine, func(fiber3.Ctx) bool { return true })) }), nil},
	} {
		before, after := ask(t, p.before, get), ask(t, p.after, get)
		if before != after || before.step != fetch.StepAllowOriginMissing || !before.handled {
			t.Errorf("%s: %+v before, %+v after", p.name, before, after)
		}
	}
}
