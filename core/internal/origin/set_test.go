package origin

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// naiveMatch tells whether a pattern matches an origin, by plain loops over
// strings and nothing of this package.
func naiveMatch(pattern, text string) bool {
	if pattern == "null" && text == "null" {
		return true
	}
	if !naiveParse(text) {
		return false
	}
	if bare, ok := strings.CutSuffix(pattern, ":*"); ok {
		pattern = bare
		if i := strings.LastIndexByte(text, ':'); i > strings.Index(text, "://") && !strings.HasSuffix(text, "]") {
			text = text[:i]
		}
	}
	before, after, ok := strings.Cut(pattern, "*")
	if !ok {
		return pattern == text
	}
	wholeLabels := strings.HasSuffix(before, "://") && strings.HasPrefix(after, ".")
	if len(text) <= len(before)+len(after) || !strings.HasPrefix(text, before) || !strings.HasSuffix(text, after) {
		return false
	}
	for _, c := range text[len(before) : len(text)-len(after)] {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case wholeLabels && (c == '.' || c == '_'):
		default:
			return false
		}
	}
	return true
}

func naiveMatchAny(patterns []Pattern, text string) Match {
	match := NoMatch
	for _, p := range patterns {
		switch {
		case !naiveMatch(p.String(), text):
		case p.String() == text:
			return MatchedExact
		default:
			match = MatchedPattern
		}
	}
	return match
}

func setOf(t testing.TB, patterns ...string) *Set {
	t.Helper()
	parsed := make([]Pattern, len(patterns))
	for i, s := range patterns {
		p, err := ParsePattern(s)
		if err != nil {
			t.Fatalf("ParsePattern(%q): %v", s, err)
		}
		parsed[i] = p
	}
	return NewSet(parsed, nil)
}

