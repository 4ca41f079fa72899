package corsotel_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	cors "github.com/corskit/cors/core"
	corsotel "github.com/corskit/cors/core/watch/otel"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

const trusted = "https://app.example.com"

func newEngine(t *testing.T, provider metric.MeterProvider) *cors.Engine {
	t.Helper()
	engine, err := cors.New(
		cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
		cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}},
	)
	if err != nil {
		t.Fatal(err)
	}
	watcher, err := corsotel.New(provider)
	if err != nil {
		t.Fatal(err)
	}
	engine.Watch(watcher)
	return engine
}

func serve(engine *cors.Engine, method, path, origin string) {
	r := cors.Request{Method: method, Path: path, Origin: origin, AccessControlRequestMethod: "PUT"}
	engine.Observe(&r, engine.Decide(&r))
}

// collect returns what a reader reads, by attributes.
func collect(t *testing.T, reader sdk.Reader) (metricdata.Metrics, map[string]int64) {
	t.Helper()
	var read metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.ScopeMetrics) != 1 || len(read.ScopeMetrics[0].Metrics) != 1 {
		t.Fatalf("read %+v, want one metric", read)
	}
	if name := read.ScopeMetrics[0].Scope.Name; name != "github.com/corskit/cors/core/watch/otel" {
		t.Errorf("the scope is %q", name)
	}
	m := read.ScopeMetrics[0].Metrics[0]
	sum, ok := m.Data.(metricdata.Sum[int64])
	if !ok || !sum.IsMonotonic {
		t.Fatalf("read %+v, want a monotonic sum", m)
	}
	points := make(map[string]int64)
	for _, p := range sum.DataPoints {
		points[text(p.Attributes)] = p.Value
	}
	return m, points
}

func text(attributes attribute.Set) string {
	var parts []string
	for _, kv := range attributes.ToSlice() {
		parts = append(parts, fmt.Sprintf("%s=%s", kv.Key, kv.Value.String()))
	}
	return strings.Join(parts, " ")
}

func TestDecisionsAreCounted(t *testing.T) {
	reader := sdk.NewManualReader()
	engine := newEngine(t, sdk.NewMeterProvider(sdk.WithReader(reader)))
	serve(engine, "GET", "/api/", trusted)
	serve(engine, "GET", "/api/", trusted)
	serve(engine, "OPTIONS", "/api/", trusted)
	serve(engine, "OPTIONS", "/api/", "https://evil.example")
	serve(engine, "GET", "/api/", "evil")
	serve(engine, "GET", "/api/", "")
	serve(engine, "GET", "/public/", "")
	serve(engine, "GET", "/public/", "https://evil.example")
	serve(engine, "GET", "/", trusted)
	want := map[string]int64{
		"cors.config=1 cors.kind=actual cors.outcome=allowed cors.reason=origin":               2,
		"cors.config=1 cors.kind=preflight cors.outcome=allowed cors.reason=origin":            1,
		"cors.config=1 cors.kind=preflight cors.outcome=origin-denied cors.reason=not-allowed": 1,
		"cors.config=1 cors.kind=actual cors.outcome=origin-denied cors.reason=malformed":      1,
		"cors.config=1 cors.kind=not-cors cors.outcome=unaffected cors.reason=no-origin":       1,
		"cors.config=0 cors.kind=not-cors cors.outcome=unaffected cors.reason=no-origin":       1,
		"cors.config=0 cors.kind=actual cors.outcome=allowed cors.reason=any-origin":           1,
		"cors.config=-1 cors.kind=actual cors.outcome=unaffected cors.reason=no-policy":        1,
	}
	m, got := collect(t, reader)
	if !maps.Equal(got, want) {
		t.Errorf("counted\n%v, want\n%v", got, want)
	}
	if m.Name != "cors.decisions" || m.Unit != "{request}" || m.Description == "" {
		t.Errorf("the instrument is %s in %s: %q", m.Name, m.Unit, m.Description)
	}
	serve(engine, "GET", "/", trusted)
	want["cors.config=-1 cors.kind=actual cors.outcome=unaffected cors.reason=no-policy"] = 2
	if _, got := collect(t, reader); !maps.Equal(got, want) {
		t.Errorf("later, counted\n%v, want\n%v", got, want)
	}
}

