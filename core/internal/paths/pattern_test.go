package paths

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
)

// The oracle of path patterns is net/http's ServeMux itself. It redirects some
// requests: those for a path that it would clean, whose answer is about another
// path, and those for the root of a subtree, which our subtrees apply to, so that
// the redirect can be followed.

type muxVerdict string

const (
	muxServes    muxVerdict = "serves"
	muxRedirects muxVerdict = "redirects"
	muxMisses    muxVerdict = "does not serve"
)

// muxAnswer tells what ServeMux does with a path, if it accepts the pattern.
func muxAnswer(pattern string, r *http.Request) (verdict muxVerdict, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	type served struct{ http.Handler }
	mux := http.NewServeMux()
	mux.Handle(pattern, served{})
	h, matched := mux.Handler(r)
	switch {
	case matched == "":
		return muxMisses, true
	case h == http.Handler(served{}):
		return muxServes, true
	}
	return muxRedirects, true
}

// comparablePattern reports whether a pattern means the same to both. ServeMux reads
// spaces as the end of a method, and unescapes patterns.
func comparablePattern(pattern string) bool { return !strings.ContainsAny(pattern, " \t%") }

// cleanPath returns the path to which ServeMux redirects, if it is another.
func cleanPath(p string) string {
	clean := path.Clean(p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// compareWithMux fails if pattern and ServeMux disagree about a request.
func compareWithMux(t *testing.T, pattern string, p *pathPattern, r *http.Request) muxVerdict {
	t.Helper()
	verdict, ok := muxAnswer(pattern, r)
	if !ok {
		t.Fatalf("ServeMux refuses %q", pattern)
	}
	read := OfServeMux(r.URL)
	got := p.match(Folding(0).fold(read), 0)
	if escaped := r.URL.EscapedPath(); escaped != cleanPath(escaped) {
		if verdict == muxServes {
			t.Fatalf("ServeMux serves %q as it is", escaped)
		}
		return verdict
	}
	switch verdict {
	case muxServes:
		if !got {
			t.Fatalf("%q does not apply to %q (read as %q), and ServeMux serves it", pattern, r.URL, read)
		}
	case muxMisses:
		if got {
			t.Fatalf("%q applies to %q (read as %q), and ServeMux does not serve it", pattern, r.URL, read)
		}
	case muxRedirects:
		if strings.HasSuffix(pattern, "/") && !got {
			t.Fatalf("%q does not apply to its root %q", pattern, read)
		}
	}
	return verdict
}

func TestPathPatternsMatchLikeServeMux(t *testing.T) {
	patterns := []string{
		"/", "/{$}", "/{rest...}", "/a", "/a/", "/a/{$}", "/a/{rest...}", "/{x}", "/{x}/", "/{x}/{$}", "/{x}/{rest...}", "/a/b", "/a/{x}", "/{x}/b",
		"/{x}/{y}", "/a/{x}/c", "/{x}/b/", "/a/{x}/{y...}", "/a/{x}/{$}", "/a.b", "/A", "/ä", "/a-b_c~d!$&'()+,;=:@", "/.well-known/x", "/...", "/a$", "/$",
	}
	paths := []string{
		"/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/", "/b", "/b/", "/ab", "/ab/", "/A", "/A/", "/a.b", "/axb", "/a/a/c", "/x/b", "/x/b/y",
		"//", "//a", "/a//", "/a//b", "/a/../b", "/a/./b", "/.", "/..", "/a/.", "/...", "/$", "/{$}", "/{x}", "/{rest...}",
		"/a%2Fb", "/a%2fb", "/a/%2F", "/a/%2Fc", "/%2Fa", "/%61", "/%41", "/a%2Eb", "/%2e", "/%2e%2e/a", "/a%20b", "/a%00", "/a%0A", "/a/%0A", "/a%25", "/a%252Fb", "/a%3Fb", "/a%23b",
		"/a%2Fb|", "/a%2F|", "/a/b%2Fc\"", "/a%2Fä", "/|%2Fb", "/a|", "/%C3%A4", "/ä", "/a%5Cb", "/a;b", "/a-b_c~d!$&'()+,;=:@", "/.well-known/x", "/%7Bx%7D", "/a/b?c=/d", "/" + strings.Repeat("a/", 200),
	}
	seen := make(map[muxVerdict]int)
	for _, pattern := range patterns {
		p, err := parsePathPattern(pattern)
		if err != nil {
			t.Errorf("%q is refused: %s", pattern, err)
			continue
		}
		for _, path := range paths {
			u, err := url.ParseRequestURI(path)
			if err != nil {
				t.Fatal(err)
			}
			seen[compareWithMux(t, pattern, &p, &http.Request{Method: "GET", URL: u, Host: "host"})]++
		}
	}
	for _, verdict := range []muxVerdict{muxServes, muxRedirects, muxMisses} {
		if seen[verdict] < 50 {
			t.Errorf("ServeMux %s only %d times", verdict, seen[verdict])
		}
	}
}

// isIn reports whether an Index finds a scope for a path.
func isIn(path string, s Scope, f Folding) bool {
	config, decided := NewIndex([]Scope{s}, 0, f).Search(path)
	return decided && config == 0
}

func TestPathPatternsMatch(t *testing.T) {
	tests := []struct {
		name, pattern, path string
		folding             Folding
		want                bool
	}{
		{"an exact path matches itself", "/healthz", "/healthz", 0, true},
		{"an exact path does not match with a trailing slash", "/healthz", "/healthz/", 0, false},
		{"an exact path does not match below", "/healthz", "/healthz/x", 0, false},
		{"an exact path does not match a longer name", "/healthz", "/healthzz", 0, false},
		{"a subtree matches its root with a slash", "/api/", "/api/", 0, true},
		{"a subtree matches its root without a slash", "/api/", "/api", 0, true},
		{"a subtree matches below", "/api/", "/api/a/b/c", 0, true},
		{"a subtree does not match a longer name", "/api/", "/apis", 0, false},
		{"a subtree does not match a longer name below", "/api/", "/apis/x", 0, false},
		{"a subtree matches empty segments below", "/api/", "/api//x", 0, true},
		{"the root's subtree matches the root", "/", "/", 0, true},
		{"the root's subtree matches everything", "/", "/a/b", 0, true},
		{"the root's subtree matches the empty path, which is the root", "/", "", 0, true},
		{"no pattern matches a path without a slash", "/", "*", 0, false},
		{"the root alone matches the root", "/{$}", "/", 0, true},
		{"the root alone matches nothing below", "/{$}", "/a", 0, false},
		{"a trailing slash that is meant matches", "/posts/{$}", "/posts/", 0, true},
		{"a trailing slash that is meant does not match without", "/posts/{$}", "/posts", 0, false},
		{"a trailing slash that is meant does not match below", "/posts/{$}", "/posts/x", 0, false},
		{"the rest matches below", "/files/{rest...}", "/files/a/b", 0, true},
		{"the rest matches nothing after the slash", "/files/{rest...}", "/files/", 0, true},
		{"the rest does not match without the slash", "/files/{rest...}", "/files", 0, false},
		{"the rest at the root matches everything", "/{rest...}", "/", 0, true},
		{"a wildcard matches a segment", "/users/{id}/avatar", "/users/7/avatar", 0, true},
		{"a wildcard does not match two segments", "/users/{id}/avatar", "/users/7/8/avatar", 0, false},
		{"a wildcard does not match an empty segment", "/users/{id}/avatar", "/users//avatar", 0, false},
		{"a wildcard does not match a missing segment", "/users/{id}", "/users", 0, false},
		{"a wildcard at the end does not match an empty segment", "/users/{id}", "/users/", 0, false},
		{"a wildcard before a subtree matches", "/{tenant}/api/", "/acme/api/x", 0, true},

		{"case matters", "/API/", "/api/x", 0, false},
		{"case is ignored where the router does", "/API/", "/api/x", FoldCase, true},
		{"case is ignored in the path, too", "/api/", "/API/x", FoldCase, true},
		{"case of a wildcard's segment is free", "/{x}/B", "/A/b", FoldCase, true},
		{"only the case of ASCII is ignored", "/k", "/\u212A", FoldCase, false},
		{"only the case of ASCII letters is ignored", "/@~", "/`^", FoldCase, false},
		{"other letters keep their case", "/ä", "/Ä", FoldCase, false},
		{"folding case does not fold slashes", "/a", "/a/", FoldCase, false},

		{"a trailing slash is ignored where the router does", "/healthz", "/healthz/", FoldTrailingSlash, true},
		{"several trailing slashes are ignored", "/healthz", "/healthz///", FoldTrailingSlash, true},
		{"a slash within is not ignored", "/a/b", "/a//b", FoldTrailingSlash, false},
		{"the root keeps its slash", "/{$}", "/", FoldTrailingSlash, true},
		{"many slashes are the root", "/{$}", "///", FoldTrailingSlash, true},
		{"a trailing slash that is meant matches without", "/posts/{$}", "/posts", FoldTrailingSlash, true},
		{"a trailing slash that is meant matches with", "/posts/{$}", "/posts/", FoldTrailingSlash, true},
		{"a trailing slash that is meant matches nothing below", "/posts/{$}", "/posts/x", FoldTrailingSlash, false},
		{"the rest matches without the slash where slashes are ignored", "/files/{rest...}", "/files", FoldTrailingSlash, true},
		{"a wildcard does not match what a trailing slash leaves empty", "/users/{id}", "/users/", FoldTrailingSlash, false},

		{"an empty segment matches a wildcard where the router says so", "/users/{id}/avatar", "/users//avatar", FoldEmptySegment, true},
		{"an empty segment at the end matches no wildcard even so", "/users/{id}", "/users/", FoldEmptySegment, false},
		{"an empty segment matches no literal", "/users/a/avatar", "/users//avatar", FoldEmptySegment, false},

		{"the rest matches without the slash where the router says so", "/files/{rest...}", "/files", FoldEmptyRest, true},
		{"the rest still matches no longer name", "/files/{rest...}", "/filesystem", FoldEmptyRest, false},
		{"all foldings go together", "/Users/{id}/Avatar", "/uSERS//aVATAR//", FoldCase | FoldTrailingSlash | FoldEmptySegment, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ParsePattern(0, 0, tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := isIn(tt.path, s, tt.folding); got != tt.want {
				t.Errorf("%q matches %q: %t", tt.pattern, tt.path, got)
			}
		})
	}
}

func TestPathRegexpsMatchTheWholePath(t *testing.T) {
	tests := []struct {
		name, expression, path string
		folding                Folding
		want                   bool
	}{
		{"an expression matches a path", `/v\d+/.*`, "/v1/posts", 0, true},
		{"an expression is anchored at the beginning", `/v\d+/.*`, "/x/v1/posts", 0, false},
		{"an expression is anchored at the end", `/v\d+`, "/v1/posts", 0, false},
		{"every alternative is anchored at the beginning", `/a|/b`, "/x/b", 0, false},
		{"every alternative is anchored at the end", `/a|/b`, "/a/x", 0, false},
		{"every alternative matches", `/a|/b`, "/b", 0, true},
		{"anchors of the user change nothing", `^/a$`, "/a", 0, true},
		{"the end of a line is not the end of the path", `(?m)/a$`, "/a\n/secret", 0, false},
		{"the beginning of a line is not the beginning of the path", `(?m)^/a`, "/secret\n/a", 0, false},
		{"a line break does not slip past the end", `/a$`, "/a\n", 0, false},
		{"a dot matches a line break", `/a/.*`, "/a/\n/b", 0, true},
		{"a dot matches no line break if the user says so", `(?-s)/a/.*`, "/a/\n/b", 0, false},
		{"a quotation that is not closed ends with the expression", `/\Qa.b`, "/a.b", 0, true},
		{"a quotation that is not closed does not swallow the anchor", `/\Qa.b`, "/a.b)\\z", 0, false},
		{"case matters", `/api/.*`, "/API/x", 0, false},
		{"case is ignored if the user says so", `(?i)/api/.*`, "/API/x", 0, true},
		{"case is ignored where the router does", `/api/.*`, "/API/x", FoldCase, true},
		{"a trailing slash matters", `/a`, "/a/", 0, false},
		{"a trailing slash is ignored where the router does", `/a`, "/a/", FoldTrailingSlash, true},
		{"several trailing slashes are ignored", `/a`, "/a///", FoldTrailingSlash, true},
		{"a trailing slash may be missing where the router ignores it", `/a/`, "/a", FoldTrailingSlash, true},
		{"a trailing slash in the expression matches several", `/a/`, "/a//", FoldTrailingSlash, true},
		{"the root is the root however many slashes", `/`, "//", FoldTrailingSlash, true},
		{"an empty segment is one where the router says so", `/users/[^/]+/avatar`, "/users//avatar", FoldEmptySegment, true},
		{"an empty segment is a number where the router says so", `/users/\d+/avatar`, "/users//avatar", FoldEmptySegment, true},
		{"each of several empty segments is one", `/[^/]+/[^/]+/x`, "///x", FoldEmptySegment, true},
		{"an empty segment at the end is none", `/users/[^/]+`, "/users/", FoldEmptySegment, false},
		{"an empty segment is none elsewhere", `/users/[^/]+/avatar`, "/users//avatar", 0, false},
		{"the slash before a rest may be missing where the router says so", `/files/.*`, "/files", FoldEmptyRest, true},
		{"the slash before a rest is needed elsewhere", `/files/.*`, "/files", 0, false},
		{"the group's name is the user's own", `/(?P<id>\d+)/(?P<rest>.*)`, "/1/x", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ParseRegexp(0, 0, tt.expression)
			if err != nil {
				t.Fatal(err)
			}
			if got := isIn(tt.path, s, tt.folding); got != tt.want {
				t.Errorf("%q matches %q: %t", tt.expression, tt.path, got)
			}
		})
	}
}

// An expression at the bounds of RE2 must be refused, not be the end of the
// program.
func TestPathRegexpsAtTheBoundsOfRE2AreRefused(t *testing.T) {
	for n := 990; n < 1010; n++ {
		for _, source := range []string{strings.Repeat("(", n) + "a" + strings.Repeat(")", n), strings.Repeat("(?:a|bb", n/3) + strings.Repeat(")*", n/3), fmt.Sprintf("a{%d}", n)} {
			if _, err := parsePathRegexp(source); err == nil {
				if _, err := regexp.Compile(source); err != nil {
					t.Errorf("%.20q… is accepted: %v", source, err)
				}
			}
		}
	}
}

// pathSegments are few, so that random patterns and paths meet.
var pathSegments = []string{"a", "b", "A", "ab"}

func randomPathPattern(r *rand.Rand) string {
	var b strings.Builder
	for i := range r.IntN(4) {
		b.WriteByte('/')
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "{x%d}", i)
		} else {
			b.WriteString(pathSegments[r.IntN(len(pathSegments))])
		}
	}
	switch r.IntN(4) {
	case 0:
		b.WriteString("/")
	case 1:
		b.WriteString("/{$}")
	case 2:
		b.WriteString("/{rest...}")
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func randomPath(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteByte('/')
		if r.IntN(5) > 0 {
			b.WriteString(pathSegments[r.IntN(len(pathSegments))])
		}
	}
	if r.IntN(3) == 0 {
		b.WriteByte('/')
	}
	return b.String()
}

