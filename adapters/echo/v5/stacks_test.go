package corsecho_test

import (
	"net/http/httptest"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, serveStack) }

func serveStack(t *testing.T, outer, inner *cors.Engine) *conformance.Server {
	e := newRouter()
	e.Use(corsecho.Middleware(outer))
	e.GET("/outer", serveApp)
	group := e.Group("/inner", corsecho.Middleware(inner))
	group.GET("/:a", serveApp)
	group.PUT("/:a", serveApp)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return &conformance.Server{URL: server.URL}
}
