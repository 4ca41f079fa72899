package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gorilla/mux"
)

const trusted = "https://app.example.com"

func TestPreflightsAreAnsweredAroundTheRouter(t *testing.T) {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{trusted}})
	if err != nil {
		t.Fatal(err)
	}
	router := func(middleware ...mux.MiddlewareFunc) *mux.Router {
		r := mux.NewRouter()
		r.Use(middleware...)
		r.HandleFunc("/posts/{id}", update).Methods("PUT")
		return r
	}
	tests := []struct {
		name, path string
		handler    http.Handler
		status     int
		allowed    string
	}{
		{"around the router", "/posts/1", around(engine, router()), http.StatusNoContent, trusted},
		{"around the router, for an unknown path", "/unknown", around(engine, router()), http.StatusNoContent, trusted},
		{"in Router.Use", "/posts/1", router(engine.Handler), http.StatusMethodNotAllowed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			preflight := httptest.NewRequest("OPTIONS", tt.path, nil)
			preflight.Header.Set("Origin", trusted)
			preflight.Header.Set("Access-Control-Request-Method", "PUT")
			w := httptest.NewRecorder()
			tt.handler.ServeHTTP(w, preflight)
			if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != tt.status || got != tt.allowed {
				t.Errorf("status %d and Access-Control-Allow-Origin %q, want %d and %q", w.Code, got, tt.status, tt.allowed)
			}
		})
	}
}

func TestPathsAreReadAsGorillaMuxRoutesThem(t *testing.T) {
	var routers []adaptertest.Router
	for name, skipsClean := range map[string]bool{"cleaning paths": false, "with SkipClean": true} {
		routers = append(routers, adaptertest.Router{Name: name, Serve: func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
			engine, err := cors.New(policy...)
			if err != nil {
				tb.Fatal(err)
			}
			r := mux.NewRouter().SkipClean(skipsClean)
			for _, route := range routes {
				path := strings.NewReplacer("{$}", "", "...}", ":.*}").Replace(route)
				r.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Route", route) }).Methods("GET")
			}
			return adaptertest.ExchangeWith(around(engine, r))
		}})
	}
	adaptertest.RunRouting(t, routers)
}
