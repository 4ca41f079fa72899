package cors

import (
	"sync"
	"sync/atomic"

	"github.com/corskit/cors/core/internal/origin"
	"github.com/corskit/cors/core/internal/paths"
)

// An Engine decides CORS by one or more Configs. Of those whose paths match a
// request, the narrowest applies: see [Config.Paths]. It is safe for concurrent
// use. The zero Engine leaves every request alone until [Engine.Reload] or
// [Engine.Attach].
type Engine struct {
	current  atomic.Pointer[configuration]
	watchers atomic.Pointer[[]Watcher]
	uses     atomic.Int32 // middlewares that this engine decides for

	mu     sync.Mutex // held while current is replaced
	scopes paths.Set  // of current
}

// A configuration is what a request sees of an Engine, from its first look to
// its last.
type configuration struct {
	configs    []Config // those given to New or Reload, then those attached
	calls      []*call  // that attached them, or nil
	policies   []*policy
	scopes     []paths.Scope
	attached   int     // the index of the first Config that is attached
	everywhere int     // the index of the Config without paths, or -1
	hasFunc    bool    // a Config has an AllowOriginFunc
	only       *policy // of the Config without paths, if it is the only one
	simple     *policy // the same, if it is simple

	generation uint64

	mu      sync.Mutex // held while an index is made
	indexes [paths.AllFoldings + 1]atomic.Pointer[paths.Index]
}

// New returns an Engine for the Configs. If anything is wrong with any of them,
// it returns every problem as [ConfigErrors]. The Engine keeps no reference to
// what it is given.
func New(cfgs ...Config) (*Engine, error) {
	e := new(Engine)
	if err := e.Reload(cfgs...); err != nil {
		return nil, err
	}
	return e, nil
}

// Reload replaces the Configs that were given to New or to an earlier Reload.
// Those that were attached stay. Requests see the old ones or the new ones and
// never a mixture. If anything is wrong with any of them, it returns every
// problem as [ConfigErrors] and changes nothing.
func (e *Engine) Reload(cfgs ...Config) error {
	if len(cfgs) == 0 {
		return ConfigErrors{{Field: "Config", Entry: -1, Code: CodeNoConfig, Message: "is missing; pass at least one, such as cors.Config{AllowOrigins: []string{\"https://app.example.com\"}}"}}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	next := &configuration{attached: len(cfgs), everywhere: -1}
	var scopes paths.Set
	var problems ConfigErrors
	for i := range cfgs {
		problems = append(problems, next.add(&scopes, nil, cfgs[i])...)
	}
	if old := e.current.Load(); old != nil {
		for i := old.attached; i < len(old.configs); i++ {
			problems = append(problems, next.add(&scopes, old.calls[i], old.configs[i])...)
		}
	}
	return e.replace(next, scopes, problems)
}

// Attach adds a Config for certain paths. In whatever order Configs are attached,
// the narrowest that matches a request applies; where none is narrower, those
// attached come before those given to New. If anything is wrong, it returns every
// problem as [ConfigErrors] and changes nothing.
func (e *Engine) Attach(cfg Config) error { return e.attach(nil, cfg) }

// attach attaches cfg for the caller of by, or of Attach itself.
func (e *Engine) attach(by *call, cfg Config) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := &configuration{everywhere: -1}
	if old := e.current.Load(); old != nil {
		// Readers of the old configuration see no element beyond its own.
		next = &configuration{configs: old.configs, calls: old.calls, policies: old.policies, scopes: old.scopes, attached: old.attached, everywhere: old.everywhere, hasFunc: old.hasFunc}
	}
	scopes, before := e.scopes, len(next.scopes)
	problems := next.add(&scopes, by, cfg)
	if len(problems) > 0 {
		scopes.Remove(next.scopes, before)
	}
	return e.replace(next, scopes, problems)
}

