package cors_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestWatchersAreToldOfEveryRequestOnce(t *testing.T) {
	e := mustNew(t, at(listed, "/api/"))
	h := e.Handler(app)
	var told []string
	tell := func(who string) cors.Watcher {
		return func(r *cors.Request, d cors.Decision) {
			told = append(told, fmt.Sprintf("%s: %s %q %d %v", who, r.Method, r.Origin, d.Config(), d.Reason()))
			r.Method = "changed"
		}
	}
	serve := func(method, path, origin string) {
		r := httptest.NewRequest(method, path, nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", "PUT")
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	check := func(want ...string) {
		t.Helper()
		if !slices.Equal(told, want) {
			t.Errorf("told\n%q, want\n%q", told, want)
		}
		told = nil
	}

	serve("GET", "/api/", "")
	check()
	e.Watch(tell("a"), tell("b"))
	serve("GET", "/api/", "")
	check(`a: GET "" 0 there is no Origin header`, `b: GET "" 0 there is no Origin header`)
	serve("OPTIONS", "/api/", "https://app.example.com")
	check(`a: OPTIONS "https://app.example.com" 0 the origin is in AllowOrigins`, `b: OPTIONS "https://app.example.com" 0 the origin is in AllowOrigins`)
	serve("GET", "/", "https://evil.org")
	check(`a: GET "https://evil.org" -1 no policy applies to the path`, `b: GET "https://evil.org" -1 no policy applies to the path`)
	e.Watch(tell("c"))
	serve("GET", "/api/", "https://evil.org")
	check(`c: GET "https://evil.org" 0 nothing allows the origin`)
	e.Decide(&cors.Request{Method: "GET", Path: "/api/", Origin: "https://evil.org"})
	check()
	e.Watch()
	serve("GET", "/api/", "https://evil.org")
	check()
}

func TestWatchingWhileRequestsRun(t *testing.T) {
	e := mustNew(t, listed)
	h := e.Handler(app)
	var wg sync.WaitGroup
	var mu sync.Mutex
	told := 0
	for range 4 {
		wg.Go(func() {
			for range 200 {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			}
		})
	}
	for range 100 {
		e.Watch(func(*cors.Request, cors.Decision) { mu.Lock(); told++; mu.Unlock() })
		e.Watch()
	}
	wg.Wait()
	if told > 800 {
		t.Errorf("told %d times of 800 requests", told)
	}
}
