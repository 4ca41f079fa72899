package cases

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	echo5middleware "github.com/labstack/echo/v5/middleware"
)

// An adapter is a framework, and how to serve the suite's application in it.
type adapter struct {
	name string
	// start starts a server with the routes of a policy, and returns its URL.
	start func(t *testing.T, engine *cors.Engine, routes []conformance.Route) (url string)
}

// adapters are all adapters.
var adapters = []adapter{
	{"gin", startGin},
	{"echo", startEcho},
	{"echo5", startEcho5},
	{"chi", startChi},
	{"fiber", startFiber},
	{"fiber3", startFiber3},
}

// serve starts a server that has a policy.
func (a adapter) serve(t *testing.T, policy []cors.Config) *conformance.Server {
	engine, err := cors.New(policy...)
	if err != nil {
		t.Fatal(err)
	}
	return &conformance.Server{
		URL:         a.start(t, engine, conformance.AppRoutes(policy[0].PassPreflight)),
		Reconfigure: func(policy []cors.Config) error { return engine.Reload(policy...) },
	}
}

func startGin(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.Use(gin.RecoveryWithWriter(nil), corsgin.Middleware(engine))
	for _, route := range routes {
		r.Handle(route.Method, route.ColonPath(), func(c *gin.Context) {
			if err := conformance.Respond(c.Writer, c.Request); err != nil {
				c.AbortWithError(http.StatusInternalServerError, err)
			}
		})
	}
	return startHTTP(t, cors.Enforce(r))
}

func startEcho(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.Use(echomiddleware.Recover(), corsecho.Middleware(engine))
	for _, route := range routes {
		e.Add(route.Method, route.ColonPath(), func(c echo.Context) error {
			return conformance.Respond(c.Response(), c.Request())
		})
	}
	return startHTTP(t, e)
}

func startEcho5(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	e := echo5.New()
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(echo5middleware.Recover(), corsecho5.Middleware(engine))
	for _, route := range routes {
		e.Add(route.Method, route.ColonPath(), func(c *echo5.Context) error {
			return conformance.Respond(c.Response(), c.Request())
		})
	}
	return startHTTP(t, e)
}

func startChi(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	r := chi.NewRouter()
	r.Use(recoverer, corschi.Middleware(engine))
	for _, route := range routes {
		r.MethodFunc(route.Method, route.BracePath(), conformance.HTTPApp.ServeHTTP)
	}
	return startHTTP(t, cors.Enforce(r))
}

// recoverer is chi's Recoverer without the log.
func recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func startHTTP(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func startFiber(t *testing.T, engine *cors.Engine, routes []conformance.Route) string {
	app := fiber.New(fiber.Config{StrictRouting: true, CaseSensitive: true, DisableStartupMessage: true})
	app.Use(fiberrecover.New(), corsfiber.Middleware(engine))
	for _, route := range routes {
		app.Add(route.Method, route.ColonPath(), serveFiber)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

func serveFiber(c *fiber.Ctx) error {
	request, err := adaptor.ConvertRequest(c, true)
	if err != nil {
		return err
	}
	w, err := conformance.RespondFast(&c.Response().Header, request, conformance.Respond)
	if err != nil {
		return err
	}
	return c.Status(w.Code).Send(w.Body.Bytes())
}
