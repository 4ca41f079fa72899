package origin

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// suffixesBelow lists the domains that aren't public suffixes and have one
// below them: package publicsuffix returns the suffix of a name, but not the
// suffixes below one. Each line has the domain, the shortest rule below it, and
// the labels that make a suffix directly below it. TestSuffixesBelowAreThoseOfTheList
// draws it from the same list as package publicsuffix (https://publicsuffix.org/,
// under the Mozilla Public License 2.0).
//
//go:embed suffixes_below.txt
var suffixesBelow string

// sharedHosts lists domains that the public suffix list lacks and under which
// anyone can get a name, each with a source. They have the form of the list's
// rules: "example.com", or "*.example.com" if each name directly under
// example.com is shared.
//
//go:embed shared_hosts.txt
var sharedHosts string

// sharedRules holds the rules of sharedHosts.
var sharedRules = sync.OnceValue(func() map[string]bool {
	m := make(map[string]bool)
	for line := range strings.Lines(sharedHosts) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "#" {
			m[fields[0]] = true
		}
	}
	return m
})

// A below describes the public suffixes below a domain.
type below struct {
	rule   string   // the shortest
	labels []string // those that make a suffix directly below the domain
}

var belowOf = sync.OnceValue(func() map[string]below {
	m := make(map[string]below)
	for line := range strings.Lines(suffixesBelow) {
		fields := strings.Fields(line)
		m[fields[0]] = below{fields[1], fields[2:]}
	}
	for _, rule := range slices.Sorted(maps.Keys(sharedRules())) {
		label, parent, _ := strings.Cut(rule, ".")
		for domain := parent; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
			if suffixOf(domain) == domain {
				continue
			}
			b := m[domain]
			if b.rule == "" || shorter(rule, b.rule) {
				b.rule = rule
			}
			if domain == parent && label != "*" {
				b.labels = append(b.labels, label)
			}
			m[domain] = b
		}
	}
	return m
})

// shorter reports whether a rule is the better example: the shorter one, or
// else the first in alphabetical order.
func shorter(rule, than string) bool {
	return len(rule) < len(than) || len(rule) == len(than) && rule < than
}

// suffixOf returns the public suffix that a name ends in, which can be the whole
// name. As in the list's algorithm, the longest suffix wins.
func suffixOf(name string) string {
	suffix, _ := publicsuffix.PublicSuffix(name)
	shared := sharedRules()
	for rest := name; len(rest) > len(suffix); {
		_, parent, found := strings.Cut(rest, ".")
		if shared[rest] || found && shared["*."+parent] {
			return rest
		}
		rest = parent
	}
	return suffix
}

// isShared reports whether a public suffix belongs to somebody who lets others have names
// under it, as github.io does, and not to a registry.
func isShared(suffix string) bool {
	_, isRegistry := publicsuffix.PublicSuffix(suffix)
	return strings.Contains(suffix, ".") && (!isRegistry || sharedRules()[suffix])
}

// suffixBelow returns a public suffix that lies below a domain, or the empty
// string. It may begin with "*.", where every label below the domain makes one.
func suffixBelow(domain string) string {
	if b := belowOf()[domain]; b.rule != "" {
		return b.rule
	}
	if everyLabelIsSuffix(domain) {
		return "*." + domain
	}
	return ""
}

// suffixAmong returns a public suffix among the names that have one label more
// than the domain, if fits reports true for this label, or the empty string. It
// may begin with "*.", where every label makes one. Fits must accept labels
// other than the few that are exceptions in the list.
func suffixAmong(domain string, fits func(label string) bool) string {
	if everyLabelIsSuffix(domain) {
		return "*." + domain
	}
	for _, label := range belowOf()[domain].labels {
		if fits(label) {
			return label + "." + domain
		}
	}
	return ""
}

// everyLabelIsSuffix reports whether the list has a wildcard rule for the names
// directly below a domain. It looks at the list itself, which can be newer than
// suffixesBelow.
func everyLabelIsSuffix(domain string) bool {
	name := "unlisted-label." + domain
	return suffixOf(name) == name
}
