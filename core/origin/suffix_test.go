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

// The list is what follows from the rules that package publicsuffix holds. Its
// tests have them in writing.
func TestSuffixesBelowAreThoseOfTheList(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/net").Output()
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "publicsuffix", "table_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, rules, _ := strings.Cut(string(table), "var rules = ")
	rules, _, _ = strings.Cut(rules, "\n}")
	below := make(map[string]string)
	for _, match := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(rules, -1) {
		rule := match[1]
		if strings.HasPrefix(rule, "!") {
			continue // an exception, which makes no suffix
		}
		_, domain, _ := strings.Cut(rule, ".")
		for domain != "" {
			suffix, _ := publicsuffix.PublicSuffix(domain)
			if known := below[domain]; suffix != domain && (known == "" || len(rule) < len(known) || len(rule) == len(known) && rule < known) {
				below[domain] = rule
			}
			_, domain, _ = strings.Cut(domain, ".")
		}
	}
	if len(below) < 100 {
		t.Fatalf("%d domains found in the rules", len(below))
	}
	var want strings.Builder
	for _, domain := range slices.Sorted(maps.Keys(below)) {
		want.WriteString(domain + " " + below[domain] + "\n")
	}
	if *update {
		if err := os.WriteFile("suffixes_below.txt", []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if suffixesBelow != want.String() {
		t.Error("suffixes_below.txt is not what follows from the rules: run go test -run SuffixesBelow -update")
	}
}
