package corsfiber_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
)

func ExampleNew() {
	app := fiber.New()
	app.Use(corsfiber.New(corsfiber.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT", "DELETE"},
	}))
	app.Get("/posts", func(c fiber.Ctx) error { return c.JSON([]string{"hello"}) })

	preflight(app, "/posts")
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
	app := fiber.New()
	app.Use(corsfiber.Middleware(engine))
	app.Get("/posts", func(c fiber.Ctx) error { return nil })

	preflight(app, "/posts")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
}

func ExampleAttach() {
	app := fiber.New()
	policies := corsfiber.Attach(app, corsfiber.Config{AllowOrigins: []string{"https://www.example.com"}})

	api := policies.Group("/api", corsfiber.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	})
	api.Get("/posts", func(c fiber.Ctx) error { return c.JSON([]string{"hello"}) })

	policies.Route("/status", corsfiber.Config{AllowOrigins: []string{"*"}})
	app.Get("/status", func(c fiber.Ctx) error { return c.SendString("up") })

	preflight(app, "/api/posts")
	preflight(app, "/status")
	preflight(app, "/other")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 204
	// *
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
	// 403
}

func ExampleErrorHandler() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	fail := func(c fiber.Ctx, err error) error {
		c.Response().Reset() // the headers of CORS, too
		return c.SendStatus(fiber.StatusInternalServerError)
	}
	app := fiber.New(fiber.Config{ErrorHandler: corsfiber.ErrorHandler(engine, fail)})
	app.Use(corsfiber.Middleware(engine))

	preflight(app, "/upload")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
}

// preflight asks as a browser does before a PUT by https://app.example.com.
func preflight(app *fiber.App, path string) {
	request := httptest.NewRequest(http.MethodOptions, path, nil)
	request.Header.Set("Origin", "https://app.example.com")
	request.Header.Set("Access-Control-Request-Method", http.MethodPut)
	response, err := app.Test(request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode)
	for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods"} {
		if value := response.Header.Get(name); value != "" {
			fmt.Println(value)
		}
	}
}
