//go:build unix

package caches

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A fault is a mistake of a server that shows behind a cache.
type fault struct {
	name            string
	policy          string
	class, resource string // of the path that shows it
	// spoil changes the header of a response before it is sent.
	spoil func(r *http.Request, status int, h http.Header)
	// hiddenBy is the cache that hides the fault.
	hiddenBy string
}

var faults = []fault{
	{
		name: "no Vary without Origin", policy: "listed", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == noOrigin {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary if the origin is denied", policy: "listed", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == strangerOrigin {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary if the origin is allowed", policy: "listed-credentials", class: public, resource: plain,
		spoil: func(_ *http.Request, _ int, h http.Header) {
			if h.Get("Access-Control-Allow-Origin") != "" {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary on 404", policy: "pattern", class: public, resource: missing,
		spoil: func(_ *http.Request, status int, h http.Header) {
			if status == http.StatusNotFound {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary on 304", policy: "listed", class: public, resource: plain,
		spoil: func(_ *http.Request, status int, h http.Header) {
			if status == http.StatusNotModified {
				h.Del("Vary")
			}
		},
	},
	{
		name: "another's origin on a 304 to the cache", policy: "listed", class: revalidated, resource: plain,
		spoil: func(r *http.Request, status int, h http.Header) {
			if status == http.StatusNotModified && comesFromCache(r) && r.Header.Get("Origin") == appOrigin {
				h.Set("Access-Control-Allow-Origin", shopOrigin)
			}
		},
		hiddenBy: "nginx", // changes nothing of its copy
	},
	{
		name: "no Sec-Fetch-Site in Vary if that decides", policy: "rejecting", class: public, resource: plain,
		spoil: func(_ *http.Request, _ int, h http.Header) { h.Set("Vary", "Origin") },
	},
	{
		name: "the origin instead of *", policy: "any", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if origin := r.Header.Get("Origin"); origin != noOrigin {
				h.Set("Access-Control-Allow-Origin", origin)
			}
		},
	},
	{
		name: "no * without Origin", policy: "any", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == noOrigin {
				h.Del("Access-Control-Allow-Origin")
			}
		},
	},
	{
		name: "a copy for each origin, although one is enough", policy: "any", class: public, resource: plain,
		spoil: func(_ *http.Request, _ int, h http.Header) { h.Add("Vary", "Origin") },
	},
	{
		name: "credentials allowed only with a cookie", policy: "listed-credentials", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Cookie") == "" {
				h.Del("Access-Control-Allow-Credentials")
			}
		},
	},
}

// comesFromCache reports whether a request is a cache's revalidation, and not a browser's.
func comesFromCache(r *http.Request) bool { return r.URL.RawQuery != "" }

// The tests detect wrong servers.
func TestWrongServers(t *testing.T) {
	for _, kind := range sharedCaches {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			var current atomic.Pointer[fault]
			s := newSetup(t, spoilt(&current), kind.cache(t))
			for i := range faults {
				f := &faults[i]
				t.Run(f.name, func(t *testing.T) {
					current.Store(f)
					clear(s.answers)
					p := &policies[slices.IndexFunc(policies, func(p policy) bool { return p.name == f.policy })]
					_, err := s.inEveryOrder(t.Context(), p, p.path(f.class, f.resource), 0)
					wrong := asWrongAnswer(t, err)
					if isHidden := f.hiddenBy == kind.name; isHidden != (wrong == nil) {
						t.Errorf("found: %t, want %t (%v)", wrong != nil, !isHidden, wrong)
					}
				})
			}
		})
	}
}

// spoilt is the adapter of net/http with the current fault.
func spoilt(current *atomic.Pointer[fault]) adapter {
	return adapter{"spoilt", func(t *testing.T, engine *cors.Engine, app http.Handler) string {
		handler := engine.Handler(app)
		return serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f := current.Load()
			handler.ServeHTTP(&spoiler{ResponseWriter: w, spoil: func(status int) { f.spoil(r, status, w.Header()) }}, r)
		}))
	}}
}

// A spoiler changes the header before it is sent.
type spoiler struct {
	http.ResponseWriter
	spoil func(status int)
}

func (s *spoiler) WriteHeader(status int) {
	s.spoil(status)
	s.ResponseWriter.WriteHeader(status)
}
