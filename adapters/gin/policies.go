package corsgin

import (
	"reflect"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// Policies are the policies of the groups and routes of one router. They are
// decided at its top, so that preflights and errors get CORS headers for every path,
// whether or not Gin has a route for it.
type Policies struct {
	router *gin.Engine
	shared *cors.Policies
	own    gin.HandlerFunc // the middleware that Attach has added
}

// Attach adds a middleware to r, and returns its Policies, by which groups and routes
// get policies of their own. The Configs given here, if any, are for all other paths.
//
// Call it before the first group and route, since Gin runs middleware only for those
// that are added later. Attach panics if r has routes or a middleware of this package
// already, or if anything is wrong with the Configs.
func Attach(r *gin.Engine, cfgs ...Config) *Policies {
	if r == nil {
		panic("corsgin: Attach: the router is nil; pass the one that gin.New returned")
	}
	p := &Policies{router: r, shared: cors.NewPolicies(kindOf, cfgs...)}
	p.own = middleware(p.Engine(), r, nil)
	switch {
	case middlewares(r, p.own) > 0:
		panic("corsgin: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other")
	case len(r.Routes()) > 0:
		panic("corsgin: Attach after routes: Gin runs middleware only for routes added later; call Attach before the first route")
	}
	r.Use(p.own)
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.shared.Engine() }

// Group returns the group of a path prefix, which gets the policy cfg. It applies to
// the prefix and every path below, except those with a narrower policy. The prefix is
// written as for gin's Group, from the root, and the router may have a group for it
// already. Group panics if anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Group(prefix string, cfg Config) *gin.RouterGroup {
	p.refuseSecond()
	p.shared.Group(prefix, cfg)
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for gin's GET,
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
		panic("corsgin: Attach: this router got a second CORS middleware after Attach; remove it, and pass its Configs to Attach")
	}
}

// middlewares returns how many middlewares of this package r has, such as m. They are
// closures of one function literal and share its code: go:noinline keeps the compiler
// from copying that.
func middlewares(r *gin.Engine, m gin.HandlerFunc) (n int) {
	for _, other := range r.Handlers {
		if reflect.ValueOf(other).Pointer() == reflect.ValueOf(m).Pointer() {
			n++
		}
	}
	return n
}

// kindOf returns what a segment of one of Gin's paths matches.
func kindOf(segment string) cors.SegmentKind {
	switch {
	case strings.HasPrefix(segment, ":"):
		return cors.ParameterSegment
	case strings.HasPrefix(segment, "*"):
		return cors.RestSegment
	case strings.ContainsAny(segment, ":*"):
		return cors.OtherSegment
	}
	return cors.LiteralSegment
}
