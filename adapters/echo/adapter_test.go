package corsecho_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

const trusted = "https://app.example.com"

var policy = corsecho.Config{
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
	if got := response.Header.Values("Vary"); len(got) != 1 || !strings.Contains(got[0], "Origin") {
		t.Errorf("Vary is %q, and must be one line that names Origin", got)
	}
}

// contextTimeout does what Echo's ContextTimeout does, which Echo 4.9 lacks.
func contextTimeout(limit time.Duration, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		err := next(c)
		if errors.Is(err, context.DeadlineExceeded) {
			return echo.ErrServiceUnavailable
		}
		return err
	}
}

func TestErrorsStayReadable(t *testing.T) {
	tests := []struct {
		name   string
		serve  echo.HandlerFunc
		status int
	}{
		{"a handler that returns an error", func(c echo.Context) error { return errors.New("no") }, http.StatusInternalServerError},
		{"a handler that returns an HTTP error", func(c echo.Context) error { return echo.NewHTTPError(http.StatusTeapot) }, http.StatusTeapot},
		{"a handler that panics", func(c echo.Context) error { panic("no") }, http.StatusInternalServerError},
		{"a handler that redirects", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/elsewhere") }, http.StatusFound},
		{"a handler behind a time limit", contextTimeout(time.Millisecond, func(c echo.Context) error {
			<-c.Request().Context().Done()
			return c.Request().Context().Err()
		}), http.StatusServiceUnavailable},
		{"a handler that adds to Vary", func(c echo.Context) error {
			c.Response().Header().Add("Vary", "Accept")
			return c.NoContent(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that replaces Vary", func(c echo.Context) error {
			c.Response().Header().Set("Vary", "Accept")
			return c.NoContent(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that removes every header", func(c echo.Context) error {
			clear(c.Response().Header())
			return c.NoContent(http.StatusAccepted)
		}, http.StatusAccepted},
		{"a handler that removes every header and fails", func(c echo.Context) error {
			clear(c.Response().Header())
			return errors.New("no")
		}, http.StatusInternalServerError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newRouter()
			e.Use(corsecho.New(policy))
			e.GET("/", tt.serve)
			checkReadable(t, get(t, e, "/"), tt.status)
		})
	}
}

func TestVaryOfEarlierMiddlewareIsKept(t *testing.T) {
	e := newRouter()
	e.Use(middleware.Gzip(), corsecho.New(policy))
	e.GET("/", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	if got := strings.Join(get(t, e, "/").Header.Values("Vary"), ", "); got != "Accept-Encoding, Origin" {
		t.Errorf("Vary is %q, want both", got)
	}
}
