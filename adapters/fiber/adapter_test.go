package corsfiber_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/timeout"
	"github.com/valyala/fasthttp"
)

const trusted = "https://app.example.com"

var policy = corsfiber.Config{
	AllowOrigins:     []string{trusted},
	AllowCredentials: true,
	ExposeHeaders:    []string{"X-Total-Count"},
}

// do asks a running server, without following redirects.
func do(t *testing.T, app *fiber.App, method, path string, body io.Reader) *http.Response {
	t.Helper()
	request, err := http.NewRequest(method, listen(t, app)+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", trusted)
	if method == http.MethodOptions {
		request.Header.Set("Access-Control-Request-Method", http.MethodPut)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func checkReadable(t *testing.T, response *http.Response, status int) {
	t.Helper()
	if response.StatusCode != status {
		t.Errorf("status %d, want %d", response.StatusCode, status)
	}
	if got := response.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != trusted {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, trusted)
	}
	if got := response.Header.Get("Access-Control-Allow-Credentials"); got != "true" {
		t.Errorf("Access-Control-Allow-Credentials is %q, want true", got)
	}
	if got := response.Header.Values("Vary"); len(got) != 1 || !strings.Contains(got[0], "Origin") {
		t.Errorf("Vary is %q, and must be one line that names Origin", got)
	}
}

func TestErrorsStayReadable(t *testing.T) {
	tests := []struct {
		name   string
		serve  fiber.Handler
		status int
	}{
		{"a handler that returns an error", func(c *fiber.Ctx) error { return errors.New("no") }, http.StatusInternalServerError},
		{"a handler that returns an HTTP error", func(c *fiber.Ctx) error { return fiber.NewError(http.StatusTeapot) }, http.StatusTeapot},
		{"a handler that panics", func(c *fiber.Ctx) error { panic("no") }, http.StatusInternalServerError},
		{"a handler that redirects", func(c *fiber.Ctx) error { return c.Redirect("/elsewhere") }, http.StatusFound},
		{"a handler behind a time limit", timeout.NewWithContext(func(c *fiber.Ctx) error {
			<-c.UserContext().Done()
			return c.UserContext().Err()
		}, time.Millisecond), http.StatusRequestTimeout},
		{"a handler that adds to Vary", func(c *fiber.Ctx) error {
			c.Vary("Accept")
			return c.SendStatus(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that adds a line to Vary", func(c *fiber.Ctx) error {
			c.Response().Header.Add("Vary", "Accept")
			return c.SendStatus(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that replaces Vary", func(c *fiber.Ctx) error {
			c.Set("Vary", "Accept")
			return c.SendStatus(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that resets the response", func(c *fiber.Ctx) error {
			c.Response().Reset()
			return c.SendStatus(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that resets the response and fails", func(c *fiber.Ctx) error {
			c.Response().Reset()
			return errors.New("no")
		}, http.StatusInternalServerError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			app.Use(corsfiber.New(policy))
			app.Get("/", tt.serve)
			checkReadable(t, do(t, app, http.MethodGet, "/", nil), tt.status)
		})
	}
}

// A handler that writes to the request overwrites the memory behind the
// decision's strings; what is put back must not come from there.
func TestTheRequestMayBeOverwritten(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error {
		c.Request().Header.Set("Origin", strings.Repeat("x", len(trusted)))
		c.Response().Reset()
		return nil
	})
	checkReadable(t, do(t, app, http.MethodGet, "/", nil), http.StatusOK)
}

func TestErrorHandlerKeepsItsAnswersReadable(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	reset := func(c *fiber.Ctx, err error) error {
		c.Response().Reset()
		return c.SendStatus(http.StatusBadGateway)
	}
	tests := []struct {
		name    string
		handler fiber.ErrorHandler
		method  string
		body    io.Reader
		status  int
	}{
		{"for a body above the limit, before any handler runs", fiber.DefaultErrorHandler, http.MethodPost, strings.NewReader(strings.Repeat("x", 2000)), http.StatusRequestEntityTooLarge},
		{"for a method that has no route", fiber.DefaultErrorHandler, http.MethodPut, nil, http.StatusMethodNotAllowed},
		{"for an error handler that resets the response", reset, http.MethodGet, nil, http.StatusBadGateway},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{BodyLimit: 1000, ErrorHandler: corsfiber.ErrorHandler(engine, tt.handler)})
			app.Use(corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error { return errors.New("no") })
			app.Post("/", func(c *fiber.Ctx) error { return nil })
			checkReadable(t, do(t, app, tt.method, "/", tt.body), tt.status)
		})
	}
}

// Fiber reuses the memory behind a request's strings. What AllowOriginFunc is
// given must outlive the request.
func TestAllowOriginFuncMayKeepItsRequest(t *testing.T) {
	var kept []*cors.Request
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
		kept = append(kept, r)
		return r.Header("X-Tenant") != "", nil
	}}))
	app.Get("/:name", func(c *fiber.Ctx) error { return nil })
	handler := app.Handler()
	var ctx fasthttp.RequestCtx
	origins := []string{"https://a.example", "https://b.example", "https://c.example"}
	for _, origin := range origins {
		ctx.Request.Reset()
		ctx.Response.Reset()
		ctx.Request.SetRequestURI("/" + origin[len("https://"):])
		ctx.Request.Header.Set("Origin", origin)
		ctx.Request.Header.Set("X-Tenant", "t")
		handler(&ctx)
		if got := string(ctx.Response.Header.Peek("Access-Control-Allow-Origin")); got != origin {
			t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, origin)
		}
		if got := string(ctx.Response.Header.Peek("Vary")); got != "Origin, X-Tenant" {
			t.Errorf("Vary is %q, and must name what the function read", got)
		}
	}
	for i, r := range kept {
		if r.Origin != origins[i] || r.Path != "/"+origins[i][len("https://"):] {
			t.Errorf("the request of %s has become one of %q to %q", origins[i], r.Origin, r.Path)
		}
	}
}

