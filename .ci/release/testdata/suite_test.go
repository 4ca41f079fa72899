package suite

import (
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T, policy []cors.Config) *conformance.Server {
		engine, err := cors.New(policy...)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(cors.Enforce(engine.Handler(conformance.AppMux(policy[0].PassPreflight))))
		t.Cleanup(server.Close)
		reload := func(policy []cors.Config) error { return engine.Reload(policy...) }
		return &conformance.Server{URL: server.URL, Reconfigure: reload}
	}, conformance.Without(conformance.FeaturePanic))
}
