package paths

import (
	"regexp/syntax"
	"sync"

	"github.com/corskit/cors/core/internal/message"
)

// A Scope is one entry of Paths or PathRegexps: the set of paths that it
// matches. Each entry counts by itself, as a pattern of net/http's ServeMux does:
// of the scopes that a path is in, the narrowest decides which Config applies.
type Scope struct {
	Config, Entry int // the indices of the Config, and of the entry in its field
	Text          string

	pattern *pathPattern // or regexp
	regexp  *pathRegexp
}

// ParsePattern returns the scope of an entry of Paths. The error, if any, is a
// [message.Message].
func ParsePattern(config, entry int, text string) (Scope, error) {
	pattern, err := parsePathPattern(text)
	return Scope{Config: config, Entry: entry, Text: text, pattern: &pattern}, err
}

// ParseRegexp returns the scope of an entry of PathRegexps. The error, if any, is a
// [message.Message].
func ParseRegexp(config, entry int, text string) (Scope, error) {
	re, err := parsePathRegexp(text)
	if err != nil {
		return Scope{}, message.New("%v; write an RE2 regular expression such as %#q", err, `/api/v\d+/.*`)
	}
	return Scope{Config: config, Entry: entry, Text: text, regexp: re}, nil
}

// Field returns the field of the Config that the entry is from.
func (s *Scope) Field() string {
	if s.regexp != nil {
		return "PathRegexps"
	}
	return "Paths"
}

func (s *Scope) matches(path string, f Folding) bool {
	if s.regexp != nil {
		return s.regexp.match(path, f)
	}
	return s.pattern.match(f.fold(path), f)
}

// prog returns the program of the expression of s under a folding.
func (s *Scope) prog(f Folding) (*syntax.Prog, error) {
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
func (s *Scope) isWithin(t *Scope, f Folding) (within, decided bool) {
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
func (s *Scope) sample() string {
	if s.regexp != nil {
		return s.regexp.sample
	}
	return s.pattern.sample()
}

// compare returns how s compares with t under a folding. Where the folding makes
// them equal, what is written counts. Empty segments do not matter: all that has
// wildcards matches more by them.
func (s *Scope) compare(t *Scope, f Folding) relation {
	f &^= FoldEmptySegment
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

// A Set finds the scopes of an Engine that a new one has to be compared with.
type Set struct {
	patterns map[string]int32 // by key, in the scopes of the configuration
	regexps  []int32
	n        int32
}

// A Conflict is why it can't be told which of two Configs applies to a path.
type Conflict struct {
	With      Scope // the other one; its Text is empty if it is every path
	Undecided bool  // comparing takes too long; otherwise both have the same paths
}

// Add adds a scope, which is going to be the next after scopes, and returns its
// conflicts with those. The Config with the index everywhere has no paths, and so every
// path; if it is -1, there is none.
func (set *Set) Add(scopes []Scope, everywhere int, added *Scope) (conflicts []Conflict) {
	compare := func(i int32) {
		other := &scopes[i]
		if other.Config == added.Config {
			return
		}
		if r := added.compare(other, 0); r == equal || r == undecided {
			conflicts = append(conflicts, Conflict{*other, r == undecided})
		}
	}
	if set.patterns == nil {
		set.patterns = make(map[string]int32)
	}
	if added.regexp != nil {
		for i := range set.n {
			compare(i)
		}
		if everywhere >= 0 && everywhere != added.Config && added.isEverything() {
			conflicts = append(conflicts, Conflict{With: Scope{Config: everywhere}})
		}
		set.regexps = append(set.regexps, set.n)
	} else {
		key := added.pattern.key()
		if i, found := set.patterns[key]; !found {
			set.patterns[key] = set.n
		} else if other := &scopes[i]; other.Config != added.Config {
			conflicts = append(conflicts, Conflict{With: *other})
		}
		for _, i := range set.regexps {
			compare(i)
		}
	}
	set.n++
	return conflicts
}

// Everything returns the index of a Config one of whose regular expressions matches
// every path, or -1.
func (set *Set) Everything(scopes []Scope) int {
	for _, i := range set.regexps {
		if scopes[i].isEverything() {
			return scopes[i].Config
		}
	}
	return -1
}

// allPaths returns the scope of every path. Programs without regular expressions for
// paths never compile it.
var allPaths = sync.OnceValue(func() *Scope {
	re, err := parsePathRegexp(".*")
	if err != nil {
		panic(err)
	}
	return &Scope{regexp: re}
})

// isEverything reports whether a regular expression is known to match every path.
func (s *Scope) isEverything() bool {
	all, decided := isSubset(allPaths(), s, 0)
	return all && decided
}

// Remove takes the patterns of all scopes from an index on out of the set, whose
// other fields are the caller's to restore.
func (set *Set) Remove(scopes []Scope, from int) {
	for i := from; i < len(scopes); i++ {
		if scopes[i].regexp != nil {
			continue
		}
		if key := scopes[i].pattern.key(); set.patterns[key] == int32(i) {
			delete(set.patterns, key)
		}
	}
}
