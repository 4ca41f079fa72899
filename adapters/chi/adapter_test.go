package corschi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/go-chi/chi/v5/middleware"
)

const trusted = "https://app.example.com"

var policy = corschi.Config{
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
		serve  http.HandlerFunc
		status int
	}{
		{"a handler that answers with an error", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusTeapot) }, http.StatusTeapot},
		{"a handler that panics", func(w http.ResponseWriter, r *http.Request) { panic("no") }, http.StatusInternalServerError},
		{"a handler that redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, http.StatusFound},
		{"a handler behind net/http's time limit", http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}), time.Millisecond, "").ServeHTTP, http.StatusServiceUnavailable},
		{"a handler behind chi's time limit", middleware.Timeout(time.Millisecond)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		})).ServeHTTP, http.StatusGatewayTimeout},
		{"a handler that adds to Vary", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Accept")
			w.WriteHeader(http.StatusAccepted)
		}, http.StatusAccepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRouter()
			r.Use(corschi.New(policy))
			r.Get("/", tt.serve)
			checkReadable(t, get(t, r, "/"), tt.status)
		})
	}
}

func TestRedirectsOfMiddlewareStayReadable(t *testing.T) {
	r := newRouter()
	r.Use(corschi.New(policy), middleware.RedirectSlashes)
	r.Get("/posts", func(w http.ResponseWriter, r *http.Request) {})
	checkReadable(t, get(t, r, "/posts/"), http.StatusMovedPermanently)
}

func TestVaryOfEarlierMiddlewareIsKept(t *testing.T) {
	r := newRouter()
	r.Use(middleware.SetHeader("Vary", "Accept-Encoding"), corschi.New(policy))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {})
	if got := strings.Join(get(t, r, "/").Header.Values("Vary"), ", "); got != "Accept-Encoding, Origin" {
		t.Errorf("Vary is %q, want both", got)
	}
}