func TestSetMatches(t *testing.T) {
	tests := []struct {
		name, pattern, text string
		want                Match
	}{
		{"an exact origin matches itself", "https://app.example.com", "https://app.example.com", MatchedExact},
		{"an exact origin matches no other port", "https://app.example.com", "https://app.example.com:8443", NoMatch},
		{"an exact origin matches no other scheme", "https://app.example.com", "http://app.example.com", NoMatch},
		{"an exact origin with a port matches itself", "https://app.example.com:8443", "https://app.example.com:8443", MatchedExact},
		{"an exact origin with a port does not match without", "https://app.example.com:8443", "https://app.example.com", NoMatch},
		{"an exact origin matches no subdomain", "https://app.example.com", "https://x.app.example.com", NoMatch},
		{"an exact origin matches no parent", "https://app.example.com", "https://example.com", NoMatch},
		{"null matches null", "null", "null", MatchedExact},
		{"null matches nothing else", "null", "https://null", NoMatch},
		{"null in upper case matches nothing", "null", "NULL", NoMatch},
		{"nothing but null matches null", "https://app.example.com", "null", NoMatch},
		{"a custom scheme matches itself", "tauri://localhost", "tauri://localhost", MatchedExact},
		{"an IPv6 address matches itself", "http://[::1]:8080", "http://[::1]:8080", MatchedExact},

		{"subdomains match one label", "https://*.example.com", "https://app.example.com", MatchedPattern},
		{"subdomains match two labels", "https://*.example.com", "https://a.b.example.com", MatchedPattern},
		{"subdomains match many labels", "https://*.example.com", "https://a.b.c.d.e.f.g.h.example.com", MatchedPattern},
		{"subdomains match a label with an underscore", "https://*.example.com", "https://my_app.example.com", MatchedPattern},
		{"subdomains match Punycode", "https://*.example.com", "https://xn--bcher-kva.example.com", MatchedPattern},
		{"subdomains do not match the domain", "https://*.example.com", "https://example.com", NoMatch},
		{"subdomains do not match an empty label", "https://*.example.com", "https://.example.com", NoMatch},
		{"subdomains match no other port", "https://*.example.com", "https://app.example.com:8443", NoMatch},
		{"subdomains match no other scheme", "https://*.example.com", "http://app.example.com", NoMatch},
		{"subdomains match the port of the pattern", "https://*.example.com:8443", "https://app.example.com:8443", MatchedPattern},
		{"subdomains on any port match one", "https://*.example.com:*", "https://app.example.com:8443", MatchedPattern},
		{"subdomains on any port match none", "https://*.example.com:*", "https://app.example.com", MatchedPattern},

		{"part of a label matches a run", "https://pr-*.example.com", "https://pr-12.example.com", MatchedPattern},
		{"part of a label matches a single character", "https://pr-*.example.com", "https://pr-1.example.com", MatchedPattern},
		{"part of a label matches hyphens", "https://pr-*.example.com", "https://pr---.example.com", MatchedPattern},
		{"part of a label matches nothing empty", "https://pr-*.example.com", "https://pr-.example.com", NoMatch},
		{"part of a label matches no dot", "https://pr-*.example.com", "https://pr-1.evil.example.com", NoMatch},
		{"part of a label matches no label before it", "https://pr-*.example.com", "https://evil.pr-1.example.com", NoMatch},
		{"part of a label matches no underscore", "https://pr-*.example.com", "https://pr-a_b.example.com", NoMatch},
		{"the end of a label matches", "https://*-preview.example.com", "https://12-preview.example.com", MatchedPattern},
		{"the end of a label matches nothing empty", "https://*-preview.example.com", "https://-preview.example.com", NoMatch},
		{"both ends of a label match", "https://pr-*-app.example.com", "https://pr-12-app.example.com", MatchedPattern},
		{"both ends of a label do not overlap", "https://pr-*-app.example.com", "https://pr-app.example.com", NoMatch},
		{"both ends of a label do not share a hyphen", "https://aba*aba.example.com", "https://ababa.example.com", NoMatch},
		{"both ends of a label need something between", "https://pr-*-app.example.com", "https://pr--app.example.com", NoMatch},
		{"the end of a label matches no label before it", "https://*b.example.com", "https://a.b.example.com", NoMatch},
		{"the run is bounded by the label", "https://pr-*.example.com", "https://pr-" + strings.Repeat("a", 60) + ".example.com", MatchedPattern},
		{"the run is not longer than a label", "https://pr-*.example.com", "https://pr-" + strings.Repeat("a", 61) + ".example.com", NoMatch},

		{"a domain of many labels matches no host that is too long", "https://*." + strings.Repeat("a.", 100) + "com", "https://" + strings.Repeat("a.", 126) + "com", NoMatch},
		{"a domain of many labels matches a longer host", "https://*." + strings.Repeat("a.", 100) + "com", "https://" + strings.Repeat("a.", 125) + "com", MatchedPattern},
		{"a domain of many labels matches no shorter host", "https://*." + strings.Repeat("a.", 100) + "com", "https://" + strings.Repeat("a.", 100) + "com", NoMatch},

		{"any port matches one", "http://localhost:*", "http://localhost:3000", MatchedPattern},
		{"any port matches none", "http://localhost:*", "http://localhost", MatchedPattern},
		{"any port matches no default port", "http://localhost:*", "http://localhost:80", NoMatch},
		{"any port matches no empty port", "http://localhost:*", "http://localhost:", NoMatch},
		{"any port matches no other host", "http://localhost:*", "http://localhost.evil.org:3000", NoMatch},
		{"any port matches no user info", "http://localhost:*", "http://localhost:3000@evil.org", NoMatch},
		{"any port matches no path", "http://localhost:*", "http://localhost:3000/", NoMatch},
		{"any port of an IPv6 address matches one", "http://[::1]:*", "http://[::1]:8080", MatchedPattern},
		{"any port of an IPv6 address matches none", "http://[::1]:*", "http://[::1]", MatchedPattern},
		{"any port of an IPv6 address matches no longer address", "http://[::1]:*", "http://[::1:2]", NoMatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := setOf(t, tt.pattern).Match(tt.text); got != tt.want {
				t.Errorf("%q: Match(%q) = %d, want %d", tt.pattern, tt.text, got, tt.want)
			}
			if got := naiveMatch(tt.pattern, tt.text); got != (tt.want != NoMatch) {
				t.Errorf("%q: the naive matcher says %t of %q", tt.pattern, got, tt.text)
			}
		})
	}
}

