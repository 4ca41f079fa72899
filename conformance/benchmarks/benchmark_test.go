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
	"golang.org/x/perf/benchmath"
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

// interleaved measures the cost of with, and the difference from the cost of
// base. It runs both in short turns, one after the other, and reports the
// median turn, so that other work on the machine affects both or neither. That
// leaves out most of the garbage collector's work, too: the allocations
// represent it.
func interleaved(b *testing.B, base, with func()) {
	const turn = 200
	for range min(b.N, turn) { // fills caches and pools
		base()
		with()
	}
	allocs := testing.AllocsPerRun(5, with) - testing.AllocsPerRun(5, base)
	var took, added []float64 // by turn, in nanoseconds for one iteration
	b.ResetTimer()
	for left := b.N; left > 0; left -= turn {
		n := min(left, turn)
		start := time.Now()
		for range n {
			base()
		}
		between := time.Now()
		for range n {
			with()
		}
		end := time.Now()
		took = append(took, float64(end.Sub(between))/float64(n))
		added = append(added, float64(end.Sub(between)-between.Sub(start))/float64(n))
	}
	b.ReportMetric(median(took), "ns/op")
	b.ReportMetric(median(added), "added-ns/op")
	b.ReportMetric(allocs, "added-allocs/op")
}

func median(values []float64) float64 {
	sample := benchmath.NewSample(values, &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95).Center
}

// BenchmarkRequest measures the five requests, in every framework.
func BenchmarkRequest(b *testing.B) { runInFrameworks(b, Requests) }

// BenchmarkWithHeaders measures requests to a handler that sets five headers.
func BenchmarkWithHeaders(b *testing.B) { runInFrameworks(b, WithHeaders) }

func runInFrameworks(b *testing.B, requests []Request) {
	var benchmarks []benchmark
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			for _, r := range requests {
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

// BenchmarkGoroutines measures actual requests that several goroutines serve at once:
// the time from one response to the next.
func BenchmarkGoroutines(b *testing.B) {
	var benchmarks []benchmark
	for _, f := range Frameworks {
		add := func(implementation string, s Server) {
			for _, n := range []int{1, 2, 4, 8} {
				benchmarks = append(benchmarks, benchmark{
					fmt.Sprintf("framework=%s/impl=%s/goroutines=%d", f.Name, implementation, n),
					func(b *testing.B) { atOnce(b, s, n) },
				})
			}
		}
		add("none", f.bare())
		for _, i := range f.Implementations {
			add(i.Name, i.New(Policy))
		}
	}
	run(b, benchmarks)
}

func atOnce(b *testing.B, s Server, goroutines int) {
	var running sync.WaitGroup
	for i := range goroutines {
		x := s.Exchange(Requests[1])
		running.Go(func() {
			for range (b.N + i) / goroutines {
				x.Serve()
			}
		})
	}
	running.Wait()
}

// libraries are the implementations that the other benchmarks compare, without
// a router: the cost of a policy doesn't depend on it.
var libraries = []library{{Name: Corskit, wrap: corskit}, jub0bsCORS, rsCORS}

// A scenario is a policy and a request that it applies to.
type scenario struct {
	name      string
	cfg       cors.Config
	request   Request
	libraries []library // those that have such a policy
}

// benchmarks returns a benchmark of s for each library.
func (s scenario) benchmarks() []benchmark {
	handler := http.HandlerFunc(handle)
	bare := handlerWith(handler)
	if s.request.IsPreflight() {
		bare = handlerWith(handler, respondToOptions)
	}
	var benchmarks []benchmark
	for _, l := range s.libraries {
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
