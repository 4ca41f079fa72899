package explain

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// maxOrigin is longer than the longest scheme, host and port together.
const maxOrigin = 512

// isOrigin reports whether s is a serialized origin of a page.
func isOrigin(s string) bool {
	if len(s) > maxOrigin {
		return false
	}
	_, err := fetch.NewAgent(s)
	return err == nil
}

// lists reports whether a Config allows an origin, without AllowOriginFunc.
func lists(cfg *cors.Config, s string) bool {
	if slices.Contains(cfg.AllowOrigins, "*") {
		return !cfg.AllowCredentials || isOrigin(s)
	}
	return slices.Contains(cfg.AllowOrigins, s) || matchingPattern(cfg, s) != "" || matchingRegexp(cfg, s) != ""
}

// matchingPattern returns the pattern in AllowOrigins that matches an origin, or "".
func matchingPattern(cfg *cors.Config, s string) string {
	for _, entry := range first(cfg.AllowOrigins) {
		if strings.Contains(entry, "*") && matches(patternRegexp(entry), s) {
			return entry
		}
	}
	return ""
}

// matchingRegexp returns the entry of AllowOriginRegexps that matches an origin, or "".
func matchingRegexp(cfg *cors.Config, s string) string {
	for _, entry := range first(cfg.AllowOriginRegexps) {
		if matches(entry, s) {
			return entry
		}
	}
	return ""
}

// matches reports whether a regular expression matches the whole of s.
func matches(expression, s string) bool {
	re, err := regexp.Compile(`\A(?:` + expression + `)\z`)
	return err == nil && re.MatchString(s)
}

// patternRegexp returns a regular expression that matches the same origins as a pattern.
func patternRegexp(pattern string) string {
	e := regexp.QuoteMeta(pattern)
	e = strings.Replace(e, `://\*\.`, `://(?:[^.:/]+\.)+`, 1)
	if bare, ok := strings.CutSuffix(e, `:\*`); ok {
		e = bare + `(?::\d+)?`
	}
	return strings.Replace(e, `\*`, `[a-z0-9-]+`, 1)
}

// decidedBy returns the field of cfg that decided about the origin, and the entry
// that allows it.
func (x *explainer) decidedBy(cfg *cors.Config) (field, entry string) {
	switch x.Reason {
	case cors.ReasonAnyOrigin:
		return "AllowOrigins", "*"
	case cors.ReasonOrigin:
		return "AllowOrigins", x.request.Origin
	case cors.ReasonPattern:
		return "AllowOrigins", matchingPattern(cfg, x.request.Origin)
	case cors.ReasonRegexp:
		return "AllowOriginRegexps", matchingRegexp(cfg, x.request.Origin)
	case cors.ReasonFunc, cors.ReasonFuncDenied, cors.ReasonFuncError:
		return "AllowOriginFunc", ""
	}
	return "", ""
}

// explainOrigin says why the origin is denied, and what would allow it.
func (x *explainer) explainOrigin() {
	if x.policy < 0 || x.Allowed || x.Config < 0 && lists(&x.configs[x.policy], x.request.Origin) {
		return
	}
	cfg, s := &x.configs[x.policy], x.request.Origin
	function := fmt.Sprintf("AllowOriginFunc of Config %d", x.policy)
	o := Obstacle{Field: "AllowOriginFunc"}
	switch {
	case s == "null":
		o.Field = "AllowOrigins"
		o.Why = `The origin is opaque: browsers send "null" for sandboxed frames, for pages from file: and data: URLs, after a redirect by another origin, and for forms of pages that send no referrer.`
		o.Fix = `Keep it denied: any site can send "null" from a sandboxed frame. Serve the page over http or https, give the frame allow-same-origin, or let the script request the URL redirected to.`
	case !isOrigin(s) || x.Reason == cors.ReasonMalformed:
		o = x.malformed(cfg)
	case x.Reason == cors.ReasonFuncError:
		o.Why = fmt.Sprintf("%s returned an error, so the origin is denied: %s.", function, quote(fmt.Sprint(x.decision.Err())))
		o.Fix = "Fix the error that the function returned."
	case x.Reason == cors.ReasonFuncDenied:
		o.Why = fmt.Sprintf("%s denied %s, and nothing in AllowOrigins or AllowOriginRegexps allows it.", function, quote(s))
		o.Fix = "To allow it, let the function return true, or add the origin to AllowOrigins: then the function isn't called."
	case cfg.AllowOriginFunc != nil:
		o.Why = fmt.Sprintf("If that Config applied, %s would decide about %s.", function, quote(s))
		o.Fix = "Fix the path first. The function is called only if its Config applies."
	default:
		o = x.notListed(cfg)
	}
	x.obstacles = append(x.obstacles, o)
}

