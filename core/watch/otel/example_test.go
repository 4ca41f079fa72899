package corsotel_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	cors "github.com/corskit/cors/core"
	corsotel "github.com/corskit/cors/core/watch/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func ExampleNew() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	// A program that exports has another reader here, or passes
	// otel.GetMeterProvider().
	reader := sdk.NewManualReader()
	watcher, err := corsotel.New(sdk.NewMeterProvider(sdk.WithReader(reader)))
	if err != nil {
		log.Fatal(err)
	}
	engine.Watch(watcher)

	handler := engine.Handler(http.NotFoundHandler())
	for range 2 {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Origin", "https://app.example.com")
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}

	var read metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &read); err != nil {
		log.Fatal(err)
	}
	decisions := read.ScopeMetrics[0].Metrics[0]
	for _, point := range decisions.Data.(metricdata.Sum[int64]).DataPoints {
		fmt.Println(decisions.Name, point.Value)
		for _, attribute := range point.Attributes.ToSlice() {
			fmt.Printf("  %s: %s\n", attribute.Key, attribute.Value.String())
		}
	}
	// Output:
	// cors.decisions 2
	//   cors.config: 0
	//   cors.kind: actual
	//   cors.outcome: allowed
	//   cors.reason: origin
}
