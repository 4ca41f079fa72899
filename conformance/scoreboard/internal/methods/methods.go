// Package methods lists methods for implementations that need all of them.
package methods

import (
	"net/http"
	"slices"

	cors "github.com/corskit/cors/core"
)

// Allowed returns every method that a policy allows. A policy leaves out those
// that need no permission.
func Allowed(policy cors.Config) []string {
	if slices.Contains(policy.AllowMethods, "*") {
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
