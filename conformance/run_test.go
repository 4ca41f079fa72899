package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

func TestEngineHandlerOverHTTP1(t *testing.T) {
	conformance.Run(t, overHTTP1(bare), conformance.Without(conformance.FeatureOwnedHeaders)) // for which there is Enforce
}

func TestEngineHandlerOverHTTP2(t *testing.T) {
	conformance.Run(t, overHTTP2(bare), conformance.Without(conformance.FeatureOwnedHeaders))
}

func TestEnforcedHandlerOverHTTP1(t *testing.T) { conformance.Run(t, overHTTP1(cors.Enforce)) }

func TestEnforcedHandlerOverHTTP2(t *testing.T) { conformance.Run(t, overHTTP2(cors.Enforce)) }

func bare(h http.Handler) http.Handler { return h }

func overHTTP1(wrap func(http.Handler) http.Handler) func(*testing.T, []cors.Config) *conformance.Server {
	return func(t *testing.T, policy []cors.Config) *conformance.Server {
		handler, engine := serveMux(t, policy)
		server := httptest.NewServer(wrap(handler))
		t.Cleanup(server.Close)
		return &conformance.Server{URL: server.URL, Transport: server.Client().Transport, Reconfigure: reload(engine)}
	}
}

func overHTTP2(wrap func(http.Handler) http.Handler) func(*testing.T, []cors.Config) *conformance.Server {
	return func(t *testing.T, policy []cors.Config) *conformance.Server {
		handler, engine := serveMux(t, policy)
		server := httptest.NewUnstartedServer(wrap(handler))
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		transport := server.Client().Transport.(*http.Transport)
		return &conformance.Server{URL: server.URL, Transport: transport, TLS: transport.TLSClientConfig, Reconfigure: reload(engine)}
	}
}

func reload(engine *cors.Engine) func([]cors.Config) error {
	return func(policy []cors.Config) error { return engine.Reload(policy...) }
}

// serveMux returns the application in net/http, with an engine in front.
func serveMux(t *testing.T, policy []cors.Config) (http.Handler, *cors.Engine) {
	engine, err := cors.New(policy...)
	if err != nil {
		t.Fatal(err)
	}
	return recoverer(engine.Handler(conformance.AppMux(policy[0].PassPreflight))), engine
}

func recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
