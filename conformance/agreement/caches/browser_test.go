package caches

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/fetch"
)

// A way is a way in which a browser makes a request.
type way struct {
	name   string
	method string
	// set are headers that the script sets.
	set fetch.HeaderList
	// add are headers that the browser itself adds to the actual request:
	// validators of its copy, credentials, and Sec-Fetch-Site. (A proxy adds
	// X-Tenant.)
	add http.Header
	// credentials reports whether the script includes credentials.
	credentials bool
}

var (
	cookie         = http.Header{"Cookie": {"session=ann"}}
	authentication = http.Header{"Authorization": {"Basic Ym9iOnNlY3JldA=="}} // bob:secret
	ifNoneMatch    = http.Header{"If-None-Match": {entityTag + ", " + gzipEntityTag}}
	ifModified     = http.Header{"If-Modified-Since": {modified.Format(http.TimeFormat)}}
	// A browser sends it from the server's own page.
	fromOwnPage = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	// A header that a proxy may add before the cache.
	closedTenant = http.Header{"X-Tenant": {closed}}
)

// readingWays need no preflight. Every second one has credentials.
var readingWays = []way{
	{name: "GET", method: http.MethodGet},
	{name: "GET with a cookie", method: http.MethodGet, add: cookie, credentials: true},
	{name: "GET with If-None-Match", method: http.MethodGet, add: ifNoneMatch},
	{name: "HEAD with a cookie", method: http.MethodHead, add: cookie, credentials: true},
	{name: "HEAD", method: http.MethodHead},
	{name: "GET with a cookie and If-None-Match", method: http.MethodGet, add: join(cookie, ifNoneMatch), credentials: true},
	{name: "GET with If-Modified-Since", method: http.MethodGet, add: ifModified},
	{name: "GET with HTTP authentication", method: http.MethodGet, add: authentication, credentials: true},
	{name: "GET from an own page", method: http.MethodGet, add: fromOwnPage},
	{name: "HEAD with a cookie from an own page", method: http.MethodHead, add: join(cookie, fromOwnPage), credentials: true},
	{name: "GET of a closed tenant", method: http.MethodGet, add: closedTenant},
	{name: "GET with a cookie of a closed tenant", method: http.MethodGet, add: join(cookie, closedTenant), credentials: true},
}

// askingWays need a preflight.
var askingWays = []way{
	{name: "PUT", method: http.MethodPut},
	{name: "PUT with a cookie", method: http.MethodPut, add: cookie, credentials: true},
	{name: "GET with X-Request", method: http.MethodGet, set: fetch.HeaderList{{Name: "X-Request", Value: "1"}}},
	{name: "PUT with X-Request", method: http.MethodPut, set: fetch.HeaderList{{Name: "X-Request", Value: "1"}}},
	{name: "PUT with X-Request and a cookie", method: http.MethodPut, set: fetch.HeaderList{{Name: "X-Request", Value: "1"}}, add: cookie, credentials: true},
	{name: "GET with X-Other", method: http.MethodGet, set: fetch.HeaderList{{Name: "X-Other", Value: "1"}}},
	{name: "GET with X-Other, X-Request and a cookie", method: http.MethodGet, set: fetch.HeaderList{{Name: "X-Other", Value: "1"}, {Name: "X-Request", Value: "1"}}, add: cookie, credentials: true},
	{name: "DELETE", method: http.MethodDelete},
	{name: "DELETE with a cookie", method: http.MethodDelete, add: cookie, credentials: true},
}

func join(headers ...http.Header) http.Header {
	joined := make(http.Header)
	for _, h := range headers {
		maps.Copy(joined, h)
	}
	return joined
}

// A question is a request from an origin.
type question struct {
	origin string // noOrigin for an image
	way    way
}

func (q question) String() string {
	if q.origin == noOrigin {
		return q.way.name + " without Origin"
	}
	return q.way.name + " by " + q.origin
}

