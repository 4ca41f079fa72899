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
	current atomic.Pointer[configuration]
	mu      sync.Mutex // held while current is replaced
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
// nothing, unless AllowOriginFunc is asked, a requested list of headers has to
// be written anew, or a path has escaped slashes or is matched by expressions.
func (e *Engine) Decide(r *Request) Decision {
	d := Decision{policy: e.govern(r), origin: r.Origin, reason: ReasonNotGoverned}
	isCORS := r.isCORS()
	if isCORS {
		d.kind = Actual
		if r.isPreflight() {
			d.kind = Preflight
		}
	}
	p := d.policy
	switch {
	case p == nil:
		return d
	case p.anyOrigin:
		d.reason = ReasonAnyOrigin
	case !isCORS:
		d.reason = ReasonNoOrigin
	default:
		d.judge(r)
	}
	if d.kind == Preflight {
		d.describe(r)
	}
	return d
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

// judge decides about the origin, where not all are allowed alike.
func (d *Decision) judge(r *Request) {
	p := d.policy
	if p.reflect {
		d.reason = ReasonMalformed
		if _, ok := origin.Parse(d.origin); ok || d.origin == origin.Null {
			d.reason = ReasonAnyOrigin
		}
		return
	}
	switch p.origins.Match(d.origin) {
	case origin.MatchedExact:
		d.reason = ReasonOrigin
	case origin.MatchedPattern:
		d.reason = ReasonPattern
	case origin.MatchedExpression:
		d.reason = ReasonExpression
	default:
		d.reason = ReasonNotAllowed
		if p.ask != nil {
			d.ask(r)
		}
	}
}

// ask asks AllowOriginFunc.
func (d *Decision) ask(r *Request) {
	if _, ok := origin.Parse(d.origin); !ok {
		return
	}
	question := r.detached()
	allowed, err := d.policy.ask(question.context(), question)
	d.asked = &asked{vary: strings.Join(append([]string{d.Vary()}, question.reads...), ", "), err: err}
	switch {
	case err != nil:
		d.reason = ReasonFuncError
	case allowed:
		d.reason = ReasonFunc
	default:
		d.reason = ReasonFuncDenied
	}
}

// describe fills in what the answer to a preflight says of methods and
// headers. That is all that the policy allows, whatever the preflight asks
// for: it costs the same for every list, in whatever order, case and spacing
// an intermediary leaves it; one preflight fills the browser's cache for all
// methods and headers; and the browser's console names what is really missing.
func (d *Decision) describe(r *Request) {
	p := d.policy
	d.methods, d.headers = p.methods, p.headers
	if p.echoMethods {
		d.methods, _ = requestedMethod(r.AccessControlRequestMethod)
	}
	if p.echoHeaders {
		d.headers, _ = requestedHeaders(r.requestHeaders())
	}
	d.privateNetwork = p.privateNetwork && r.requestPrivateNetwork() == "true"
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
		d.Apply(w.Header())
		if status, ok := d.Answer(); ok {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}
