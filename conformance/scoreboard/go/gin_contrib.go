package main

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	ginContrib "github.com/gin-contrib/cors"
)

// ginContribCORS follows https://github.com/gin-contrib/cors#config-reference.
func ginContribCORS(policy cors.Config) (http.Handler, error) {
	config := ginContrib.Config{
		AllowAllOrigins:           anyOrigin(policy),
		AllowMethods:              methods.Allowed(policy),
		AllowPrivateNetwork:       policy.AllowPrivateNetwork,
		AllowHeaders:              policy.AllowHeaders,
		AllowCredentials:          policy.AllowCredentials,
		ExposeHeaders:             policy.ExposeHeaders,
		MaxAge:                    time.Duration(policy.MaxAge) * time.Second,
		AllowBrowserExtensions:    true,
		OptionsResponseStatusCode: policy.PreflightStatus,
	}
	if !config.AllowAllOrigins {
		config.AllowOrigins = policy.AllowOrigins
		config.AllowWildcard = slices.ContainsFunc(policy.AllowOrigins, func(origin string) bool { return strings.Contains(origin, "*") })
		config.CustomSchemas = customSchemes(policy.AllowOrigins)
	}
	return ginApp(policy, ginContrib.New(config)), nil
}

// customSchemes returns the schemes of origins other than http and https, such
// as "capacitor://".
func customSchemes(origins []string) (schemes []string) {
	for _, origin := range origins {
		if scheme, _, ok := strings.Cut(origin, "://"); ok && scheme != "http" && scheme != "https" {
			schemes = append(schemes, scheme+"://")
		}
	}
	return schemes
}
