package origin

import (
	"encoding/binary"
	"math/bits"
	"regexp"
	"slices"
	"strings"
)

// A Set matches origins against patterns and regular expressions. It does not change
// after [NewSet] and is safe for concurrent use. It takes as many steps to match
// a million origins or patterns as one; regular expressions are tried in turn.
type Set struct {
	patterns  patterns // for one port, exact origins among them
	anyPort   patterns // for any port, without the ":*"
	regexps   []*regexp.Regexp
	onlyExact bool     // there are exact origins and nothing else
	few       []string // the exact origins, if there are only a few and nothing else
}

// So many texts are compared in less time than it takes to find one in a table.
const fewOrigins = 4

// A Match says by what an origin was matched.
type Match uint8

// The kinds of match, in the order in which a [Set] tries them.
const (
	NoMatch        Match = iota
	MatchedExact         // listed as it is
	MatchedPattern       // matched by a pattern with a wildcard
	MatchedRegexp        // matched by a regular expression
)

// NewSet returns the set of all origins that one of the patterns or
// regular expressions matches.
func NewSet(list []Pattern, regexps []*Regexp) *Set {
	s := &Set{
		patterns: newPatterns(list, false),
		anyPort:  newPatterns(list, true),
		regexps:  union(regexps),
	}
	s.onlyExact = len(s.patterns.depths) == 0 && len(s.anyPort.table.slots) == 0 && len(regexps) == 0
	if s.onlyExact && len(list) <= fewOrigins {
		for i := range list {
			s.few = append(s.few, list[i].text)
		}
	}
	return s
}

// Match matches the value of an Origin header. Only an origin that [Parse]
// accepts, or [Null] where it is listed, is ever matched. A text is parsed last,
// so that what has nothing to do with the patterns and regular expressions is denied
// without it.
func (s *Set) Match(text string) Match {
	if len(text) > maxOrigin {
		return NoMatch // without hashing it
	}
	if s.few != nil {
		for _, one := range s.few {
			if one == text {
				return MatchedExact
			}
		}
		return NoMatch
	}
	if s.patterns.has(text) {
		return MatchedExact
	}
	if s.onlyExact {
		return NoMatch
	}
	scheme, authority, ok := strings.Cut(text, "://")
	if !ok {
		return NoMatch
	}
	host, port, ok := splitPort(authority)
	if !ok {
		return NoMatch
	}
	start, bare := len(scheme)+len("://"), text
	if port != "" {
		bare = text[:len(text)-len(":")-len(port)]
	}
	switch {
	case s.patterns.match(text, start, host) || s.anyPort.has(bare) || s.anyPort.match(bare, start, host):
		if _, ok := Parse(text); ok {
			return MatchedPattern
		}
	case matchAny(s.regexps, text):
		return MatchedRegexp
	}
	return NoMatch
}

// patterns are a table of patterns. One without a wildcard in the host is in it
// as it is. One with a wildcard is in it as the text before and after that;
// and its domain is, as if for subdomains, with a value that says which patterns
// there are for the domain.
//
// To match a host, its last labels are looked up, as many as some domain has.
// That takes as long for many patterns as for one, and as long for a host of
// many labels as for one of few.
type patterns struct {
	table  table
	depths []int   // how many labels the domains have, in order
	shapes []shape // of the patterns with a wildcard within a label
}

// A shape is how many characters of its label a pattern has before and after
// the wildcard.
type shape struct{ before, after int }

// The value of a domain is 64 bits. One is for subdomains; of the others, each
// is for one of the shapes, and the last for all shapes from there on.
const (
	valueSize  = 8
	subdomains = 1 << 63
	lastShape  = 62
)

// newPatterns takes those of a list that are for any port, or those that are
// not.
func newPatterns(list []Pattern, forAnyPort bool) patterns {
	n, room := 0, 0
	for i := range list {
		one := &list[i]
		if (one.port == anyPort) != forAnyPort {
			continue
		}
		n, room = n+1, room+len(one.text)
		if one.wildcard {
			room += valueSize
		}
		if one.head+one.tail != "" {
			n++ // for the domain
		}
	}
	p := patterns{table: newTable(n, room)}
	for i := range list {
		if one := &list[i]; (one.port == anyPort) == forAnyPort {
			p.add(one)
		}
	}
	return p
}

func (p *patterns) add(one *Pattern) {
	if one.isExact() {
		p.table.add(one.text, "", 0)
		return
	}
	before := one.scheme + "://"
	if !one.wildcard {
		p.table.add(before+one.host, "", 0)
		return
	}
	after := "." + one.host
	if one.port != "" && one.port != anyPort {
		after += ":" + one.port
	}
	bit := uint64(subdomains)
	if one.head+one.tail != "" {
		p.table.add(before+one.head, one.tail+after, 0)
		bit = p.bit(shape{len(one.head), len(one.tail)})
	}
	value := p.table.add(before, after, valueSize)
	binary.NativeEndian.PutUint64(value, binary.NativeEndian.Uint64(value)|bit)
	p.depths = insert(p.depths, labels(one.host))
}

// bit returns the bit of a shape, which is added to the shapes unless it is
// there.
func (p *patterns) bit(s shape) uint64 {
	i := slices.Index(p.shapes, s)
	if i < 0 {
		i = len(p.shapes)
		p.shapes = append(p.shapes, s)
	}
	return 1 << min(i, lastShape)
}

// labels returns how many labels a domain has.
func labels(domain string) int { return strings.Count(domain, ".") + 1 }

// insert puts a number into its place among others, unless it is there.
func insert(numbers []int, n int) []int {
	if i, found := slices.BinarySearch(numbers, n); !found {
		return slices.Insert(numbers, i, n)
	}
	return numbers
}

// has reports whether a text is in the table as it is.
func (p *patterns) has(text string) bool {
	_, ok := p.table.find(text, "")
	return ok
}

// match reports whether a pattern with a wildcard in the host matches a text.
// Its host begins at start.
func (p *patterns) match(text string, start int, host string) bool {
	dot, depth := len(host), 0
	for _, d := range p.depths {
		for ; depth < d; depth++ {
			if dot = strings.LastIndexByte(host[:dot], '.'); dot < 0 {
				return false
			}
		}
		if value, ok := p.table.find(text[:start], text[start+dot:]); ok {
			present := binary.NativeEndian.Uint64(value)
			if present&subdomains != 0 || p.matchLabel(present, text, start, start+dot) {
				return true
			}
		}
	}
	return false
}

// matchLabel reports whether a pattern of one of the shapes matches a text,
// given where the label that its wildcard is in begins and ends.
func (p *patterns) matchLabel(present uint64, text string, start, end int) bool {
	if strings.IndexByte(text[start:end], '.') >= 0 {
		return false
	}
	for ; present != 0; present &= present - 1 {
		i := bits.TrailingZeros64(present)
		shapes := p.shapes[i:]
		if i < lastShape {
			shapes = shapes[:1]
		}
		for _, s := range shapes {
			from, to := start+s.before, end-s.after
			if from < to && allOf(text[from:to], inWildcard) {
				if _, ok := p.table.find(text[:from], text[to:]); ok {
					return true
				}
			}
		}
	}
	return false
}
