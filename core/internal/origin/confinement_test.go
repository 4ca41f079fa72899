package origin

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

// stepsBetweenChecks is more than the steps that an analysis counts before it sees
// that its budget is used up.
const stepsBetweenChecks = 1000

func checkSteps(t *testing.T, source string) {
	t.Helper()
	a := &analysis{}
	e, err := readRegexp(source, a)
	if a.steps > maxSteps+stepsBetweenChecks {
		t.Fatalf("%q takes %d steps", source, a.steps)
	}
	if a.steps > maxSteps && (err == nil || err.Code != CodeRegexpSize) {
		t.Fatalf("%q is not refused after %d steps: %v, %v", source, a.steps, e, err)
	}
}

var costlyRegexps = []struct{ name, expr string }{
	{"a long repetition, repeated", `https://(a{1000})*\.example\.com`},
	{"many of them", `https://` + strings.Repeat(`(a{1000})*`, 19) + `\.example\.com`},
	{"many of any character", `https://` + strings.Repeat(`(.{1000})*`, 19) + `\.example\.com`},
	{"more than are read", strings.Repeat(`(.{1000})*`, 100)},
	{"a repetition of repetitions", `https://(((a{10}){10}){10})*\.example\.com`},
	{"more names than can be listed", `https://` + strings.Repeat(`(a|b)`, 40) + `\.com`},
	{"more names than can be listed, with optional characters", `https://` + strings.Repeat(`(a?|b?)`, 100) + `\.com`},
	{"more domains than can be listed", `https://` + strings.Repeat(`(a?\.?)`, 100) + `com`},
	{"optional characters", strings.Repeat(`.?`, 500)},
	{"optional classes", strings.Repeat(`[^a]?[a-z]?`, 90)},
	{"repeated word boundaries", strings.Repeat(`(.*\b)*`, 120)},
	{"repeated addresses", `https://` + strings.Repeat(`(\d+\.?){1,20}`, 20)},
	{"nested optional groups", `https://` + strings.Repeat(`(a`, 300) + strings.Repeat(`)?`, 300) + `\.com`},
	{"nested repetitions", `https://` + strings.Repeat(`(.`, 300) + strings.Repeat(`)*`, 300) + `\.com`},
	{"many ports", `https://a\.com:` + strings.Repeat(`\d?`, 300)},
	{"many schemes", strings.Repeat(`[a-z]?`, 150) + `://a\.com`},
}

func TestParseRegexpIsBounded(t *testing.T) {
	for _, tt := range costlyRegexps {
		t.Run(tt.name, func(t *testing.T) { checkSteps(t, tt.expr) })
	}
}

func FuzzParseRegexpIsBounded(f *testing.F) {
	for _, tt := range costlyRegexps {
		f.Add(tt.expr, 1)
	}
	f.Add(`(a{30})*`, 30)
	f.Fuzz(func(t *testing.T, source string, times int) {
		if len(source) > 100 {
			source = source[:100]
		}
		checkSteps(t, "https://"+strings.Repeat(source, max(1, min(times, 1000/max(1, len(source))))))
	})
}

func BenchmarkParseRegexp(b *testing.B) {
	for _, expr := range []string{`https://([a-z0-9-]+\.)*example\.com`, `https?://(localhost|127\.0\.0\.1|192\.168\.\d+\.\d+)(:\d+)?`} {
		b.Run("usual", func(b *testing.B) { benchmarkParseRegexp(b, expr) })
	}
	for _, tt := range costlyRegexps {
		b.Run(tt.name, func(b *testing.B) { benchmarkParseRegexp(b, tt.expr) })
	}
}

func benchmarkParseRegexp(b *testing.B, expr string) {
	for b.Loop() {
		_, _ = ParseRegexp(expr)
	}
}

// The oracle of the tests below knows a regular expression as the parts that it was
// generated from.
type fragment struct {
	source   string
	literal  string     // if it is one
	options  []sequence // of an alternation, one of them empty if it is optional
	free     bool       // a class or a repetition
	optional bool       // of free: matches nothing, too
}

type sequence []fragment

func (s sequence) String() string {
	var b strings.Builder
	for _, f := range s {
		b.WriteString(f.source)
	}
	return b.String()
}

func literal(s string) fragment {
	return fragment{source: strings.NewReplacer(".", `\.`).Replace(s), literal: s}
}

// tails returns the ends of matches that consist of literals only: those that are
// whole matches, and those that begin after something free.
func (s sequence) tails() (whole, cut []string) {
	whole = []string{""}
	for _, f := range slices.Backward(s) {
		var longer []string
		switch {
		case f.free:
			cut = append(cut, whole...)
			if f.optional {
				longer = whole
			}
		case f.options != nil:
			for _, option := range f.options {
				begins, ends := option.tails()
				for _, tail := range whole {
					for _, text := range begins {
						longer = append(longer, text+tail)
					}
					for _, text := range ends {
						cut = append(cut, text+tail)
					}
				}
			}
		default:
			for _, tail := range whole {
				longer = append(longer, f.literal+tail)
			}
		}
		whole = longer
	}
	return whole, cut
}

