//go:build !race

// The race detector allocates.

package corsotel_test

import (
	"testing"

	cors "github.com/corskit/cors/core"
	corsotel "github.com/corskit/cors/core/watch/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

func TestADecisionAllocatesNothing(t *testing.T) {
	provider := sdk.NewMeterProvider(sdk.WithReader(sdk.NewManualReader()))
	watcher, err := corsotel.New(provider)
	if err != nil {
		t.Fatal(err)
	}
	engine := newEngine(t, provider)
	for _, origin := range []string{"", trusted, "https://evil.example", "evil"} {
		r := cors.Request{Method: "GET", Path: "/api/", Origin: origin}
		d := engine.Decide(&r)
		if n := testing.AllocsPerRun(100, func() { watcher(&r, d) }); n != 0 {
			t.Errorf("a request from %q: %v allocations, want none", origin, n)
		}
	}
}

func BenchmarkWatcher(b *testing.B) {
	watcher, err := corsotel.New(sdk.NewMeterProvider(sdk.WithReader(sdk.NewManualReader())))
	if err != nil {
		b.Fatal(err)
	}
	engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}})
	if err != nil {
		b.Fatal(err)
	}
	r := cors.Request{Method: "GET", Path: "/api/", Origin: trusted}
	d := engine.Decide(&r)
	b.ReportAllocs()
	for b.Loop() {
		watcher(&r, d)
	}
}
