package fetch

import (
	"fmt"
	"strings"
)

// corsCheck is Fetch, "CORS check". It returns nil for success.
func corsCheck(request *request, response *response) *NetworkError {
	includesCredentials := request.credentials == CredentialsInclude

	origin, ok := response.headers.Get("Access-Control-Allow-Origin")
	if !ok {
		return allowOriginError(request, response, StepAllowOriginMissing, 2,
			"No Access-Control-Allow-Origin header is present on the response")
	}
	if !includesCredentials && origin == "*" {
		return nil
	}
	if serializedOrigin := request.serializeOrigin(); serializedOrigin != origin {
		return allowOriginError(request, response, StepAllowOrigin, 4,
			allowOriginMismatch(serializedOrigin, origin, len(response.headers.values("Access-Control-Allow-Origin"))))
	}
	if !includesCredentials {
		return nil
	}
	if credentials, _ := response.headers.Get("Access-Control-Allow-Credentials"); credentials == "true" {
		return nil
	}
	return allowCredentialsError(response)
}

// allowOriginMismatch says how an Access-Control-Allow-Origin header differs
// from the request's origin.
func allowOriginMismatch(serializedOrigin, value string, lines int) string {
	const name = "The Access-Control-Allow-Origin header"
	switch {
	case lines > 1:
		return fmt.Sprintf("%s appears %d times, which browsers read as %s, and only one value is allowed", name, lines, quote(value))
	case strings.ContainsAny(value, ", "):
		return fmt.Sprintf("%s has several values, %s, and only one is allowed", name, quote(value))
	case value == "*":
		return name + " must not be the wildcard * when the request's credentials mode is include"
	case value == "":
		return name + " is empty"
	case byteCaseInsensitiveMatch(value, serializedOrigin):
		return fmt.Sprintf("%s is %s, which differs from the origin %s in upper and lower case, and browsers compare byte by byte", name, quote(value), quote(serializedOrigin))
	case strings.TrimSuffix(value, "/") == serializedOrigin:
		return fmt.Sprintf("%s is %s, but the origin %s has no slash at its end", name, quote(value), quote(serializedOrigin))
	}
	return fmt.Sprintf("%s is %s, which is not the origin %s", name, quote(value), quote(serializedOrigin))
}
