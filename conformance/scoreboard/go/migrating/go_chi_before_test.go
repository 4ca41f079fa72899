package migrating

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
)

func goChiBefore(r *chi.Mux) {
	r.Use(cors.Handler(cors.Options{
		AllowedOrigins:   []string{"https://app.example.com", "https://*.partner.example"},
		AllowedMethods:   []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"},
		AllowedHeaders:   []string{"Accept", "Authorization", "Content-Type", "X-CSRF-Token"},
		AllowCredentials: true,
		MaxAge:           300,
	}))
}

func goChiDefault() func(http.Handler) http.Handler {
	return cors.Handler(cors.Options{})
}

func goChiAllowAll() *cors.Cors {
	return cors.AllowAll()
}
