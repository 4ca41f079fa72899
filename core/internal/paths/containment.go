package paths

import (
	"encoding/binary"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// This file decides whether every path that one entry of Paths or PathRegexps
// matches is also matched by another. Both are run as automata over the same
// path; a path that only the first matches says no, and if there is none after
// all states have been visited, the answer is yes.

// maxSteps bounds the states of expressions that one comparison visits. A
// comparison of usual expressions takes a few thousand.
const maxSteps = 2_000_000

// A pathAutomaton is the deterministic automaton of an expression. Its states are
// found as they are reached.
type pathAutomaton struct {
	prog     *syntax.Prog
	pattern  bool // a pattern sees the path without slashes at its end, if those do not count
	budget   *int
	ids      map[string]int
	states   []automatonState
	closures map[closureKey][]uint32
	visited  []bool // by closure; all false between calls
}

// An automatonState is what has been read: where the program can be, and the
// last character, as far as \b, ^ and $ tell characters apart.
type automatonState struct {
	at   []uint32
	last rune
}

type closureKey struct {
	state int
	op    syntax.EmptyOp
}

// start is the state in which nothing has been read.
const start = 0

func newPathAutomaton(prog *syntax.Prog, pattern bool, budget *int) *pathAutomaton {
	a := &pathAutomaton{prog: prog, pattern: pattern, budget: budget, ids: make(map[string]int), closures: make(map[closureKey][]uint32), visited: make([]bool, len(prog.Inst))}
	a.state([]uint32{uint32(prog.Start)}, -1)
	return a
}

// state returns the number of a state.
func (a *pathAutomaton) state(at []uint32, last rune) int {
	key := make([]byte, 0, 4*len(at)+4)
	for _, pc := range at {
		key = binary.NativeEndian.AppendUint32(key, pc)
	}
	key = binary.NativeEndian.AppendUint32(key, uint32(last))
	id, ok := a.ids[string(key)]
	if !ok {
		id = len(a.states)
		a.ids[string(key)] = id
		a.states = append(a.states, automatonState{at, last})
	}
	return id
}

// closure returns the instructions that consume a character, or match, and that
// a state reaches if the next character is such that op holds before it.
func (a *pathAutomaton) closure(state int, op syntax.EmptyOp) []uint32 {
	key := closureKey{state, op}
	if reached, ok := a.closures[key]; ok {
		return reached
	}
	var reached, seen []uint32
	stack := slices.Clone(a.states[state].at)
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if a.visited[pc] {
			continue
		}
		a.visited[pc] = true
		seen = append(seen, pc)
		*a.budget--
		switch inst := &a.prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, inst.Arg, inst.Out)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^op == 0 {
				stack = append(stack, inst.Out)
			}
		case syntax.InstFail:
		default:
			reached = append(reached, pc)
		}
	}
	for _, pc := range seen {
		a.visited[pc] = false
	}
	a.closures[key] = reached
	return reached
}

// step returns the state after a character.
func (a *pathAutomaton) step(state int, r rune) int {
	var at []uint32
	for _, pc := range a.closure(state, syntax.EmptyOpContext(a.states[state].last, r)) {
		*a.budget--
		inst := &a.prog.Inst[pc]
		if inst.Op != syntax.InstMatch && inst.MatchRune(r) {
			at = append(at, inst.Out)
		}
	}
	slices.Sort(at)
	return a.state(slices.Compact(at), kindOf(r))
}

// kindOf returns a character that \b, ^ and $ do not tell from r.
func kindOf(r rune) rune {
	switch {
	case r == '\n':
		return '\n'
	case syntax.IsWordChar(r):
		return 'a'
	}
	return '/'
}

// accepts reports whether the path that led to a state matches.
func (a *pathAutomaton) accepts(state int) bool {
	for _, pc := range a.closure(state, syntax.EmptyOpContext(a.states[state].last, -1)) {
		if a.prog.Inst[pc].Op == syntax.InstMatch {
			return true
		}
	}
	return false
}

// isDead reports whether nothing that goes on from a state matches.
func (a *pathAutomaton) isDead(state int) bool { return len(a.states[state].at) == 0 }

// alphabet returns one character of each kind that the programs tell apart.
func alphabet(budget *int, automata ...*pathAutomaton) []rune {
	bounds := []rune{0, '\n', '\n' + 1, '/', '/' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1}
	var consuming []*syntax.Inst
	for _, a := range automata {
		for pc := range a.prog.Inst {
			inst := &a.prog.Inst[pc]
			switch inst.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			default:
				continue
			}
			consuming = append(consuming, inst)
			for i, r := range inst.Rune {
				if len(inst.Rune) == 1 {
					bounds = append(bounds, r, r+1)
					for fold := unicode.SimpleFold(r); fold != r; fold = unicode.SimpleFold(fold) {
						bounds = append(bounds, fold, fold+1)
					}
				} else {
					bounds = append(bounds, r+rune(i%2)) // the end of a range is in it
				}
			}
		}
	}
	slices.Sort(bounds)
	seen := make(map[string]bool)
	var kinds []rune
	signature := make([]byte, len(consuming)/8+2)
	for _, r := range slices.Compact(bounds) {
		if *budget < 0 {
			break
		}
		clear(signature)
		signature[0] = byte(kindOf(r))
		if r == '/' {
			signature[0]++
		}
		for i, inst := range consuming {
			*budget--
			if inst.MatchRune(r) {
				signature[1+i/8] |= 1 << (i % 8)
			}
		}
		if !seen[string(signature)] {
			seen[string(signature)] = true
			kinds = append(kinds, r)
		}
	}
	return kinds
}

