package fetch

import "io"

// A ResponseType is a response's type (Fetch, "Responses"): how much of the
// response the script may see.
type ResponseType string

const (
	// ResponseBasic: same origin, everything but Set-Cookie is visible.
	ResponseBasic ResponseType = "basic"
	// ResponseCORS: another origin that shared the response; the
	// CORS-safelisted response-headers and the exposed headers are visible.
	ResponseCORS ResponseType = "cors"
	// ResponseOpaque: another origin in mode no-cors; nothing is visible.
	ResponseOpaque ResponseType = "opaque"
	// ResponseOpaqueRedirect: a redirect in redirect mode manual; nothing is
	// visible.
	ResponseOpaqueRedirect ResponseType = "opaqueredirect"
)

// A Response is what a script sees of a response.
type Response struct {
	Type ResponseType
	// Status is the status, 0 if the type hides it.
	Status int
	// StatusText is the status message, always empty over HTTP/2.
	StatusText string
	// URL is the final URL without its fragment, empty if the type hides it.
	URL string
	// Redirected reports whether at least one redirect was followed.
	Redirected bool
	// Headers are the visible headers, sorted by name; the lines of one name
	// keep the order in which they came.
	Headers HeaderList
	// Body streams the body, decoded if it was sent with gzip. It is never nil;
	// the caller closes it. Reading ends with an error when the context given
	// to Fetch is done.
	Body io.ReadCloser
	// Trace has the exchanges as they went over the wire, hidden parts
	// included.
	Trace Trace
}

// A response is Fetch's "response", internal or filtered.
type response struct {
	kind          ResponseType // empty for the standard's "default"
	status        int
	statusMessage string
	headers       HeaderList
	body          io.ReadCloser // nil for null
	urlList       []*urlRecord
	exposed       map[string]bool // the CORS-exposed header-name list, lower case
}

// url is the response's URL, the last of its URL list.
func (r *response) url() *urlRecord { return r.urlList[len(r.urlList)-1] }

// setExposedHeaderNames is the steps of Fetch, "Main fetch", that set a
// response's CORS-exposed header-name list.
func (r *response) setExposedHeaderNames(credentials CredentialsMode) {
	r.exposed = map[string]bool{}
	// A list that cannot be parsed exposes nothing, its valid members included.
	headerNames, _ := extractTokens(r.headers, "Access-Control-Expose-Headers")
	for _, name := range headerNames {
		r.exposed[byteLowercase(name)] = true
	}
	if credentials != CredentialsInclude && r.exposed["*"] {
		for _, h := range r.headers {
			r.exposed[byteLowercase(h.Name)] = true
		}
	}
}

// isRedirectStatus is Fetch, "redirect status".
func isRedirectStatus(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// isOKStatus is Fetch, "ok status".
func isOKStatus(status int) bool { return 200 <= status && status <= 299 }

// isNullBodyStatus is Fetch, "null body status".
func isNullBodyStatus(status int) bool {
	switch status {
	case 101, 103, 204, 205, 304:
		return true
	}
	return false
}

// filter returns what the response's type lets a script see (Fetch, "filtered
// response"). Body and internal header list stay r's.
func (r *response) filter(kind ResponseType) *response {
	filtered := &response{kind: kind, urlList: r.urlList}
	switch kind {
	case ResponseBasic:
		filtered.copyVisible(r, func(name string) bool { return !isForbiddenResponseHeaderName(name) })
	case ResponseCORS:
		filtered.copyVisible(r, func(name string) bool { return isCORSSafelistedResponseHeaderName(name, r.exposed) })
	case ResponseOpaque:
		filtered.urlList = nil
		r.close()
	case ResponseOpaqueRedirect:
		r.close()
	}
	return filtered
}

func (r *response) copyVisible(internal *response, isVisible func(name string) bool) {
	r.status, r.statusMessage, r.body = internal.status, internal.statusMessage, internal.body
	for _, h := range internal.headers {
		if isVisible(h.Name) {
			r.headers = append(r.headers, h)
		}
	}
}

// close closes a body that nobody will read.
func (r *response) close() {
	if r.body != nil {
		r.body.Close()
		r.body = nil
	}
}
