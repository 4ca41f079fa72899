package cors

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/origin"
)

// lists reports whether a policy allows an origin without AllowOriginFunc.
func (p *policy) lists(value string) bool { return p.anyOrigin || p.match(value).allows() }

// explainOrigin finds out what decided about the origin, and what is in the way
// if that is denied.
func (x *explainer) explainOrigin() {
	if x.Kind == NotCORS {
		return
	}
	x.Field, x.Entry = x.decidedBy()
	x.allowed = x.Allowed
	if x.Config < 0 {
		if x.terms < 0 {
			return
		}
		x.allowed = x.policies[x.terms].lists(x.request.Origin)
	}
	if !x.allowed {
		x.block(x.originObstacle())
	}
}

// decidedBy returns the field, and the entry if there is one, that decided about
// the origin.
func (x *explainer) decidedBy() (field, entry string) {
	serialized := x.request.Origin
	switch x.Reason {
	case ReasonAnyOrigin:
		return "AllowOrigins", wildcard
	case ReasonOrigin:
		return "AllowOrigins", strings.Clone(serialized)
	case ReasonPattern:
		for _, s := range first(x.configs[x.Config].AllowOrigins) {
			if strings.Contains(s, "*") && matches(s, serialized) {
				return "AllowOrigins", s
			}
		}
		return "AllowOrigins", ""
	case ReasonExpression:
		for _, s := range first(x.configs[x.Config].AllowOriginRegexps) {
			tree, err := syntax.Parse(s, syntax.Perl)
			if err != nil {
				continue
			}
			if re, err := compileAnchored(tree); err == nil && re.MatchString(serialized) {
				return "AllowOriginRegexps", s
			}
		}
		return "AllowOriginRegexps", ""
	case ReasonFunc, ReasonFuncDenied, ReasonFuncError:
		return "AllowOriginFunc", ""
	case ReasonNotAllowed:
		return "AllowOrigins", ""
	}
	return "", ""
}

// matches reports whether a pattern matches an origin.
func matches(pattern, serialized string) bool {
	p, err := origin.ParsePattern(pattern)
	return err == nil && origin.NewSet([]origin.Pattern{p}, nil).Match(serialized) != origin.NoMatch
}

// originObstacle says why the origin is denied, and what would allow it.
func (x *explainer) originObstacle() obstacle {
	o, ok := origin.Parse(x.request.Origin)
	switch {
	case x.request.Origin == origin.Null:
		return obstacle{Obstacle: Obstacle{
			Field:  "AllowOrigins",
			Why:    `The origin is opaque: browsers send "null" for sandboxed frames, for pages opened from file: and data: URLs, when another origin has redirected the request, and for forms of pages that send no referrer.`,
			Remedy: `It should stay denied: any site can send "null", by means of a sandboxed frame. Serve the page over http or https, give the frame allow-same-origin, or let the script ask the URL that it is redirected to.`,
		}}
	case !ok:
		return obstacle{Obstacle: x.malformed()}
	case x.Reason == ReasonFuncError:
		return obstacle{Obstacle: Obstacle{
			Field:  "AllowOriginFunc",
			Why:    fmt.Sprintf("%s failed, and an error denies: %s.", x.name("AllowOriginFunc"), quote(x.decision.Err().Error())),
			Remedy: "Mend what failed.",
		}}
	case x.Reason == ReasonFuncDenied:
		return obstacle{Obstacle: Obstacle{
			Field:  "AllowOriginFunc",
			Why:    fmt.Sprintf("%s denied %s, and nothing in AllowOrigins or AllowOriginRegexps allows it.", x.name("AllowOriginFunc"), quote(x.request.Origin)),
			Remedy: "If it is to be allowed, let the function return true, or add the origin to AllowOrigins: then the function is not asked.",
		}}
	case x.configs[x.terms].AllowOriginFunc != nil:
		return obstacle{Obstacle: Obstacle{
			Field:  "AllowOriginFunc",
			Why:    fmt.Sprintf("If that governed the path, %s would be asked about %s.", x.name("AllowOriginFunc"), quote(x.request.Origin)),
			Remedy: "Nobody knows what it would answer: mend the path first.",
		}}
	}
	return x.notListed(o)
}

