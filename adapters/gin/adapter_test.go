package corsgin_test

import (
	"errors"
	"net/http"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

const trusted = adaptertest.Trusted

var policy = adaptertest.Policy

// strict is Gin as the application of package conformance needs it.
var strict = framework(func(r *gin.Engine) { r.HandleMethodNotAllowed = true })

func TestConformance(t *testing.T)                 { adaptertest.RunConformance(t, strict) }
func TestPoliciesOfGroupsAndRoutes(t *testing.T)   { adaptertest.RunPolicies(t, defaults) }
func TestSkippedRequestsAreLeftAlone(t *testing.T) { adaptertest.RunSkipped(t, defaults) }

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	t.Run("Middleware", func(t *testing.T) { adaptertest.RunWatched(t, strict.ServeWatched) })
	t.Run("Handler", func(t *testing.T) {
		adaptertest.RunWatched(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
			app := strict.New().(application)
			strict.AddApp(app, false)
			return adaptertest.Serve(t, corsgin.Handler(engine, app.engine))
		})
	})
}

func TestContract(t *testing.T) { adaptertest.RunContract(t, defaults) }

func TestErrorsStayReadable(t *testing.T) {
	adaptertest.RunReadable(t, defaults,
		adaptertest.Reply{Name: "a handler that aborts with an error", Status: http.StatusTeapot, Handler: own(func(c *gin.Context) {
			c.AbortWithError(http.StatusTeapot, errors.New("no"))
		})},
		adaptertest.Reply{Name: "a handler that redirects by Gin", Status: http.StatusFound, Handler: own(func(c *gin.Context) {
			c.Redirect(http.StatusFound, "/elsewhere")
		})},
	)
}

// Gin redirects before any middleware runs; Handler comes before Gin.
func TestHandlerKeepsRedirectsOfTheRouterReadable(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		prepare    func(r *gin.Engine)
	}{
		{"of a superfluous slash", "/posts/", func(r *gin.Engine) {}},
		{"of a path in the wrong case", "/POSTS", func(r *gin.Engine) { r.RedirectFixedPath = true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRouter()
			tt.prepare(r)
			r.GET("/posts", func(c *gin.Context) {})
			defaults.CheckReadable(t, adaptertest.Serve(t, corsgin.Handler(engine, r)), tt.path, http.StatusMovedPermanently)
		})
	}
	t.Run("and answers preflights", func(t *testing.T) {
		r := newRouter()
		r.GET("/posts", func(c *gin.Context) {})
		response := adaptertest.Send(t, adaptertest.Serve(t, corsgin.Handler(engine, r)), http.MethodOptions, "/posts", trusted)
		if response.StatusCode != http.StatusNoContent {
			t.Errorf("status %d, want 204", response.StatusCode)
		}
	})
}
