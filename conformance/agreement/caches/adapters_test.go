package caches

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
)

// methods have routes, for every path. OPTIONS has none.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPut}

// An adapter serves an application with an engine in front, on a loopback
// address, until the test ends.
type adapter struct {
	name  string
	serve func(t *testing.T, engine *cors.Engine, app http.Handler) (address string)
}

var adapters = []adapter{
	{"gin", serveGin},
	{"echo", serveEcho},
	{"echo5", serveEcho5},
	{"chi", serveChi},
	{"fiber", serveFiber},
	{"fiber3", serveFiber3},
}

// sample returns all adapters if CI is set, and one otherwise.
func sample(k int) []adapter {
	if os.Getenv("CI") != "" {
		return adapters
	}
	return adapters[k%len(adapters):][:1]
}

func serveGin(t *testing.T, engine *cors.Engine, app http.Handler) string {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(corsgin.Middleware(engine))
	for _, method := range methods {
		r.Handle(method, "/*path", gin.WrapH(app))
	}
	return serveHTTP(t, r)
}

func serveEcho(t *testing.T, engine *cors.Engine, app http.Handler) string {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.Use(corsecho.Middleware(engine))
	for _, method := range methods {
		e.Add(method, "/*", echo.WrapHandler(app))
	}
	return serveHTTP(t, e)
}

func serveEcho5(t *testing.T, engine *cors.Engine, app http.Handler) string {
	e := echo5.New()
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(corsecho5.Middleware(engine))
	for _, method := range methods {
		e.Add(method, "/*", echo5.WrapHandler(app))
	}
	return serveHTTP(t, e)
}

func serveChi(t *testing.T, engine *cors.Engine, app http.Handler) string {
	r := chi.NewRouter()
	r.Use(corschi.Middleware(engine))
	for _, method := range methods {
		r.Method(method, "/*", app)
	}
	return serveHTTP(t, r)
}

func serveHTTP(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func serveFiber(t *testing.T, engine *cors.Engine, app http.Handler) string {
	f := fiber.New(fiber.Config{DisableStartupMessage: true})
	f.Use(corsfiber.Middleware(engine))
	for _, method := range methods {
		f.Add(method, "/*", adaptor.HTTPHandler(app))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- f.Listener(listener) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}
