package origin

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

var update = flag.Bool("update", false, "write suffixes_below.txt anew")

// listRules returns the rules of the public suffix list, which the tests of
// package publicsuffix hold as text.
func listRules(t testing.TB) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/net").Output()
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "publicsuffix", "table_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(table), "var rules = ")
	text, _, _ = strings.Cut(text, "\n}")
	var rules []string
	for _, match := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(text, -1) {
		rules = append(rules, match[1])
	}
	if len(rules) < 5000 {
		t.Fatalf("found %d rules", len(rules))
	}
	return rules
}

func TestSuffixesBelowAreThoseOfTheList(t *testing.T) {
	isSuffix := func(domain string) bool {
		suffix, _ := publicsuffix.PublicSuffix(domain)
		return suffix == domain
	}
	shortest := make(map[string]string)
	labels := make(map[string][]string)
	for _, rule := range listRules(t) {
		if strings.HasPrefix(rule, "!") {
			continue // an exception, which makes no suffix
		}
		label, parent, _ := strings.Cut(rule, ".")
		if label != "*" && parent != "" && !isSuffix(parent) {
			labels[parent] = append(labels[parent], label)
		}
		for domain := parent; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
			if known := shortest[domain]; !isSuffix(domain) && (known == "" || shorter(rule, known)) {
				shortest[domain] = rule
			}
		}
	}
	if len(shortest) < 100 {
		t.Fatalf("%d domains found in the rules", len(shortest))
	}
	var want strings.Builder
	for _, domain := range slices.Sorted(maps.Keys(shortest)) {
		slices.Sort(labels[domain])
		fields := append([]string{domain, shortest[domain]}, labels[domain]...)
		want.WriteString(strings.Join(fields, " ") + "\n")
	}
	if *update {
		if err := os.WriteFile("suffixes_below.txt", []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if suffixesBelow != want.String() {
		t.Error("suffixes_below.txt does not follow from the rules; run go test -run SuffixesBelow -update")
	}
}

// A wildcard rule such as "*.ck" makes every name directly under ck a public
// suffix.
func TestPatternsWithinWildcardRulesCoverPublicSuffixes(t *testing.T) {
	rules := listRules(t)
	for rule := range sharedRules() {
		rules = append(rules, rule)
	}
	exceptions := make(map[string]bool)
	for _, rule := range rules {
		if name, ok := strings.CutPrefix(rule, "!"); ok {
			exceptions[name] = true
		}
	}
	n := 0
	for _, rule := range rules {
		parent, ok := strings.CutPrefix(rule, "*.")
		if !ok {
			continue
		}
		n++
		for _, text := range []string{"https://x-*." + parent, "https://*-x." + parent, "https://c*." + parent, "https://*." + parent, "https://*.label." + parent, "https://pr-*.label." + parent} {
			p, err := ParsePattern(text)
			if err != nil {
				t.Fatal(err)
			}
			if _, covers := p.CoversPublicSuffix(); !covers {
				t.Errorf("CoversPublicSuffix(%q) = false; the list has the rule %q", text, rule)
			}
		}
	}
	if n < 200 {
		t.Fatalf("found %d wildcard rules", n)
	}
	for name := range exceptions {
		for _, label := range []string{"*.", "pr-*.", "*.app.", "pr-*.app."} {
			p, err := ParsePattern("https://" + label + name)
			if err != nil {
				t.Fatal(err)
			}
			if suffix, covers := p.CoversPublicSuffix(); covers {
				t.Errorf("CoversPublicSuffix(%q) = %q; the list has the exception %q", p, suffix, "!"+name)
			}
		}
	}
	if len(exceptions) < 5 {
		t.Fatalf("found %d exceptions", len(exceptions))
	}
}

// A name that is a public suffix itself is shared, too: https://s3.amazonaws.com
// serves anyone's buckets by path.
func TestPatternsThatMatchASuffixCoverIt(t *testing.T) {
	n := 0
	for _, rule := range listRules(t) {
		label, parent, _ := strings.Cut(rule, ".")
		if label == "*" || strings.HasPrefix(rule, "!") || parent == "" || len(label) < 2 {
			continue
		}
		n++
		for _, text := range []string{label[:1] + "*", "*" + label[len(label)-1:], label[:1] + "*" + label[len(label)-1:]} {
			p, err := ParsePattern("https://" + text + "." + parent)
			if err != nil {
				t.Fatal(err)
			}
			matches := len(text) <= len(label) // or else the wildcard has nothing to match
			if _, covers := p.CoversPublicSuffix(); matches && !covers {
				t.Errorf("CoversPublicSuffix(%q) = false, and it matches %s", p, rule)
			}
		}
	}
	if n < 5000 {
		t.Fatalf("found %d rules", n)
	}
}

func TestSharedHostsAreInOrderAndNeeded(t *testing.T) {
	form := regexp.MustCompile(`^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+ https://\S+$`)
	exceptions := make(map[string]bool)
	for _, rule := range listRules(t) {
		if name, ok := strings.CutPrefix(rule, "!"); ok {
			exceptions[name] = true
		}
	}
	previous := ""
	for line := range strings.Lines(sharedHosts) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if !form.MatchString(line) {
			t.Errorf("shared_hosts.txt: %q isn't a rule, a space, and an address", line)
			continue
		}
		rule, _, _ := strings.Cut(line, " ")
		if rule <= previous {
			t.Errorf("shared_hosts.txt: %q follows %q; sort the lines", rule, previous)
		}
		previous = rule
		name := strings.Replace(rule, "*", "unlisted-label", 1)
		if suffix, _ := publicsuffix.PublicSuffix(name); suffix == name {
			t.Errorf("shared_hosts.txt: the public suffix list has %q; remove it", rule)
		}
		label, parent, _ := strings.Cut(rule, ".")
		if label != "*" && sharedRules()["*."+parent] {
			t.Errorf(`shared_hosts.txt: "*.%s" makes %q a suffix; remove it`, parent, rule)
		}
		for domain := name; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
			if exceptions[domain] {
				t.Errorf("shared_hosts.txt: %q is below the exception !%s, which wins over any rule; remove it", rule, domain)
			}
		}
	}
	if len(sharedRules()) < 50 {
		t.Errorf("shared_hosts.txt has %d rules", len(sharedRules()))
	}
}

