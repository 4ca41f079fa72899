package migrating

import (
	"log"
	"net/http"

	cors "github.com/corskit/cors/core"
)

func rsAfter(mux http.Handler) http.Handler {
	engine, err := cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Authorization"},
		AllowCredentials: true,
		MaxAge:           600,
	})
	if err != nil {
		log.Fatal(err)
	}
	handler := engine.Handler(mux)
	return handler
}

func jub0bsAfter() cors.Config {
	policy := cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowCredentials: true,
		AllowMethods:     []string{"PUT", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Authorization"},
		MaxAge:           600,
	}
	return policy
}

func gorillaAfter() cors.Config {
	policy := cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://admin.example.com"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Authorization"},
		AllowCredentials: true,
		MaxAge:           600,
	}
	return policy
}

func djangoAfter() cors.Config {
	policy := cors.Config{
		AllowOrigins:       []string{"https://app.example.com"},
		AllowOriginRegexps: []string{`^https://([a-z0-9-]+\.)*partner\.example$`},
		PathRegexps:        []string{"^/api/.*$"},
		AllowCredentials:   true,
		MaxAge:             86400,
	}
	return policy
}
