package main

import (
	"net/http"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/mux"
)

// muxApp returns the application in net/http.
func muxApp(policy cors.Config) http.Handler {
	m := http.NewServeMux()
	for _, route := range routes(policy) {
		m.HandleFunc(route.method+" "+route.path, serveHTTP)
	}
	return m
}

// chiApp returns the application in chi, behind a middleware.
func chiApp(policy cors.Config, middleware func(http.Handler) http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Use(chimiddleware.Recoverer, middleware)
	for _, route := range routes(policy) {
		r.MethodFunc(route.method, route.bracePath(), serveHTTP)
	}
	return r
}

// gorillaApp returns the application in gorilla/mux.
func gorillaApp(policy cors.Config) http.Handler {
	r := mux.NewRouter()
	for _, route := range routes(policy) {
		r.HandleFunc(route.bracePath(), serveHTTP).Methods(route.method)
	}
	return r
}

func serveHTTP(w http.ResponseWriter, r *http.Request) {
	switch byError, byPanic := conformance.Fails(r.URL.Query()); {
	case byError:
		http.Error(w, conformance.ErrApp.Error(), http.StatusInternalServerError)
	case byPanic:
		panic(conformance.ErrApp)
	default:
		conformance.App.ServeHTTP(w, r)
	}
}
