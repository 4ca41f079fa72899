package origin

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
)

// show writes what spell returns with literals in upper case and classes in lower
// case, as their own first characters.
func show(replaced string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == neverRune:
			return '#'
		case unspelledBase <= r && r < neverRune:
			return r - unspelledBase
		case spelledBase <= r && r < unspelledBase:
			if c := r - spelledBase; 'a' <= c && c <= 'z' {
				return c - 'a' + 'A'
			}
			return r - spelledBase
		}
		return r
	}, replaced)
}

func TestSpellTellsLiteralsFromClasses(t *testing.T) {
	const any = "[" + alphabet + "]"
	tests := []struct{ name, expr, want string }{
		{"literals", `ab-`, `AB-`},
		{"alternatives", `a|b`, `A|B`},
		{"a class", `[a-c]`, `[abc]`},
		{"a class of one", `[a]`, `A`},
		{"a class of one in both cases", `[aA]`, `A`},
		{"a dot in brackets", `[.]`, `.`},
		{"a bracket in a class", `[]a]`, `[a]]`},
		{"an escaped bracket in a class", `[\]a]b`, `[a]]B`},
		{"an excluded bracket", `[^]a-z0-9]`, `[-_.:/[+]`},
		{"a named class", `[[:digit:]a]`, `[a0123456789]`},
		{"a named class that is excluded", `[[:^alpha:]]`, `[0123456789-_.:/[]+]`},
		{"a bracket and a colon in a class", `[[:a]b`, `[a:[]B`},
		{"an escape in a class", `[\d\x61]`, `[a0123456789]`},
		{"digits", `\d`, `[0123456789]`},
		{"no word character", `\W`, `[-.:/[]+]`},
		{"a group of characters", `\pN\p{Nd}`, `[0123456789][0123456789]`},
		{"no group of characters", `\PL`, `[0123456789-_.:/[]+]`},
		{"any character", `.`, any},
		{"quoted characters", `\Qa.[b\E.`, `A.[B` + any},
		{"quoted characters up to the end", `\Qa`, `A`},
		{"escaped characters", `\.\-\x61\x{62}\143\_`, `.-ABC_`},
		{"escapes that no origin has", `\n\t\x00\0`, `####`},
		{"upper case", `A[B-D]`, `##`},
		{"upper case in a flag", `(?i)A[B-D]`, `(?i)A[bcd]`},
		{"a flag in a group", `(?i:A)A`, `(?i:A)#`},
		{"a flag to the end of a group", `((?i)A|(?-i)A)A`, `((?i)A|(?-i)#)#`},
		{"a flag that ends in a group", `(?i)A(?-i:A)A`, `(?i)A(?-i:#)A`},
		{"other flags", `(?sU-i)a(?m:b)`, `(?sU-i)A(?m:B)`},
		{"named groups", `(?P<ab>a)(?<cd>b)`, `(?P<ab>A)(?<cd>B)`},
		{"repetitions", `a*b+?c{2}d{1,}e{1,2}?f?`, `A*B+?C{2}D{1,}E{1,2}?F?`},
		{"braces that repeat nothing", `a{b{,2}{1`, `A#B##2##1`},
		{"anchors", `^\Aa\bb\B$\z`, `^\AA\bB\B$\z`},
		{"the Kelvin sign", `(?i)\x{212A}`, `(?i)K`},
		{"runes of the private use area", "\uE061[\uE161b]", `#b`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := syntax.Parse(tt.expr, syntax.Perl); err != nil {
				t.Fatal(err)
			}
			got, ok := spell(tt.expr)
			if !ok || show(got) != tt.want {
				t.Errorf("spell(%q) = %q, %t; want %q", tt.expr, show(got), ok, tt.want)
			}
		})
	}
}

// plain turns runes that represent characters into those.
func plain(replaced string) string {
	var b strings.Builder
	for _, r := range replaced {
		switch {
		case spelledBase <= r && r < unspelledBase:
			fmt.Fprintf(&b, `\x%02x`, r-spelledBase)
		case unspelledBase <= r && r < neverRune:
			fmt.Fprintf(&b, `\x%02x`, r-unspelledBase)
		case r == neverRune:
			b.WriteString(`\x{10FFFF}`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// What spell returns matches the same texts as the original.
func FuzzSpell(f *testing.F) {
	for _, expr := range []string{`https://[a-d]{1,3}\.github\.io`, `(?i:A[^b]|\Qc.\E*)\pL`, `a{,2}|[[:^digit:]]+`, `((?i)a|b)c{2}?`, `[]-a]\x{61}\141`} {
		f.Add(expr, "https://a.github.io")
		f.Add(expr, "abc")
	}
	f.Fuzz(func(t *testing.T, expr, text string) { checkSpell(t, expr, text) })
}

func checkSpell(t *testing.T, expr, text string) {
	t.Helper()
	original, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if _, alone := syntax.Parse(expr, syntax.Perl); err != nil || alone != nil || strings.Trim(text, alphabet) != "" {
		return
	}
	replaced, ok := spell(expr)
	if !ok {
		t.Fatalf("spell can't read %q", expr)
	}
	spelled, err := regexp.Compile(`\A(?:` + plain(replaced) + `)\z`)
	if err != nil {
		return // as the analysis does, which then takes nothing as spelled out
	}
	if got, want := spelled.MatchString(text), original.MatchString(text); got != want {
		t.Fatalf("%q matches %q: %t, but %q: %t", expr, text, want, show(replaced), got)
	}
}

func TestSpellMatchesTheSameTexts(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(11, 12))}
	for range 3000 {
		expr := g.pick("", "(?i)", "(?s)") + g.host().String()
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		text := g.sample(tree)
		checkSpell(t, expr, text)
		checkSpell(t, expr, text+string(alphabet[g.IntN(len(alphabet))]))
		if text != "" {
			i := g.IntN(len(text))
			checkSpell(t, expr, text[:i]+string(alphabet[g.IntN(len(alphabet))])+text[i+1:])
		}
	}
}
