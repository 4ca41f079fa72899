// Package watch has what a team watches CORS with. Each part is a
// [cors.Watcher], or has one as its method Watch, and they go together:
//
//	var counter watch.Counter
//	usage := watch.NewUsage(engine)
//	engine.Watch(watch.Log(logger, nil), counter.Watch, usage.Watch)
//
// [Development] writes a line about each request, for your own machine. [Log] logs
// blocked requests, [Counter] counts decisions for package expvar and others, [Usage]
// finds entries of a configuration that nobody needs any longer, and [Shadow] tells
// what another configuration would do to the requests of this one. Module
// core/watch/otel counts for OpenTelemetry.
//
// Data from requests is bounded before it is kept: each part documents how much memory,
// how many names of metrics and how many lines of a log a request can cause. In a log or
// a [Difference], it is printable ASCII, in quotes where it could be mistaken for
// something else.
//
// Watchers run on the goroutine that serves the request, before the handlers.
package watch
