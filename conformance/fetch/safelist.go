package fetch

import "strings"

// isCORSSafelistedMethod is Fetch, "CORS-safelisted method".
func isCORSSafelistedMethod(method string) bool {
	return method == "GET" || method == "HEAD" || method == "POST"
}

// isCORSSafelistedRequestHeader is Fetch, "CORS-safelisted request-header".
func isCORSSafelistedRequestHeader(h Header) bool {
	if len(h.Value) > 128 {
		return false
	}
	switch byteLowercase(h.Name) {
	case "accept":
		return !containsCORSUnsafeRequestHeaderByte(h.Value)
	case "accept-language", "content-language":
		return isLanguageValue(h.Value)
	case "content-type":
		if containsCORSUnsafeRequestHeaderByte(h.Value) {
			return false
		}
		// Not "extract a MIME type", which is more lenient than servers are: a
		// value that a server might read as JSON must not pass for text/plain.
		essence, ok := parseMIMETypeEssence(h.Value)
		return ok && (essence == "application/x-www-form-urlencoded" ||
			essence == "multipart/form-data" ||
			essence == "text/plain")
	case "range":
		start, _, ok := parseSingleRangeHeaderValue(h.Value)
		// Browsers never sent bytes=-500 by themselves, so it is not safelisted.
		return ok && start != ""
	}
	return false
}

// isLanguageValue reports whether value has only the bytes that are safelisted
// in Accept-Language and Content-Language.
func isLanguageValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; !isASCIIAlphanumeric(b) && strings.IndexByte(" *,-.;=", b) < 0 {
			return false
		}
	}
	return true
}

// containsCORSUnsafeRequestHeaderByte is Fetch, "CORS-unsafe request-header
// byte", for each byte of value.
func containsCORSUnsafeRequestHeaderByte(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < 0x20 && b != '\t' || strings.IndexByte("\"():<>?@[\\]{}\x7f", b) >= 0 {
			return true
		}
	}
	return false
}

// corsUnsafeRequestHeaderNames is Fetch, "CORS-unsafe request-header names".
func corsUnsafeRequestHeaderNames(headers HeaderList) []string {
	var unsafeNames, potentiallyUnsafeNames []string
	safelistValueSize := 0
	for _, h := range headers {
		if !isCORSSafelistedRequestHeader(h) {
			unsafeNames = append(unsafeNames, h.Name)
			continue
		}
		potentiallyUnsafeNames = append(potentiallyUnsafeNames, h.Name)
		safelistValueSize += len(h.Value)
	}
	if safelistValueSize > 1024 {
		unsafeNames = append(unsafeNames, potentiallyUnsafeNames...)
	}
	return convertHeaderNamesToSortedLowercaseSet(unsafeNames)
}

// isCORSNonWildcardRequestHeaderName is Fetch, "CORS non-wildcard
// request-header name".
func isCORSNonWildcardRequestHeaderName(name string) bool {
	return byteCaseInsensitiveMatch(name, "Authorization")
}

// isCORSSafelistedResponseHeaderName is Fetch, "CORS-safelisted response-header
// name"; exposed has the CORS-exposed header-name list in lower case.
func isCORSSafelistedResponseHeaderName(name string, exposed map[string]bool) bool {
	name = byteLowercase(name)
	switch name {
	case "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma":
		return true
	}
	return exposed[name] && !isForbiddenResponseHeaderName(name)
}

// isNoCORSSafelistedRequestHeader is Fetch, "no-CORS-safelisted
// request-header".
func isNoCORSSafelistedRequestHeader(h Header) bool {
	switch byteLowercase(h.Name) {
	case "accept", "accept-language", "content-language", "content-type":
		return isCORSSafelistedRequestHeader(h)
	}
	return false
}
