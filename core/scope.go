package cors

import (
	"fmt"
	"regexp/syntax"
	"sync"
)

// A scope is one entry of Paths or PathRegexps: the set of paths that it
// matches. Each entry counts by itself, as a pattern of net/http's ServeMux does:
// of the scopes that a path is in, the narrowest decides which Config applies.
type scope struct {
	config  int
	text    string
	pattern *pathPattern // or regexp
	regexp  *pathRegexp
}

// field returns the field of the Config that the entry is from.
func (s *scope) field() string {
	if s.regexp != nil {
		return "PathRegexps"
	}
	return "Paths"
}

func (s *scope) matches(path string, f PathFolding) bool {
	if s.regexp != nil {
		return s.regexp.match(path, f)
	}
	return s.pattern.match(f.fold(path), f)
}

// prog returns the program of the expression of s under a folding.
func (s *scope) prog(f PathFolding) (*syntax.Prog, error) {
	switch {
	case s.regexp == nil:
		return syntax.Compile(s.pattern.tree(f).Simplify())
	case f&FoldCase != 0:
		return s.regexp.foldedProg, nil
	}
	return s.regexp.prog, nil
}

// isWithin reports whether every path of s is a path of t. It reports decided as
// false if it cannot tell.
func (s *scope) isWithin(t *scope, f PathFolding) (within, decided bool) {
	if s.regexp == nil && t.regexp == nil {
		inner, outer := s.pattern.underFolding(f), t.pattern.underFolding(f)
		return outer.covers(&inner), true
	}
	if sample := s.sample(); sample != "" && !t.matches(sample, f) {
		return false, true // as most are, without running automata
	}
	if s.regexp == nil && s.pattern.isLiteral() {
		return true, true // what t matches, it matches however f folds it
	}
	return isSubset(s, t, f)
}

// sample returns a path of s, if one is known.
func (s *scope) sample() string {
	if s.regexp != nil {
		return s.regexp.sample
	}
	return s.pattern.sample()
}

// compare returns how s compares with t under a folding. Where the folding makes
// them equal, what is written counts.
func (s *scope) compare(t *scope, f PathFolding) relation {
	within, decided := s.isWithin(t, f)
	contains, decidedToo := t.isWithin(s, f)
	switch {
	case !decided || !decidedToo:
		return undecided
	case within && contains && f != 0:
		return s.compare(t, 0)
	}
	return relate(within, contains)
}

func relate(within, contains bool) relation {
	switch {
	case within && contains:
		return equal
	case within:
		return narrower
	case contains:
		return wider
	}
	return unrelated
}

// A relation says how a scope compares with another.
type relation int8

const (
	unrelated relation = iota // neither contains the other
	narrower                  // the other contains it, and has more paths
	wider                     // it contains the other, and has more paths
	equal                     // both have the same paths
	undecided                 // comparing takes more than maxSteps
)

// A scopeSet is what is known of the scopes of an Engine, to compare others with.
type scopeSet struct {
	patterns map[string]int32 // by key, in the scopes of the configuration
	regexps  []int32
	n        int32
}

// add adds the scope that comes next in a configuration, and returns what is
// wrong with it beside the others.
func (set *scopeSet) add(c *configuration, added *scope) (problems []*ConfigError) {
	report := func(other *scope, code Code, message string) {
		problems = append(problems, &ConfigError{Index: added.config, Field: added.field(), Value: added.text, Code: code,
			Message: fmt.Sprintf(message, other.field(), other.text, other.config)})
	}
	compare := func(i int32) {
		other := &c.scopes[i]
		if other.config == added.config {
			return
		}
		switch added.compare(other, 0) {
		case equal:
			report(other, CodeSamePaths, samePaths)
		case undecided:
			report(other, CodeUndecidedPaths, "cannot be compared with %s %q of Config %d, to tell which is narrower, within a bounded time: write a shorter expression, or patterns in Paths")
		}
	}
	if set.patterns == nil {
		set.patterns = make(map[string]int32)
	}
	if added.regexp != nil {
		for i := range set.n {
			compare(i)
		}
		if c.everywhere >= 0 && c.everywhere != added.config && added.isEverything() {
			report(&scope{config: c.everywhere}, CodeSamePaths, samePaths)
		}
		set.regexps = append(set.regexps, set.n)
	} else {
		key := added.pattern.key()
		if i, found := set.patterns[key]; !found {
			set.patterns[key] = set.n
		} else if other := &c.scopes[i]; other.config != added.config {
			report(other, CodeSamePaths, samePaths)
		}
		for _, i := range set.regexps {
			compare(i)
		}
	}
	set.n++
	return problems
}

