package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// missesVary returns a finding if responses to actual requests differ by Origin
// and one of them doesn't say so (Fetch, "CORS protocol and HTTP caches"). That
// includes the response to a request without Origin: a cache would serve it to
// a script.
func (b *browser) missesVary() *Finding {
	var sent, silent []Request
	for r, a := range b.responses {
		if r.Method != b.method {
			continue
		}
		sent = append(sent, r)
		if !a.variesByOrigin() {
			silent = append(silent, r)
		}
	}
	differs := func(r Request) bool { return !sameCORS(b.responses[r].header, b.responses[sent[0]].header) }
	if len(silent) == 0 || !slices.ContainsFunc(sent, differs) {
		return nil
	}
	first := slices.MinFunc(silent, func(x, y Request) int { return strings.Compare(x.Origin, y.Origin) })
	return b.finding(first).say(Fault, "vary-missing",
		fmt.Sprintf("The responses to %s differ by Origin, but %d of %d don't say so in Vary.", b.method, len(silent), len(sent)),
		"A cache serves one origin's response to another, which then can't read it, or reads what it shouldn't.",
		"Send Vary: Origin with every response, also to requests without Origin and to denied origins, and make sure that nothing overwrites Vary later.")
}

// sameCORS reports whether two headers say the same about CORS.
func sameCORS(a, b http.Header) bool {
	names := []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Equal(a[name], b[name]) })
}

// variesByOrigin reports whether Vary has Origin, or * for everything.
func (a *response) variesByOrigin() bool {
	for _, line := range a.header["Vary"] {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.TrimSpace(member); member == "*" || strings.EqualFold(member, "Origin") {
				return true
			}
		}
	}
	return false
}
