package paths

import (
	"net/url"
	pathpkg "path"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/corskit/cors/core/internal/message"
)

// A Folding says in which ways a router treats different paths as one. The zero value
// is exact comparison.
type Folding uint8

const (
	// FoldCase: the router ignores the case of ASCII letters.
	FoldCase Folding = 1 << iota
	// FoldTrailingSlash: the router ignores slashes at the end of a path.
	FoldTrailingSlash
	// FoldEmptySegment: a wildcard for one segment matches an empty one, too,
	// unless it is the last. So does a regular expression.
	FoldEmptySegment
	// FoldEmptyRest: a wildcard for the rest matches even where the slash before
	// it is missing. So does a regular expression.
	FoldEmptyRest

	// AllFoldings has all of them.
	AllFoldings = FoldCase | FoldTrailingSlash | FoldEmptySegment | FoldEmptyRest
)

// fold returns the path that is compared.
func (f Folding) fold(path string) string {
	if f&FoldTrailingSlash != 0 {
		path = strings.TrimRight(path, "/")
	}
	if path == "" {
		return "/"
	}
	return path
}

// foldText returns a literal part of a path as it is compared.
func (f Folding) foldText(s string) string {
	if f&FoldCase == 0 {
		return s
	}
	return strings.Map(lowerRune, s)
}

