//go:build unix

package caches

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	cors "github.com/corskit/cors/core"
)

// A setup is an adapter behind a cache.
type setup struct {
	*judge
	engine *cors.Engine
	app    *app
	cache  cache
}

func newSetup(t *testing.T, a adapter, c cache) *setup {
	t.Helper()
	engine, err := cors.New(configs()...)
	if err != nil {
		t.Fatal(err)
	}
	application := newApp()
	direct := a.serve(t, engine, application)
	return &setup{newJudge(newTransport(t), direct, c.start(t, direct)), engine, application, c}
}

// Nobody receives a response made for another, and there is only one copy of
// equal responses.
func TestSharedCaches(t *testing.T) {
	table := newRatios(t)
	for k, kind := range sharedCaches {
		t.Run(kind.name, func(t *testing.T) {
			c := kind.cache(t)
			for _, a := range sample(k) {
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					s := newSetup(t, a, c)
					for i, p := range policies {
						t.Run(p.name, func(t *testing.T) { table.add(a.name, kind.name, p.name, s.testPolicy(t, &p, i)) })
					}
					t.Run("all at once", s.testAllAtOnce)
					t.Run("after a hostile request", s.testRepeatedOrigin)
					t.Run("preflights", s.testPreflights)
					t.Run("preflights after the policy has changed", s.testReload)
					t.Run("copies after the policy has changed", s.testNarrowing)
				})
			}
		})
	}
}

// orders returns the requests of all requesters in every order of first
// requests. Each order, and each shift, begins in another way. Unless CI is
// set, it returns only some of the orders.
func orders(shift int) [][]question {
	const each = 2
	var all [][]question
	for n, order := range permutations(requesters) {
		var questions []question
		for range each {
			for _, origin := range order {
				questions = append(questions, question{origin, readingWays[(n+shift+len(questions))%len(readingWays)]})
			}
		}
		all = append(all, questions)
	}
	if os.Getenv("CI") != "" {
		return all
	}
	const every = 8
	var some [][]question
	for n := shift % every; n < len(all); n += every {
		some = append(some, all[n])
	}
	return some
}

func permutations[T any](list []T) [][]T {
	if len(list) == 0 {
		return [][]T{nil}
	}
	var all [][]T
	for i := range list {
		for _, rest := range permutations(slices.Delete(slices.Clone(list), i, i+1)) {
			all = append(all, append([]T{list[i]}, rest...))
		}
	}
	return all
}

// A tally counts all requests and those that reached the application.
type tally struct{ requests, reached int }

// testPolicy requests everything that a policy applies to, and counts the
// requests that a cache saves.
func (s *setup) testPolicy(t *testing.T, p *policy, shift int) (sum tally) {
	for i, path := range []string{
		p.path(public, plain), p.path(public, encoded), p.path(public, missing), p.path(personal, plain),
		p.path(public, never), p.path(revalidated, plain),
	} {
		if !s.heedsOurVary(t, p, path) {
			continue // see TestSeveralVaryLines
		}
		n, err := s.inEveryOrder(t.Context(), p, path, shift+i)
		if err != nil {
			t.Fatal(err)
		}
		if isStored(path) {
			sum.requests += n.requests
			sum.reached += n.reached
		}
	}
	return sum
}

// isStored reports whether the application lets caches store a path.
func isStored(path string) bool {
	return !isOf(path, never) && !isOf(path, revalidated)
}

// inEveryOrder requests a path in every order. The error is a *wrongAnswer if a
// response is wrong, or if the wrong number of requests reach the application.
func (s *setup) inEveryOrder(ctx context.Context, p *policy, path string, shift int) (sum tally, err error) {
	for _, questions := range orders(shift) {
		uri, err := s.sequence(ctx, p, path, questions)
		if err != nil {
			return sum, err
		}
		reached, notModified := s.app.counts(uri)
		if complaint := s.account(p, path, questions, reached, notModified); complaint != "" {
			return sum, &wrongAnswer{complaint, questions}
		}
		sum.requests += answerable(p, questions)
		sum.reached += reached
	}
	return sum, nil
}

// answerable returns how many of the questions may reach the application.
func answerable(p *policy, questions []question) (n int) {
	for _, q := range questions {
		if !p.rejects(q) {
			n++
		}
	}
	return n
}

// account checks how many of the questions reached the application, and how
// many of those confirmed a copy of the cache.
func (s *setup) account(p *policy, path string, questions []question, reached, notModified int) (complaint string) {
	answers, known := s.answersNeeded(p, path, questions)
	if isOf(path, revalidated) {
		all := answerable(p, questions)
		if reached != all {
			return fmt.Sprintf("%d requests reach the application, and %d must", reached, all)
		}
		if want := all - answers; known && notModified != want {
			return fmt.Sprintf("the application confirms %d copies, and must confirm %d", notModified, want)
		}
	} else if known && reached != answers {
		return fmt.Sprintf("%d requests reach the application, and %d must", reached, answers)
	}
	return ""
}

