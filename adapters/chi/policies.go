package corschi

import (
	"fmt"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

// Policies are the policies of the subrouters and routes of one router. They
// are decided at its top, so that preflights and errors are answered for every
// path, whether or not chi has a route for it.
type Policies struct {
	router *chi.Mux
	engine *cors.Engine
}

// Attach puts a middleware on r, to which policies for subrouters and routes
// are then attached. It comes before the first route, as chi demands of all
// middleware. The Configs given here, if any, are for paths that have no policy
// of their own. Attach panics if anything is wrong with them.
func Attach(r *chi.Mux, cfgs ...Config) *Policies {
	p := &Policies{router: r, engine: new(cors.Engine)}
	if len(cfgs) > 0 {
		if err := p.engine.Reload(cfgs...); err != nil {
			panic(err)
		}
	}
	r.Use(Middleware(p.engine))
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.engine }

// Group mounts a subrouter at a path prefix, as chi's Route does, whose policy
// is cfg: it governs the prefix and every path below, but for those with a
// narrower policy. The prefix is written as for chi's Route, from the root.
// Group panics if anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Group(prefix string, cfg Config, routes func(chi.Router)) chi.Router {
	if err := p.engine.AttachGroup(pattern(prefix), cfg); err != nil {
		panic(err)
	}
	return p.router.Route(prefix, routes)
}

// Route gives one path the policy cfg. The path is written as for chi's Get,
// from the root; its handlers are added to the router as ever. Route panics if
// anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	if err := p.engine.AttachRoute(pattern(path), cfg); err != nil {
		panic(err)
	}
}

// pattern writes a path of chi's as a path pattern of a Config. The names of
// parameters do not matter.
func pattern(path string) string {
	segments := strings.Split("/"+strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		name, isParameter := strings.CutPrefix(segment, "{")
		name, isWhole := strings.CutSuffix(name, "}")
		switch {
		case isParameter && isWhole && !strings.ContainsAny(name, "{}:"):
			segments[i] = fmt.Sprintf("{p%d}", i)
		case segment == "*":
			segments[i] = fmt.Sprintf("{p%d...}", i)
		case strings.ContainsAny(segment, "{}*"):
			panic(fmt.Sprintf("corschi: %q has a parameter within a segment, or with an expression: use a Config with PathRegexps for it", path))
		}
	}
	return strings.Join(segments, "/")
}
