package cors

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corskit/cors/core/internal/message"
	"github.com/corskit/cors/core/internal/origin"
	"github.com/corskit/cors/core/internal/paths"
)

// maxMaxAge is the longest time that any browser caches a preflight response, in
// seconds.
const maxMaxAge = 24 * 60 * 60

// A compiler turns one Config into a policy and collects its problems.
type compiler struct {
	cfg      *Config
	index    int
	accepted map[Risk]bool // of AcceptRisks: whether the Config takes it
	problems []*ConfigError
}

// A place is a field of a Config, or an entry of a field that is a list.
type place struct {
	field string
	entry int // -1: the whole field
	value string
}

func whole(field, value string) place { return place{field, -1, value} }

// report reports a problem. In the format, names of fields have an @ before them.
func (c *compiler) report(at place, code Code, format string, args ...any) {
	p := &ConfigError{Index: c.index, Field: at.field, Entry: at.entry, Value: at.value, Code: code}
	p.say(message.New(format, args...))
	c.problems = append(c.problems, p)
}

// risk reports a risk unless it is accepted.
func (c *compiler) risk(r Risk, at place, format string, args ...any) {
	if !c.accepts(r, at.value) {
		c.report(at, Code("risk-"+r), format, args...)
		c.problems[len(c.problems)-1].Risk = r.For(at.value)
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

// scopes returns the scopes of the Config's paths.
func (c *compiler) scopes() []paths.Scope {
	var scopes []paths.Scope
	for i, s := range c.cfg.Paths {
		scope, err := paths.ParsePattern(c.index, i, s)
		if err != nil {
			c.report(place{"Paths", i, s}, CodePath, "%v", err)
			continue
		}
		scopes = append(scopes, scope)
	}
	for i, s := range c.cfg.PathRegexps {
		scope, err := paths.ParseRegexp(c.index, i, s)
		if err != nil {
			c.report(place{"PathRegexps", i, s}, CodePathRegexp, "%v", err)
			continue
		}
		scopes = append(scopes, scope)
	}
	return scopes
}

func (c *compiler) origins(p *policy) {
	cfg := c.cfg
	if len(cfg.AllowOrigins) == 0 && len(cfg.AllowOriginRegexps) == 0 && cfg.AllowOriginFunc == nil {
		c.report(whole("AllowOrigins", ""), CodeOriginMissing, `is empty, and so are @AllowOriginRegexps and @AllowOriginFunc; list the sites that may read responses, such as "https://app.example.com", or @* for public data`)
		return
	}
	star := slices.Index(cfg.AllowOrigins, wildcard)
	anyOrigin, all := star >= 0, place{"AllowOrigins", star, wildcard}
	if anyOrigin && cfg.AllowOriginFunc != nil {
		c.report(all, CodeUnusedFunc, `allows every origin, so @AllowOriginFunc is never called; remove one of them`)
	}
	if anyOrigin && (len(cfg.AllowOrigins) > 1 || len(cfg.AllowOriginRegexps) > 0) {
		c.report(all, CodeBesideWildcard, `allows every origin, so the other entries allow nothing more; remove them, or remove "*" to allow only those`)
	}
	if anyOrigin && cfg.RejectDisallowed {
		c.report(whole("RejectDisallowed", "true"), CodeUnusedReject, `rejects nothing, since "*" in @AllowOrigins denies no origin; list the origins, or leave @RejectDisallowed out`)
	}
	if anyOrigin && cfg.AllowCredentials {
		c.risk(RiskAnyOriginWithCredentials, all, "with @AllowCredentials lets any site read what the user who visits it can read; list the sites that you trust, or leave @AllowCredentials out")
	}
	if asks := RiskNullWithCredentials.For("AllowOriginFunc"); cfg.AllowOriginFunc != nil && slices.Contains(cfg.AcceptRisks, asks) {
		p.opaque, c.accepted[asks] = true, true
	}
	var patterns, patternsAtRisk []origin.Pattern
	for i, s := range cfg.AllowOrigins {
		if s == wildcard {
			continue
		}
		at := place{"AllowOrigins", i, s}
		pattern, err := origin.ParsePattern(s)
		if err != nil {
			c.reportOrigin(at, err)
			continue
		}
		patterns = append(patterns, pattern)
		if c.patternRisks(at, pattern) {
			patternsAtRisk = append(patternsAtRisk, pattern)
		}
	}
	var regexps, regexpsAtRisk []*origin.Regexp
	for i, s := range cfg.AllowOriginRegexps {
		at := place{"AllowOriginRegexps", i, s}
		re, err := origin.ParseRegexp(s)
		if err != nil {
			c.reportOrigin(at, err)
			continue
		}
		regexps = append(regexps, re)
		if c.regexpRisks(at, re) {
			regexpsAtRisk = append(regexpsAtRisk, re)
		}
	}
	p.anyOrigin = anyOrigin && !cfg.AllowCredentials
	p.reflect = anyOrigin && cfg.AllowCredentials
	p.origins = origin.NewSet(patterns, regexps)
	p.atRisk = origin.NewSet(patternsAtRisk, regexpsAtRisk)
}

func (c *compiler) reportOrigin(at place, err error) {
	problem := err.(*origin.Error)
	c.report(at, Code(problem.Code), "%v", problem.Message)
}

// trusting returns the field that makes it a risk to allow origins that anybody can
// send, and what they can then do.
func (c *compiler) trusting() (field message.Message, harm string, risky bool) {
	switch {
	case c.cfg.AllowCredentials:
		return message.New("@AllowCredentials"), "read as the user", true
	case c.cfg.RejectDisallowed:
		return message.New("@RejectDisallowed"), "send requests as the user", true
	}
	return field, "", false
}

// patternRisks reports the risks of a pattern, and whether one is accepted that
// makes its origins anybody's.
func (c *compiler) patternRisks(at place, p origin.Pattern) (accepted bool) {
	if suffix, covers := p.CoversPublicSuffix(); covers {
		c.risk(RiskPublicSuffix, at, "%v", p.SuffixProblem(suffix))
	}
	field, harm, risky := c.trusting()
	switch {
	case p.IsAnybodys() && p.String() != origin.Null && risky:
		c.risk(RiskNullWithCredentials, at, "with %v lets any page in an app's embedded browser %s; serve your app's pages from an origin of their own", field, harm)
	case p.IsAnybodys() && risky:
		c.risk(RiskNullWithCredentials, at, "with %v lets any site %s, since any site can send it from a sandboxed frame; list the origin that you mean", field, harm)
	case p.IsInsecure() && risky:
		c.risk(RiskInsecureOriginWithCredentials, at, "with %v lets anyone who controls the user's network %s, since nothing protects plain http; write it with https", field, harm)
	}
	return p.IsAnybodys() && c.accepts(RiskNullWithCredentials, at.value) || p.IsInsecure() && c.accepts(RiskInsecureOriginWithCredentials, at.value)
}

func (c *compiler) regexpRisks(at place, re *origin.Regexp) (accepted bool) {
	if _, unconfined := re.Unconfined(); unconfined {
		c.risk(RiskUnconfinedRegexp, at, "%v", re.UnconfinedProblem())
	}
	example, insecure := re.Insecure()
	if field, harm, risky := c.trusting(); insecure && risky {
		c.risk(RiskInsecureOriginWithCredentials, at, "matches %q, and with %v lets anyone who controls the user's network %s, since nothing protects plain http; allow https only", example, field, harm)
	}
	return insecure && c.accepts(RiskInsecureOriginWithCredentials, at.value)
}

// methods returns the methods to allow.
func (c *compiler) methods() string {
	if c.cfg.AllowMethods == nil {
		return strings.Join(DefaultMethods(), ",")
	}
	if len(c.cfg.AllowMethods) == 0 {
		// Without a list, a request whose upload is watched may have any method
		// (Fetch, "CORS-preflight fetch", step 7.6).
		return "GET,HEAD,POST"
	}
	words := nameWords{CodeMethod, "methods", "a method", "PUT"}
	return c.names("AllowMethods", c.cfg.AllowMethods, words, identity, func(at place) {
		upper := strings.ToUpper(at.value)
		switch {
		case upper == "ALL" || upper == "ANY":
			c.report(at, CodeWildcardName, `allows a method of that name, which no script sends; write "*" for all methods`)
		case isPartWildcard(at.value):
			c.report(at, CodeWildcardName, `allows a method of that name, since "*" is a wildcard only by itself; write the methods one by one, or "*" for all`)
		case isForbiddenMethod(at.value):
			c.report(at, CodeMethodForbidden, "is a method that browsers never let scripts use; remove it")
		case at.value != upper && slices.Contains(standardMethods, upper):
			c.report(at, CodeMethodCase, "isn't in upper case, and methods are case-sensitive; write %q", upper)
		}
	})
}

// headers returns the headers to allow; if empty, the safelisted ones.
func (c *compiler) headers() string {
	if c.cfg.AllowHeaders == nil {
		return strings.Join(DefaultHeaders(), ",")
	}
	words := nameWords{CodeHeader, "headers", "a header name", "Content-Type"}
	list := c.names("AllowHeaders", c.cfg.AllowHeaders, words, strings.ToLower, func(at place) {
		switch {
		case isPartWildcard(at.value):
			c.report(at, CodeWildcardName, `allows a header of that name, since "*" is a wildcard only by itself; write the names one by one, or "*" and "Authorization" for all`)
		case IsResponseHeader(at.value) && !isForbiddenRequestHeader(at.value):
			c.report(at, CodeHeaderDirection, "is a response header, which the policy sets; remove it")
		case isForbiddenResponseHeader(at.value):
			c.report(at, CodeHeaderDirection, "is a response header, and @AllowHeaders lists request headers; remove it")
		case isResponseHeader(at.value):
			c.report(at, CodeHeaderDirection, "is a response header, and @AllowHeaders lists request headers; remove it, or move it to @ExposeHeaders if scripts are to read it")
		case isForbiddenRequestHeader(at.value):
			c.report(at, CodeHeaderForbidden, "is a header that browsers set themselves and never let scripts set; remove it")
		}
	})
	if list == wildcard && slices.ContainsFunc(c.cfg.AllowHeaders, isAuthorization) {
		return wildcard + ",Authorization" // which "*" doesn't cover
	}
	return list
}

func (c *compiler) expose() string {
	words := nameWords{CodeHeader, "headers", "a header name", "X-Total-Count"}
	return c.names("ExposeHeaders", c.cfg.ExposeHeaders, words, strings.ToLower, func(at place) {
		switch {
		case isPartWildcard(at.value):
			c.report(at, CodeWildcardName, `exposes a header of that name, since "*" is a wildcard only by itself; write the names one by one, or "*" for all`)
		case isForbiddenResponseHeader(at.value):
			c.report(at, CodeHeaderForbidden, "is a header that browsers never let scripts read; remove it")
		case IsResponseHeader(at.value) && !isRequestHeader(at.value):
			c.report(at, CodeHeaderForbidden, "is a header for browsers, which the policy sets and scripts don't need; remove it")
		case isRequestHeader(at.value):
			c.report(at, CodeHeaderDirection, "is a request header, and @ExposeHeaders lists response headers; remove it, or move it to @AllowHeaders if scripts are to set it")
		case at.value == wildcard && c.cfg.AllowCredentials:
			c.report(at, CodeExposeWildcard, `means a header called "*" if credentials are allowed; list the headers by name`)
		}
	})
}

// nameWords are the words for what isn't a name in a field.
type nameWords struct {
	code                  Code
	several, one, example string
}

// names checks the names in a field and returns them as a response header lists them,
// or "*" if that is among them. check is called for tokens. Names with one key are the
// same.
func (c *compiler) names(field string, names []string, words nameWords, key func(string) string, check func(place)) string {
	before := len(c.problems)
	for i, name := range names {
		switch at := (place{field, i, name}); {
		case name == "":
			c.report(at, words.code, "is empty; remove the entry")
		case isSeveralNames(name):
			c.report(at, words.code, "is several %s in one string; write an entry for each, such as %q", words.several, words.example)
		case !isToken(name):
			c.report(at, words.code, "isn't %s; write one such as %q in each entry", words.one, words.example)
		default:
			check(at)
		}
	}
	star := slices.Index(names, wildcard)
	if star < 0 {
		return list(names, key)
	}
	// In AllowHeaders, "*" doesn't cover Authorization.
	isCovered := func(name string) bool {
		return name != wildcard && !(field == "AllowHeaders" && isAuthorization(name))
	}
	if i := slices.IndexFunc(names, isCovered); len(c.problems) == before && i >= 0 {
		c.report(place{field, star, wildcard}, CodeBesideWildcard, `allows every name, so %q and the like allow nothing more; remove them, or remove "*" to allow only those`, names[i])
	}
	return wildcard
}

// isSeveralNames reports whether a text has separators with names around them.
func isSeveralNames(text string) bool {
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(part string) bool { return !isToken(part) })
}

func identity(name string) string { return name }

// isPartWildcard reports whether a name has a "*" as a part, which the standard
// allows in names and nobody means.
func isPartWildcard(name string) bool { return name != wildcard && strings.Contains(name, wildcard) }

func isAuthorization(name string) bool { return strings.EqualFold(name, "Authorization") }

func (c *compiler) maxAge() string {
	switch age := c.cfg.MaxAge; {
	case age >= int(time.Second): // 31 years
		c.report(whole("MaxAge", strconv.Itoa(age)), CodeMaxAge, "is in nanoseconds, as a time.Duration is, and @MaxAge is in seconds; write %d", min(age/int(time.Second), maxMaxAge))
	case age > maxMaxAge:
		c.report(whole("MaxAge", strconv.Itoa(age)), CodeMaxAge, "is more than 24 hours, the longest that any browser caches a preflight response; write %d seconds or less", maxMaxAge)
	case age < 0:
		return "0"
	default:
		return strconv.Itoa(cmp.Or(age, DefaultMaxAge))
	}
	return ""
}

func (c *compiler) status() int {
	status := c.cfg.PreflightStatus
	if status != 0 && (status < 200 || status > 299) {
		c.report(whole("PreflightStatus", strconv.Itoa(status)), CodeStatus, "isn't an ok status, so browsers refuse the request; write one from 200 to 299, or leave it out for 204")
	}
	return status
}

func (c *compiler) acceptedRisks() {
	// What is wrong with an origin can hide its risk.
	hidden := slices.ContainsFunc(c.problems, func(p *ConfigError) bool {
		return (p.Field == "AllowOrigins" || p.Field == "AllowOriginRegexps") && p.Risk == ""
	})
	known := message.List{string(RiskAnyOriginWithCredentials), string(RiskNullWithCredentials), string(RiskInsecureOriginWithCredentials), string(RiskPublicSuffix), string(RiskUnconfinedRegexp)}
	for i, r := range c.cfg.AcceptRisks {
		at := place{"AcceptRisks", i, string(r)}
		name, _, _ := strings.Cut(string(r), "=")
		switch {
		case !slices.Contains(known, name):
			c.report(at, CodeUnknownRisk, "isn't a risk; write one of %v, or one of them with \"=\" and the entry that takes it", known)
		case !c.accepted[r] && !hidden:
			c.report(at, CodeUnusedRisk, "is a risk that nothing in this Config takes; remove it, so that it can't hide a later mistake")
		}
	}
}
