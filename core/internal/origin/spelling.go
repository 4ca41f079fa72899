package origin

import (
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file tells which characters of a regular expression are written literally.
//
// Package syntax turns (de|dk) into d[ek], so that its trees no longer tell
// literal characters from classes. Therefore the analysis parses another
// regular expression, in which spell has replaced every literal and every class by runes
// from the private use area: literals by some, classes by others.

const (
	spelledBase   = 0xE000 // plus a character of an origin: written literally
	unspelledBase = 0xE100 // the same: matched by a class or a repetition
	neverRune     = 0xE200 // not in any origin
)

// spell returns the regular expression with literals and classes replaced. It reports
// false if it can't read the regular expression, which package syntax must have
// accepted.
func spell(source string) (replaced string, ok bool) {
	var b strings.Builder
	var outer []syntax.Flags // of the groups around, for when they end
	flags := syntax.Perl
	for rest := source; rest != ""; {
		n := 1
		isChar := false
		switch rest[0] {
		case '(':
			outer = append(outer, flags)
			if strings.HasPrefix(rest, "(?") {
				n = strings.IndexAny(rest, ":>)") + 1
				if n == 0 {
					return "", false
				}
				if rest[n-1] != '>' { // not (?P<name>
					flags = withFlags(flags, rest[2:n-1])
				}
				if rest[n-1] == ')' { // for the rest of the group around
					outer = outer[:len(outer)-1]
				}
			}
		case ')':
			if len(outer) == 0 {
				return "", false
			}
			flags, outer = outer[len(outer)-1], outer[:len(outer)-1]
		case '|', '^', '$', '*', '+', '?':
		case '{':
			if n = repetitionLength(rest); n == 0 {
				n, isChar = 1, true
			}
		case '[':
			n, isChar = classLength(rest), true
		case '\\':
			if len(rest) < 2 {
				return "", false
			}
			switch rest[1] {
			case 'A', 'b', 'B', 'z':
				n = 2
			case 'Q':
				text, after, _ := strings.Cut(rest[2:], `\E`)
				for _, r := range text {
					b.WriteString(replacement(literalChars(r, flags), true))
				}
				rest = after
				continue
			default:
				n, isChar = escapeLength(rest), true
			}
		default:
			_, n = utf8.DecodeRuneInString(rest)
			isChar = true
		}
		if n > len(rest) {
			return "", false
		}
		if !isChar {
			b.WriteString(rest[:n])
		} else {
			// Package syntax itself decides what the token matches.
			token, err := syntax.Parse(rest[:n], flags)
			if err != nil {
				return "", false
			}
			chars, isLiteral, ok := charsOf(token, flags)
			if !ok {
				return "", false
			}
			b.WriteString(replacement(chars, isLiteral))
		}
		rest = rest[n:]
	}
	return b.String(), len(outer) == 0
}

// withFlags applies flags as in (?i-s), of which i alone changes what a token
// matches in an origin.
func withFlags(flags syntax.Flags, text string) syntax.Flags {
	on, off, _ := strings.Cut(text, "-")
	if strings.Contains(on, "i") {
		flags |= syntax.FoldCase
	}
	if strings.Contains(off, "i") {
		flags &^= syntax.FoldCase
	}
	return flags
}

// repetitionLength returns the length of {n}, {n,} or {n,m} at the beginning of
// a text, or 0.
func repetitionLength(s string) int {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return 0
	}
	lowest, highest, _ := strings.Cut(s[1:end], ",")
	if !isCount(lowest) || highest != "" && !isCount(highest) {
		return 0
	}
	return end + 1
}

func isCount(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (s == "0" || s[0] != '0')
}

// classLength returns the length of the bracket class at the beginning of a
// text.
func classLength(s string) int {
	i := 1
	if strings.HasPrefix(s[i:], "^") {
		i++
	}
	for first := true; i < len(s) && (first || s[i] != ']'); first = false {
		switch {
		case s[i] == '\\':
			i += escapeLength(s[i:])
			continue
		case strings.HasPrefix(s[i:], "[:"):
			if end := strings.Index(s[i+2:], ":]"); end >= 0 {
				i += end + len("[::]")
				continue
			}
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return i + 1
}

// escapeLength returns the length of the escape at the beginning of a text.
func escapeLength(s string) int {
	if len(s) < 2 {
		return len(s) + 1
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	n++
	switch c := s[1]; {
	case '0' <= c && c <= '7':
		for n < len(s) && n < len(`\000`) && '0' <= s[n] && s[n] <= '7' {
			n++
		}
	case c == 'x' || c == 'p' || c == 'P':
		if strings.HasPrefix(s[n:], "{") {
			end := strings.IndexByte(s, '}')
			if end < 0 {
				return len(s) + 1
			}
			return end + 1
		}
		if c == 'x' {
			return len(`\x00`)
		}
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return n
}

// charsOf returns the characters of origins that a token matches, and whether
// the token is a literal. A class of one character, such as [.], is one.
func charsOf(token *syntax.Regexp, flags syntax.Flags) (chars charset, isLiteral, ok bool) {
	switch token.Op {
	case syntax.OpLiteral:
		if len(token.Rune) != 1 {
			return 0, false, false
		}
		return literalChars(token.Rune[0], token.Flags|flags&syntax.FoldCase), true, true
	case syntax.OpCharClass:
		return charsetOf(func(c byte) bool {
			for i := 0; i < len(token.Rune); i += 2 {
				if token.Rune[i] <= rune(c) && rune(c) <= token.Rune[i+1] {
					return true
				}
			}
			return false
		}), false, true
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return charsetOf(func(byte) bool { return true }), false, true
	case syntax.OpNoMatch:
		return 0, false, true
	}
	return 0, false, false
}

// literalChars returns the characters of origins that a literal matches.
func literalChars(r rune, flags syntax.Flags) charset {
	chars := charOf(r)
	if flags&syntax.FoldCase != 0 {
		for folded := unicode.SimpleFold(r); folded != r; folded = unicode.SimpleFold(folded) {
			chars |= charOf(folded)
		}
	}
	return chars
}

// replacement returns a literal or a class of runes that represent chars.
func replacement(chars charset, spelled bool) string {
	if chars == 0 {
		return string(rune(neverRune))
	}
	base := rune(unspelledBase)
	if spelled {
		base = spelledBase
	}
	var b strings.Builder
	for ; chars != 0; chars &= chars - 1 {
		b.WriteRune(base + rune(chars.first()))
	}
	if utf8.RuneCountInString(b.String()) == 1 {
		return b.String()
	}
	return "[" + b.String() + "]"
}

// unspellRepeated marks the characters under *, + and {n,m} as not written
// literally, however they are written.
func unspellRepeated(tree *syntax.Regexp, repeated bool) {
	switch tree.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		repeated = true
	case syntax.OpLiteral, syntax.OpCharClass:
		if repeated {
			for i, r := range tree.Rune {
				if spelledBase <= r && r < unspelledBase {
					tree.Rune[i] = r - spelledBase + unspelledBase
				}
			}
		}
	}
	for _, sub := range tree.Sub {
		unspellRepeated(sub, repeated)
	}
}