// spellsOut reports whether the registrable domain of a host is written literally.
func (s sequence) spellsOut(host string) bool {
	host = strings.TrimSuffix(host, ".")
	domain := registrable(host)
	whole, cut := s.tails()
	for i, tail := range append(whole, cut...) {
		tail = strings.TrimSuffix(tail, ".")
		switch {
		case tail == domain && (i < len(whole) || host != domain):
			return true
		case strings.HasSuffix(tail, "."+domain) && isRegistrable(domain):
			return true
		}
	}
	return false
}

// isAddress reports whether a host is an IP address.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// isRegistrable reports whether a name is registered under a public suffix.
func isRegistrable(name string) bool {
	_, err := publicsuffix.EffectiveTLDPlusOne(name)
	return err == nil && !isAddress(name)
}

// registrable returns the registrable domain of a host, or a host that has none
// itself, straight from package publicsuffix.
func registrable(host string) string {
	host = strings.TrimSuffix(host, ".")
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && !isAddress(host) {
		return domain
	}
	return host
}

type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) suffix() string {
	return g.pick("com", "de", "co.uk", "github.io", "vercel.app", "us.compute-1.amazonaws.com")
}

func (g generator) word() string { return g.pick("a", "b", "ab", "foo", "bar", "x-", "app") }

// class returns a fragment that isn't written literally.
func (g generator) class() fragment {
	source := g.pick(`[a-d]`, `[^a]`, `.`, `\w`, `\d`, `\W`, `[[:alpha:]]`, `[[:punct:]]`, `\pL`, `\p{Latin}`, `[ab]`, `[.-]`, `[\w-]`, `\S`, `[a\]-b]`, `[]b]`)
	switch g.IntN(5) {
	case 0:
		return fragment{source: source + g.pick("+", "{1,3}", "{2}", "+?"), free: true}
	case 1:
		return fragment{source: source + g.pick("*", "?", "{0,2}", "*?"), free: true, optional: true}
	case 2:
		return fragment{source: g.pick(`(a|b)`, `(?:foo)`, `x`, `(ab?)`) + g.pick("*", "{0,3}"), free: true, optional: true}
	case 3:
		return fragment{source: g.pick(`(a|b)`, `(?:foo)`, `x`, `\Qa\E`) + g.pick("+", "{1,3}"), free: true}
	}
	return fragment{source: source, free: true}
}

// alternation returns literals of which one matches.
func (g generator) alternation(word func() string) fragment {
	f := fragment{}
	var sources []string
	for range 2 + g.IntN(2) {
		option := sequence{literal(word())}
		sources = append(sources, option.String())
		f.options = append(f.options, option)
	}
	f.source = g.pick("(", "(?:", "(?P<n"+fmt.Sprint(g.Uint32())+">") + strings.Join(sources, "|") + ")"
	if g.IntN(3) == 0 {
		f.source += g.pick("?", "??")
		f.options = append(f.options, sequence{})
	}
	return f
}

func (g generator) part(depth int) fragment {
	switch g.IntN(8) {
	case 0, 1:
		return g.class()
	case 2:
		return g.alternation(g.word)
	case 3:
		if depth > 0 {
			one, other := g.sequence(depth-1), g.sequence(depth-1)
			return fragment{source: "(" + one.String() + "|" + other.String() + ")", options: []sequence{one, other}}
		}
	case 4:
		f := literal(g.word())
		f.source = `\Q` + f.literal + `\E`
		return f
	}
	return literal(g.word() + g.pick("", "", "."))
}

func (g generator) sequence(depth int) (s sequence) {
	for range 1 + g.IntN(3) {
		s = append(s, g.part(depth))
	}
	return s
}

// host returns a host that may or may not be spelled out.
func (g generator) host() sequence {
	s := g.sequence(1)
	switch g.IntN(8) {
	case 0:
		return append(s, g.sequence(1)...)
	case 1:
		return append(s, literal("."), g.alternation(g.suffix))
	case 2:
		return sequence{literal("localhost")}
	case 3:
		return append(s, g.class(), literal(g.suffix()))
	}
	return append(s, literal(g.pick(".", ".", ".", "")), literal(g.pick(g.suffix(), g.suffix(), "compute-1.amazonaws.com")))
}

