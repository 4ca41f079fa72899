package caches

import (
	"bufio"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A script can do the same through a proxy that rewrites headers as without it.
func TestRewrittenLines(t *testing.T) {
	for _, a := range sample(2) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			engine, err := cors.New(configs()...)
			if err != nil {
				t.Fatal(err)
			}
			direct := a.serve(t, engine, newApp())
			transport := newTransport(t)
			transport.DisableKeepAlives = true
			for _, r := range rewritings {
				t.Run(r.name, func(t *testing.T) {
					j := newJudge(transport, direct, serveProxy(t, direct, r.rewrite))
					for _, p := range policies {
						path := p.path(personal, encoded)
						for _, q := range scripts() {
							want, err := j.own(t.Context(), path, q)
							if err != nil {
								t.Fatal(err)
							}
							got, err := ask(t.Context(), transport, j.through+path, q)
							if err != nil {
								t.Fatalf("%s, with the policy %s: %v", q, p.name, err)
							}
							if complaint := compareScripts(&p, q, got, want); complaint != "" {
								t.Fatalf("%s, with the policy %s: %s", q, p.name, complaint)
							}
						}
					}
				})
			}
		})
	}
}

// scripts returns questions of scripts: those that need a preflight, and two that don't.
func scripts() []question {
	var all []question
	for _, origin := range []string{appOrigin, strangerOrigin} {
		for _, w := range append(readingWays[:2:2], askingWays...) {
			all = append(all, question{origin, w})
		}
	}
	return all
}

// The proxy rewrites headers as the names of its rewritings say.
func TestRewritings(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nvary: Origin\r\nX-Total: 1,2\r\nVary: Accept-Encoding,  X-Tenant\r\n\r\n"
	want := map[string]string{
		"a line for each member":                 "X-Total: 1,2|Vary: Origin|Vary: Accept-Encoding|Vary: X-Tenant|",
		"all members in one line, without space": "X-Total: 1,2|Vary:Origin,Accept-Encoding,X-Tenant|",
		"spaces and tabs around commas":          "X-Total: 1,2|Vary: Origin \t, \tAccept-Encoding \t, \tX-Tenant|",
		"empty members and empty lines":          "X-Total: 1,2|Vary:|Vary: ,, Origin, ,Accept-Encoding, ,X-Tenant, ,|Vary:,|",
		"members in reverse order":               "X-Total: 1,2|Vary: X-Tenant, Accept-Encoding, Origin|",
		"spaces around values":                   "vary:  Origin  |X-Total:  1,2  |Vary:  Accept-Encoding,  X-Tenant  |",
		"tabs around values":                     "vary:\tOrigin\t|X-Total: 1,2|Vary:\tAccept-Encoding,  X-Tenant\t|",
		"names in upper case":                    "VARY: Origin|X-TOTAL: 1,2|VARY: Accept-Encoding,  X-Tenant|",
		"names in lower case":                    "vary: Origin|x-total: 1,2|vary: Accept-Encoding,  X-Tenant|",
		"names within lists in upper case":       "vary: ORIGIN|X-Total: 1,2|Vary: ACCEPT-ENCODING,  X-TENANT|",
	}
	for _, r := range rewritings {
		t.Run(r.name, func(t *testing.T) {
			var out strings.Builder
			if err := copyHead(&out, bufio.NewReader(strings.NewReader(head)), r.rewrite); err != nil {
				t.Fatal(err)
			}
			if got, want := out.String(), "HTTP/1.1 200 OK\r\n"+strings.ReplaceAll(want[r.name], "|", "\r\n")+"\r\n"; got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}
