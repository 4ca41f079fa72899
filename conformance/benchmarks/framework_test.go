package benchmarks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestResponses checks that every implementation responds as Differs says, and
// in the same way each time.
func TestResponses(t *testing.T) {
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			t.Run(f.Name+"/"+i.Name, func(t *testing.T) {
				server := i.New(Policy)
				var kinds []string
				requests := make(map[string][]string) // by kind of difference
				for _, r := range Requests {
					x := server.Exchange(r)
					x.Serve()
					first := fmt.Sprint(x.Response())
					differences := difference(r, x.Response())
					x.Serve()
					if second := fmt.Sprint(x.Response()); first != second {
						t.Errorf("%s: the response is %v, then %v", r.Name, first, second)
					}
					if shared(server, r) {
						differences = append(differences, "shares header values between responses")
					}
					for _, d := range differences {
						if requests[d] == nil {
							kinds = append(kinds, d)
						}
						requests[d] = append(requests[d], r.Name)
					}
				}
				var got []string
				for _, d := range kinds {
					which := strings.Join(requests[d], ", ")
					if len(requests[d]) == len(Requests) {
						which = "every request"
					}
					got = append(got, fmt.Sprintf("%s (%s)", d, which))
				}
				if !slices.Equal(got, i.Differs) {
					t.Errorf("differs by\n%q, not by\n%q", got, i.Differs)
				}
			})
		}
	}
}

// TestBaseline checks that the routers without CORS only call the handler, or
// respond to OPTIONS.
func TestBaseline(t *testing.T) {
	for _, f := range Frameworks {
		for _, r := range Requests {
			want := handled
			if r.IsPreflight() {
				want = http.StatusNoContent
			}
			x := f.without(r).Exchange(r)
			x.Serve()
			got := x.Response()
			if got.Status != want || got.Header.Get("Vary") != "" || got.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %s: the response is %v", f.Name, r.Name, got)
			}
		}
	}
}

// shared reports whether an application that changes the header values of one
// response changes those of the next.
func shared(s Server, r Request) bool {
	first, next := s.Exchange(r), s.Exchange(r)
	next.Serve()
	want := fmt.Sprint(next.Response())
	first.Serve()
	for _, values := range first.Response().Header {
		for i := range values {
			defer func(value string) { values[i] = value }(values[i])
			values[i] = "changed"
		}
	}
	next.Serve()
	return fmt.Sprint(next.Response()) != want
}

// difference lists what is wrong with the response to one of Requests.
func difference(r Request, got Response) (differences []string) {
	differs := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	isAllowed := strings.HasSuffix(r.Name, "-allowed")

	switch {
	case !r.IsPreflight() && got.Status != handled:
		differs("responds with %d in place of the handler", got.Status)
	case r.IsPreflight() && isAllowed && (got.Status < 200 || got.Status > 299), r.IsPreflight() && got.Status == handled:
		differs("responds with %d", got.Status)
	}
	if !lists(got, "Vary", "Origin") {
		differs("sends no Vary: Origin")
	}
	if !isAllowed {
		if _, ok := got.Header["Access-Control-Allow-Origin"]; ok {
			differs("sends Access-Control-Allow-Origin")
		}
		return differences
	}
	expect := func(name string, values ...string) {
		if !lists(got, name, values...) {
			differs("sends %s: %s", name, got.Header.Get(name))
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
func lists(r Response, name string, values ...string) bool {
	var members []string
	for _, line := range r.Header.Values(name) {
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
