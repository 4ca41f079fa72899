package explain

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	cors "github.com/corskit/cors/core"
)

// An origin is a serialized origin or a pattern, split into its parts.
type origin struct{ scheme, host, port string }

func parseOrigin(s string) (o origin, ok bool) {
	o.scheme, o.host, ok = strings.Cut(s, "://")
	if i := strings.LastIndexByte(o.host, ':'); i > strings.LastIndexByte(o.host, ']') {
		o.host, o.port = o.host[:i], o.host[i+1:]
	}
	return o, ok
}

func (o origin) String() string {
	if o.port != "" {
		return o.scheme + "://" + o.host + ":" + o.port
	}
	return o.scheme + "://" + o.host
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// A relation says how a denied origin is related to an allowed one, the closest first.
type relation int

const (
	sameHost   relation = iota
	loopback            // both are this machine
	www                 // one has "www." before the other
	sameDomain          // both have the same registrable domain
	lookalike           // anyone can own it
	unrelated
)

// nearest returns the allowed origin or pattern that o is closest to, among the
// first maxEntries.
func nearest(cfg *cors.Config, o origin) (closest origin, r relation) {
	const most = int(unrelated) * 4
	shortest := most
	for _, entry := range slices.Concat(listedVariations(cfg, o), first(cfg.AllowOrigins)) {
		allowed, ok := parseOrigin(entry)
		if !ok {
			continue
		}
		related := relate(o, allowed)
		distance := int(related) * 4
		if allowed.scheme != o.scheme {
			distance += 2
		}
		if allowed.port != o.port && allowed.port != "*" {
			distance++
		}
		if distance < shortest {
			closest, r, shortest = allowed, related, distance
		}
	}
	if shortest == most {
		return origin{}, unrelated
	}
	return closest, r
}

// listedVariations returns variations of o that are allowed. Unlike nearest, it
// looks at every entry, and at regular expressions.
func listedVariations(cfg *cors.Config, o origin) (list []string) {
	other := map[string]string{"http": "https", "https": "http"}[o.scheme]
	for _, v := range []origin{
		{o.scheme, o.host, ""}, {other, o.host, o.port}, {other, o.host, ""},
		{o.scheme, "www." + o.host, o.port}, {o.scheme, strings.TrimPrefix(o.host, "www."), o.port},
	} {
		if isOrigin(v.String()) && lists(cfg, v.String()) {
			list = append(list, v.String())
		}
	}
	return list
}

// relate returns how o is related to an allowed origin or pattern.
func relate(o, allowed origin) relation {
	bare := strings.TrimPrefix(allowed.host, "*.")
	own, domain := registrableDomain(o.host), registrableDomain(bare)
	switch {
	case o.host == allowed.host, strings.Contains(allowed.host, "*") && matches(patternRegexp("x://"+allowed.host), "x://"+o.host):
		return sameHost
	case isLoopback(o.host) && isLoopback(bare):
		return loopback
	case own == "" || domain == "":
		return unrelated
	case own == domain && isShared(domain):
		return unrelated
	case own == domain && (o.host == "www."+allowed.host || "www."+o.host == allowed.host):
		return www
	case own == domain:
		return sameDomain
	case strings.HasPrefix(o.host, bare), strings.HasSuffix(own, domain), resemble(o.host, bare), resemble(own, domain):
		return lookalike
	}
	name, _, _ := strings.Cut(own, ".")
	other, _, _ := strings.Cut(domain, ".")
	const short = 3 // for names this short, too many others differ in one letter
	if name == other || min(len(name), len(other)) > short && oneLetterAway(own, domain) {
		return lookalike
	}
	return unrelated
}

// isShared reports whether anyone can get a name under a domain, even if the
// public suffix list doesn't have it.
func isShared(domain string) bool {
	problem := refusal(cors.Config{AllowOrigins: []string{"https://*." + domain}})
	return problem != nil && problem.Code == cors.CodePublicSuffix
}

// registrableDomain is URL, "registrable domain". It is empty for addresses, single
// labels and public suffixes.
func registrableDomain(host string) string {
	host = strings.TrimSuffix(host, ".")
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ""
	}
	domain, _ := publicsuffix.EffectiveTLDPlusOne(host)
	return domain
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.IsLoopback()
}

// resemble reports whether a host looks like another: a letter outside of ASCII
// can look like any other, and any character can replace a dot.
func resemble(host, other string) bool {
	letters := func(host string) []rune {
		if decoded, err := idna.Punycode.ToUnicode(host); err == nil {
			host = decoded
		}
		return []rune(strings.NewReplacer("rn", "m", "vv", "w", "0", "o", "1", "l", "i", "l").Replace(host))
	}
	return slices.EqualFunc(letters(host), letters(other), func(a, b rune) bool { return a == b || max(a, b) > '~' || b == '.' })
}

// oneLetterAway reports whether a and b differ in a letter that is missing,
// added or replaced, or in two letters that are swapped.
func oneLetterAway(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a)+len(b) == 1 || len(a) == 1 && len(b) == 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
