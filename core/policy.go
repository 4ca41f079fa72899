package cors

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corskit/cors/core/origin"
)

// A policy is a compiled Config: everything that does not depend on the request
// is worked out.
type policy struct {
	index int

	anyOrigin bool        // "*" without credentials: every answer is the same
	reflect   bool        // "*" with credentials, a risk that was accepted
	origins   *origin.Set // neither of the two
	atRisk    *origin.Set // those of origins whose risks are accepted
	ask       func(context.Context, *Request) (bool, error)

	shared      []field // what allowed requests of all kinds are answered with
	expose      string
	methods     string // empty: the safelisted ones
	headers     string // empty: the safelisted ones
	maxAge      string
	echoMethods bool // "*" with credentials, which cannot be told whole
	echoHeaders bool
	// Answers to preflights that ask for it say that pages may reach private
	// networks.
	privateNetwork bool
	status         int // of answers to preflights that are allowed
	pass           bool

	allowed, denied [3]answer // by the kind of the request
	noOrigin        Decision
	reject          bool
	stopped, spared answer // actual requests that are denied, if reject is set
}

const (
	maxMaxAge    = 24 * 60 * 60 // the longest that any browser keeps an answer
	statusDenied = http.StatusForbidden
)

// A compiler turns one Config into a policy and collects its problems.
type compiler struct {
	cfg      *Config
	index    int
	accepted map[Risk]bool // of AcceptRisks: whether the Config takes it
	problems []*ConfigError
}

func (c *compiler) report(field, value string, code Code, format string, args ...any) {
	c.problems = append(c.problems, &ConfigError{
		Index: c.index, Field: field, Value: value, Code: code, Message: fmt.Sprintf(format, args...),
	})
}

// risk reports a risk unless it is accepted.
func (c *compiler) risk(r Risk, field, value string, format string, args ...any) {
	if !c.accepts(r, value) {
		format += "; if this is meant, add %q to AcceptRisks"
		c.report(field, value, Code("risk-"+r), format, append(args, r.For(value))...)
	}
}

// accepts reports whether a risk is accepted, for the Config or for an entry.
func (c *compiler) accepts(r Risk, entry string) (accepted bool) {
	for _, r := range []Risk{r, r.For(entry)} {
		if _, ok := c.accepted[r]; ok {
			c.accepted[r] = true
			accepted = true
		}
	}
	return accepted
}

