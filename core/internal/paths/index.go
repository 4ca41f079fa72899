package paths

import "sync"

// An Index finds the Config that applies to a path, under one folding.
type Index struct {
	folding  Folding
	scopes   []Scope
	patterns []pathPattern // of the scopes, under the folding
	attached int           // the first Config that is attached
	root     node
	regexps  map[[2]int32]relation // of pairs of which one is a regular expression
	mu       sync.RWMutex          // of regexps
}

// A node is a place in the tree of all patterns, segment by segment.
type node struct {
	children map[string]*node
	wildcard *node
	ends     [endsInSlash + 1][]int32 // patterns that end here, by how
	regexps  []int32                  // regular expressions whose literal beginning ends here
}

// NewIndex returns the Index of scopes. attached is the index of the first Config that
// is attached. It takes time in proportion to the number of scopes.
func NewIndex(scopes []Scope, attached int, f Folding) *Index {
	x := &Index{folding: f, scopes: scopes, patterns: make([]pathPattern, len(scopes)), attached: attached, regexps: make(map[[2]int32]relation)}
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
					n.wildcard = new(node)
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
func (n *node) child(segment string) *node {
	child := n.children[segment]
	if child == nil {
		child = new(node)
		if n.children == nil {
			n.children = make(map[string]*node)
		}
		n.children[segment] = child
	}
	return child
}

// A search collects the scopes that a path is in.
type search struct {
	index *Index
	path  string
	n     int
	found [8]int32
	more  []int32 // beyond the first eight
}

func (s *search) add(scopes []int32) {
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
func (s *search) addMatching(scopes []int32) {
	for i, scope := range scopes {
		if s.index.scopes[scope].regexp.match(s.path, s.index.folding) {
			s.add(scopes[i : i+1])
		}
	}
}

func (s *search) at(i int) int32 {
	if i < len(s.found) {
		return s.found[i]
	}
	return s.more[i-len(s.found)]
}

// walk collects the scopes at a node and below. The segments before rest have
// led there; hasSlash says whether a slash comes before rest.
func (s *search) walk(n *node, rest string, hasSlash bool) {
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
func (n *node) find(segment string, f Folding) *node {
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

// Search returns the index of the Config that applies to a path, or -1 for none.
// It reports decided as false if the path is in two scopes that cannot be
// compared.
func (x *Index) Search(path string) (config int, decided bool) {
	s := search{index: x, path: path}
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
		return x.scopes[s.found[0]].Config, true
	}
	return s.narrowest()
}

// narrowest returns the Config of the narrowest of the scopes found; if none of
// several is narrower, that which comes first.
func (s *search) narrowest() (config int, decided bool) {
	x, best := s.index, -1
	for i := range s.n {
		candidate := s.at(i)
		config := x.scopes[candidate].Config
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
func (x *Index) comesFirst(i, j int) bool {
	if (i >= x.attached) != (j >= x.attached) {
		return i >= x.attached
	}
	return i < j
}

// relation returns how a scope compares with another. With regular expressions,
// that takes long, and is kept.
func (x *Index) relation(i, j int32) relation {
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