// isSubset reports whether every path of one scope is a path of another, under a
// folding. It reports decided as false if that takes more than maxSteps.
func isSubset(inner, outer *Scope, f Folding) (subset, decided bool) {
	budget := maxSteps
	progA, errA := inner.prog(f)
	progB, errB := outer.prog(f)
	if errA != nil || errB != nil {
		return false, false
	}
	a, b := newPathAutomaton(progA, inner.regexp == nil, &budget), newPathAutomaton(progB, outer.regexp == nil, &budget)
	kinds := alphabet(&budget, a, b)
	s := comparison{inner: a, outer: b, slashes: f&FoldTrailingSlash != 0, rest: f&FoldEmptyRest != 0, seen: make(map[compared]bool)}
	s.visit(compared{start, start, foldedAway{}})
	for len(s.queue) > 0 {
		if budget < 0 {
			return false, false
		}
		c := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		if s.isCounterexample(c) {
			return false, budget >= 0
		}
		for _, r := range kinds {
			s.visit(s.step(c, r))
		}
	}
	return true, budget >= 0
}

// A comparison visits every pair of states that some path leads to.
type comparison struct {
	inner, outer *pathAutomaton
	slashes      bool // those at the end of a path do not count
	rest         bool // one at the end may be missing
	seen         map[compared]bool
	queue        []compared
}

type compared struct {
	inner, outer int
	foldedAway   foldedAway
}

// foldedAway says, within the slashes at the end of a path, whether the path
// matches without them, or with one.
type foldedAway struct {
	slash, inner, outer bool
}

func (s *comparison) visit(c compared) {
	if s.inner.isDead(c.inner) && !c.foldedAway.inner || s.seen[c] {
		return // nothing that goes on matches the inner expression
	}
	s.seen[c] = true
	s.queue = append(s.queue, c)
}

func (s *comparison) step(c compared, r rune) compared {
	next := compared{s.inner.step(c.inner, r), s.outer.step(c.outer, r), foldedAway{}}
	if s.slashes && r == '/' {
		next.foldedAway = c.foldedAway
		if !c.foldedAway.slash {
			next.foldedAway = foldedAway{true, s.inner.matchesFolded(c.inner, next.inner), s.outer.matchesFolded(c.outer, next.outer)}
		}
	}
	return next
}

// matchesFolded reports whether a path matches without slashes at its end, or with
// one. The root has one in any case.
func (a *pathAutomaton) matchesFolded(bare, slashed int) bool {
	if bare == start {
		bare, slashed = slashed, a.step(slashed, '/')
	}
	return a.accepts(bare) || !a.pattern && a.accepts(slashed)
}

// matches reports whether the path that led to a state of a matches, given what is
// known of it without the slashes at its end, if it has any.
func (s *comparison) matches(a *pathAutomaton, state int, atSlash, foldedAway bool) bool {
	switch {
	case !s.slashes && s.rest && !a.pattern:
		return a.accepts(state) || a.accepts(a.step(state, '/'))
	case !s.slashes:
		return a.accepts(state)
	case atSlash:
		return foldedAway || !a.pattern && a.accepts(state)
	}
	return a.matchesFolded(state, a.step(state, '/'))
}

func (s *comparison) isCounterexample(c compared) bool {
	return c.inner != start && // a path is not empty
		s.matches(s.inner, c.inner, c.foldedAway.slash, c.foldedAway.inner) &&
		!s.matches(s.outer, c.outer, c.foldedAway.slash, c.foldedAway.outer)
}

// shortest returns the shortest path that an expression matches, if it finds one
// within maxSteps.
func shortest(prog *syntax.Prog) (path string, ok bool) {
	budget := maxSteps
	a := newPathAutomaton(prog, false, &budget)
	type reached struct {
		state int
		path  string
	}
	kinds := alphabet(&budget, a)
	seen := map[int]bool{start: true}
	for queue := []reached{{start, ""}}; len(queue) > 0 && budget > 0; queue = queue[1:] {
		at := queue[0]
		if a.accepts(at.state) {
			return at.path, true
		}
		for _, r := range kinds {
			if next := a.step(at.state, r); !seen[next] && !a.isDead(next) {
				seen[next] = true
				queue = append(queue, reached{next, at.path + string(r)})
			}
		}
	}
	return "", false
}

// tree returns the expression of a pattern under a folding.
func (p *pathPattern) tree(f Folding) *syntax.Regexp {
	folded := p.underFolding(f)
	var text strings.Builder
	for _, segment := range folded.segments {
		text.WriteByte('/')
		if segment.wildcard {
			text.WriteString("[^/]+")
		} else {
			text.WriteString(regexp.QuoteMeta(segment.literal))
		}
	}
	switch {
	case folded.end == endsInSlash:
		text.WriteByte('/')
	case folded.end == endsInRest, len(folded.segments) == 0:
		text.WriteString("/.*")
	case folded.end == endsInSubtree:
		text.WriteString("(?:/.*)?")
	}
	tree, err := syntax.Parse(text.String(), syntax.Perl|syntax.DotNL)
	if err != nil {
		panic(err) // literal segments are quoted
	}
	if f&FoldCase != 0 {
		tree = bothCases(tree)
	}
	return tree
}
