package main

import (
	"net/http"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	echo4 "github.com/labstack/echo/v4"
	echo4middleware "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	echo5middleware "github.com/labstack/echo/v5/middleware"
)

// echo4App returns the application in Echo v4, behind a middleware.
func echo4App(policy cors.Config, middleware echo4.MiddlewareFunc) http.Handler {
	e := echo4.New()
	e.Use(echo4middleware.Recover(), middleware)
	for _, route := range routes(policy) {
		e.Add(route.Method, route.ColonPath(), func(c echo4.Context) error {
			return conformance.Respond(c.Response(), c.Request())
		})
	}
	return e
}

// echo5App returns the application in Echo v5, behind a middleware.
func echo5App(policy cors.Config, middleware echo5.MiddlewareFunc) http.Handler {
	e := echo5.New()
	e.Use(echo5middleware.Recover(), middleware)
	for _, route := range routes(policy) {
		e.Add(route.Method, route.ColonPath(), func(c *echo5.Context) error {
			return conformance.Respond(c.Response(), c.Request())
		})
	}
	return e
}
