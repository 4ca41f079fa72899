package origin

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/corskit/cors/core/internal/message"
)

// A Regexp is an RE2 regular expression that is matched against a whole
// serialized origin.
type Regexp struct {
	text     string
	re       *regexp.Regexp
	tree     *syntax.Regexp
	size     int      // in instructions
	domains  []string // that it is confined to, apart from private networks and the machine itself
	open     string   // a hostile origin that matches, if any
	insecure string   // a plain-http origin that matches and is not loopback, if any
}

// ParseRegexp reads a regular expression (RE2 syntax, as in package regexp), which is
// anchored at both ends, and analyses whose origins it matches. The analysis is
// bounded: a regular expression that is too large for it is an error. The error, if any,
// is an [*Error].
func ParseRegexp(s string) (*Regexp, error) {
	e, err := readRegexp(s, &analysis{})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func readRegexp(s string, a *analysis) (*Regexp, *Error) {
	if len(s) > maxSource {
		return nil, problem(CodeRegexpSize, "is longer than %d bytes; list the origins in @AllowOrigins, or write several regular expressions", maxSource)
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, regexpSyntaxError(s, err)
	}
	removeCaptures(tree)
	size := instructions(tree)
	if size > maxInstructions {
		return nil, tooLarge()
	}
	re, err := compileAnchored(tree)
	if err != nil {
		return nil, problem(CodeRegexpSize, "is too large for RE2 (%v); list the origins in @AllowOrigins", err)
	}
	e := &Regexp{text: s, re: re, tree: tree, size: size}
	if err := a.analyse(e); err != nil {
		return nil, err
	}
	return e, nil
}

// String returns the regular expression as it was written.
func (e *Regexp) String() string { return e.text }

// Unconfined returns an origin that e matches and that can be somebody else's, and
// true, if the matches of e are not confined to registrable domains that e spells
// out. A registrable domain is a public suffix and the label before it, such as
// example.co.uk or me.github.io. It is spelled out if e has all its characters
// literally, as in example\.(de|dk) or (my-)?app\.vercel\.app: not by a class,
// a dot or a repetition. Addresses in private, loopback and link-local networks
// needn't be spelled out.
//
// ParseRegexp analyses the regular expression itself and not samples, so that this
// holds for every origin.
func (e *Regexp) Unconfined() (hostile string, unconfined bool) {
	return e.open, e.open != ""
}

// UnconfinedProblem says what is wrong with e, which is unconfined, and what to write
// instead.
func (e *Regexp) UnconfinedProblem() message.Message {
	if escaped, matched, confined := e.withEscapedDots(); confined {
		return message.New("has a dot that isn't escaped, so it matches any character there, as in %q; write %#q", matched, escaped)
	}
	if o, ok := Parse(e.open); ok {
		if suffix := suffixOf(o.Host); isShared(suffix) {
			return message.New("also matches %q, and anyone gets a name under %q; "+ownPreviews, e.open, suffix)
		}
	}
	return message.New("also matches %q, which anybody can own; spell out the registrable domain, with the dot before it and every dot escaped, as in %#q", e.open, `https://([a-z0-9-]+\.)*example\.com`)
}

// withEscapedDots returns e with every dot escaped that matches one character, an origin
// that e matches and the returned one doesn't, and true if that confines e.
func (e *Regexp) withEscapedDots() (text, hostile string, confined bool) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(e.text); i++ {
		c := e.text[i]
		next := ""
		if i+1 < len(e.text) {
			next = e.text[i+1 : i+2]
		}
		switch {
		case c == '\\':
			b.WriteByte(c)
			b.WriteString(next)
			i++
			continue
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		case c == '.' && !inClass && (next == "" || !strings.Contains("*+?{", next)):
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	escaped, err := readRegexp(b.String(), &analysis{})
	if err != nil || escaped.text == e.text || escaped.open != "" {
		return "", "", false
	}
	hostile = e.open // may have a dot where any character can be
	for i := len(hostile) - 1; i >= 0 && escaped.re.MatchString(hostile); i-- {
		if other := e.open[:i] + "x" + e.open[i+1:]; e.open[i] == '.' && e.re.MatchString(other) {
			hostile = other
		}
	}
	return escaped.text, hostile, true
}

// Insecure returns an origin of plain http other than the machine itself that
// e matches, and true, if there is one.
func (e *Regexp) Insecure() (example string, insecure bool) {
	return e.insecure, e.insecure != ""
}

func regexpSyntaxError(s string, err error) *Error {
	var syntaxErr *syntax.Error
	if errors.As(err, &syntaxErr) {
		if syntaxErr.Code == syntax.ErrInvalidPerlOp || strings.HasPrefix(syntaxErr.Expr, "(?") {
			return problem(CodeRegexpSyntax, "%v: RE2 has no look-around; write what is allowed, not what is excluded", syntaxErr)
		}
		if syntaxErr.Code == syntax.ErrInvalidEscape && len(syntaxErr.Expr) == 2 && '1' <= syntaxErr.Expr[1] && syntaxErr.Expr[1] <= '9' {
			return problem(CodeRegexpSyntax, "%v: RE2 has no back-references; write the alternatives out", syntaxErr)
		}
		if syntaxErr.Code == syntax.ErrLarge || syntaxErr.Code == syntax.ErrNestingDepth {
			return problem(CodeRegexpSize, "is too large for RE2 (%v); list the origins in @AllowOrigins", syntaxErr)
		}
		err = syntaxErr
	}
	return problem(CodeRegexpSyntax, "%v; write an RE2 regular expression such as %#q", err, `https://[a-z0-9-]+\.example\.com`)
}

func tooLarge() *Error {
	return problem(CodeRegexpSize, "is too large to be analysed; list the origins in @AllowOrigins, or write several regular expressions")
}

// removeCaptures turns groups into plain ones, since captures cost time.
func removeCaptures(tree *syntax.Regexp) {
	if tree.Op == syntax.OpCapture {
		tree.Op, tree.Name, tree.Cap = syntax.OpConcat, "", 0
	}
	for _, sub := range tree.Sub {
		removeCaptures(sub)
	}
}

// compileAnchored compiles the union of the trees, matched against a whole
// text. The end is \z, not $: that is the same unless (?m) is set.
func compileAnchored(trees ...*syntax.Regexp) (*regexp.Regexp, error) {
	alternatives := make([]string, len(trees))
	for i, tree := range trees {
		alternatives[i] = tree.String()
	}
	return regexp.Compile(`\A(?:` + strings.Join(alternatives, "|") + `)\z`)
}

// matchAny reports whether a text is an origin and one of the regular expressions
// matches it.
func matchAny(list []*regexp.Regexp, text string) bool {
	if len(list) == 0 {
		return false
	}
	if _, ok := Parse(text); !ok {
		return false
	}
	for _, re := range list {
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

// union joins regular expressions into one, or into several where one would be too large.
// Where they begin with different texts, package regexp drops most of them at the
// first character that differs; where they begin with wildcards, it follows all of
// them to the end, and joining them neither helps nor harms.
func union(regexps []*Regexp) []*regexp.Regexp {
	switch len(regexps) {
	case 0:
		return nil
	case 1:
		return []*regexp.Regexp{regexps[0].re}
	}
	size := 0
	trees := make([]*syntax.Regexp, len(regexps))
	for i, e := range regexps {
		trees[i] = e.tree
		size += e.size
	}
	if size <= 2*maxInstructions {
		if re, err := compileAnchored(trees...); err == nil {
			return []*regexp.Regexp{re}
		}
	}
	half := len(regexps) / 2
	return append(union(regexps[:half]), union(regexps[half:])...)
}

// instructions returns about how many instructions a tree compiles to. Beyond
// maxInstructions it is no longer exact.
func instructions(tree *syntax.Regexp) int {
	const tooMany = maxInstructions + 1
	n := 0
	for _, sub := range tree.Sub {
		n = min(n+instructions(sub), tooMany)
	}
	switch tree.Op {
	case syntax.OpCapture, syntax.OpConcat:
	case syntax.OpLiteral:
		n = len(tree.Rune)
	case syntax.OpAlternate:
		n += len(tree.Sub)
	case syntax.OpRepeat:
		n = n*max(tree.Min, tree.Max, 1) + max(tree.Max-tree.Min, 1)
	default:
		n++
	}
	return min(n, tooMany)
}
