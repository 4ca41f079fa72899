package cors

import (
	"context"
	"net/http"
	"sync"
)

// Handler returns the middleware for net/http: it sets headers, answers
// preflights, and leaves everything else to next.
//
// Paths are read as net/http's ServeMux reads them. The headers are set before
// next runs. If next can change them, since it is a proxy or a cache or sets CORS
// headers itself, wrap the whole in [Enforce].
func (e *Engine) Handler(next http.Handler) http.Handler {
	e.AddMiddlewares(1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req Request
		req.ReadHTTP(r, nil)
		d, r := e.Handle(w.Header(), r, &req)
		if status, ok := d.Answer(); ok {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// AddMiddlewares tells e that n more middlewares are going to call [Engine.Handle],
// or two where one can be put into a router more than once. If there are several,
// a request that passes more than one of them is decided once.
func (e *Engine) AddMiddlewares(n int) { e.uses.Add(int32(n)) }

// Handle does what a middleware does before it calls the next handler: it decides
// about req, which r was read into, calls the watchers, and applies the decision to
// the header of the response, unless that is nil. Give the next handler the request that Handle returns.
// It is r itself, unless something may look for the decision later:
// [Engine.CheckOrigin], or another middleware of the same engine.
//
// If req has no Source but ServeMux's, an earlier decision of e about the request
// counts, whatever http.StripPrefix has left of the path. Otherwise it counts for
// the same path only, since a router that is called again serves something else.
func (e *Engine) Handle(h http.Header, r *http.Request, req *Request) (Decision, *http.Request) {
	if enforced.Load() || e.uses.Load() > 1 && e.isShared(req) {
		return e.handleShared(h, r, req)
	}
	d := e.Decide(req)
	e.Report(req, d)
	if d.kind == Actual && isHandshake(r) {
		var x *exchange
		x, r = withExchange(r)
		x.add(e, req, d)
	}
	if h != nil {
		d.Apply(h)
	}
	return d, r
}

// handleShared does what Handle does for requests that can have been decided before,
// or can be once more.
func (e *Engine) handleShared(h http.Header, r *http.Request, req *Request) (Decision, *http.Request) {
	x := exchangeOf(r.Context())
	d, found := x.decision(e, req)
	if !found {
		d = e.Decide(req)
		e.Report(req, d)
	}
	if x == nil && (e.isShared(req) || d.kind == Actual && isHandshake(r)) {
		x, r = withExchange(r)
	}
	if x != nil {
		x.add(e, req, d)
	}
	if h != nil {
		d.Apply(h)
	}
	return d, r
}

// isShared reports whether another middleware of e may get the same request, and
// would come to another decision by itself, call AllowOriginFunc once more, or have
// the watchers called.
func (e *Engine) isShared(r *Request) bool {
	if e.uses.Load() < 2 {
		return false
	}
	c := e.current.Load()
	return e.watchers.Load() != nil || c != nil && (c.asks || len(c.scopes) > 0 && !r.isRouted())
}

// isHandshake reports whether CheckOrigin may look for a decision about r, which has
// an origin.
func isHandshake(r *http.Request) bool {
	return r.Method == http.MethodGet && len(r.Header["Upgrade"]) > 0
}

// An exchange holds the decisions about one request, for those who look for them
// later.
type exchange struct {
	mu       sync.Mutex // http.TimeoutHandler leaves a goroutine behind
	made     []made
	owner    Decision // the last that was applied
	enforced bool     // a writer enforces it
}

type made struct {
	engine   *Engine
	path     string
	decision Decision
}

type exchangeKey struct{}

// exchangeOf returns the exchange of a request, or nil.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// withExchange returns a new exchange, and a request that has it.
func withExchange(r *http.Request) (*exchange, *http.Request) {
	x := new(exchange)
	return x, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
}

// decision returns the decision that an engine has made about the request, if it
// has, as Handle says.
func (x *exchange) decision(e *Engine, r *Request) (d Decision, found bool) {
	if x == nil {
		return Decision{}, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := len(x.made) - 1; i >= 0; i-- {
		m := &x.made[i]
		if m.engine != e {
			continue
		}
		if r.isRouted() {
			if path, _ := r.route(); path != m.path {
				break
			}
		}
		return m.decision, true
	}
	return Decision{}, false
}

// add records a decision. One that leaves the request alone owns no header.
func (x *exchange) add(e *Engine, r *Request, d Decision) {
	path, _ := r.route()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.made = append(x.made, made{e, path, d})
	if d.answer != nil {
		x.owner = d
	}
}

// isEnforced reports whether a writer enforces the decision already; if not, the
// caller's does from now on.
func (x *exchange) isEnforced() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	was := x.enforced
	x.enforced = true
	return was
}
