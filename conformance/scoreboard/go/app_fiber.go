package main

import (
	"net/http"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	fiber2 "github.com/gofiber/fiber/v2"
	fiber2recover "github.com/gofiber/fiber/v2/middleware/recover"
	fiber3 "github.com/gofiber/fiber/v3"
	fiber3recover "github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttpadaptor"
)

// fiber2App returns the application in Fiber v2, behind a middleware.
func fiber2App(policy cors.Config, middleware fiber2.Handler) fasthttp.RequestHandler {
	app := fiber2.New(fiber2.Config{StrictRouting: true, CaseSensitive: true})
	app.Use(fiber2recover.New(), middleware)
	for _, route := range routes(policy) {
		app.Add(route.Method, route.ColonPath(), func(c *fiber2.Ctx) error { return serveFastHTTP(c.Context()) })
	}
	return app.Handler()
}

// fiber3App returns the application in Fiber v3, behind a middleware.
func fiber3App(policy cors.Config, middleware fiber3.Handler) fasthttp.RequestHandler {
	app := fiber3.New(fiber3.Config{StrictRouting: true, CaseSensitive: true})
	app.Use(fiber3recover.New(), middleware)
	for _, route := range routes(policy) {
		app.Add([]string{route.Method}, route.ColonPath(), func(c fiber3.Ctx) error { return serveFastHTTP(c.RequestCtx()) })
	}
	return app.Handler()
}

// serveFastHTTP responds as the application.
func serveFastHTTP(c *fasthttp.RequestCtx) error {
	var request http.Request
	if err := fasthttpadaptor.ConvertRequest(c, &request, true); err != nil {
		return err
	}
	w, err := conformance.RespondFast(&c.Response.Header, &request, conformance.Respond)
	if err != nil {
		return err
	}
	c.SetStatusCode(w.Code)
	if request.URL.Query().Get("do") == "stream" {
		c.SetBodyStream(w.Body, -1)
	} else {
		c.SetBody(w.Body.Bytes())
	}
	return nil
}
