package cors

// A Watcher observes decisions. It is called on the goroutines that serve requests, by
// many at once. The Request's strings are valid only during the call; clone any that
// you keep.
type Watcher func(*Request, Decision)

// Watch replaces the engine's watchers. Each is called once per decision. It panics if
// one is nil.
func (e *Engine) Watch(watchers ...Watcher) {
	if len(watchers) == 0 {
		e.watchers.Store(nil)
		return
	}
	for _, w := range watchers {
		if w == nil {
			panic("cors: Watch: a watcher is nil; leave it out")
		}
	}
	watchers = append([]Watcher(nil), watchers...)
	e.watchers.Store(&watchers)
}

// Observe calls the watchers with a decision. Middleware calls it once for each
// request; Decide calls nobody.
func (e *Engine) Observe(r *Request, d Decision) {
	if watchers := e.watchers.Load(); watchers != nil {
		report(*watchers, *r, d)
	}
}

// report has a copy of the request, so that a request need not be allocated
// where nobody watches.
func report(watchers []Watcher, r Request, d Decision) {
	for _, watch := range watchers {
		own := r
		watch(&own, d)
	}
}
