package cors

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/corskit/cors/core/origin"
)

// An Engine decides CORS by one or more Configs: the first whose paths match a
// request governs it. It is safe for concurrent use. The zero Engine governs
// nothing until [Engine.Reload] or [Engine.Attach].
type Engine struct {
	current  atomic.Pointer[configuration]
	mu       sync.Mutex // held while current is replaced
	watchers atomic.Pointer[[]Watcher]
}

// A configuration is what a request sees of an Engine, from its first look to
// its last.
type configuration struct {
	configs  []Config
	policies []*policy
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

// Reload replaces the Configs of e. Requests see the old ones or the new ones
// and never a mixture. If anything is wrong with any of them, it returns every
// problem as [ConfigErrors] and changes nothing.
func (e *Engine) Reload(cfgs ...Config) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.replace(cfgs)
}

// Attach adds a Config for certain paths, in front of those that govern the
// same paths and more: so the narrowest governs, in whatever order they are
// attached. If anything is wrong, it returns every problem as [ConfigErrors]
// and changes nothing.
func (e *Engine) Attach(cfg Config) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var configs []Config
	at := 0
	if c := e.current.Load(); c != nil {
		added := (&compiler{cfg: &cfg}).territory()
		configs, at = c.configs, len(c.configs)
		for i, p := range c.policies {
			if p.territory.coversAny(&added) {
				at = i
				break
			}
		}
	}
	return e.replace(slices.Insert(slices.Clone(configs), at, cfg))
}

// AttachGroup attaches cfg, as Attach does, to a path prefix and every path
// below it. The prefix is a path pattern as in [Config.Paths]; cfg has no paths
// of its own.
func (e *Engine) AttachGroup(prefix string, cfg Config) error {
	return e.attachTo(strings.TrimSuffix(prefix, "/")+"/", cfg)
}

// AttachRoute attaches cfg, as Attach does, to one path, a slash at its end
// included. The path is a path pattern as in [Config.Paths]; cfg has no paths of
// its own.
func (e *Engine) AttachRoute(path string, cfg Config) error {
	if strings.HasSuffix(path, "/") {
		path += "{$}"
	}
	return e.attachTo(path, cfg)
}

func (e *Engine) attachTo(path string, cfg Config) error {
	if len(cfg.Paths) > 0 || len(cfg.PathRegexps) > 0 {
		return ConfigErrors{{Field: "Paths", Value: path, Code: CodePath, Message: "is what the policy is attached to, and it has Paths or PathRegexps of its own: leave them out"}}
	}
	cfg.Paths = []string{path}
	return e.Attach(cfg)
}

func (e *Engine) replace(cfgs []Config) error {
	if len(cfgs) == 0 {
		return ConfigErrors{{Field: "Config", Code: CodeNoConfig, Message: "is missing: give at least one, such as cors.Config{AllowOrigins: []string{\"https://app.example.com\"}}"}}
	}
	next := &configuration{configs: make([]Config, len(cfgs))}
	for i := range cfgs {
		next.configs[i] = cfgs[i].clone()
	}
	policies, err := compile(next.configs)
	if err != nil {
		return err
	}
	next.policies = policies
	e.current.Store(next)
	return nil
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

// Decide says what to answer to a request. It changes nothing. It allocates
// nothing, unless AllowOriginFunc is asked, the answer to a preflight repeats
// what it asks for ("*" with credentials, or a private network), or a path has
// escaped slashes or is matched by expressions.
func (e *Engine) Decide(r *Request) Decision {
	p, kind := e.govern(r), r.kind()
	var reason Reason
	switch {
	case p == nil:
		return Decision{nil, r.Origin, kind, ReasonNotGoverned}
	case p.anyOrigin:
		reason = ReasonAnyOrigin
	case kind == NotCORS:
		reason = ReasonNoOrigin
	default:
		reason = p.match(r.Origin)
	}
	if reason == ReasonNotAllowed && p.ask != nil {
		return p.question(r, kind)
	}
	return Decision{p.answer(r, kind, reason), r.Origin, kind, reason}
}

// govern returns the policy for the path of a request, or nil.
func (e *Engine) govern(r *Request) *policy {
	c := e.current.Load()
	if c == nil {
		return nil
	}
	if first := c.policies[0]; first.territory.all {
		return first // without asking for the path
	}
	path, folding := r.route()
	for _, p := range c.policies {
		if p.territory.contains(path, folding) {
			return p
		}
	}
	return nil
}

// match decides about the value of an Origin header, where not all are allowed
// alike. Whether one that nothing allows is malformed is seen when somebody asks
// for it.
func (p *policy) match(value string) Reason {
	if p.reflect {
		if _, ok := origin.Parse(value); ok || value == origin.Null {
			return ReasonAnyOrigin
		}
		return ReasonMalformed
	}
	switch p.origins.Match(value) {
	case origin.MatchedExact:
		return ReasonOrigin
	case origin.MatchedPattern:
		return ReasonPattern
	case origin.MatchedExpression:
		return ReasonExpression
	}
	return ReasonNotAllowed
}

// question asks AllowOriginFunc.
func (p *policy) question(r *Request, kind Kind) Decision {
	if _, ok := origin.Parse(r.Origin); !ok {
		return Decision{p.answer(r, kind, ReasonNotAllowed), r.Origin, kind, ReasonNotAllowed}
	}
	question := r.detached()
	allowed, err := p.ask(question.context(), question)
	reason := ReasonFuncDenied
	switch {
	case err != nil:
		reason = ReasonFuncError
	case allowed:
		reason = ReasonFunc
	}
	a := *p.answer(r, kind, reason)
	a.err = err
	if len(question.reads) > 0 {
		a.vary += ", " + strings.Join(question.reads, ", ")
	}
	return Decision{&a, r.Origin, kind, reason}
}

// Handler returns the middleware for net/http: it sets headers, answers
// preflights, and leaves everything else to next.
//
// Paths are read as net/http's ServeMux reads them. The headers are set before
// next runs; net/http gives no chance to set them again, so a next that
// replaces Vary or removes headers removes ours.
func (e *Engine) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req Request
		req.ReadHTTP(r, nil)
		d := e.Decide(&req)
		e.Report(&req, d)
		d.Apply(w.Header())
		if status, ok := d.Answer(); ok {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}