// notListed compares the origin with those that are allowed.
func (x *explainer) notListed(o origin.Origin) obstacle {
	serialized := o.String()
	result := obstacle{Obstacle: Obstacle{Field: "AllowOrigins"}}
	add := Change{Config: x.terms, Field: "AllowOrigins", Add: serialized}
	near, found := origin.Nearest(o, x.configs[x.terms].AllowOrigins, x.policies[x.terms].lists)
	switch {
	case !found:
		result.Why = fmt.Sprintf("Config %d allows no origin like %s.", x.terms, quote(serialized))
		if listed := len(x.configs[x.terms].AllowOrigins); listed > origin.MaxCompared {
			result.Why = fmt.Sprintf("Config %d allows no origin like %s, as far as the first %d of %d entries tell.", x.terms, quote(serialized), origin.MaxCompared, listed)
		}
		result.Remedy = "It should stay denied unless you know whose it is; then add exactly this origin."
		add.Caution = "Be sure that you know whose origin it is."
	case near.Host.LooksAlike():
		x.Near = &near
		result.Why = differs(o, near)
		result.Remedy = fmt.Sprintf("It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered %s. If that is you, add it to AllowOrigins yourself.", quote(origin.RegistrableDomain(o.Host)))
		return result
	case near.Host == origin.RelationTrailingDot:
		x.Near = &near
		result.Why = differs(o, near)
		result.Remedy = "No Config can list such a host: open the page without the dot."
		return result
	default:
		x.Near = &near
		result.Why = differs(o, near)
		result.Remedy = x.advise(o, near)
		if insecure(o) && near.Scheme {
			add.Caution = "Nothing protects plain http: whoever controls the user's network can speak for this origin."
		}
	}
	result.changes = []Change{add}
	return result
}

func insecure(o origin.Origin) bool { return o.Scheme == "http" && !origin.IsLoopback(o.Host) }

// differs says in a sentence in what an origin differs from one that is allowed.
func differs(o origin.Origin, d origin.Difference) string {
	this, that := quote(o.String()), quote(d.Of)
	var rest []string
	if d.Scheme {
		rest = append(rest, "the scheme")
	}
	if d.Port {
		rest = append(rest, "the port")
	}
	also := ""
	if len(rest) > 0 {
		also = ", and differs in " + enumerate(rest)
	}
	switch d.Host {
	case origin.RelationSame:
		return fmt.Sprintf("%s differs from %s, which is allowed, in %s.", this, that, enumerate(rest))
	case origin.RelationTrailingDot:
		return fmt.Sprintf("%s has a dot at the end of its host, which makes that another host to a browser than that of %s, which is allowed%s.", this, that, also)
	case origin.RelationWWW:
		if strings.HasPrefix(o.Host, "www.") {
			return fmt.Sprintf(`%s has "www." before the host of %s, which is allowed%s.`, this, that, also)
		}
		return fmt.Sprintf(`%s lacks the "www." of %s, which is allowed%s.`, this, that, also)
	case origin.RelationLoopback:
		return fmt.Sprintf("%s is not %s, which is allowed: localhost, 127.0.0.1 and [::1] name the same machine, and are three hosts to a browser.", this, that)
	case origin.RelationSubdomain:
		return fmt.Sprintf("%s is a subdomain of %s, which is allowed alone, without its subdomains%s.", this, that, also)
	case origin.RelationParent:
		return fmt.Sprintf(`%s is not covered by %s: "*." stands for one or more labels%s.`, this, that, also)
	case origin.RelationSibling:
		return fmt.Sprintf("%s is another host of the domain %s than %s, which is allowed%s.", this, quote(origin.RegistrableDomain(o.Host)), that, also)
	case origin.RelationBegins:
		return fmt.Sprintf("%s begins like %s, which is allowed, and is another domain.", this, that)
	case origin.RelationEnds:
		return fmt.Sprintf("%s ends like %s, which is allowed, without a dot between, and is another domain.", this, that)
	case origin.RelationDot:
		return fmt.Sprintf("%s has another character where %s, which is allowed, has a dot, and is another domain.", this, that)
	case origin.RelationConfusable:
		return fmt.Sprintf("%s looks like %s, which is allowed, and is written with other characters.", this, that)
	case origin.RelationMisspelt:
		return fmt.Sprintf("%s is one letter away from %s, which is allowed.", this, that)
	}
	return fmt.Sprintf("%s has the name of %s, which is allowed, under another public suffix.", this, that)
}

