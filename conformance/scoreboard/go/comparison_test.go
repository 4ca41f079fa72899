package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	ginContrib "github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v3"
	fibercors "github.com/gofiber/fiber/v3/middleware/cors"
	jub0bs "github.com/jub0bs/cors"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"
	rs "github.com/rs/cors"
	"github.com/valyala/fasthttp"
)

var write = flag.Bool("write", false, "write the comparison into the project's README")

// A peer is a column of the comparison in the project's README.
type peer struct {
	title string // in the README
	entry string // in scoreboard.md
	// starts returns an error, or panics, if the library refuses a policy.
	starts func(cors.Config) error
	// route adds the library's middleware to one group or route, as its users do.
	// It returns the response to a preflight for PUT /api/post.
	route func() *http.Response
}

const site = "https://app.example.com"

var peers = []peer{
	{"corskit", "corskit in Gin",
		func(policy cors.Config) error { _, err := cors.New(policy); return err },
		func() *http.Response {
			r := gin.New()
			group := corsgin.Attach(r).Group("/api", cors.Config{AllowOrigins: []string{site}})
			group.PUT("/post", func(c *gin.Context) {})
			return preflight(r)
		}},
	{"gin-contrib/cors", "gin-contrib/cors",
		starting(ginContribCORS),
		func() *http.Response {
			r := gin.New()
			group := r.Group("/api", ginContrib.New(ginContrib.Config{AllowOrigins: []string{site}, AllowMethods: []string{"PUT"}}))
			group.PUT("/post", func(c *gin.Context) {})
			return preflight(r)
		}},
	{"rs/cors", "rs/cors",
		starting(rsCORS),
		func() *http.Response {
			mux := http.NewServeMux()
			mux.Handle("PUT /api/post", rs.New(rs.Options{AllowedOrigins: []string{site}, AllowedMethods: []string{"PUT"}}).Handler(http.NotFoundHandler()))
			return preflight(mux)
		}},
	{"jub0bs/cors", "jub0bs/cors",
		starting(jub0bsCORS),
		func() *http.Response {
			m, err := jub0bs.NewMiddleware(jub0bs.Config{Origins: []string{site}, Methods: []string{"PUT"}})
			if err != nil {
				panic(err)
			}
			mux := http.NewServeMux()
			mux.Handle("PUT /api/post", m.Wrap(http.NotFoundHandler()))
			return preflight(mux)
		}},
	{"Echo's own (v5)", "Echo v5 middleware",
		starting(echo5CORS),
		func() *http.Response {
			e := echo.New()
			group := e.Group("/api", echomiddleware.CORSWithConfig(echomiddleware.CORSConfig{AllowOrigins: []string{site}, AllowMethods: []string{"PUT"}}))
			group.PUT("/post", func(c *echo.Context) error { return nil })
			return preflight(e)
		}},
	{"Fiber's own (v3)", "Fiber v3 middleware",
		func(policy cors.Config) error {
			return starting(func(policy cors.Config) (fasthttp.RequestHandler, error) { return fiber3CORS(policy) })(policy)
		},
		func() *http.Response {
			app := fiber.New()
			group := app.Group("/api", fibercors.New(fibercors.Config{AllowOrigins: []string{site}, AllowMethods: []string{"PUT"}}))
			group.Put("/post", func(c fiber.Ctx) error { return nil })
			response, err := app.Test(preflightRequest())
			if err != nil {
				panic(err)
			}
			return response
		}},
}

// starting returns a function that says whether a library starts with a policy.
func starting[H any](library func(cors.Config) (H, error)) func(cors.Config) error {
	return func(policy cors.Config) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		_, err = library(policy)
		return err
	}
}

func preflightRequest() *http.Request {
	r := httptest.NewRequest(http.MethodOptions, "/api/post", nil)
	r.Header.Set("Origin", site)
	r.Header.Set("Access-Control-Request-Method", http.MethodPut)
	return r
}

func preflight(h http.Handler) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, preflightRequest())
	return w.Result()
}

// TestComparison checks the table of the project's README against the libraries and the
// scoreboard.
func TestComparison(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	scoreboard, err := os.ReadFile("../scoreboard.md")
	if err != nil {
		t.Fatal(err)
	}
	refuses := func(policy cors.Config) func(peer) string {
		return func(p peer) string { return tick(p.starts(policy) != nil) }
	}
	scored := func(column int) func(peer) string {
		return func(p peer) string {
			row := regexp.MustCompile(`(?m)^\| \[` + regexp.QuoteMeta(p.entry) + `\].*$`).FindString(string(scoreboard))
			if row == "" {
				t.Fatalf("scoreboard.md has no row for %s", p.entry)
			}
			return strings.TrimSpace(strings.Split(row, "|")[column])
		}
	}
	for _, p := range peers {
		if err := p.starts(cors.Config{AllowOrigins: []string{site}, AllowMethods: []string{"PUT"}, AllowHeaders: []string{"Content-Type"}, AllowCredentials: true}); err != nil {
			t.Errorf("%s refuses a good policy: %v", p.title, err)
		}
	}
	rows := []struct {
		title string
		cell  func(peer) string
	}{
		{"doesn't start with `*` and cookies", refuses(cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})},
		{"doesn't start with `https://*.github.io` and cookies", refuses(cors.Config{AllowOrigins: []string{"https://*.github.io"}, AllowCredentials: true})},
		{"doesn't start with `https://app.example.com/`, which never matches", refuses(cors.Config{AllowOrigins: []string{site + "/"}})},
		{"doesn't start with the header `X-Custom-*`, which never matches", refuses(cors.Config{AllowOrigins: []string{site}, AllowHeaders: []string{"X-Custom-*"}})},
		{"a policy for one group or route gets its preflights", func(p peer) string {
			response := p.route()
			return tick(response.StatusCode < 300 && response.Header.Get("Access-Control-Allow-Origin") == site)
		}},
		{"browser cases passed", scored(3)},
		{"shared-cache cases passed", scored(4)},
		{"hardening cases passed (disclosure, requests that no browser sends)", scored(5)},
		{"cases that its options can't express", scored(8)},
	}
	var table strings.Builder
	table.WriteString("|")
	for _, p := range peers {
		table.WriteString(" | " + p.title)
	}
	table.WriteString(" |\n|---" + strings.Repeat("|---", len(peers)) + "|\n")
	for _, row := range rows {
		table.WriteString("| " + row.title)
		for _, p := range peers {
			table.WriteString(" | " + row.cell(p))
		}
		table.WriteString(" |\n")
	}
	const file = "../../../README.md"
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(readme), "<!-- comparison -->\n")
	shown, after, ok := strings.Cut(rest, "<!-- /comparison -->")
	if !ok {
		t.Fatal("the README has no lines <!-- comparison --> and <!-- /comparison -->")
	}
	switch {
	case shown == table.String():
	case *write:
		if err := os.WriteFile(file, []byte(before+"<!-- comparison -->\n"+table.String()+"<!-- /comparison -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the README has another table; go test -run Comparison -args -write writes this:\n%s", table.String())
	}
}

func tick(ok bool) string {
	if ok {
		return "✓"
	}
	return "–"
}
