package cors

import (
	"fmt"
	"strings"

	"github.com/corskit/cors/core/internal/message"
	"github.com/corskit/cors/core/internal/paths"
)

// AttachGroup attaches cfg, as Attach does, to a path prefix and every path
// below it. The prefix is a path pattern as in [Config.Paths]; cfg has no paths
// of its own.
func (e *Engine) AttachGroup(prefix string, cfg Config) error {
	return e.attachTo(&call{"AttachGroup", prefix}, groupPattern(prefix), cfg)
}

// AttachRoute attaches cfg, as Attach does, to one path, a slash at its end
// included. The path is a path pattern as in [Config.Paths]; cfg has no paths of
// its own.
func (e *Engine) AttachRoute(path string, cfg Config) error {
	return e.attachTo(&call{"AttachRoute", path}, routePattern(path), cfg)
}

// groupPattern returns the pattern of a prefix and every path below it.
func groupPattern(prefix string) string { return strings.TrimSuffix(prefix, "/") + "/" }

// routePattern returns the pattern of one path.
func routePattern(path string) string {
	if strings.HasSuffix(path, "/") {
		path += "{$}"
	}
	return path
}

// A call attaches a Config to the paths that its argument names.
type call struct{ name, argument string }

func (c *call) String() string { return fmt.Sprintf("%s(%q)", c.name, c.argument) }

// problem returns a problem of the argument.
func (c *call) problem(code Code, format string, args ...any) *ConfigError {
	p := &ConfigError{Call: c.String(), Entry: -1, Value: c.argument, Code: code}
	p.say(message.New(format, args...))
	return p
}

// attachTo attaches cfg to a pattern for the caller of by.
func (e *Engine) attachTo(by *call, pattern string, cfg Config) error {
	var problems ConfigErrors
	complain := func(field string, entries []string) {
		if len(entries) > 0 {
			problems = append(problems, &ConfigError{Call: by.String(), Field: field, Entry: -1, Code: CodePath, Message: "isn't empty, and the call says which paths the policy applies to; leave it out"})
		}
	}
	complain("Paths", cfg.Paths)
	complain("PathRegexps", cfg.PathRegexps)
	if len(problems) > 0 {
		return problems
	}
	cfg.Paths = []string{pattern}
	return e.attach(by, cfg)
}

// inWordsOf makes the problems of a Config those of the call that attached it, which
// has no field for the paths.
func inWordsOf(by *call, problems []*ConfigError) {
	for _, p := range problems {
		if p.Field == "Paths" {
			p.Field, p.Entry, p.Value = "", -1, by.argument
			if p.Code == CodePath {
				p.say(message.New("can't work: %v", p.message))
			}
		}
		p.Call = by.String()
	}
}

// conflict reports that it can't be told whether a scope or another one applies. What a
// call attached is named by the call.
func (c *configuration) conflict(of *compiler, s *paths.Scope, x paths.Conflict) {
	own, other := c.calls[of.index], c.calls[x.With.Config]
	what := message.New("@"+x.With.Field()+" %q of Config %d", x.With.Text, x.With.Config)
	if other != nil {
		what = message.New("%v, which already has a policy", other)
	}
	at := place{s.Field(), s.Entry, s.Text}
	switch {
	case x.Undecided:
		of.report(at, CodeUndecidedPaths, "can't be compared with %v in bounded time, to tell which is narrower; write a shorter regular expression, or patterns in @Paths", what)
	case own != nil && other != nil && *own == *other:
		of.report(at, CodeSamePaths, "already has a policy; remove one of the two calls")
	default:
		of.report(at, CodeSamePaths, "has the same paths as %v; remove one of them", what)
	}
}

// Policies attaches Configs to the groups and routes of one router, whose paths are
// written as that router's are. The type of this name in each adapter is built on it.
type Policies struct {
	engine *Engine
	kindOf func(segment string) SegmentKind
	fold   func(path string) string // nil: the router distinguishes all paths
	calls  map[string]*call         // by their names and folded paths
}

// A SegmentKind is what a segment of a router's path matches.
type SegmentKind uint8

const (
	LiteralSegment   SegmentKind = iota // itself
	ParameterSegment                    // any one segment
	RestSegment                         // all that follows, if it is the last one
	OtherSegment                        // something that no pattern in Config.Paths says
)

// NewPolicies returns the Policies of an engine of their own. The Configs, if any, are
// for paths that no other policy applies to. kindOf tells the segments of the router's
// paths apart. NewPolicies panics if anything is wrong with the Configs.
func NewPolicies(kindOf func(segment string) SegmentKind, cfgs ...Config) *Policies {
	p := &Policies{engine: new(Engine), kindOf: kindOf}
	if len(cfgs) > 0 {
		mustSucceed(p.engine.Reload(cfgs...))
	}
	return p
}

// Fold tells p that the router takes paths for one that fold returns the same text for, so
// that Group and Route refuse the second of two such paths: its policy would never apply.
func (p *Policies) Fold(fold func(path string) string) {
	p.fold, p.calls = fold, make(map[string]*call)
}

// refuseFolded panics if an earlier call had the same path but for what the router
// ignores.
func (p *Policies) refuseFolded(by *call) {
	if p.fold == nil {
		return
	}
	key := by.name + " " + p.fold(by.argument)
	if earlier := p.calls[key]; earlier != nil && *earlier != *by {
		panic(ConfigErrors{by.problem(CodeSamePaths, "is the same to this router as %s, which already has a policy; remove one of the two calls", earlier)})
	}
	p.calls[key] = by
}

// Engine returns the engine that decides.
func (p *Policies) Engine() *Engine { return p.engine }

// Group attaches cfg as [Engine.AttachGroup] does. It panics if anything is wrong.
func (p *Policies) Group(prefix string, cfg Config) {
	by := &call{"Group", prefix}
	pattern, endsInRest := p.pattern(by)
	if endsInRest {
		panic(ConfigErrors{by.problem(CodePath, "ends with a wildcard for the rest of the path, which is not a prefix; leave the wildcard out, or call Route(%q)", prefix)})
	}
	p.refuseFolded(by)
	mustSucceed(p.engine.attachTo(by, groupPattern(pattern), cfg))
}

// Route attaches cfg as [Engine.AttachRoute] does. It panics if anything is wrong.
func (p *Policies) Route(path string, cfg Config) {
	by := &call{"Route", path}
	pattern, _ := p.pattern(by)
	p.refuseFolded(by)
	mustSucceed(p.engine.attachTo(by, routePattern(pattern), cfg))
}

// pattern returns the argument of a call as a path pattern of a Config. The names of
// parameters don't matter.
func (p *Policies) pattern(by *call) (pattern string, endsInRest bool) {
	segments := strings.Split("/"+strings.TrimPrefix(by.argument, "/"), "/")
	for i, segment := range segments {
		isLast := i == len(segments)-1
		switch kind := p.kindOf(segment); {
		case kind == ParameterSegment:
			segments[i] = fmt.Sprintf("{p%d}", i)
		case kind == RestSegment && isLast:
			segments[i], endsInRest = fmt.Sprintf("{p%d...}", i), true
		case kind != LiteralSegment, strings.ContainsAny(segment, "{}"): // which would be a wildcard in Paths
			panic(ConfigErrors{by.problem(CodePath, "has the segment %q, and a segment is plain text, a parameter or, at the end, a wildcard; pass a Config with @PathRegexps to Attach instead", segment)})
		}
	}
	return strings.Join(segments, "/"), endsInRest
}

func mustSucceed(err error) {
	if err != nil {
		panic(err)
	}
}