// Header values are without the tabs around them, which fasthttp leaves there.
func TestTabsAroundValuesAreNoPartOfThem(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error { return nil })
	handler := app.Handler()
	for _, tt := range []struct {
		name, method, fields string
		origin               string // that is allowed
		status               int
	}{
		{"the origin of a page", "GET", "Origin:\t" + trusted + " \t\r\n", trusted, http.StatusOK},
		{"the origin of a page, which asks for a method", "OPTIONS", "Origin:\t" + trusted + "\t\r\nAccess-Control-Request-Method:\tPUT\t\r\n", trusted, http.StatusNoContent},
		{"tabs and no origin, which is malformed", "OPTIONS", "Origin:\t\r\nAccess-Control-Request-Method: PUT\r\n", "", http.StatusForbidden},
		{"tabs and no method, which make no preflight", "OPTIONS", "Origin: " + trusted + "\r\nAccess-Control-Request-Method:\t\r\n", trusted, http.StatusMethodNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ctx fasthttp.RequestCtx
			if err := ctx.Request.Read(bufio.NewReader(strings.NewReader(tt.method + " / HTTP/1.1\r\nHost: a\r\n" + tt.fields + "\r\n"))); err != nil {
				t.Fatal(err)
			}
			handler(&ctx)
			if got := string(ctx.Response.Header.Peek("Access-Control-Allow-Origin")); got != tt.origin || ctx.Response.StatusCode() != tt.status {
				t.Errorf("status %d, Access-Control-Allow-Origin %q, want %d and %q", ctx.Response.StatusCode(), got, tt.status, tt.origin)
			}
		})
	}
}

func TestVaryOfEarlierMiddlewareIsKept(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(func(c *fiber.Ctx) error {
		c.Set("Vary", "Accept-Encoding")
		return c.Next()
	}, compress.New(), corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error { return nil })
	if got := strings.Join(do(t, app, http.MethodGet, "/", nil).Header.Values("Vary"), ", "); got != "Accept-Encoding, Origin" {
		t.Errorf("Vary is %q, want both", got)
	}
}
