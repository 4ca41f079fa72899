package migrating

import (
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	fiber2 "github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
	echo4 "github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
)

// The application behind each middleware: one path, at which a handler serves all
// methods.
const (
	api  = "https://api.example.com"
	path = "/orders"
)

// handled are the headers by which a response tells that it is the handler's.
var handled = map[string]string{"X-Total": "42", "X-Internal": "yes", "Content-Type": "text/plain; charset=utf-8"}

var handler http.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) {
	for name, value := range handled {
		w.Header().Set(name, value)
	}
	io.WriteString(w, "ok")
}

// A roundTrip serves the requests of a browser without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (serve roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	received := httptest.NewRequest(r.Method, r.URL.RequestURI(), r.Body)
	received.Host, received.Header = r.Host, r.Header
	return serve(received)
}

func overHTTP(h http.Handler) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	})
}

func inNetHTTP(wrap func(http.Handler) http.Handler) http.RoundTripper {
	mux := http.NewServeMux()
	mux.Handle(path, handler)
	return overHTTP(wrap(mux))
}

func inGin(use func(*gin.Engine)) http.RoundTripper {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	use(r)
	r.Any(path, gin.WrapF(handler))
	return overHTTP(r)
}

func inChi(use func(*chi.Mux)) http.RoundTripper {
	r := chi.NewRouter()
	use(r)
	r.Handle(path, handler)
	return overHTTP(r)
}

func inEcho4(use func(*echo4.Echo)) http.RoundTripper {
	e := echo4.New()
	use(e)
	e.Any(path, echo4.WrapHandler(handler))
	return overHTTP(e)
}

func inEcho5(use func(*echo5.Echo)) http.RoundTripper {
	e := echo5.New()
	use(e)
	e.Any(path, echo5.WrapHandler(handler))
	return overHTTP(e)
}

func inFiber2(use func(*fiber2.App)) http.RoundTripper {
	app := fiber2.New()
	use(app)
	app.All(path, func(c *fiber2.Ctx) error {
		for name, value := range handled {
			c.Set(name, value)
		}
		return c.SendString("ok")
	})
	return roundTrip(func(r *http.Request) (*http.Response, error) { return app.Test(r, -1) })
}

func inFiber3(use func(*fiber3.App)) http.RoundTripper {
	app := fiber3.New()
	use(app)
	app.All(path, func(c fiber3.Ctx) error {
		for name, value := range handled {
			c.Set(name, value)
		}
		return c.SendString("ok")
	})
	return roundTrip(func(r *http.Request) (*http.Response, error) { return app.Test(r, fiber3.TestConfig{}) })
}
