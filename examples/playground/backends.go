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
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gofiber/fiber/v2"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
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
	{"echo", "Echo", newEcho},
	{"chi", "chi", newChi},
	{"fiber", "Fiber", newFiber},
	{"nethttp", "net/http", func(engine *cors.Engine) server { return httpServer(sampleAPI(engine)) }},
}

func newGin(engine *cors.Engine) server {
	gin.SetMode(gin.ReleaseMode) // else Gin prints its routes
	r := gin.New()
	r.Use(corsgin.Middleware(engine), gin.RecoveryWithWriter(io.Discard))
	for _, o := range operations {
		if o.ID == "missing" {
			continue
		}
		r.Handle(o.Method, o.Path, func(c *gin.Context) {
			session, _ := c.Cookie(sessionCookie)
			s := respondSample(o.Method, o.Path, c.GetHeader("Authorization"), session)
			for _, h := range s.headers {
				c.Header(h[0], h[1])
			}
			c.Data(s.status, "application/json", s.text())
		})
	}
	return httpServer(r)
}

func newEcho(engine *cors.Engine) server {
	e := echo.New()
	e.Use(corsecho.Middleware(engine), echomiddleware.RecoverWithConfig(echomiddleware.RecoverConfig{
		LogErrorFunc: func(_ echo.Context, err error, _ []byte) error { return err }, // without printing it
	}))
	for _, o := range operations {
		if o.ID == "missing" {
			continue
		}
		e.Add(o.Method, o.Path, func(c echo.Context) error {
			session := ""
			if cookie, err := c.Cookie(sessionCookie); err == nil {
				session = cookie.Value
			}
			s := respondSample(o.Method, o.Path, c.Request().Header.Get("Authorization"), session)
			for _, h := range s.headers {
				c.Response().Header().Set(h[0], h[1])
			}
			return c.Blob(s.status, "application/json", s.text())
		})
	}
	return httpServer(e)
}

func newChi(engine *cors.Engine) server {
	r := chi.NewRouter()
	r.Use(corschi.Middleware(engine), recoverQuietly)
	for _, o := range operations {
		if o.ID == "missing" {
			continue
		}
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
	for _, o := range operations {
		if o.ID == "missing" {
			continue
		}
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

func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
}

// A fiberServer is a Fiber app with the methods of an http.Server.
type fiberServer struct{ *fiber.App }

func (s fiberServer) Serve(l net.Listener) error { return s.Listener(l) }
func (s fiberServer) Shutdown(ctx context.Context) error {
	return s.ShutdownWithContext(ctx)
}