// Everything here looks as if it named example.com, and is somebody else's.
var hostileOrigins = []struct{ name, text string }{
	{"a path and fragment that end like the domain", "https://evil.example/#.example.com"},
	{"a path that ends like the domain", "https://evil.example/.example.com"},
	{"a query that ends like the domain", "https://evil.example?.example.com"},
	{"a fragment that ends like the domain", "https://evil.example#.example.com"},
	{"a backslash before the domain", `https://evil.example\.example.com`},
	{"the domain as a subdomain of another", "https://x.example.com.evil.org"},
	{"the domain itself as a subdomain of another", "https://example.com.evil.org"},
	{"a domain that ends in the same letters", "https://evilexample.com"},
	{"a domain that ends in the same letters after a hyphen", "https://evil-example.com"},
	{"another character for the dot", "https://appxexample.com"},
	{"another character for the dot of the suffix", "https://app.examplexcom"},
	{"a longer top-level domain", "https://app.example.community"},
	{"a shorter top-level domain", "https://app.example.co"},
	{"the default port", "https://app.example.com:443"},
	{"an empty port", "https://app.example.com:"},
	{"a port that continues as another host", "https://app.example.com:8443.evil.org"},
	{"upper case in the host", "https://APP.example.com"},
	{"upper case in the domain", "https://app.Example.com"},
	{"upper case in the scheme", "HTTPS://app.example.com"},
	{"a trailing dot", "https://app.example.com."},
	{"two trailing dots", "https://app.example.com.."},
	{"user info", "https://user@app.example.com"},
	{"user info that looks like the host", "https://app.example.com@evil.org"},
	{"user info with a password that looks like a port", "https://app.example.com:8443@evil.org"},
	{"a leading space", " https://app.example.com"},
	{"a trailing space", "https://app.example.com "},
	{"a space in the host", "https://evil.org .example.com"},
	{"a tab", "https://evil.org\t.example.com"},
	{"a line feed", "https://app.example.com\n"},
	{"a carriage return and line feed", "https://app.example.com\r\n"},
	{"a NUL", "https://evil.org\x00.example.com"},
	{"a DEL", "https://evil.org\x7f.example.com"},
	{"a comma between two origins", "https://evil.org,https://app.example.com"},
	{"a comma and a space between two origins", "https://evil.org, https://app.example.com"},
	{"a space between two origins", "https://evil.org https://app.example.com"},
	{"an empty label", "https://app..example.com"},
	{"a leading dot", "https://.example.com"},
	{"a label that is too long", "https://" + strings.Repeat("a", 64) + ".example.com"},
	{"a host that is too long", "https://" + strings.Repeat("a.", 130) + "example.com"},
	{"a text of a megabyte", "https://" + strings.Repeat("a", 1<<20) + ".example.com"},
	{"a percent-escaped dot", "https://evil.org%2e.example.com"},
	{"a full-width dot", "https://evil.org．.example.com"},
	{"a character outside ASCII", "https://evil.orgé.example.com"},
	{"a wildcard", "https://*.example.com"},
	{"a wildcard in a label", "https://pr-*.example.com"},
	{"a trailing slash", "https://app.example.com/"},
	{"no scheme", "app.example.com"},
	{"a scheme-relative URL", "//app.example.com"},
	{"a nested scheme", "blob:https://app.example.com"},
	{"another scheme", "ftp://app.example.com"},
	{"a scheme that ends like https", "xhttps://app.example.com"},
	{"an IPv6 address before the domain", "https://[::1].example.com"},
	{"nothing", ""},
	{"null", "null"},
}

func TestNoSetMatchesAHostileOrigin(t *testing.T) {
	patterns := []string{
		"https://example.com", "https://app.example.com", "https://*.example.com", "https://pr-*.example.com", "https://*-app.example.com",
		"https://e*.example.com", "https://app.example.com:8443", "https://*.example.com:8443", "http://localhost:*",
	}
	expression, err := ParseRegexp(`https://(.*\.)?example\.com`)
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]*Set{
		"all patterns together": setOf(t, patterns...),
		"an expression":         NewSet(nil, []*Regexp{expression}),
	}
	for _, p := range patterns {
		sets[p] = setOf(t, p)
	}
	for _, tt := range hostileOrigins {
		t.Run(tt.name, func(t *testing.T) {
			for name, s := range sets {
				if got := s.Match(tt.text); got != NoMatch {
					t.Errorf("%s: Match(%q) = %d", name, tt.text, got)
				}
			}
		})
	}
}