// malformed says what is wrong with an Origin that is not a serialized origin.
func (x *explainer) malformed(cfg *cors.Config) Obstacle {
	value := x.request.Origin
	if x.request.MalformedOrigin {
		value = x.header("Origin")
	}
	o := Obstacle{
		Field: "Origin",
		Why:   fmt.Sprintf("%s is not a serialized origin, which is a scheme, a host, and a port unless it is the scheme's default.", quote(value)),
		Fix:   "No browser sends that. Look at the client, or at a proxy in between.",
	}
	switch would, ok := asBrowsersWrite(value); {
	case value == "":
		o.Why = "The Origin header is empty or repeated."
	case strings.ContainsAny(value, ", "):
		o.Why = fmt.Sprintf("The Origin header has several values, and browsers send one: %s.", quote(value))
	case ok && lists(cfg, would):
		o.Fix += fmt.Sprintf(" A browser would send %s, which is allowed.", quote(would))
	case ok:
		o.Fix += fmt.Sprintf(" A browser would send %s, which is not allowed either.", quote(would))
	}
	return o
}

// asBrowsersWrite returns the serialized origin of a URL that is not an origin
// itself, such as a URL with a slash at its end or the default port.
func asBrowsersWrite(s string) (serialized string, ok bool) {
	u, err := url.Parse(s[:min(len(s), maxOrigin)])
	if err != nil {
		return "", false
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return "", false
	}
	o := origin{u.Scheme, host, strings.TrimLeft(u.Port(), "0")}
	if o.port == defaultPorts[o.scheme] {
		o.port = ""
	}
	return o.String(), isOrigin(o.String())
}

// notListed compares the origin with the allowed ones.
func (x *explainer) notListed(cfg *cors.Config) Obstacle {
	o, _ := parseOrigin(x.request.Origin)
	add := &Change{Config: x.policy, Field: "AllowOrigins", Add: o.String()}
	allowed, r := nearest(cfg, o)
	result := Obstacle{Field: "AllowOrigins", Why: describe(o, allowed, r), change: add}
	if r != unrelated {
		x.Nearest = allowed.String()
	}
	switch {
	case r == unrelated:
		result.Why = fmt.Sprintf("Config %d allows no origin like %s.", x.policy, quote(o.String()))
		if n := len(cfg.AllowOrigins); n > maxEntries {
			result.Why = fmt.Sprintf("Config %d does not allow %s. The first %d of its %d entries are not like it.", x.policy, quote(o.String()), maxEntries, n)
		}
		if isLoopback(o.host) {
			result.Fix = fmt.Sprintf("During development, %s allows every port.", quote(o.scheme+"://"+o.host+":*"))
			break
		}
		result.Fix = "Keep it denied unless it is your site. If it is, add it to AllowOrigins yourself."
		result.change = nil
	case r == lookalike:
		result.Fix = fmt.Sprintf("Keep it denied: it belongs to the owner of %s. If that is you, add it to AllowOrigins yourself.", quote(registrableDomain(o.host)))
		result.change = nil
	case isLoopback(o.host):
		result.Fix = fmt.Sprintf("During development, %s allows every port.", quote(o.scheme+"://"+o.host+":*"))
	case o.scheme == "http" && allowed.scheme != "http":
		result.Fix = "Better, serve the page over https as well, and use that origin."
		add.Caution = "Nothing protects plain http: anyone who controls the user's network can speak for this origin."
	case strings.HasSuffix(o.host, "."+allowed.host):
		all := origin{o.scheme, "*." + allowed.host, o.port}.String()
		if refusal(cors.Config{AllowOrigins: []string{all}}) == nil {
			result.Fix = fmt.Sprintf("If you trust all subdomains, add %s instead of each.", quote(all))
		}
	}
	return result
}

// describe says in a sentence how o differs from an allowed origin.
func describe(o, allowed origin, r relation) string {
	this, that := quote(o.String()), quote(allowed.String())
	var parts []string
	if allowed.scheme != o.scheme {
		parts = append(parts, "the scheme")
	}
	if allowed.port != o.port && allowed.port != "*" {
		parts = append(parts, "the port")
	}
	switch r {
	case loopback:
		return fmt.Sprintf("%s is not %s, which is allowed: localhost, 127.0.0.1 and [::1] are the same machine, but different hosts to a browser.", this, that)
	case lookalike:
		return fmt.Sprintf("%s only looks like %s, which is allowed: it is another domain.", this, that)
	case www:
		parts = append([]string{`the "www."`}, parts...)
	case sameDomain:
		parts = append([]string{"the host"}, parts...)
	}
	text := fmt.Sprintf("%s differs from %s, which is allowed, in %s.", this, that, strings.Join(parts, " and "))
	if allowed.host == "*."+o.host {
		text += ` "*." matches one or more labels.`
	}
	return text
}
