package corschi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func TestConformance(t *testing.T) {
	without := conformance.Without(conformance.FeatureOwnedHeaders) // for which there is Enforce
	t.Run("HTTP1", func(t *testing.T) { conformance.Run(t, serve(httptest.NewServer), without) })
	t.Run("HTTP2", func(t *testing.T) { conformance.Run(t, serve(newHTTP2Server), without) })
	t.Run("HTTP1 with Enforce", func(t *testing.T) { conformance.Run(t, serve(enforced(httptest.NewServer))) })
	t.Run("HTTP2 with Enforce", func(t *testing.T) { conformance.Run(t, serve(enforced(newHTTP2Server))) })
}

func enforced(start func(http.Handler) *httptest.Server) func(http.Handler) *httptest.Server {
	return func(handler http.Handler) *httptest.Server { return start(cors.Enforce(handler)) }
}

func newHTTP2Server(handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	return server
}

func serve(start func(http.Handler) *httptest.Server) func(*testing.T, []cors.Config) *conformance.Server {
	return func(t *testing.T, policy []cors.Config) *conformance.Server {
		engine, err := cors.New(policy...)
		if err != nil {
			t.Fatal(err)
		}
		r := newRouter()
		r.Use(corschi.Middleware(engine))
		for _, path := range conformance.Routes {
			path = chiPath(path)
			for _, method := range conformance.Methods {
				r.MethodFunc(method, path, conformance.HTTPApp.ServeHTTP)
			}
			if policy[0].PassPreflight {
				r.Options(path, conformance.HTTPApp.ServeHTTP)
			}
		}
		if !policy[0].PassPreflight {
			r.Options(conformance.OwnOptions, conformance.HTTPApp.ServeHTTP)
		}
		server := start(r)
		t.Cleanup(server.Close)
		transport := server.Client().Transport.(*http.Transport)
		return &conformance.Server{
			URL:         server.URL,
			Transport:   transport,
			TLS:         transport.TLSClientConfig,
			Reconfigure: func(policy []cors.Config) error { return engine.Reload(policy...) },
		}
	}
}

func newRouter() *chi.Mux {
	r := chi.NewRouter()
	r.Use(recoverer)
	return r
}

// recoverer is chi's Recoverer without the log.
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

// chiPath writes a path of net/http's ServeMux as chi writes it.
func chiPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*").Replace(path)
}
