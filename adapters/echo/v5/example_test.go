package corsecho_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	corsecho "github.com/corskit/cors/adapters/echo/v5"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v5"
)

func ExampleNew() {
	e := echo.New()
	e.Use(corsecho.New(corsecho.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT", "DELETE"},
	}))
	e.GET("/posts", func(c *echo.Context) error { return c.JSON(http.StatusOK, []string{"hello"}) })

	preflight(e, "/posts")
	// Output:
	// 204
	// https://app.example.com
	// PUT,DELETE
}

func ExampleMiddleware() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err) // every problem of the configuration, and what to write instead
	}
	e := echo.New()
	e.Use(corsecho.Middleware(engine))
	e.GET("/posts", func(c *echo.Context) error { return nil })

	preflight(e, "/posts")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
}

func ExampleAttach() {
	e := echo.New()
	policies := corsecho.Attach(e, corsecho.Config{AllowOrigins: []string{"https://www.example.com"}})

	api := policies.Group("/api", corsecho.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	})
	api.GET("/posts", func(c *echo.Context) error { return c.JSON(http.StatusOK, []string{"hello"}) })

	policies.Route("/status", corsecho.Config{AllowOrigins: []string{"*"}})
	e.GET("/status", func(c *echo.Context) error { return c.String(http.StatusOK, "up") })

	preflight(e, "/api/posts")
	preflight(e, "/status")
	preflight(e, "/other")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 204
	// *
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 403
}

// preflight asks as a browser does before a PUT by https://app.example.com.
func preflight(handler http.Handler, path string) {
	request := httptest.NewRequest(http.MethodOptions, path, nil)
	request.Header.Set("Origin", "https://app.example.com")
	request.Header.Set("Access-Control-Request-Method", http.MethodPut)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	fmt.Println(recorder.Code)
	for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods"} {
		if value := recorder.Header().Get(name); value != "" {
			fmt.Println(value)
		}
	}
}