func (f Folding) equal(a, b string) bool {
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

// OfServeMux returns the path of a URL as net/http's ServeMux routes it.
func OfServeMux(u *url.URL) string {
	// ServeMux cuts the escaped path into segments and then unescapes each, so
	// that an escaped slash separates nothing. Without one, that is the same as
	// unescaping the whole. A raw path with a character that should have been
	// escaped, such as "|", counts for nothing: what is routed is then the
	// decoded one.
	raw := u.RawPath
	if !strings.Contains(raw, "%2F") && !strings.Contains(raw, "%2f") || raw != u.EscapedPath() {
		return u.Path
	}
	segments := strings.Split(raw, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		switch {
		case err != nil:
		case plain == "/":
			segments[i] = "" // no wildcard for a segment matches it, and at the end it is a slash
		case !strings.Contains(plain, "/"):
			segments[i] = plain
		}
	}
	return strings.Join(segments, "/")
}

// Served returns the path that a handler serves which unescapes and cleans it, if
// that is another.
func Served(path string) (served string, differs bool) {
	if !isUnclean(path) {
		return path, false
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	served = pathpkg.Clean("/" + plain)
	if strings.HasSuffix(plain, "/") && served != "/" {
		served += "/"
	}
	return served, served != path
}

// isUnclean reports whether a path may have escapes, empty segments, or segments of
// dots.
func isUnclean(path string) bool {
	for i := range len(path) {
		switch path[i] {
		case '%':
			return true
		case '/':
			rest := path[i+1:]
			if rest != "" && rest[0] == '/' || rest == "." || rest == ".." || strings.HasPrefix(rest, "./") || strings.HasPrefix(rest, "../") {
				return true
			}
		}
	}
	return false
}

// A pathPattern is a compiled entry of Paths.
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
// speak of paths.
func parsePathPattern(s string) (p pathPattern, err error) {
	wrong := func(format string, args ...any) (pathPattern, error) {
		return pathPattern{}, message.New(format, args...)
	}
	if !strings.HasPrefix(s, "/") {
		return wrong(`does not begin with a slash; write the path only, without method and host, such as "/api/"`)
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		if _, err := parsePathPattern(s[:i]); err != nil {
			return wrong(`a path ends before "?" and "#"; the part before it %v`, err)
		}
		return wrong(`a path ends before "?" and "#"; write %q`, s[:i])
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
			return wrong(`routers remove empty, "." and ".." segments; write the path without them, or use @PathRegexps`)
		case !isWildcard && (segment[0] == ':' || strings.Contains(segment, "*")):
			if pattern := translate(segments); pattern != "" {
				return wrong(`routers other than net/http's write wildcards like this; write %q`, pattern)
			}
			return wrong(`a wildcard is a whole segment, written "{name}", or "{name...}" for all that follows; use @PathRegexps for others`)
		case !isWildcard && looksLikeRegexp(segment):
			return wrong("looks like a regular expression, which would match no path here; put it into @PathRegexps, written %#q", s)
		case !isWildcard && isEscaped(segment):
			if plain, err := url.PathUnescape(s); err == nil {
				return wrong(`has an escape, and paths are compared unescaped; write %q, or use @PathRegexps if your router routes escaped paths`, plain)
			}
			return wrong(`has an escape, and paths are compared unescaped; write the characters themselves`)
		case !utf8.ValidString(segment) || strings.ContainsRune(segment, utf8.RuneError):
			return wrong(`isn't valid UTF-8; use @PathRegexps for such paths`)
		case !isWildcard && strings.ContainsAny(segment, "{}"):
			return wrong(`a wildcard is a whole segment, written "{name}", or "{name...}" for all that follows; use @PathRegexps for others`)
		case !isWildcard:
			p.segments = append(p.segments, pathSegment{literal: segment})
		case segment == "{$}" && last:
			p.end = endsInSlash
		case segment == "{$}" || rest && !last:
			return wrong("%q can be the last segment only", segment)
		case strings.Contains(name, ":"):
			return wrong("a wildcard has no expression of its own; write %q for any segment, or use @PathRegexps", "{"+name[:strings.IndexByte(name, ':')]+"}")
		case !isIdentifier(name):
			return wrong(`a wildcard's name is a Go identifier, such as "{id}"`)
		case names[name]:
			return wrong("the wildcard %q appears twice; give each a name of its own", segment)
		case rest:
			p.end = endsInRest
		default:
			names[name] = true
			p.segments = append(p.segments, pathSegment{wildcard: true})
		}
	}
	return p, nil
}

// translate writes the wildcards of other routers, ":id", "*" and "*rest", as those
// of net/http's ServeMux. It returns the empty string if that makes no pattern.
func translate(segments []string) string {
	var pattern strings.Builder
	for i, segment := range segments {
		pattern.WriteByte('/')
		name, isParameter := strings.CutPrefix(segment, ":")
		rest, isRest := strings.CutPrefix(segment, "*")
		switch {
		case isParameter:
			pattern.WriteString("{" + name + "}")
		case isRest && i == len(segments)-1 && rest == "":
		case isRest && i == len(segments)-1:
			pattern.WriteString("{" + rest + "...}")
		case strings.Contains(segment, "*"):
			return ""
		default:
			pattern.WriteString(segment)
		}
	}
	if _, err := parsePathPattern(pattern.String()); err != nil {
		return ""
	}
	return pattern.String()
}

// looksLikeRegexp reports whether a segment has what paths hardly have, and
// regular expressions do.
func looksLikeRegexp(segment string) bool {
	return strings.ContainsAny(segment, `\[]^|`) || strings.Contains(segment, ".+")
}

// isEscaped reports whether a segment has an escaped character, such as "%20".
func isEscaped(segment string) bool {
	for i := 0; i+2 < len(segment); i++ {
		if segment[i] == '%' && isHex(segment[i+1]) && isHex(segment[i+2]) {
			return true
		}
	}
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= lowerASCII(c) && lowerASCII(c) <= 'f'
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
func (p *pathPattern) match(path string, f Folding) bool {
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

// underFolding returns a pattern that matches the same paths, folded by f, and
// that equals another pattern under f if and only if both match the same paths.
func (p *pathPattern) underFolding(f Folding) pathPattern {
	folded := *p
	switch p.end {
	case endsInRest:
		// At the root, the slash before the rest is never missing.
		if len(p.segments) == 0 || f&(FoldTrailingSlash|FoldEmptyRest) != 0 {
			folded.end = endsInSubtree
		}
	case endsInSlash:
		if len(p.segments) > 0 && f&FoldTrailingSlash != 0 {
			folded.end = endsHere
		}
	}
	if f&FoldCase != 0 {
		folded.segments = slices.Clone(p.segments)
		for i := range folded.segments {
			folded.segments[i].literal = f.foldText(folded.segments[i].literal)
		}
	}
	return folded
}

func lowerRune(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(lowerASCII(byte(r)))
	}
	return r
}

// covers reports whether p matches every path that q matches. Both are
// underFolding the same folding.
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

// key returns a text that is the same for patterns that match the same paths.
func (p *pathPattern) key() string {
	end := p.underFolding(0).end
	return p.join("{}") + [...]string{endsHere: "", endsInSubtree: "/", endsInRest: "/{...}", endsInSlash: "/{$}"}[end]
}

// join returns the segments as a path, with a text for each wildcard.
func (p *pathPattern) join(wildcard string) string {
	var path strings.Builder
	for _, segment := range p.segments {
		path.WriteByte('/')
		if segment.wildcard {
			path.WriteString(wildcard)
		}
		path.WriteString(segment.literal)
	}
	return path.String()
}

// isLiteral reports whether p matches one path alone.
func (p *pathPattern) isLiteral() bool {
	return p.end == endsHere && !slices.ContainsFunc(p.segments, func(s pathSegment) bool { return s.wildcard })
}

// sample returns a path that p matches.
func (p *pathPattern) sample() string {
	path := p.join("x")
	if p.end == endsInRest || p.end == endsInSlash || path == "" {
		path += "/"
	}
	return path
}

// A pathRegexp is a compiled entry of PathRegexps.
type pathRegexp struct {
	exact, folded *regexp.Regexp // folded ignores the case of ASCII letters
	prog          *syntax.Prog   // of exact, without anchors
	foldedProg    *syntax.Prog   // of folded
	prefix        []string       // whole segments that every match begins with
	sample        string         // a path that it matches, if one is known
}

// onlyBegins matches a regular expression that says how a path begins, and seems to leave
// open how it goes on.
var onlyBegins = regexp.MustCompile(`^\^.*[\w/-]$`)

// checkPathRegexp refuses what matches no path, and habits of other systems that match
// fewer paths than they seem to: a policy that doesn't apply fails open.
func checkPathRegexp(source, literal string) error {
	switch {
	case source == "" || literal != "" && literal[0] != '/':
		return message.New("matches no path, since paths begin with a slash")
	case onlyBegins.MatchString(source) && !strings.HasSuffix(source, `\z`):
		return message.New("must match the whole path, and says only how that begins; end it with `.*`, or with `$` if nothing follows")
	case strings.HasSuffix(source, "/*") && !strings.HasSuffix(source, `\/*`):
		return message.New("ends with a star that repeats the slash; end it with `/.*`")
	}
	return nil
}

// parsePathRegexp compiles an expression. The dot matches line breaks: a path
// can contain one, and must not slip past a policy by it.
func parsePathRegexp(s string) (*pathRegexp, error) {
	tree, err := syntax.Parse(s, syntax.Perl|syntax.DotNL)
	if err != nil {
		return nil, err
	}
	if programSize(tree) > maxPathProgram {
		return nil, message.New("is too large")
	}
	x := new(pathRegexp)
	if x.exact, x.prog, err = compilePath(tree); err != nil {
		return nil, err
	}
	if x.folded, x.foldedProg, err = compilePath(bothCases(tree)); err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(trimAnchors(tree).Simplify())
	if err != nil {
		return nil, err
	}
	literal, _ := prog.Prefix()
	if err := checkPathRegexp(s, literal); err != nil {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(literal, "/"); ok {
		segments := strings.Split(rest, "/")
		segments = segments[:len(segments)-1] // the last may go on
		if i := slices.Index(segments, ""); i >= 0 {
			segments = segments[:i] // routers drop empty ones
		}
		x.prefix = segments
	}
	if path, ok := shortest(x.prog); ok && x.exact.MatchString(path) {
		x.sample = path
	}
	return x, nil
}

// maxPathProgram bounds the programs of regular expressions for paths, and so the time
// that compiling and comparing them takes.
const maxPathProgram = 5000

// programSize estimates how many instructions an expression has.
func programSize(tree *syntax.Regexp) int {
	size := 1 + len(tree.Rune)
	for _, sub := range tree.Sub {
		size += programSize(sub)
	}
	if tree.Op == syntax.OpRepeat {
		size *= max(1, tree.Min, tree.Max)
	}
	return min(size, maxPathProgram+1)
}

// compilePath compiles a tree to match whole paths, and to be compared.
func compilePath(tree *syntax.Regexp) (*regexp.Regexp, *syntax.Prog, error) {
	whole, err := compileAnchored(tree)
	if err != nil {
		return nil, nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	return whole, prog, err
}

// compileAnchored compiles a tree that was parsed by itself, since what a text
// opens and does not close (\Q) must not swallow the anchor.
func compileAnchored(tree *syntax.Regexp) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + tree.String() + `)\z`)
}

// trimAnchors returns the tree without an anchor at its beginning, which every
// match of a whole path passes.
func trimAnchors(tree *syntax.Regexp) *syntax.Regexp {
	if tree.Op == syntax.OpConcat && len(tree.Sub) > 1 && tree.Sub[0].Op == syntax.OpBeginText {
		trimmed := *tree
		trimmed.Sub = tree.Sub[1:]
		return &trimmed
	}
	return tree
}

// bothCases returns a tree that matches a text if and only if the given one
// matches a text that differs in the case of ASCII letters at most.
func bothCases(tree *syntax.Regexp) *syntax.Regexp {
	switch tree.Op {
	case syntax.OpLiteral:
		if tree.Flags&syntax.FoldCase != 0 {
			return tree
		}
		concat := &syntax.Regexp{Op: syntax.OpConcat}
		for _, r := range tree.Rune {
			class := []rune{r, r}
			if other, ok := otherCase(r); ok {
				class = []rune{min(r, other), min(r, other), max(r, other), max(r, other)}
			}
			concat.Sub = append(concat.Sub, &syntax.Regexp{Op: syntax.OpCharClass, Rune: class})
		}
		return concat
	case syntax.OpCharClass:
		class := &syntax.Regexp{Op: syntax.OpAlternate, Sub: []*syntax.Regexp{tree}}
		for r := 'A'; r <= 'z'; r++ {
			if other, ok := otherCase(r); ok && classContains(tree.Rune, r) {
				class.Sub = append(class.Sub, &syntax.Regexp{Op: syntax.OpCharClass, Rune: []rune{other, other}})
			}
		}
		return class
	}
	folded := *tree
	folded.Sub = make([]*syntax.Regexp, len(tree.Sub))
	for i, sub := range tree.Sub {
		folded.Sub[i] = bothCases(sub)
	}
	return &folded
}

// otherCase returns an ASCII letter in the other case.
func otherCase(r rune) (rune, bool) {
	switch {
	case 'a' <= r && r <= 'z':
		return r - 'a' + 'A', true
	case 'A' <= r && r <= 'Z':
		return r - 'A' + 'a', true
	}
	return r, false
}

// classContains reports whether r is in one of the ranges of a class.
func classContains(ranges []rune, r rune) bool {
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] <= r && r <= ranges[i+1] {
			return true
		}
	}
	return false
}

