package cors

// A Watcher is told of decisions, on the goroutine that serves the request. It
// is called by many at once. The Request is the Watcher's own; its strings are
// not: under Fiber, whoever keeps one has to copy it.
type Watcher func(*Request, Decision)

// Watch sets who is told of every decision from now on, in the place of whom
// earlier calls have set.
func (e *Engine) Watch(watchers ...Watcher) {
	if len(watchers) == 0 {
		e.watchers.Store(nil)
		return
	}
	watchers = append([]Watcher(nil), watchers...)
	e.watchers.Store(&watchers)
}

// Report tells the watchers of a decision. Middleware reports each request once,
// as ours do; Decide by itself tells nobody.
func (e *Engine) Report(r *Request, d Decision) {
	if watchers := e.watchers.Load(); watchers != nil {
		report(*watchers, *r, d)
	}
}

// report has a copy of the request, so that a request need not be allocated
// where nobody watches (benchmark Request, all rows).
func report(watchers []Watcher, r Request, d Decision) {
	for _, watch := range watchers {
		own := r
		watch(&own, d)
	}
}
