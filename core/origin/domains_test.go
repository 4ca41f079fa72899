package origin

import (
	"slices"
	"strings"
	"testing"
)

func TestDomainsThatAnExpressionSpellsOut(t *testing.T) {
	tests := []struct {
		name, expr string
		want       string // in order, separated by spaces
	}{
		{"a whole host", `https://app\.example\.com`, "app.example.com"},
		{"the domain behind a label", `https://[a-z]+\.tenant-1\.example\.com`, "tenant-1.example.com"},
		{"the domain behind any number of labels", `https://.*\.example\.com`, "example.com"},
		{"the domain that may stand alone", `https://(.*\.)?example\.com`, "example.com"},
		{"the domain behind part of a label", `https://[a-z]*-preview\.example\.com`, "example.com"},
		{"the domain behind an unescaped dot", `https://app.example\.com`, "com"},
		{"any port changes nothing", `https://.*\.example\.com(:\d+)?`, "example.com"},
		{"a dot at the end changes nothing", `https://.*\.example\.com\.?`, "example.com"},
		{"any scheme changes nothing", `[a-z]+://.*\.example\.com`, "example.com"},
		{"the case of letters changes nothing", `(?i)https://.*\.Example\.com`, "example.com"},
		{"anchors change nothing", `^https://.*\.example\.com$`, "example.com"},
		{"a host that may be longer", `https://(www\.)?example\.com`, "example.com"},
		{"two domains", `https://.*\.(example\.com|example\.org)`, "example.com example.org"},
		{"two top-level domains", `https://.*\.example\.(com|de)`, "example.com example.de"},
		{"two labels before two domains", `https://(a|b)\.example\.(com|org)`, "a.example.com a.example.org b.example.com b.example.org"},
		{"a few digits", `https://app[123]\.example\.com`, "app1.example.com app2.example.com app3.example.com"},
		{"more digits than are spelled out", `https://app\d\.example\.com`, "example.com"},
		{"two expressions in one", `https://app\.example\.com|http://localhost:\d+`, "app.example.com localhost"},
		{"an address", `http://192\.0\.2\.1:\d+`, "192.0.2.1"},
		{"the end of an address", `http://\d+\.0\.2\.1`, "0.2.1"},
		{"an IPv6 address", `http://\[::1\](:\d+)?`, "[::1]"},
		{"a label that repeats without end", `https://(ab)+\.com`, "com"},
		{"a host that repeats without end", `https://(a\.)+com`, "a.com"},

		{"nothing in a free host", `https://[a-z.]+`, ""},
		{"nothing in a free top-level domain", `https://example\.[a-z]+`, ""},
		{"nothing in a free address", `http://192\.0\.2\.\d+`, ""},
		{"nothing if one of two is free", `https://example\.com|https://[a-z]+`, ""},
		{"nothing in anything", `.*`, ""},
		{"nothing in more hosts than are spelled out", `https://(` + strings.Repeat(`[a-d]`, 4) + `)`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.Sorted(slices.Values(parseExpression(t, tt.expr).domains))
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s: domains %q, want %q", tt.expr, got, tt.want)
			}
		})
	}
}

func TestDomainsAreBounded(t *testing.T) {
	domains := parseExpression(t, `https://[a-d][a-d]\.[a-d][a-d]\.[a-d][a-d]\.com`).domains
	if n := len(domains); n <= 1 || n > maxDomains {
		t.Errorf("%d of 4096 domains, want some, and no more than %d", n, maxDomains)
	}
	for _, domain := range domains {
		if !strings.HasSuffix(domain, ".com") {
			t.Errorf("%q is not spelled out", domain)
		}
	}
}

func parseExpression(t testing.TB, source string) *Expression {
	t.Helper()
	e, err := ParseExpression(source)
	if err != nil {
		t.Fatalf("ParseExpression(%q): %v", source, err)
	}
	return e
}
