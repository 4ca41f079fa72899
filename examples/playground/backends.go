//go:build !js

package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsfiber3 "github.com/corskit/cors/adapters/fiber/v3"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gofiber/fiber/v2"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"
	fiber3 "github.com/gofiber/fiber/v3"
	fiber3recover "github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	echo5middleware "github.com/labstack/echo/v5/middleware"
)

// A server serves until it is shut down.
type server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// backends are the sample API behind each framework. They share one engine, so that
// a policy applies to all of them at the same moment.
var backends = []struct {
	id, title string
	new       func(*cors.Engine) server
}{
	{"gin", "Gin", newGin},
	{"echo", "Echo v4", newEcho},
	{"echo5", "Echo v5", newEcho5},
	{"chi", "chi", newChi},
	{"fiber", "Fiber v2", newFiber},
	{"fiber3", "Fiber v3", newFiber3},
	{"nethttp", "net/http", func(engine *cors.Engine) server { return httpServer(sampleAPI(engine)) }},
}

func newGin(engine *cors.Engine) server {
	gin.SetMode(gin.ReleaseMode) // else Gin prints its routes
	r := gin.New()
	r.Use(corsgin.Middleware(engine), gin.RecoveryWithWriter(io.Discard))
	for _, o := range handled() {
		r.Handle(o.Method, o.Path, gin.WrapF(sampleHandler(o)))
	}
	return httpServer(r)
}

func newEcho(engine *cors.Engine) server {
	e := echo.New()
	e.Use(corsecho.Middleware(engine), echomiddleware.RecoverWithConfig(echomiddleware.RecoverConfig{
		LogErrorFunc: func(_ echo.Context, err error, _ []byte) error { return err }, // without printing it
	}))
	for _, o := range handled() {
		e.Add(o.Method, o.Path, echo.WrapHandler(sampleHandler(o)))
	}
	return httpServer(e)
}

func newEcho5(engine *cors.Engine) server {
	e := echo5.New()
	e.Use(corsecho5.Middleware(engine), echo5middleware.Recover())
	for _, o := range handled() {
		e.Add(o.Method, o.Path, echo5.WrapHandler(sampleHandler(o)))
	}
	return httpServer(e)
}

func newChi(engine *cors.Engine) server {
	r := chi.NewRouter()
	r.Use(corschi.Middleware(engine), recoverQuietly)
	for _, o := range handled() {
		r.Method(o.Method, o.Path, sampleHandler(o))
	}
	return httpServer(r)
}

// recoverQuietly is chi's Recoverer, which prints a panic unless the request has a
// log entry that doesn't.
func recoverQuietly(next http.Handler) http.Handler {
	recoverer := chimiddleware.Recoverer(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recoverer.ServeHTTP(w, chimiddleware.WithLogEntry(r, quietEntry{}))
	})
}

// A quietEntry logs nothing.
type quietEntry struct{}

func (quietEntry) Write(int, int, http.Header, time.Duration, any) {}
func (quietEntry) Panic(any, []byte)                               {}

func newFiber(engine *cors.Engine) server {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true,
		ReadTimeout:           time.Minute,
		ErrorHandler:          corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler),
	})
	app.Use(corsfiber.Middleware(engine), fiberrecover.New())
	for _, o := range handled() {
		app.Add(o.Method, o.Path, func(c *fiber.Ctx) error {
			s := respondSample(o.Method, o.Path, c.Get("Authorization"), c.Cookies(sessionCookie))
			for _, h := range s.headers {
				c.Set(h[0], h[1])
			}
			c.Set("Content-Type", "application/json")
			return c.Status(s.status).Send(s.text())
		})
	}
	return fiberServer{app}
}

func newFiber3(engine *cors.Engine) server {
	app := fiber3.New(fiber3.Config{
		ReadTimeout:  time.Minute,
		ErrorHandler: corsfiber3.ErrorHandler(engine, fiber3.DefaultErrorHandler),
	})
	app.Use(corsfiber3.Middleware(engine), fiber3recover.New())
	for _, o := range handled() {
		app.Add([]string{o.Method}, o.Path, func(c fiber3.Ctx) error {
			s := respondSample(o.Method, o.Path, c.Get("Authorization"), c.Cookies(sessionCookie))
			for _, h := range s.headers {
				c.Set(h[0], h[1])
			}
			c.Set("Content-Type", "application/json")
			return c.Status(s.status).Send(s.text())
		})
	}
	return fiber3Server{app}
}

func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
}

// A fiberServer is a Fiber app with the methods of an http.Server.
type fiberServer struct{ *fiber.App }

func (s fiberServer) Serve(l net.Listener) error { return s.Listener(l) }
func (s fiberServer) Shutdown(ctx context.Context) error {
	return s.ShutdownWithContext(ctx)
}

// A fiber3Server is a Fiber v3 app with the methods of an http.Server.
type fiber3Server struct{ *fiber3.App }

func (s fiber3Server) Serve(l net.Listener) error {
	return s.Listener(l, fiber3.ListenConfig{DisableStartupMessage: true})
}
func (s fiber3Server) Shutdown(ctx context.Context) error {
	return s.ShutdownWithContext(ctx)
}
