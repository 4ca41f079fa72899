package corsgin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// replaying is a response cache as there are for Gin: it stores the headers of the
// first response and puts them back into later ones, by Set or by Add.
func replaying(put func(http.Header, string, string)) gin.HandlerFunc {
	var stored http.Header
	return func(c *gin.Context) {
		if stored == nil {
			c.Next()
			stored = c.Writer.Header().Clone()
			return
		}
		for name, values := range stored {
			for _, value := range values {
				put(c.Writer.Header(), name, value)
			}
		}
		c.String(http.StatusOK, "cached")
		c.Abort()
	}
}

func TestEnforceReplacesWhatHandlersSet(t *testing.T) {
	const partner = "https://partner.example"
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, handlers := range map[string][]gin.HandlerFunc{
		"a cache that sets headers": {replaying(http.Header.Set), func(c *gin.Context) { c.String(http.StatusOK, "hello") }},
		"a cache that adds headers": {replaying(http.Header.Add), func(c *gin.Context) { c.String(http.StatusOK, "hello") }},
		"a proxied server":          {gin.WrapH(httputil.NewSingleHostReverseProxy(target))},
		"a handler that streams": {func(c *gin.Context) {
			c.Header("Access-Control-Allow-Origin", "*")
			parts := 0
			c.Stream(func(w io.Writer) bool {
				fmt.Fprint(w, "part")
				parts++
				return parts < 3
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRouter()
			r.Use(corsgin.New(corsgin.Config{AllowOrigins: []string{trusted, partner}}))
			r.GET("/", handlers...)
			server := adaptertest.Serve(t, cors.Enforce(r))
			for _, tt := range []struct{ origin, want string }{{trusted, trusted}, {partner, partner}, {"https://evil.example", ""}, {trusted, trusted}} {
				adaptertest.CheckAllowed(t, adaptertest.Send(t, server, http.MethodGet, "/", tt.origin), tt.want)
			}
		})
	}
}