func TestSetWithAnyPortMatchesNoHostileOrigin(t *testing.T) {
	s := setOf(t, "https://example.com:*", "https://app.example.com:*", "https://*.example.com:*", "https://pr-*.example.com:*")
	for _, tt := range hostileOrigins {
		if got := s.Match(tt.text); got != NoMatch {
			t.Errorf("%s: Match(%q) = %d", tt.name, tt.text, got)
		}
	}
}

func TestEmptySetMatchesNothing(t *testing.T) {
	s := NewSet(nil, nil)
	for _, text := range []string{"", "null", "*", "https://app.example.com"} {
		if got := s.Match(text); got != NoMatch {
			t.Errorf("Match(%q) = %d", text, got)
		}
	}
}

func TestExactComesBeforePatternAndPatternBeforeRegexp(t *testing.T) {
	expression, err := ParseRegexp(`https://.*\.example\.com(:\d+)?`)
	if err != nil {
		t.Fatal(err)
	}
	var patterns []Pattern
	for _, s := range []string{"https://app.example.com", "https://*.example.com", "https://app.example.com:*"} {
		p, err := ParsePattern(s)
		if err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, p)
	}
	s := NewSet(patterns, []*Regexp{expression})
	for text, want := range map[string]Match{
		"https://app.example.com":      MatchedExact,
		"https://other.example.com":    MatchedPattern,
		"https://app.example.com:1":    MatchedPattern,
		"https://other.example.com:1":  MatchedRegexp,
		"https://other.example.com:01": NoMatch,
		"https://other.example.org":    NoMatch,
	} {
		if got := s.Match(text); got != want {
			t.Errorf("Match(%q) = %d, want %d", text, got, want)
		}
	}
}

// What several regular expressions match together is what each matches alone.
func TestSeveralRegexpsMatchLikeEach(t *testing.T) {
	sources := []string{
		`https://(?P<name>a|b)\.example\.com`, `https://(?P<name>c)\.example\.com`, `(?i)HTTPS://D\.EXAMPLE\.COM`,
		`https://e\.example\.com|https://f\.example\.com`, `https://\Qg.example.com`, `(?m)^https://h\.example\.com$`, `(?U)https://i+\.example\.com`,
	}
	var regexps []*Regexp
	for _, source := range sources {
		e, err := ParseRegexp(source)
		if err != nil {
			t.Fatal(err)
		}
		regexps = append(regexps, e)
	}
	all := NewSet(nil, regexps)
	for _, scheme := range []string{"https://", "xhttps://"} {
		for c := 'a'; c <= 'k'; c++ {
			for _, end := range []string{".example.com", ".example.com.evil.org", ".example.com:8443", "xexample.com", ".EXAMPLE.com"} {
				text := scheme + string(c) + end
				want := NoMatch
				for _, e := range regexps {
					want = max(want, NewSet(nil, []*Regexp{e}).Match(text))
				}
				if got := all.Match(text); got != want {
					t.Errorf("Match(%q) = %d, alone %d", text, got, want)
				}
				if listed := scheme == "https://" && c <= 'i' && end == ".example.com"; listed != (want == MatchedRegexp) {
					t.Errorf("Match(%q) = %d", text, want)
				}
			}
		}
	}
}

// randomRegexp puts together what makes an end of a host certain, and what
// makes it uncertain.
func randomRegexp(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	labels := func() string {
		label := pick("a", "b", "ab", "(a|b)", "[ab]", "a?b", "a+", "[a-z]+", ".*", ".", `\w`, "(ab|ba)", "a{1,2}", "a*?")
		for range r.IntN(3) {
			label += pick(`\.`, `\.`, `\.`, ".", `(\.|-)`, `\.\b`, `\.?`) + pick("a", "b", "(a|b|ab)", "[a-d]", "com", "(com|org)", ".*", `\d`)
		}
		return label
	}
	host := pick("", "", `(.*\.)?`, `([a-z]+\.)*`, `(a\.)?`, "^?") + labels()
	if r.IntN(4) == 0 {
		host = "(" + host + "|" + labels() + ")"
	}
	return pick("https://", "https://", "https?://", "(?i)HTTPS://", ".*://", "") + host + pick("", "", `(:\d+)?`, `:80+`, `\.?`, `\b`, "$", ".*")
}

