package corsfiber_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cache"
	"github.com/gofiber/fiber/v2/middleware/proxy"
	"github.com/valyala/fasthttp"
)

// from sends a GET request as a script of an origin would.
func from(t *testing.T, url, origin string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	for i := 0; i < len(headers); i += 2 {
		request.Header[headers[i]] = []string{headers[i+1]}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func TestHeadersOfAnUpstreamAreReplaced(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "*")
	}))
	t.Cleanup(upstream.Close)
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error { return proxy.Do(c, upstream.URL) })
	url := listen(t, app) + "/"
	checkReadable(t, from(t, url, trusted), http.StatusOK)
	response := from(t, url, "https://evil.example")
	for name, values := range response.Header {
		if cors.IsResponseHeader(name) {
			t.Errorf("another origin gets %s: %q", name, values)
		}
	}
}

func TestHeadersInAnyCaseAreReplaced(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error {
		c.Response().Header.SetCanonical([]byte("access-control-allow-origin"), []byte("*"))
		return nil
	})
	url := listen(t, app) + "/"
	checkReadable(t, from(t, url, trusted), http.StatusOK)
	if got := from(t, url, "https://evil.example").Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("another origin gets %q", got)
	}
}

// fasthttp moves the last line into the place of one that it deletes.
func TestHeadersKeepTheirOrder(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(policy))
	app.Get("/", func(c *fiber.Ctx) error {
		h := &c.Response().Header
		h.Add("Access-Control-Allow-Origin", "*")
		h.Add("Vary", "Accept")
		h.Add("Link", "</1>; rel=preload")
		h.Add("Vary", "Cookie")
		h.Add("Link", "</2>; rel=preload")
		h.Add("Set-Cookie", "b=1")
		h.Add("Access-Control-Expose-Headers", "X-Secret")
		h.Add("Link", "</3>; rel=preload")
		h.Add("Set-Cookie", "a=2")
		return nil
	})
	header := from(t, listen(t, app)+"/", trusted).Header
	for name, want := range map[string][]string{
		"Link":       {"</1>; rel=preload", "</2>; rel=preload", "</3>; rel=preload"},
		"Set-Cookie": {"b=1", "a=2"},
		"Vary":       {"Accept, Cookie, Origin"},
	} {
		if got := header[name]; !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// The cache replays the response for one origin, headers included, to another.
func TestACacheAfterTheMiddlewareReplaysNoOrigin(t *testing.T) {
	const partner = "https://partner.example"
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{trusted, partner}}))
	app.Use(cache.New(cache.Config{Expiration: time.Minute, StoreResponseHeaders: true}))
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("cached") })
	url := listen(t, app) + "/"
	for _, tt := range []struct{ origin, want string }{{trusted, trusted}, {partner, partner}, {"https://evil.example", ""}, {trusted, trusted}} {
		if got := from(t, url, tt.origin).Header.Get("Access-Control-Allow-Origin"); got != tt.want {
			t.Errorf("Access-Control-Allow-Origin is %q for %s, want %q", got, tt.origin, tt.want)
		}
	}
}

