package main

import (
	"net/http"
	"slices"

	cors "github.com/corskit/cors/core"
	jub0bs "github.com/jub0bs/cors"
)

// jub0bsMiddleware is reconfigured for each policy.
var jub0bsMiddleware jub0bs.Middleware

// jub0bsCORS follows https://pkg.go.dev/github.com/jub0bs/cors#Config.
func jub0bsCORS(policy cors.Config) (http.Handler, error) {
	err := jub0bsMiddleware.Reconfigure(&jub0bs.Config{
		Origins:         policy.AllowOrigins,
		Credentialed:    policy.AllowCredentials,
		Methods:         policy.AllowMethods,
		RequestHeaders:  policy.AllowHeaders,
		MaxAgeInSeconds: max(policy.MaxAge, -1),
		ResponseHeaders: policy.ExposeHeaders,

		DangerouslyTolerateInsecureOrigins:            slices.Contains(policy.AcceptRisks, cors.RiskInsecureOriginWithCredentials),
		DangerouslyTolerateSubdomainsOfPublicSuffixes: slices.Contains(policy.AcceptRisks, cors.RiskPublicSuffix),
	})
	return jub0bsMiddleware.Wrap(muxApp(policy)), err
}
