package corsecho

import (
	"reflect"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

// Policies are the policies of the groups and routes of one router. They are
// decided at its top, so that preflights and errors get CORS headers for every path,
// whether or not Echo has a route for it.
type Policies struct {
	router *echo.Echo
	shared *cors.Policies
	own    echo.MiddlewareFunc // the middleware that Attach has added
}

// Attach adds a middleware to e, and returns its Policies, by which groups and routes
// get policies of their own. The Configs given here, if any, are for all other paths.
//
// It can be called before or after routes. With [echo.NewVirtualHostHandler], call it
// for each host: they are routers of their own. Attach panics if e has a middleware of
// this package already, or if anything is wrong with the Configs.
func Attach(e *echo.Echo, cfgs ...Config) *Policies {
	if e == nil {
		panic("corsecho: Attach: the router is nil; pass the one that echo.New returned")
	}
	p := &Policies{router: e, shared: cors.NewPolicies(kindOf, cfgs...)}
	p.own = Middleware(p.Engine())
	if middlewares(e, p.own) > 0 {
		panic("corsecho: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other")
	}
	e.Use(p.own)
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
	p.refuseSecond()
	p.shared.Group(prefix, cfg)
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for echo's GET,
// from the root; its handlers are added to the router as usual. Route panics if anything
// is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	p.refuseSecond()
	p.shared.Route(path, cfg)
}

// refuseSecond panics if the router has another middleware of this package, which would
// replace the headers of these policies.
func (p *Policies) refuseSecond() {
	if middlewares(p.router, p.own) > 1 {
		panic("corsecho: Attach: this router got a second CORS middleware after Attach; remove it, and pass its Configs to Attach")
	}
}

// middlewares returns how many middlewares of this package e has, such as m. They are
// closures of one function literal and share its code: go:noinline keeps the compiler
// from copying that.
func middlewares(e *echo.Echo, m echo.MiddlewareFunc) (n int) {
	for _, other := range slices.Concat(e.PreMiddlewares(), e.Middlewares()) {
		if reflect.ValueOf(other).Pointer() == reflect.ValueOf(m).Pointer() {
			n++
		}
	}
	return n
}

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
