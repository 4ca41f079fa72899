package cors

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"sync"
)

// Handler returns the middleware for net/http: it sets headers, responds
// to preflights, and leaves everything else to next.
//
// Paths are read as net/http's ServeMux reads them. The headers are set before
// next runs. If next can change them, since it is a proxy or a cache or sets CORS
// headers itself, wrap the whole in [Enforce].
func (e *Engine) Handler(next http.Handler) http.Handler {
	if e == nil {
		panic("cors: Handler: the engine is nil; check the error that New returned")
	}
	if next == nil {
		panic("cors: Handler: the next handler is nil; pass the application's, such as http.DefaultServeMux")
	}
	e.AddMiddlewares(1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, status := e.Serve(w, r, nil)
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Serve is what a middleware does before the next handler: it decides about r, calls
// the watchers, and applies the decision to the header of w. If status is not 0, the
// middleware responds with it and an empty body; otherwise the next handler gets the
// request that Serve returns.
//
// Serve calls reader if the decision takes more than the origin and the kind of the
// request. What it returns is as in [Request.ReadHTTP]; a nil reader returns nil.
func (e *Engine) Serve(w http.ResponseWriter, r *http.Request, reader func(*http.Request) RequestReader) (next *http.Request, status int) {
	d, ok := e.DecideSimple(r)
	if !ok {
		d, r = e.decideServed(w, r, reader)
	}
	if owning.Load() && d.HasPolicy() {
		if owned := OwnedWriterOf(w); owned != nil {
			owned.Own(d)
		}
	}
	d.Apply(w.Header())
	status, _ = d.Response()
	return r, status
}

// decideServed returns the decision of any policy, and is a function of its own since a
// Request takes room on the stack.
func (e *Engine) decideServed(w http.ResponseWriter, r *http.Request, reader func(*http.Request) RequestReader) (Decision, *http.Request) {
	var read RequestReader
	if reader != nil {
		read = reader(r)
	}
	var req Request
	req.ReadHTTP(r, read)
	return e.Handle(w.Header(), r, &req)
}

// DecideSimple returns the decision about r if only its origin and its kind matter: if
// there is one policy, without paths and an AllowOriginFunc, and nothing watches or
// looks for the decision later. It takes less time than [Engine.Handle], which an
// adapter calls otherwise.
func (e *Engine) DecideSimple(r *http.Request) (d Decision, ok bool) {
	p := e.simple()
	if p == nil {
		return d, false
	}
	origins, kind := r.Header[headerOrigin], Actual
	switch {
	case len(origins) == 0:
		return p.noOrigin, true
	case len(origins) > 1 || origins[0] == "":
		return d, false
	case r.Method == http.MethodOptions:
		methods := r.Header[headerRequestMethod]
		if len(methods) != 1 || methods[0] == "" {
			return d, false
		}
		kind = Preflight
	case isHandshake(r):
		return d, false
	}
	return p.decideByOrigin(origins[0], kind), true
}

// simple returns the policy of e if nothing but it matters to a decision, or nil.
func (e *Engine) simple() *policy {
	c := e.current.Load()
	if c == nil || e.watchers.Load() != nil || enforced.Load() {
		return nil
	}
	return c.simple
}

// Handle does what a middleware does before it applies a decision to h, the header of
// the response: it decides about req, which r was read into, and calls the watchers.
// Give the next handler the request that Handle returns. It is r itself, unless
// something may look for the decision later: [Engine.CheckOrigin], [Enforce], or
// another middleware of the same engine.
//
// An earlier decision of e about the request counts for the same path only, since a
// router that is called again serves something else; and if req has no Reader but
// ServeMux's, for what http.StripPrefix has left of the path.
func (e *Engine) Handle(h http.Header, r *http.Request, req *Request) (Decision, *http.Request) {
	if enforced.Load() || e.uses.Load() > 1 && e.isShared(req) {
		return e.handleShared(h, r, req)
	}
	d := e.Decide(req)
	e.Observe(req, d)
	if d.kind == Actual && isHandshake(r) {
		var x *exchange
		x, r = withExchange(r)
		x.add(h, e, req, d)
	}
	return d, r
}

// handleShared does what Handle does for requests that can have been decided before,
// or can be once more, and under Enforce.
func (e *Engine) handleShared(h http.Header, r *http.Request, req *Request) (Decision, *http.Request) {
	isShared := e.isShared(req)
	x := exchangeOf(r.Context())
	var d Decision
	found := false
	if isShared {
		d, found = x.decision(e, func(path string) bool {
			now, _ := req.route()
			return now == path || !req.isRouted() && strings.HasSuffix(path, now)
		})
	}
	if !found {
		d = e.Decide(req)
		e.Observe(req, d)
	}
	if x == nil {
		x, r = withExchange(r)
	}
	x.add(h, e, req, d)
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
	return e.watchers.Load() != nil || c != nil && (c.hasFunc || len(c.scopes) > 0 && !r.isRouted())
}

// isHandshake reports whether CheckOrigin may look for a decision about r, which has
// an origin. A handshake of WebTransport, or of a WebSocket over HTTP/2 (RFC 8441), has
// the method CONNECT.
func isHandshake(r *http.Request) bool {
	return r.Method == http.MethodGet && len(r.Header["Upgrade"]) > 0 || r.Method == http.MethodConnect
}

// An exchange holds the decisions about one request, for those who look for them
// later.
type exchange struct {
	mu   sync.Mutex // http.TimeoutHandler leaves a goroutine behind
	made []made
}

type made struct {
	header   http.Header // that the decision was applied to
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

// decision returns the last decision that an engine has made about the request, for
// a path that counts.
func (x *exchange) decision(e *Engine, counts func(path string) bool) (d Decision, found bool) {
	if x == nil {
		return Decision{}, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := len(x.made) - 1; i >= 0; i-- {
		if m := &x.made[i]; m.engine == e && counts(m.path) {
			return m.decision, true
		}
	}
	return Decision{}, false
}

// add records a decision that is applied to a header.
func (x *exchange) add(h http.Header, e *Engine, r *Request, d Decision) {
	path, _ := r.route()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.made = append(x.made, made{h, e, path, d})
}

// owner returns the last decision that was applied to a header. If there is none,
// since something in between has a header of its own as http.TimeoutHandler has, it
// is the last that was applied to the first such header: a handler can use others
// for requests of its own.
func (x *exchange) owner(h http.Header) (d Decision) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var first http.Header
	own := false
	for i := range x.made {
		m := &x.made[i]
		if m.decision.response == nil {
			continue // it owns no header
		}
		if first == nil {
			first = m.header
		}
		switch {
		case isSame(m.header, h):
			d, own = m.decision, true
		case !own && isSame(m.header, first):
			d = m.decision
		}
	}
	return d
}

// isSame reports whether two headers are one map.
func isSame(a, b http.Header) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}
