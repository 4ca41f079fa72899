package cors

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// Enforce returns a handler that calls next and gives the CORS middleware around or
// inside it the last word: when the header of the response is written, Access-Control
// headers that a handler, a proxied server or a response cache set or added are
// replaced by those of the decision, and those that were removed come back. Vary
// is completed.
//
// Without it, net/http, chi and Gin send what the handlers leave. Use it where
// something after the CORS middleware can set such headers, around everything,
// whatever the router:
//
//	http.ListenAndServe(addr, cors.Enforce(router))
//
// Inside the middleware, it puts back what the middleware has set. Requests that no
// policy applies to are left alone. Flushing, hijacking,
// [http.ResponseController] and sendfile keep working. It costs a few allocations
// for each request.
func Enforce(next http.Handler) http.Handler {
	enforced.Store(true)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(r.Context())
		if x == nil {
			x, r = withExchange(r)
		}
		if x.isEnforced() {
			next.ServeHTTP(w, r)
			return
		}
		enforcing := &enforcingWriter{ResponseWriter: w, exchange: x, granted: grantedBy(w.Header()), context: r.Context()}
		defer enforcing.enforce() // for handlers that write nothing
		next.ServeHTTP(enforcing, r)
	})
}

// enforced says that there is a handler that Enforce returned. Where there is none,
// middlewares need not look for it.
var enforced atomic.Bool

// An enforcingWriter applies the decision of an exchange before the header is
// written. It has every method that writers of net/http have; where the one
// beneath lacks it, the method says so as net/http's own do.
type enforcingWriter struct {
	http.ResponseWriter
	exchange *exchange
	granted  http.Header // by a middleware around, if there is one
	context  context.Context
	done     bool
}

// grantedBy returns the headers that a CORS middleware around has set. It has set
// some, or Origin in Vary, unless no policy of its own applies.
func grantedBy(h http.Header) http.Header {
	granted := make(http.Header)
	for name, values := range h {
		if IsResponseHeader(name) {
			granted[name] = slices.Clone(values)
		}
	}
	vary := h[headerVary]
	if len(granted) == 0 && !containsToken(vary, headerOrigin) {
		return nil
	}
	if len(vary) > 0 {
		granted[headerVary] = slices.Clone(vary)
	}
	return granted
}

func (w *enforcingWriter) enforce() {
	if w.done {
		return
	}
	w.done = true
	w.exchange.mu.Lock()
	d := w.exchange.owner
	w.exchange.mu.Unlock()
	if d.answer != nil || w.granted == nil {
		d.Apply(w.Header())
		return
	}
	h := w.Header()
	removeResponseHeaders(h)
	for name, values := range w.granted {
		if name == headerVary {
			addVary(h, strings.Join(values, ", "))
		} else {
			h[name] = values
		}
	}
}

// Unwrap is for http.ResponseController.
func (w *enforcingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *enforcingWriter) WriteHeader(status int) {
	w.enforce()
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.done = false // an informational response, and another follows
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *enforcingWriter) Write(b []byte) (int, error) {
	w.enforce()
	return w.ResponseWriter.Write(b)
}

func (w *enforcingWriter) WriteString(s string) (int, error) {
	w.enforce()
	return io.WriteString(w.ResponseWriter, s)
}

func (w *enforcingWriter) ReadFrom(r io.Reader) (int64, error) {
	w.enforce()
	return io.Copy(w.ResponseWriter, r)
}

func (w *enforcingWriter) Flush() { _ = w.FlushError() }

func (w *enforcingWriter) FlushError() error {
	w.enforce()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *enforcingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *enforcingWriter) Push(target string, opts *http.PushOptions) error {
	if pusher, ok := w.ResponseWriter.(http.Pusher); ok {
		return pusher.Push(target, opts)
	}
	return http.ErrNotSupported
}

// CloseNotify is what Gin's Context.Stream waits for.
func (w *enforcingWriter) CloseNotify() <-chan bool {
	gone := make(chan bool, 1)
	context.AfterFunc(w.context, func() { gone <- true })
	return gone
}
