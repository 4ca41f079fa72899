package adaptertest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// A Reply is a handler, and the status of its response.
type Reply struct {
	Name    string
	Handler Handler
	Status  int
}

// RunReadable tests that scripts can read the response to an allowed request
// whatever its handler does, and that what Vary has before the middleware stays.
// Of the handlers, some are the framework's own.
func RunReadable(t *testing.T, f Framework, own ...Reply) {
	slow := http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), time.Millisecond, "")
	replies := append(own,
		Reply{"a handler that fails", fail, http.StatusInternalServerError},
		Reply{"a handler that panics", func(Context) error { panic("no") }, http.StatusInternalServerError},
		Reply{"a handler that responds with an error", ByHTTP(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no", http.StatusTeapot)
		}), http.StatusTeapot},
		Reply{"a handler that redirects", ByHTTP(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}), http.StatusFound},
		Reply{"a handler behind net/http's time limit", ByHTTP(slow.ServeHTTP), http.StatusServiceUnavailable},
		Reply{"a handler that adds to Vary", func(c Context) error {
			c.Add("Vary", "Accept")
			return c.Respond(http.StatusAccepted)
		}, http.StatusAccepted},
	)
	if f.OwnsHeaders {
		replies = append(replies,
			Reply{"a handler that replaces Vary", func(c Context) error {
				c.Set("Vary", "Accept")
				return c.Respond(http.StatusAccepted)
			}, http.StatusAccepted},
			Reply{"a handler that removes every header", func(c Context) error {
				c.Reset()
				return c.Respond(http.StatusAccepted)
			}, http.StatusAccepted},
			Reply{"a handler that removes every header and fails", func(c Context) error {
				c.Reset()
				return fail(c)
			}, http.StatusInternalServerError},
		)
	}
	for _, reply := range replies {
		t.Run(reply.Name, func(t *testing.T) {
			app := f.New()
			app.UseNew(Policy)
			app.Handle(http.MethodGet, "/", reply.Handler)
			f.CheckReadable(t, app.Serve(t), "/", reply.Status)
		})
	}
	t.Run("Vary before the middleware", func(t *testing.T) {
		app := f.New()
		app.Use(func(c Context) error {
			c.Set("Vary", "Accept-Encoding")
			return c.Next()
		})
		app.UseNew(Policy)
		app.Handle(http.MethodGet, "/", ok)
		response := Send(t, app.Serve(t), http.MethodGet, "/", Trusted)
		if got := strings.Join(response.Header.Values("Vary"), ", "); got != "Accept-Encoding, Origin" {
			t.Errorf("Vary is %q, want both", got)
		}
	})
}

// RunContract tests what package cors asks of an adapter beyond headers.
func RunContract(t *testing.T, f Framework) {
	t.Run("a denied preflight gets no body", func(t *testing.T) {
		app := f.New()
		app.UseNew(Policy)
		app.Handle(http.MethodGet, "/", ok)
		response := Send(t, app.Serve(t), http.MethodOptions, "/", evilOrigin)
		if response.StatusCode != http.StatusForbidden || response.ContentLength != 0 {
			t.Errorf("the status is %d, and Content-Length is %d", response.StatusCode, response.ContentLength)
		}
	})
	if _, ok := f.New().(http.Handler); !ok {
		return // Fiber's contexts never end
	}
	t.Run("AllowOriginFunc gets the context of the request", func(t *testing.T) {
		app := f.New()
		app.UseNew(cors.Config{AllowOriginFunc: func(ctx context.Context, _ *cors.Request) (bool, error) {
			return ctx.Done() != nil, nil // as that of no other context here
		}})
		app.Handle(http.MethodGet, "/", ok)
		CheckAllowed(t, Send(t, app.Serve(t), http.MethodGet, "/", Trusted), Trusted)
	})
}

// RunReplaced tests that the adapter replaces CORS headers that handlers set,
// however they come to be written. own returns handlers of the framework's own,
// which may forward to the upstream.
func RunReplaced(t *testing.T, f Framework, own func(upstream string) map[string]Handler) {
	upstream := httptest.NewServer(openly(func(http.ResponseWriter) {}))
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	open := func(c Context) { c.Set("Access-Control-Allow-Origin", "*") }
	handlers := map[string]Handler{
		"writes":  ByHTTP(openly(func(w http.ResponseWriter) { fmt.Fprint(w, "hello") })),
		"flushes": ByHTTP(openly(func(w http.ResponseWriter) { http.NewResponseController(w).Flush() })),
		"is a Flusher": ByHTTP(openly(func(w http.ResponseWriter) {
			if flusher, ok := w.(http.Flusher); ok {
				flusher.Flush()
			}
		})),
		"adds to Vary": ByHTTP(openly(func(w http.ResponseWriter) { w.Header().Set("Vary", "Accept") })),
		"responds": func(c Context) error {
			open(c)
			return ok(c)
		},
		"fails": func(c Context) error {
			open(c)
			return fail(c)
		},
		"panics": func(c Context) error {
			open(c)
			panic("no")
		},
		"does nothing else": func(c Context) error {
			open(c)
			return nil
		},
		"forwards": ByHTTP(httputil.NewSingleHostReverseProxy(target).ServeHTTP),
	}
	maps.Copy(handlers, own(upstream.URL))
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			app := f.New()
			app.UseNew(Policy)
			app.Handle(http.MethodGet, "/", handler)
			server := app.Serve(t)
			CheckAllowed(t, Send(t, server, http.MethodGet, "/", Trusted), Trusted)
			response := Send(t, server, http.MethodGet, "/", evilOrigin)
			for name, values := range response.Header {
				if cors.IsResponseHeader(name) {
					t.Errorf("another origin gets %s: %q", name, values)
				}
			}
		})
	}
}

// openly returns a handler that allows any origin before it responds.
func openly(respond func(w http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "*")
		respond(w)
	}
}

// ByHTTP returns a handler that has one of net/http respond.
func ByHTTP(handler http.HandlerFunc) Handler {
	return func(c Context) error {
		return c.ServeHTTP(func(w http.ResponseWriter, r *http.Request) error {
			handler(w, r)
			return nil
		})
	}
}
