// Package migrating holds the page about migrating from other libraries to what they
// and corskit do: a browser sends the same requests to both, and the scripts see the
// same, save for the differences that the page names.
package migrating

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/fetch"
)

// A pair is a policy in another library and here.
type pair struct {
	section       string // of the page
	name          string
	before, after http.RoundTripper
	differences   []difference
}

// A difference is one that the page names.
type difference struct {
	sentence string // of the page
	isThis   func(q question, before, after outcome) bool
}

// A question is what a script of an origin asks the browser for.
type question struct {
	origin string
	fetch.Request
}

func (q question) String() string {
	return fmt.Sprintf("a script of %s: %s, mode %s, credentials %s, headers %v", q.origin, q.Method, q.Mode, q.Credentials, q.Headers)
}

// An outcome is the outcome of a request.
type outcome struct {
	step    fetch.Step // at which the browser blocks the response, or empty
	seen    string     // what the script sees of it
	handled bool       // the request itself, not only a preflight, reached the handler
}

func (o outcome) isBlocked() bool { return o.step != "" }

// ask does what a browser with empty caches does.
func ask(t *testing.T, server http.RoundTripper, q question) outcome {
	t.Helper()
	agent, err := fetch.NewAgent(q.origin)
	if err != nil {
		t.Fatal(err)
	}
	agent.Transport = server
	response, err := agent.Fetch(t.Context(), &q.Request)
	var o outcome
	var trace fetch.Trace
	if failure := (*fetch.NetworkError)(nil); errors.As(err, &failure) && failure.Step != fetch.StepNetwork {
		o.step, trace = failure.Step, failure.Trace
	} else if err != nil {
		t.Fatalf("%v: %v", q, err)
	} else {
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		trace = response.Trace
		total, _ := response.Headers.Get("X-Total")
		internal, _ := response.Headers.Get("X-Internal")
		o.seen = fmt.Sprintf("%s %d %q, X-Total %q, X-Internal %q", response.Type, response.Status, body, total, internal)
	}
	last := trace[len(trace)-1]
	_, byHandler := last.ResponseHeaders.Get("X-Total")
	o.handled = byHandler && !last.Preflight
	return o
}

// origins are listed in a policy of the page, nearly so, or not at all.
var origins = []string{
	"https://app.example.com", "https://admin.example.com", "https://shop.partner.example", "https://eu.shop.partner.example",
	"http://app.example.com", "https://app.example.com:8443", "https://example.com", "https://www.app.example.com",
	"https://app.example.com.attacker.example", "https://evilapp.example.com", "https://partner.example",
	"https://evilpartner.example", "http://shop.partner.example", "https://shop.partner.example:8443",
	"https://attacker.example", "null", "http://localhost:3000", api, "http://api.example.com",
}

// choose returns a request that scripts can make.
func choose(random *rand.Rand) question {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	q := question{pick(origins...), fetch.Request{
		URL:         api + path,
		Method:      pick("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
		Credentials: fetch.CredentialsMode(pick("omit", "same-origin", "include")),
		Mode:        fetch.ModeCORS,
	}}
	for _, header := range []fetch.Header{
		{Name: "Content-Type", Value: pick("text/plain", "application/json")},
		{Name: "Authorization", Value: "Bearer 1"}, {Name: "X-Requested-With", Value: "XMLHttpRequest"},
		{Name: "X-CSRF-Token", Value: "1"}, {Name: "X-Tenant", Value: "1"}, {Name: "Accept", Value: "application/json"},
	} {
		if random.IntN(5) == 0 {
			q.Headers = append(q.Headers, header)
		}
	}
	if isSafelisted(q.Method) {
		switch random.IntN(6) {
		case 0:
			q.Mode = fetch.ModeNoCORS
		case 1:
			q.UseCORSPreflight = true
		}
	}
	return q
}

func isSafelisted(method string) bool {
	return slices.Contains([]string{"GET", "HEAD", "POST"}, method)
}

const requests = 3000

func TestScriptsSeeTheSame(t *testing.T) {
	page := words(readPage(t))
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			met := make([]int, len(p.differences))
			var read, blocked, unlike int
			for range requests {
				q := choose(random)
				before, after := ask(t, p.before, q), ask(t, p.after, q)
				switch {
				case after.isBlocked():
					blocked++
				default:
					read++
				}
				if before == after {
					continue
				}
				i := slices.IndexFunc(p.differences, func(d difference) bool { return d.isThis(q, before, after) })
				if i >= 0 {
					met[i]++
				} else if unlike++; unlike <= 5 {
					t.Errorf("%v\nbefore: %+v\n after: %+v", q, before, after)
				}
			}
			if read < requests/20 || blocked < requests/20 {
				t.Errorf("%d requests are read and %d blocked, so that they say little", read, blocked)
			}
			for i, d := range p.differences {
				if met[i] == 0 {
					t.Errorf("no request meets the difference %q", d.sentence)
				}
				if !strings.Contains(page, d.sentence) {
					t.Errorf("the page doesn't say %q", d.sentence)
				}
			}
		})
	}
}

// The time for which browsers cache a preflight response is the same, unless a library
// leaves it to the browser by default.
func TestPreflightsAreCachedForAsLong(t *testing.T) {
	for _, p := range pairs() {
		maxAge := func(server http.RoundTripper) string {
			preflight, err := http.NewRequest(http.MethodOptions, api+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			preflight.Header.Set("Origin", "https://app.example.com")
			preflight.Header.Set("Access-Control-Request-Method", "POST")
			response, err := server.RoundTrip(preflight)
			if err != nil {
				t.Fatal(err)
			}
			return response.Header.Get("Access-Control-Max-Age")
		}
		before, after := maxAge(p.before), maxAge(p.after)
		if byDefault := p.section == "Defaults" && before == "" && after == "7200"; before != after && !byDefault {
			t.Errorf("%s: %q before, %q after", p.name, before, after)
		}
	}
}
