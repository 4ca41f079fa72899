package origin

import (
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

// So many texts are compared in less time than it takes to find one in a map.
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
	s.onlyExact = len(s.patterns.depths) == 0 && len(s.anyPort.depths) == 0 && len(s.anyPort.exact) == 0 && len(regexps) == 0
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

// patterns match hosts with or without a wildcard. To match a host, its last labels are
// looked up, as many as some domain has. That takes as long for many patterns as for one,
// and as long for a host of many labels as for one of few.
type patterns struct {
	exact   map[string]struct{} // without a wildcard in the host
	domains map[parts]domain    // by the scheme, and a dot, the domain and the port
	labels  map[parts]struct{}  // with a wildcard within a label
	depths  []int               // how many labels the domains have, in order
}

// parts are the texts before and after a pattern's wildcard. A map finds them without
// joining them.
type parts struct{ before, after string }

// A domain says which patterns there are for it.
type domain struct {
	subdomains bool
	shapes     []shape // of the patterns with a wildcard within a label
}

// A shape is how many characters of its label a pattern has before and after
// the wildcard.
type shape struct{ before, after int }

// newPatterns takes those of a list that are for any port, or those that are
// not.
func newPatterns(list []Pattern, forAnyPort bool) patterns {
	n := 0
	for i := range list {
		if one := &list[i]; (one.port == anyPort) == forAnyPort && !one.wildcard {
			n++
		}
	}
	p := patterns{exact: make(map[string]struct{}, n), domains: make(map[parts]domain), labels: make(map[parts]struct{})}
	for i := range list {
		if one := &list[i]; (one.port == anyPort) == forAnyPort {
			p.add(one)
		}
	}
	return p
}

func (p *patterns) add(one *Pattern) {
	text := strings.TrimSuffix(one.text, ":"+anyPort)
	before, after, wildcard := strings.Cut(text, "*")
	if !wildcard {
		p.exact[text] = struct{}{}
		return
	}
	at := parts{before[:len(before)-len(one.head)], after[len(one.tail):]}
	d := p.domains[at]
	if one.head+one.tail == "" {
		d.subdomains = true
	} else {
		p.labels[parts{before, after}] = struct{}{}
		if s := (shape{len(one.head), len(one.tail)}); !slices.Contains(d.shapes, s) {
			d.shapes = append(d.shapes, s)
		}
	}
	p.domains[at] = d
	depth := strings.Count(one.host, ".") + 1
	if i, found := slices.BinarySearch(p.depths, depth); !found {
		p.depths = slices.Insert(p.depths, i, depth)
	}
}

// has reports whether a text is one of the patterns without a wildcard in the host.
func (p *patterns) has(text string) bool {
	_, ok := p.exact[text]
	return ok
}

// match reports whether a pattern with a wildcard in the host matches a text.
// Its host begins at start.
func (p *patterns) match(text string, start int, host string) bool {
	dot, depth := len(host), 0
	for _, n := range p.depths {
		for ; depth < n; depth++ {
			if dot = strings.LastIndexByte(host[:dot], '.'); dot < 0 {
				return false
			}
		}
		d, ok := p.domains[parts{text[:start], text[start+dot:]}]
		if ok && (d.subdomains || p.matchLabel(d.shapes, text, start, start+dot)) {
			return true
		}
	}
	return false
}

// matchLabel reports whether a pattern of one of the shapes matches a text,
// given where the label that its wildcard is in begins and ends.
func (p *patterns) matchLabel(shapes []shape, text string, start, end int) bool {
	for _, s := range shapes {
		from, to := start+s.before, end-s.after
		if from < to && allOf(text[from:to], inWildcard) {
			if _, ok := p.labels[parts{text[:from], text[to:]}]; ok {
				return true
			}
		}
	}
	return false
}
