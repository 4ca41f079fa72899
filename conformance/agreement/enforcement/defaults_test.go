package enforcement

import (
	"fmt"
	"net/http"
	"slices"
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
)

// shortest is the Config of the README's programs.
var shortest = cors.Config{AllowOrigins: []string{trusted}}

// programs are the README's, with routes for the usual methods that respond
// with the name of the method. They return their address.
var programs = []struct {
	name  string
	start func(t *testing.T) (address string)
}{
	{"net-http", func(t *testing.T) string {
		engine, err := cors.New(shortest)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		for _, method := range methods {
			mux.HandleFunc(method+" /", nameMethod)
		}
		return startHTTP(t, engine.Handler(mux))
	}},
	{"gin", func(t *testing.T) string {
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.Use(corsgin.New(shortest))
		for _, method := range methods {
			r.Handle(method, "/", gin.WrapF(nameMethod))
		}
		return startHTTP(t, r)
	}},
	{"echo", func(t *testing.T) string {
		e := echo.New()
		e.Use(corsecho.New(shortest))
		for _, method := range methods {
			e.Add(method, "/", echo.WrapHandler(http.HandlerFunc(nameMethod)))
		}
		return startHTTP(t, e)
	}},
	{"echo5", func(t *testing.T) string {
		e := echo5.New()
		e.Use(corsecho5.New(shortest))
		for _, method := range methods {
			e.Add(method, "/", echo5.WrapHandler(http.HandlerFunc(nameMethod)))
		}
		return startHTTP(t, e)
	}},
	{"chi", func(t *testing.T) string {
		r := chi.NewRouter()
		r.Use(corschi.New(shortest))
		for _, method := range methods {
			r.MethodFunc(method, "/", nameMethod)
		}
		return startHTTP(t, r)
	}},
	{"fiber", func(t *testing.T) string {
		app := fiber.New(fiber.Config{DisableStartupMessage: true})
		app.Use(corsfiber.New(shortest))
		for _, method := range methods {
			app.Add(method, "/", func(c *fiber.Ctx) error { return c.SendString(c.Method()) })
		}
		return startFiber(t, app.Listener)
	}},
	{"fiber3", startShortestFiber3},
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}

func nameMethod(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method) }

// TestShortestProgram makes the requests of a usual page: JSON with a token,
// with the usual methods. The allowed origin can read every response, and
// another origin none.
func TestShortestProgram(t *testing.T) {
	eachBrowser(t, func(t *testing.T, s *stage) {
		for _, program := range sample(programs) {
			t.Run(program.name, func(t *testing.T) {
				origin := s.newOrigin()
				s.open(t, origin, program.start(t))
				const script = `
					const read = []
					for (const method of argument.methods) {
						const headers = { Authorization: "Bearer token" }
						let body
						if (method === "POST" || method === "PUT") {
							headers["Content-Type"] = "application/json"
							body = "{}"
						}
						try {
							const response = await fetch(argument.url, { method, headers, body })
							read.push(await response.text())
						} catch {
							read.push("blocked")
						}
					}
					return read
				`
				argument := map[string]any{"url": origin + "/", "methods": methods}
				for from, want := range map[string][]string{
					trusted: methods,
					evil:    {"blocked", "blocked", "blocked", "blocked"},
				} {
					var read []string
					s.run(t, from, script, argument, &read)
					if !slices.Equal(read, want) {
						t.Errorf("a page of %s reads %q, want %q", from, read, want)
					}
				}
			})
		}
	})
}