func TestRandomPathPatternsMatchLikeServeMux(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		pattern := randomPathPattern(r)
		p, err := parsePathPattern(pattern)
		if err != nil {
			t.Fatalf("%q is refused: %s", pattern, err)
		}
		for range 3 {
			path := randomPath(r)
			if path == "" {
				path = "/"
			}
			compareWithMux(t, pattern, &p, &http.Request{Method: "GET", URL: &url.URL{Path: path}, Host: "host"})
		}
	}
}

func TestWhatCoversMatchesWhateverTheOtherDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	covers, matches := 0, 0
	for range 20_000 {
		ps, qs := randomPathPattern(r), randomPathPattern(r)
		p, _ := parsePathPattern(ps)
		q, _ := parsePathPattern(qs)
		f := Folding(r.IntN(int(AllFoldings) + 1))
		outer, inner := p.underFolding(f), q.underFolding(f)
		if !outer.covers(&inner) {
			continue
		}
		covers++
		for range 40 {
			path := randomPath(r)
			folded := f.fold(path)
			if q.match(folded, f) {
				matches++
				if !p.match(folded, f) {
					t.Fatalf("%q is said to cover %q, which alone matches %q (folding %b)", ps, qs, path, f)
				}
			}
		}
	}
	if covers < 1000 || matches < 1000 {
		t.Errorf("%d covers, %d matches", covers, matches)
	}
}

