package main

import (
	"net/http"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	"github.com/gorilla/handlers"
)

// gorillaHandlers follows https://pkg.go.dev/github.com/gorilla/handlers#CORSOption.
func gorillaHandlers(policy cors.Config) (http.Handler, error) {
	options := []handlers.CORSOption{
		handlers.AllowedOrigins(policy.AllowOrigins),
		handlers.AllowedMethods(methods.Allowed(policy)),
		handlers.AllowedHeaders(policy.AllowHeaders),
		handlers.ExposedHeaders(policy.ExposeHeaders),
		handlers.MaxAge(policy.MaxAge),
	}
	if policy.AllowCredentials {
		options = append(options, handlers.AllowCredentials())
	}
	if policy.PreflightStatus != 0 {
		options = append(options, handlers.OptionStatusCode(policy.PreflightStatus))
	}
	recovery := handlers.RecoveryHandler()
	return handlers.CORS(options...)(recovery(gorillaApp(policy))), nil
}
