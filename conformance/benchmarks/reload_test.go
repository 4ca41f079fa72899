package benchmarks

import (
	"net/http"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// BenchmarkReload measures requests, one after another, while a policy with a
// million origins is reloaded. Since the garbage collector delays requests,
// too, it also measures them while other work keeps the collector busy.
func BenchmarkReload(b *testing.B) {
	cfg := populations[0].config(1_000_000)
	engine, err := cors.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	x := handlerWith(http.HandlerFunc(handle), engine.Handler).Exchange(Requests[1])
	x.SetOrigin(cfg.AllowOrigins[len(cfg.AllowOrigins)/2])
	during := func(work func()) func(*testing.B) {
		return func(b *testing.B) {
			var l latencies
			for range b.N {
				done := make(chan struct{})
				go func() {
					work()
					close(done)
				}()
				l.serve(x, done)
			}
			b.ReportMetric(l.quantile(0.5), "median-ns")
			b.ReportMetric(l.quantile(0.999), "p99.9-ns")
			b.ReportMetric(float64(l.longest), "longest-ns")
		}
	}
	run(b, []benchmark{
		{"while=nothing", during(func() { time.Sleep(time.Second) })},
		{"while=Reload", during(func() {
			if err := engine.Reload(cfg); err != nil {
				b.Error(err)
			}
		})},
		{"while=filling-maps", during(func() {
			for start := time.Now(); time.Since(start) < time.Second; {
				set := make(map[string]struct{}, len(cfg.AllowOrigins))
				for _, origin := range cfg.AllowOrigins {
					set[origin] = struct{}{}
				}
			}
		})},
	})
}

// A latencies is a histogram of how long requests took.
type latencies struct {
	counts  [1 << 16]int // by nanosecond; the last counts all that took longer
	total   int
	longest time.Duration
}

// serve serves x until done is closed.
func (l *latencies) serve(x Exchange, done <-chan struct{}) {
	for last := time.Now(); ; {
		x.Serve()
		now := time.Now()
		took := now.Sub(last)
		last = now
		l.counts[min(int(took), len(l.counts)-1)]++
		l.total++
		l.longest = max(l.longest, took)
		select {
		case <-done:
			return
		default:
		}
	}
}

// quantile returns how many nanoseconds a share of the requests took at most.
func (l *latencies) quantile(q float64) float64 {
	left := int(q * float64(l.total))
	for ns, n := range l.counts {
		if left -= n; left < 0 {
			return float64(ns)
		}
	}
	return float64(l.longest)
}
