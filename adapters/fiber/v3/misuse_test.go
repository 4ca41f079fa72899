package corsfiber_test

import (
	"net/http"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/gofiber/fiber/v3"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, defaults)
	adaptertest.RunSecondMiddleware(t, defaults)
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
		{"Attach twice to an app without GET", func(*fiber.App) {
			app := newApp(fiber.Config{RequestMethods: []string{fiber.MethodPost, fiber.MethodOptions}})
			corsfiber.Attach(app)
			corsfiber.Attach(app)
		}, []string{`corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach to no app", func(app *fiber.App) { corsfiber.Attach(nil) }, []string{`corsfiber: Attach: the app is nil; pass the one that fiber.New returned`}},
		{"an error handler without an engine", func(app *fiber.App) { corsfiber.ErrorHandler(nil, fiber.DefaultErrorHandler) }, []string{`corsfiber: ErrorHandler: the engine is nil; check the error that cors.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newApp(fiber.Config{})) }, tt.says...)
		})
	}
}

func TestAGroupCanHaveAMiddlewareOfItsOwn(t *testing.T) {
	app := newApp(fiber.Config{})
	p := corsfiber.Attach(app)
	app.Group("/api", corsfiber.New(policy)).Get("/posts", func(fiber.Ctx) error { return nil })
	p.Route("/other", policy)
	defaults.CheckReadable(t, serve(t, app), "/api/posts", http.StatusOK)
}

func TestAttachToAnAppThatIsMountedAtTheRootWorks(t *testing.T) {
	inner := fiber.New()
	corsfiber.Attach(inner).Group("/api", policy).Get("/posts", func(fiber.Ctx) error { return nil })
	app := newApp(fiber.Config{})
	app.Use("/", inner)
	defaults.CheckReadable(t, serve(t, app), "/api/posts", http.StatusOK)
}

// Where the app distinguishes such paths, each has a policy of its own.
func TestPathsThatDifferForThisApp(t *testing.T) {
	p := corsfiber.Attach(fiber.New(fiber.Config{CaseSensitive: true, StrictRouting: true}))
	p.Group("/api", policy)
	p.Group("/API", policy)
	p.Route("/a", policy)
	p.Route("/a/", policy)
}
