package migrating

import (
	"log"
	"net/http"

	"github.com/jub0bs/cors"
)

func jub0bsBefore(mux http.Handler) http.Handler {
	middleware, err := cors.NewMiddleware(cors.Config{
		Origins:         []string{"https://app.example.com", "https://*.partner.example"},
		Credentialed:    true,
		Methods:         []string{"PUT", "DELETE"},
		RequestHeaders:  []string{"Content-Type", "Authorization"},
		MaxAgeInSeconds: 600,
	})
	if err != nil {
		log.Fatal(err)
	}
	handler := middleware.Wrap(mux)
	return handler
}

func jub0bsDefault() cors.Config {
	return cors.Config{Origins: []string{"*"}}
}
