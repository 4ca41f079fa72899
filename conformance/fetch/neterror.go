package fetch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Step is a step of the standard at which a fetch becomes a network error.
type Step string

const (
	// StepBadPort: browsers do not connect to the URL's port.
	StepBadPort Step = "bad port"
	// StepSameOriginMode: the mode is same-origin, and the URL has another origin.
	StepSameOriginMode Step = "same-origin mode"
	// StepScheme: the URL's scheme is neither http nor https.
	StepScheme Step = "scheme"
	// StepNetwork: no usable response came.
	StepNetwork Step = "network"
	// StepPreflightStatus: the preflight's status is not from 200 to 299.
	StepPreflightStatus Step = "preflight status"
	// StepPreflightMethods: the preflight's Access-Control-Allow-Methods cannot
	// be parsed.
	StepPreflightMethods Step = "preflight: extract Access-Control-Allow-Methods"
	// StepPreflightHeaders: the preflight's Access-Control-Allow-Headers cannot
	// be parsed.
	StepPreflightHeaders Step = "preflight: extract Access-Control-Allow-Headers"
	// StepPreflightMethod: the preflight does not allow the method.
	StepPreflightMethod Step = "preflight: method"
	// StepPreflightAuthorization: the preflight does not allow Authorization,
	// the only name that the wildcard doesn't cover.
	StepPreflightAuthorization Step = "preflight: non-wildcard request-header"
	// StepPreflightHeader: the preflight does not allow a request-header.
	StepPreflightHeader Step = "preflight: request-header"
	// StepAllowOriginMissing: there is no Access-Control-Allow-Origin.
	StepAllowOriginMissing Step = "CORS check: origin missing"
	// StepAllowOrigin: Access-Control-Allow-Origin is not the origin.
	StepAllowOrigin Step = "CORS check: origin"
	// StepAllowCredentials: Access-Control-Allow-Credentials is not true.
	StepAllowCredentials Step = "CORS check: credentials"
	// StepRedirectMode: the redirect mode forbids the redirect, or the mode
	// forbids the redirect mode.
	StepRedirectMode Step = "redirect mode"
	// StepRedirectLocation: Location is repeated, or isn't a URL.
	StepRedirectLocation Step = "redirect: location"
	// StepRedirectScheme: Location's scheme is neither http nor https.
	StepRedirectScheme Step = "redirect: scheme"
	// StepRedirectCount: there were more than 20 redirects.
	StepRedirectCount Step = "redirect: count"
	// StepRedirectCredentials: Location has a username or password that isn't
	// allowed there.
	StepRedirectCredentials Step = "redirect: credentials in the URL"
	// StepResourcePolicy: Cross-Origin-Resource-Policy blocks an opaque
	// response.
	StepResourcePolicy Step = "cross-origin resource policy check"
)

// A NetworkError is what a script gets instead of a response. It includes the
// cause, which browsers print on the console and hide from scripts.
type NetworkError struct {
	// Step is the step that failed.
	Step Step
	// Preflight reports whether the CORS-preflight request failed. The request
	// itself was not sent then.
	Preflight bool
	// Header is the response header at fault; empty if none is.
	Header string
	// Value is its value, the lines joined by ", ".
	Value string
	// Present tells an empty header from a missing one.
	Present bool
	// Refused is the method or the lower-case request-header name that the
	// preflight did not allow; empty at other steps.
	Refused string
	// Section is the section of the standard.
	Section string
	// Reason is a sentence that says what is wrong, without a full stop.
	Reason string
	// Fix is a sentence that says how to fix it, usually what the server has to send.
	Fix string
	// Origin is the agent's origin.
	Origin string
	// Method and URL are those of the failed request, after any redirects.
	Method, URL string
	// Trace has the exchanges up to the failure.
	Trace Trace
	// Err is the transport's or the parser's error, or nil.
	Err error
}

func (e *NetworkError) Error() string {
	response := ""
	if e.Preflight {
		response = "preflight: "
	}
	return fmt.Sprintf("fetch: %s %s from origin %s: %s%s. %s (%s)",
		printable(e.Method), printable(e.URL), e.Origin, response, e.Reason, e.Fix, e.Section)
}

// Unwrap returns Err, so that errors.Is finds the context's error.
func (e *NetworkError) Unwrap() error { return e.Err }