func TestPatternsUnderSharedHosts(t *testing.T) {
	for _, text := range []string{
		"https://*.app.github.dev", "https://octocat-*.app.github.dev", "https://*.github.dev", "https://*.preview.app.github.dev",
		"https://*.gitpod.io", "https://*.ws-eu1.gitpod.io", "https://3000-*.ws-eu1.gitpod.io", "https://ws-*.gitpod.io",
		"https://*.devtunnels.ms", "https://*.euw.devtunnels.ms", "https://abc-*.euw.devtunnels.ms",
		"https://*.webcontainer.io", "https://*.local-credentialless.webcontainer.io", "https://*.local-corp.webcontainer-api.io",
		"https://*.us-1.sharedwithexpose.com", "https://*.sharedwithexpose.com", "https://*.a.free.pinggy.link",
		"https://*.pinggy-free.link", "https://*.zrok.io", "https://sh*.zrok.io", "https://*.eastus.azurecontainerapps.io",
		"https://*.lhr.life", "https://*.gradio.live", "http://*.nip.io:*", "https://*.surge.sh",
	} {
		p, err := ParsePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, covers := p.CoversPublicSuffix(); !covers {
			t.Errorf("CoversPublicSuffix(%q) = false", text)
		}
	}
	for _, text := range []string{
		"https://*.docs.github.dev", "https://app-*.github.dev", "https://*.mine.surge.sh", "https://pr-*.mine.gradio.live",
		"http://*.127.0.0.1.nip.io", "https://*.env-1234.eastus.azurecontainerapps.io", "https://www-*.zrok.io", "https://*.azure.microsoft.com",
	} {
		p, err := ParsePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		if suffix, covers := p.CoversPublicSuffix(); covers {
			t.Errorf("CoversPublicSuffix(%q) = %q, true", text, suffix)
		}
	}
	for _, tt := range []struct{ name, suffix, below string }{
		{"gitpod.io", "io", "*.gitpod.io"},
		{"ws-eu1.gitpod.io", "ws-eu1.gitpod.io", ""},
		{"app.ws-eu1.gitpod.io", "ws-eu1.gitpod.io", ""},
		{"github.dev", "dev", "app.github.dev"},
		{"x.app.github.dev", "app.github.dev", ""},
		{"x.preview.app.github.dev", "preview.app.github.dev", ""},
		{"app.github.dev", "app.github.dev", ""},
		{"example.com", "com", ""},
		{"xapp.github.dev", "dev", ""},
	} {
		if got := suffixOf(tt.name); got != tt.suffix {
			t.Errorf("suffixOf(%q) = %q, want %q", tt.name, got, tt.suffix)
		}
		if got := suffixBelow(tt.name); got != tt.below {
			t.Errorf("suffixBelow(%q) = %q, want %q", tt.name, got, tt.below)
		}
	}
}

// As of now, the list has no rule below one of sharedHosts.
func TestTheLongestOfBothListsWins(t *testing.T) {
	defer func(rules func() map[string]bool) { sharedRules = rules }(sharedRules)
	sharedRules = func() map[string]bool {
		return map[string]bool{"amazonaws.com": true, "app.surge.github.io": true, "*.gitlab.io": true}
	}
	for name, want := range map[string]string{
		"x.s3.amazonaws.com":        "s3.amazonaws.com",
		"s3.amazonaws.com":          "s3.amazonaws.com",
		"x.compute.amazonaws.com":   "x.compute.amazonaws.com",
		"x.amazonaws.com":           "amazonaws.com",
		"amazonaws.com":             "amazonaws.com",
		"x.app.surge.github.io":     "app.surge.github.io",
		"x.surge.github.io":         "github.io",
		"y.x.gitlab.io":             "x.gitlab.io",
		"gitlab.io":                 "gitlab.io",
		"xamazonaws.com":            "com",
		"xapp.surge.github.io":      "github.io",
		"x.y.compute.amazonaws.com": "y.compute.amazonaws.com",
	} {
		if got := suffixOf(name); got != want {
			t.Errorf("suffixOf(%q) = %q, want %q", name, got, want)
		}
	}
}
