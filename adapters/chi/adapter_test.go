package corschi_test

import (
	"net/http"
	"testing"
	"time"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/go-chi/chi/v5/middleware"
)

const trusted = adaptertest.Trusted

var policy = adaptertest.Policy

func TestConformance(t *testing.T)                 { adaptertest.RunConformance(t, defaults) }
func TestPoliciesOfGroupsAndRoutes(t *testing.T)   { adaptertest.RunPolicies(t, defaults) }
func TestSkippedRequestsAreLeftAlone(t *testing.T) { adaptertest.RunSkipped(t, defaults) }

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	adaptertest.RunWatched(t, defaults.ServeWatched)
}

func TestContract(t *testing.T) { adaptertest.RunContract(t, defaults) }

func TestErrorsStayReadable(t *testing.T) {
	limited := middleware.Timeout(time.Millisecond)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	adaptertest.RunReadable(t, defaults, adaptertest.Reply{
		Name: "a handler behind chi's time limit", Status: http.StatusGatewayTimeout, Handler: adaptertest.ByHTTP(limited.ServeHTTP),
	})
}

func TestRedirectsOfMiddlewareStayReadable(t *testing.T) {
	r := newRouter()
	r.Use(corschi.New(policy), middleware.RedirectSlashes)
	r.Get("/posts", func(w http.ResponseWriter, r *http.Request) {})
	defaults.CheckReadable(t, adaptertest.Serve(t, r), "/posts/", http.StatusMovedPermanently)
}
