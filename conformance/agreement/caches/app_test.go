package caches

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The application's paths are /class/policy/resource. The class says what a
// shared cache may do.
const (
	public      = "public"      // the same for all users: may be stored
	personal    = "personal"    // may be stored only if no user is known
	revalidated = "revalidated" // may be stored, and is revalidated each time
)

// The last segment of a path says how the application responds.
const (
	plain   = "plain"   // with validators
	encoded = "encoded" // gzip or not, with a Vary of the application's own
	missing = "missing" // 404
	never   = "never"   // with Vary: *
)

const (
	entityTag     = `"1"`
	gzipEntityTag = `"1-gzip"`
)

var modified = time.Date(2024, time.May, 17, 12, 0, 0, 0, time.UTC)

// An app is the application behind an adapter. It counts the requests that reach it.
type app struct {
	mu          sync.Mutex
	requests    map[string]int // by path and query
	notModified map[string]int // responses with 304
}

func newApp() *app {
	return &app{requests: make(map[string]int), notModified: make(map[string]int)}
}

// counts returns how many requests for a path and query came, and how many of
// them got a 304.
func (a *app) counts(uri string) (requests, notModified int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[uri], a.notModified[uri]
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recorder := &statusRecorder{ResponseWriter: w}
	respond(recorder, r)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests[r.URL.RequestURI()]++
	if recorder.status == http.StatusNotModified {
		a.notModified[r.URL.RequestURI()]++
	}
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func respond(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	class, resource := parts[0], parts[len(parts)-1]

	user := "anybody"
	if class == personal {
		if cookie, err := r.Cookie("session"); err == nil {
			user = cookie.Value
		}
		if name, _, ok := r.BasicAuth(); ok {
			user = name
		}
	}
	body := []byte(r.URL.Path + " for " + user + "\n")

	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set(exposedHeader, "42")
	h.Set("X-Secret", "secret")
	h.Set("Cache-Control", "max-age=3600")
	if class == revalidated {
		// Only for nginx, which reads it as the time at which the response becomes stale.
		h.Set("X-Accel-Expires", "@1")
	}
	switch resource {
	case missing:
		w.WriteHeader(http.StatusNotFound)
		w.Write(body)
		return
	case never:
		h.Add("Vary", "*")
	case encoded:
		h.Add("Vary", "Accept-Encoding")
	}
	tag := entityTag
	if resource == encoded && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		tag, body = gzipEntityTag, compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", modified, bytes.NewReader(body))
}

func compress(body []byte) []byte {
	var compressed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&compressed, gzip.HuffmanOnly) // the cheapest
	w.Write(body)
	w.Close()
	return compressed.Bytes()
}

func decompress(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the body does not match Content-Encoding: %w", err)
	}
	return io.ReadAll(r)
}
