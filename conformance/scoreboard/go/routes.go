package main

import (
	"slices"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// routes returns the routes of the application with a policy.
func routes(policy cors.Config) []conformance.Route {
	return conformance.AppRoutes(policy.PassPreflight)
}

func anyOrigin(policy cors.Config) bool { return slices.Contains(policy.AllowOrigins, "*") }

// acceptsAnyOriginWithCredentials reports whether the policy accepts the risk
// of any origin with credentials. Some libraries have an option of their own
// for that.
func acceptsAnyOriginWithCredentials(policy cors.Config) bool {
	return policy.AllowCredentials && anyOrigin(policy) && slices.Contains(policy.AcceptRisks, cors.RiskAnyOriginWithCredentials)
}
