//go:build !race

// The race detector allocates.

package watch_test

import (
	"io"
	"log/slog"
	"testing"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

func TestWatchersAllocateNothing(t *testing.T) {
	cfg := cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted, "https://*.example.org", "https://*.example.net"}, AllowOriginRegexps: []string{`https://x\.example`}}
	e, candidate := mustNew(t, cfg), mustNew(t, cfg)
	var counter watch.Counter
	watchers := []struct {
		name  string
		watch cors.Watcher
	}{
		{"Counter", counter.Watch},
		{"Counter of origins", watch.NewOriginCounter(2).Watch},
		{"Usage", watch.NewUsage(e).Watch},
		{"Log of what is alike", watch.Log(slog.New(slog.NewTextHandler(io.Discard, nil)), nil)},
		{"Log at a disabled level", watch.Log(slog.New(slog.NewTextHandler(io.Discard, nil)), &watch.LogOptions{Level: slog.LevelDebug})},
		{"Shadow without a difference", watch.Shadow(candidate, func(d watch.Difference) { t.Error(d) })},
	}
	requests := []struct {
		name    string
		request cors.Request
	}{
		{"without Origin", actual("/api/", "")},
		{"actual and allowed", actual("/api/", trusted)},
		{"actual and allowed by a pattern", actual("/api/", "https://a.example.org")},
		{"actual and denied", actual("/api/", "https://evil.example")},
		{"preflight and allowed", preflight("/api/", trusted)},
		{"preflight and denied", preflight("/api/", "https://evil.example")},
		{"no policy", actual("/", "https://evil.example")},
	}
	for _, w := range watchers {
		for _, r := range requests {
			t.Run(w.name+"/"+r.name, func(t *testing.T) {
				d := e.Decide(&r.request)
				if n := testing.AllocsPerRun(100, func() { w.watch(&r.request, d) }); n != 0 {
					t.Errorf("%v allocations, want none", n)
				}
			})
		}
	}
}

// Usage keeps the path of a request, to see whether the configuration is still
// in force. Under Fiber, its memory is that of the next.
func TestUsageReadsTheConfigurationOnce(t *testing.T) {
	e := mustNew(t, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}})
	u := watch.NewUsage(e)
	r := actual("/api/posts", trusted)
	d := e.Decide(&r)
	a, b := []byte("/api/posts"), []byte("/api/posts")
	if n := testing.AllocsPerRun(100, func() {
		for range 2 {
			copy(a, "/api/posts")
			r.Path = unsafe.String(unsafe.SliceData(a), len(a))
			u.Watch(&r, d)
			copy(a, "/other/xxx")
			a, b = b, a
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
