package migrating

import (
	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/go-chi/chi/v5"
)

func goChiAfter(r *chi.Mux) {
	r.Use(corschi.New(corschi.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"},
		AllowHeaders:     []string{"Accept", "Authorization", "Content-Type", "X-CSRF-Token"},
		AllowCredentials: true,
		MaxAge:           300,
	}))
}
