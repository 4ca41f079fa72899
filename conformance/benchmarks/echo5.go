package benchmarks

import (
	"net/http"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"
)

// Echo5 is Echo v5, which calls each middleware once, when it is added.
var Echo5 = Framework{
	Name:       "echo5",
	Title:      "Echo v5",
	Module:     "github.com/labstack/echo/v5",
	bare:       func() Server { return echo5With() },
	responding: func() Server { return echo5With(respondToOptionsEcho5) },
	Implementations: []Implementation{
		{Name: Handwritten, Title: "handwritten", New: echo5Behind(handwrittenEcho5)},
		{Name: Corskit, Title: "corskit", New: echo5Behind(func(cfg cors.Config) echo.MiddlewareFunc { return corsecho.New(cfg) })},
		{Name: "echo", Title: "Echo's own", Module: "github.com/labstack/echo/v5", New: echo5Behind(echo5CORS)},
		{Name: jub0bsCORS.Name, Title: jub0bsCORS.Title, Module: jub0bsCORS.Module, Differs: jub0bsCORS.Differs,
			New: echo5Behind(func(cfg cors.Config) echo.MiddlewareFunc { return echo.WrapMiddleware(jub0bsCORS.wrap(cfg)) })},
	},
}

func echo5With(middlewares ...echo.MiddlewareFunc) Server {
	e := echo.New()
	e.Use(middlewares...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		e.Add(method, "/profile", func(c *echo.Context) error { return c.NoContent(handled) })
	}
	e.GET(withHeaders, func(c *echo.Context) error {
		for name, value := range fiveHeaders {
			c.Response().Header().Set(name, value)
		}
		return c.NoContent(handled)
	})
	return httpServer{e}
}

func echo5Behind(middleware func(cors.Config) echo.MiddlewareFunc) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return echo5With(middleware(cfg)) }
}

func respondToOptionsEcho5(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		if c.Request().Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}

func handwrittenEcho5(cors.Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			if status := respond(c.Response().Header(), c.Request()); status != 0 {
				return c.NoContent(status)
			}
			return next(c)
		}
	}
}

func echo5CORS(cfg cors.Config) echo.MiddlewareFunc {
	return echomiddleware.CORSWithConfig(echomiddleware.CORSConfig{
		AllowOrigins:     cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	})
}