// An answer is the outcome of a question.
type answer struct {
	exchanges []exchange
	script    string   // what a script sees of the response
	read      bool     // whether it sees anything
	body      string   // the body of the response, whether a script may see it or not
	vary      []string // the lines of its Vary
}

// An exchange is what a response on the wire says about CORS.
type exchange struct {
	method string
	status int
	cors   string
}

// A browser makes requests. Its own cache has copies of everything that is
// requested, without CORS headers: headers that a 304 lacks are missing.
type browser struct {
	question  question
	next      http.RoundTripper
	exchanges []exchange
	body      string
	vary      []string
}

const askTimeout = 30 * time.Second

// ask sends the request of a question, and reads the response.
func ask(ctx context.Context, next http.RoundTripper, url string, q question) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	b := &browser{question: q, next: next}
	agent := &fetch.Agent{Origin: q.origin, Transport: b}
	request := &fetch.Request{URL: url, Method: q.way.method, Headers: q.way.set}
	if q.origin == noOrigin {
		agent.Origin, request.Mode = "https://page.example", fetch.ModeNoCORS
	}
	if q.way.credentials {
		request.Credentials = fetch.CredentialsInclude
	}
	response, err := agent.Fetch(ctx, request)
	a := &answer{exchanges: b.exchanges, body: b.body, vary: b.vary}
	var failure *fetch.NetworkError
	switch {
	case errors.As(err, &failure) && failure.Step != fetch.StepNetwork:
		a.script = "network error: " + string(failure.Step)
	case err != nil:
		return nil, err
	default:
		defer response.Body.Close()
		a.read = response.Type == fetch.ResponseCORS
		a.script = fmt.Sprintf("%s %d %s", response.Type, response.Status, visible(response.Headers))
	}
	return a, nil
}

// visible returns the names of the application's headers that a script sees.
func visible(headers fetch.HeaderList) []string {
	var names []string
	for _, name := range []string{exposedHeader, "X-Secret"} {
		if _, ok := headers.Get(name); ok {
			names = append(names, name)
		}
	}
	return names
}

// RoundTrip sends a request to the network.
func (b *browser) RoundTrip(r *http.Request) (*http.Response, error) {
	isPreflight := r.Method == http.MethodOptions
	r = r.Clone(r.Context())
	if b.question.origin == noOrigin {
		r.Header.Del("Accept-Encoding") // images aren't compressed with gzip
	}
	if !isPreflight {
		maps.Copy(r.Header, b.question.way.add)
	}
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	b.exchanges = append(b.exchanges, exchange{r.Method, response.StatusCode, corsHeaders(response.Header)})
	if isPreflight {
		return response, nil
	}
	b.vary = response.Header["Vary"]
	if response.StatusCode == http.StatusNotModified {
		// The browser's own copy, with the headers that the 304 has
		// (HTTP Caching, "Freshening Stored Responses upon Validation").
		response.StatusCode = http.StatusOK
		response.Header.Set(exposedHeader, "42")
		response.Header.Set("X-Secret", "secret")
		return response, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.Header.Get("Content-Encoding") == "gzip" && len(body) > 0 {
		if body, err = decompress(body); err != nil {
			return nil, err
		}
	}
	b.body = string(body)
	return response, nil
}

// corsHeaders returns the headers of the CORS protocol, and the names in Vary.
func corsHeaders(h http.Header) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if strings.HasPrefix(name, "Access-Control-") {
			lines = append(lines, name+": "+strings.Join(h[name], ", "))
		}
	}
	if names := members(h["Vary"]); len(names) > 0 {
		slices.Sort(names)
		lines = append(lines, "Vary: "+strings.Join(names, ", "))
	}
	return strings.Join(lines, "\n")
}

// members returns the members of a list header.
func members(lines []string) []string {
	var members []string
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.Trim(member, " \t"); member != "" {
				members = append(members, http.CanonicalHeaderKey(member))
			}
		}
	}
	return members
}

// newTransport returns a transport that decodes nothing and requests no coding.
func newTransport(t *testing.T) *http.Transport {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