// heedsOurVary reports whether the cache obeys the Vary line of CORS if the
// application adds a line.
func (s *setup) heedsOurVary(t *testing.T, p *policy, path string) bool {
	t.Helper()
	if !s.cache.lastVaryLine || s.cache.key != nil || p.allowsAny() {
		return true
	}
	a, err := s.own(t.Context(), path, question{appOrigin, readingWays[0]})
	if err != nil {
		t.Fatal(err)
	}
	last := members(a.vary[len(a.vary)-1:])
	isNotStored := slices.Contains(a.vary, "*") || slices.ContainsFunc(a.vary, s.cache.isTooLong)
	return slices.Contains(last, "Origin") || isNotStored
}

// answersNeeded returns how many full responses the application has to send:
// one for each copy, and all that can't be stored. The number isn't known if
// copies evict each other.
func (s *setup) answersNeeded(p *policy, path string, questions []question) (n int, known bool) {
	stored := make(map[string]bool)
	varies := make(map[string]bool)
	for _, q := range questions {
		names := slices.Clone(p.variesOn(q.origin))
		if isOf(path, encoded) {
			names = append(names, "Accept-Encoding")
		}
		vary := strings.Join(names, ", ")
		switch {
		case p.rejects(q):
		case q.isUsers(path), isOf(path, never), s.cache.isTooLong(vary):
			n++
		default:
			stored[s.cache.copyFor(q, names)] = true
			varies[vary] = true
		}
	}
	return n + len(stored), len(varies) == 1 || !s.cache.oneVary || s.cache.key != nil
}

// copyFor returns the key of the copy for a question among those of the same
// URL, if its Vary names certain request headers.
func (c *cache) copyFor(q question, vary []string) (key string) {
	for _, name := range append(vary, c.key...) {
		if name != "Accept-Encoding" || !c.convertsEncoding {
			key += q.header(name) + "\n"
		}
	}
	return key
}

// header returns the value of a request header that copies can depend on.
func (q question) header(name string) string {
	switch name {
	case "Origin":
		return q.origin
	case "Accept-Encoding":
		return fmt.Sprint(q.origin != noOrigin) // whether there is one
	}
	return q.way.add.Get(name)
}

// isUsers reports whether the response is for one user.
func (q question) isUsers(path string) bool {
	return len(q.way.add["Authorization"]) > 0 ||
		len(q.way.add["Cookie"]) > 0 && isOf(path, personal)
}

// Others request a URL while the cache fetches it.
func (s *setup) testAllAtOnce(t *testing.T) {
	for _, p := range policies {
		path := p.path(public, plain)
		for range 4 {
			uri := unseen(path)
			var all sync.WaitGroup
			for _, origin := range requesters {
				for _, w := range readingWays {
					q := question{origin, w}
					want, err := s.own(t.Context(), path, q)
					if err != nil {
						t.Fatal(err)
					}
					all.Go(func() {
						if err := s.check(t.Context(), &p, uri, q, want); err != nil {
							t.Error(err)
						}
					})
				}
			}
			all.Wait()
		}
	}
}

// A request with two Origin lines is denied, and spoils nobody's copy.
func (s *setup) testRepeatedOrigin(t *testing.T) {
	for _, p := range policies {
		path := p.path(public, plain)
		for _, origins := range [][]string{{appOrigin, appOrigin}, {appOrigin, strangerOrigin}, {strangerOrigin, shopOrigin}} {
			uri := unseen(path)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.through+uri, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Origin": origins, "Accept-Encoding": {"gzip"}}
			response, err := s.transport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			for _, origin := range requesters {
				q := question{origin, readingWays[0]}
				want, err := s.own(t.Context(), path, q)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.check(t.Context(), &p, uri, q, want); err != nil {
					t.Errorf("after a request of %q: %v", origins, err)
				}
			}
		}
	}
}

