package corsfiber_test

import (
	"bytes"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/recover"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T, policy []cors.Config) *conformance.Server {
		engine, err := cors.New(policy...)
		if err != nil {
			t.Fatal(err)
		}
		app := newApp(fiber.Config{StrictRouting: true, CaseSensitive: true})
		app.Use(corsfiber.Middleware(engine))
		for _, path := range conformance.Routes {
			path = fiberPath(path)
			app.Add(conformance.Methods, path, serveApp)
			if policy[0].PassPreflight {
				app.Options(path, serveApp)
			}
		}
		if !policy[0].PassPreflight {
			app.Options(conformance.OwnOptions, serveApp)
		}
		return &conformance.Server{
			URL:         listen(t, app),
			Reconfigure: func(policy []cors.Config) error { return engine.Reload(policy...) },
		}
	})
}

func newApp(config fiber.Config) *fiber.App {
	app := fiber.New(config)
	app.Use(recover.New())
	return app
}

func listen(t *testing.T, app *fiber.App) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

// fiberPath writes a path of net/http's ServeMux as Fiber writes it.
func fiberPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*", "{", ":", "}", "").Replace(path)
}

func serveApp(c fiber.Ctx) error {
	request, err := adaptor.ConvertRequest(c, true)
	if err != nil {
		return err
	}
	byError, byPanic := conformance.Fails(request.URL.Query())
	switch {
	case byError:
		return conformance.ErrApp
	case byPanic:
		panic(conformance.ErrApp)
	}
	h := &c.Response().Header
	w := &responseWriter{header: make(http.Header), status: http.StatusOK}
	for name, value := range h.All() {
		w.header.Add(string(name), string(value))
	}
	before := slices.Collect(maps.Keys(w.header))
	conformance.App.ServeHTTP(w, request)
	for _, name := range before {
		h.Del(name)
	}
	for _, name := range slices.Sorted(maps.Keys(w.header)) {
		for _, value := range w.header[name] {
			h.Add(name, value)
		}
	}
	return c.Status(w.status).Send(w.body.Bytes())
}

// A responseWriter lets a handler of net/http do to the header of a response
// what one of Fiber can do. (Fiber's adaptor gives it an empty header.)
type responseWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *responseWriter) Header() http.Header                { return w.header }
func (w *responseWriter) WriteHeader(status int)             { w.status = status }
func (w *responseWriter) Write(part []byte) (n int, _ error) { return w.body.Write(part) }
