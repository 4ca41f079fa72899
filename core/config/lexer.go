package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file reads the words of Python, as much as settings are written in.

// A token is a word of Python.
type token struct {
	kind tokenKind
	text string // as written; of a string, what it stands for
	// complaint says why a string is none that is read here, if so.
	complaint string
	at        int
}

type tokenKind uint8

const (
	endOfStatement tokenKind = iota
	aWord
	aNumeral
	quoted
	operator
)

// is reports whether t is an operator.
func (t token) is(text string) bool { return t.kind == operator && t.text == text }

// A statement is a logical line, or a part of one between semicolons.
type statement struct {
	indent string // of the line
	first  bool   // in the line
	tokens []token
}

const (
	maxPython  = 1 << 20
	maxNesting = 100 // of brackets
)

// A lexer reads tokens.
type lexer struct {
	*text
	source string
	at     int
	open   []token // brackets that are not closed yet
}

// newLexer checks what holds of every text, and ends its lines as Python does.
func newLexer(data []byte) (*lexer, *Error) {
	source := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	t, problem := newText([]byte(source), maxPython)
	if problem != nil {
		return nil, problem
	}
	return &lexer{text: t, source: string(t.data)}, nil
}

func (l *lexer) rest() string { return l.source[l.at:] }

// statements reads all of the text.
func (l *lexer) statements() (all []statement, problem *Error) {
	for l.rest() != "" {
		s := statement{indent: l.take(" \t\f"), first: true}
		for more := true; more; s.first = false {
			s.tokens, more, problem = l.statement()
			if problem != nil {
				return nil, problem
			}
			if len(s.tokens) > 0 {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// statement reads tokens to the end of a line that is not within brackets, or
// to a semicolon, behind which there may be more.
func (l *lexer) statement() (tokens []token, more bool, problem *Error) {
	for {
		l.take(" \t\f")
		switch {
		case l.rest() == "":
			if n := len(l.open); n > 0 {
				return nil, false, l.problem(l.open[n-1].at, "", l.open[n-1].text, "is not closed: write the bracket that closes it")
			}
			return tokens, false, nil
		case strings.HasPrefix(l.rest(), "#"):
			comment, _, _ := strings.Cut(l.rest(), "\n")
			l.at += len(comment)
		case strings.HasPrefix(l.rest(), "\\\n"):
			l.at += 2
		case l.take("\n") != "":
			if len(l.open) == 0 {
				return tokens, false, nil
			}
		default:
			t, problem := l.token()
			if problem != nil {
				return nil, false, problem
			}
			if t.is(";") && len(l.open) == 0 {
				return tokens, true, nil
			}
			tokens = append(tokens, t)
		}
	}
}

// take reads bytes of a set.
func (l *lexer) take(set string) string {
	from := l.at
	for l.at < len(l.source) && strings.IndexByte(set, l.source[l.at]) >= 0 {
		l.at++
	}
	return l.source[from:l.at]
}

var (
	numeral = regexp.MustCompile(`^(?:0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?[jJ]?|\.[0-9][0-9_]*(?:[eE][+-]?[0-9_]+)?[jJ]?)`)
	begin   = regexp.MustCompile(`^[rRbBuUfFtT]{0,2}["']`) // of a string
)

// operators, the longest first.
var operators = []string{
	"**=", "//=", ">>=", "<<=", "...",
	"**", "//", ">>", "<<", "<=", ">=", "==", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":=",
	"+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=",
}

// token reads a token.
func (l *lexer) token() (token, *Error) {
	t := token{at: l.at}
	c, _ := utf8.DecodeRuneInString(l.rest())
	if b := begin.FindString(l.rest()); b != "" {
		return l.quoted(strings.ToLower(b[:len(b)-1]))
	}
	if n := numeral.FindString(l.rest()); n != "" {
		l.at += len(n)
		t.kind, t.text = aNumeral, n
		return t, nil
	}
	if isNameRune(c) {
		t.kind = aWord
		if end := strings.IndexFunc(l.rest(), func(r rune) bool { return !isNameRune(r) }); end >= 0 {
			t.text = l.rest()[:end]
		} else {
			t.text = l.rest()
		}
		l.at += len(t.text)
		return t, nil
	}
	for _, o := range operators {
		if strings.HasPrefix(l.rest(), o) {
			l.at += len(o)
			t.kind, t.text = operator, o
			return t, l.bracket(t)
		}
	}
	if strings.ContainsRune("“”‘’«»", c) {
		return t, l.problem(l.at, "", string(c), `is no quote to Python: write " or '`)
	}
	return t, l.problem(l.at, "", string(c), "is nothing that Python has here: remove it")
}

func isNameRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

// bracket keeps account of the brackets that are open.
func (l *lexer) bracket(t token) *Error {
	switch n := len(l.open); t.text {
	case "(", "[", "{":
		if n == maxNesting {
			return l.problem(t.at, "", t.text, "stands within %d others, and no deeper ones are read: write it flatter", maxNesting)
		}
		l.open = append(l.open, t)
	case ")", "]", "}":
		if n == 0 || closing[l.open[n-1].text] != t.text {
			return l.problem(t.at, "", t.text, "closes no bracket that is open: remove it, or write the one that is missing")
		}
		l.open = l.open[:n-1]
	}
	return nil
}

// quoted reads a string that has a prefix, which may be empty.
func (l *lexer) quoted(prefix string) (token, *Error) {
	t := token{kind: quoted, at: l.at}
	switch prefix {
	case "", "r", "u":
	case "b", "br", "rb":
		t.complaint = "is bytes: write a string, without the prefix b"
	case "f", "fr", "rf", "t", "tr", "rt":
		t.complaint = "is put together when Django runs: write what comes of it, without the prefix"
	default:
		return t, l.problem(l.at, "", prefix, "is no prefix that strings have in Python: write r or none")
	}
	l.at += len(prefix)
	quote := l.rest()[:1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(l.rest(), triple) {
		quote = triple
	}
	l.at += len(quote)
	from := l.at
	for !strings.HasPrefix(l.rest(), quote) {
		if l.rest() == "" || len(quote) == 1 && l.rest()[0] == '\n' {
			return t, l.problem(t.at, "", "", "a string begins here and does not end: write the quote that ends it")
		}
		if l.rest()[0] == '\\' {
			l.at++
		}
		l.at = min(l.at+1, len(l.source))
	}
	t.text = l.source[from:l.at]
	l.at += len(quote)
	if prefix == "" || prefix == "u" {
		t.text, t.complaint = unescape(t.text)
	}
	return t, nil
}

// unescape replaces the escapes of a string, or says why it cannot. A backslash
// that begins no escape stays, as in Python.
func unescape(s string) (text, complaint string) {
	var b strings.Builder
	for {
		plain, rest, found := strings.Cut(s, `\`)
		b.WriteString(plain)
		if !found {
			return b.String(), ""
		}
		c := rest[0] // there is one, since the quote that ends the string is not escaped
		s = rest[1:]
		if i := strings.IndexByte(`abfnrtv\'"`, c); i >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\'\""[i])
			continue
		}
		digits, length, base := s, map[byte]int{'x': 2, 'u': 4, 'U': 8}[c], 16
		if n := octal(rest, 3); n > 0 {
			digits, length, base = rest, n, 8
		}
		switch {
		case c == '\n':
		case c == 'N':
			return "", `has the escape \N, which is not read here: write the character itself`
		case length == 0:
			b.WriteByte('\\')
			s = rest
			_, size := utf8.DecodeRuneInString(s)
			b.WriteString(s[:size])
			s = s[size:]
		default:
			n, err := strconv.ParseUint(digits[:min(len(digits), length)], base, 32)
			if err != nil || len(digits) < length || !utf8.ValidRune(rune(n)) {
				return "", fmt.Sprintf(`has the escape \%s, which is the number of no character: write the character itself`, rest[:min(len(rest), 1+length)])
			}
			b.WriteRune(rune(n))
			s = digits[length:]
		}
	}
}
