package corsgin

import (
	"fmt"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// Policies are the policies of the groups and routes of one router. They are
// decided at its top, before routing, so that preflights and errors are
// answered for every path, whether or not Gin has a route for it.
type Policies struct {
	router *gin.Engine
	engine *cors.Engine
}

// Attach puts a middleware on r, to which policies for groups and routes are
// then attached. It comes first: Gin gives a middleware only the routes that
// are added after it. The Configs given here, if any, are for paths that have
// no policy of their own. Attach panics if anything is wrong with them.
func Attach(r *gin.Engine, cfgs ...Config) *Policies {
	p := &Policies{router: r, engine: new(cors.Engine)}
	if len(cfgs) > 0 {
		if err := p.engine.Reload(cfgs...); err != nil {
			panic(err)
		}
	}
	r.Use(middleware(p.engine, r))
	return p
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *cors.Engine { return p.engine }

// Group returns the group of a path prefix, whose policy is cfg: it governs the
// prefix and every path below, but for those with a narrower policy. The
// prefix is written as for gin's Group, from the root. Group panics if anything
// is wrong with cfg, or if it has paths of its own.
func (p *Policies) Group(prefix string, cfg Config) *gin.RouterGroup {
	if err := p.engine.AttachGroup(pattern(prefix), cfg); err != nil {
		panic(err)
	}
	return p.router.Group(prefix)
}

// Route gives one path the policy cfg. The path is written as for gin's GET,
// from the root; its handlers are added to the router as ever. Route panics if
// anything is wrong with cfg, or if it has paths of its own.
func (p *Policies) Route(path string, cfg Config) {
	if err := p.engine.AttachRoute(pattern(path), cfg); err != nil {
		panic(err)
	}
}

// pattern writes a path of Gin's as a path pattern of a Config. The names of
// parameters do not matter.
func pattern(path string) string {
	segments := strings.Split("/"+strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		switch {
		case strings.HasPrefix(segment, ":"):
			segments[i] = fmt.Sprintf("{p%d}", i)
		case strings.HasPrefix(segment, "*"):
			segments[i] = fmt.Sprintf("{p%d...}", i)
		case strings.ContainsAny(segment, ":*"):
			panic(fmt.Sprintf("corsgin: %q has a parameter within a segment: use a Config with PathRegexps for it", path))
		}
	}
	return strings.Join(segments, "/")
}
