package migrating

import (
	"net/http"

	"github.com/gorilla/handlers"
)

func gorillaBefore(mux http.Handler) http.Handler {
	handler := handlers.CORS(
		handlers.AllowedOrigins([]string{"https://app.example.com", "https://admin.example.com"}),
		handlers.AllowedMethods([]string{"GET", "POST", "PUT", "DELETE"}),
		handlers.AllowedHeaders([]string{"Content-Type", "Authorization"}),
		handlers.AllowCredentials(),
		handlers.MaxAge(600),
	)(mux)
	return handler
}

func gorillaDefault() func(http.Handler) http.Handler {
	return handlers.CORS()
}
