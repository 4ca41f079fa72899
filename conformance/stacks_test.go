package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
)

func TestStacksOfHandlers(t *testing.T) {
	for name, wrap := range map[string]func(http.Handler) http.Handler{"bare": bare, "with Enforce": cors.Enforce} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunStacks(t, func(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
				return serveStack(t, wrap, outer, inner)
			})
		})
	}
}

func serveStack(t *testing.T, wrap func(http.Handler) http.Handler, outer, inner *cors.Engine) *conformance.Server {
	mux := http.NewServeMux()
	mux.Handle("/inner/", inner.Handler(conformance.HTTPApp))
	mux.Handle("/", conformance.HTTPApp)
	server := httptest.NewServer(wrap(recoverer(outer.Handler(mux))))
	t.Cleanup(server.Close)
	return &conformance.Server{URL: server.URL}
}
