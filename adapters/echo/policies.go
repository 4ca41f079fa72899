package corsecho

import (
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
)

// Policies are the policies of the groups and routes of one router. They are
// decided at its top, so that preflights and errors get CORS headers for every path,
// whether or not Echo has a route for it.
type Policies struct {
	router *echo.Echo
	shared *cors.Policies
}

// Attach adds a middleware to e, and returns its Policies, by which groups and routes
// get policies of their own. The Configs given here, if any, are for all other paths.
//
// It can be called before or after routes. The policies are for the paths of every
// host, those of [echo.Echo.Host] too. Attach panics if anything is wrong with the
// Configs. Call it once: Echo v4 doesn't tell which middleware it has, so that Attach
// can't report another one.
func Attach(e *echo.Echo, cfgs ...Config) *Policies {
	if e == nil {
		panic("corsecho: Attach: the router is nil; pass the one that echo.New returned")
	}
	p := &Policies{e, cors.NewPolicies(kindOf, cfgs...)}
	e.Use(Middleware(p.Engine()))
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.shared.Engine() }

// Group returns the group of a path prefix, which gets the policy cfg. It applies to
// the prefix and every path below, except those with a narrower policy. The prefix is
// written as for echo's Group, from the root, and the router may have a group for it
// already. Group panics if anything is wrong with cfg, or if it has paths of its own.
//
// Echo's Static compares beginnings: that of a group /private also serves /privates.
// The policy is for /private and what is below it; give others a policy by
// PathRegexps, such as `/private.*`.
func (p *Policies) Group(prefix string, cfg Config) *echo.Group {
	p.shared.Group(prefix, cfg)
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for echo's GET,
// from the root; its handlers are added to the router as usual. Route panics if anything
// is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) { p.shared.Route(path, cfg) }

// kindOf returns what a segment of one of Echo's paths matches.
func kindOf(segment string) cors.SegmentKind {
	switch {
	case strings.HasPrefix(segment, ":") && !strings.Contains(segment, `\:`):
		return cors.ParameterSegment
	case segment == "*":
		return cors.RestSegment
	case strings.ContainsAny(segment, ":*"):
		return cors.OtherSegment
	}
	return cors.LiteralSegment
}
