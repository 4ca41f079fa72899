package cors_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// This file holds a second implementation of the rule that says which Config
// applies to a path. It knows every path of a small alphabet, and compares
// entries by the paths that they match.

// naivePaths are all paths of up to six characters, those of up to three with a
// line break somewhere, and some others.
var naivePaths = func() (paths []string) {
	last := []string{""}
	for range 6 {
		var next []string
		for _, p := range last {
			for _, c := range "/abA" {
				next = append(next, p+string(c))
			}
		}
		paths, last = append(paths, next...), next
	}
	for _, p := range paths {
		for i := 1; i <= len(p) && len(p) <= 3; i++ {
			paths = append(paths, p[:i]+"\n"+p[i:])
		}
	}
	for _, other := range []string{"/a/\n/b", "*", "/x", "/x/", "/a/x", "/ax", "/b/x", "x", "/a/a/a/a", "/a/a/a/a/", "/-", "/a-", "/a-b", "/a/-", "/-/a", "/a-/b"} {
		paths = append(paths, cases(other)...)
	}
	return paths
}()

// A naiveEntry is an entry of Paths or PathRegexps.
type naiveEntry struct {
	config int
	one    cors.Config // that has this entry alone
}

func naiveEntries(configs []cors.Config) (entries []naiveEntry) {
	for i, c := range configs {
		for _, p := range c.Paths {
			entries = append(entries, naiveEntry{i, cors.Config{Paths: []string{p}}})
		}
		for _, x := range c.PathRegexps {
			entries = append(entries, naiveEntry{i, cors.Config{PathRegexps: []string{x}}})
		}
	}
	return entries
}

// A naiveSet says which of naivePaths an entry matches, under a folding.
type naiveSet []bool

var naiveSets = make(map[string]naiveSet)

func (e *naiveEntry) set(f cors.PathFolding) naiveSet {
	key := fmt.Sprint(e.one.Paths, e.one.PathRegexps, f)
	set, ok := naiveSets[key]
	if !ok {
		set = make(naiveSet, len(naivePaths))
		exact := make(map[string]bool)
		for i, path := range naivePaths {
			if len(e.one.Paths) > 0 || f == 0 {
				set[i] = naiveGoverns(e.one, path, f)
				continue
			}
			for _, p := range []string{path, path + "/"} {
				if naiveGoverns(e.one, p, 0) {
					exact[foldCase(p, f)] = true
				}
			}
		}
		if len(exact) > 0 { // an expression matches what is folded into what it matches
			for i, path := range naivePaths {
				set[i] = exact[foldCase(path, f)]
				if f&(cors.FoldTrailingSlash|cors.FoldEmptyRest) == cors.FoldEmptyRest {
					set[i] = set[i] || exact[foldCase(path+"/", f)]
				}
				if f&cors.FoldTrailingSlash != 0 {
					trimmed := "/" + strings.Trim(path, "/")
					if path[0] != '/' {
						trimmed = strings.TrimRight(path, "/")
					} else if bare := strings.TrimRight(path, "/"); bare != "" {
						trimmed = bare
					}
					set[i] = set[i] || exact[foldCase(trimmed, f)] || exact[foldCase(trimmed+"/", f)]
				}
			}
		}
		naiveSets[key] = set
	}
	return set
}

func foldCase(path string, f cors.PathFolding) string {
	if f&cors.FoldCase != 0 {
		return strings.ToLower(path)
	}
	return path
}

func (s naiveSet) isWithin(t naiveSet) bool {
	for i := range s {
		if s[i] && !t[i] {
			return false
		}
	}
	return true
}

// narrower reports whether every path of e is one of o, and not the other way
// round.
func (e *naiveEntry) narrower(o *naiveEntry, f cors.PathFolding) bool {
	f &^= cors.FoldEmptySegment // by which all wildcards match more
	within, contains := e.set(f).isWithin(o.set(f)), o.set(f).isWithin(e.set(f))
	if within && contains && f != 0 {
		return e.narrower(o, 0)
	}
	return within && !contains
}

