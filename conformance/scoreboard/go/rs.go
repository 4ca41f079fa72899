package main

import (
	"net/http"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	rs "github.com/rs/cors"
)

// rsCORS follows https://github.com/rs/cors#parameters.
func rsCORS(policy cors.Config) (http.Handler, error) {
	options := rs.Options{
		AllowedOrigins:       policy.AllowOrigins,
		AllowedMethods:       methods.Allowed(policy),
		AllowedHeaders:       policy.AllowHeaders,
		ExposedHeaders:       policy.ExposeHeaders,
		AllowCredentials:     policy.AllowCredentials,
		AllowPrivateNetwork:  policy.AllowPrivateNetwork,
		MaxAge:               policy.MaxAge,
		OptionsSuccessStatus: policy.PreflightStatus,
		OptionsPassthrough:   policy.PassPreflight,
	}
	if acceptsAnyOriginWithCredentials(policy) {
		// As the section "Allow * With Credentials Security Protection" says.
		options.AllowOriginFunc = func(string) bool { return true }
	}
	return rs.New(options).Handler(muxApp(policy)), nil
}
