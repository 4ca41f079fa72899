package cors

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
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
// Requests that no policy applies to are left alone. Flushing, hijacking,
// [http.ResponseController] and sendfile keep working. It costs a few allocations
// for each request.
func Enforce(next http.Handler) http.Handler {
	enforced.Store(true)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(r.Context())
		if x == nil {
			x, r = withExchange(r)
		}
		owned := &OwnedWriter{ResponseWriter: w, exchange: x, request: r}
		defer owned.finish()
		next.ServeHTTP(owned, r)
	})
}

// enforced says that there is a handler that Enforce returned, for which middlewares
// leave their decisions.
var enforced atomic.Bool

// An OwnedWriter applies a decision before the header is written, whatever writes it.
// It has every method that writers of net/http have; where the one beneath lacks it,
// the method says so as net/http's own do.
type OwnedWriter struct {
	http.ResponseWriter
	decision Decision
	exchange *exchange     // that has the decision, if not nil
	request  *http.Request // of which CloseNotify needs the context
	done     bool
	applied  bool      // values are in the header
	values   [4]string // for an actual request; they need no allocation of their own
}

// NewOwnedWriter returns a writer that applies d, for adapters of frameworks that let
// a middleware replace the writer.
func NewOwnedWriter(w http.ResponseWriter, r *http.Request, d Decision) *OwnedWriter {
	if !owning.Load() {
		owning.Store(true)
	}
	return &OwnedWriter{ResponseWriter: w, decision: d, request: r}
}

// owning says that there are OwnedWriters that a middleware within has to tell its
// decision.
var owning atomic.Bool

// OwnedWriterOf returns the OwnedWriter that w is or wraps, or nil. A middleware
// gives it its own decision by Own: the innermost policy has the last word.
func OwnedWriterOf(w http.ResponseWriter) *OwnedWriter {
	for {
		if owned, ok := w.(*OwnedWriter); ok && owned.exchange == nil {
			return owned
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = wrapper.Unwrap()
	}
}

// Own makes d the decision that w applies. The response goes on to depend on what the
// earlier one depended on.
func (w *OwnedWriter) Own(d Decision) {
	if before := w.decision.Vary(); before != "" && before != d.Vary() {
		addVary(w.Header(), before)
	}
	w.decision = d
}

// Apply applies the decision unless the header has been written.
func (w *OwnedWriter) Apply() {
	if w.done {
		return
	}
	d := w.decision
	if w.exchange != nil {
		d = w.exchange.owner(w.Header())
	}
	if w.applied {
		d.Apply(w.Header())
		return
	}
	w.applied = true
	d.applyWith(w.Header(), w.values[:])
}

// finish applies the decision if the handler has written nothing. Even if it has,
// http.TimeoutHandler sends the header as it is now.
func (w *OwnedWriter) finish() {
	w.done = false
	w.Apply()
}

// Unwrap is for http.ResponseController.
func (w *OwnedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// The methods that write the header apply the decision first. The header counts as
// written once the writer beneath has returned: net/http panics at an invalid status, and
// not every writer can flush.

func (w *OwnedWriter) WriteHeader(status int) {
	w.Apply()
	w.ResponseWriter.WriteHeader(status)
	isInformational := status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
	w.done = w.done || !isInformational
}

func (w *OwnedWriter) Write(b []byte) (int, error) {
	w.Apply()
	n, err := w.ResponseWriter.Write(b)
	w.done = true
	return n, err
}

func (w *OwnedWriter) WriteString(s string) (int, error) {
	w.Apply()
	n, err := io.WriteString(w.ResponseWriter, s)
	w.done = true
	return n, err
}

func (w *OwnedWriter) ReadFrom(r io.Reader) (int64, error) {
	w.Apply()
	n, err := io.Copy(w.ResponseWriter, r)
	w.done = true
	return n, err
}

func (w *OwnedWriter) Flush() { _ = w.FlushError() }

func (w *OwnedWriter) FlushError() error {
	w.Apply()
	err := http.NewResponseController(w.ResponseWriter).Flush()
	w.done = w.done || err == nil
	return err
}

func (w *OwnedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *OwnedWriter) Push(target string, opts *http.PushOptions) error {
	if pusher, ok := w.ResponseWriter.(http.Pusher); ok {
		return pusher.Push(target, opts)
	}
	return http.ErrNotSupported
}

// CloseNotify is what Gin's Context.Stream waits for.
func (w *OwnedWriter) CloseNotify() <-chan bool {
	gone := make(chan bool, 1)
	context.AfterFunc(w.request.Context(), func() { gone <- true })
	return gone
}