// A preflight response is never one for another origin or method, even if the
// URL is in the cache.
func (s *setup) testPreflights(t *testing.T) {
	for i, p := range policies {
		for _, order := range permutations([]string{appOrigin, shopOrigin, strangerOrigin}) {
			var questions []question
			for k, w := range askingWays {
				for _, origin := range order {
					questions = append(questions, question{origin, readingWays[(i+k)%len(readingWays)]}, question{origin, w})
				}
			}
			if _, err := s.sequence(t.Context(), &p, p.path(public, plain), questions); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A preflight response follows the current policy, so none was stored.
func (s *setup) testReload(t *testing.T) {
	uri := unseen("/" + public + "/reloaded")
	for _, allowed := range []string{http.MethodPut, http.MethodDelete, http.MethodPut} {
		if err := s.engine.Reload(cors.Config{AllowOrigins: []string{appOrigin}, AllowMethods: []string{allowed}}); err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodPut, http.MethodDelete} {
			a, err := ask(t.Context(), s.transport, s.through+uri, question{appOrigin, way{method: method}})
			if err != nil {
				t.Fatal(err)
			}
			if a.read != (method == allowed) {
				t.Errorf("while the policy allows %s, %s gets %q", allowed, method, a.script)
			}
		}
	}
}

// A copy outlives the policy that it was made under, even if the application
// confirms it later: a 304 removes no header from a copy (HTTP Caching,
// "Updating Stored Header Fields"). After removing an origin from a policy, one
// has to purge the cache.
func (s *setup) testNarrowing(t *testing.T) {
	path := "/" + revalidated + "/narrowed"
	uri := unseen(path)
	q := question{appOrigin, readingWays[0]}
	for _, origin := range []string{appOrigin, shopOrigin} {
		if err := s.engine.Reload(cors.Config{AllowOrigins: []string{origin}}); err != nil {
			t.Fatal(err)
		}
		direct, err := ask(t.Context(), s.transport, s.direct+path, q)
		if err != nil {
			t.Fatal(err)
		}
		through, err := ask(t.Context(), s.transport, s.through+uri, q)
		if err != nil {
			t.Fatal(err)
		}
		if direct.read != (origin == appOrigin) || !through.read {
			t.Errorf("while %s is allowed, %s gets %q, and from the adapter itself %q", origin, q, through.script, direct.script)
		}
	}
	if reached, notModified := s.app.counts(uri); reached != 2 || notModified != 1 {
		t.Errorf("%d requests reach the application, which confirms %d copies; must be 2 and 1", reached, notModified)
	}
}

// Of several Vary lines, nginx before 1.23.0 obeys only the last, which is the
// application's if it comes after ours. That does no harm if the key has the
// headers that our line names.
func TestSeveralVaryLines(t *testing.T) {
	for _, a := range sample(3) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t, a, nginx(t, nginxOptions{}))
			withKey := newSetup(t, a, nginx(t, nginxOptions{Key: []string{"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "X-Tenant"}}))
			for i, p := range policies {
				path := p.path(public, encoded)
				if leak := s.findLeak(t, &p, path, i); s.heedsOurVary(t, &p, path) != (leak == nil) {
					t.Errorf("with the policy %s: %v", p.name, leak)
				}
				if _, err := withKey.inEveryOrder(t.Context(), &p, path, i); err != nil {
					t.Errorf("with a key of its own: %v", err)
				}
			}
		})
	}
}

// findLeak requests a path in every order until somebody receives a response
// made for another. It returns nil if nobody does.
func (s *setup) findLeak(t *testing.T, p *policy, path string, shift int) *wrongAnswer {
	t.Helper()
	for _, questions := range orders(shift) {
		_, err := s.sequence(t.Context(), p, path, questions)
		if leak := asWrongAnswer(t, err); leak != nil {
			return leak
		}
	}
	return nil
}

// asWrongAnswer ends the test if an error isn't a *wrongAnswer.
func asWrongAnswer(t *testing.T, err error) *wrongAnswer {
	t.Helper()
	var wrong *wrongAnswer
	if err != nil && !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	return wrong
}

// A cache that ignores Vary serves responses made for others, and the tests
// detect it. If any origin is allowed, that does no harm.
func TestIgnoringVary(t *testing.T) {
	for _, kind := range []struct {
		name  string
		cache func(t *testing.T) cache
	}{
		{"nginx", func(t *testing.T) cache { return nginx(t, nginxOptions{IgnoreVary: true}) }},
		{"Varnish", func(t *testing.T) cache { return varnish(t, varnishOptions{IgnoreVary: true}) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			c := kind.cache(t)
			for _, a := range sample(len(kind.name)) {
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					s := newSetup(t, a, c)
					for i, p := range policies {
						leak := s.findLeak(t, &p, p.path(public, plain), i)
						if mustLeak := !p.allowsAny(); mustLeak != (leak != nil) {
							t.Errorf("with the policy %s: %v", p.name, leak)
						}
					}
				})
			}
		})
	}
}

// ratios is the table of the requests that the caches saved.
type ratios struct {
	mu   sync.Mutex
	rows []string
}

// newRatios returns a table that is printed when the test ends.
func newRatios(t *testing.T) *ratios {
	r := new(ratios)
	t.Cleanup(func() {
		slices.Sort(r.rows)
		var text strings.Builder
		w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "cache\tadapter\tpolicy\trequests\thits\tratio\n", strings.Join(r.rows, ""))
		w.Flush()
		t.Logf("responses from copies:\n%s", &text)
	})
	return r
}

func (r *ratios) add(adapter, cache, policy string, n tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hits := n.requests - n.reached
	r.rows = append(r.rows, fmt.Sprintf("%s\t%s\t%s\t%d\t%d\t%.0f %%\n", cache, adapter, policy, n.requests, hits, 100*float64(hits)/float64(n.requests)))
}