// match matches a path as it came. Where the router ignores slashes at the
// end, the expression may be written with one or without. Where a wildcard of the
// router matches an empty segment, so does a part of the expression that is meant for
// a segment: the path is tried with a letter and with a digit in its place.
func (x *pathRegexp) match(path string, f Folding) bool {
	if x.matchFilled(path, f) {
		return true
	}
	if f&FoldEmptySegment == 0 || !strings.Contains(path, "//") {
		return false
	}
	return x.matchFilled(fillSegments(path, "q"), f) || x.matchFilled(fillSegments(path, "7"), f)
}

// fillSegments puts a text into each empty segment but the last.
func fillSegments(path, text string) string {
	for range 2 { // slashes that one replacement has taken are missing to the next
		path = strings.ReplaceAll(path, "//", "/"+text+"/")
	}
	return path
}

func (x *pathRegexp) matchFilled(path string, f Folding) bool {
	re := x.exact
	if f&FoldCase != 0 {
		re = x.folded
	}
	if re.MatchString(path) {
		return true
	}
	folded := f.fold(path)
	switch {
	case f&FoldTrailingSlash != 0:
		return re.MatchString(folded) || re.MatchString(folded+"/")
	case f&FoldEmptyRest != 0:
		return re.MatchString(folded + "/")
	}
	return false
}
