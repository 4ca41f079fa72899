package cors

import (
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// wildcard allows all in a list (Fetch, "HTTP new-header syntax").
const wildcard = "*"

// standardMethods are written in upper case by everyone who means them.
// Browsers normalize only the first six (Fetch, "normalize a method"), and
// compare the rest as they are: "patch" is not PATCH.
var standardMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "QUERY"}

// isForbiddenMethod follows Fetch, "forbidden method".
func isForbiddenMethod(name string) bool {
	return slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, strings.ToUpper(name))
}

// isForbiddenRequestHeader follows Fetch, "forbidden request-header", as far as
// that depends on the name.
func isForbiddenRequestHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{
		"accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
		"access-control-request-private-network",
		"connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin",
		"referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via",
	}, name) || strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-")
}

// isForbiddenResponseHeader follows Fetch, "forbidden response-header name".
func isForbiddenResponseHeader(name string) bool {
	return strings.EqualFold(name, "Set-Cookie") || strings.EqualFold(name, "Set-Cookie2")
}

// isResponseHeader reports whether a name is known to belong to responses and
// not to requests.
func isResponseHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{
		"accept-ranges", "access-control-expose-headers", "access-control-max-age", "age", "allow", "etag", "location",
		"proxy-authenticate", "retry-after", "server", "set-cookie", "vary", "www-authenticate",
	}, name) || strings.HasPrefix(name, "access-control-allow-")
}

// isRequestHeader reports whether a name is known to belong to requests and not
// to responses. Authorization is not among them: some servers send it.
func isRequestHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{
		"accept-charset", "accept-language", "cookie", "expect", "from", "host", "if-match", "if-modified-since",
		"if-none-match", "if-range", "if-unmodified-since", "max-forwards", "origin", "proxy-authorization", "range",
		"referer", "te", "user-agent",
	}, name) || strings.HasPrefix(name, "access-control-request-")
}

// isToken follows HTTP, "token".
func isToken(s string) bool { return httpguts.ValidHeaderFieldName(s) }

const (
	// maxRequestedMethod and maxRequestedHeaders bound what of a request is
	// returned by a policy that allows all with credentials. A browser's list
	// holds the names of the headers that a script set.
	maxRequestedMethod  = 64
	maxRequestedHeaders = 1024
)

// requestedMethod returns the method that a preflight asks for, if a script
// could use it.
func requestedMethod(value string) (method string, ok bool) {
	if len(value) > maxRequestedMethod || !isToken(value) || isForbiddenMethod(value) {
		return "", false
	}
	return value, true
}

// requestedHeaders returns the list of header names that a preflight asks for,
// separated as we separate, if it is one.
func requestedHeaders(value string) (names string, ok bool) {
	if len(value) > maxRequestedHeaders {
		return "", false
	}
	if isPlainList(value) {
		return value, true
	}
	var list []string
	for element := range strings.SplitSeq(value, ",") {
		name := strings.Trim(element, " \t")
		if name == "" {
			continue
		}
		if !isToken(name) {
			return "", false
		}
		list = append(list, name)
	}
	return strings.Join(list, ","), len(list) > 0
}

// isPlainList reports whether value is a list as browsers write it: tokens with
// nothing but a comma between them.
func isPlainList(value string) bool {
	start := true
	for i := range len(value) {
		switch {
		case tokenBytes[value[i]]:
			start = false
		case value[i] == ',' && !start:
			start = true
		default:
			return false
		}
	}
	return !start
}

// tokenBytes are the bytes of HTTP's "token".
var tokenBytes = func() (t [256]bool) {
	for c := range 256 {
		t[c] = isToken(string([]byte{byte(c)}))
	}
	return t
}()

// list writes names as a response header does, each once. Those with one key are
// the same.
func list(names []string, key func(string) string) string {
	seen := make(map[string]bool, len(names))
	var unique []string
	for _, name := range names {
		if k := key(name); !seen[k] {
			seen[k] = true
			unique = append(unique, name)
		}
	}
	return strings.Join(unique, ",")
}

// containsToken reports whether one of the lines of a list header has a
// member, or "*", which means all.
func containsToken(lines []string, name string) bool {
	for _, line := range lines {
		for line != "" {
			var member string
			member, line, _ = strings.Cut(line, ",")
			member = strings.Trim(member, " \t")
			if member == wildcard || strings.EqualFold(member, name) {
				return true
			}
		}
	}
	return false
}

const (
	headerAllowOrigin         = "Access-Control-Allow-Origin"
	headerAllowCredentials    = "Access-Control-Allow-Credentials"
	headerAllowMethods        = "Access-Control-Allow-Methods"
	headerAllowHeaders        = "Access-Control-Allow-Headers"
	headerAllowPrivateNetwork = "Access-Control-Allow-Private-Network"
	headerExposeHeaders       = "Access-Control-Expose-Headers"
	headerMaxAge              = "Access-Control-Max-Age"
	headerVary                = "Vary"

	headerOrigin                = "Origin"
	headerRequestMethod         = "Access-Control-Request-Method"
	headerRequestHeaders        = "Access-Control-Request-Headers"
	headerRequestPrivateNetwork = "Access-Control-Request-Private-Network"
	headerSecFetchSite          = "Sec-Fetch-Site"
	headerSecFetchMode          = "Sec-Fetch-Mode"
	headerSecFetchDest          = "Sec-Fetch-Dest"
)
