package corsecho_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

// Whatever handlers set, and however the header comes to be written, the response has
// the headers of the policy.
func TestHeadersThatHandlersSetAreReplaced(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	open := func(c *echo.Context) { c.Response().Header().Set("Access-Control-Allow-Origin", "*") }
	handlers := map[string]echo.HandlerFunc{
		"and writes": func(c *echo.Context) error {
			open(c)
			return c.String(http.StatusOK, "hello")
		},
		"and flushes": func(c *echo.Context) error {
			open(c)
			c.Response().(http.Flusher).Flush()
			return nil
		},
		"and flushes by a controller": func(c *echo.Context) error {
			open(c)
			return http.NewResponseController(c.Response()).Flush()
		},
		"and writes to the writer beneath": func(c *echo.Context) error {
			open(c)
			response, err := echo.UnwrapResponse(c.Response())
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(response.ResponseWriter, "hello")
			return err
		},
		"in a hook and writes": func(c *echo.Context) error {
			response, err := echo.UnwrapResponse(c.Response())
			if err != nil {
				return err
			}
			response.Before(func() { open(c) })
			return c.String(http.StatusOK, "hello")
		},
		"and fails": func(c *echo.Context) error {
			open(c)
			return errors.New("no")
		},
		"and panics": func(c *echo.Context) error {
			open(c)
			panic("no")
		},
		"and writes nothing": func(c *echo.Context) error {
			open(c)
			return nil
		},
		"in a proxied server": echo.WrapHandler(httputil.NewSingleHostReverseProxy(target)),
	}
	for around, use := range map[string]func(e *echo.Echo){
		"":           func(*echo.Echo) {},
		" in a gzip": func(e *echo.Echo) { e.Use(middleware.Gzip()) },
		" in a writer without Unwrap": func(e *echo.Echo) {
			e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c *echo.Context) error {
					c.SetResponse(struct{ http.ResponseWriter }{c.Response()})
					return next(c)
				}
			})
		},
	} {
		for name, handler := range handlers {
			t.Run(name+around, func(t *testing.T) {
				e := newRouter()
				use(e)
				e.Use(corsecho.New(policy))
				e.GET("/", handler)
				server := httptest.NewServer(e)
				t.Cleanup(server.Close)
				for origin, want := range map[string]string{trusted: trusted, "https://evil.example": ""} {
					request, err := http.NewRequest(http.MethodGet, server.URL, nil)
					if err != nil {
						t.Fatal(err)
					}
					request.Header.Set("Origin", origin)
					response, err := server.Client().Do(request)
					if err != nil {
						t.Fatal(err)
					}
					response.Body.Close()
					if got := response.Header.Values("Access-Control-Allow-Origin"); want == "" && got != nil || want != "" && (len(got) != 1 || got[0] != want) {
						t.Errorf("Access-Control-Allow-Origin is %q for %s, want %q", got, origin, want)
					}
				}
			})
		}
	}
}

// A handler has the router serve another path into the same response.
func TestAnotherPathInTheSameResponseHasItsOwnPolicy(t *testing.T) {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"*"}}, cors.Config{Paths: []string{"/private/"}, AllowOrigins: []string{trusted}})
	if err != nil {
		t.Fatal(err)
	}
	e := newRouter()
	e.Use(corsecho.Middleware(engine))
	e.GET("/public", func(c *echo.Context) error {
		r := c.Request().Clone(c.Request().Context())
		r.URL.Path = "/private/x"
		e.ServeHTTP(c.Response(), r)
		return nil
	})
	e.GET("/private/x", func(c *echo.Context) error { return c.String(http.StatusOK, "private") })
	request := httptest.NewRequest(http.MethodGet, "/public", nil)
	request.Header.Set("Origin", "https://evil.example")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, request)
	if got := w.Header().Values("Access-Control-Allow-Origin"); got != nil || w.Body.String() != "private" {
		t.Errorf("Access-Control-Allow-Origin is %q, the body %q", got, w.Body)
	}
}
