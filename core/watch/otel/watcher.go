package corsotel

import (
	"context"
	"encoding"
	"errors"
	"fmt"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// scope is the name of the instrumentation scope.
const scope = "github.com/corskit/cors/core/watch/otel"

// New returns a Watcher that counts decisions, and tells the provider's readers
// the counts whenever they collect. For a request it does what a [watch.Counter]
// does: it takes no lock and allocates nothing.
//
// Call it once for a provider: a Watcher can watch any number of engines, whose
// counts are added up. It fails if provider is nil or does not accept the
// instrument.
func New(provider metric.MeterProvider) (cors.Watcher, error) {
	if provider == nil {
		return nil, errors.New("corsotel: the MeterProvider is nil: pass one, such as otel.GetMeterProvider()")
	}
	meter := provider.Meter(scope)
	decisions, err := meter.Int64ObservableCounter("cors.decisions",
		metric.WithUnit("{request}"),
		metric.WithDescription("Requests, by what CORS decided about them."),
	)
	if err != nil {
		return nil, fmt.Errorf("corsotel: the MeterProvider does not accept the counter cors.decisions: %w", err)
	}
	counter := new(watch.Counter)
	observe := func(_ context.Context, o metric.Observer) error {
		for _, count := range counter.Counts().Decisions {
			o.ObserveInt64(decisions, int64(count.N), metric.WithAttributeSet(attributesOf(count)))
		}
		return nil
	}
	// A callback that is given when the instrument is made would count for
	// nothing if New is called twice after all.
	if _, err := meter.RegisterCallback(observe, decisions); err != nil {
		return nil, fmt.Errorf("corsotel: the MeterProvider does not accept the callback of cors.decisions: %w", err)
	}
	return counter.Watch, nil
}

func attributesOf(count watch.Count) attribute.Set {
	return attribute.NewSet(
		attribute.String("cors.outcome", code(count.Outcome)),
		attribute.String("cors.kind", code(count.Kind)),
		attribute.String("cors.reason", code(count.Reason)),
		attribute.Int("cors.config", count.Config),
	)
}

// code returns the text of a kind, a reason or an outcome that was counted, so that
// it has one.
func code(m encoding.TextMarshaler) string {
	text, _ := m.MarshalText()
	return string(text)
}