// With this option, fasthttp keeps the names of headers as the client sends them.
func TestHeadersAreReadInAnyCase(t *testing.T) {
	app := newApp(fiber.Config{DisableHeaderNormalizing: true})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{trusted}, AllowMethods: []string{"PUT"}, RejectDisallowed: true}))
	app.Post("/", func(c *fiber.Ctx) error { return c.SendString("posted") })
	app.Get("/", func(c *fiber.Ctx) error {
		c.Response().Header.Set("access-control-allow-origin", "*")
		return nil
	})
	url := listen(t, app) + "/"
	send := func(method string, headers http.Header) *http.Response {
		request, err := http.NewRequest(method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = headers
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	for _, name := range []string{"Origin", "origin", "ORIGIN"} {
		t.Run(name, func(t *testing.T) {
			if got := send(http.MethodPost, http.Header{name: {"https://evil.example"}}).StatusCode; got != http.StatusForbidden {
				t.Errorf("a post of another site is answered %d, want 403", got)
			}
			if got := send(http.MethodPost, http.Header{name: {trusted}}); got.StatusCode != http.StatusOK || got.Header.Get("Access-Control-Allow-Origin") != trusted {
				t.Errorf("a post of the trusted site is answered %d with %v", got.StatusCode, got.Header)
			}
			preflight := http.Header{name: {trusted}, "access-control-request-method": {"PUT"}}
			if got := send(http.MethodOptions, preflight).StatusCode; got != http.StatusNoContent {
				t.Errorf("a preflight is answered %d, want 204", got)
			}
			if got := send(http.MethodGet, http.Header{name: {trusted}}).Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != trusted {
				t.Errorf("Access-Control-Allow-Origin is %q", got)
			}
		})
	}
}

func TestCheckOrigin(t *testing.T) {
	calls := 0
	var engine *cors.Engine
	engine, err := cors.New(
		cors.Config{Paths: []string{"/ws/"}, AllowOrigins: []string{trusted}, AllowCredentials: true},
		cors.Config{Paths: []string{"/null/"}, AllowOrigins: []string{"null", "http://app.example.com"}},
		cors.Config{Paths: []string{"/asked/"}, AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
			calls++
			return r.Origin == trusted, nil
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/*", func(c *fiber.Ctx) error {
		if !corsfiber.CheckOrigin(engine, c) {
			return fiber.ErrForbidden
		}
		return nil
	})
	url := listen(t, app)
	for _, tt := range []struct {
		name, path, origin string
		want               int
	}{
		{"an allowed origin", "/ws/x", trusted, http.StatusOK},
		{"another", "/ws/x", "https://evil.example", http.StatusForbidden},
		{"the server's own pages", "/ws/x", url, http.StatusOK},
		{"the opaque origin, which is anybody's", "/null/", "null", http.StatusForbidden},
		{"an origin of plain http, which is anybody's in the network", "/null/", "http://app.example.com", http.StatusForbidden},
		{"a path without a policy", "/other", trusted, http.StatusForbidden},
		{"an origin that the function allows", "/asked/", trusted, http.StatusOK},
		{"an origin that the function denies", "/asked/", "https://evil.example", http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls = 0
			if got := from(t, url+tt.path, tt.origin, "Upgrade", "websocket", "Connection", "Upgrade").StatusCode; got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
			if tt.path == "/asked/" && calls != 1 {
				t.Errorf("the function is called %d times", calls)
			}
		})
	}
}

// A handler resets the response and fails: the middleware, the error handler and
// what they put back are one decision.
func TestAFunctionIsCalledOnceForARequestThatFails(t *testing.T) {
	calls := 0
	engine := new(cors.Engine)
	asking := cors.Config{AllowCredentials: true, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
		calls++
		return true, engine.Reload(cors.Config{AllowOrigins: []string{"https://other.example"}})
	}}
	for name, fail := range map[string]func(*fiber.Ctx) error{
		"by an error": func(*fiber.Ctx) error { return errors.New("no") },
		"by a panic":  func(*fiber.Ctx) error { panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			if err := engine.Reload(asking); err != nil {
				t.Fatal(err)
			}
			calls = 0
			app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			app.Use(corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error {
				c.Response().Reset()
				c.Request().Header.Set("Origin", "https://overwritten.example.com")
				return fail(c)
			})
			response := from(t, listen(t, app)+"/", trusted)
			if got := response.Header.Get("Access-Control-Allow-Origin"); calls != 1 || got != trusted {
				t.Errorf("the function is called %d times, and Access-Control-Allow-Origin is %q", calls, got)
			}
		})
	}
}

// A denied request stays denied, whatever its handler makes of the request and though
// the engine is reloaded, until the error is answered.
func TestAFailingRequestStaysDenied(t *testing.T) {
	for name, fail := range map[string]func(*fiber.Ctx) error{
		"by an error": func(*fiber.Ctx) error { return errors.New("no") },
		"by a panic":  func(*fiber.Ctx) error { panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			engine, err := cors.New(policy)
			if err != nil {
				t.Fatal(err)
			}
			app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			app.Use(corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error {
				c.Response().Reset()
				c.Request().Header.Set("Origin", trusted)
				if err := engine.Reload(corsfiber.Config{AllowOrigins: []string{"*"}}); err != nil {
					return err
				}
				return fail(c)
			})
			response := from(t, listen(t, app)+"/", "https://evil.example")
			if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != http.StatusInternalServerError || got != "" {
				t.Errorf("status %d with Access-Control-Allow-Origin %q", response.StatusCode, got)
			}
		})
	}
}

func TestTheInnerPolicyStaysWhateverTheOuterOneDenies(t *testing.T) {
	strict := corsfiber.Config{AllowOrigins: []string{"https://other.example"}}
	public := corsfiber.Config{AllowOrigins: []string{"*"}}
	rejecting := corsfiber.Config{AllowOrigins: []string{"https://third.example"}, RejectDisallowed: true}
	for _, tt := range []struct {
		name   string
		stack  []corsfiber.Config
		status int
		want   string
	}{
		{"the outer one denies and the inner one allows", []corsfiber.Config{strict, public}, http.StatusOK, "*"},
		{"two deny and the innermost allows", []corsfiber.Config{strict, strict, public}, http.StatusOK, "*"},
		{"the outer one allows and the inner one denies", []corsfiber.Config{public, strict}, http.StatusOK, ""},
		{"one that allows is between two that deny", []corsfiber.Config{strict, public, strict}, http.StatusOK, ""},
		{"the inner one rejects", []corsfiber.Config{public, rejecting}, http.StatusForbidden, ""},
		{"the outer one denies and the inner one rejects", []corsfiber.Config{strict, rejecting}, http.StatusForbidden, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			for _, c := range tt.stack {
				app.Use(corsfiber.New(c))
			}
			app.Get("/", func(c *fiber.Ctx) error { return c.SendString("served") })
			response := from(t, listen(t, app)+"/", "https://evil.example")
			if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != tt.status || got != tt.want {
				t.Errorf("status %d with Access-Control-Allow-Origin %q, want %d with %q", response.StatusCode, got, tt.status, tt.want)
			}
			if vary := response.Header.Values("Vary"); tt.status == http.StatusForbidden && len(vary) != 1 {
				t.Errorf("Vary is %q", vary)
			}
		})
	}
}

func TestTheInnerPolicyStaysIfItsHandlerFails(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://other.example"}}))
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"*"}}))
	app.Get("/", func(c *fiber.Ctx) error { return errors.New("no") })
	if got := from(t, listen(t, app)+"/", trusted).Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}

func TestTheInnerPolicyAnswersPreflightsThatTheOuterOnePasses(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://other.example"}, PassPreflight: true}))
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"*"}}))
	request := httptest.NewRequest(http.MethodOptions, "/", nil)
	request.Header.Set("Origin", trusted)
	request.Header.Set("Access-Control-Request-Method", "PUT")
	response, err := app.Test(request)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}

// The middleware has done its work when another one around it resets the response
// and fails.
func TestErrorsAroundADeniedRequestVaryByOrigin(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil {
			return err
		}
		c.Response().Reset()
		return errors.New("no")
	})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/", func(c *fiber.Ctx) error { return nil })
	response := from(t, listen(t, app)+"/", "https://evil.example")
	if got := response.Header.Get("Vary"); response.StatusCode != http.StatusInternalServerError || got != "Origin" {
		t.Errorf("status %d with Vary %q", response.StatusCode, got)
	}
}

// failAfterwards is a middleware that fails when those inside have succeeded.
func failAfterwards(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	return errors.New("no")
}

// The inner policy has been applied when a middleware between the two fails.
func TestErrorsBetweenTwoPoliciesKeepTheInnerOne(t *testing.T) {
	strict := corsfiber.Config{AllowOrigins: []string{"https://other.example"}}
	public := corsfiber.Config{AllowOrigins: []string{"*"}}
	for _, tt := range []struct {
		name         string
		outer, inner corsfiber.Config
		want         string
	}{
		{"which denies", public, strict, ""},
		{"which allows", strict, public, "*"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(tt.outer)
			if err != nil {
				t.Fatal(err)
			}
			app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
			app.Use(corsfiber.Middleware(engine))
			app.Use(failAfterwards)
			app.Use(corsfiber.New(tt.inner))
			app.Get("/", func(c *fiber.Ctx) error { return nil })
			response := from(t, listen(t, app)+"/", "https://evil.example")
			if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != http.StatusInternalServerError || got != tt.want {
				t.Errorf("status %d with Access-Control-Allow-Origin %q, want %q", response.StatusCode, got, tt.want)
			}
		})
	}
}

// What a middleware makes of the request's Origin does not change what was decided.
func TestCheckOriginUsesTheDecisionWhateverBecomesOfTheOrigin(t *testing.T) {
	engine, err := cors.New(policy)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*fiber.Ctx){
		"removed":     func(c *fiber.Ctx) { c.Request().Header.Del("Origin") },
		"overwritten": func(c *fiber.Ctx) { c.Request().Header.Set("Origin", trusted) },
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			app.Use(corsfiber.Middleware(engine))
			app.Get("/", func(c *fiber.Ctx) error {
				change(c)
				if !corsfiber.CheckOrigin(engine, c) {
					return fiber.ErrForbidden
				}
				return nil
			})
			if got := from(t, listen(t, app)+"/", "https://evil.example").StatusCode; got != http.StatusForbidden {
				t.Errorf("status %d, want 403", got)
			}
		})
	}
}

// The path may have changed since the middleware decided.
func TestCheckOriginUsesTheDecisionWhateverBecomesOfThePath(t *testing.T) {
	engine, err := cors.New(cors.Config{Paths: []string{"/ws/"}, AllowOrigins: []string{"https://admin.example"}}, policy)
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/ws/x", func(c *fiber.Ctx) error {
		c.Path("/x")
		if !corsfiber.CheckOrigin(engine, c) {
			return fiber.ErrForbidden
		}
		return nil
	})
	for origin, want := range map[string]int{"https://admin.example": http.StatusOK, trusted: http.StatusForbidden} {
		if got := from(t, listen(t, app)+"/ws/x", origin).StatusCode; got != want {
			t.Errorf("from %s: status %d, want %d", origin, got, want)
		}
	}
}

// A middleware between two policies changes the response after the inner one has been
// applied.
func TestWhatIsBetweenTwoPoliciesCannotChangeTheInnerOne(t *testing.T) {
	public := corsfiber.Config{AllowOrigins: []string{"*"}}
	for _, tt := range []struct {
		name         string
		outer, inner corsfiber.Config
		between      func(*fiber.Ctx)
		want         string
	}{
		{"by allowing any origin that the inner one denies", policy, policy, func(c *fiber.Ctx) { c.Set("Access-Control-Allow-Origin", "*") }, ""},
		{"by resetting the response that the inner one allows", policy, public, func(c *fiber.Ctx) { c.Response().Reset() }, "*"},
		{"by resetting the response that the inner one denies", public, policy, func(c *fiber.Ctx) { c.Response().Reset() }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			app.Use(corsfiber.New(tt.outer))
			app.Use(func(c *fiber.Ctx) error {
				err := c.Next()
				tt.between(c)
				return err
			})
			app.Use(corsfiber.New(tt.inner))
			app.Get("/", func(c *fiber.Ctx) error { return nil })
			if got := from(t, listen(t, app)+"/", "https://evil.example").Header.Get("Access-Control-Allow-Origin"); got != tt.want {
				t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, tt.want)
			}
		})
	}
}

// The middleware has succeeded when another one around it fails.
func TestAFunctionIsCalledOnceThoughAMiddlewareAroundFails(t *testing.T) {
	calls := 0
	engine, err := cors.New(cors.Config{AllowMethods: []string{"PUT"}, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
		calls++
		return true, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(failAfterwards)
	app.Use(corsfiber.Middleware(engine))
	app.Put("/", func(c *fiber.Ctx) error { return nil })
	for _, method := range []string{http.MethodPut, http.MethodOptions} {
		calls = 0
		request := httptest.NewRequest(method, "/", nil)
		request.Header.Set("Origin", trusted)
		request.Header.Set("Access-Control-Request-Method", "PUT")
		response, err := app.Test(request)
		if err != nil {
			t.Fatal(err)
		}
		if got := response.Header.Get("Access-Control-Allow-Origin"); calls != 1 || got != trusted {
			t.Errorf("for %s, the function is called %d times, and Access-Control-Allow-Origin is %q", method, calls, got)
		}
	}
}

// fasthttp's user values, which hold the decision, can be reset by anybody.
func TestRequestsShareNoDecisionThoughHandlersResetTheUserValues(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://*.example.com"}}))
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://*.example.com"}}))
	app.Get("/", func(c *fiber.Ctx) error {
		c.Context().ResetUserValues()
		time.Sleep(time.Millisecond) // in which another request begins
		return nil
	})
	url := listen(t, app) + "/"
	var requests sync.WaitGroup
	for i := range 20 {
		requests.Go(func() {
			origin := fmt.Sprintf("https://app-%d.example.com", i)
			for range 20 {
				if got := from(t, url, origin).Header.Get("Access-Control-Allow-Origin"); got != origin {
					t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, origin)
				}
			}
		})
	}
	requests.Wait()
}

func TestOneRequestHasOneOwnerWhateverHandlersDo(t *testing.T) {
	const evil = "https://evil.example"
	strict := corsfiber.Config{AllowOrigins: []string{trusted}, AllowCredentials: true}
	newEngine := func(cfgs ...corsfiber.Config) *cors.Engine {
		engine, err := cors.New(cfgs...)
		if err != nil {
			t.Fatal(err)
		}
		return engine
	}
	reset := func(c *fiber.Ctx) error {
		c.Context().ResetUserValues()
		return c.Next()
	}
	rewrite := func(origin string) fiber.Handler {
		return func(c *fiber.Ctx) error {
			c.Request().Header.Set("Origin", origin)
			return c.Next()
		}
	}
	same := newEngine(strict)
	for _, tt := range []struct {
		name         string
		handlers     []fiber.Handler
		origin, want string
	}{
		{"the user values are reset inside of the stricter policy", []fiber.Handler{corsfiber.New(corsfiber.Config{AllowOrigins: []string{evil}}), corsfiber.New(strict), reset}, evil, ""},
		{"the user values are reset between two policies", []fiber.Handler{corsfiber.New(corsfiber.Config{AllowOrigins: []string{evil}}), reset, corsfiber.New(strict)}, evil, ""},
		{"the user values are reset before a policy for other paths", []fiber.Handler{
			corsfiber.New(strict), reset, corsfiber.New(corsfiber.Config{Paths: []string{"/other"}, AllowOrigins: []string{"*"}}),
			func(c *fiber.Ctx) error { c.Set("Access-Control-Allow-Origin", "*"); return nil },
		}, evil, ""},
		{"the user values are reset before a policy for other paths, and the handler fails", []fiber.Handler{
			corsfiber.New(strict), reset, corsfiber.New(corsfiber.Config{Paths: []string{"/other"}, AllowOrigins: []string{"*"}}),
			func(c *fiber.Ctx) error { c.Set("Access-Control-Allow-Origin", "*"); return errors.New("no") },
		}, evil, ""},
		{"Origin is rewritten before the engine comes a second time", []fiber.Handler{corsfiber.Middleware(same), rewrite(evil), corsfiber.Middleware(same)}, trusted, trusted},
		{"Origin is rewritten to an allowed one", []fiber.Handler{corsfiber.Middleware(same), rewrite(trusted), corsfiber.Middleware(same)}, evil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app := newApp(fiber.Config{})
			for _, h := range tt.handlers {
				app.Use(h)
			}
			app.Get("/", func(c *fiber.Ctx) error { return nil })
			if got := from(t, listen(t, app)+"/", tt.origin).Header.Get("Access-Control-Allow-Origin"); got != tt.want {
				t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, tt.want)
			}
		})
	}
}

// A handler passes the denial of the middleware on as an error.
func TestAFunctionThatDeniesIsCalledOnce(t *testing.T) {
	calls := 0
	engine, err := cors.New(cors.Config{RejectDisallowed: true, AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
		calls++
		return calls > 1, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil {
			return err
		}
		return fiber.NewError(c.Response().StatusCode())
	})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/", func(c *fiber.Ctx) error { return nil })
	response := from(t, listen(t, app)+"/", "https://evil.example")
	if got := response.Header.Get("Access-Control-Allow-Origin"); calls != 1 || got != "" || response.StatusCode != http.StatusForbidden {
		t.Errorf("the function is called %d times, and the response is %d with Access-Control-Allow-Origin %q", calls, response.StatusCode, got)
	}
}

// Routing starts again at a path for which the engine has a policy since a moment.
func TestADecisionForEveryPathEndsWhereThePathChanges(t *testing.T) {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{})
	app.Use(corsfiber.Middleware(engine))
	app.Get("/a", func(c *fiber.Ctx) error {
		if err := engine.Reload(cors.Config{AllowOrigins: []string{"*"}}, cors.Config{Paths: []string{"/b"}, AllowOrigins: []string{trusted}}); err != nil {
			return err
		}
		c.Path("/b")
		return c.RestartRouting()
	})
	app.Get("/b", func(c *fiber.Ctx) error { return nil })
	response, err := app.Test(httptest.NewRequest(http.MethodGet, "/a", nil))
	if err != nil {
		t.Fatal(err)
	}
	if acao, vary := response.Header.Get("Access-Control-Allow-Origin"), response.Header.Get("Vary"); acao != "" || vary != "Origin" {
		t.Errorf("Access-Control-Allow-Origin is %q, and Vary %q", acao, vary)
	}
}

// A handler serves another request in place of the first, with its user values.
func TestCopiedUserValuesDecideNothing(t *testing.T) {
	app := newApp(fiber.Config{})
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{trusted}}))
	var inner fasthttp.RequestCtx
	app.Get("/", func(c *fiber.Ctx) error {
		if c.Context() == &inner {
			return nil
		}
		inner.Request.SetRequestURI("/")
		inner.Request.Header.Set("Origin", "https://evil.example")
		c.Context().VisitUserValuesAll(func(key, value any) { inner.SetUserValue(key, value) })
		app.Handler()(&inner)
		return nil
	})
	from(t, listen(t, app)+"/", trusted)
	if got := inner.Response.Header.Peek("Access-Control-Allow-Origin"); len(got) > 0 {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}

// Both policies have been applied when a middleware around them fails.
func TestErrorsAroundTwoPoliciesKeepTheInnerOne(t *testing.T) {
	engine, err := cors.New(corsfiber.Config{AllowOrigins: []string{trusted}})
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fiber.DefaultErrorHandler)})
	app.Use(failAfterwards)
	app.Use(corsfiber.Middleware(engine))
	app.Use(corsfiber.New(corsfiber.Config{AllowOrigins: []string{"https://other.example"}}))
	app.Get("/", func(c *fiber.Ctx) error { return nil })
	if got := from(t, listen(t, app)+"/", trusted).Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}
