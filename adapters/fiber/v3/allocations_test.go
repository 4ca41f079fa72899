//go:build !race

// Under the race detector, sync.Pool drops at random what it holds, and Fiber's
// pools allocate.

package corsfiber_test

import (
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

func TestRequestsAllocateNothing(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{
		AllowOrigins:     []string{trusted, "https://*.example.org"},
		AllowMethods:     []string{"PUT"},
		AllowHeaders:     []string{"Authorization"},
		ExposeHeaders:    []string{"X-Total-Count"},
		AllowCredentials: true,
		MaxAge:           600,
	}))
	app.Get("/", func(c fiber.Ctx) error { return nil })
	handler := app.Handler()
	tests := []struct{ name, method, origin, requested string }{
		{"without Origin", "GET", "", ""},
		{"actual and allowed", "GET", trusted, ""},
		{"actual and allowed by a pattern", "GET", "https://a.example.org", ""},
		{"actual and denied", "GET", "https://evil.example", ""},
		{"preflight and allowed", "OPTIONS", trusted, "PUT"},
		{"preflight and denied", "OPTIONS", "https://evil.example", "PUT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ctx fasthttp.RequestCtx
			ctx.Request.Header.SetMethod(tt.method)
			ctx.Request.SetRequestURI("/")
			if tt.origin != "" {
				ctx.Request.Header.Set("Origin", tt.origin)
			}
			if tt.requested != "" {
				ctx.Request.Header.Set("Access-Control-Request-Method", tt.requested)
			}
			allocations := testing.AllocsPerRun(100, func() {
				ctx.Response.Reset()
				ctx.ResetUserValues() // as fasthttp does between requests
				handler(&ctx)
			})
			if allocations != 0 {
				t.Errorf("%v allocations, want none", allocations)
			}
		})
	}
}
