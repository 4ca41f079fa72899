package config

import (
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An expression is a Python expression, as RE2 writes it.
type expression struct {
	re2 string
	// open says that a match can end before the text does: Python's re.match,
	// which django-cors-headers uses, then leaves open what follows.
	open bool
	// choice says that alternatives stand outside of all groups.
	choice bool
	// unicode says that something in it stands for characters of all of Unicode
	// in Python, and of ASCII in RE2.
	unicode bool
}

// alone returns the expression so that something can be written behind it.
func (e *expression) alone() string {
	if e.choice {
		return "(?:" + e.re2 + ")"
	}
	return e.re2
}

// A fault is why an expression has no counterpart, and where it stands.
type fault struct {
	at      int // in characters, from 1; 0 for the whole expression
	message string
}

func (f *fault) String() string {
	if f.at == 0 {
		return f.message
	}
	return fmt.Sprintf("at character %d: %s", f.at, f.message)
}

// translate reads an expression of Python's module re and returns the RE2
// expression that matches the same. It copies what is the same in both.
func translate(python string) (*expression, *fault) {
	t := &translator{source: python}
	for t.at < len(t.source) {
		if fault := t.next(); fault != nil {
			return nil, fault
		}
	}
	e := &expression{re2: t.out.String(), choice: t.choice, unicode: t.unicode && !t.ascii}
	tree, err := syntax.Parse(e.re2, syntax.Perl)
	if err != nil {
		refused := err.(*syntax.Error)
		return nil, &fault{message: fmt.Sprintf("%q: %s: write what RE2 takes (https://github.com/google/re2/wiki/Syntax)", refused.Expr, refused.Code)}
	}
	e.open = !reachesEnd(tree)
	return e, nil
}

// reachesEnd reports whether every match of an expression is known to go on to
// the end of the text or, in an expression for several lines, of a line.
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

// A translator walks over an expression from left to right.
type translator struct {
	source  string
	at      int // what has been read
	out     strings.Builder
	begun   bool // something other than flags has been read
	depth   int  // of groups
	choice  bool
	unicode bool
	ascii   bool // a flag says so
}

func (t *translator) rest() string { return t.source[t.at:] }

// fault returns a fault at the next character.
func (t *translator) fault(format string, args ...any) *fault {
	return t.faultAt(t.at, format, args...)
}

// faultAt returns a fault at a character that has been read.
func (t *translator) faultAt(at int, format string, args ...any) *fault {
	return &fault{utf8.RuneCountInString(t.source[:at]) + 1, fmt.Sprintf(format, args...)}
}

// copy copies n bytes.
func (t *translator) copy(n int) {
	t.out.WriteString(t.source[t.at : t.at+n])
	t.at += n
}

// replace writes something else for n bytes.
func (t *translator) replace(n int, with string) {
	t.out.WriteString(with)
	t.at += n
}

// next translates what comes next.
func (t *translator) next() *fault {
	if strings.HasPrefix(t.rest(), "(?") {
		return t.extension()
	}
	t.begun = true
	switch c := t.source[t.at]; c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		t.depth++
	case ')':
		t.depth--
	case '|':
		t.choice = t.choice || t.depth == 0
	case '*', '+', '?':
		t.copy(1)
		return t.afterQuantifier()
	case '{':
		if quantifier, n := countedQuantifier(t.rest()); n > 0 {
			t.replace(n, quantifier)
			return t.afterQuantifier()
		}
	}
	_, size := utf8.DecodeRuneInString(t.rest())
	t.copy(size)
	return nil
}

// countedQuantifier returns a quantifier in braces as RE2 writes it, and its
// length in Python; 0 if the brace stands for itself. Python lets either bound
// be left out, and take leading zeros.
func countedQuantifier(s string) (re2 string, n int) {
	end := strings.IndexByte(s, '}')
	if end < 2 {
		return "", 0
	}
	low, high, isRange := strings.Cut(s[1:end], ",")
	for _, bound := range []*string{&low, &high} {
		if strings.Trim(*bound, "0123456789") != "" {
			return "", 0
		}
		if *bound != "" {
			*bound = strings.TrimLeft((*bound)[:len(*bound)-1], "0") + (*bound)[len(*bound)-1:]
		}
	}
	switch {
	case !isRange:
		return "{" + low + "}", end + 1
	case low == "":
		low = "0"
	}
	return "{" + low + "," + high + "}", end + 1
}

