// Package corsotel counts the decisions of corskit for OpenTelemetry:
//
//	watcher, err := corsotel.New(otel.GetMeterProvider())
//	if err != nil {
//		log.Fatal(err)
//	}
//	engine.Watch(watcher)
//
// The instrument is the counter cors.decisions, whose unit is {request}. Its
// attributes are
//
//	cors.outcome  allowed, origin-denied, method-not-allowed, headers-not-allowed;
//	              or unaffected, if it isn't a CORS request or has no policy
//	cors.kind     actual, preflight or not-cors
//	cors.reason   why, such as origin, pattern, not-allowed or malformed
//	cors.config   the index of the Config, or -1 if none applies to the path
//
// The kinds, reasons and outcomes are those of package cors, as their MarshalText writes
// them. Nothing of a request is an attribute, so that no stranger can invent
// time series: how many there can be depends on the number of Configs alone.
package corsotel
