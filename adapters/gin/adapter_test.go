package corsgin_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

const trusted = "https://app.example.com"

var policy = corsgin.Config{
	AllowOrigins:     []string{trusted},
	AllowCredentials: true,
	ExposeHeaders:    []string{"X-Total-Count"},
}

// get asks a running server, without following redirects.
func get(t *testing.T, handler http.Handler, path string) *http.Response {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	request, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", trusted)
	response, err := server.Client().Transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func checkReadable(t *testing.T, response *http.Response, status int) {
	t.Helper()
	if response.StatusCode != status {
		t.Errorf("status %d, want %d", response.StatusCode, status)
	}
	if got := response.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != trusted {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, trusted)
	}
	if got := response.Header.Get("Access-Control-Allow-Credentials"); got != "true" {
		t.Errorf("Access-Control-Allow-Credentials is %q, want true", got)
	}
	if got := strings.Join(response.Header.Values("Vary"), ", "); !strings.Contains(got, "Origin") {
		t.Errorf("Vary is %q, and must name Origin", got)
	}
}

func TestErrorsStayReadable(t *testing.T) {
	tests := []struct {
		name   string
		serve  gin.HandlerFunc
		status int
	}{
		{"a handler that aborts with an error", func(c *gin.Context) { c.AbortWithError(http.StatusTeapot, errors.New("no")) }, http.StatusTeapot},
		{"a handler that panics", func(c *gin.Context) { panic("no") }, http.StatusInternalServerError},
		{"a handler that redirects", func(c *gin.Context) { c.Redirect(http.StatusFound, "/elsewhere") }, http.StatusFound},
		{"a handler behind a time limit", gin.WrapH(http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}), time.Millisecond, "")), http.StatusServiceUnavailable},
		{"a handler that adds to Vary", func(c *gin.Context) { c.Writer.Header().Add("Vary", "Accept"); c.Status(http.StatusAccepted) }, http.StatusAccepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRouter()
			r.Use(corsgin.New(policy))
			r.GET("/", tt.serve)
			checkReadable(t, get(t, r, "/"), tt.status)
		})
	}
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
			checkReadable(t, get(t, corsgin.Handler(engine, r), tt.path), http.StatusMovedPermanently)
		})
	}
	t.Run("and answers preflights", func(t *testing.T) {
		r := newRouter()
		r.GET("/posts", func(c *gin.Context) {})
		request := httptest.NewRequest(http.MethodOptions, "/posts", nil)
		request.Header.Set("Origin", trusted)
		request.Header.Set("Access-Control-Request-Method", "GET")
		recorder := httptest.NewRecorder()
		corsgin.Handler(engine, r).ServeHTTP(recorder, request)
		if recorder.Code != http.StatusNoContent {
			t.Errorf("status %d, want 204", recorder.Code)
		}
	})
}

func TestVaryOfEarlierMiddlewareIsKept(t *testing.T) {
	r := newRouter()
	r.Use(func(c *gin.Context) { c.Header("Vary", "Accept-Encoding") })
	r.Use(corsgin.New(policy))
	r.GET("/", func(c *gin.Context) {})
	if got := strings.Join(get(t, r, "/").Header.Values("Vary"), ", "); got != "Accept-Encoding, Origin" {
		t.Errorf("Vary is %q, want both", got)
	}
}
