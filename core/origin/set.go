package origin

import (
	"regexp"
	"strings"
)

// A Set matches origins against patterns and expressions. It does not change
// after [NewSet] and is safe for concurrent use. A Set of a million exact
// origins answers as fast as one of a single origin.
type Set struct {
	exact   map[string]struct{} // serialized origins, Null among them
	anyPort map[string]struct{} // "scheme://host" of patterns such as http://localhost:*
	domains *domain             // patterns with a wildcard in the leading label
	regexps []*regexp.Regexp    // the expressions, in as few as RE2 can hold
}

// A Match says by what an origin was matched.
type Match uint8

// The kinds of match, in the order in which a [Set] tries them.
const (
	NoMatch           Match = iota
	MatchedExact            // listed as it is
	MatchedPattern          // matched by a pattern with a wildcard
	MatchedExpression       // matched by an expression
)

// NewSet returns the set of all origins that one of the patterns or
// expressions matches.
func NewSet(patterns []Pattern, expressions []*Expression) *Set {
	s := &Set{exact: make(map[string]struct{}, len(patterns))}
	for _, p := range patterns {
		switch {
		case p.isExact():
			s.exact[p.text] = struct{}{}
		case !p.wildcard:
			if s.anyPort == nil {
				s.anyPort = make(map[string]struct{})
			}
			s.anyPort[p.scheme+"://"+p.host] = struct{}{}
		default:
			if s.domains == nil {
				s.domains = new(domain)
			}
			s.domains.add(p)
		}
	}
	s.regexps = union(expressions)
	return s
}

// Match matches the value of an Origin header. Only an origin that [Parse]
// accepts, or [Null] where it is listed, is ever matched.
func (s *Set) Match(text string) Match {
	if _, ok := s.exact[text]; ok {
		return MatchedExact
	}
	if s.anyPort == nil && s.domains == nil && s.regexps == nil {
		return NoMatch
	}
	o, ok := Parse(text)
	if !ok {
		return NoMatch
	}
	if s.anyPort != nil {
		bare := text
		if o.Port != "" {
			bare = text[:len(text)-len(":")-len(o.Port)]
		}
		if _, ok := s.anyPort[bare]; ok {
			return MatchedPattern
		}
	}
	if s.domains != nil && s.domains.match(o) {
		return MatchedPattern
	}
	for _, re := range s.regexps {
		if re.MatchString(text) {
			return MatchedExpression
		}
	}
	return NoMatch
}

// A domain is a node of the tree of domain names, read from the right: the
// root's children are top-level domains. Matching walks from the root for as
// long as the tree names the labels of the host, so its cost depends on the
// labels of one pattern and not on how many patterns there are or how many
// labels a stranger sends.
type domain struct {
	children  map[string]*domain
	wildcards map[endpoint]*wildcard // by what else an origin has
}

// An endpoint is an origin without its host.
type endpoint struct {
	scheme string
	port   string // as in Pattern
}

// A wildcard says what may stand to the left of a domain.
type wildcard struct {
	subdomains bool // one or more labels of any kind
	// labels holds, for single labels, what stands around the wildcard;
	// shapes the distinct lengths of those, so that a lookup tries lengths
	// instead of patterns.
	labels map[affixes]struct{}
	shapes []shape
}

type affixes struct{ head, tail string }

type shape struct{ head, tail int }

func (d *domain) add(p Pattern) {
	for rest, label := p.host, ""; rest != ""; {
		rest, label = cutLastLabel(rest)
		if d.children == nil {
			d.children = make(map[string]*domain)
		}
		if d.children[label] == nil {
			d.children[label] = new(domain)
		}
		d = d.children[label]
	}
	if d.wildcards == nil {
		d.wildcards = make(map[endpoint]*wildcard)
	}
	e := endpoint{p.scheme, p.port}
	if d.wildcards[e] == nil {
		d.wildcards[e] = new(wildcard)
	}
	d.wildcards[e].add(p.head, p.tail)
}

func (d *domain) match(o Origin) bool {
	rest, label := o.Host, ""
	for {
		rest, label = cutLastLabel(rest)
		d = d.children[label]
		if d == nil || rest == "" {
			return false
		}
		if d.wildcards != nil &&
			(d.wildcards[endpoint{o.Scheme, o.Port}].match(rest) || d.wildcards[endpoint{o.Scheme, anyPort}].match(rest)) {
			return true
		}
	}
}

// cutLastLabel cuts the last label and the dot before it off a host.
func cutLastLabel(host string) (rest, label string) {
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 {
		return "", host
	}
	return host[:dot], host[dot+1:]
}

func (w *wildcard) add(head, tail string) {
	if head == "" && tail == "" {
		w.subdomains = true
		return
	}
	if w.labels == nil {
		w.labels = make(map[affixes]struct{})
	}
	w.labels[affixes{head, tail}] = struct{}{}
	s := shape{len(head), len(tail)}
	for _, known := range w.shapes {
		if known == s {
			return
		}
	}
	w.shapes = append(w.shapes, s)
}

// match matches what stands to the left of the domain, without the dot
// between.
func (w *wildcard) match(labels string) bool {
	if w == nil {
		return false
	}
	if w.subdomains {
		return true
	}
	if strings.IndexByte(labels, '.') >= 0 {
		return false
	}
	for _, s := range w.shapes {
		end := len(labels) - s.tail
		if s.head >= end || !allOf(labels[s.head:end], inWildcard) {
			continue
		}
		if _, ok := w.labels[affixes{labels[:s.head], labels[end:]}]; ok {
			return true
		}
	}
	return false
}
