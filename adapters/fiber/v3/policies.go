package corsfiber

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

// Policies are the policies of the groups and routes of one app. They are
// decided at its top, so that preflights and errors get CORS headers for every path,
// whether or not Fiber has a route for it.
type Policies struct {
	router *fiber.App
	shared *cors.Policies
	own    fiber.Handler // the middleware that Attach has added
}

// Attach adds a middleware to app, and returns its Policies, by which groups and routes
// get policies of their own. The Configs given here, if any, are for all other paths.
//
// Call it before the first route, since Fiber runs middleware only for routes that are
// added later, and on the outermost app, since policies are for whole paths. Attach
// panics if app has routes or a middleware of this package already, or if anything is
// wrong with the Configs. Mounting app on another one panics, except at "/".
func Attach(app *fiber.App, cfgs ...Config) *Policies {
	if app == nil {
		panic("corsfiber: Attach: the app is nil; pass the one that fiber.New returned")
	}
	p := &Policies{router: app, shared: cors.NewPolicies(kindOf, cfgs...)}
	p.shared.Fold(func(path string) string {
		if !app.Config().CaseSensitive {
			path = strings.ToLower(path)
		}
		if !app.Config().StrictRouting {
			path = strings.TrimSuffix(path, "/")
		}
		return path
	})
	p.own = Middleware(p.Engine())
	switch {
	case len(middlewares(app, p.own)) > 0:
		panic("corsfiber: Attach: this app has a CORS middleware already; call Attach once, with every Config, and remove the other")
	case hasRoutes(app):
		panic("corsfiber: Attach after routes: Fiber runs middleware only for routes added later; call Attach before the first route")
	}
	refuseMount(app)
	app.Hooks().OnMount(func(*fiber.App) error {
		refuseMount(app)
		return nil
	})
	app.Use(p.own)
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.shared.Engine() }

// Group returns the group of a path prefix, which gets the policy cfg. It applies to
// the prefix and every path below, except those with a narrower policy. The prefix is
// written as for fiber's Group, from the root, and the app may have a group for it
// already. Group panics if anything is wrong with cfg, or if it has paths of its own.
//
// A route such as /private*, which file servers often have, also serves /privates.
// The policy is for /private and what is below it; give others a policy by
// PathRegexps, such as `/private.*`.
func (p *Policies) Group(prefix string, cfg Config) fiber.Router {
	p.refuseSecond()
	p.shared.Group(prefix, cfg)
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for fiber's Get,
// from the root; its handlers are added to the app as usual. Route panics if anything
// is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	p.refuseSecond()
	p.shared.Route(path, cfg)
}

// refuseSecond panics if the app has another middleware of this package for every path,
// which would replace the headers of these policies.
func (p *Policies) refuseSecond() {
	if middlewares(p.router, p.own)["/"] > 1 {
		panic("corsfiber: Attach: this app got a second CORS middleware after Attach; remove it, and pass its Configs to Attach")
	}
}

// middlewares returns how many middlewares of this package, such as m, app has for a
// path. They are closures of one function literal and share its code: go:noinline keeps
// the compiler from copying that.
func middlewares(app *fiber.App, m fiber.Handler) map[string]int {
	byPath := make(map[string]int)
	byMethod := make(map[[2]string]int) // Fiber has a route for each method
	for _, route := range app.GetRoutes() {
		for _, other := range route.Handlers {
			if reflect.ValueOf(other).Pointer() == reflect.ValueOf(m).Pointer() {
				at := [2]string{route.Method, route.Path}
				byMethod[at]++
				byPath[route.Path] = max(byPath[route.Path], byMethod[at])
			}
		}
	}
	return byPath
}

// hasRoutes reports whether app has anything but middleware. An app that is mounted on it
// counts as middleware without handlers.
func hasRoutes(app *fiber.App) bool {
	return len(app.GetRoutes(true)) > 0 || slices.ContainsFunc(app.GetRoutes(), func(r fiber.Route) bool { return len(r.Handlers) == 0 })
}

// refuseMount panics if app is mounted where its paths aren't whole.
func refuseMount(app *fiber.App) {
	if at := app.MountPath(); at != "" && at != "/" {
		panic(fmt.Sprintf("corsfiber: Attach: this app is mounted at %q of another one, and its policies are for whole paths; call Attach on the outermost app, and write whole paths in Group and Route", at))
	}
}

// kindOf returns what a segment of one of Fiber's paths matches.
func kindOf(segment string) cors.SegmentKind {
	name, isParameter := strings.CutPrefix(segment, ":")
	switch {
	case isParameter && !strings.ContainsAny(name, ":*+?<>-."):
		return cors.ParameterSegment
	case segment == "*":
		return cors.RestSegment
	case strings.ContainsAny(segment, `:*+?<>\`):
		return cors.OtherSegment
	}
	return cors.LiteralSegment
}
