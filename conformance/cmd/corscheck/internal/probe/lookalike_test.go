package probe

import (
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestLookAlikes(t *testing.T) {
	tests := []struct {
		of   string
		want []string // "kind origin"
	}{
		{"https://app.example.com", []string{
			"prefix https://app.example.com.corscheck.example",
			"suffix https://corscheckapp.example.com",
			"suffix https://corscheckexample.com",
			"sibling https://corscheck.example.com",
			"parent https://example.com",
			"missing-dot https://appxexample.com",
			"same-suffix https://corscheck.com",
			"subdomain https://corscheck.app.example.com",
			"other-port https://app.example.com:8443",
			"http http://app.example.com",
			"trailing-dot https://app.example.com.",
		}},
		{"https://example.com:8443", []string{
			"prefix https://example.com.corscheck.example:8443",
			"suffix https://corscheckexample.com:8443",
			"same-suffix https://corscheck.com:8443",
			"subdomain https://corscheck.example.com:8443",
			"other-port https://example.com:9443",
			"http http://example.com:8443",
			"trailing-dot https://example.com.:8443",
		}},
		{"https://alice.github.io", []string{
			"prefix https://alice.github.io.corscheck.example",
			"suffix https://corscheckalice.github.io",
			"missing-dot https://alicexgithub.io",
			"same-suffix https://corscheck.github.io",
			"subdomain https://corscheck.alice.github.io",
			"other-port https://alice.github.io:8443",
			"http http://alice.github.io",
			"trailing-dot https://alice.github.io.",
		}},
		{"https://a.b.example.co.uk", []string{
			"prefix https://a.b.example.co.uk.corscheck.example",
			"suffix https://corschecka.b.example.co.uk",
			"suffix https://corscheckexample.co.uk",
			"sibling https://corscheck.example.co.uk",
			"parent https://b.example.co.uk",
			"missing-dot https://a.bxexample.co.uk",
			"same-suffix https://corscheck.co.uk",
			"subdomain https://corscheck.a.b.example.co.uk",
			"other-port https://a.b.example.co.uk:8443",
			"http http://a.b.example.co.uk",
			"trailing-dot https://a.b.example.co.uk.",
		}},
		{"http://localhost:3000", []string{
			"prefix http://localhost.corscheck.example:3000",
			"suffix http://corschecklocalhost:3000",
			"subdomain http://corscheck.localhost:3000",
			"other-port http://localhost:8443",
			"trailing-dot http://localhost.:3000",
		}},
		{"http://192.0.2.1", []string{
			"prefix http://192.0.2.1.corscheck.example",
			"other-port http://192.0.2.1:8443",
		}},
		{"http://[2001:db8::1]:3000", []string{"other-port http://[2001:db8::1]:8443"}},
		{"https://corscheck.example.com:8443", []string{ // which is its own sibling
			"prefix https://corscheck.example.com.corscheck.example:8443",
			"suffix https://corscheckcorscheck.example.com:8443",
			"suffix https://corscheckexample.com:8443",
			"parent https://example.com:8443",
			"missing-dot https://corscheckxexample.com:8443",
			"same-suffix https://corscheck.com:8443",
			"subdomain https://corscheck.corscheck.example.com:8443",
			"other-port https://corscheck.example.com:9443",
			"http http://corscheck.example.com:8443",
			"trailing-dot https://corscheck.example.com.:8443",
		}},
		{"null", nil},
	}
	for _, test := range tests {
		t.Run(test.of, func(t *testing.T) {
			var got []string
			for _, l := range lookAlikes(test.of) {
				got = append(got, string(l.kind)+" "+l.origin)
				if l.of != test.of || l.why() == "" || !strings.Contains(l.relation(), test.of) {
					t.Errorf("%+v: %s: %s", l, l.relation(), l.why())
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestWhoCanHaveALookAlike(t *testing.T) {
	anybodys := []kind{kindPrefix, kindMissingDot, kindSuffixMate}
	owners := []kind{kindSibling, kindParent, kindSubdomain, kindPort, kindInsecure, kindTrailingDot}
	for _, l := range lookAlikes("https://app.example.com") {
		if slices.Contains(anybodys, l.kind) && !l.isAnybodys() || slices.Contains(owners, l.kind) && l.isAnybodys() {
			t.Errorf("%s %s: anybody's: %v", l.kind, l.origin, l.isAnybodys())
		}
	}
	if l := (lookAlike{"https://corscheckexample.com", kindSuffix, "https://app.example.com"}); !l.isAnybodys() {
		t.Errorf("%s is not anybody's", l.origin)
	}
}

// The policy allows the results of instances, and not those of beside.
func TestInstances(t *testing.T) {
	tests := []struct {
		pattern string
		want    []string
	}{
		{"https://app.example.com", []string{"https://app.example.com"}},
		{"https://*.example.com", []string{"https://corscheck.example.com", "https://corscheck.corscheck.example.com"}},
		{"https://pr-*.example.com", []string{"https://pr-corscheck.example.com"}},
		{"http://localhost:*", []string{"http://localhost", "http://localhost:8443"}},
		{"https://*-web.example.com:*", []string{"https://corscheck-web.example.com", "https://corscheck-web.example.com:8443"}},
		{"*", []string{Stranger, null}},
		{"null", []string{null}},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			if got := instances(test.pattern); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			engine, err := cors.New(cors.Config{AllowOrigins: []string{test.pattern}})
			if err != nil {
				t.Fatal(err)
			}
			allows := func(origin string) bool {
				d := engine.Decide(&cors.Request{Origin: origin})
				return d.Allowed()
			}
			for _, origin := range test.want {
				if !allows(origin) {
					t.Errorf("%s is not allowed", origin)
				}
			}
			for _, l := range beside(test.pattern) {
				if allows(l.origin) {
					t.Errorf("%s is allowed", l.origin)
				}
			}
		})
	}
	if got := beside("https://pr-*.example.com:*"); len(got) != 1 || got[0].origin != "https://pr-cors.check.example.com" {
		t.Errorf("beside: %+v", got)
	}
}

// An origin may look like several others. It is tried once, and neither the own
// origin nor known ones are.
func TestOthers(t *testing.T) {
	p := &Plan{origin: "https://api.example.com"}
	var candidates []lookAlike
	for _, of := range []string{"https://a.example.com", "https://b.example.com", "https://a.api.example.com"} {
		candidates = append(candidates, lookAlikes(of)...)
	}
	isKnown := func(origin string) bool { return origin == "https://example.com" }
	seen := make(map[string]bool)
	for _, l := range p.others(candidates, isKnown) {
		if seen[l.origin] || l.origin == p.origin || isKnown(l.origin) {
			t.Errorf("%s is tried", l.origin)
		}
		seen[l.origin] = true
	}
	if len(seen) == 0 {
		t.Error("nothing is tried")
	}
}
