package corsfiber_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	for name, config := range map[string]fiber.Config{
		"default":   {},
		"strict":    {CaseSensitive: true, StrictRouting: true},
		"streaming": {StreamRequestBody: true},
		"immutable": {Immutable: true},
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunWatched(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
				config.BodyLimit = 1000
				config.ErrorHandler = corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)
				app := newApp(config)
				app.Use(corsfiber.Middleware(engine))
				for _, path := range conformance.Routes {
					for _, method := range conformance.Methods {
						app.Add(method, fiberPath(path), serveApp)
					}
				}
				app.Options(conformance.OwnOptions, serveApp)
				return &conformance.Server{URL: listen(t, app)}
			})
		})
	}
}

func TestErrorsBeforeAnyHandlerAreReportedOnce(t *testing.T) {
	byPath := policy
	byPath.PathRegexps = []string{"/(|nothing|all|x+)"}
	engine, err := cors.New(
		byPath,
		cors.Config{Paths: []string{"/rejects"}, AllowOrigins: []string{"https://other.example"}, RejectDisallowed: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name         string
		method, path string
		body         string
		status       int
	}{
		{"a preflight with a body above the limit", http.MethodOptions, "/", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a body above the limit, in a request that is rejected", http.MethodPost, "/rejects", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a body above the limit, before middleware that answers all", http.MethodPost, "/all", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a body above the limit", http.MethodPost, "/", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a body above the limit, for a path without a route", http.MethodPost, "/nothing", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a body above the limit, for a path without a policy", http.MethodPost, "/free", strings.Repeat("x", 2000), http.StatusRequestEntityTooLarge},
		{"a header above the limit", http.MethodGet, "/" + strings.Repeat("x", 5000), "", http.StatusRequestHeaderFieldsTooLarge},
		{"a handler that fails", http.MethodGet, "/", "", http.StatusInternalServerError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{BodyLimit: 1000, ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			app.Use(corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error { return errors.New("no") })
			app.Post("/", func(c *fiber.Ctx) error { return nil })
			app.Use([]string{"/all", "/free"}, func(c *fiber.Ctx) error { return nil })
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			if got := do(t, app, tt.method, tt.path, strings.NewReader(tt.body)).StatusCode; got != tt.status {
				t.Errorf("status %d, want %d", got, tt.status)
			}
			if len(told) != 1 {
				t.Errorf("the watcher is told %d times, and must be once", len(told))
			}
		})
	}
}

// The error handler answers for a middleware around the one that has decided.
func TestErrorsAroundTheMiddlewareAreReportedOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy corsfiber.Config
	}{
		{"after an allowed request", policy},
		{"after a rejected request", corsfiber.Config{AllowOrigins: []string{"https://other.example"}, RejectDisallowed: true}},
		{"after a request without a policy", corsfiber.Config{AllowOrigins: []string{trusted}, Paths: []string{"/other"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(tt.policy)
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			app.Use(failAfterwards, corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error { return nil })
			if got := do(t, app, http.MethodGet, "/", nil).StatusCode; got != http.StatusInternalServerError {
				t.Errorf("status %d, want 500", got)
			}
			if len(told) != 1 {
				t.Errorf("the watcher is told %d times, and must be once", len(told))
			}
		})
	}
}