func (c *compiler) compile() *policy {
	cfg := c.cfg
	p := &policy{
		index:          c.index,
		echoMethods:    cfg.AllowCredentials && slices.Contains(cfg.AllowMethods, wildcard),
		echoHeaders:    cfg.AllowCredentials && slices.Contains(cfg.AllowHeaders, wildcard),
		privateNetwork: cfg.AllowPrivateNetwork,
		ask:            cfg.AllowOriginFunc,
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
	p.status = c.status()
	c.acceptedRisks()
	p.prepare()
	return p
}

// shared returns the headers that all allowed requests are answered with.
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

// scopes returns the scopes of the Config's paths.
func (c *compiler) scopes() []scope {
	var scopes []scope
	for _, s := range c.cfg.Paths {
		pattern, complaint := parsePathPattern(s)
		if complaint != "" {
			c.report("Paths", s, CodePath, "%s", complaint)
			continue
		}
		scopes = append(scopes, scope{config: c.index, text: s, pattern: &pattern})
	}
	for _, s := range c.cfg.PathRegexps {
		re, err := parsePathRegexp(s)
		if err != nil {
			c.report("PathRegexps", s, CodePathRegexp, "%v: write an RE2 expression such as %q", err, `/api/v\d+/.*`)
			continue
		}
		scopes = append(scopes, scope{config: c.index, text: s, regexp: re})
	}
	return scopes
}

func (c *compiler) origins(p *policy) {
	cfg := c.cfg
	if len(cfg.AllowOrigins) == 0 && len(cfg.AllowOriginRegexps) == 0 && cfg.AllowOriginFunc == nil {
		c.report("AllowOrigins", "", CodeOriginMissing, `is empty, and neither AllowOriginRegexps nor AllowOriginFunc allows an origin: list the sites that may read the answers, such as "https://app.example.com", or "*" for public data`)
		return
	}
	anyOrigin := slices.Contains(cfg.AllowOrigins, wildcard)
	if anyOrigin && cfg.AllowOriginFunc != nil {
		c.report("AllowOrigins", wildcard, CodeOriginMoot, `allows every origin, so that AllowOriginFunc is never asked: remove one of them`)
	}
	if anyOrigin && (len(cfg.AllowOrigins) > 1 || len(cfg.AllowOriginRegexps) > 0) {
		c.report("AllowOrigins", wildcard, CodeMoot, `allows every origin, and the other entries allow nothing more: remove them, or remove "*" to allow those alone`)
	}
	if anyOrigin && cfg.RejectDisallowed {
		c.report("RejectDisallowed", "true", CodeRejectMoot, `stops nothing, since AllowOrigins has "*" and no origin is denied: list the origins, or leave it out`)
	}
	if anyOrigin && cfg.AllowCredentials {
		c.risk(RiskAnyOriginWithCredentials, "AllowOrigins", wildcard, "with AllowCredentials lets any site read, as the user who visits it, whatever that user can read: list the trusted sites, or leave AllowCredentials off")
	}
	var patterns, patternsAtRisk []origin.Pattern
	for _, s := range cfg.AllowOrigins {
		if s == wildcard {
			continue
		}
		pattern, err := origin.ParsePattern(s)
		if err != nil {
			c.reportOrigin("AllowOrigins", s, err)
			continue
		}
		patterns = append(patterns, pattern)
		if c.patternRisks(pattern) {
			patternsAtRisk = append(patternsAtRisk, pattern)
		}
	}
	var expressions, expressionsAtRisk []*origin.Expression
	for _, s := range cfg.AllowOriginRegexps {
		expression, err := origin.ParseExpression(s)
		if err != nil {
			c.reportOrigin("AllowOriginRegexps", s, err)
			continue
		}
		expressions = append(expressions, expression)
		if c.expressionRisks(expression) {
			expressionsAtRisk = append(expressionsAtRisk, expression)
		}
	}
	p.anyOrigin = anyOrigin && !cfg.AllowCredentials
	p.reflect = anyOrigin && cfg.AllowCredentials
	p.origins = origin.NewSet(patterns, expressions)
	p.atRisk = origin.NewSet(patternsAtRisk, expressionsAtRisk)
}

func (c *compiler) reportOrigin(field, value string, err error) {
	problem := err.(*origin.Error)
	c.report(field, value, problem.Code, "%s", problem.Message)
}

// takes returns what a Config does that makes it a risk to allow origins that are
// anybody's.
func (c *compiler) takes() (field string, risky bool) {
	switch {
	case c.cfg.AllowCredentials:
		return "AllowCredentials", true
	case c.cfg.RejectDisallowed:
		return "RejectDisallowed", true
	}
	return "", false
}

// patternRisks reports the risks of a pattern, and whether one is accepted that
// makes its origins anybody's.
func (c *compiler) patternRisks(p origin.Pattern) (accepted bool) {
	if suffix, covers := p.CoversPublicSuffix(); covers {
		c.risk(RiskPublicSuffix, "AllowOrigins", p.String(), "anyone can register a name under %q, and so an origin that this allows: write the label that is yours before it", suffix)
	}
	field, risky := c.takes()
	switch {
	case p.IsNull() && risky:
		c.risk(RiskNullWithCredentials, "AllowOrigins", p.String(), "with %s lets any site %s, since any site can send it by means of a sandboxed frame: list the origin that is meant", field, harm[field])
	case p.IsInsecure() && risky:
		c.risk(RiskInsecureOriginWithCredentials, "AllowOrigins", p.String(), "with %s lets anyone who controls the user's network %s, since nothing protects plain http: write it with https", field, harm[field])
	}
	return p.IsNull() && c.accepts(RiskNullWithCredentials, p.String()) || p.IsInsecure() && c.accepts(RiskInsecureOriginWithCredentials, p.String())
}

// harm says what strangers can do if the origins that a field trusts are
// anybody's.
var harm = map[string]string{
	"AllowCredentials": "read as the user",
	"RejectDisallowed": "send requests as the user",
}

func (c *compiler) expressionRisks(e *origin.Expression) (accepted bool) {
	if hostile, unconfined := e.Unconfined(); unconfined {
		c.risk(RiskUnconfinedExpression, "AllowOriginRegexps", e.String(), "matches %q, too, which can be anybody's: spell the registrable domain out, with the dot before it and every dot escaped, as in %q", hostile, `https://([a-z0-9-]+\.)*example\.com`)
	}
	example, insecure := e.Insecure()
	if field, risky := c.takes(); insecure && risky {
		c.risk(RiskInsecureOriginWithCredentials, "AllowOriginRegexps", e.String(), "matches %q, and with %s lets anyone who controls the user's network %s, since nothing protects plain http: allow https only", example, field, harm[field])
	}
	return insecure && c.accepts(RiskInsecureOriginWithCredentials, e.String())
}

// methods returns the methods to allow; if empty, the safelisted ones.
func (c *compiler) methods() string {
	for _, name := range c.cfg.AllowMethods {
		upper := strings.ToUpper(name)
		switch {
		case !isToken(name):
			c.report("AllowMethods", name, CodeMethod, `is not a method: write one such as "PUT" for each entry`)
		case upper == "ALL" || upper == "ANY":
			c.report("AllowMethods", name, CodeWildcardName, `would allow a method of that name, which no script sends: write "*" for all methods`)
		case isPartWildcard(name):
			c.report("AllowMethods", name, CodeWildcardName, `would allow a method of that name, since "*" is a wildcard only by itself: write the methods one by one, or "*" for all`)
		case isForbiddenMethod(name):
			c.report("AllowMethods", name, CodeMethodBanned, "is a method that browsers never let scripts use: remove it")
		case name != upper && slices.Contains(standardMethods, upper):
			c.report("AllowMethods", name, CodeMethodCase, "methods are case-sensitive: write %q", upper)
		}
	}
	if slices.Contains(c.cfg.AllowMethods, wildcard) {
		c.besideWildcard("AllowMethods", c.cfg.AllowMethods, func(string) bool { return false })
		return wildcard
	}
	return list(c.cfg.AllowMethods, func(name string) string { return name })
}

// headers returns the headers to allow; if empty, the safelisted ones.
func (c *compiler) headers() string {
	for _, name := range c.cfg.AllowHeaders {
		switch {
		case !isToken(name):
			c.report("AllowHeaders", name, CodeHeader, `is not a header name: write one such as "Content-Type" for each entry`)
		case isPartWildcard(name):
			c.report("AllowHeaders", name, CodeWildcardName, `would allow a header of that name, since "*" is a wildcard only by itself: write the names one by one, or "*" for all`)
		case isResponseHeader(name):
			c.report("AllowHeaders", name, CodeHeaderSide, "is a response header, and AllowHeaders lists request headers: remove it; if scripts are to read it, put it into ExposeHeaders")
		case isForbiddenRequestHeader(name):
			c.report("AllowHeaders", name, CodeHeaderBanned, "is a header that browsers set themselves and never let scripts set: remove it")
		}
	}
	all := slices.Contains(c.cfg.AllowHeaders, wildcard)
	if all {
		c.besideWildcard("AllowHeaders", c.cfg.AllowHeaders, isAuthorization)
	}
	switch {
	case all && slices.ContainsFunc(c.cfg.AllowHeaders, isAuthorization):
		return wildcard + ",Authorization"
	case all:
		return wildcard
	}
	return list(c.cfg.AllowHeaders, strings.ToLower)
}

// besideWildcard reports entries beside "*", unless isUncovered says that it does
// not cover them.
func (c *compiler) besideWildcard(field string, names []string, isUncovered func(string) bool) {
	wrong := slices.ContainsFunc(c.problems, func(p *ConfigError) bool { return p.Field == field })
	if !wrong && slices.ContainsFunc(names, func(name string) bool { return name != wildcard && !isUncovered(name) }) {
		c.report(field, wildcard, CodeMoot, `allows every name, and the other entries allow nothing more: remove them, or remove "*" to allow those alone`)
	}
}

// isPartWildcard reports whether a name has a "*" as a part, which the standard
// allows in names and nobody means.
func isPartWildcard(name string) bool { return name != wildcard && strings.Contains(name, wildcard) }

func isAuthorization(name string) bool { return strings.EqualFold(name, "Authorization") }

func (c *compiler) expose() string {
	for _, name := range c.cfg.ExposeHeaders {
		switch {
		case !isToken(name):
			c.report("ExposeHeaders", name, CodeHeader, `is not a header name: write one such as "X-Total-Count" for each entry`)
		case isPartWildcard(name):
			c.report("ExposeHeaders", name, CodeWildcardName, `would expose a header of that name, since "*" is a wildcard only by itself: write the names one by one, or "*" for all`)
		case isForbiddenResponseHeader(name):
			c.report("ExposeHeaders", name, CodeHeaderBanned, "is a header that browsers never let scripts read: remove it")
		case isRequestHeader(name):
			c.report("ExposeHeaders", name, CodeHeaderSide, "is a request header, and ExposeHeaders lists response headers: remove it; if scripts are to set it, put it into AllowHeaders")
		case name == wildcard && c.cfg.AllowCredentials:
			c.report("ExposeHeaders", name, CodeExposeAll, `means a header called "*" once credentials are allowed: list the headers by name`)
		}
	}
	if slices.Contains(c.cfg.ExposeHeaders, wildcard) {
		c.besideWildcard("ExposeHeaders", c.cfg.ExposeHeaders, func(string) bool { return false })
		return wildcard
	}
	return list(c.cfg.ExposeHeaders, strings.ToLower)
}

func (c *compiler) maxAge() string {
	switch age := c.cfg.MaxAge; {
	case age > maxMaxAge:
		c.report("MaxAge", strconv.Itoa(age), CodeMaxAge, "is more than 24 hours, and no browser keeps an answer longer; it counts seconds: write %d or less", maxMaxAge)
	case age < 0:
		return "0"
	case age > 0:
		return strconv.Itoa(age)
	}
	return ""
}

func (c *compiler) status() int {
	switch status := c.cfg.PreflightStatus; {
	case status == 0:
	case status < 200 || status > 299:
		c.report("PreflightStatus", strconv.Itoa(status), CodeStatus, "is not an ok status, and browsers then refuse the request: write one from 200 to 299, or leave it out for 204")
	default:
		return status
	}
	return http.StatusNoContent
}

func (c *compiler) acceptedRisks() {
	known := []Risk{RiskAnyOriginWithCredentials, RiskNullWithCredentials, RiskInsecureOriginWithCredentials, RiskPublicSuffix, RiskUnconfinedExpression}
	for _, r := range c.cfg.AcceptRisks {
		name, _, _ := strings.Cut(string(r), "=")
		switch {
		case !slices.Contains(known, Risk(name)):
			c.report("AcceptRisks", string(r), CodeUnknownRisk, "isn't a risk: write one of %q, or one of them with \"=\" and the entry that takes it", known)
		case !c.accepted[r]:
			c.report("AcceptRisks", string(r), CodeUnusedRisk, "is a risk that nothing in this Config takes: remove it, so that it cannot hide a later mistake")
		}
	}
}

// prepare makes the answers. What they depend on is named in Vary (Fetch, "CORS
// protocol and HTTP caches").
func (p *policy) prepare() {
	var names []string
	if !p.anyOrigin {
		names = append(names, headerOrigin)
	}
	vary := strings.Join(names, ", ")
	if p.echoMethods || p.ask != nil {
		names = append(names, headerRequestMethod)
	}
	if p.echoHeaders || p.ask != nil {
		names = append(names, headerRequestHeaders)
	}
	if p.privateNetwork || p.ask != nil {
		names = append(names, headerRequestPrivateNetwork)
	}
	// A denied request is stopped or not by what the browser says of it.
	p.spared = answer{policy: p, vary: strings.Join([]string{headerOrigin, headerSecFetchSite, headerSecFetchMode, headerSecFetchDest}, ", ")}
	p.stopped = p.spared
	p.stopped.status = statusDenied
	for kind := range p.allowed {
		p.allowed[kind] = answer{policy: p, vary: vary, fields: appendField(p.shared, headerExposeHeaders, p.expose)}
		p.denied[kind] = answer{policy: p, vary: vary}
	}
	p.noOrigin = p.decide(new(Request), NotCORS)
	allowed, denied := &p.allowed[Preflight], &p.denied[Preflight]
	allowed.vary = strings.Join(names, ", ")
	denied.vary = allowed.vary
	allowed.fields = p.preflightFields(nil, p.methods, p.headers, false)
	if !p.pass {
		allowed.status, denied.status = p.status, statusDenied
	}
}

// preflightFields appends the headers that preflights are answered with.
func (p *policy) preflightFields(fields []field, methods, headers string, privateNetwork bool) []field {
	fields = append(fields, p.shared...)
	fields = appendField(fields, headerAllowMethods, methods)
	fields = appendField(fields, headerAllowHeaders, headers)
	if privateNetwork {
		fields = append(fields, field{headerAllowPrivateNetwork, "true"})
	}
	return appendField(fields, headerMaxAge, p.maxAge)
}

// answer returns the answer to a request.
func (p *policy) answer(r *Request, kind Kind, reason Reason) *answer {
	switch {
	case !reason.allows() && kind == Actual && p.reject:
		if r.isStopped() {
			return &p.stopped
		}
		return &p.spared
	case !reason.allows():
		return &p.denied[kind]
	case kind == Preflight && p.repeats(r):
		return p.repeat(r)
	}
	return &p.allowed[kind]
}

func (p *policy) repeats(r *Request) bool {
	return p.echoMethods || p.echoHeaders || p.privateNetwork && r.requestPrivateNetwork() == "true"
}

// repeat returns the answer to a preflight, where that repeats what the
// preflight asks for. Most answers say all that the policy allows, whatever the
// preflight asks for: that costs the same for every list of headers, in whatever
// order, case and spacing an intermediary leaves it; one preflight fills the
// browser's cache for all methods and headers; and the browser's console names
// what is really missing.
func (p *policy) repeat(r *Request) *answer {
	methods, headers := p.methods, p.headers
	if p.echoMethods {
		methods, _ = requestedMethod(r.AccessControlRequestMethod)
	}
	if p.echoHeaders {
		headers, _ = requestedHeaders(r.requestHeaders())
	}
	repeated := struct { // in one allocation
		answer
		room [6]field
	}{answer: p.allowed[Preflight]}
	repeated.fields = p.preflightFields(repeated.room[:0], methods, headers, p.privateNetwork && r.requestPrivateNetwork() == "true")
	return &repeated.answer
}
