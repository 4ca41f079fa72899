package corsfiber_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, adaptertest.Adapter{
		New: func(policy ...cors.Config) { corsfiber.New(policy...) },
		Attach: func(base ...cors.Config) adaptertest.Policies {
			p := corsfiber.Attach(newApp(fiber.Config{}), base...)
			return adaptertest.Policies{
				Group: func(path string, policy cors.Config) { p.Group(path, policy) },
				Route: p.Route,
			}
		},
		Parameter: func(name string) string { return ":" + name },
	})
}

func TestMisuseOfTheFramework(t *testing.T) {
	tests := []struct {
		name string
		do   func(app *fiber.App)
		says []string
	}{
		{"a group that differs in case from one that has a policy", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Group("/api", policy)
			p.Group("/API", policy)
		}, []string{`cors: Group("/API") is the same to this router as Group("/api"), which already has a policy; remove one of the two calls`}},
		{"a route that differs in its last slash from one that has a policy", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Route("/a", policy)
			p.Route("/a/", policy)
		}, []string{`cors: Route("/a/") is the same to this router as Route("/a"), which already has a policy; remove one of the two calls`}},
		{"an optional parameter", func(app *fiber.App) { corsfiber.Attach(app).Route("/:id?", policy) }, []string{`cors: Route("/:id?") has the segment ":id?"`, `PathRegexps`}},
		{"Attach after routes", func(app *fiber.App) {
			app.Get("/posts", func(fiber.Ctx) error { return nil })
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach after routes: Fiber runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach after a mount", func(app *fiber.App) {
			app.Use("/api", fiber.New())
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach after routes: Fiber runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach to an app that is mounted", func(app *fiber.App) {
			fiber.New().Use("/v1", app)
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app is mounted at "/v1" of another one, and its policies are for whole paths; call Attach on the outermost app, and write whole paths in Group and Route`}},
		{"Attach to an app that is mounted later", func(app *fiber.App) {
			corsfiber.Attach(app)
			fiber.New().Use("/v1", app)
		}, []string{`corsfiber: Attach: this app is mounted at "/v1" of another one, and its policies are for whole paths; call Attach on the outermost app, and write whole paths in Group and Route`}},
		{"Attach to an app that is mounted on a group later", func(app *fiber.App) {
			corsfiber.Attach(app)
			fiber.New().Group("/v1").Use("/users", app)
		}, []string{`corsfiber: Attach: this app is mounted at "/v1/users" of another one, and its policies are for whole paths; call Attach on the outermost app, and write whole paths in Group and Route`}},
		{"Attach twice", func(app *fiber.App) {
			corsfiber.Attach(app)
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after New", func(app *fiber.App) {
			app.Use(corsfiber.New(policy))
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after Middleware", func(app *fiber.App) {
			app.Use(corsfiber.Middleware(new(cors.Engine)))
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach twice to an app without GET", func(*fiber.App) {
			app := newApp(fiber.Config{RequestMethods: []string{fiber.MethodPost, fiber.MethodOptions}})
			corsfiber.Attach(app)
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"New after Attach", func(app *fiber.App) {
			policies := corsfiber.Attach(app)
			app.Use(corsfiber.New(policy))
			policies.Group("/api", policy)
		}, []string{`corsfiber: Attach: this app got a second CORS middleware after Attach; remove it, and pass its Configs to Attach`}},
		{"Attach to no app", func(app *fiber.App) { corsfiber.Attach(nil) }, []string{`corsfiber: Attach: the app is nil; pass the one that fiber.New returned`}},
		{"a middleware without an engine", func(app *fiber.App) { corsfiber.Middleware(nil) }, []string{`corsfiber: Middleware: the engine is nil; check the error that cors.New returned`}},
		{"an error handler without an engine", func(app *fiber.App) { corsfiber.ErrorHandler(nil, fiber.DefaultErrorHandler) }, []string{`corsfiber: ErrorHandler: the engine is nil; check the error that cors.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newApp(fiber.Config{})) }, tt.says...)
		})
	}
}

func TestProperUseWorks(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(app *fiber.App)
	}{
		{"Attach after middleware", func(app *fiber.App) {
			app.Use(func(c fiber.Ctx) error { return c.Next() })
			corsfiber.Attach(app).Group("/api", policy).Get("/posts", func(fiber.Ctx) error { return nil })
		}},
		{"a group that the app has already", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			app.Group("/api").Get("/posts", func(fiber.Ctx) error { return nil })
			p.Group("/api", policy)
		}},
		{"a group that the app has later", func(app *fiber.App) {
			corsfiber.Attach(app).Group("/api", policy)
			app.Group("/api").Get("/posts", func(fiber.Ctx) error { return nil })
		}},
		{"a group with a middleware of its own", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			app.Group("/api", corsfiber.New(policy)).Get("/posts", func(fiber.Ctx) error { return nil })
			p.Route("/other", policy)
		}},
		{"a group within one that has a policy", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Group("/api", corsfiber.Config{AllowOrigins: []string{"*"}}).Get("/posts", func(fiber.Ctx) error { return nil })
			p.Route("/api/posts", policy)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			tt.prepare(app)
			checkReadable(t, do(t, app, http.MethodGet, "/api/posts", nil), http.StatusOK)
		})
	}
}

func TestAttachToAnAppThatIsMountedAtTheRootWorks(t *testing.T) {
	inner := fiber.New()
	corsfiber.Attach(inner).Group("/api", policy).Get("/posts", func(fiber.Ctx) error { return nil })
	app := newApp(fiber.Config{})
	app.Use("/", inner)
	checkReadable(t, do(t, app, http.MethodGet, "/api/posts", nil), http.StatusOK)
}

func TestSkippedRequestsAreLeftAlone(t *testing.T) {
	skipInternal := func(c fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/internal/") }
	skipHealth := func(c fiber.Ctx) bool { return c.Path() == "/health" }
	adaptertest.RunSkipped(t, policy, func(t *testing.T, engine *cors.Engine, path string) *http.Response {
		app := newApp(fiber.Config{})
		app.Use(corsfiber.Middleware(engine, skipInternal, skipHealth))
		app.Get("/*", func(fiber.Ctx) error { return nil })
		return do(t, app, http.MethodGet, path, nil)
	})
}

func TestErrorHandlerLeavesSkippedRequestsAlone(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan cors.Decision, 10)
	engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(corsfiber.Middleware(engine, func(c fiber.Ctx) bool { return true }))
	app.Get("/", func(c fiber.Ctx) error { return errors.New("no") })
	response := do(t, app, http.MethodGet, "/", nil)
	if response.StatusCode != http.StatusInternalServerError || response.Header.Get("Access-Control-Allow-Origin") != "" || len(told) != 0 {
		t.Errorf("status %d, headers %v, and the watcher is told %d times", response.StatusCode, response.Header, len(told))
	}
}

// Where the app distinguishes such paths, each has a policy of its own.
func TestPathsThatDifferForThisApp(t *testing.T) {
	p := corsfiber.Attach(fiber.New(fiber.Config{CaseSensitive: true, StrictRouting: true}))
	p.Group("/api", policy)
	p.Group("/API", policy)
	p.Route("/a", policy)
	p.Route("/a/", policy)
}