// naiveApplies returns the index of the Config that applies to a path, or -1.
// Those from attached on are attached.
func naiveApplies(configs []cors.Config, attached int, path string, f cors.PathFolding) int {
	var matching []naiveEntry
	for _, e := range naiveEntries(configs) {
		if naiveGoverns(e.one, path, f) {
			matching = append(matching, e)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(matching), func(e naiveEntry) bool {
		return slices.ContainsFunc(matching, func(o naiveEntry) bool { return o.narrower(&e, f) })
	})
	if len(matching) == 0 {
		return slices.IndexFunc(configs, func(c cors.Config) bool { return len(c.Paths)+len(c.PathRegexps) == 0 })
	}
	slices.SortStableFunc(rest, func(a, b naiveEntry) int {
		if (a.config >= attached) != (b.config >= attached) {
			return b.config - a.config
		}
		return a.config - b.config
	})
	return rest[0].config
}

// sameEntries reports whether two Configs have entries for the same paths.
func sameEntries(configs []cors.Config) bool {
	entries := naiveEntries(configs)
	for i := range entries {
		for j := range i {
			a, b := &entries[i], &entries[j]
			if a.config != b.config && slices.Equal(a.set(0), b.set(0)) {
				return true
			}
		}
	}
	return false
}

func (d *dice) pathPattern() string {
	var b strings.Builder
	for i := range d.n(3) {
		b.WriteString("/" + d.pick("a", "b", "A", fmt.Sprintf("{p%d}", i)))
	}
	return b.String() + d.pick("", "/", "/{$}", "/{rest...}")
}

// pathRegexp returns an expression whose matches differ from others' in short
// paths.
func (d *dice) pathRegexp() string {
	switch d.n(9) {
	case 0:
		return "/" + d.pick("a", "b", "[ab]", "[^a]", "[^/]", "(A|a)", ".") + d.pick("", "/.*", "(/.*)?", "/", "/[^/]+", ".*", "+")
	case 1:
		return d.pick("^", "") + "/(" + d.pick("a", "A", "b/a", "[^/]*") + "|" + d.pick("b", "a/", "/b", "") + ")" + d.pick("", "/?", "/.*", "$")
	case 2:
		return d.pick("", "(?-s)") + "/" + d.pick("a/b", "ab", "(?i:ab)", "a.b", `\w+`, `\W`, `a\b.*`, `a\B.*`)
	case 3:
		return d.pick(".*", "/.*", ".+", "/.+") + d.pick("", "a", "/b", "[aA]")
	case 4:
		return "/" + strings.Repeat(d.pick("a", "[ab]", "."), d.n(3)) + d.pick("{0,}", "", "+", "{1,2}", "//{0,}")
	}
	return "/" + d.pick("a", "b", "A", "[^/]+") + "/" + d.pick("a", "b", "[^/]+", "[^/]*", ".*", "")
}

func (d *dice) paths() (c cors.Config) {
	c.AllowOrigins = []string{"https://app.example.com"}
	for range 1 + d.n(3) {
		if d.n(2) == 0 {
			c.Paths = append(c.Paths, d.pathPattern())
		} else {
			c.PathRegexps = append(c.PathRegexps, d.pathRegexp())
		}
	}
	for i, p := range c.Paths {
		if p == "" {
			c.Paths[i] = "/"
		}
	}
	return c
}

// checkRule makes an Engine of some random Configs, attaches others, and compares
// which applies with the naive rule. It reports whether New accepts them.
func checkRule(t *testing.T, d *dice) bool {
	t.Helper()
	base, attached := make([]cors.Config, 1+d.n(3)), make([]cors.Config, d.n(4))
	for i := range base {
		base[i] = d.paths()
	}
	if d.n(3) == 0 {
		base[0].Paths, base[0].PathRegexps = nil, nil
	}
	for i := range attached {
		attached[i] = d.paths()
	}
	configs := slices.Concat(base, attached)
	e, err := cors.New(base...)
	for i := 0; err == nil && i < len(attached); i++ {
		err = e.Attach(attached[i])
	}
	if err != nil {
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths {
			t.Fatalf("%v: %v", configs, err)
		}
		everything := naiveEntry{one: cors.Config{PathRegexps: []string{".*"}}}
		hasAll := slices.ContainsFunc(configs, func(c cors.Config) bool { return len(c.Paths)+len(c.PathRegexps) == 0 })
		for _, entry := range naiveEntries(configs) {
			if hasAll && slices.Equal(entry.set(0), everything.set(0)) {
				return false
			}
		}
		if !sameEntries(configs) {
			t.Fatalf("no two have the same paths: %v", err)
		}
		return false
	}
	if sameEntries(configs) {
		t.Fatalf("two Configs have the same paths, and are accepted: %v", configs)
	}
	for range 40 {
		path, f := naivePaths[d.any(len(naivePaths))], cors.PathFolding(d.n(16))
		if _, odd := naiveServed(path); odd {
			continue // about which two policies decide
		}
		got := e.Decide(&cors.Request{Method: "GET", Path: path, PathFolding: f}).Config()
		if want := naiveApplies(configs, len(base), path, f); got != want {
			t.Fatalf("Config %d applies to %q (folding %04b), want %d of\n%v\nof which those from %d on are attached", got, path, f, want, describePaths(configs), len(base))
		}
	}
	return true
}

// any returns a number below a large one.
func (d *dice) any(n int) int { return (d.n(256)*256 + d.n(256)) % n }

func describePaths(configs []cors.Config) string {
	var b strings.Builder
	for i, c := range configs {
		fmt.Fprintf(&b, "%d: Paths %q, PathRegexps %q\n", i, c.Paths, c.PathRegexps)
	}
	return b.String()
}

func TestTheNarrowestConfigAppliesAsTheNaiveRuleSays(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	accepted := 0
	const rounds = 200
	for range rounds {
		if checkRule(t, &dice{randomData(r, 220)}) {
			accepted++
		}
	}
	if accepted < rounds/2 {
		t.Errorf("only %d of %d are accepted", accepted, rounds)
	}
}

func FuzzRule(f *testing.F) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 20 {
		f.Add(randomData(r, 220))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRule(t, &dice{data}) })
}
