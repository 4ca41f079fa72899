package corsfiber_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

func TestMisusePanicsWithTheFix(t *testing.T) {
	tests := []struct {
		name string
		do   func(app *fiber.App)
		says []string
	}{
		{"every problem of every Config", func(app *fiber.App) {
			corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, corsfiber.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})

		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a base policy that is wrong", func(app *fiber.App) { corsfiber.Attach(app, corsfiber.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func(app *fiber.App) { corsfiber.Attach(app).Group("/api", corsfiber.Config{}) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func(app *fiber.App) { corsfiber.Attach(app).Route("/x", corsfiber.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func(app *fiber.App) {
			corsfiber.Attach(app).Group("/api", corsfiber.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}})

		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Group("/api", policy)
			p.Group("/api", policy)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func(app *fiber.App) {
			p := corsfiber.Attach(app)
			p.Group("/users/:id", policy)
			p.Group("/users/:name", policy)
		}, []string{`cors: Group("/users/:name") has the same paths as Group("/users/:id"), which already has a policy; remove one of them`}},
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
		{"a parameter within a segment", func(app *fiber.App) { corsfiber.Attach(app).Route("/v:version", policy) }, []string{`cors: Route("/v:version") has the segment "v:version"`, `PathRegexps`}},
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
		{"Attach to no app", func(app *fiber.App) { corsfiber.Attach(nil) }, []string{`corsfiber: Attach: the app is nil; pass the one that fiber.New returned`}},
		{"a middleware without an engine", func(app *fiber.App) { corsfiber.Middleware(nil) }, []string{`corsfiber: Middleware: the engine is nil; check the error that cors.New returned`}},
		{"an error handler without an engine", func(app *fiber.App) { corsfiber.ErrorHandler(nil, fiber.DefaultErrorHandler) }, []string{`corsfiber: ErrorHandler: the engine is nil; check the error that cors.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				problem := recover()
				for _, says := range tt.says {
					if !strings.Contains(fmt.Sprint(problem), says) {
						t.Errorf("panic %v, which must say %q", problem, says)
					}
				}
			}()
			tt.do(newApp(fiber.Config{}))
			t.Error("no panic")
		})
	}
}

func TestProblemsOfAttachedPoliciesAreTyped(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths || problem.Call != `Group("/api")` {
			t.Errorf("the panic is %v", err)
		}
	}()
	p := corsfiber.Attach(newApp(fiber.Config{}))
	p.Group("/api", policy)
	p.Group("/api", policy)
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
	tests := []struct {
		name, path string
		skipped    bool
	}{
		{"a request that the first function names", "/internal/metrics", true},
		{"a request that the second function names", "/health", true},
		{"a request that no function names", "/posts", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(policy)
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			app := newApp(fiber.Config{})
			app.Use(corsfiber.Middleware(engine, skipInternal, skipHealth))
			app.Get("/*", func(fiber.Ctx) error { return nil })
			response := do(t, app, http.MethodGet, tt.path, nil)
			if response.StatusCode != http.StatusOK {
				t.Errorf("status %d, want 200", response.StatusCode)
			}
			if skipped := response.Header.Get("Access-Control-Allow-Origin") == ""; skipped != tt.skipped {
				t.Errorf("skipped: %t, want %t", skipped, tt.skipped)
			}
			if skipped := response.Header.Get("Vary") == ""; skipped != tt.skipped {
				t.Errorf("Vary is %q", response.Header.Get("Vary"))
			}
			if skipped := len(told) == 0; skipped != tt.skipped {
				t.Errorf("the watcher is told %d times", len(told))
			}
		})
	}
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