// add appends a Config that by attached, its policy and its scopes, or returns every
// problem.
func (c *configuration) add(scopes *paths.Set, by *call, cfg Config) ConfigErrors {
	i := len(c.configs)
	c.configs = append(c.configs, cfg.clone())
	c.calls = append(c.calls, by)
	compiler := &compiler{cfg: &c.configs[i], index: i}
	added := compiler.scopes()
	c.policies = append(c.policies, compiler.compile())
	c.hasFunc = c.hasFunc || cfg.AllowOriginFunc != nil
	if len(cfg.Paths) == 0 && len(cfg.PathRegexps) == 0 {
		other := c.everywhere
		if other < 0 {
			other = scopes.Everything(c.scopes)
		}
		if other >= 0 {
			compiler.report(whole("Paths", ""), CodeSamePaths, "is empty, which means every path, as in Config %d; write the paths of one of them", other)
		}
		c.everywhere = i
	}
	for k := range added {
		for _, conflict := range scopes.Add(c.scopes, c.everywhere, &added[k]) {
			c.conflict(compiler, &added[k], conflict)
		}
		c.scopes = append(c.scopes, added[k])
	}
	if by != nil {
		inWordsOf(by, compiler.problems)
	}
	return compiler.problems
}

// replace puts a configuration in force unless it has problems.
func (e *Engine) replace(next *configuration, scopes paths.Set, problems ConfigErrors) error {
	if len(problems) > 0 {
		for _, p := range problems {
			p.oneOfSeveral = len(next.configs) > 1
		}
		return problems
	}
	e.scopes = scopes
	if len(next.scopes) == 0 {
		next.only = next.policies[next.everywhere]
		if next.only.isSimple() {
			next.simple = next.only
		}
	}
	next.generation = e.Generation() + 1
	e.current.Store(next)
	return nil
}

// HasPaths reports whether a Config has Paths or PathRegexps, so that decisions depend
// on the path. An adapter that reads the path before it calls [Engine.Handle] can
// leave that out otherwise.
func (e *Engine) HasPaths() bool {
	c := e.current.Load()
	return c != nil && len(c.scopes) > 0
}

// Generation returns a number that is another after each Reload and Attach, and 0
// before the first.
func (e *Engine) Generation() uint64 {
	if c := e.current.Load(); c != nil {
		return c.generation
	}
	return 0
}

// Configs returns a copy of the Configs that are in force, in order.
func (e *Engine) Configs() []Config {
	c := e.current.Load()
	if c == nil {
		return nil
	}
	configs := make([]Config, len(c.configs))
	for i := range c.configs {
		configs[i] = c.configs[i].clone()
	}
	return configs
}

// Decide returns the CORS decision for r. It has no side effects. It allocates
// nothing, unless AllowOriginFunc is called, the response to a preflight repeats what
// it asks for ("*" with credentials, or a private network), or a path has escaped
// characters, empty segments or dots, or is matched by regular expressions.
//
// Two paths count: that which the router routes, and the same unescaped and cleaned,
// which a file server or a proxy below a catch-all route serves: "/admin" for
// "/x/..%2Fadmin". If they have different policies, an origin has to be allowed by
// both, and what the policy for the second rejects does not reach the handlers.
func (e *Engine) Decide(r *Request) Decision {
	c := e.current.Load()
	kind := r.kind()
	switch {
	case c == nil:
		return Decision{nil, r.Origin, kind, ReasonNoPolicy}
	case c.simple != nil:
		return c.simple.decideByOrigin(r.Origin, kind)
	case c.only != nil:
		return c.only.decide(r, kind) // without reading the path
	}
	path, folding := r.route()
	p := c.policyFor(path, folding)
	if served, differs := paths.Served(path); differs {
		return p.decideWith(c.policyFor(served, folding), r, kind)
	}
	return p.decide(r, kind)
}

// decideWith returns the decision of two policies, of which the other is that for the
// path as a handler may serve it.
func (p *policy) decideWith(other *policy, r *Request, kind Kind) Decision {
	switch {
	case other == nil || other == p || other.anyOrigin:
		return p.decide(r, kind)
	case p != nil && p.anyOrigin:
		return other.decide(r, kind) // which depends on the origin, and says so in Vary
	}
	d, denial := p.decide(r, kind), other.decide(r, kind)
	if !denial.Allowed() && (d.Allowed() || other.reject) {
		return denial
	}
	return d
}

