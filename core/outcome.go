package cors

import (
	"slices"
	"strings"
)

// An Outcome is what a decision means for the script that sent the request.
type Outcome uint8

// The outcomes.
const (
	// Unaffected: it isn't a CORS request, or no policy applies to its path.
	Unaffected Outcome = iota
	// Allowed: the script can read the response; or the preflight allows everything
	// that it asks for.
	Allowed
	// OriginDenied: nothing allows the origin.
	OriginDenied
	// MethodNotAllowed: the preflight asks for a method that AllowMethods doesn't
	// allow, so the browser doesn't send the request.
	MethodNotAllowed
	// HeadersNotAllowed: the preflight asks for a header that AllowHeaders doesn't
	// allow, so the browser doesn't send the request.
	HeadersNotAllowed
)

// IsBlocked reports whether the browser keeps the response from the script, or
// doesn't send its request at all.
func (o Outcome) IsBlocked() bool { return o > Allowed }

// String returns the outcome in words.
func (o Outcome) String() string {
	return textOf([]string{"unaffected", "allowed", "origin denied", "method not allowed", "headers not allowed"}, o)
}

// Outcome returns what d, which was made for r, means for the script. It is for
// watchers: the response itself lists everything that the policy allows, and the
// browser does the rest.
//
// The response to a preflight that PassPreflight passes on also needs a status from
// 200 to 299, which isn't known yet.
func (d Decision) Outcome(r *Request) Outcome {
	switch {
	case d.kind == NotCORS || d.response == nil:
		return Unaffected
	case !d.Allowed():
		return OriginDenied
	case d.kind != Preflight:
		return Allowed
	case !d.response.policy.allowsMethod(r.AccessControlRequestMethod):
		return MethodNotAllowed
	case d.response.policy.refusedHeader(r.requestHeaders()) != "":
		return HeadersNotAllowed
	}
	return Allowed
}

// RefusedHeader returns the first header that a preflight asks for and AllowHeaders
// doesn't allow, or the empty string. It is what the request has, and needn't be the name
// of a header; of a request with far more than a page sends, it says so.
func (d Decision) RefusedHeader(r *Request) string {
	if d.kind != Preflight || !d.Allowed() {
		return ""
	}
	return d.response.policy.refusedHeader(r.requestHeaders())
}

// allowsMethod follows Fetch, "CORS-preflight fetch", the steps about the method.
func (p *policy) allowsMethod(method string) bool {
	switch {
	case slices.Contains([]string{"GET", "HEAD", "POST"}, method):
		return true
	case p.echoMethods:
		_, ok := requestedMethod(method)
		return ok
	case p.methods == wildcard:
		return true
	}
	for allowed := range strings.SplitSeq(p.methods, ",") {
		if allowed == method {
			return true
		}
	}
	return false
}

// maxCheckedHeaders is how many elements of a list of headers are checked, and
// maxCheckedBytes how long it may be. No page sends more.
const (
	maxCheckedHeaders = 64
	maxCheckedBytes   = 8 << 10
	tooManyHeaders    = "more than 64 headers"
)

// refusedHeader follows Fetch, "CORS-preflight fetch", the steps about headers.
func (p *policy) refusedHeader(value string) string {
	switch {
	case len(value) > maxCheckedBytes:
		return tooManyHeaders
	case p.echoHeaders:
		if _, ok := requestedHeaders(value); !ok && strings.Trim(value, ", \t") != "" {
			return value[:min(len(value), maxRequestedHeaders)]
		}
		return ""
	}
	checked := 0
	for element := range strings.SplitSeq(value, ",") {
		if checked++; checked > maxCheckedHeaders {
			return tooManyHeaders
		}
		name := strings.Trim(element, " \t")
		isCovered := strings.HasPrefix(p.headers, wildcard) && !isAuthorization(name)
		if name != "" && (!isToken(name) || !isCovered && !listsHeader(p.headers, name)) {
			return name
		}
	}
	return ""
}

// listsHeader reports whether a list has the name of a header. Unlike containsToken,
// it takes "*" for a name.
func listsHeader(list, name string) bool {
	for listed := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(listed, name) {
			return true
		}
	}
	return false
}
