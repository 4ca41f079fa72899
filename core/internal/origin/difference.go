package origin

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// A Relation says how the host of an origin is related to that of another.
type Relation string

// The relations. Hosts of the first group belong to the same owner, or to the
// machine itself; those of the second look like the other and can be anybody's.
const (
	RelationSame        Relation = "same"         // the hosts are equal
	RelationTrailingDot Relation = "trailing-dot" // one ends in the root's dot
	RelationWWW         Relation = "www"          // one has "www." before it
	RelationLoopback    Relation = "loopback"     // both name the machine itself
	RelationSubdomain   Relation = "subdomain"    // it is under the other
	RelationParent      Relation = "parent"       // it is the domain whose subdomains are allowed
	RelationSibling     Relation = "sibling"      // both have the same registrable domain

	RelationBegins     Relation = "begins"     // it begins like the other, and goes on
	RelationEnds       Relation = "ends"       // it ends like the other, without a dot before
	RelationDot        Relation = "dot"        // it has a character where the other has a dot
	RelationConfusable Relation = "confusable" // it has letters that look like those of the other
	RelationMisspelt   Relation = "misspelt"   // it is one letter away
	RelationSuffix     Relation = "suffix"     // it has the same name under another public suffix
)

// LooksAlike reports whether a host so related can be anybody's, though it
// looks like the other.
func (r Relation) LooksAlike() bool {
	switch r {
	case RelationBegins, RelationEnds, RelationDot, RelationConfusable, RelationMisspelt, RelationSuffix:
		return true
	}
	return false
}

// A Difference says in what an origin differs from one that is allowed.
type Difference struct {
	Of     string   `json:"of"`               // the origin, or the pattern, that is allowed
	Host   Relation `json:"host"`             // how the hosts are related
	Scheme bool     `json:"scheme,omitempty"` // the schemes differ
	Port   bool     `json:"port,omitempty"`   // the ports differ
}

// MaxCompared is how many patterns [Nearest] compares one by one.
const MaxCompared = 1000

// Nearest returns in what o, which is not allowed, differs from the nearest
// origin that is, if any is near. It asks allows about variations of o: that is
// some thousand look-ups, however many origins are allowed. What cannot be
// found in that way, such as another port or a misspelt name, it looks for in
// the patterns, among the first [MaxCompared].
func Nearest(o Origin, patterns []string, allows func(serialized string) bool) (Difference, bool) {
	n := &neighbourhood{origin: o, allows: allows}
	if !IsLoopback(o.Host) {
		n.domain = RegistrableDomain(o.Host)
	}
	compared := n.compare(patterns[:min(len(patterns), MaxCompared)])
	for _, search := range []func() bool{
		func() bool { return n.vary(o.Host, RelationSame) },
		func() bool { return n.take(compared[RelationSame]) },
		n.trailingDot,
		n.parent,
		n.www,
		n.subdomain,
		n.loopback,
		func() bool { return n.take(compared[RelationLoopback]) },
		func() bool { return n.take(compared[RelationSibling]) },
		n.lookAlike,
		func() bool { return n.take(compared[RelationConfusable]) },
		func() bool { return n.take(compared[RelationMisspelt]) },
		func() bool { return n.take(compared[RelationSuffix]) },
	} {
		if search() {
			return n.found, true
		}
	}
	return Difference{}, false
}

