//go:build !race

// Under the race detector, sync.Pool drops at random what it holds.

package cors_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	cors "github.com/corskit/cors/core"
)

// One middleware of an engine costs no allocation. A second one costs some only for
// requests about which it could decide otherwise.
func TestOnlyLookedForDecisionsAllocate(t *testing.T) {
	cors.ForgetEnforce()
	request := func(upgrade bool) *http.Request {
		r := httptest.NewRequest("GET", "/api/x", nil)
		r.Header.Set("Origin", app1)
		if upgrade {
			r.Header.Set("Upgrade", "websocket")
		}
		return r
	}
	twice := func(e *cors.Engine) http.Handler {
		return e.Handler(e.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	}
	once := func(e *cors.Engine) http.Handler {
		return e.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	}
	for _, tt := range []struct {
		name     string
		handler  http.Handler
		request  *http.Request
		allocate bool
	}{
		{"a request", once(mustNew(t, https)), request(false), false},
		{"a request whose path has a policy", once(mustNew(t, at(https, "/api/"))), request(false), false},
		{"a handshake", once(mustNew(t, https)), request(true), true},
		{"a request that passes twice", twice(mustNew(t, https)), request(false), false},
		{"a request that passes twice, by path", twice(mustNew(t, at(https, "/api/"))), request(false), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &reusedWriter{h: http.Header{}}
			n := testing.AllocsPerRun(200, func() {
				clear(w.h)
				tt.handler.ServeHTTP(w, tt.request)
			})
			if (n >= 1) != tt.allocate {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
