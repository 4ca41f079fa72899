package corschi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, defaults.ServeStack) }

// A mount leaves its handler the whole path, and http.StripPrefix a part of it.
func TestCheckOriginUsesThePathThatChiRoutes(t *testing.T) {
	engine, err := cors.New(
		cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"https://widget.example"}, AllowCredentials: true},
		cors.Config{Paths: []string{"/admin/"}, AllowOrigins: []string{trusted}, AllowCredentials: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, engine.CheckOrigin(r)) })
	r := newRouter()
	r.Use(corschi.Middleware(engine))
	r.Mount("/admin", http.StripPrefix("/admin", hub))
	r.Route("/public", func(r chi.Router) { r.Handle("/*", hub) })
	for _, tt := range []struct{ path, origin, want string }{
		{"/admin/public/x", "https://widget.example", "false"},
		{"/admin/public/x", trusted, "true"},
		{"/public/x", "https://widget.example", "true"},
		{"/public/x", trusted, "false"},
	} {
		request := httptest.NewRequest("GET", "http://api.example.com"+tt.path, nil)
		request.Header.Set("Origin", tt.origin)
		request.Header.Set("Upgrade", "websocket")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if w.Body.String() != tt.want {
			t.Errorf("CheckOrigin is %s for %s at %s, want %s", w.Body, tt.origin, tt.path, tt.want)
		}
	}
}