// everything returns the index of a Config that has all paths, or -1.
func (set *scopeSet) everything(c *configuration) int {
	if c.everywhere >= 0 {
		return c.everywhere
	}
	for _, i := range set.regexps {
		if c.scopes[i].isEverything() {
			return c.scopes[i].config
		}
	}
	return -1
}

// allPaths is the scope of every path.
var allPaths = func() *scope {
	re, err := parsePathRegexp(".*")
	if err != nil {
		panic(err)
	}
	return &scope{regexp: re}
}()

// isEverything reports whether a regular expression is known to match every path.
func (s *scope) isEverything() bool {
	all, decided := isSubset(allPaths, s, 0)
	return all && decided
}

// remove takes the patterns of all scopes from an index on out of the set, whose
// other fields are the caller's to restore.
func (set *scopeSet) remove(scopes []scope, from int) {
	for i := from; i < len(scopes); i++ {
		if scopes[i].regexp != nil {
			continue
		}
		if key := scopes[i].pattern.key(); set.patterns[key] == int32(i) {
			delete(set.patterns, key)
		}
	}
}

const samePaths = "has the same paths as %s %q of Config %d, and one path cannot have two policies: remove one of them"

// A scopeIndex finds the scope that decides for a path, under one folding.
type scopeIndex struct {
	folding  PathFolding
	scopes   []scope
	patterns []pathPattern // of the scopes, under the folding
	attached int           // the first Config that is attached
	root     scopeNode
	regexps  map[[2]int32]relation // of pairs of which one is a regular expression
	mu       sync.RWMutex          // of regexps
}

// A scopeNode is a place in the tree of all patterns, segment by segment.
type scopeNode struct {
	children map[string]*scopeNode
	wildcard *scopeNode
	ends     [endsInSlash + 1][]int32 // patterns that end here, by how
	regexps  []int32                  // regular expressions whose literal beginning ends here
}

// newScopeIndex takes time in proportion to the number of scopes.
func newScopeIndex(scopes []scope, attached int, f PathFolding) *scopeIndex {
	x := &scopeIndex{folding: f, scopes: scopes, patterns: make([]pathPattern, len(scopes)), attached: attached, regexps: make(map[[2]int32]relation)}
	for i := range scopes {
		if re := scopes[i].regexp; re != nil {
			n := &x.root
			for _, segment := range re.prefix {
				n = n.child(f.foldText(segment))
			}
			n.regexps = append(n.regexps, int32(i))
			continue
		}
		pattern := scopes[i].pattern.underFolding(f)
		x.patterns[i] = pattern
		n := &x.root
		for _, segment := range pattern.segments {
			if segment.wildcard {
				if n.wildcard == nil {
					n.wildcard = new(scopeNode)
				}
				n = n.wildcard
			} else {
				n = n.child(segment.literal)
			}
		}
		n.ends[pattern.end] = append(n.ends[pattern.end], int32(i))
	}
	return x
}

// child returns the node of a literal segment, which it adds if need be.
func (n *scopeNode) child(segment string) *scopeNode {
	child := n.children[segment]
	if child == nil {
		child = new(scopeNode)
		if n.children == nil {
			n.children = make(map[string]*scopeNode)
		}
		n.children[segment] = child
	}
	return child
}

// A scopeSearch collects the scopes that a path is in.
type scopeSearch struct {
	index *scopeIndex
	path  string
	n     int
	found [8]int32
	more  []int32 // beyond the first eight
}

func (s *scopeSearch) add(scopes []int32) {
	for _, i := range scopes {
		if s.n < len(s.found) {
			s.found[s.n] = i
		} else {
			s.more = append(s.more, i)
		}
		s.n++
	}
}

// addMatching adds those of the regular expressions that match the path.
func (s *scopeSearch) addMatching(scopes []int32) {
	for i, scope := range scopes {
		if s.index.scopes[scope].regexp.match(s.path, s.index.folding) {
			s.add(scopes[i : i+1])
		}
	}
}

