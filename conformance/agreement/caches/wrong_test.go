//go:build unix

package caches

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A fault is a way in which a server can be wrong that shows behind a cache.
type fault struct {
	name            string
	policy          string
	class, resource string // of the path that shows it
	// spoil changes the header of an answer before it is sent.
	spoil func(r *http.Request, status int, h http.Header)
	// hiddenBy is the cache behind which it does not show.
	hiddenBy string
}

var faults = []fault{
	{
		name: "no Vary where there is no Origin", policy: "listed", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == noOrigin {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary where the origin is denied", policy: "listed", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == strangerOrigin {
				h.Del("Vary")
			}
		},
	},
	{
		name: "no Vary where the origin is allowed", policy: "listed-credentials", class: public, resource: plain,
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
		name: "no Sec-Fetch-Site in Vary where that decides", policy: "rejecting", class: public, resource: plain,
		spoil: func(_ *http.Request, _ int, h http.Header) { h.Set("Vary", "Origin") },
	},
	{
		name: "the origin in place of *", policy: "any", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if origin := r.Header.Get("Origin"); origin != noOrigin {
				h.Set("Access-Control-Allow-Origin", origin)
			}
		},
	},
	{
		name: "no * where there is no Origin", policy: "any", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Origin") == noOrigin {
				h.Del("Access-Control-Allow-Origin")
			}
		},
	},
	{
		name: "a copy for each origin, where one would do", policy: "any", class: public, resource: plain,
		spoil: func(_ *http.Request, _ int, h http.Header) { h.Add("Vary", "Origin") },
	},
	{
		name: "credentials allowed only where there is a cookie", policy: "listed-credentials", class: public, resource: plain,
		spoil: func(r *http.Request, _ int, h http.Header) {
			if r.Header.Get("Cookie") == "" {
				h.Del("Access-Control-Allow-Credentials")
			}
		},
	},
}

// comesFromCache tells a cache, which asks whether its copy is still good, from
// a browser that asks the server itself.
func comesFromCache(r *http.Request) bool { return r.URL.RawQuery != "" }

// The tests find what is wrong with a server.
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
						t.Errorf("is found: %t; must be: %t (%v)", wrong != nil, !isHidden, wrong)
					}
				})
			}
		})
	}
}

// spoilt is the adapter of net/http with the fault that is current.
func spoilt(current *atomic.Pointer[fault]) adapter {
	return adapter{"spoilt", func(t *testing.T, engine *cors.Engine, app http.Handler) string {
		handler := engine.Handler(app)
		return serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f := current.Load()
			handler.ServeHTTP(&spoiler{ResponseWriter: w, spoil: func(status int) { f.spoil(r, status, w.Header()) }}, r)
		}))
	}}
}

// A spoiler does something to the header before it is sent.
type spoiler struct {
	http.ResponseWriter
	spoil func(status int)
}

func (s *spoiler) WriteHeader(status int) {
	s.spoil(status)
	s.ResponseWriter.WriteHeader(status)
}
