package benchmarks

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// A benchmark is a sub-benchmark with its name.
type benchmark struct {
	name string
	run  func(*testing.B)
}

// run runs benchmarks, in random order if the flag -shuffle says so.
func run(b *testing.B, benchmarks []benchmark) {
	order := make([]int, len(benchmarks))
	for i := range order {
		order[i] = i
	}
	if shuffle := flag.Lookup("test.shuffle"); shuffle.Value.String() != "off" {
		order = rand.Perm(len(benchmarks))
	}
	for _, i := range order {
		b.Run(benchmarks[i].name, benchmarks[i].run)
	}
}

// interleaved measures what with costs, and how much that is on top of what
// base costs. It runs both in turns, so that whatever else slows the machine
// down slows down both.
func interleaved(b *testing.B, base, with func()) {
	const turn = 500
	for range min(b.N, turn) { // fills caches and pools
		base()
		with()
	}
	allocs := testing.AllocsPerRun(5, with) - testing.AllocsPerRun(5, base)
	var took [2]time.Duration
	b.ResetTimer()
	for left := b.N; left > 0; left -= turn {
		for i, serve := range []func(){base, with} {
			start := time.Now()
			for range min(left, turn) {
				serve()
			}
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(float64(took[1])/float64(b.N), "ns/op")
	b.ReportMetric(float64(took[1]-took[0])/float64(b.N), "added-ns/op")
	b.ReportMetric(allocs, "added-allocs/op")
}

// BenchmarkRequest measures the five requests, in every framework.
func BenchmarkRequest(b *testing.B) {
	var benchmarks []benchmark
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			for _, r := range Requests {
				benchmarks = append(benchmarks, benchmark{
					fmt.Sprintf("framework=%s/impl=%s/request=%s", f.Name, i.Name, r.Name),
					func(b *testing.B) {
						interleaved(b, f.without(r).Exchange(r).Serve, i.New(Policy).Exchange(r).Serve)
					},
				})
			}
		}
	}
	run(b, benchmarks)
}

// libraries are the implementations that the other benchmarks compare, in front
// of a handler alone: what a policy costs doesn't depend on the router.
var libraries = []library{{Name: Corskit, wrap: corskit}, jub0bsCORS, rsCORS}

// A scenario is a policy and a request that it applies to.
type scenario struct {
	name     string
	cfg      cors.Config
	request  Request
	oursOnly bool // the other libraries have no such policy
}

// benchmarks returns a benchmark of s for each library.
func (s scenario) benchmarks() []benchmark {
	var benchmarks []benchmark
	handler := http.HandlerFunc(handle)
	bare := handlerWith(handler)
	if s.request.IsPreflight() {
		bare = handlerWith(handler, answerOptions)
	}
	for _, l := range libraries {
		if s.oursOnly && l.Name != Corskit {
			continue
		}
		server := sync.OnceValue(func() Server { return handlerWith(handler, l.wrap(s.cfg)) })
		benchmarks = append(benchmarks, benchmark{
			s.name + "/impl=" + l.Name,
			func(b *testing.B) {
				interleaved(b, bare.Exchange(s.request).Serve, server().Exchange(s.request).Serve)
			},
		})
	}
	return benchmarks
}
