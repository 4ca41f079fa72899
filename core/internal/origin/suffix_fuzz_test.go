package origin

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A naiveList follows the algorithm of https://publicsuffix.org/list/ step by
// step: it tries every rule.
type naiveList struct {
	rules  []naiveRule
	byLast map[string][]naiveRule // by the last label, without which a rule doesn't match
	labels []string
}

type naiveRule struct {
	text      string // without "!"
	labels    []string
	exception bool
}

func newNaiveList(t testing.TB) *naiveList {
	l := &naiveList{byLast: make(map[string][]naiveRule)}
	lines := listRules(t)
	for line := range strings.Lines(sharedHosts) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.Fields(line)[0])
		}
	}
	for _, line := range lines {
		text, exception := strings.CutPrefix(line, "!")
		r := naiveRule{text, strings.Split(text, "."), exception}
		last := r.labels[len(r.labels)-1]
		l.rules = append(l.rules, r)
		l.byLast[last] = append(l.byLast[last], r)
		l.labels = append(l.labels, r.labels[0])
	}
	return l
}

func (r naiveRule) matches(labels []string) bool {
	if len(r.labels) > len(labels) {
		return false
	}
	end := labels[len(labels)-len(r.labels):]
	for i, label := range r.labels {
		if label != "*" && label != end[i] {
			return false
		}
	}
	return true
}

func (l *naiveList) suffix(name string) string {
	labels := strings.Split(name, ".")
	n := 1 // the rule "*" where no other matches
	for _, r := range l.byLast[labels[len(labels)-1]] {
		if !r.matches(labels) {
			continue
		}
		if r.exception {
			return strings.Join(r.labels[1:], ".")
		}
		n = max(n, len(r.labels))
	}
	return strings.Join(labels[len(labels)-n:], ".")
}

// registrable returns the suffix and the label before it, or the empty string
// if the name is a suffix.
func (l *naiveList) registrable(name string) string {
	suffix := l.suffix(name)
	if suffix == name {
		return ""
	}
	before := strings.TrimSuffix(name, "."+suffix)
	return before[strings.LastIndexByte(before, '.')+1:] + "." + suffix
}

// label returns a label of the list, or one of random characters.
func (l *naiveList) label(r *rand.Rand) string {
	if label := l.labels[r.IntN(len(l.labels))]; label != "*" && r.IntN(2) == 0 {
		return label
	}
	return randomLabel(r)
}

func randomLabel(r *rand.Rand) string {
	const chars = "abcdefghijklmnopqrstuvwxyz0123456789-"
	b := make([]byte, 1+r.IntN(9))
	for i := range b {
		b[i] = chars[r.IntN(len(chars))]
	}
	return string(b)
}

// name returns a rule with some of its labels replaced, left out and added. It
// prefers rules of three labels and more, since others have no rule above them.
func (l *naiveList) name(r *rand.Rand) string {
	rule := l.rules[r.IntN(len(l.rules))]
	if len(rule.labels) < 3 && r.IntN(2) == 0 {
		rule = l.rules[r.IntN(len(l.rules))]
	}
	labels := append([]string(nil), rule.labels...)
	if labels[0] == "*" {
		labels[0] = l.label(r)
	}
	if r.IntN(8) == 0 {
		labels[r.IntN(len(labels))] = l.label(r)
	}
	for len(labels) > 1 && r.IntN(3) == 0 {
		labels = labels[1:]
	}
	for r.IntN(2) == 0 {
		labels = append([]string{l.label(r)}, labels...)
	}
	return strings.Join(labels, ".")
}

// pattern returns a pattern with a wildcard for the subdomains of a name, or for
// part of its first label.
func (l *naiveList) pattern(r *rand.Rand) (text, head, tail, parent string) {
	label, parent, _ := strings.Cut(l.name(r), ".")
	switch i, j := r.IntN(len(label)+1), r.IntN(len(label)+1); {
	case r.IntN(2) == 0 || i > j:
		if r.IntN(2) == 0 {
			parent = label + "." + parent
		}
	default:
		head, tail = label[:i], label[j:]
	}
	return "https://" + head + "*" + tail + "." + parent, head, tail, parent
}

