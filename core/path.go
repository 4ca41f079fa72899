package cors

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// PathFolding says in which ways a router treats different paths as one, so
// that the engine does the same. The zero value is exact comparison.
type PathFolding uint8

const (
	// FoldCase: the router ignores the case of ASCII letters.
	FoldCase PathFolding = 1 << iota
	// FoldTrailingSlash: the router ignores slashes at the end of a path.
	FoldTrailingSlash
	// FoldEmptySegment: a wildcard for one segment matches an empty one, too,
	// unless it is the last.
	FoldEmptySegment
	// FoldEmptyRest: a wildcard for the rest matches even where the slash before
	// it is missing.
	FoldEmptyRest
)

// fold returns the path that is compared.
func (f PathFolding) fold(path string) string {
	if f&FoldTrailingSlash != 0 {
		path = strings.TrimRight(path, "/")
	}
	if path == "" {
		return "/"
	}
	return path
}

func (f PathFolding) equal(a, b string) bool {
	if f&FoldCase == 0 {
		return a == b
	}
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// A pathPattern is a compiled entry of [Config.Paths].
type pathPattern struct {
	segments []pathSegment
	end      pathEnd
}

type pathSegment struct {
	literal  string
	wildcard bool
}

type pathEnd uint8

const (
	endsHere      pathEnd = iota
	endsInSubtree         // "/api/": "/api" and all below
	endsInRest            // "/api/{rest...}": all below
	endsInSlash           // "/api/{$}"
)

// parsePathPattern follows the patterns of net/http's ServeMux, as far as they
// speak of paths. It returns what is wrong and what to write instead, if
// anything.
func parsePathPattern(s string) (p pathPattern, complaint string) {
	if !strings.HasPrefix(s, "/") {
		return p, `does not begin with a slash: write the path only, without method and host, such as "/api/"`
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		return p, `a path ends before "?" and "#": write "` + s[:i] + `"`
	}
	segments := strings.Split(s[1:], "/")
	names := make(map[string]bool)
	for i, segment := range segments {
		last := i == len(segments)-1
		name, isWildcard := cutWildcard(segment)
		name, rest := strings.CutSuffix(name, "...")
		switch {
		case segment == "" && last:
			p.end = endsInSubtree
		case segment == "" || segment == "." || segment == "..":
			return p, `routers remove empty, "." and ".." segments: write the path without them, or use PathRegexps`
		case !isWildcard && strings.ContainsAny(segment, "{}*"):
			return p, `a wildcard stands for a whole segment and is written "{name}", or "{name...}" for all that follows: use PathRegexps for others`
		case !isWildcard:
			p.segments = append(p.segments, pathSegment{literal: segment})
		case segment == "{$}" && last:
			p.end = endsInSlash
		case segment == "{$}" || rest && !last:
			return p, "\"" + segment + "\" can stand at the end only"
		case !isIdentifier(name):
			return p, `a wildcard's name is a Go identifier, such as "{id}"`
		case names[name]:
			return p, "the wildcard \"" + segment + "\" stands twice: give each a name of its own"
		case rest:
			p.end = endsInRest
		default:
			names[name] = true
			p.segments = append(p.segments, pathSegment{wildcard: true})
		}
	}
	return p, ""
}

func cutWildcard(segment string) (name string, ok bool) {
	if !strings.HasPrefix(segment, "{") || !strings.HasSuffix(segment, "}") {
		return "", false
	}
	return segment[1 : len(segment)-1], true
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// match matches a path that f has folded.
func (p *pathPattern) match(path string, f PathFolding) bool {
	if path[0] != '/' {
		return false
	}
	rest, more := path[1:], true
	for i := range p.segments {
		if !more {
			return false
		}
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if p.segments[i].wildcard {
			if segment == "" && !(more && f&FoldEmptySegment != 0) {
				return false
			}
		} else if !f.equal(segment, p.segments[i].literal) {
			return false
		}
	}
	switch p.end {
	case endsInSubtree:
		return true
	case endsInRest:
		return more || f&(FoldTrailingSlash|FoldEmptyRest) != 0
	case endsInSlash:
		return more && rest == "" || !more && f&FoldTrailingSlash != 0
	}
	return !more
}

// covers reports whether p matches every path that q matches.
func (p *pathPattern) covers(q *pathPattern) bool {
	if len(q.segments) < len(p.segments) {
		return false
	}
	for i, segment := range p.segments {
		if !segment.wildcard && segment != q.segments[i] {
			return false
		}
	}
	longer := len(q.segments) > len(p.segments)
	switch p.end {
	case endsInSubtree:
		return true
	case endsInRest:
		return longer || q.end == endsInRest || q.end == endsInSlash
	}
	return !longer && p.end == q.end
}

// A pathRegexp is a compiled entry of [Config.PathRegexps].
type pathRegexp struct {
	exact, folded *regexp.Regexp
}

// parsePathRegexp compiles an expression. The dot matches line breaks, too: a
// path can contain one, and must not slip past a policy by it.
func parsePathRegexp(s string) (pathRegexp, error) {
	exact, err := compileAnchored(s, syntax.Perl|syntax.DotNL)
	if err != nil {
		return pathRegexp{}, err
	}
	folded, err := compileAnchored(s, syntax.Perl|syntax.DotNL|syntax.FoldCase)
	return pathRegexp{exact, folded}, err
}

// compileAnchored parses s by itself, since what it opens and does not close
// (\Q) must not swallow the anchor.
func compileAnchored(s string, flags syntax.Flags) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(s, flags)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(`\A(?:` + tree.String() + `)\z`)
}

// match matches a path as it came. Where the router ignores slashes at the
// end, the expression may be written with one or without.
func (x *pathRegexp) match(path string, f PathFolding) bool {
	re := x.exact
	if f&FoldCase != 0 {
		re = x.folded
	}
	if re.MatchString(path) {
		return true
	}
	if f&FoldTrailingSlash == 0 {
		return false
	}
	folded := f.fold(path)
	return re.MatchString(folded) || re.MatchString(folded+"/")
}

// A territory is what a Config governs.
type territory struct {
	all      bool
	patterns []pathPattern
	regexps  []pathRegexp
	sources  []string // of the regexps
}

func (t *territory) contains(path string, f PathFolding) bool {
	if t.all {
		return true
	}
	folded := f.fold(path)
	for i := range t.patterns {
		if t.patterns[i].match(folded, f) {
			return true
		}
	}
	for i := range t.regexps {
		if t.regexps[i].match(path, f) {
			return true
		}
	}
	return false
}

// coversPattern reports whether all that p matches is known to be in t.
func (t *territory) coversPattern(p *pathPattern) bool {
	if t.everything() {
		return true
	}
	for i := range t.patterns {
		if t.patterns[i].covers(p) {
			return true
		}
	}
	return false
}

// coversRegexp is coversPattern for an expression.
func (t *territory) coversRegexp(source string) bool {
	if t.everything() {
		return true
	}
	for _, s := range t.sources {
		if s == source {
			return true
		}
	}
	return false
}

// everything reports whether t is known to contain every path.
func (t *territory) everything() bool {
	if t.all {
		return true
	}
	for i := range t.patterns {
		if p := &t.patterns[i]; len(p.segments) == 0 && (p.end == endsInSubtree || p.end == endsInRest) {
			return true
		}
	}
	for _, s := range t.sources {
		s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "^"), "/"), "$")
		if s == ".*" {
			return true
		}
	}
	return false
}

// coversAny reports whether t is known to contain some whole entry of u.
func (t *territory) coversAny(u *territory) bool {
	if u.all {
		return t.everything()
	}
	for i := range u.patterns {
		if t.coversPattern(&u.patterns[i]) {
			return true
		}
	}
	for _, s := range u.sources {
		if t.coversRegexp(s) {
			return true
		}
	}
	return false
}

// unreachable reports whether each entry of t is covered by one of the earlier
// territories.
func (t *territory) unreachable(earlier []territory) (by int, unreachable bool) {
	covered := func(covers func(*territory) bool) bool {
		for i := range earlier {
			if covers(&earlier[i]) {
				by = i
				return true
			}
		}
		return false
	}
	if t.all {
		return by, covered((*territory).everything)
	}
	for i := range t.patterns {
		if !covered(func(e *territory) bool { return e.coversPattern(&t.patterns[i]) }) {
			return 0, false
		}
	}
	for _, s := range t.sources {
		if !covered(func(e *territory) bool { return e.coversRegexp(s) }) {
			return 0, false
		}
	}
	return by, len(t.patterns)+len(t.sources) > 0
}
