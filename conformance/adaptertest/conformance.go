package adaptertest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// RunConformance runs the cases of package conformance. A framework that doesn't
// own its headers also runs them behind [cors.Enforce].
func RunConformance(t *testing.T, f Framework) {
	t.Helper()
	serve := func(start func(*testing.T, App) *conformance.Server) func(*testing.T, []cors.Config) *conformance.Server {
		return func(t *testing.T, policy []cors.Config) *conformance.Server {
			engine := newEngine(t, policy...)
			app := f.New()
			app.UseMiddleware(engine)
			f.AddApp(app, policy[0].PassPreflight)
			server := start(t, app)
			server.Reconfigure = func(policy []cors.Config) error { return engine.Reload(policy...) }
			return server
		}
	}
	if _, ok := f.New().(http.Handler); !ok {
		conformance.Run(t, serve(func(t *testing.T, app App) *conformance.Server { return app.Serve(t) }))
		return
	}
	start := func(isHTTP2 bool, wrap func(http.Handler) http.Handler) func(*testing.T, App) *conformance.Server {
		return func(t *testing.T, app App) *conformance.Server {
			server := httptest.NewUnstartedServer(wrap(app.(http.Handler)))
			t.Cleanup(server.Close)
			if server.EnableHTTP2 = isHTTP2; isHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			transport := server.Client().Transport.(*http.Transport)
			return &conformance.Server{URL: server.URL, Transport: transport, TLS: transport.TLSClientConfig}
		}
	}
	bare := func(h http.Handler) http.Handler { return h }
	var options []conformance.Option
	if !f.OwnsHeaders {
		options = append(options, conformance.Without(conformance.FeatureOwnedHeaders))
	}
	for i, version := range []string{"HTTP1", "HTTP2"} {
		isHTTP2 := i == 1
		t.Run(version, func(t *testing.T) { conformance.Run(t, serve(start(isHTTP2, bare)), options...) })
		if !f.OwnsHeaders {
			t.Run(version+" with Enforce", func(t *testing.T) { conformance.Run(t, serve(start(isHTTP2, cors.Enforce))) })
		}
	}
}

// AddApp adds the routes of the application of package conformance.
func (f Framework) AddApp(app App, passPreflight bool) {
	for _, route := range conformance.AppRoutes(passPreflight) {
		app.Handle(route.Method, f.Path(route.Path), ServeApp)
	}
}

// ServeApp is the handler of the application of package conformance.
func ServeApp(c Context) error { return c.ServeHTTP(conformance.Respond) }