// RegistrableDomain follows URL, "registrable domain". It is empty for
// addresses, single labels and public suffixes.
func RegistrableDomain(host string) string {
	host = strings.TrimSuffix(host, ".")
	if isAddress(host) {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// Correct returns what a browser sends in place of a text that is not the
// serialization of an origin, and what is wrong with the text, if both can be
// told.
func Correct(text string) (instead string, wrong string, ok bool) {
	const mistakes = 10 // more than a text can have, one after the other
	if len(text) > 2*maxOrigin {
		return "", "", false
	}
	instead = text
	for range mistakes {
		_, err := parsePattern(instead)
		switch {
		case err == nil:
			_, ok = Parse(instead)
			return instead, wrong, ok && wrong != ""
		case err.instead == "":
			return "", "", false
		case wrong == "":
			wrong = err.Code
		}
		instead = err.instead
	}
	return "", "", false
}

// A neighbourhood is searched for the nearest origin that is allowed.
type neighbourhood struct {
	origin Origin
	domain string // the registrable domain; empty if there is none, and for the machine itself
	allows func(string) bool
	found  Difference
}

func (n *neighbourhood) take(d *Difference) bool {
	if d == nil {
		return false
	}
	n.found = *d
	return true
}

// vary looks for a host with the scheme and port of the origin, then with
// others.
func (n *neighbourhood) vary(host string, r Relation) bool {
	for _, scheme := range []string{n.origin.Scheme, otherScheme(n.origin.Scheme)} {
		for _, port := range []string{n.origin.Port, ""} {
			if n.try(Origin{scheme, host, port}, r) {
				return true
			}
		}
	}
	return false
}

func (n *neighbourhood) try(o Origin, r Relation) bool {
	if o == n.origin || o.Scheme == "" || !n.allows(o.String()) {
		return false
	}
	n.found = Difference{Of: o.String(), Host: r, Scheme: o.Scheme != n.origin.Scheme, Port: o.Port != n.origin.Port}
	return true
}

func otherScheme(scheme string) string {
	return map[string]string{"https": "http", "http": "https"}[scheme]
}

func (n *neighbourhood) trailingDot() bool {
	bare, dotted := strings.CutSuffix(n.origin.Host, ".")
	return dotted && n.vary(bare, RelationTrailingDot)
}

func (n *neighbourhood) www() bool {
	other, found := strings.CutPrefix(n.origin.Host, "www.")
	if !found {
		other = "www." + n.origin.Host
	}
	return n.domain != "" && RegistrableDomain(other) == n.domain && n.vary(other, RelationWWW)
}

func (n *neighbourhood) loopback() bool {
	if !IsLoopback(n.origin.Host) {
		return false
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
		if host != n.origin.Host && n.vary(host, RelationLoopback) {
			return true
		}
	}
	return false
}

// isOwned reports whether the host and the names under it belong to one
// registrant, or to the machine itself.
func (n *neighbourhood) isOwned() bool { return n.domain != "" || IsLoopback(n.origin.Host) }

// subdomain looks for the domains that the host is under, as far as they have
// the same owner.
func (n *neighbourhood) subdomain() bool {
	host := n.origin.Host
	for host != n.domain && strings.Contains(host, ".") && !isAddress(host) {
		_, host, _ = strings.Cut(host, ".")
		if n.isOwned() && n.vary(host, RelationSubdomain) {
			return true
		}
	}
	return false
}

// anyLabel stands for the labels that a pattern with "*." matches.
const anyLabel = "any-label."

func (n *neighbourhood) parent() bool {
	if !n.isOwned() || !n.vary(anyLabel+n.origin.Host, RelationParent) {
		return false
	}
	n.found.Of = strings.Replace(n.found.Of, anyLabel, "*.", 1)
	return true
}

// lookAlike looks for what the host has of another without being related to it.
func (n *neighbourhood) lookAlike() bool {
	host := n.origin.Host
	if isAddress(host) || n.domain == "" {
		return false
	}
	for i := len(host) - 1; i > 0; i-- {
		if n.resembles(host[:i], RelationBegins) {
			return true
		}
	}
	for i := 1; i < len(host); i++ {
		if strings.Contains(host[i:], ".") && n.resembles(host[i:], RelationEnds) {
			return true
		}
	}
	for i := 1; i < len(host)-1; i++ {
		if host[i] != '.' && n.resembles(host[:i]+"."+host[i+1:], RelationDot) {
			return true
		}
	}
	return false
}

func (n *neighbourhood) resembles(host string, r Relation) bool {
	domain := RegistrableDomain(host)
	if domain == "" || domain == n.domain {
		return false
	}
	for _, o := range []Origin{{n.origin.Scheme, host, n.origin.Port}, {"https", host, ""}} {
		if n.try(o, r) {
			return true
		}
		if o.Host = anyLabel + host; n.try(o, r) {
			n.found.Of = strings.Replace(n.found.Of, anyLabel, "*.", 1)
			return true
		}
	}
	return false
}

// compare returns the first pattern of each relation that a look-up does not
// find.
func (n *neighbourhood) compare(patterns []string) map[Relation]*Difference {
	first := make(map[Relation]*Difference)
	for _, text := range patterns {
		p, err := parsePattern(text)
		if err != nil || p.IsNull() {
			continue
		}
		if r := n.relation(p); r != "" && first[r] == nil {
			first[r] = &Difference{Of: text, Host: r, Scheme: p.scheme != n.origin.Scheme, Port: p.port != n.origin.Port && p.port != anyPort}
		}
	}
	return first
}

func (n *neighbourhood) relation(p Pattern) Relation {
	host, domain := n.origin.Host, RegistrableDomain(p.host)
	switch {
	case n.onSameHost(p):
		return RelationSame
	case IsLoopback(p.host) && IsLoopback(host):
		return RelationLoopback
	case n.domain == "" || domain == "":
		return ""
	case domain == n.domain:
		return RelationSibling
	case skeleton(domain) == skeleton(n.domain):
		return RelationConfusable
	}
	name, _, _ := strings.Cut(domain, ".")
	own, _, _ := strings.Cut(n.domain, ".")
	const short = 3 // names so short are one letter away from too many
	switch {
	case min(len(name), len(own)) > short && oneLetterAway(domain, n.domain):
		return RelationMisspelt
	case name == own:
		return RelationSuffix
	}
	return ""
}

// onSameHost reports whether a pattern would match with another scheme or port.
func (n *neighbourhood) onSameHost(p Pattern) bool {
	if !p.wildcard {
		return p.host == n.origin.Host
	}
	other := n.origin
	other.Scheme, p.port = p.scheme, anyPort
	return NewSet([]Pattern{p}, nil).Match(other.String()) != NoMatch
}

// oneLetterAway reports whether a letter was left out, added, replaced, or
// exchanged with the next.
func oneLetterAway(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a)+len(b) == 1 || len(a) == 1 && len(b) == 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}

// confusables are characters that look alike, each group under its first. They
// are those of Unicode Technical Standard #39, "Confusable Detection", that
// stand for a letter of a domain name, and letters with a mark.
var confusables = [...]string{
	"aàáâãäåāăąǎȧạаαɑ", "bƅвьЬ", "cçćĉċčсϲ", "dďđԁɗ", "eèéêëēĕėęěẹеєҽ", "fƒ", "gĝğġģɡ", "hĥħһн", "jĵјϳ", "kķкκ",
	"l1iìíîïĩīĭįıĺļľŀłіїιӏ", "mм", "nñńņňոпη", "o0òóôõöøōŏőọоοօσ", "pрρ", "qԛ", "rŕŗřг", "sśŝşšșѕ", "tţťŧтτ", "uùúûüũūŭůűųụυս",
	"vνѵ", "wŵԝω", "xхχ", "yýÿŷуγ", "zźżž",
}

var skeletonOf = func() map[rune]rune {
	m := make(map[rune]rune)
	for _, group := range confusables {
		var first rune
		for i, r := range group {
			if i == 0 {
				first = r
			}
			m[r] = first
		}
	}
	return m
}()

// skeleton returns what is the same for domains that look alike.
func skeleton(domain string) string {
	if decoded, err := idna.Punycode.ToUnicode(domain); err == nil {
		domain = decoded
	}
	domain = strings.Map(func(r rune) rune {
		if s, ok := skeletonOf[r]; ok {
			return s
		}
		return r
	}, domain)
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(domain)
}
