package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// A route is one of the application's, with a path in the syntax of net/http's
// ServeMux.
type route struct{ method, path string }

// routes returns the routes of the application. Only where the policy leaves preflights
// to the application does every path have a route for OPTIONS.
func routes(policy cors.Config) []route {
	var all []route
	for _, path := range conformance.Routes {
		for _, method := range conformance.Methods {
			all = append(all, route{method, path})
		}
		if policy.PassPreflight {
			all = append(all, route{http.MethodOptions, path})
		}
	}
	if !policy.PassPreflight {
		all = append(all, route{http.MethodOptions, conformance.OwnOptions})
	}
	return all
}

// bracePath writes the path as chi and gorilla/mux do.
func (r route) bracePath() string { return strings.ReplaceAll(r.path, "{$}", "") }

// colonPath writes the path as Gin, Echo and Fiber do.
func (r route) colonPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.bracePath())
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

// acceptsAnyOriginWithCredentials reports whether the policy knowingly gives any origin
// access with credentials. Some libraries ask for that in words of their own.
func acceptsAnyOriginWithCredentials(policy cors.Config) bool {
	return policy.AllowCredentials && anyOrigin(policy) && slices.Contains(policy.AcceptRisks, cors.RiskAnyOriginWithCredentials)
}
