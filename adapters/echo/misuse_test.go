package corsecho_test

import (
	"net/http"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/labstack/echo/v4"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, defaults)
}

func TestMisuseOfTheFramework(t *testing.T) {
	tests := []struct {
		name string
		do   func(e *echo.Echo)
		says []string
	}{
		{"a verb after a parameter", func(e *echo.Echo) { corsecho.Attach(e).Route("/tasks/:task\\:cancel", policy) }, []string{`has the segment ":task\\:cancel"`, `PathRegexps`}},
		{"Attach to no router", func(e *echo.Echo) { corsecho.Attach(nil) }, []string{`corsecho: Attach: the router is nil; pass the one that echo.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newRouter()) }, tt.says...)
		})
	}
}

func TestAttachAfterRoutesWorks(t *testing.T) {
	e := newRouter()
	e.GET("/api/posts", func(echo.Context) error { return nil })
	corsecho.Attach(e).Group("/api", policy)
	defaults.CheckReadable(t, adaptertest.Serve(t, e), "/api/posts", http.StatusOK)
}

func TestPoliciesAreForEveryHost(t *testing.T) {
	e := newRouter()
	e.Host("api.example.com").GET("/api/posts", func(echo.Context) error { return nil })
	corsecho.Attach(e).Group("/api", policy)
	defaults.CheckReadable(t, adaptertest.Serve(t, toHost("api.example.com", e)), "/api/posts", http.StatusOK)
}

// toHost returns h for requests to another host.
func toHost(host string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = host
		h.ServeHTTP(w, r)
	})
}
