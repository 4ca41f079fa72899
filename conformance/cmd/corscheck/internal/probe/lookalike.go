package probe

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/corskit/cors/conformance/fetch"
)

// Stranger is an origin that no server allows: the domain is reserved (RFC
// 2606). It also names the tool in the server's log.
const Stranger = "https://" + label + ".example"

// otherStranger is another one.
const otherStranger = "https://" + label + "-too.example"

const (
	label = "corscheck"
	null  = "null"
)

// A kind is the way in which an origin looks like another.
type kind string

// The kinds of look-alikes, and the mistake of a server that accepts them.
const (
	kindUnrelated   kind = "unrelated"    // it allows every origin
	kindNull        kind = "null"         // it allows opaque origins
	kindPrefix      kind = "prefix"       // it compares the beginning
	kindSuffix      kind = "suffix"       // it compares the end, without the dot before it
	kindMissingDot  kind = "missing-dot"  // it has a regular expression with unescaped dots
	kindSibling     kind = "sibling"      // it allows all of the registrable domain
	kindParent      kind = "parent"       // it allows the domain above, too
	kindSubdomain   kind = "subdomain"    // it allows the domains below, too
	kindInLabel     kind = "in-label"     // the wildcard of a label matches several labels
	kindPort        kind = "other-port"   // it ignores the port
	kindInsecure    kind = "http"         // it ignores the scheme
	kindTrailingDot kind = "trailing-dot" // it ignores the root's dot
	kindSuffixMate  kind = "same-suffix"  // it allows all of the public suffix
)

// relations are the kinds in words, to be written after the origin.
var relations = map[kind]string{
	kindUnrelated:   "unrelated",
	kindNull:        "opaque origin",
	kindPrefix:      "begins like %s",
	kindSuffix:      "ends like %s",
	kindMissingDot:  "a letter for a dot of %s",
	kindSibling:     "beside %s",
	kindParent:      "above %s",
	kindSubdomain:   "below %s",
	kindInLabel:     "two labels for one of %s",
	kindPort:        "other port of %s",
	kindInsecure:    "http for %s",
	kindTrailingDot: "%s with a dot",
	kindSuffixMate:  "same public suffix as %s",
}

// A lookAlike is an origin that a careless server confuses with another.
type lookAlike struct {
	origin string
	kind   kind
	of     string // the other origin, empty if there is none
}

// relation says in words how l is related to the other origin.
func (l lookAlike) relation() string {
	return strings.Replace(relations[l.kind], "%s", l.of, 1)
}

// isAnybodys reports whether someone other than the owner of the other origin can own l.
func (l lookAlike) isAnybodys() bool {
	return l.of == "" || registrableDomain(hostOf(l.origin)) != registrableDomain(hostOf(l.of))
}

// strangers are the origins that look like no other.
func strangers() []lookAlike {
	return []lookAlike{{Stranger, kindUnrelated, ""}, {null, kindNull, ""}}
}

// lookAlikes returns the look-alikes of a serialized origin.
func lookAlikes(of string) []lookAlike {
	u, err := url.Parse(of)
	if err != nil || u.Host == "" {
		return nil // "null"
	}
	host, port := u.Hostname(), ""
	if u.Port() != "" {
		port = ":" + u.Port()
	}
	var all []lookAlike
	add := func(k kind, scheme, host, port string) {
		l := lookAlike{scheme + "://" + host + port, k, of}
		if _, err := fetch.NewAgent(l.origin); err == nil && l.origin != of {
			all = append(all, l)
		}
	}
	domain := registrableDomain(host)
	add(kindPrefix, u.Scheme, u.Hostname()+"."+hostOf(Stranger), port)
	add(kindSuffix, u.Scheme, label+host, port)
	if domain != "" {
		if domain != host {
			add(kindSuffix, u.Scheme, label+domain, port)
			add(kindSibling, u.Scheme, label+"."+domain, port)
			_, parent, _ := strings.Cut(host, ".")
			add(kindParent, u.Scheme, parent, port)
		}
		if dotless := withoutDot(host, domain); strings.Contains(dotless, ".") {
			add(kindMissingDot, u.Scheme, dotless, port)
		}
		suffix, _ := publicsuffix.PublicSuffix(host)
		add(kindSuffixMate, u.Scheme, label+"."+suffix, port)
	}
	add(kindSubdomain, u.Scheme, label+"."+host, port)
	otherPort := ":8443"
	if port == otherPort {
		otherPort = ":9443"
	}
	add(kindPort, u.Scheme, u.Host[:len(u.Host)-len(port)], otherPort)
	if u.Scheme == "https" {
		add(kindInsecure, "http", u.Host[:len(u.Host)-len(port)], port)
	}
	add(kindTrailingDot, u.Scheme, host+".", port)
	return all
}

// withoutDot replaces a dot with a letter: the dot before the registrable
// domain if there is one, so that the result is another registrable domain.
func withoutDot(host, domain string) string {
	dot := len(host) - len(domain) - 1
	if dot < 0 {
		dot = strings.IndexByte(host, '.')
	}
	return host[:dot] + "x" + host[dot+1:]
}

// upperCase returns an origin with its host in upper case. No browser sends it.
func upperCase(origin string) string {
	scheme, rest, _ := strings.Cut(origin, "://")
	return scheme + "://" + strings.ToUpper(rest)
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// registrableDomain follows URL, "registrable domain". It is empty for
// addresses, single labels and public suffixes.
func registrableDomain(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(host, "."))
	if err != nil {
		return ""
	}
	return domain
}

// instances returns origins that a pattern of cors.Config.AllowOrigins allows.
func instances(pattern string) []string {
	if pattern == "*" {
		return []string{Stranger, null}
	}
	origins := []string{pattern}
	if bare, ok := strings.CutSuffix(pattern, ":*"); ok {
		origins = []string{bare, bare + ":8443"}
	}
	var all []string
	for _, origin := range origins {
		all = append(all, strings.Replace(origin, "*", label, 1))
		if strings.Contains(origin, "://*.") {
			all = append(all, strings.Replace(origin, "*", label+"."+label, 1))
		}
	}
	return all
}

// beside returns an origin that a pattern with a wildcard in its label would
// allow if the wildcard matched several labels.
func beside(pattern string) []lookAlike {
	_, rest, _ := strings.Cut(pattern, "://")
	first, _, _ := strings.Cut(rest, ".")
	if !strings.Contains(first, "*") || first == "*" || strings.HasSuffix(first, ":*") {
		return nil
	}
	return []lookAlike{{strings.TrimSuffix(strings.Replace(pattern, "*", "cors.check", 1), ":*"), kindInLabel, pattern}}
}

// why says in a sentence who can own l and use it.
func (l lookAlike) why() string {
	switch {
	case l.kind == kindUnrelated:
		return "Any site that a user visits can do so."
	case l.kind == kindNull:
		return "Any site can send null with a sandboxed frame."
	case l.kind == kindInsecure:
		return "Anyone who controls the user's network can speak for an http origin."
	case l.kind == kindSuffixMate:
		return "Anyone can register a name under that public suffix."
	case l.isAnybodys():
		return "Anyone can register such a name."
	case l.kind == kindTrailingDot:
		return "To DNS it is the same host, to browsers another: a comparison that is loose here may be loose elsewhere."
	case l.kind == kindPort:
		return "A program on another port of the host can do so."
	}
	return "A site of that name that is forgotten, hosted by someone else or hacked can do so."
}
