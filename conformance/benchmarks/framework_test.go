package benchmarks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestAnswers proves that everything that is measured does what it is measured
// for.
func TestAnswers(t *testing.T) {
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			t.Run(f.Name+"/"+i.Name, func(t *testing.T) {
				server := i.New(Policy)
				var differences []string
				for _, r := range Requests {
					x := server.Exchange(r)
					x.Serve()
					first := x.Answer()
					x.Serve() // as ever again while it is measured
					second := x.Answer()
					if fmt.Sprint(first) != fmt.Sprint(second) {
						t.Errorf("%s: answered with %v, then with %v", r.Name, first, second)
					}
					for _, d := range difference(r, first) {
						differences = append(differences, r.Name+": "+d)
					}
				}
				if !slices.Equal(differences, i.Differs) {
					t.Errorf("differs by\n%q, not by\n%q", differences, i.Differs)
				}
			})
		}
	}
}

// TestBaseline proves that what the others are compared with does nothing but
// reach the handler, or answer OPTIONS.
func TestBaseline(t *testing.T) {
	for _, f := range Frameworks {
		for _, r := range Requests {
			want := handled
			if r.IsPreflight() {
				want = http.StatusNoContent
			}
			x := f.without(r).Exchange(r)
			x.Serve()
			a := x.Answer()
			if a.Status != want || a.Header.Get("Vary") != "" || a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %s: answered with %v", f.Name, r.Name, a)
			}
		}
	}
}

// difference says in what an answer to one of Requests differs from what it
// should be.
func difference(r Request, a Answer) (differences []string) {
	differs := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	isAllowed := strings.HasSuffix(r.Name, "-allowed")

	switch {
	case !r.IsPreflight() && a.Status != handled:
		differs("status %d instead of the handler's", a.Status)
	case r.IsPreflight() && isAllowed && (a.Status < 200 || a.Status > 299), r.IsPreflight() && a.Status == handled:
		differs("status %d", a.Status)
	}
	if !lists(a, "Vary", "Origin") {
		differs("no Vary: Origin")
	}
	if !isAllowed {
		for name := range a.Header {
			if name == "Access-Control-Allow-Origin" {
				differs("%s", name)
			}
		}
		return differences
	}
	expect := func(name string, values ...string) {
		if !lists(a, name, values...) {
			differs("%s is %q", name, a.Header.Get(name))
		}
	}
	expect("Access-Control-Allow-Origin", allowed)
	expect("Access-Control-Allow-Credentials", "true")
	if r.IsPreflight() {
		expect("Access-Control-Allow-Methods", "PUT")
		expect("Access-Control-Allow-Headers", "authorization", "content-type")
		expect("Access-Control-Max-Age", "3600")
	} else {
		expect("Access-Control-Expose-Headers", Policy.ExposeHeaders...)
	}
	return differences
}

// lists reports whether a header lists all of the values.
func lists(a Answer, name string, values ...string) bool {
	var members []string
	for _, line := range a.Header.Values(name) {
		for member := range strings.SplitSeq(line, ",") {
			members = append(members, strings.ToLower(strings.TrimSpace(member)))
		}
	}
	for _, v := range values {
		if !slices.Contains(members, strings.ToLower(v)) {
			return false
		}
	}
	return true
}