// decide returns the decision of a policy, or of none.
func (p *policy) decide(r *Request, kind Kind) Decision {
	switch {
	case p == nil:
		return Decision{nil, r.Origin, kind, ReasonNoPolicy}
	case kind == NotCORS:
		return p.noOrigin
	}
	reason := p.match(r.Origin)
	if reason == ReasonNotAllowed && p.allowFunc != nil {
		return p.decideByFunc(r, kind)
	}
	return Decision{p.response(r, kind, reason), r.Origin, kind, reason}
}

// isSimple reports whether only the origin and the kind of a request matter to p.
func (p *policy) isSimple() bool {
	return p.allowFunc == nil && !p.reject && !p.echoMethods && !p.echoHeaders && !p.privateNetwork
}

// decideByOrigin is decide for simple policies.
func (p *policy) decideByOrigin(origin string, kind Kind) Decision {
	if kind == NotCORS {
		return p.noOrigin
	}
	responses, reason := &p.denied, p.match(origin)
	if reason.Allows() {
		responses = &p.allowed
	}
	return Decision{&responses[kind], origin, kind, reason}
}

// policyFor returns the policy that applies to a path, or nil.
func (c *configuration) policyFor(path string, folding PathFolding) *policy {
	i, decided := c.index(folding).Search(path)
	switch {
	case !decided:
		return denyAll
	case i >= 0:
		return c.policies[i]
	case c.everywhere >= 0:
		return c.policies[c.everywhere]
	}
	return nil
}

// index returns the index of the scopes under a folding. It is made when the
// first request needs it, so that attaching many Configs takes as long as each.
func (c *configuration) index(folding PathFolding) *paths.Index {
	f := paths.Folding(folding) & paths.AllFoldings
	if x := c.indexes[f].Load(); x != nil {
		return x
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.indexes[f].Load()
	if x == nil {
		x = paths.NewIndex(c.scopes, c.attached, f)
		c.indexes[f].Store(x)
	}
	return x
}

// denyAll applies if the narrower of two policies for a path cannot be told within
// a bounded time. [New] refuses such Configs, as far as paths are compared exactly;
// this is for routers that fold paths.
var denyAll = func() *policy {
	p := &policy{index: -1, origins: new(origin.Set)}
	p.prepare()
	return p
}()

// match decides about the value of an Origin header. [Decision.Reason] tells malformed
// origins apart lazily.
func (p *policy) match(value string) Reason {
	if p.anyOrigin {
		return ReasonAnyOrigin
	}
	if p.reflect {
		if _, ok := origin.Parse(value); ok || origin.IsOpaque(value) {
			return ReasonAnyOrigin
		}
		return ReasonMalformed
	}
	switch p.origins.Match(value) {
	case origin.MatchedExact:
		return ReasonOrigin
	case origin.MatchedPattern:
		return ReasonPattern
	case origin.MatchedRegexp:
		return ReasonRegexp
	}
	return ReasonNotAllowed
}

// decideByFunc calls AllowOriginFunc.
func (p *policy) decideByFunc(r *Request, kind Kind) Decision {
	if _, ok := origin.Parse(r.Origin); !ok && !(p.opaque && origin.IsOpaque(r.Origin)) {
		return Decision{p.response(r, kind, ReasonNotAllowed), r.Origin, kind, ReasonNotAllowed}
	}
	own := r.detached()
	allowed, err := p.allowFunc(own.context(), own)
	reason := ReasonFuncDenied
	switch {
	case err != nil:
		reason = ReasonFuncError
	case allowed:
		reason = ReasonFunc
	}
	a := *p.response(r, kind, reason)
	a.err = err
	for _, name := range own.reads {
		if !containsToken([]string{a.vary}, name) {
			a.vary += ", " + name
		}
	}
	return Decision{&a, r.Origin, kind, reason}
}
