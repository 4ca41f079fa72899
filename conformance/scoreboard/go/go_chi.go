package main

import (
	"net/http"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	goChi "github.com/go-chi/cors"
)

// goChiCORS follows https://pkg.go.dev/github.com/go-chi/cors#Options.
func goChiCORS(policy cors.Config) (http.Handler, error) {
	return chiApp(policy, goChi.Handler(goChi.Options{
		AllowedOrigins:     policy.AllowOrigins,
		AllowedMethods:     methods.Allowed(policy),
		AllowedHeaders:     policy.AllowHeaders,
		ExposedHeaders:     policy.ExposeHeaders,
		AllowCredentials:   policy.AllowCredentials,
		MaxAge:             policy.MaxAge,
		OptionsPassthrough: policy.PassPreflight,
	})), nil
}
