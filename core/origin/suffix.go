package origin

import (
	_ "embed"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// suffixesBelow lists the domains that are no public suffix and have one below
// them, with one such suffix each: package publicsuffix tells the suffix of a
// name, but not what lies below one. It is drawn from the same list
// (https://publicsuffix.org/, under the Mozilla Public License 2.0), by the
// test beside it.
//
//go:embed suffixes_below.txt
var suffixesBelow string

var suffixBelowOf = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(suffixesBelow) {
		domain, suffix, _ := strings.Cut(strings.TrimSpace(line), " ")
		m[domain] = suffix
	}
	return m
})

// suffixOf returns the public suffix that a name ends in, which can be the whole
// name.
func suffixOf(name string) string {
	suffix, _ := publicsuffix.PublicSuffix(name)
	return suffix
}

// suffixBelow returns a public suffix that lies below a domain, or the empty
// string. It may begin with "*.", where every label below the domain makes one.
func suffixBelow(domain string) string {
	if suffix := suffixBelowOf()[domain]; suffix != "" {
		return suffix
	}
	// A newer list than the one above may have more such domains. Those with a
	// suffix for every label can be told.
	const unlisted = "unlisted-label"
	if suffixOf(unlisted+"."+domain) == unlisted+"."+domain {
		return "*." + domain
	}
	return ""
}
