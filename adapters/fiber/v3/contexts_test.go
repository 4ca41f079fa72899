package corsfiber_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/timeout"
)

// An ownCtx is a Ctx of an application's own type.
type ownCtx struct{ *fiber.DefaultCtx }

func newOwnCtx(app *fiber.App) fiber.CustomCtx { return ownCtx{fiber.NewDefaultCtx(app)} }

func TestPathsAreReadFromAnyCtx(t *testing.T) {
	var routers []adaptertest.Router
	for _, config := range []fiber.Config{{}, {CaseSensitive: true, StrictRouting: true, UnescapePath: true}} {
		f := defaults
		f.New = func(...*cors.Engine) adaptertest.App {
			app := fiber.NewWithCustomCtx(newOwnCtx, config)
			return application{routes{app}, app}
		}
		routers = append(routers, f.NamedRouter(fmt.Sprintf("CaseSensitive=%t", config.CaseSensitive)))
	}
	adaptertest.RunRouting(t, routers)
}

// The adaptor serves one request after the other with the same RequestCtx.
func TestRequestsOfTheAdaptorShareNoDecision(t *testing.T) {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}, RejectDisallowed: true})
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(corsfiber.Middleware(engine))
	app.Use(corsfiber.New(corsfiber.Config{Paths: []string{"/other"}, AllowOrigins: []string{"*"}}))
	app.Get("/", func(c fiber.Ctx) error { return c.SendStatus(http.StatusAccepted) })
	app.Get("/fails", func(c fiber.Ctx) error { return errors.New("no") })
	handle := adaptor.FiberApp(app)
	for range 20 {
		for _, tt := range []struct {
			path, origin, want string
			status             int
		}{
			{"/", trusted, trusted, http.StatusAccepted},
			{"/", "https://evil.example", "", http.StatusForbidden},
			{"/fails", trusted, trusted, http.StatusInternalServerError},
			{"/fails", "https://evil.example", "", http.StatusForbidden},
			{"/fails", "", "", http.StatusInternalServerError},
			{"/fails", "https://evil.example", "", http.StatusForbidden},
			{"/fails", trusted, trusted, http.StatusInternalServerError},
		} {
			request := httptest.NewRequest(http.MethodGet, tt.path, nil)
			if tt.origin != "" {
				request.Header.Set("Origin", tt.origin)
			}
			response := httptest.NewRecorder()
			handle(response, request)
			if got := response.Header().Get("Access-Control-Allow-Origin"); response.Code != tt.status || got != tt.want {
				t.Fatalf("%s from %q: status %d with Access-Control-Allow-Origin %q, want %d with %q", tt.path, tt.origin, response.Code, got, tt.status, tt.want)
			}
		}
	}
}

// Fiber's time limit sends the response while the handlers are still running.
func TestResponsesAtATimeLimitHaveTheInnermostPolicy(t *testing.T) {
	strict := corsfiber.Config{AllowOrigins: []string{"https://other.example"}}
	public := corsfiber.Config{AllowOrigins: []string{"*"}}
	limit := timeout.New(func(c fiber.Ctx) error { return c.Next() }, timeout.Config{Timeout: time.Hour})
	for _, tt := range []struct {
		name  string
		stack func(app *fiber.App)
		want  string
	}{
		{"which allows, and is around it", func(app *fiber.App) { app.Use(corsfiber.New(public), limit) }, "*"},
		{"which denies, and is around it", func(app *fiber.App) { app.Use(corsfiber.New(strict), limit) }, ""},
		{"which allows, and is inside of it", func(app *fiber.App) { app.Use(corsfiber.New(strict), limit, corsfiber.New(public)) }, "*"},
		{"which denies, and is inside of it", func(app *fiber.App) { app.Use(corsfiber.New(public), limit, corsfiber.New(strict)) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(public)
			if err != nil {
				t.Fatal(err)
			}
			app := fiber.New(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			var timeIsUp context.CancelFunc
			app.Use(func(c fiber.Ctx) error {
				var ctx context.Context
				ctx, timeIsUp = context.WithCancel(c.Context())
				c.SetContext(ctx)
				return c.Next()
			})
			tt.stack(app)
			goOn, returned := make(chan struct{}), make(chan struct{})
			app.Get("/", func(c fiber.Ctx) error {
				defer close(returned)
				timeIsUp()
				c.Locals("user", "somebody") // which the race detector sees if it isn't alone
				<-goOn
				return nil
			})
			response := adaptertest.Send(t, serve(t, app), http.MethodGet, "/", trusted)
			close(goOn)
			<-returned
			adaptertest.CheckAllowed(t, response, tt.want)
			if response.StatusCode != http.StatusRequestTimeout {
				t.Errorf("status %d, want 408", response.StatusCode)
			}
		})
	}
}

func TestMountedApps(t *testing.T) {
	withRoute := func() *fiber.App {
		app := fiber.New()
		app.Get("/posts/:id", func(c fiber.Ctx) error { return errors.New("no") })
		return app
	}
	for _, tt := range []struct {
		name       string
		app        func() *fiber.App
		path, want string
	}{
		{"the policy of the app that mounts", func() *fiber.App {
			app := newApp(fiber.Config{})
			app.Use(corsfiber.New(policy))
			app.Use("/api", withRoute())
			return app
		}, "/api/posts/1", trusted},
		{"the policy of a group of the app that mounts", func() *fiber.App {
			app := newApp(fiber.Config{})
			corsfiber.Attach(app).Group("/api", policy).Use(withRoute())
			return app
		}, "/api/posts/1", trusted},
		{"the policy of the mounted app", func() *fiber.App {
			mounted := fiber.New()
			mounted.Use(corsfiber.New(policy))
			mounted.Use(withRoute())
			app := newApp(fiber.Config{})
			app.Use("/api", mounted)
			return app
		}, "/api/posts/1", trusted},
		{"the policy of a mounted app, beside it", func() *fiber.App {
			mounted := withRoute()
			mounted.Use(corsfiber.New(policy))
			app := newApp(fiber.Config{})
			app.Use("/api", mounted)
			app.Get("/other", func(c fiber.Ctx) error { return nil })
			return app
		}, "/other", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, tt.app())
			for _, method := range []string{http.MethodGet, http.MethodOptions} {
				adaptertest.CheckAllowed(t, adaptertest.Send(t, server, method, tt.path, trusted), tt.want)
			}
		})
	}
}
