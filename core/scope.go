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
	entry   int // its index
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
// them equal, what is written counts. Empty segments do not matter: all that has
// wildcards matches more by them.
func (s *scope) compare(t *scope, f PathFolding) relation {
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

// A scopeSet finds the scopes of an Engine that a new one has to be compared with.
type scopeSet struct {
	patterns map[string]int32 // by key, in the scopes of the configuration
	regexps  []int32
	n        int32
}

// add adds the next scope of a configuration, and returns its conflicts with the
// others.
func (set *scopeSet) add(c *configuration, added *scope) (problems []*ConfigError) {
	report := func(other *scope, code Code, message string) {
		problems = append(problems, &ConfigError{Index: added.config, Field: added.field(), Entry: added.entry, Value: added.text, Code: code,
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
			report(other, CodeUndecidedPaths, "cannot be compared with %s %q of Config %d, to tell which is narrower, within a bounded time; write a shorter regular expression, or patterns in Paths")
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

// allPaths returns the scope of every path. Programs without regular expressions for
// paths never compile it.
var allPaths = sync.OnceValue(func() *scope {
	re, err := parsePathRegexp(".*")
	if err != nil {
		panic(err)
	}
	return &scope{regexp: re}
})

// isEverything reports whether a regular expression is known to match every path.
func (s *scope) isEverything() bool {
	all, decided := isSubset(allPaths(), s, 0)
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

const samePaths = "has the same paths as %s %q of Config %d; remove one of them"
