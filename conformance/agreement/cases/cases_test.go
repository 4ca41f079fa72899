package cases

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/browsers"
)

// Unless CI is set, one of sampled cases runs, against one adapter.
const sampled = 10

// TestCases runs the cases in every engine. The engines share the adapters, so
// that each case runs against each of them. Without CI, it runs a sample. It
// logs the number of cases, and why it leaves out others.
func TestCases(t *testing.T) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	all := os.Getenv("CI") != ""
	for k, engine := range browsers.Sample() {
		t.Run(string(engine), func(t *testing.T) {
			browsers.Require(t, engine)
			t.Parallel()
			web := browsers.NewWeb(t)
			b := &browser{engine: engine, web: web, real: browsers.Start(t, engine, web)}
			var done int
			leftOut := make(map[string]int)
			for _, g := range groups {
				t.Run(g.Name, func(t *testing.T) {
					for i := range g.Cases {
						c := &g.Cases[i]
						if reason := cannot(engine, c); reason != "" {
							leftOut[reason]++
							continue
						}
						var against []adapter
						for j := (k + i) % len(browsers.Engines); j < len(adapters); j += len(browsers.Engines) {
							against = append(against, adapters[j])
						}
						if !all {
							if (i+k)%sampled != 0 {
								leftOut["CI is not set"]++
								continue
							}
							against = adapters[(i/sampled+k)%len(adapters):][:1]
						}
						done++
						t.Run(c.Name, func(t *testing.T) { check(t, c, b, against) })
					}
				})
			}
			t.Run("wrong servers", func(t *testing.T) { checkWrongServers(t, b, groups) })
			t.Logf("%s: %d cases, in %d fetches", b.real.Version(), done, b.runs)
			for _, reason := range slices.Sorted(maps.Keys(leftOut)) {
				t.Logf("left out: %d cases, because %s", leftOut[reason], reason)
			}
		})
	}
}

// check runs a case against adapters, one after the other. The browser loads
// the documents of the case once.
func check(t *testing.T, c *conformance.Case, b *browser, against []adapter) {
	for _, a := range against {
		t.Run(a.name, func(t *testing.T) {
			if err := c.CheckIn(t.Context(), a.serve(t, c.Policy), b); err != nil {
				t.Error(err)
			}
		})
	}
}

// firefoxHost matches the host names that Firefox accepts in a certificate.
var firefoxHost = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// cannot returns why an engine can't run a case, or "".
func cannot(engine browsers.Engine, c *conformance.Case) string {
	scripts := 0
	for _, step := range c.Steps {
		s := step.Script
		if s == nil {
			continue
		}
		scripts++
		if s.After > 0 {
			return "a browser's clock can't be set"
		}
		if s.Origin == "null" || s.Origin == "self" {
			continue
		}
		scheme, authority, _ := strings.Cut(s.Origin, "://")
		if scheme != "http" && scheme != "https" {
			return "no server has a document for the scheme of its origin"
		}
		if scheme == "http" || strings.HasPrefix(authority, "[") {
			continue
		}
		host, _, _ := strings.Cut(authority, ":")
		switch {
		case strings.HasSuffix(host, ".") && engine != browsers.WebKit:
			return fmt.Sprintf("%s sends the dot at the end of a host name to the TLS server, which crypto/tls refuses", engine)
		case !firefoxHost.MatchString(strings.TrimSuffix(host, ".")) && engine == browsers.Firefox:
			return "Firefox accepts no certificate for such a host name"
		}
	}
	if scripts == 0 {
		return "it has no script"
	}
	return ""
}
