package corsecho

import (
	"fmt"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

// Policies are the policies of the groups and routes of one router. They are
// decided at its top, so that preflights and errors are answered for every
// path, whether or not Echo has a route for it.
type Policies struct {
	router *echo.Echo
	engine *cors.Engine
}

// Attach puts a middleware on e, to which policies for groups and routes are
// then attached. The Configs given here, if any, are for paths that have no
// policy of their own. Attach panics if anything is wrong with them.
func Attach(e *echo.Echo, cfgs ...Config) *Policies {
	p := &Policies{router: e, engine: new(cors.Engine)}
	if len(cfgs) > 0 {
		if err := p.engine.Reload(cfgs...); err != nil {
			panic(err)
		}
	}
	e.Use(Middleware(p.engine))
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.engine }

// Group returns the group of a path prefix, whose policy is cfg: it governs the
// prefix and every path below, but for those with a narrower policy. The
// prefix is written as for echo's Group, from the root. Group panics if anything
// is wrong with cfg, or if it has paths of its own.
//
// Echo's Static compares beginnings: that of a group /private also serves /privates.
// The policy is for /private and what is below it; give others a policy by
// PathRegexps, such as `/private.*`.
func (p *Policies) Group(prefix string, cfg Config) *echo.Group {
	if err := p.engine.AttachGroup(pattern(prefix), cfg); err != nil {
		panic(err)
	}
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for echo's GET,
// from the root; its handlers are added to the router as ever. Route panics if
// anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	if err := p.engine.AttachRoute(pattern(path), cfg); err != nil {
		panic(err)
	}
}

// pattern writes a path of Echo's as a path pattern of a Config. The names of
// parameters do not matter.
func pattern(path string) string {
	segments := strings.Split("/"+strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		switch {
		case strings.HasPrefix(segment, ":") && !strings.Contains(segment, `\:`):
			segments[i] = fmt.Sprintf("{p%d}", i)
		case segment == "*":
			segments[i] = fmt.Sprintf("{p%d...}", i)
		case strings.ContainsAny(segment, ":*"):
			panic(fmt.Sprintf("corsecho: %q has a parameter within a segment: use a Config with PathRegexps for it", path))
		}
	}
	return strings.Join(segments, "/")
}