func TestCoversKnowsTheObvious(t *testing.T) {
	tests := []struct {
		name, p, q string
		want       bool
	}{
		{"the root's subtree covers everything", "/", "/{x}/b/{rest...}", true},
		{"everything's rest covers the root's subtree", "/{rest...}", "/", true},
		{"a pattern covers itself", "/a/{x}", "/a/{x}", true},
		{"a wildcard's name does not matter", "/a/{x}", "/a/{y}", true},
		{"a wildcard covers a literal", "/a/{x}", "/a/b", true},
		{"a literal does not cover a wildcard", "/a/b", "/a/{x}", false},
		{"a subtree covers its root", "/a/", "/a", true},
		{"a subtree covers below", "/a/", "/a/b/c/", true},
		{"a subtree covers its rest", "/a/", "/a/{rest...}", true},
		{"a subtree covers its slash", "/a/", "/a/{$}", true},
		{"a rest covers below", "/a/{rest...}", "/a/b", true},
		{"a rest covers its slash", "/a/{rest...}", "/a/{$}", true},
		{"a rest covers itself", "/a/{rest...}", "/a/{other...}", true},
		{"a rest does not cover its root", "/a/{rest...}", "/a", false},
		{"a rest does not cover its subtree", "/a/{rest...}", "/a/", false},
		{"an exact path does not cover its subtree", "/a", "/a/", false},
		{"an exact path does not cover its slash", "/a", "/a/{$}", false},
		{"a slash does not cover its exact path", "/a/{$}", "/a", false},
		{"a longer pattern does not cover a shorter", "/a/b/", "/a/", false},
		{"a wildcard subtree does not cover the root", "/{x}/", "/{$}", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, pc := parsePathPattern(tt.p)
			q, qc := parsePathPattern(tt.q)
			if pc != nil || qc != nil {
				t.Fatal(pc, qc)
			}
			outer, inner := p.underFolding(0), q.underFolding(0)
			if got := outer.covers(&inner); got != tt.want {
				t.Errorf("%q covers %q: %t", tt.p, tt.q, got)
			}
		})
	}
}