func TestManyRegexpsMatchLikeEachOfThem(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	matched := 0
	for range 100 {
		var regexps []*Regexp
		for range 1 + r.IntN(12) {
			if e, err := ParseRegexp(randomRegexp(r)); err == nil {
				regexps = append(regexps, e)
			}
		}
		s := NewSet(nil, regexps)
		for range 100 {
			host := pick("a", "b", "ab", "ba", "d", "com", "1", "aab", "x-a")
			for range r.IntN(4) {
				host += pick(".", ".", ".", "-") + pick("a", "b", "ab", "c", "com", "org", "1")
			}
			text := pick("https", "https", "http", "x") + "://" + host + pick("", "", ".", ":8", ":800", ".:8", "..")
			want := NoMatch
			if naiveParse(text) && slices.ContainsFunc(regexps, func(e *Regexp) bool { return e.re.MatchString(text) }) {
				want = MatchedRegexp
				matched++
			}
			if got := s.Match(text); got != want {
				t.Fatalf("%v: Match(%q) = %d, want %d", regexps, text, got, want)
			}
		}
	}
	if matched < 300 {
		t.Errorf("%d origins matched: that does not try much", matched)
	}
}

// RE2 bounds how deep and how large a regular expression is. Several that it holds
// one by one need not fit together.
func TestRegexpsAtTheBoundsOfRE2MatchTogether(t *testing.T) {
	var regexps []*Regexp
	depth := 0
	for n := 300; n < 400; n++ {
		source := "https://" + strings.Repeat("(?:a|bb", n) + strings.Repeat(")*", n) + `\.example\.com`
		e, err := ParseRegexp(source)
		if err != nil {
			break
		}
		regexps, depth = append(regexps[:0], e), n
	}
	if depth == 0 {
		t.Fatal("no expression was accepted")
	}
	other := mustParseRegexp(t, `https://other[a-z]*\.example\.com`)
	s := NewSet(nil, append(regexps, other, other))
	if n := len(s.regexps); n < 2 {
		t.Errorf("all expressions fit into %d", n)
	}
	for _, text := range []string{"https://a.example.com", "https://other.example.com"} {
		if got := s.Match(text); got != MatchedRegexp {
			t.Errorf("Match(%q) = %d", text, got)
		}
	}
	if got := s.Match("https://evil.org"); got != NoMatch {
		t.Errorf("Match of a stranger = %d", got)
	}
}

// A vocabulary this small makes random patterns and origins meet.
func randomPattern(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	label := func() string { return pick("a", "b", "ab", "aba", "a-b", "com", "example", "x1") }
	host := label()
	for range r.IntN(3) {
		host = label() + "." + host
	}
	switch r.IntN(6) {
	case 0:
		host = "*." + host
	case 1:
		host = pick("a", "ab", "a-", "") + "*" + pick("a", "ba", "-b", "") + "." + host
	case 2:
		host = pick("localhost", "127.0.0.1", "[::1]", "[2001:db8::1]")
	}
	return pick("https", "http", "app") + "://" + host + pick("", "", ":8443", ":80", ":1", ":*")
}

// randomOrigin fills a pattern's wildcards, and sometimes spoils the result.
func randomOrigin(r *rand.Rand, s string) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	if bare, ok := strings.CutSuffix(s, ":*"); ok {
		s = bare + pick("", ":8443", ":1", ":80", ":443")
	}
	s = strings.Replace(s, "*", pick("a", "b", "ab", "a.b", "a_b", "-", "", "b.a.b", "aba"), 1)
	switch r.IntN(8) {
	case 0:
		i := r.IntN(len(s))
		s = s[:i] + pick(".", "-", "a", ":", "/", "_", "A", " ") + s[i:]
	case 1:
		i := r.IntN(len(s))
		s = s[:i] + s[i+1:]
	case 2:
		s += pick(".", ".evil.org", ":1", "/", ".com")
	}
	return s
}

func TestThousandsOfPatternsMatchLikeTheNaiveMatcher(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matches := make(map[Match]int)
	for _, size := range []int{1, 2, 3, 5, 10, 100, 5000} {
		rounds := max(1, 400/size)
		for range rounds {
			var patterns []Pattern
			for len(patterns) < size {
				if p, err := ParsePattern(randomPattern(r)); err == nil {
					patterns = append(patterns, p)
				}
			}
			s := NewSet(patterns, nil)
			for range 100 {
				near := patterns[r.IntN(len(patterns))].String()
				if r.IntN(4) == 0 {
					near = randomPattern(r)
				}
				text := randomOrigin(r, near)
				got, want := s.Match(text), naiveMatchAny(patterns, text)
				if got != want {
					t.Fatalf("%d patterns: Match(%q) = %d, the naive matcher says %d\n%.500v", size, text, got, want, patterns)
				}
				matches[got]++
			}
		}
	}
	if matches[NoMatch] < 1000 || matches[MatchedExact] < 100 || matches[MatchedPattern] < 1000 {
		t.Errorf("the random origins do not try much: %v", matches)
	}
}

