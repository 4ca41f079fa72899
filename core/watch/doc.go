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
// What strangers send is bounded before it is kept: no request makes more memory, more
// names of metrics or more lines of a log than is said with each part, and nothing of a request stands in a log or in a [Difference] but in
// printable ASCII, in quotes where it could be mistaken for something else.
//
// Watchers run on the goroutine that serves the request, before the handlers.
package watch
