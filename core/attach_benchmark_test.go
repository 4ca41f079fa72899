package cors_test

import (
	"fmt"
	"testing"

	cors "github.com/corskit/cors/core"
)

// attached returns an engine with so many routes attached, beside a policy for the
// rest and one by a regular expression.
func attached(b testing.TB, n int) *cors.Engine {
	e := mustNew(b, https, cors.Config{PathRegexps: []string{`/(api|v2)/.*`}, AllowOrigins: []string{"*"}})
	for i := range n {
		path := fmt.Sprintf("/api/group-%d/route-%d", i%100, i)
		if i%2 == 0 {
			path = fmt.Sprintf("/api/group-%d/{id}/route-%d", i%100, i)
		}
		if err := e.AttachRoute(path, https); err != nil {
			b.Fatal(err)
		}
	}
	return e
}

func BenchmarkAttach(b *testing.B) {
	for _, n := range []int{2, 100, 10_000} {
		b.Run(fmt.Sprintf("routes=%d", n), func(b *testing.B) {
			for b.Loop() {
				e := attached(b, n)
				e.Decide(&cors.Request{Method: "GET", Path: "/api/group-1/route-1"}) // makes the index
			}
		})
	}
}

// BenchmarkDecideByPath takes about as long for many policies as for two.
func BenchmarkDecideByPath(b *testing.B) {
	for _, n := range []int{2, 100, 10_000} {
		e := attached(b, n)
		for name, r := range map[string]*cors.Request{
			"a route":           {Method: "GET", Path: "/api/group-1/route-1", Origin: app1},
			"a route of a {id}": {Method: "GET", Path: "/api/group-0/7/route-0", Origin: app1},
			"the rest":          {Method: "GET", Path: "/other", Origin: app1},
			"folded":            {Method: "GET", Path: "/API/group-1/Route-1/", PathFolding: cors.FoldCase | cors.FoldTrailingSlash | cors.FoldEmptyRest, Origin: app1},
		} {
			b.Run(fmt.Sprintf("routes=%d/request=%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					e.Decide(r)
				}
			})
		}
	}
}

// A request among many policies by path allocates nothing.
func TestDecideByPathAllocatesNothing(t *testing.T) {
	e := attached(t, 100)
	for _, path := range []string{"/api/group-1/route-1", "/api/group-0/7/route-0", "/other", "/api/other", "/"} {
		r := &cors.Request{Method: "GET", Path: path, Origin: app1}
		if n := testing.AllocsPerRun(100, func() { e.Decide(r) }); n != 0 {
			t.Errorf("%s: %v allocations", path, n)
		}
	}
}

// The time grows with the number of names, and not with its square.
func BenchmarkNewWithManyHeaders(b *testing.B) {
	for _, n := range []int{2_000, 20_000} {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("X-%d", i)
		}
		b.Run(fmt.Sprintf("names=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowHeaders: names}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