// hosts returns hosts that a pattern matches. Where rules of the list are among
// them, or above them, some are.
func (l *naiveList) hosts(r *rand.Rand, head, tail, parent string) (hosts []string) {
	add := func(labels string) {
		host := labels + "." + parent
		if _, ok := Parse("https://" + host); ok {
			hosts = append(hosts, host)
		}
	}
	for range 3 {
		add(head + randomLabel(r) + tail)
	}
	subdomains := head+tail == ""
	if subdomains {
		add(l.label(r) + "." + l.label(r))
	}
	rules := l.byLast[parent[strings.LastIndexByte(parent, '.')+1:]]
	first := r.IntN(len(rules) + 1)
	for i := range rules {
		const enough = 30
		rule := rules[(first+i)%len(rules)]
		labels, found := strings.CutSuffix(rule.text, "."+parent)
		if !found || len(hosts) > enough {
			continue
		}
		labels = strings.Replace(labels, "*", head+randomLabel(r)+tail, 1)
		switch {
		case subdomains:
			add(labels)
			add(randomLabel(r) + "." + labels)
		case len(labels) > len(head+tail) && strings.HasPrefix(labels, head) && strings.HasSuffix(labels, tail) && !strings.Contains(labels, "."):
			add(labels)
		}
	}
	return hosts
}

// check compares the package with the algorithm for a name and a pattern.
func (l *naiveList) check(t *testing.T, r *rand.Rand) {
	name := l.name(r)
	if got, want := suffixOf(name), l.suffix(name); got != want {
		t.Errorf("suffixOf(%q) = %q, want %q", name, got, want)
	}
	text, head, tail, parent := l.pattern(r)
	p, err := ParsePattern(text)
	if err != nil || IsLoopback(parent) {
		return
	}
	set := NewSet([]Pattern{p}, nil)
	suffix, covers := p.CoversPublicSuffix()
	domain, other, why := "", "", ""
	for _, host := range l.hosts(r, head, tail, parent) {
		if set.Match("https://"+host) == NoMatch {
			continue
		}
		of := l.registrable(host)
		switch {
		case of == "":
			why = host + " is a public suffix"
		case domain == "":
			domain, other = of, host
		case of != domain:
			why = other + " and " + host + " have different registrable domains"
		}
		if why != "" {
			break
		}
	}
	if domain == "" && why == "" {
		return
	}
	if covers != (why != "") {
		t.Errorf("CoversPublicSuffix(%q) = %q, %t; %s", text, suffix, covers, why)
	}
	if rule := strings.Replace(suffix, "*", "unlisted-label", 1); covers && l.suffix(rule) != rule {
		t.Errorf("CoversPublicSuffix(%q) = %q, which isn't a public suffix", text, suffix)
	}
}

func TestSuffixesFollowTheAlgorithm(t *testing.T) {
	l := newNaiveList(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		l.check(t, r)
		if t.Failed() {
			return
		}
	}
}

func FuzzSuffixes(f *testing.F) {
	l := newNaiveList(f)
	for i, name := range []string{"com", "app.github.io", "x.ws-eu1.gitpod.io", "city.kawasaki.jp", "x.y.kawasaki.jp", "ec2.compute-1.amazonaws.com", "a.b.unknown"} {
		f.Add(uint64(i), name)
	}
	f.Fuzz(func(t *testing.T, seed uint64, name string) {
		l.check(t, rand.New(rand.NewPCG(seed, 0)))
		if _, ok := Parse("https://" + name); !ok || strings.ContainsAny(name, "[:") || strings.HasSuffix(name, ".") || endsInNumber(name) {
			return
		}
		if got, want := suffixOf(name), l.suffix(name); got != want {
			t.Errorf("suffixOf(%q) = %q, want %q", name, got, want)
		}
		below := suffixBelow(name)
		if l.suffix(name) == name || below == "" {
			return
		}
		if rule := strings.Replace(below, "*", "unlisted-label", 1); l.suffix(rule) != rule || !strings.HasSuffix(rule, "."+name) {
			t.Errorf("suffixBelow(%q) = %q, which isn't a public suffix below it", name, below)
		}
	})
}
