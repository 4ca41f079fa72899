package corsfiber

import (
	"fmt"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

// Policies are the policies of the groups and routes of one app. They are
// decided at its top, so that preflights and errors are answered for every
// path, whether or not Fiber has a route for it.
type Policies struct {
	router *fiber.App
	engine *cors.Engine
}

// Attach puts a middleware on app, to which policies for groups and routes are
// then attached. It comes first: Fiber runs middleware in the order in which it
// is added. The Configs given here, if any, are for paths that have no policy
// of their own. Attach panics if anything is wrong with them.
func Attach(app *fiber.App, cfgs ...Config) *Policies {
	p := &Policies{router: app, engine: new(cors.Engine)}
	if len(cfgs) > 0 {
		if err := p.engine.Reload(cfgs...); err != nil {
			panic(err)
		}
	}
	app.Use(Middleware(p.engine))
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.engine }

// Group returns the group of a path prefix, whose policy is cfg: it governs the
// prefix and every path below, but for those with a narrower policy. The
// prefix is written as for fiber's Group, from the root. Group panics if
// anything is wrong with cfg, or if it has paths of its own.
//
// A route such as /private*, which file servers often have, also serves /privates.
// The policy is for /private and what is below it; give others a policy by
// PathRegexps, such as `/private.*`.
func (p *Policies) Group(prefix string, cfg Config) fiber.Router {
	if err := p.engine.AttachGroup(pattern(prefix), cfg); err != nil {
		panic(err)
	}
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for fiber's Get,
// from the root; its handlers are added to the app as ever. Route panics if
// anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	if err := p.engine.AttachRoute(pattern(path), cfg); err != nil {
		panic(err)
	}
}

// pattern writes a path of Fiber's as a path pattern of a Config. The names of
// parameters do not matter.
func pattern(path string) string {
	segments := strings.Split("/"+strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		name, isParameter := strings.CutPrefix(segment, ":")
		switch {
		case isParameter && !strings.ContainsAny(name, ":*+?<>-."):
			segments[i] = fmt.Sprintf("{p%d}", i)
		case segment == "*" && i == len(segments)-1:
			segments[i] = fmt.Sprintf("{p%d...}", i)
		case strings.ContainsAny(segment, `:*+?<>\`):
			panic(fmt.Sprintf("corsfiber: %q has a parameter that is optional, constrained, or not a whole segment: use a Config with PathRegexps for it", path))
		}
	}
	return strings.Join(segments, "/")
}