// afterQuantifier reads what can follow a quantifier. Whether it is lazy makes
// no difference to whether a text matches.
func (t *translator) afterQuantifier() *fault {
	switch {
	case strings.HasPrefix(t.rest(), "+"):
		return t.fault(`"+" behind a quantifier makes it possessive, which RE2 lacks: write the quantifier without it, if the expression matches the same then`)
	case strings.HasPrefix(t.rest(), "?"):
		t.copy(1)
	}
	return nil
}

// lacking are the beginnings of groups that RE2 lacks, and what to write
// instead.
var lacking = []struct{ begin, name, instead string }{
	{"(?=", "a look-ahead", "write what follows as a part of the expression, which is matched to the end anyway"},
	{"(?!", "a negative look-ahead", "write what is allowed, and not what is excluded"},
	{"(?<=", "a look-behind", "write what comes before as a part of the expression, which is matched from the beginning anyway"},
	{"(?<!", "a negative look-behind", "write what is allowed, and not what is excluded"},
	{"(?P=", "a back-reference", "write the alternatives out"},
	{"(?(", "a conditional group", "write both alternatives out, with |"},
	{"(?>", "an atomic group", `write "(?:", if the expression matches the same then`},
}

// extension translates what begins with "(?".
func (t *translator) extension() *fault {
	for _, l := range lacking {
		if strings.HasPrefix(t.rest(), l.begin) {
			return t.fault("%q begins %s, which RE2 lacks: %s", l.begin, l.name, l.instead)
		}
	}
	if strings.HasPrefix(t.rest(), "(?#") {
		end := strings.IndexByte(t.rest(), ')')
		if end < 0 {
			return t.fault(`"(?#" begins a comment that does not end: write ")" behind it`)
		}
		t.at += end + 1
		return nil
	}
	if strings.HasPrefix(t.rest(), "(?P<") {
		t.depth++
		t.copy(len("(?P<"))
		return nil
	}
	return t.flags()
}

// flags translates "(?flags)" and "(?flags:", and "(?:".
func (t *translator) flags() *fault {
	end := strings.IndexAny(t.rest(), ":)")
	if end < 0 {
		return t.fault(`"(?" begins a group that does not end: write ")" behind it`)
	}
	flags, global := t.rest()[2:end], t.rest()[end] == ')'
	if i := strings.IndexFunc(flags, func(r rune) bool { return !strings.ContainsRune("aimsux-", r) }); i >= 0 {
		return t.fault("%q is no group that Python knows, or one for bytes: write %q", t.rest()[:3+i], "(?:")
	}
	if strings.Contains(flags, "x") {
		return t.fault(`the flag "x" (verbose) is one that RE2 lacks: write the expression without white space and comments, and leave the flag out`)
	}
	if global && t.begun {
		return t.fault("%q stands behind the beginning, where Python refuses it: write it first", t.rest()[:end+1])
	}
	// To RE2, classes are of ASCII whatever these say.
	t.ascii = t.ascii || strings.Contains(flags, "a")
	kept := "(?" + strings.NewReplacer("a", "", "u", "").Replace(flags) + t.rest()[end:end+1]
	if kept == "(?)" {
		kept = ""
	}
	t.replace(end+1, kept)
	if !global {
		t.begun = true
		t.depth++
	}
	return nil
}

// escape translates a backslash and what follows, outside of brackets.
func (t *translator) escape() *fault {
	rest := t.rest()
	if len(rest) == 1 {
		return t.fault("the expression ends in a backslash: write what it escapes")
	}
	switch c := rest[1]; {
	case strings.IndexByte("dDsSwWbB", c) >= 0:
		t.unicode = true
		t.copy(2)
		return nil
	case c == 'A':
		t.copy(2)
		return nil
	case c == 'Z' || c == 'z':
		t.replace(2, `\z`)
		return nil
	case '1' <= c && c <= '9' && octal(rest[1:], 3) != 3:
		return t.fault("%q is a back-reference, which RE2 lacks: write the alternatives out", rest[:2])
	}
	_, fault := t.character()
	return fault
}

