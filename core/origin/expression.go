package origin

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// An Expression is an RE2 expression that is matched against a whole
// serialized origin.
type Expression struct {
	text     string
	re       *regexp.Regexp
	tree     *syntax.Regexp
	open     string // a hostile origin that matches, if any
	insecure string // a plain-http origin that matches and is not loopback, if any
}

// ParseExpression reads an expression (RE2 syntax, as in package regexp) and
// decides what it confines its matches to. It is anchored at both ends. The
// error, if any, is an [*Error].
func ParseExpression(s string) (*Expression, error) {
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, expressionSyntax(s, err)
	}
	removeCaptures(tree)
	re, err := compileAnchored(tree)
	if err != nil {
		return nil, problem(CodeExpressionSize, "is too large for RE2 (%v): list the origins in AllowOrigins", err)
	}
	e := &Expression{text: s, re: re, tree: tree}
	if err := e.analyse(); err != nil {
		return nil, err
	}
	return e, nil
}

// String returns the expression as it was written.
func (e *Expression) String() string { return e.text }

// Unconfined returns an origin of somebody else that e matches, and true, if
// the matches of e are not confined to registrable domains that e spells out.
// The expression itself is analysed, so that this holds for every origin.
func (e *Expression) Unconfined() (hostile string, unconfined bool) {
	return e.open, e.open != ""
}

// Insecure returns an origin of plain http other than the machine itself that
// e matches, and true, if there is one.
func (e *Expression) Insecure() (example string, insecure bool) {
	return e.insecure, e.insecure != ""
}

func expressionSyntax(s string, err error) *Error {
	var syntaxErr *syntax.Error
	if errors.As(err, &syntaxErr) {
		if syntaxErr.Code == syntax.ErrInvalidPerlOp || strings.HasPrefix(syntaxErr.Expr, "(?") {
			return problem(CodeExpressionSyntax, "%v: RE2 has no look-around; write what is allowed, not what is excluded", syntaxErr)
		}
		if syntaxErr.Code == syntax.ErrInvalidEscape && len(syntaxErr.Expr) == 2 && '1' <= syntaxErr.Expr[1] && syntaxErr.Expr[1] <= '9' {
			return problem(CodeExpressionSyntax, "%v: RE2 has no back-references; write the alternatives out", syntaxErr)
		}
		if syntaxErr.Code == syntax.ErrLarge || syntaxErr.Code == syntax.ErrNestingDepth {
			return problem(CodeExpressionSize, "is too large for RE2 (%v): list the origins in AllowOrigins", syntaxErr)
		}
		err = syntaxErr
	}
	return problem(CodeExpressionSyntax, "%v: write an RE2 expression such as %q", err, `https://[a-z0-9-]+\.example\.com`)
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

// union returns one expression for all, so that many cost about what one
// costs. Where they exceed the bounds of RE2 together, there are several.
func union(expressions []*Expression) []*regexp.Regexp {
	switch len(expressions) {
	case 0:
		return nil
	case 1:
		return []*regexp.Regexp{expressions[0].re}
	}
	trees := make([]*syntax.Regexp, len(expressions))
	for i, e := range expressions {
		trees[i] = e.tree
	}
	if re, err := compileAnchored(trees...); err == nil {
		return []*regexp.Regexp{re}
	}
	half := len(expressions) / 2
	return append(union(expressions[:half]), union(expressions[half:])...)
}
