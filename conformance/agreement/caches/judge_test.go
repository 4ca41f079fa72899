package caches

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// A judge compares responses through a cache or a proxy with the adapter's own.
type judge struct {
	transport http.RoundTripper
	direct    string                // the adapter's URL
	through   string                // the cache's or proxy's URL
	answers   map[[3]string]*answer // the adapter's own, by path, origin and way
}

func newJudge(transport http.RoundTripper, direct, through string) *judge {
	return &judge{transport: transport, direct: "http://" + direct, through: "http://" + through, answers: make(map[[3]string]*answer)}
}

// own returns the adapter's own response.
func (j *judge) own(ctx context.Context, path string, q question) (*answer, error) {
	key := [3]string{path, q.origin, q.way.name}
	if a := j.answers[key]; a != nil {
		return a, nil
	}
	a, err := ask(ctx, j.transport, j.direct+path, q)
	if err == nil {
		j.answers[key] = a
	}
	return a, err
}

// A wrongAnswer says that somebody received a response made for another.
type wrongAnswer struct {
	complaint string
	asked     []question // in order; the response to the last was wrong
}

func (w *wrongAnswer) Error() string {
	var text strings.Builder
	text.WriteString(w.complaint)
	for i, q := range w.asked {
		fmt.Fprintf(&text, "\n%2d. %s", i+1, q)
	}
	return text.String()
}

var sequences atomic.Int64

// unseen returns a path with a query that no cache has seen.
func unseen(path string) string { return fmt.Sprintf("%s?sequence=%d", path, sequences.Add(1)) }

// sequence asks questions about a path, one after another, with a query that
// the cache has not seen, and returns both. The error is a *wrongAnswer if a
// response is wrong.
func (j *judge) sequence(ctx context.Context, p *policy, path string, questions []question) (uri string, err error) {
	uri = unseen(path)
	for i, q := range questions {
		want, err := j.own(ctx, path, q)
		if err != nil {
			return uri, err
		}
		if err := j.check(ctx, p, uri, q, want); err != nil {
			if wrong, ok := err.(*wrongAnswer); ok {
				wrong.asked = questions[:i+1]
			}
			return uri, err
		}
	}
	return uri, nil
}

// check asks one question. The error is a *wrongAnswer if the response is wrong.
func (j *judge) check(ctx context.Context, p *policy, uri string, q question, want *answer) error {
	got, err := ask(ctx, j.transport, j.through+uri, q)
	if err != nil {
		return err
	}
	complaint := compareHeaders(got, want)
	if complaint == "" {
		complaint = compareScripts(p, q, got, want)
	}
	if complaint != "" {
		return &wrongAnswer{complaint, []question{q}}
	}
	return nil
}

// compareHeaders returns what is wrong with the headers and the body of a response, or "".
func compareHeaders(got, want *answer) (complaint string) {
	if len(got.exchanges) != len(want.exchanges) {
		return fmt.Sprintf("there are %d exchanges, but %d with the adapter itself", len(got.exchanges), len(want.exchanges))
	}
	for i, w := range want.exchanges {
		g := got.exchanges[i]
		if g.cors != w.cors {
			return fmt.Sprintf("the response to %s has the headers\n%s\nbut the adapter's own has\n%s", w.method, indent(g.cors), indent(w.cors))
		}
		// A cache may ignore validators if it stores nothing.
		if g.status != w.status && !(g.status == http.StatusOK && w.status == http.StatusNotModified) {
			return fmt.Sprintf("the response to %s has status %d, but the adapter's own has %d", w.method, g.status, w.status)
		}
	}
	if want.body != "" && got.body != want.body {
		return fmt.Sprintf("the body is %q, but the adapter's own is %q", got.body, want.body)
	}
	return ""
}

// compareScripts returns what is wrong with what a script can do, or "".
func compareScripts(p *policy, q question, got, want *answer) (complaint string) {
	if got.script != want.script {
		return fmt.Sprintf("a script gets %q, but from the adapter itself %q", got.script, want.script)
	}
	if q.origin != noOrigin && got.read != p.may(q) {
		return fmt.Sprintf("a script gets %q, which is not what the policy says", got.script)
	}
	return ""
}

func indent(text string) string { return "\t" + strings.ReplaceAll(text, "\n", "\n\t") }
