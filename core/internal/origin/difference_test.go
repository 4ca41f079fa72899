package origin

import (
	"fmt"
	"strings"
	"testing"
)

// withExpression returns a set of an expression and some patterns.
func withExpression(t testing.TB, expression string, patterns ...string) *Set {
	t.Helper()
	e, err := ParseExpression(expression)
	if err != nil {
		t.Fatal(err)
	}
	var parsed []Pattern
	for _, s := range patterns {
		p, err := ParsePattern(s)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, p)
	}
	return NewSet(parsed, []*Expression{e})
}

func TestNearestFindsWhatIsDifferent(t *testing.T) {
	const app = "https://app.example.com"
	tests := []struct {
		name     string
		patterns []string
		origin   string
		want     Difference // without Of: nothing is near
	}{
		{"http for https", []string{app}, "http://app.example.com", Difference{app, RelationSame, true, false}},
		{"https for http", []string{"http://app.example.com"}, app, Difference{"http://app.example.com", RelationSame, true, false}},
		{"a port where none is listed", []string{app}, app + ":8443", Difference{app, RelationSame, false, true}},
		{"no port where one is listed", []string{app + ":8443"}, app, Difference{app + ":8443", RelationSame, false, true}},
		{"another port than the listed one", []string{app + ":8443"}, app + ":9443", Difference{app + ":8443", RelationSame, false, true}},
		{"scheme and port", []string{app}, "http://app.example.com:8080", Difference{app, RelationSame, true, true}},
		{"scheme and port, both listed otherwise", []string{app + ":8443"}, "http://app.example.com:8080", Difference{app + ":8443", RelationSame, true, true}},
		{"the scheme, under a pattern", []string{"https://*.example.com"}, "http://a.b.example.com", Difference{"https://a.b.example.com", RelationSame, true, false}},
		{"the port, under a pattern", []string{"https://*.example.com:8443"}, "https://a.example.com:9443", Difference{"https://*.example.com:8443", RelationSame, false, true}},
		{"the scheme, under a pattern for any port", []string{"https://*.example.com:*"}, "http://a.example.com:81", Difference{"https://a.example.com:81", RelationSame, true, false}},
		{"a scheme that browsers have for programs", []string{"tauri://localhost"}, "tauri://localhost:81", Difference{"tauri://localhost", RelationSame, false, true}},

		{"the dot of a fully qualified domain", []string{app}, app + ".", Difference{app, RelationTrailingDot, false, false}},
		{"www. too much", []string{"https://example.com"}, "https://www.example.com", Difference{"https://example.com", RelationWWW, false, false}},
		{"www. too little", []string{"https://www.example.com"}, "https://example.com", Difference{"https://www.example.com", RelationWWW, false, false}},
		{"www. and the scheme", []string{"https://www.example.com"}, "http://example.com", Difference{"https://www.example.com", RelationWWW, true, false}},

		{"an address for localhost", []string{"http://localhost:3000"}, "http://127.0.0.1:3000", Difference{"http://localhost:3000", RelationLoopback, false, false}},
		{"localhost for an address", []string{"http://127.0.0.1"}, "http://localhost:3000", Difference{"http://127.0.0.1", RelationLoopback, false, true}},
		{"an IPv6 address for localhost at another port", []string{"http://localhost:3000"}, "http://[::1]:5173", Difference{"http://localhost:3000", RelationLoopback, false, true}},
		{"another loopback address", []string{"http://127.0.0.2"}, "http://127.0.0.3", Difference{"http://127.0.0.2", RelationLoopback, false, false}},

		{"a subdomain where the domain is listed", []string{"https://example.com"}, "https://a.b.example.com", Difference{"https://example.com", RelationSubdomain, false, false}},
		{"a subdomain of localhost", []string{"http://localhost:*"}, "http://app.localhost:81", Difference{"http://localhost:81", RelationSubdomain, false, false}},
		{"the domain where its subdomains are listed", []string{"https://*.example.com"}, "https://example.com", Difference{"https://*.example.com", RelationParent, false, false}},
		{"the domain where its subdomains are listed, with http", []string{"https://*.example.com"}, "http://example.com", Difference{"https://*.example.com", RelationParent, true, false}},
		{"the domain where subdomains of a certain form are listed", []string{"https://pr-*.example.com"}, "https://example.com", Difference{"https://pr-*.example.com", RelationSibling, false, false}},
		{"two labels where the wildcard stands for a part of one", []string{"https://pr-*.example.com"}, "https://a.pr-1.example.com", Difference{"https://pr-1.example.com", RelationSubdomain, false, false}},
		{"another label than that of the pattern", []string{"https://pr-*.example.com"}, "https://app.example.com", Difference{"https://pr-*.example.com", RelationSibling, false, false}},
		{"another host of the domain", []string{"https://x.example.org", app}, "https://myapp.example.com", Difference{app, RelationSibling, false, false}},
		{"another host of a domain under a suffix of two labels", []string{"https://app.example.co.uk"}, "https://www2.example.co.uk", Difference{"https://app.example.co.uk", RelationSibling, false, false}},

		{"it goes on after a dot", []string{app}, app + ".evil.org", Difference{app, RelationBegins, false, false}},
		{"it goes on without a dot", []string{"https://app.example.com"}, "https://app.example.community", Difference{app, RelationBegins, false, false}},
		{"it goes on, and a pattern is meant", []string{"https://*.example.com"}, "https://x.example.com.evil.org", Difference{"https://x.example.com", RelationBegins, false, false}},
		{"it begins with more", []string{"https://example.com"}, "https://evilexample.com", Difference{"https://example.com", RelationEnds, false, false}},
		{"it begins with more, and a pattern is meant", []string{"https://*.example.com"}, "https://evilexample.com", Difference{"https://*.example.com", RelationEnds, false, false}},
		{"it begins with more and has http", []string{"https://example.com"}, "http://evilexample.com", Difference{"https://example.com", RelationEnds, true, false}},
		{"it begins with more and has a port", []string{"https://example.com"}, "https://a.evilexample.com:8443", Difference{"https://example.com", RelationEnds, false, true}},
		{"a letter for a dot", []string{app}, "https://appxexample.com", Difference{app, RelationDot, false, false}},
		{"a hyphen for a dot, and a pattern is meant", []string{"https://*.example.com"}, "https://app-example.com", Difference{"https://*.example.com", RelationEnds, false, false}},
		{"a Cyrillic letter", []string{"https://example.com"}, "https://xn--exmple-4nf.com", Difference{"https://example.com", RelationConfusable, false, false}},
		{"a letter with a mark, under a pattern", []string{"https://*.example.com"}, "https://a.xn--exmple-qta.com", Difference{"https://*.example.com", RelationConfusable, false, false}},
		{"a digit for a letter", []string{"https://example.com"}, "https://examp1e.com", Difference{"https://example.com", RelationConfusable, false, false}},
		{"two letters for one", []string{"https://example.com"}, "https://exarnple.com", Difference{"https://example.com", RelationConfusable, false, false}},
		{"a letter left out", []string{"https://example.com"}, "https://exmple.com", Difference{"https://example.com", RelationMisspelt, false, false}},
		{"a letter too much", []string{"https://example.com"}, "https://exaample.com", Difference{"https://example.com", RelationMisspelt, false, false}},
		{"a letter replaced", []string{"https://example.com"}, "https://exemple.com", Difference{"https://example.com", RelationMisspelt, false, false}},
		{"two letters exchanged", []string{"https://example.com"}, "https://exmaple.com", Difference{"https://example.com", RelationMisspelt, false, false}},
		{"another top-level domain", []string{app}, "https://app.example.org", Difference{app, RelationSuffix, false, false}},

		{"nothing is like it", []string{app}, "https://evil.org", Difference{}},
		{"two letters away is not near", []string{"https://example.com"}, "https://exnnple.com", Difference{}},
		{"short names are near too easily", []string{"https://abc.com"}, "https://abd.com", Difference{}},
		{"another name under the same public suffix", []string{"https://a.github.io"}, "https://bcde.github.io", Difference{}},
		{"a name under a public suffix that is listed", []string{"https://github.io"}, "https://me.github.io", Difference{}},
		{"a public suffix whose subdomains are listed", []string{"https://*.github.io"}, "https://github.io", Difference{}},
		{"www. before a public suffix that is listed", []string{"https://github.io"}, "https://www.github.io", Difference{}},
		{"www. before localhost", []string{"http://localhost"}, "http://www.localhost", Difference{"http://localhost", RelationSubdomain, false, false}},
		{"an address is not near another", []string{"http://192.168.0.1"}, "http://192.168.0.11", Difference{}},
		{"an address that ends like another", []string{"http://1.1.1.1"}, "http://11.1.1.1", Difference{}},
		{"null is near nothing", []string{"null"}, "https://evil.org", Difference{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, ok := Parse(tt.origin)
			if !ok {
				t.Fatalf("%s is no origin", tt.origin)
			}
			set := setOf(t, tt.patterns...)
			if set.Match(tt.origin) != NoMatch {
				t.Fatalf("%s is allowed", tt.origin)
			}
			got, found := Nearest(o, tt.patterns, func(s string) bool { return set.Match(s) != NoMatch })
			if found != (tt.want.Of != "") || got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestNearestFindsWhatAnExpressionMatches(t *testing.T) {
	set := withExpression(t, `https://(a|b)\.example\.com`)
	for origin, want := range map[string]Difference{
		"http://a.example.com":      {"https://a.example.com", RelationSame, true, false},
		"https://b.example.com:81":  {"https://b.example.com", RelationSame, false, true},
		"https://x.a.example.com":   {"https://a.example.com", RelationSubdomain, false, false},
		"https://a.example.com.org": {"https://a.example.com", RelationBegins, false, false},
		"https://my-a.example.com":  {}, // a sibling, which no look-up finds, and no look-alike
	} {
		o, _ := Parse(origin)
		if got, _ := Nearest(o, nil, func(s string) bool { return set.Match(s) != NoMatch }); got != want {
			t.Errorf("%s: %+v, want %+v", origin, got, want)
		}
	}
}

// What a stranger sends, and how much is listed, must not make it slow.
func TestNearestIsBounded(t *testing.T) {
	var patterns []string
	for i := range 3 * MaxCompared {
		patterns = append(patterns, fmt.Sprintf("https://site-%d.example:8443", i))
	}
	set := setOf(t, patterns...)
	nearest := func(origin string) (d Difference, lookups int) {
		o, ok := Parse(origin)
		if !ok {
			t.Fatalf("%s is no origin", origin)
		}
		d, _ = Nearest(o, patterns, func(s string) bool {
			lookups++
			return set.Match(s) != NoMatch
		})
		return d, lookups
	}
	for i, found := range map[int]bool{0: true, MaxCompared - 1: true, MaxCompared: false, 2 * MaxCompared: false} {
		d, _ := nearest(fmt.Sprintf("https://site-%d.example", i))
		if want := fmt.Sprintf("https://site-%d.example:8443", i); (d.Of == want) != found {
			t.Errorf("the entry %d is compared: %t, want %t", i, !found, found)
		}
	}
	if d, _ := nearest(fmt.Sprintf("http://site-%d.example:8443", 2*MaxCompared)); d.Host != RelationSame || !d.Scheme {
		t.Errorf("what a look-up finds is not found beyond the first: %+v", d)
	}
	long := "https://" + strings.Repeat("ab-c.", 50) + "de"
	if _, lookups := nearest(long + ":1"); lookups > 5000 {
		t.Errorf("%d look-ups for an origin of %d bytes", lookups, len(long))
	}
}

func TestCorrectSaysWhatABrowserSends(t *testing.T) {
	for text, want := range map[string]struct {
		instead string
		wrong   string
	}{
		"https://app.example.com/":            {"https://app.example.com", CodePath},
		"https://app.example.com/a?b":         {"https://app.example.com", CodePath},
		"https://app.example.com?b":           {"https://app.example.com", CodeQuery},
		"https://app.example.com#b":           {"https://app.example.com", CodeFragment},
		"https://me@app.example.com":          {"https://app.example.com", CodeUserInfo},
		"https://App.example.com":             {"https://app.example.com", CodeCase},
		"HTTPS://app.example.com":             {"https://app.example.com", CodeCase},
		"https://app.example.com:443":         {"https://app.example.com", CodeDefaultPort},
		"https://App.example.com:443/":        {"https://app.example.com", CodePath},
		"https://app.example.com:08443":       {"https://app.example.com:8443", CodePort},
		"https://bücher.example":              {"https://xn--bcher-kva.example", CodeIDNA},
		"http://::1":                          {"http://[::1]", CodeIP},
		"http://[0:0:0:0:0:0:0:1]":            {"http://[::1]", CodeIP},
		"app.example.com":                     {"https://app.example.com", CodeScheme},
		"localhost:3000":                      {"http://localhost:3000", CodeScheme},
		"https://app.example.com":             {}, // nothing is wrong
		"https://*.example.com":               {},
		"https://*.example.com/":              {},
		"null":                                {},
		"NULL":                                {},
		"":                                    {},
		"*":                                   {},
		"https://a.example b":                 {},
		"https://a.example, https://b.test":   {},
		"https://" + strings.Repeat("a", 999): {},
	} {
		instead, wrong, ok := Correct(text)
		if ok != (want.instead != "") || ok && (instead != want.instead || wrong != want.wrong) {
			t.Errorf("%q: %q, %q, %t, want %q, %q", text, instead, wrong, ok, want.instead, want.wrong)
		}
	}
}

func TestRegistrableDomain(t *testing.T) {
	for host, want := range map[string]string{
		"example.com": "example.com", "a.b.example.com": "example.com", "a.example.co.uk": "example.co.uk", "example.com.": "example.com",
		"me.github.io": "me.github.io", "github.io": "", "com": "", "localhost": "", "127.0.0.1": "", "[::1]": "", "": "",
	} {
		if got := RegistrableDomain(host); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

func TestARelationLooksAlikeWhereTheHostCanBeAnybodys(t *testing.T) {
	for _, r := range []Relation{RelationSame, RelationTrailingDot, RelationWWW, RelationLoopback, RelationSubdomain, RelationParent, RelationSibling} {
		if r.LooksAlike() {
			t.Errorf("%s has the same owner", r)
		}
	}
	for _, r := range []Relation{RelationBegins, RelationEnds, RelationDot, RelationConfusable, RelationMisspelt, RelationSuffix} {
		if !r.LooksAlike() {
			t.Errorf("%s can be anybody's", r)
		}
	}
}

// FuzzNearest checks what must hold for every origin: what is near is allowed,
// or is a pattern; look-alikes have another registrable domain, and relatives
// the same.
func FuzzNearest(f *testing.F) {
	patterns := []string{"https://app.example.com", "https://*.example.net", "http://localhost:*", "https://pr-*.example.org:8443", "https://xn--bcher-kva.example", "https://github.io", "https://*.vercel.app"}
	set := withExpression(f, `https://(a|b)\.example\.edu`, patterns...)
	for _, s := range []string{"https://app.example.com:1", "https://evilexample.net", "https://a.example.edu.", "http://127.0.0.1:81", "https://appxexample.com", "https://xn--bcher-kva.example.org"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if instead, wrong, ok := Correct(text); ok {
			if _, parses := Parse(instead); !parses || wrong == "" || instead == text {
				t.Fatalf("%q is corrected to %q (%s)", text, instead, wrong)
			}
		}
		o, ok := Parse(text)
		if !ok || set.Match(text) != NoMatch {
			return
		}
		d, found := Nearest(o, patterns, func(s string) bool { return set.Match(s) != NoMatch })
		if !found {
			return
		}
		of, isOrigin := Parse(d.Of)
		if isOrigin && set.Match(d.Of) == NoMatch {
			t.Fatalf("%s: %s is not allowed", text, d.Of)
		}
		if !isOrigin {
			p, err := ParsePattern(d.Of)
			if err != nil {
				t.Fatalf("%s: %s is neither an origin nor a pattern", text, d.Of)
			}
			of = Origin{p.scheme, p.host, p.port}
		}
		if d.Scheme != (of.Scheme != o.Scheme) {
			t.Fatalf("%s: the scheme of %+v", text, d)
		}
		if own, other := RegistrableDomain(o.Host), RegistrableDomain(of.Host); (own == other) == d.Host.LooksAlike() {
			t.Fatalf("%s: %+v, and the domains are %q and %q", text, d, own, other)
		}
	})
}