func FuzzPathPattern(f *testing.F) {
	for _, pattern := range []string{"/", "/{$}", "/a/", "/a/{x}/b", "/{x...}", "/{x}/{y...}", "/{x}/{x}", "/{x...}/a", "/{...}", "/{$...}", "/a{x}", "/*"} {
		for _, path := range []string{"/", "/a", "/a/b", "/a%2Fb", "/a%2Fb|", "/\xbc%2F\xe2", "/a/%2F/b", "/a//b", "/%7Bx%7D"} {
			f.Add(pattern, path)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		p, err := parsePathPattern(pattern)
		if err != nil || !comparablePattern(pattern) {
			return
		}
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Host != "" || !strings.HasPrefix(path, "/") {
			return
		}
		r := &http.Request{Method: "GET", URL: u, Host: "host"}
		compareWithMux(t, pattern, &p, r)
		for f := range AllFoldings + 1 {
			p.match(f.fold(u.Path), f) // must not panic
		}
	})
}

func TestPathRegexpsThatSeemToMatchMore(t *testing.T) {
	for source, accepted := range map[string]bool{
		"^/private/": false, "^/private": false, "^/private/.*": true, "^/private/$": true, "^/private(/.*)?": true, "^/a/.+": true,
		"api/.*": false, "": false, "/api/*": false, "/api/.*": true, "/api/": true, "(?i)/api": true, ".*": true, "^.*$": true,
	} {
		if _, err := parsePathRegexp(source); (err == nil) != accepted {
			t.Errorf("%q: %v", source, err)
		}
	}
}

func FuzzPathRegexp(f *testing.F) {
	for _, s := range []string{"/a.*", "(?i)/A", "/a|/b", "/\\Qa", "(?m)^/a$", "(?-s)/.*", "/a)|(?:.*", "(?U)/a+", "/[[:alpha:]]*\\b"} {
		f.Add(s, "/a")
		f.Add(s, "/a\n/b")
	}
	f.Fuzz(func(t *testing.T, source, path string) {
		if len(source) > 100 || path == "" {
			return
		}
		re, err := parsePathRegexp(source)
		plain, plainErr := regexp.Compile("(?s)" + source)
		if err == nil && plainErr != nil {
			t.Fatalf("%q is accepted, and package regexp says %v", source, plainErr)
		}
		if err != nil {
			return
		}
		plain.Longest()
		loc := plain.FindStringIndex(path)
		if want := loc != nil && loc[0] == 0 && loc[1] == len(path); re.match(path, 0) != want {
			t.Fatalf("%q matches %q: %t", source, path, !want)
		}
		for f := range AllFoldings + 1 {
			if re.match(path, 0) && !re.match(path, f) {
				t.Fatalf("%q matches %q and does not if folded by %b", source, path, f)
			}
		}
	})
}