// sample returns a text that a tree matches, by walking the tree.
func (g generator) sample(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpCharClass:
		for range 30 {
			c := alphabet[g.IntN(len(alphabet))]
			for i := 0; i < len(tree.Rune); i += 2 {
				if tree.Rune[i] <= rune(c) && rune(c) <= tree.Rune[i+1] {
					return string(c)
				}
			}
		}
		return ""
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(alphabet[g.IntN(len(alphabet))])
	case syntax.OpAlternate:
		return g.sample(tree.Sub[g.IntN(len(tree.Sub))])
	case syntax.OpCapture, syntax.OpConcat:
		var text string
		for _, sub := range tree.Sub {
			text += g.sample(sub)
		}
		return text
	}
	lowest, highest := tree.Min, tree.Max
	switch tree.Op {
	case syntax.OpStar:
		lowest, highest = 0, 3
	case syntax.OpPlus:
		lowest, highest = 1, 3
	case syntax.OpQuest:
		lowest, highest = 0, 1
	}
	var text string
	for range lowest + g.IntN(highest-lowest+1) {
		text += g.sample(tree.Sub[0])
	}
	return text
}

// mutate changes the label before the public suffix, or the suffix.
func (g generator) mutate(text string) string {
	scheme, host, ok := strings.Cut(text, "://")
	if !ok || host == "" {
		return text
	}
	suffix, _ := publicsuffix.PublicSuffix(host)
	name := strings.TrimSuffix(host, suffix)
	if name == "" || g.IntN(4) == 0 {
		return scheme + "://" + name + g.suffix()
	}
	i := g.IntN(min(len(name), 4)) + max(0, len(name)-4)
	return scheme + "://" + name[:i] + string(alphabet[g.IntN(38)]) + name[i+g.IntN(2):] + suffix
}

// checkAgainstOracle reports whether a generated regular expression is confined.
func checkAgainstOracle(t *testing.T, g generator) (confined bool) {
	t.Helper()
	host := g.host()
	source := g.pick("https://", "https?://", "(?s)https://", "(?i)https://") + host.String()
	e, err := ParseRegexp(source)
	if err != nil {
		if code := err.(*Error).Code; code != CodeRegexpNever && code != CodeRegexpSize {
			t.Fatalf("%s: %v", source, err)
		}
		return false
	}
	example, open := e.Unconfined()
	if open {
		o, ok := Parse(example)
		if !ok || !e.re.MatchString(example) {
			t.Fatalf("%s: the example %q is not an origin that matches", source, example)
		}
		if host.spellsOut(o.Host) && suffixBelow(registrable(o.Host)) == "" {
			t.Fatalf("%s: the example %q is spelled out", source, example)
		}
		return false
	}
	tree, parseErr := syntax.Parse(source, syntax.Perl)
	if parseErr != nil {
		t.Fatal(parseErr)
	}
	for range 6 {
		text := g.sample(tree)
		for _, text := range []string{text, g.mutate(text), g.mutate(g.mutate(text))} {
			o, ok := Parse(text)
			if !ok || !e.re.MatchString(text) || isNobodys(strings.TrimSuffix(o.Host, ".")) {
				continue
			}
			if !host.spellsOut(o.Host) {
				t.Fatalf("%s is said to be confined, and matches %q, but doesn't spell out its registrable domain", source, text)
			}
		}
	}
	return true
}

// checkSpelledOut generates a regular expression for domains that are spelled out.
func checkSpelledOut(t *testing.T, g generator) {
	t.Helper()
	name := sequence{g.alternation(g.word), literal("z" + g.word() + "z")}
	if g.IntN(2) == 0 {
		name = sequence{literal(strings.TrimRight(g.word(), "-"))}
	}
	domain := append(name, literal("."), literal(g.suffix()))
	if g.IntN(2) == 0 {
		domain = append(name, literal("."), g.alternation(g.suffix))
		domain[len(domain)-1].source = strings.TrimRight(domain[len(domain)-1].source, "?")
	}
	source := g.pick("https://", "https?://", "^https://", "https://", "https?://", ".*://") +
		g.pick("", `(www\.)?`, `(.*\.)?`, `.*\.`, `([a-z0-9-]+\.)*`, `[a-z0-9-]{1,63}\.`, `\w+\.`, `[ab]\.`, `(a|b)+\.`) +
		domain.String() + g.pick("", "", `(:\d+)?`, `:[0-9]{4,5}`, `\.?`, "$")
	e, err := ParseRegexp(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	if example, open := e.Unconfined(); open {
		t.Fatalf("%s is said not to be confined: %q", source, example)
	}
}

func TestConfinementAgainstOracle(t *testing.T) {
	n := 2_000
	if os.Getenv("CI") != "" {
		n = 10_000
	}
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprintf("%d expressions from seed %d", n, seed), func(t *testing.T) {
			t.Parallel()
			g := generator{rand.New(rand.NewPCG(seed, 4))}
			confined := 0
			for i := range n {
				switch {
				case i%4 == 0:
					checkSpelledOut(t, g)
				case checkAgainstOracle(t, g):
					confined++
				}
			}
			if confined < n/10 || confined > n/2 {
				t.Errorf("%d of %d random expressions are confined: that doesn't test much", confined, n)
			}
		})
	}
}

func FuzzConfinementAgainstOracle(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, seed1, seed2 uint64) {
		g := generator{rand.New(rand.NewPCG(seed1, seed2))}
		checkAgainstOracle(t, g)
		checkSpelledOut(t, g)
	})
}
