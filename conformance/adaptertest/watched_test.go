package adaptertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// watchedMux is the application in net/http behind a middleware.
func watchedMux(middleware func(http.Handler) http.Handler) http.Handler {
	handler := middleware(conformance.AppMux(false))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		handler.ServeHTTP(w, r)
	})
}

func TestEngineHandlerTellsWatchersOfEachRequestOnce(t *testing.T) {
	RunWatched(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
		server := httptest.NewServer(watchedMux(engine.Handler))
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}

// A middleware that calls its watchers wrongly does not pass.
func TestRunWatchedFindsMistakes(t *testing.T) {
	tests := []struct {
		name string
		tell func(e *cors.Engine, h *http.Request, r *cors.Request, d cors.Decision)
	}{
		{"watchers see nothing", func(*cors.Engine, *http.Request, *cors.Request, cors.Decision) {}},
		{"watchers see everything twice", func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
			e.Observe(r, d)
			e.Observe(r, d)
		}},
		{"watchers don't see requests without a policy", func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
			if d.HasPolicy() {
				e.Observe(r, d)
			}
		}},
		{"watchers see only requests that reach handlers", func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
			if _, ok := d.Response(); !ok {
				e.Observe(r, d)
			}
		}},
		{"watchers don't see requests without Origin", func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
			if d.Kind() != cors.NotCORS {
				e.Observe(r, d)
			}
		}},
		{"watchers see errors twice", func(e *cors.Engine, h *http.Request, r *cors.Request, d cors.Decision) {
			e.Observe(r, d)
			if h.URL.Query().Get("do") == "error" {
				e.Observe(r, d)
			}
		}},
		{"watchers don't see requests with long bodies", func(e *cors.Engine, h *http.Request, r *cors.Request, d cors.Decision) {
			if h.ContentLength < 1000 {
				e.Observe(r, d)
			}
		}},
		{"the host is in lower case", changed(func(r *cors.Request) { r.Host = strings.ToLower(r.Host) })},
		{"the path is in lower case", changed(func(r *cors.Request) { r.Path = strings.ToLower(r.Path) })},
		{"the method is another", changed(func(r *cors.Request) { r.Method = "GET" })},
		{"the origin is in lower case", changed(func(r *cors.Request) { r.Origin = strings.ToLower(r.Origin) })},
		{"a malformed Origin is not said to be", changed(func(r *cors.Request) { r.MalformedOrigin = false })},
		{"there is no context", changed(func(r *cors.Request) { r.Reader = nil })},
		{"the decision is about another path", func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
			other := *r
			other.Path = "/other"
			e.Observe(r, e.Decide(&other))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(watchedPolicy...)
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(watchedMux(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, h *http.Request) {
					var r cors.Request
					r.ReadHTTP(h, nil)
					r.Path, r.PathFolding = r.Reader.Route()
					d := engine.Decide(&r)
					tt.tell(engine, h, &r, d)
					d.Apply(w.Header())
					if status, ok := d.Response(); ok {
						w.WriteHeader(status)
						return
					}
					next.ServeHTTP(w, h)
				})
			}))
			defer server.Close()
			w := &watched{server: &conformance.Server{URL: server.URL}}
			engine.Watch(w.watch)
			for i := range watchedRequests {
				if w.check(t.Context(), &watchedRequests[i]) != "" {
					return
				}
			}
			t.Error("it passes")
		})
	}
}

// changed calls the watcher with a changed request.
func changed(change func(*cors.Request)) func(*cors.Engine, *http.Request, *cors.Request, cors.Decision) {
	return func(e *cors.Engine, _ *http.Request, r *cors.Request, d cors.Decision) {
		change(r)
		e.Observe(r, d)
	}
}