// withHeader adds the header at fault as response has it.
func (e *NetworkError) withHeader(response *response, name string) *NetworkError {
	e.Header = name
	e.Value, e.Present = response.headers.Get(name)
	return e
}

func badPortError(url *urlRecord) *NetworkError {
	return &NetworkError{
		Step:    StepBadPort,
		Section: `Fetch, "Port blocking"`,
		Reason:  "Browsers do not connect to port " + url.port,
		Fix:     "Serve on another port.",
	}
}

func sameOriginModeError(request *request) *NetworkError {
	return &NetworkError{
		Step:    StepSameOriginMode,
		Section: `Fetch, "Main fetch", step 12`,
		Reason:  fmt.Sprintf("The request's mode is same-origin, but %s is another origin", quote(request.currentURL().origin())),
		Fix:     "Use mode cors in the script.",
	}
}

func noCORSRedirectModeError(request *request) *NetworkError {
	return &NetworkError{
		Step:    StepRedirectMode,
		Section: `Fetch, "Main fetch", step 12`,
		Reason:  "In mode no-cors, the redirect mode must be follow, but it is " + string(request.redirect),
		Fix:     "Use redirect mode follow, or mode cors, in the script.",
	}
}

func schemeError(url *urlRecord) *NetworkError {
	return &NetworkError{
		Step:    StepScheme,
		Section: `Fetch, "Main fetch", step 12, and "Scheme fetch"`,
		Reason:  fmt.Sprintf("The URL's scheme is %s", quote(url.scheme)),
		Fix:     "Use http or https: other cross-origin requests aren't possible.",
	}
}

func networkFetchError(url *urlRecord, err error) *NetworkError {
	fix := fmt.Sprintf("Make sure that a server speaks HTTP at %s.", printable(url.origin()))
	if errors.Is(err, ErrControlByte) {
		fix = "Try the script in a browser, or with a value of printable characters."
	}
	return &NetworkError{
		Step:    StepNetwork,
		Section: `Fetch, "HTTP-network fetch"`,
		Reason:  "There is no usable response: " + printable(err.Error()),
		Fix:     fix,
		Err:     err,
	}
}

func proxyAuthenticationError(response *response) *NetworkError {
	return (&NetworkError{
		Step:    StepNetwork,
		Section: `Fetch, "HTTP-network-or-cache fetch"`,
		Reason:  "The response has status 407, which browsers handle with a prompt or not at all",
		Fix:     "Send another status: 407 is for proxies between browser and server.",
	}).withHeader(response, "Proxy-Authenticate")
}

func preflightRedirectError(response *response) *NetworkError {
	return (&NetworkError{
		Step:    StepPreflightStatus,
		Section: `Fetch, "CORS-preflight fetch", step 7`,
		Reason:  fmt.Sprintf("The response has status %d, and a preflight must not be redirected", response.status),
		Fix:     "Respond to the OPTIONS request itself with a status from 200 to 299, or use the redirect's target in the script; often the cause is a missing slash, or http instead of https.",
	}).withHeader(response, "Location")
}

func preflightNotOKError(response *response) *NetworkError {
	return &NetworkError{
		Step:    StepPreflightStatus,
		Section: `Fetch, "CORS-preflight fetch", step 7`,
		Reason:  fmt.Sprintf("The response has status %d, which isn't an ok status", response.status),
		Fix:     "Respond to the OPTIONS request with a status from 200 to 299, before authentication and routing can refuse it.",
	}
}

func preflightListError(response *response, header string, step Step, err error) *NetworkError {
	return (&NetworkError{
		Step:    step,
		Section: `Fetch, "CORS-preflight fetch", step 7.3`,
		Reason:  fmt.Sprintf("The %s header cannot be parsed: %s", header, err),
		Fix:     "Send a list of tokens separated by commas, such as " + header + ": A, B.",
		Err:     err,
	}).withHeader(response, header)
}

