package corsgin_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func ExampleNew() {
	r := gin.New()
	r.Use(corsgin.New(corsgin.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT", "DELETE"},
	}))
	r.GET("/posts", func(c *gin.Context) { c.JSON(http.StatusOK, []string{"hello"}) })

	preflight(r, "/posts")
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
	r := gin.New()
	r.Use(corsgin.Middleware(engine))
	r.GET("/posts", func(c *gin.Context) {})

	preflight(r, "/posts")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
}

func ExampleAttach() {
	r := gin.New()
	policies := corsgin.Attach(r, corsgin.Config{AllowOrigins: []string{"https://www.example.com"}})

	api := policies.Group("/api", corsgin.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	})
	api.GET("/posts", func(c *gin.Context) { c.JSON(http.StatusOK, []string{"hello"}) })

	policies.Route("/status", corsgin.Config{AllowOrigins: []string{"*"}})
	r.GET("/status", func(c *gin.Context) { c.String(http.StatusOK, "up") })

	preflight(r, "/api/posts")
	preflight(r, "/status")
	preflight(r, "/other")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 204
	// *
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 403
}

func ExampleHandler() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	r := gin.New()
	r.GET("/posts", func(c *gin.Context) { c.JSON(http.StatusOK, []string{"hello"}) })

	preflight(corsgin.Handler(engine, r), "/posts/")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
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