func (s *scopeSearch) at(i int) int32 {
	if i < len(s.found) {
		return s.found[i]
	}
	return s.more[i-len(s.found)]
}

// walk collects the scopes at a node and below. The segments before rest have
// led there; hasSlash says whether a slash comes before rest.
func (s *scopeSearch) walk(n *scopeNode, rest string, hasSlash bool) {
	s.addMatching(n.regexps)
	s.add(n.ends[endsInSubtree])
	if !hasSlash {
		s.add(n.ends[endsHere])
		return
	}
	s.add(n.ends[endsInRest])
	if rest == "" {
		s.add(n.ends[endsInSlash])
	}
	if n.children == nil && n.wildcard == nil {
		return
	}
	segment, rest, hasSlash := cutSegment(rest)
	if child := n.find(segment, s.index.folding); child != nil {
		s.walk(child, rest, hasSlash)
	}
	if n.wildcard != nil && (segment != "" || hasSlash && s.index.folding&FoldEmptySegment != 0) {
		s.walk(n.wildcard, rest, hasSlash)
	}
}

// cutSegment cuts a path after its first segment.
func cutSegment(path string) (segment, rest string, hasSlash bool) {
	for i := range len(path) {
		if path[i] == '/' {
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}

// find returns the node of a literal segment of a path.
func (n *scopeNode) find(segment string, f PathFolding) *scopeNode {
	if n.children == nil {
		return nil
	}
	if f&FoldCase != 0 && len(segment) <= maxFolded {
		var lower [maxFolded]byte
		for i := range len(segment) {
			lower[i] = lowerASCII(segment[i])
		}
		return n.children[string(lower[:len(segment)])]
	}
	return n.children[f.foldText(segment)]
}

// maxFolded is the length up to which a segment is folded without allocating.
const maxFolded = 128

// search returns the index of the Config that applies to a path, or -1 for none.
// It reports decided as false if the path is in two scopes that cannot be
// compared.
func (x *scopeIndex) search(path string) (config int, decided bool) {
	s := scopeSearch{index: x, path: path}
	if path == "" {
		s.path = "/"
	}
	if folded := x.folding.fold(path); folded[0] == '/' {
		s.walk(&x.root, folded[1:], true)
	} else {
		s.addMatching(x.root.regexps)
	}
	switch s.n {
	case 0:
		return -1, true
	case 1:
		return x.scopes[s.found[0]].config, true
	}
	return s.narrowest()
}

// narrowest returns the Config of the narrowest of the scopes found; if none of
// several is narrower, that which comes first.
func (s *scopeSearch) narrowest() (config int, decided bool) {
	x, best := s.index, -1
	for i := range s.n {
		candidate := s.at(i)
		config := x.scopes[candidate].config
		if best >= 0 && !x.comesFirst(config, best) {
			continue
		}
		isNarrowest := true
		for j := range s.n {
			if i == j {
				continue
			}
			switch x.relation(s.at(j), candidate) {
			case undecided:
				return -1, false
			case narrower:
				isNarrowest = false
			}
		}
		if isNarrowest {
			best = config
		}
	}
	return best, true
}

// comesFirst reports whether Config i comes before j where neither is narrower:
// those attached come first, and then those given first.
func (x *scopeIndex) comesFirst(i, j int) bool {
	if (i >= x.attached) != (j >= x.attached) {
		return i >= x.attached
	}
	return i < j
}

// relation returns how a scope compares with another. With regular expressions,
// that takes long, and is kept.
func (x *scopeIndex) relation(i, j int32) relation {
	a, b := &x.scopes[i], &x.scopes[j]
	if a.regexp == nil && b.regexp == nil {
		p, q := &x.patterns[i], &x.patterns[j]
		r := relate(q.covers(p), p.covers(q))
		if r == equal && x.folding != 0 {
			return a.compare(b, 0)
		}
		return r
	}
	pair := [2]int32{i, j}
	x.mu.RLock()
	kept, ok := x.regexps[pair]
	x.mu.RUnlock()
	if !ok {
		kept = a.compare(b, x.folding)
		x.mu.Lock()
		x.regexps[pair] = kept
		x.mu.Unlock()
	}
	return kept
}