func methodNotAllowedError(request *request, response *response, methods []string) *NetworkError {
	reason := fmt.Sprintf("Method %s is not allowed by the Access-Control-Allow-Methods header", request.method)
	isMisspelled := func(method string) bool { return byteCaseInsensitiveMatch(method, request.method) }
	if slices.Contains(methods, "*") {
		reason += "; its * isn't a wildcard when the request's credentials mode is include"
	} else if i := slices.IndexFunc(methods, isMisspelled); i >= 0 {
		reason += fmt.Sprintf("; it has %s, and methods are compared byte by byte", methods[i])
	}
	return (&NetworkError{
		Step:    StepPreflightMethod,
		Refused: request.method,
		Section: `Fetch, "CORS-preflight fetch", step 7.5`,
		Reason:  reason,
		Fix:     fmt.Sprintf("Send Access-Control-Allow-Methods: %s, among others.", request.method),
	}).withHeader(response, "Access-Control-Allow-Methods")
}

func headerNotAllowedError(request *request, response *response, name string, hasWildcard bool) *NetworkError {
	name = byteLowercase(name)
	failure := &NetworkError{
		Step:    StepPreflightHeader,
		Refused: name,
		Section: `Fetch, "CORS-preflight fetch", step 7.7`,
		Reason:  fmt.Sprintf("Request-header %s is not allowed by the Access-Control-Allow-Headers header", name),
		Fix:     fmt.Sprintf("Send Access-Control-Allow-Headers: %s, among others.", name),
	}
	if isCORSNonWildcardRequestHeaderName(name) {
		failure.Step = StepPreflightAuthorization
		failure.Section = `Fetch, "CORS-preflight fetch", step 7.6`
		if hasWildcard {
			failure.Reason += "; its * never covers authorization, which has to be listed"
		}
	} else if hasWildcard {
		failure.Reason += "; its * isn't a wildcard when the request's credentials mode is include"
	}
	return failure.withHeader(response, "Access-Control-Allow-Headers")
}

func allowOriginError(request *request, response *response, step Step, number int, reason string) *NetworkError {
	origin := request.serializeOrigin()
	fix := fmt.Sprintf("Send Access-Control-Allow-Origin: %s, once", origin)
	if request.credentials != CredentialsInclude {
		fix += ", or *"
	}
	if request.redirectTaint() {
		fix += "; the origin became null when another origin redirected to a third"
	}
	return (&NetworkError{
		Step:    step,
		Section: fmt.Sprintf(`Fetch, "CORS check", step %d`, number),
		Reason:  reason,
		Fix:     fix + ".",
	}).withHeader(response, "Access-Control-Allow-Origin")
}

func allowCredentialsError(response *response) *NetworkError {
	failure := (&NetworkError{
		Step:    StepAllowCredentials,
		Section: `Fetch, "CORS check", step 8`,
		Reason:  "No Access-Control-Allow-Credentials header is present on the response, but the request's credentials mode is include",
		Fix:     "Send Access-Control-Allow-Credentials: true, once, in lower case.",
	}).withHeader(response, "Access-Control-Allow-Credentials")
	if failure.Present {
		failure.Reason = fmt.Sprintf("The Access-Control-Allow-Credentials header is %s, not true, but the request's credentials mode is include", quote(failure.Value))
	}
	return failure
}

func redirectModeError(response *response) *NetworkError {
	return (&NetworkError{
		Step:    StepRedirectMode,
		Section: `Fetch, "HTTP fetch", step 6`,
		Reason:  fmt.Sprintf("The response has status %d, but the request's redirect mode is error", response.status),
		Fix:     "Respond without a redirect, or use redirect mode follow in the script.",
	}).withHeader(response, "Location")
}

func locationError(response *response, step Step, number int, reason, fix string) *NetworkError {
	return (&NetworkError{
		Step:    step,
		Section: fmt.Sprintf(`Fetch, "HTTP-redirect fetch", step %d`, number),
		Reason:  reason,
		Fix:     fix,
	}).withHeader(response, "Location")
}

func resourcePolicyError(response *response, policy string) *NetworkError {
	return (&NetworkError{
		Step:    StepResourcePolicy,
		Section: `Fetch, "cross-origin resource policy check"`,
		Reason:  "The response is only for requests from the " + strings.TrimPrefix(policy, "same-"),
		Fix:     "Send Cross-Origin-Resource-Policy: cross-origin, or none.",
	}).withHeader(response, "Cross-Origin-Resource-Policy")
}

// maxQuoted is the largest number of bytes of a value that a sentence quotes.
const maxQuoted = 200

// quote quotes s in printable ASCII, because it comes from a server.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%s… (%d bytes)", strconv.QuoteToASCII(s[:maxQuoted]), len(s))
	}
	return strconv.QuoteToASCII(s)
}
