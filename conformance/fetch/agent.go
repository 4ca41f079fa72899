package fetch

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// DefaultMaxAgeLimit is the longest time that an Agent caches a preflight
// response by default. It is Chromium's limit; Firefox has 24 hours.
const DefaultMaxAgeLimit = 2 * time.Hour

// DefaultUserAgent is the default User-Agent header of an Agent.
const DefaultUserAgent = "Mozilla/5.0 (compatible; corskit-fetch)"

// An Agent is a browser in which a script of one origin runs. Its fields may be
// set before the first Fetch and not after; Fetch may then be called by many
// goroutines at once.
//
// Each Agent is a network partition of its own: agents share no preflight
// cache, and no cookies unless they have the same Jar.
type Agent struct {
	// Origin is the serialized origin of the page, such as
	// https://app.example.com or http://localhost:8080, or null for an opaque
	// origin, such as that of a sandboxed frame. It is required.
	Origin string

	// Transport makes single HTTP requests. If nil, http.DefaultTransport does.
	// It must not follow redirects and must hand on Set-Cookie and Cookie
	// headers, which http.Transport does.
	Transport http.RoundTripper

	// Jar keeps cookies. If nil, none are sent or kept. One that isn't a [*CookieJar]
	// also sends its cookies to other sites, whatever their SameSite attribute.
	Jar http.CookieJar

	// ThirdPartyCookies says what a CookieJar does with third-party cookies.
	ThirdPartyCookies ThirdPartyCookies

	// Now is the clock of the CORS-preflight cache. If nil, time.Now is.
	Now func() time.Time

	// MaxAgeLimit caps Access-Control-Max-Age. If 0, DefaultMaxAgeLimit does;
	// if negative, nothing is cached, and each request that needs a preflight
	// gets one.
	MaxAgeLimit time.Duration

	// UserAgent is the User-Agent header sent where the script sets none. If
	// empty, DefaultUserAgent is.
	UserAgent string

	preflightCache preflightCache
}

// NewAgent returns an Agent for a page of the given serialized origin, with an
// empty [CookieJar]. The error says what a serialized origin looks like.
func NewAgent(origin string) (*Agent, error) {
	if err := validateOrigin(origin); err != nil {
		return nil, err
	}
	return &Agent{Origin: origin, Jar: NewCookieJar()}, nil
}

// Fetch does what fetch() does for a script of the agent's origin, and returns
// what the script may see of the response. The caller closes its Body.
//
// The error is a [*RequestError] if no script can make such a request, and a
// [*NetworkError] if the browser got no response or would not share it; a
// NetworkError wraps the context's error if ctx is done. Any other error says
// that the agent's Origin is not an origin.
//
// Besides the context, these limits apply: 20 redirects, and 256 KiB of headers
// in a response.
func (a *Agent) Fetch(ctx context.Context, init *Request) (*Response, error) {
	if err := validateOrigin(a.Origin); err != nil {
		return nil, err
	}
	request, err := newRequest(a.Origin, init)
	if err != nil {
		return nil, err
	}
	if !request.headers.contains("Accept") {
		request.headers.append("Accept", "*/*")
	}
	params := &fetchParams{ctx: ctx, agent: a, request: request, trace: &Trace{}}
	response, failure := params.mainFetch()
	if failure != nil {
		failure.Origin = a.Origin
		failure.Method = request.method
		failure.URL = request.currentURL().String()
		failure.Trace = *params.trace
		return nil, failure
	}
	visible := &Response{
		Type:       response.kind,
		Status:     response.status,
		StatusText: response.statusMessage,
		Redirected: len(response.urlList) > 1,
		Headers:    response.headers,
		Body:       response.body,
		Trace:      *params.trace,
	}
	if len(response.urlList) > 0 {
		visible.URL = response.url().stringWithoutFragment()
	}
	if visible.Body == nil {
		visible.Body = http.NoBody
	}
	return visible, nil
}

// fetchParams is Fetch's "fetch params", the bookkeeping of one fetch.
type fetchParams struct {
	ctx     context.Context
	agent   *Agent
	request *request
	trace   *Trace

	// isPreflight is set for the fetch params of a CORS-preflight request.
	isPreflight bool
}

func (a *Agent) transport() http.RoundTripper {
	if a.Transport == nil {
		return http.DefaultTransport
	}
	return a.Transport
}

func (a *Agent) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

func (a *Agent) maxAgeLimit() time.Duration { return cmp.Or(a.MaxAgeLimit, DefaultMaxAgeLimit) }

func (a *Agent) userAgent() string { return cmp.Or(a.UserAgent, DefaultUserAgent) }
