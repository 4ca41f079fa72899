package watch_test

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

func BenchmarkWatchers(b *testing.B) {
	cfg := cors.Config{AllowOrigins: []string{trusted, "https://*.example.org", "https://*.example.net"}, AllowOriginRegexps: []string{`https://x\.example`}}
	e, candidate := mustNew(b, cfg), mustNew(b, cfg)
	var counter watch.Counter
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	watchers := []struct {
		name  string
		watch cors.Watcher
	}{
		{"nobody", func(*cors.Request, cors.Decision) {}},
		{"Counter", counter.Watch},
		{"OriginCounter", watch.NewOriginCounter(100).Watch},
		{"Usage", watch.NewUsage(e).Watch},
		{"Log", watch.Log(log, nil)},
		{"LogDisabled", watch.Log(log, &watch.LogOptions{Level: slog.LevelDebug})},
		{"Shadow", watch.Shadow(candidate, func(watch.Difference) {})},
	}
	requests := []struct {
		name    string
		request cors.Request
	}{
		{"no-Origin", actual("/", "")},
		{"allowed", actual("/", trusted)},
		{"allowed-by-pattern", actual("/", "https://a.example.org")},
		{"denied", actual("/", "https://evil.example")},
		{"preflight", preflight("/", trusted)},
	}
	for _, w := range watchers {
		for _, r := range requests {
			b.Run(w.name+"/"+r.name, func(b *testing.B) {
				d := e.Decide(&r.request)
				b.ReportAllocs()
				for b.Loop() {
					w.watch(&r.request, d)
				}
			})
		}
	}
}

func BenchmarkLogRecord(b *testing.B) {
	e := mustNew(b, cors.Config{AllowOrigins: []string{trusted}})
	for _, explain := range []func(*cors.Request) string{nil, summarize} {
		b.Run(fmt.Sprintf("explain=%t", explain != nil), func(b *testing.B) {
			logger := slog.New(slog.NewTextHandler(io.Discard, nil))
			r := actual("/api/posts", "https://app.example.org")
			d := e.Decide(&r)
			for b.Loop() {
				// The first in its interval, every time.
				watch.Log(logger, &watch.LogOptions{Explain: explain, Interval: 1})(&r, d)
			}
		})
	}
}

// BenchmarkUsageOfPatterns is of patterns that were used already, among others
// that never are.
func BenchmarkUsageOfPatterns(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var list []string
			for i := range n {
				list = append(list, fmt.Sprintf("https://*.tenant-%d.example", i))
			}
			e := mustNew(b, cors.Config{AllowOrigins: list})
			u := watch.NewUsage(e)
			r := actual("/", "https://a.tenant-7.example")
			d := e.Decide(&r)
			for b.Loop() {
				u.Watch(&r, d)
			}
		})
	}
}

func BenchmarkNewUsage(b *testing.B) {
	for _, n := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			list := make([]string, n)
			for i := range list {
				list[i] = fmt.Sprintf("https://tenant-%d.example.com", i)
			}
			e := mustNew(b, cors.Config{AllowOrigins: list})
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			u := watch.NewUsage(e)
			runtime.GC()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				watch.NewUsage(e)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/origin")
			runtime.KeepAlive(u)
		})
	}
}
