package main

import (
	"fmt"

	"github.com/corskit/cors/conformance/fetch"
)

// A Console has the messages that browsers print on their consoles about a request
// that CORS blocks. Scripts can't read them, so the page shows what the browser model
// makes of the request, in the words of each browser.
type Console struct {
	Chromium string `json:"chromium"`
	Firefox  string `json:"firefox"`
}

// consoleOf returns the messages about a failure, or nil if it isn't about CORS.
func consoleOf(failure *fetch.NetworkError) *Console {
	value, refused := failure.Value, failure.Refused
	var chromium, firefox string
	prefix := "Response to preflight request doesn't pass access control check: "
	switch failure.Step {
	case fetch.StepAllowOriginMissing:
		chromium = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
		firefox = "CORS header ‘Access-Control-Allow-Origin’ missing"
	case fetch.StepAllowOrigin:
		chromium = fmt.Sprintf("The 'Access-Control-Allow-Origin' header has a value '%s' that is not equal to the supplied origin.", value)
		firefox = fmt.Sprintf("CORS header ‘Access-Control-Allow-Origin’ does not match ‘%s’", value)
		if value == "*" {
			chromium = "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'."
			firefox = "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’"
		}
	case fetch.StepAllowCredentials:
		chromium = fmt.Sprintf("The value of the 'Access-Control-Allow-Credentials' header in the response is '%s' which must be 'true' when the request's credentials mode is 'include'.", value)
		firefox = "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’"
	case fetch.StepPreflightStatus:
		chromium = "It does not have HTTP ok status."
		firefox = "CORS preflight response did not succeed"
	case fetch.StepPreflightMethod:
		prefix = ""
		chromium = fmt.Sprintf("Method %s is not allowed by Access-Control-Allow-Methods in preflight response.", refused)
		firefox = "Did not find method in CORS header ‘Access-Control-Allow-Methods’"
	case fetch.StepPreflightAuthorization, fetch.StepPreflightHeader:
		prefix = ""
		chromium = fmt.Sprintf("Request header field %s is not allowed by Access-Control-Allow-Headers in preflight response.", refused)
		firefox = fmt.Sprintf("header ‘%s’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response", refused)
	default:
		return nil
	}
	if !failure.Preflight {
		prefix = ""
	}
	// Firefox has the status in two of its messages, and quotes around the URL in one.
	url, end := failure.URL, ""
	switch {
	case failure.Step == fetch.StepAllowOriginMissing, failure.Step == fetch.StepPreflightStatus:
		end = fmt.Sprintf(" Status code: %d.", failure.Trace[len(failure.Trace)-1].Status)
	case failure.Step == fetch.StepAllowOrigin && value == "*":
		url = "‘" + url + "’"
	}
	return &Console{
		Chromium: fmt.Sprintf("Access to fetch at '%s' from origin '%s' has been blocked by CORS policy: %s%s", failure.URL, failure.Origin, prefix, chromium),
		Firefox:  fmt.Sprintf("Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at %s. (Reason: %s).%s", url, firefox, end),
	}
}
