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
	return conformance.AppMux(policy.PassPreflight)
}

// chiApp returns the application in chi, behind a middleware.
func chiApp(policy cors.Config, middleware func(http.Handler) http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Use(chimiddleware.Recoverer, middleware)
	for _, route := range routes(policy) {
		r.MethodFunc(route.Method, route.BracePath(), conformance.HTTPApp.ServeHTTP)
	}
	return r
}

// gorillaApp returns the application in gorilla/mux.
func gorillaApp(policy cors.Config) http.Handler {
	r := mux.NewRouter()
	for _, route := range routes(policy) {
		r.HandleFunc(route.BracePath(), conformance.HTTPApp.ServeHTTP).Methods(route.Method)
	}
	return r
}
