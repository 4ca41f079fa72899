package fetch

import (
	"fmt"
	"slices"
)

// A Mode is a request's mode (Fetch, "Requests").
type Mode string

const (
	// ModeCORS is the default mode of fetch().
	ModeCORS Mode = "cors"
	// ModeNoCORS is the mode of an img or script element: a script can request
	// anything that a form could, but reads nothing.
	ModeNoCORS Mode = "no-cors"
	// ModeSameOrigin makes a request to another origin a network error.
	ModeSameOrigin Mode = "same-origin"
)

// A CredentialsMode is a request's credentials mode (Fetch, "Requests").
type CredentialsMode string

const (
	// CredentialsOmit sends no credentials and ignores those in the response.
	CredentialsOmit CredentialsMode = "omit"
	// CredentialsSameOrigin uses credentials with the agent's own origin, the
	// default of fetch().
	CredentialsSameOrigin CredentialsMode = "same-origin"
	// CredentialsInclude uses credentials with every origin.
	CredentialsInclude CredentialsMode = "include"
)

// A RedirectMode is a request's redirect mode (Fetch, "Requests").
type RedirectMode string

const (
	// RedirectFollow follows redirects, the default of fetch().
	RedirectFollow RedirectMode = "follow"
	// RedirectError makes a redirect a network error.
	RedirectError RedirectMode = "error"
	// RedirectManual returns a redirect as an opaque response.
	RedirectManual RedirectMode = "manual"
)

// A Request is what a script passes to fetch(url, init). Fields left zero have
// the defaults of fetch().
type Request struct {
	// URL is an absolute URL.
	URL string
	// Method is the method, GET if empty. It is normalized as in browsers:
	// delete, get, head, options, post and put become upper case, patch does
	// not.
	Method string
	// Headers are set in this order. Forbidden request-headers are dropped
	// without an error, as in browsers.
	Headers HeaderList
	// Body is the body; nil means none. As with an ArrayBuffer in browsers, no
	// Content-Type comes with it.
	Body []byte
	// Mode is the mode, ModeCORS if empty.
	Mode Mode
	// Credentials is the credentials mode, CredentialsSameOrigin if empty.
	Credentials CredentialsMode
	// Redirect is the redirect mode, RedirectFollow if empty.
	Redirect RedirectMode
	// UseCORSPreflight is the use-CORS-preflight flag: a cross-origin request
	// is preflighted even if it would not need to be, as with an
	// XMLHttpRequest whose upload has listeners.
	UseCORSPreflight bool
}

// A RequestError says that a script cannot make a request: browsers throw a
// TypeError and send nothing.
type RequestError struct {
	// Member is the field of Request at fault, such as "Method".
	Member string
	// Value is its value.
	Value string
	// Section is the section of the standard that refuses it.
	Section string
	// Reason is a sentence that says why.
	Reason string
}

func (e *RequestError) Error() string {
	return fmt.Sprintf("fetch: TypeError: %s %s: %s (%s)", e.Member, quote(e.Value), e.Reason, e.Section)
}

// A request is Fetch's "request", with the items that CORS uses.
type request struct {
	method           string
	headers          HeaderList
	body             []byte
	origin           string
	mode             Mode
	credentials      CredentialsMode
	redirect         RedirectMode
	useCORSPreflight bool

	urlList          []*urlRecord
	redirectCount    int
	responseTainting responseTainting
}

// responseTainting is Fetch's "response tainting".
type responseTainting string

const (
	taintingBasic  responseTainting = "basic"
	taintingCORS   responseTainting = "cors"
	taintingOpaque responseTainting = "opaque"
)

// currentURL is Fetch's "current URL".
func (r *request) currentURL() *urlRecord { return r.urlList[len(r.urlList)-1] }

// newRequest is Fetch, "new Request(input, init)". The error is a
// *RequestError.
func newRequest(origin string, init *Request) (*request, error) {
	const section = `Fetch, "new Request(input, init)"`
	url, err := parseURL(init.URL, nil)
	if err != nil {
		return nil, &RequestError{"URL", init.URL, section, "it is not an absolute URL: " + err.Error()}
	}
	if url.includesCredentials() {
		return nil, &RequestError{"URL", init.URL, section, "it includes a username or a password"}
	}
	r := &request{
		method:           "GET",
		origin:           origin,
		mode:             ModeCORS,
		credentials:      CredentialsSameOrigin,
		redirect:         RedirectFollow,
		useCORSPreflight: init.UseCORSPreflight,
		urlList:          []*urlRecord{url},
		responseTainting: taintingBasic,
	}
	switch init.Mode {
	case "":
	case ModeCORS, ModeNoCORS, ModeSameOrigin:
		r.mode = init.Mode
	default:
		return nil, &RequestError{"Mode", string(init.Mode), section, "it is neither cors, no-cors nor same-origin"}
	}
	switch init.Credentials {
	case "":
	case CredentialsOmit, CredentialsSameOrigin, CredentialsInclude:
		r.credentials = init.Credentials
	default:
		return nil, &RequestError{"Credentials", string(init.Credentials), section, "it is neither omit, same-origin nor include"}
	}
	switch init.Redirect {
	case "":
	case RedirectFollow, RedirectError, RedirectManual:
		r.redirect = init.Redirect
	default:
		return nil, &RequestError{"Redirect", string(init.Redirect), section, "it is neither follow, error nor manual"}
	}
	if init.Method != "" {
		if !isHeaderName(init.Method) {
			return nil, &RequestError{"Method", init.Method, `Fetch, "method"`, "it is not a token"}
		}
		if isForbiddenMethod(init.Method) {
			return nil, &RequestError{"Method", init.Method, `Fetch, "forbidden method"`, "browsers don't let scripts use it"}
		}
		r.method = normalizeMethod(init.Method)
	}
	if r.mode == ModeNoCORS && !isCORSSafelistedMethod(r.method) {
		return nil, &RequestError{"Method", init.Method, section, "mode no-cors allows only GET, HEAD and POST"}
	}
	for _, h := range init.Headers {
		if err := r.appendScriptHeader(h); err != nil {
			return nil, err
		}
	}
	if init.Body != nil && (r.method == "GET" || r.method == "HEAD") {
		return nil, &RequestError{"Body", fmt.Sprintf("of %d bytes", len(init.Body)), section, "a " + r.method + " request cannot have a body"}
	}
	r.body = slices.Clone(init.Body)
	return r, nil
}

// appendScriptHeader is Fetch, "append" a header to a Headers object whose guard
// is "request", or "request-no-cors" in that mode.
func (r *request) appendScriptHeader(h Header) error {
	const section = `Fetch, "Headers class", validate`
	h.Value = normalize(h.Value)
	if !isHeaderName(h.Name) {
		return &RequestError{"Headers", h.Name, section, "it isn't a header name"}
	}
	if !isHeaderValue(h.Value) {
		return &RequestError{"Headers", h.Name + ": " + h.Value, section, "a header value cannot have a NUL or a newline"}
	}
	if r.mode == ModeNoCORS {
		combined := h
		if value, ok := r.headers.Get(h.Name); ok {
			combined.Value = value + ", " + h.Value
		}
		if !isNoCORSSafelistedRequestHeader(combined) {
			return nil
		}
	} else if isForbiddenRequestHeader(h) {
		return nil
	}
	r.headers.append(h.Name, h.Value)
	return nil
}