func TestReadersOfDeltasAreToldWhatIsNew(t *testing.T) {
	reader := sdk.NewManualReader(sdk.WithTemporalitySelector(func(sdk.InstrumentKind) metricdata.Temporality {
		return metricdata.DeltaTemporality
	}))
	engine := newEngine(t, sdk.NewMeterProvider(sdk.WithReader(reader)))
	for _, n := range []int64{3, 0, 2} {
		for range n {
			serve(engine, "GET", "/api/", trusted)
		}
		if got := total(t, reader); got != n {
			t.Errorf("counted %d, want %d", got, n)
		}
	}
}

func total(t *testing.T, reader sdk.Reader) (n int64) {
	t.Helper()
	_, points := collect(t, reader)
	for _, value := range points {
		n += value
	}
	return n
}

func TestSeveralEnginesAreAddedUp(t *testing.T) {
	t.Run("with one Watcher", func(t *testing.T) {
		reader := sdk.NewManualReader()
		provider := sdk.NewMeterProvider(sdk.WithReader(reader))
		a, b := newEngine(t, noop.NewMeterProvider()), newEngine(t, noop.NewMeterProvider())
		watcher, err := corsotel.New(provider)
		if err != nil {
			t.Fatal(err)
		}
		a.Watch(watcher)
		b.Watch(watcher)
		checkAddedUp(t, reader, a, b)
	})
	t.Run("with a Watcher each", func(t *testing.T) {
		reader := sdk.NewManualReader()
		provider := sdk.NewMeterProvider(sdk.WithReader(reader))
		checkAddedUp(t, reader, newEngine(t, provider), newEngine(t, provider))
	})
}

func checkAddedUp(t *testing.T, reader sdk.Reader, a, b *cors.Engine) {
	t.Helper()
	serve(a, "GET", "/api/", trusted)
	serve(a, "GET", "/api/", trusted)
	serve(b, "GET", "/api/", trusted)
	serve(b, "GET", "/api/", "")
	want := map[string]int64{
		"cors.config=1 cors.kind=actual cors.outcome=allowed cors.reason=origin":         3,
		"cors.config=1 cors.kind=not-cors cors.outcome=unaffected cors.reason=no-origin": 1,
	}
	for range 2 {
		if _, got := collect(t, reader); !maps.Equal(got, want) {
			t.Errorf("counted %v, want %v", got, want)
		}
	}
}

func TestCollectingWhileRequestsRun(t *testing.T) {
	reader := sdk.NewManualReader()
	engine := newEngine(t, sdk.NewMeterProvider(sdk.WithReader(reader)))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				serve(engine, "GET", "/api/", trusted)
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			var read metricdata.ResourceMetrics
			if err := reader.Collect(context.Background(), &read); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for range 20 {
			if err := engine.Reload(engine.Configs()...); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	_, got := collect(t, reader)
	if counts := slices.Collect(maps.Values(got)); !slices.Equal(counts, []int64{4000}) {
		t.Errorf("counted %v, want 4000 alike", got)
	}
}

// The global provider passes on to one that is set later.
func TestTheGlobalProviderMayBeSetLater(t *testing.T) {
	engine := newEngine(t, otel.GetMeterProvider())
	serve(engine, "GET", "/api/", trusted)
	reader := sdk.NewManualReader()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	serve(engine, "GET", "/api/", trusted)
	if got := total(t, reader); got != 2 {
		t.Errorf("counted %d, want 2", got)
	}
}

// A refusing provider accepts no instrument, or no callback.
type refusing struct {
	noop.MeterProvider
	instrument, callback error
}

func (p refusing) Meter(string, ...metric.MeterOption) metric.Meter {
	return refusingMeter{instrument: p.instrument, callback: p.callback}
}

type refusingMeter struct {
	noop.Meter
	instrument, callback error
}

func (m refusingMeter) Int64ObservableCounter(string, ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	return noop.Int64ObservableCounter{}, m.instrument
}

func (m refusingMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return noop.Registration{}, m.callback
}

func TestMistakesAreErrors(t *testing.T) {
	if _, err := corsotel.New(nil); err == nil || !strings.Contains(err.Error(), "otel.GetMeterProvider()") {
		t.Errorf("without a provider, the error is %v", err)
	}
	no := errors.New("no more of that")
	for what, provider := range map[string]metric.MeterProvider{"the counter": refusing{instrument: no}, "the callback": refusing{callback: no}} {
		if watcher, err := corsotel.New(provider); watcher != nil || !errors.Is(err, no) || !strings.Contains(err.Error(), what) {
			t.Errorf("with a provider that refuses %s, the error is %v", what, err)
		}
	}
	if watcher, err := corsotel.New(noop.NewMeterProvider()); err != nil || watcher == nil {
		t.Errorf("with a provider that does nothing, the error is %v", err)
	}
}
