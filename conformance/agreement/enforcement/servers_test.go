package enforcement

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
	"golang.org/x/net/websocket"
)

// A shop takes orders from users, identified by a cookie, and has a WebSocket
// that greets them.
type shop struct {
	placed atomic.Int64
	engine *cors.Engine
	// checked says that CheckOrigin checks handshakes.
	checked bool
}

func (s *shop) order(cookie string) string {
	if !strings.Contains(cookie, "user=ada") {
		return "nobody is logged in"
	}
	s.placed.Add(1)
	return "ordered"
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/orders" {
		io.WriteString(w, s.order(r.Header.Get("Cookie")))
		return
	}
	websocket.Server{
		Handshake: func(_ *websocket.Config, r *http.Request) error {
			if s.checked && !s.engine.CheckOrigin(r) {
				return fmt.Errorf("the origin %q is not allowed", r.Header.Get("Origin"))
			}
			return nil
		},
		Handler: func(ws *websocket.Conn) {
			fmt.Fprintf(ws, "hello %s", ws.Request().Header.Get("Cookie"))
			io.Copy(io.Discard, ws) // Firefox gives a page no message if the connection is lost at once
		},
	}.ServeHTTP(w, r)
}

// servers start the shop with CORS in front, and return its address.
var servers = []struct {
	name    string
	start   func(t *testing.T, s *shop) (address string)
	sockets bool // whether it can serve the shop's WebSocket, which needs net/http
}{
	{"net-http", func(t *testing.T, s *shop) string { return startHTTP(t, s.engine.Handler(s)) }, true},
	{"gin", func(t *testing.T, s *shop) string {
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.Use(corsgin.Middleware(s.engine))
		r.Any("/*path", gin.WrapH(s))
		return startHTTP(t, r)
	}, true},
	{"echo", func(t *testing.T, s *shop) string {
		e := echo.New()
		e.Use(corsecho.Middleware(s.engine))
		e.Any("/*", echo.WrapHandler(s))
		return startHTTP(t, e)
	}, true},
	{"echo5", func(t *testing.T, s *shop) string {
		e := echo5.New()
		e.Use(corsecho5.Middleware(s.engine))
		e.Any("/*", echo5.WrapHandler(s))
		return startHTTP(t, e)
	}, true},
	{"chi", func(t *testing.T, s *shop) string {
		r := chi.NewRouter()
		r.Use(corschi.Middleware(s.engine))
		r.Handle("/*", s)
		return startHTTP(t, r)
	}, true},
	{"fiber", func(t *testing.T, s *shop) string {
		app := fiber.New(fiber.Config{DisableStartupMessage: true})
		app.Use(corsfiber.Middleware(s.engine))
		app.Post("/orders", func(c *fiber.Ctx) error { return c.SendString(s.order(c.Get("Cookie"))) })
		return startFiber(t, app.Listener)
	}, false},
	{"fiber3", startFiber3, false},
}

func startHTTP(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// startFiber makes a Fiber app listen, and returns its address.
func startFiber(t *testing.T, listen func(net.Listener) error) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- listen(listener) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}
