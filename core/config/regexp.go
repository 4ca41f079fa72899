package config

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// A translation is a Python regular expression in RE2's syntax.
type translation struct {
	re2 string
	// open reports that a match can end before the text does. django-cors-headers
	// uses re.match, which then lets anything follow.
	open bool
	// choice reports that there are alternatives outside of all groups.
	choice bool
	// unicode reports that \d, \s or \w appears, which matches less in RE2: ASCII
	// only.
	unicode bool
	// wider is an escape that matches more in RE2 for the same reason, such as \W.
	wider string
}

// append returns the regular expression followed by suffix.
func (t *translation) append(suffix string) string {
	if t.choice {
		return "(?:" + t.re2 + ")" + suffix
	}
	return t.re2 + suffix
}

// piece matches the part of a Python regular expression that translate looks at
// next.
var piece = regexp.MustCompile(`^(?s:\\(?:x\{|.)|\[\^?\]?|\{[0-9]*,?[0-9]*\}|\(\?[A-Za-z-]*(?:<[!=]?|.)|.)`)

// translate returns a Python regular expression as one of RE2 that matches the
// same origins. It rewrites or refuses what means something else in RE2.
// regexp/syntax refuses most of what RE2 lacks.
func translate(python string) (*translation, error) {
	t := new(translation)
	var out strings.Builder
	var p string
	depth := 0
	var begun, inSet, negated, ascii bool // begun: something other than flags has been read
	for rest := python; rest != ""; rest = rest[len(p):] {
		p = piece.FindString(rest)
		if inSet && p[0] != '\\' {
			_, size := utf8.DecodeRuneInString(p)
			p = p[:size]
		}
		written := p
		switch {
		case p[0] == '\\' && len(p) > 1:
			switch c := p[1]; {
			case '1' <= c && c <= '9':
				return nil, fmt.Errorf(`RE2 has no back-references such as %q; write out the alternatives`, p)
			case p == `\x{` || strings.IndexByte("pPQ", c) >= 0:
				return nil, fmt.Errorf("%q isn't an escape in Python; write the characters that it stands for", p)
			case c == 'Z' && !inSet:
				written = `\z`
			case strings.IndexByte("DSWbB", c) >= 0, negated && strings.IndexByte("dsw", c) >= 0:
				t.wider = p
			case strings.IndexByte("dsw", c) >= 0:
				t.unicode = true
			}
		case inSet && p == "]":
			inSet, negated = false, false
		case inSet && p == "[":
			written = `\[` // "[:" begins a named set in RE2
		case inSet:
		case p[0] == '[':
			inSet, negated = true, strings.HasPrefix(p, "[^")
		case p[0] == '{' && len(p) > 2:
			written = repetition(p)
		case p == "(" || p == "(?P<":
			depth++
		case p == ")":
			depth--
		case p == "|":
			t.choice = t.choice || depth == 0
		case strings.HasPrefix(p, "(?") && p[len(p)-1] == ')':
			flags := p[2 : len(p)-1]
			if strings.Contains(flags, "x") {
				return nil, errors.New("RE2 has no verbose regular expressions; write it without white space and comments, and remove the flag x (re.VERBOSE)")
			}
			if begun || strings.Trim(flags, "aimsu") != "" {
				return nil, fmt.Errorf("%q isn't allowed here in Python; put flags first, as one of (?a), (?i), (?m), (?s) and (?u)", p)
			}
			ascii = ascii || strings.Contains(flags, "a")
			if flags = strings.NewReplacer("a", "", "u", "").Replace(flags); flags != "" {
				out.WriteString("(?" + flags + ")")
			}
			continue
		case strings.HasPrefix(p, "(?"):
			if p[len(p)-1] != ':' || strings.Trim(p[2:len(p)-1], "ims-") != "" {
				return nil, fmt.Errorf("RE2 has no %q; write what is allowed without it", p)
			}
			depth++
		}
		out.WriteString(written)
		begun = true
	}
	if ascii {
		t.unicode, t.wider = false, ""
	}
	t.re2 = out.String()
	tree, err := syntax.Parse(t.re2, syntax.Perl)
	if err != nil {
		refused := err.(*syntax.Error)
		return nil, fmt.Errorf("RE2 doesn't accept %q (%s); https://github.com/google/re2/wiki/Syntax says what to write", refused.Expr, refused.Code)
	}
	t.open = !reachesEnd(tree)
	return t, nil
}

// repetition rewrites a counted repetition. Python, unlike RE2, accepts one
// without a lower bound, and leading zeros.
func repetition(python string) string {
	trim := func(digits string) string { return cmp.Or(strings.TrimLeft(digits, "0"), "0") }
	low, high, isRange := strings.Cut(strings.Trim(python, "{}"), ",")
	re2 := "{" + trim(low)
	if isRange {
		re2 += ","
	}
	if high != "" {
		re2 += trim(high)
	}
	return re2 + "}"
}

// reachesEnd reports whether every match of re is known to reach the end of the
// text or, in multi-line mode, of a line.
func reachesEnd(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEndText, syntax.OpEndLine:
		return true
	case syntax.OpStar:
		return re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL
	case syntax.OpConcat:
		return reachesEnd(re.Sub[len(re.Sub)-1])
	case syntax.OpCapture, syntax.OpPlus:
		return reachesEnd(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !reachesEnd(sub) {
				return false
			}
		}
		return true
	}
	return false
}
