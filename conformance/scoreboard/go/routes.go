package main

import (
	"net/http"
	"slices"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// routes returns the routes of the application with a policy.
func routes(policy cors.Config) []conformance.Route {
	return conformance.AppRoutes(policy.PassPreflight)
}

// allMethods returns every method that a policy allows, for libraries that list all of
// them: a policy leaves out those that need no permission.
func allMethods(policy cors.Config) []string {
	if anyMethod(policy) {
		return policy.AllowMethods
	}
	all := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	for _, method := range policy.AllowMethods {
		if !slices.Contains(all, method) {
			all = append(all, method)
		}
	}
	return all
}

func anyMethod(policy cors.Config) bool { return slices.Contains(policy.AllowMethods, "*") }

func anyOrigin(policy cors.Config) bool { return slices.Contains(policy.AllowOrigins, "*") }

// acceptsAnyOriginWithCredentials reports whether the policy accepts the risk
// of any origin with credentials. Some libraries have an option of their own
// for that.
func acceptsAnyOriginWithCredentials(policy cors.Config) bool {
	return policy.AllowCredentials && anyOrigin(policy) && slices.Contains(policy.AcceptRisks, cors.RiskAnyOriginWithCredentials)
}
