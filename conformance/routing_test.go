package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

func TestEngineHandlerReadsPathsAsServeMuxDoes(t *testing.T) {
	conformance.RunRouting(t, func(t *testing.T, policy []cors.Config, routes []string) *conformance.Server {
		engine, err := cors.New(policy...)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		for _, route := range routes {
			mux.HandleFunc("GET "+route, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Route", route)
			})
		}
		server := httptest.NewServer(engine.Handler(mux))
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL}
	})
}