// advise says what else to consider before an origin is added.
func (x *explainer) advise(o origin.Origin, d origin.Difference) string {
	switch {
	case origin.IsLoopback(o.Host) && d.Host != origin.RelationSubdomain:
		anyPort := o.Scheme + "://" + o.Host + ":*"
		return fmt.Sprintf("During development, %s allows every port.", quote(anyPort))
	case insecure(o) && d.Scheme:
		return "Better serve the page over https, too, and use that origin."
	case d.Host == origin.RelationSubdomain:
		parent, ok := origin.Parse(d.Of)
		if !ok {
			return ""
		}
		all := origin.Origin{Scheme: o.Scheme, Host: "*." + parent.Host, Port: o.Port}
		if p, err := origin.ParsePattern(all.String()); err == nil {
			if _, public := p.CoversPublicSuffix(); !public {
				return fmt.Sprintf("If all subdomains are to be trusted, add %s in place of each.", quote(p.String()))
			}
		}
	}
	return ""
}

// written says how browsers write an origin, where a text is written otherwise.
var written = map[string]string{
	origin.CodeScheme:      "begins with a scheme",
	origin.CodeUserInfo:    "has no user info",
	origin.CodePath:        "has no path, not even a slash at its end",
	origin.CodeQuery:       "has no query",
	origin.CodeFragment:    "has no fragment",
	origin.CodeCase:        "is in lower case",
	origin.CodeIDNA:        "has its host in Punycode",
	origin.CodeIP:          "has IPv6 addresses compressed and in brackets",
	origin.CodePort:        "has a port without zeros before it, or none",
	origin.CodeDefaultPort: "leaves out the default port of its scheme",
	origin.CodeWildcard:    "has no wildcard",
}

// malformed says what is wrong with an Origin that is not one serialized origin.
func (x *explainer) malformed() Obstacle {
	value := x.request.Origin
	if x.request.MalformedOrigin {
		value = x.request.header("Origin")
	}
	o := Obstacle{Field: "Origin", Remedy: "No browser sends that: look at the client, or at a proxy between."}
	members := strings.FieldsFunc(value[:min(len(value), maxCombined)], func(r rune) bool { return r == ',' || r == ' ' })
	instead, code, _ := origin.Correct(value)
	switch {
	case value == "":
		o.Why = "The Origin header is empty, or stands more than once."
	case len(members) > 1 && len(slices.Compact(slices.Clone(members))) == 1:
		o.Why = fmt.Sprintf("The Origin header says the same more than once, as if a proxy had doubled it: %s.", quote(value))
		o.Remedy = "Let the proxy pass Origin on as it is."
	case len(members) > 1:
		o.Why = fmt.Sprintf("The Origin header has several values, and a browser sends one: %s.", quote(value))
	case strings.EqualFold(value, origin.Null):
		o.Why = fmt.Sprintf(`The opaque origin is written "null" and not %s.`, quote(value))
	case written[code] != "":
		o.Why = fmt.Sprintf("%s is not how a browser writes an origin, which %s.", quote(value), written[code])
		state := "which is not allowed, either"
		if x.policies[x.terms].lists(instead) {
			state = "which is allowed"
		}
		o.Remedy = fmt.Sprintf("No browser sends that: look at the client, or at a proxy between. A browser would send %s, %s.", quote(instead), state)
	case strings.Contains(value, "*"):
		o.Why = fmt.Sprintf("%s has a wildcard, and is no origin: patterns stand in a Config, not in a request.", quote(value))
	default:
		o.Why = fmt.Sprintf("%s is not the serialization of an origin, which is a scheme, a host, and a port unless it is the default one.", quote(value))
	}
	return o
}
