package corschi_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	corschi "github.com/corskit/cors/adapters/chi"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func ExampleNew() {
	r := chi.NewRouter()
	r.Use(corschi.New(corschi.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT", "DELETE"},
	}))
	r.Get("/posts", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `["hello"]`) })

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
	r := chi.NewRouter()
	r.Use(corschi.Middleware(engine))
	r.Get("/posts", func(w http.ResponseWriter, r *http.Request) {})

	preflight(r, "/posts")
	// Output:
	// 204
	// https://app.example.com
	// DELETE,GET,OPTIONS,PATCH,POST,PUT
}

func ExampleAttach() {
	r := chi.NewRouter()
	policies := corschi.Attach(r, corschi.Config{AllowOrigins: []string{"https://www.example.com"}})

	policies.Group("/api", corschi.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	}, func(api chi.Router) {
		api.Get("/posts", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `["hello"]`) })
	})

	policies.Route("/status", corschi.Config{AllowOrigins: []string{"*"}})
	r.Get("/status", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "up") })

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