// octal returns how many of the first characters of s are octal digits, up to
// most.
func octal(s string, most int) int {
	n := 0
	for n < min(len(s), most) && '0' <= s[n] && s[n] <= '7' {
		n++
	}
	return n
}

// character translates an escape that stands for one character, and returns
// that.
func (t *translator) character() (rune, *fault) {
	rest := t.rest()
	if len(rest) == 1 {
		return 0, t.fault("the expression ends in a backslash: write what it escapes")
	}
	c, size := utf8.DecodeRuneInString(rest[1:])
	if i := strings.IndexRune("afnrtv", c); i >= 0 {
		t.copy(2)
		return rune("\a\f\n\r\t\v"[i]), nil
	}
	if c == 'N' {
		return 0, t.fault(`"\\N" names a character, which RE2 lacks: write the character itself`)
	}
	if digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[c]; digits > 0 {
		return t.number(2, digits, 16)
	}
	if n := octal(rest[1:], 3); n > 0 {
		return t.number(1, n, 8)
	}
	if size == 1 && ('a' <= c|0x20 && c|0x20 <= 'z' || '8' <= c && c <= '9') {
		return 0, t.fault("%q is no escape that Python knows: write what it stands for", rest[:2])
	}
	if size > 1 {
		t.at++
		t.copy(size)
		return c, nil
	}
	t.copy(2)
	return c, nil
}

// number translates an escape that gives the number of a character, in digits
// of a base that begin at an index.
func (t *translator) number(begin, digits, base int) (rune, *fault) {
	end := begin + digits
	if len(t.rest()) < end {
		return 0, t.fault("%q has too few digits: write %d", t.rest(), digits)
	}
	n, err := strconv.ParseUint(t.rest()[begin:end], base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) || base == 8 && n > 0o377 {
		return 0, t.fault("%q is the number of no character: write one in %d digits of base %d", t.rest()[:end], digits, base)
	}
	if t.rest()[1] == 'x' {
		t.copy(end)
	} else {
		t.replace(end, fmt.Sprintf(`\x{%X}`, n))
	}
	return rune(n), nil
}

// class translates a set of characters in brackets.
func (t *translator) class() *fault {
	begin := t.at
	t.copy(1)
	if strings.HasPrefix(t.rest(), "^") {
		t.copy(1)
	}
	for first := true; first || !strings.HasPrefix(t.rest(), "]"); first = false {
		if t.at == len(t.source) {
			return t.faultAt(begin, `"[" begins a set of characters that does not end: write "]" behind it`)
		}
		at := t.at
		low, fault := t.member()
		if fault != nil {
			return fault
		}
		if rest := t.rest(); len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
			continue
		}
		t.copy(1)
		high, fault := t.member()
		if fault != nil {
			return fault
		}
		if low < 0 || high < low {
			return t.faultAt(at, `%q is no range: write the lower character first, and "\-" for a hyphen`, t.source[at:t.at])
		}
	}
	t.copy(1)
	return nil
}

// member translates one member of a set, and returns it; -1 if it stands for
// several characters.
func (t *translator) member() (rune, *fault) {
	rest := t.rest()
	switch {
	case rest[0] == '[' || rest[0] == ']':
		// RE2 reads "[:" as the beginning of a named set.
		t.replace(1, `\`+rest[:1])
		return rune(rest[0]), nil
	case rest[0] != '\\':
		r, size := utf8.DecodeRuneInString(rest)
		t.copy(size)
		return r, nil
	case len(rest) > 1 && strings.IndexByte("dDsSwW", rest[1]) >= 0:
		t.unicode = true
		t.copy(2)
		return -1, nil
	case len(rest) > 1 && rest[1] == 'b':
		t.replace(2, `\x{8}`)
		return '\b', nil
	}
	return t.character()
}
