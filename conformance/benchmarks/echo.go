package benchmarks

import (
	"net/http"

	corsecho "github.com/corskit/cors/adapters/echo"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
)

// Echo is Echo v4. It allocates a closure of each middleware for each request,
// which no middleware can avoid.
var Echo = Framework{
	Name:       "echo",
	Title:      "Echo",
	Module:     "github.com/labstack/echo/v4",
	bare:       func() Server { return echoWith() },
	responding: func() Server { return echoWith(respondToOptionsEcho) },
	Implementations: []Implementation{
		{Name: Handwritten, Title: "handwritten", New: echoBehind(handwrittenEcho)},
		{Name: Corskit, Title: "corskit", New: echoBehind(func(cfg cors.Config) echo.MiddlewareFunc { return corsecho.New(cfg) })},
		{Name: "echo", Title: "Echo's own", Module: "github.com/labstack/echo/v4", New: echoBehind(echoCORS)},
		{Name: jub0bsCORS.Name, Title: jub0bsCORS.Title, Module: jub0bsCORS.Module, Differs: jub0bsCORS.Differs,
			New: echoBehind(func(cfg cors.Config) echo.MiddlewareFunc { return echo.WrapMiddleware(jub0bsCORS.wrap(cfg)) })},
	},
}

func echoWith(middlewares ...echo.MiddlewareFunc) Server {
	e := echo.New()
	e.HideBanner = true
	e.Use(middlewares...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		e.Add(method, "/profile", func(c echo.Context) error { return c.NoContent(handled) })
	}
	e.GET(withHeaders, func(c echo.Context) error {
		for name, value := range fiveHeaders {
			c.Response().Header().Set(name, value)
		}
		return c.NoContent(handled)
	})
	return httpServer{e}
}

func echoBehind(middleware func(cors.Config) echo.MiddlewareFunc) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return echoWith(middleware(cfg)) }
}

func respondToOptionsEcho(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}

func handwrittenEcho(cors.Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if status := respond(c.Response().Header(), c.Request()); status != 0 {
				return c.NoContent(status)
			}
			return next(c)
		}
	}
}

func echoCORS(cfg cors.Config) echo.MiddlewareFunc {
	return echomiddleware.CORSWithConfig(echomiddleware.CORSConfig{
		AllowOrigins:     cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	})
}
