package fetch

import (
	"slices"
	"strings"
)

// isForbiddenMethod is Fetch, "forbidden method".
func isForbiddenMethod(method string) bool {
	switch byteUppercase(method) {
	case "CONNECT", "TRACE", "TRACK":
		return true
	}
	return false
}

// normalizeMethod is Fetch, "normalize" a method: these six and no others, so
// that patch stays patch and fails where only PATCH is allowed.
func normalizeMethod(method string) string {
	switch upper := byteUppercase(method); upper {
	case "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT":
		return upper
	}
	return method
}

// isForbiddenRequestHeader is Fetch, "forbidden request-header".
func isForbiddenRequestHeader(h Header) bool {
	name := byteLowercase(h.Name)
	switch name {
	case "accept-charset",
		"accept-encoding",
		"access-control-request-headers",
		"access-control-request-method",
		"connection",
		"content-length",
		"cookie",
		"cookie2",
		"date",
		"dnt",
		"expect",
		"host",
		"keep-alive",
		"origin",
		"referer",
		"set-cookie",
		"te",
		"trailer",
		"transfer-encoding",
		"upgrade",
		"via":
		return true
	case "x-http-method", "x-http-method-override", "x-method-override":
		return slices.ContainsFunc(getDecodeAndSplit(h.Value), isForbiddenMethod)
	}
	return strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-")
}

// isForbiddenResponseHeaderName is Fetch, "forbidden response-header name".
func isForbiddenResponseHeaderName(name string) bool {
	return byteCaseInsensitiveMatch(name, "Set-Cookie") || byteCaseInsensitiveMatch(name, "Set-Cookie2")
}

// requestBodyHeaderNames are Fetch's "request-body-header names".
var requestBodyHeaderNames = []string{"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"}
