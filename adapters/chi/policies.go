package corschi

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// Policies are the policies of the subrouters and routes of one router. They are
// decided at its top, so that preflights and errors get CORS headers for every path,
// whether or not chi has a route for it.
type Policies struct {
	router *chi.Mux
	shared *cors.Policies
	own    func(http.Handler) http.Handler // the middleware that Attach has added
}

// Attach adds a middleware to r, and returns its Policies, by which subrouters and
// routes get policies of their own. The Configs given here, if any, are for all other
// paths.
//
// Call it before the first route, as chi demands of all middleware, and on the root
// router, since policies are for whole paths. Attach panics if r has routes or a
// middleware of this package already, or if anything is wrong with the Configs. If r is
// mounted on another router, other than at "/", every request panics: chi doesn't say
// so earlier, and without the panic the policies would silently apply to no request.
func Attach(r *chi.Mux, cfgs ...Config) *Policies {
	if r == nil {
		panic("corschi: Attach: the router is nil; pass the one that chi.NewRouter returned")
	}
	p := &Policies{router: r, shared: cors.NewPolicies(kindOf, cfgs...)}
	p.own = middleware(p.Engine(), r, nil)
	switch {
	case middlewares(r, p.own) > 0:
		panic("corschi: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other")
	case len(r.Routes()) > 0:
		panic("corschi: Attach after routes: chi adds no middleware to a router that has routes; call Attach before the first route")
	}
	r.Use(p.own)
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.shared.Engine() }

// Group mounts a subrouter at a path prefix, as chi's Route does, which gets the policy
// cfg. It applies to the prefix and every path below, except those with a narrower
// policy. The prefix is written as for chi's Route, from the root. Group panics if
// anything is wrong with cfg, or if it has paths of its own.
//
// If something is mounted at the prefix already, or will be, pass nil as routes: Group
// then only attaches the policy, and returns nil.
func (p *Policies) Group(prefix string, cfg Config, routes func(chi.Router)) chi.Router {
	if routes != nil && isMounted(p.router, prefix) {
		panic(fmt.Sprintf("corschi: Group(%q): something is mounted there already; pass nil as routes to attach only the policy", prefix))
	}
	p.refuseSecond()
	p.shared.Group(prefix, cfg)
	if routes == nil {
		return nil
	}
	return p.router.Route(prefix, routes)
}

// Route gives one path the policy cfg. The path is written as for chi's Get,
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
		panic("corschi: Attach: this router got a second CORS middleware after Attach; remove it, and pass its Configs to Attach")
	}
}

// middlewares returns how many middlewares of this package r has, such as m. They are
// closures of one function literal and share its code: go:noinline keeps the compiler
// from copying that.
func middlewares(r *chi.Mux, m func(http.Handler) http.Handler) (n int) {
	for _, other := range r.Middlewares() {
		if reflect.ValueOf(other).Pointer() == reflect.ValueOf(m).Pointer() {
			n++
		}
	}
	return n
}

// isMounted reports whether something is mounted at a prefix of r.
func isMounted(r *chi.Mux, prefix string) bool {
	return slices.ContainsFunc(r.Routes(), func(route chi.Route) bool {
		return route.Pattern == strings.TrimSuffix(prefix, "/")+"/*"
	})
}

// refuseMount panics if patterns of outer routers have matched the beginning of the
// path.
func refuseMount(patterns []string) {
	for _, pattern := range patterns {
		if pattern != "/*" {
			panic(fmt.Sprintf("corschi: Attach: this router is mounted at %q of another one, and its policies are for whole paths; call Attach on the root router, and write whole paths in Group and Route", pattern))
		}
	}
}

// kindOf returns what a segment of one of chi's paths matches.
func kindOf(segment string) cors.SegmentKind {
	name, isParameter := strings.CutPrefix(segment, "{")
	name, isWhole := strings.CutSuffix(name, "}")
	switch {
	case isParameter && isWhole && !strings.ContainsAny(name, "{}:"):
		return cors.ParameterSegment
	case segment == "*":
		return cors.RestSegment
	case strings.ContainsAny(segment, "{}*"):
		return cors.OtherSegment
	}
	return cors.LiteralSegment
}
