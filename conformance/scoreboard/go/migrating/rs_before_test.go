package migrating

import (
	"net/http"

	"github.com/rs/cors"
)

func rsBefore(mux http.Handler) http.Handler {
	handler := cors.New(cors.Options{
		AllowedOrigins:   []string{"https://app.example.com", "https://*.partner.example"},
		AllowedMethods:   []string{"GET", "POST", "PUT", "DELETE"},
		AllowedHeaders:   []string{"Content-Type", "Authorization"},
		AllowCredentials: true,
		MaxAge:           600,
	}).Handler(mux)
	return handler
}

func rsDefault() *cors.Cors {
	return cors.Default()
}

func rsAllowAll() *cors.Cors {
	return cors.AllowAll()
}
