package cors

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/origin"
)

// A policy is a compiled Config: everything that does not depend on the request
// is worked out.
type policy struct {
	index int

	anyOrigin bool        // "*" without credentials: every response is the same
	reflect   bool        // "*" with credentials, a risk that was accepted
	origins   *origin.Set // neither of the two
	atRisk    *origin.Set // those of origins whose risks are accepted
	allowFunc func(context.Context, *Request) (bool, error)
	opaque    bool // allowFunc also decides about opaque origins

	shared      []field // headers of all responses to allowed requests
	expose      string
	methods     string
	headers     string // empty: the safelisted ones
	maxAge      string
	echoMethods bool // "*" with credentials, which cannot be told whole
	echoHeaders bool
	// Preflights that ask for it are told that pages may reach private networks.
	privateNetwork bool
	status         int // of responses to allowed preflights
	pass           bool

	allowed, denied     [3]response // by the kind of the request
	noOrigin            Decision
	reject              bool
	rejected, tolerated response // actual requests that are denied, if reject is set
}

func (c *compiler) compile() *policy {
	cfg := c.cfg
	p := &policy{
		index:          c.index,
		echoMethods:    cfg.AllowCredentials && slices.Contains(cfg.AllowMethods, wildcard),
		echoHeaders:    cfg.AllowCredentials && slices.Contains(cfg.AllowHeaders, wildcard),
		privateNetwork: cfg.AllowPrivateNetwork,
		allowFunc:      cfg.AllowOriginFunc,
		pass:           cfg.PassPreflight,
		reject:         cfg.RejectDisallowed,
	}
	c.accepted = make(map[Risk]bool)
	for _, r := range cfg.AcceptRisks {
		c.accepted[r] = false
	}
	c.origins(p)
	p.shared = c.shared(p)
	p.methods = c.methods()
	p.headers = c.headers()
	p.expose = c.expose()
	p.maxAge = c.maxAge()
	p.status = cmp.Or(c.status(), http.StatusNoContent)
	c.acceptedRisks()
	p.prepare()
	return p
}

// shared returns the headers of all responses to allowed requests.
func (c *compiler) shared(p *policy) []field {
	fields := []field{{name: headerAllowOrigin}}
	if p.anyOrigin {
		fields[0].value = wildcard
	}
	if c.cfg.AllowCredentials {
		fields = append(fields, field{headerAllowCredentials, "true"})
	}
	return slices.Clip(fields)
}

// prepare makes the responses. What they depend on is named in Vary (Fetch, "CORS
// protocol and HTTP caches").
func (p *policy) prepare() {
	var names []string
	if !p.anyOrigin {
		names = append(names, headerOrigin)
	}
	vary := strings.Join(names, ", ")
	if p.echoMethods || p.allowFunc != nil {
		names = append(names, headerRequestMethod)
	}
	if p.echoHeaders || p.allowFunc != nil {
		names = append(names, headerRequestHeaders)
	}
	if p.privateNetwork || p.allowFunc != nil {
		names = append(names, headerRequestPrivateNetwork)
	}
	// A denied request is stopped or not by what the browser says of it.
	p.tolerated = response{policy: p, vary: strings.Join([]string{headerOrigin, headerSecFetchSite, headerSecFetchMode, headerSecFetchDest}, ", ")}
	p.rejected = p.tolerated
	p.rejected.status = http.StatusForbidden
	for kind := range p.allowed {
		p.allowed[kind] = response{policy: p, vary: vary, fields: appendField(p.shared, headerExposeHeaders, p.expose)}
		p.denied[kind] = response{policy: p, vary: vary}
	}
	p.noOrigin = Decision{&p.denied[NotCORS], "", NotCORS, ReasonNoOrigin}
	if p.anyOrigin {
		p.noOrigin.response = &p.allowed[NotCORS]
	}
	allowed, denied := &p.allowed[Preflight], &p.denied[Preflight]
	allowed.vary = strings.Join(names, ", ")
	denied.vary = allowed.vary
	allowed.fields = p.preflightFields(nil, p.methods, p.headers, false)
	if !p.pass {
		allowed.status, denied.status = p.status, http.StatusForbidden
	}
}