// The end of a host behind one pattern's wildcard can be the domain of another.
func TestPatternsOfSeveralDomainsDoNotMix(t *testing.T) {
	s := setOf(t, "https://*-a.example.com", "https://*b.y.example.com", "https://c*.example.com", "https://*.z.example.com:8443", "https://*d.example.com:*")
	for text, want := range map[string]Match{
		"https://x-a.example.com":      MatchedPattern,
		"https://xb.y.example.com":     MatchedPattern,
		"https://cx.example.com":       MatchedPattern,
		"https://x.z.example.com:8443": MatchedPattern,
		"https://xd.example.com:8443":  MatchedPattern,
		"https://x.y.example.com":      NoMatch,
		"https://c.y.example.com":      NoMatch,
		"https://cb.example.com":       MatchedPattern,
		"https://x-a.y.example.com":    NoMatch,
		"https://xd.y.example.com":     NoMatch,
		"https://x.z.example.com":      NoMatch,
		"https://x.z.example.com:80":   NoMatch,
		"http://x-a.example.com":       NoMatch,
	} {
		if got := s.Match(text); got != want {
			t.Errorf("Match(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPatternsOfManyShapesMatchLikeTheNaiveMatcher(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	run := func(longest int) string { return strings.Repeat("a", r.IntN(longest+1)) }
	domain := func() string { return fmt.Sprintf("%c.example.com", 'a'+r.IntN(4)) }
	matches := make(map[Match]int)
	for range 8 {
		var patterns []Pattern
		for range 150 {
			p, err := ParsePattern("https://" + run(20) + "*" + run(20) + "." + domain())
			if err != nil {
				t.Fatal(err)
			}
			patterns = append(patterns, p)
		}
		s := NewSet(patterns, nil)
		for range 300 {
			text := "https://" + run(15) + string("ab_."[r.IntN(4)]) + run(15) + "." + domain()
			got, want := s.Match(text), naiveMatchAny(patterns, text)
			if got != want {
				t.Fatalf("Match(%q) = %d, the naive matcher says %d\n%v", text, got, want, patterns)
			}
			matches[got]++
		}
	}
	if matches[NoMatch] < 500 || matches[MatchedPattern] < 500 {
		t.Errorf("the random origins do not try much: %v", matches)
	}
}

func TestManyPatternsOfOneDomainMatch(t *testing.T) {
	var patterns []string
	for i := range 3000 {
		patterns = append(patterns, fmt.Sprintf("https://app%d.example.com", i), fmt.Sprintf("https://pr%d-*.example.com", i),
			fmt.Sprintf("https://*.site%d.example", i), fmt.Sprintf("http://host%d.localhost:*", i))
	}
	s := setOf(t, patterns...)
	for i := range 3000 {
		for text, want := range map[string]Match{
			fmt.Sprintf("https://app%d.example.com", i):      MatchedExact,
			fmt.Sprintf("https://pr%d-x.example.com", i):     MatchedPattern,
			fmt.Sprintf("https://a.b.site%d.example", i):     MatchedPattern,
			fmt.Sprintf("http://host%d.localhost:%d", i, 81): MatchedPattern,
			fmt.Sprintf("https://app%d.example.com.org", i):  NoMatch,
			fmt.Sprintf("https://pr%d-.example.com", i):      NoMatch,
			fmt.Sprintf("https://site%d.example", i):         NoMatch,
		} {
			if got := s.Match(text); got != want {
				t.Fatalf("Match(%q) = %d, want %d", text, got, want)
			}
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	s := setOf(t, "https://app.example.com", "https://*.example.com", "https://pr-*-x.example.org", "http://localhost:*", "null")
	for _, text := range []string{
		"https://app.example.com", "https://a.b.example.com", "https://pr-12-x.example.org", "http://localhost:3000", "null",
		"https://evil.org", "https://evil.org:8443", "", "https://" + strings.Repeat("a.", 1000) + "example.com", strings.Repeat("a.", 100),
	} {
		if n := testing.AllocsPerRun(100, func() { s.Match(text) }); n != 0 {
			t.Errorf("Match(%.40q) allocates %v times", text, n)
		}
	}
}

func FuzzSet(f *testing.F) {
	f.Add("https://app.example.com https://*.example.com", "https://x.example.com")
	f.Add("https://pr-*.example.com:* http://localhost:*", "https://pr-1.example.com:8443")
	f.Add("null http://[::1]:*", "http://[::1]:1")
	f.Add("https://aba*aba.a", "https://ababa.a")
	for _, tt := range hostileOrigins {
		if len(tt.text) < 80 {
			f.Add("https://*.example.com https://app.example.com:* https://e*.example.com", tt.text)
		}
	}
	f.Fuzz(func(t *testing.T, list, text string) {
		var patterns []Pattern
		for s := range strings.FieldsSeq(list) {
			if p, err := ParsePattern(s); err == nil {
				patterns = append(patterns, p)
			}
		}
		got, want := NewSet(patterns, nil).Match(text), naiveMatchAny(patterns, text)
		if got != want {
			t.Fatalf("%v: Match(%q) = %d, the naive matcher says %d", patterns, text, got, want)
		}
		// An origin made from a pattern is one that matches, or nearly.
		for _, p := range patterns {
			near := strings.ReplaceAll(p.String(), "*", text)
			if got, want := NewSet(patterns, nil).Match(near), naiveMatchAny(patterns, near); got != want {
				t.Fatalf("%v: Match(%q) = %d, the naive matcher says %d", patterns, near, got, want)
			}
		}
	})
}

// A regular expression matches in a Set what package regexp matches between anchors.
func FuzzRegexpInASet(f *testing.F) {
	for _, source := range []string{
		`https://(a|b)\.example\.com`, `(?i)https://A\.example\.com`, `https://\Qa.example.com`, `(a|https://b)\.example\.com`,
		`https://a\.example\.com|https://b\.example\.com`, `(?m)^https://a\.example\.com$`, `https://.*`, `(?U)https://a+?\.example\.com\b`,
	} {
		f.Add(source, "https://a.example.com")
		f.Add(source, "https://b.example.com.evil.org")
	}
	other, err := ParseRegexp(`http://other\.localhost`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) > 60 {
			t.Skip("long expressions take long")
		}
		e, err := ParseRegexp(source)
		if err != nil {
			return
		}
		re, err := regexp.Compile(source)
		if err != nil {
			t.Fatalf("ParseRegexp accepts %q: %v", source, err)
		}
		re.Longest()
		loc := re.FindStringIndex(text)
		want := NoMatch
		if naiveParse(text) && loc != nil && loc[0] == 0 && loc[1] == len(text) {
			want = MatchedRegexp
		}
		alone, among := NewSet(nil, []*Regexp{e}).Match(text), NewSet(nil, []*Regexp{other, e}).Match(text)
		if text != "http://other.localhost" && alone != among {
			t.Fatalf("%q: Match(%q) = %d alone, %d among others", source, text, alone, among)
		}
		if alone != want {
			t.Fatalf("%q: Match(%q) = %d, want %d", source, text, alone, want)
		}
	})
}

// Regexps match together what package regexp says of each.
func FuzzRegexps(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		f.Add(randomRegexp(r), randomRegexp(r), "https://a.ab.com")
	}
	f.Add(`https://[a-z]+\.example\.com`, `https://(.*\.)?example\.org(:\d+)?`, "https://app.example.org.:8443")
	f.Add(`http://\[::1\](:\d+)?`, `http://\d+\.0\.0\.1`, "http://[::1]:1")
	f.Fuzz(func(t *testing.T, one, other, text string) {
		if len(one) > 60 || len(other) > 60 {
			t.Skip("long expressions take long")
		}
		var regexps []*Regexp
		want := NoMatch
		for _, source := range []string{one, other} {
			e, err := ParseRegexp(source)
			if err != nil {
				continue
			}
			regexps = append(regexps, e)
			if naiveParse(text) && e.re.MatchString(text) {
				want = MatchedRegexp
			}
		}
		if got := NewSet(nil, regexps).Match(text); got != want {
			t.Fatalf("%v: Match(%q) = %d, want %d", regexps, text, got, want)
		}
	})
}
