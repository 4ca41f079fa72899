// Command gorilla serves an API whose router is gorilla/mux. The engine wraps
// the whole router: Router.Use runs middleware only for matched routes, and a
// route for PUT doesn't match a preflight.
package main

import (
	"fmt"
	"log"
	"net/http"

	cors "github.com/corskit/cors/core"
	"github.com/gorilla/mux"
)

func main() {
	engine, err := cors.New(
		cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
		cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowCredentials: true},
	)
	if err != nil {
		log.Fatal(err)
	}
	r := mux.NewRouter()
	r.HandleFunc("/public/posts", list).Methods("GET")
	r.HandleFunc("/posts/{id}", update).Methods("PUT")
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", around(engine, r)))
}

// around wraps the router in the engine. The router matches the unescaped path,
// in which %2F is a slash. Without RawPath, the engine reads the same path.
func around(engine *cors.Engine, r *mux.Router) http.Handler {
	next := engine.Handler(r)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawPath = ""
		next.ServeHTTP(w, r)
	})
}

func list(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, `[{"id":1}]`) }

func update(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
