package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/corskit/cors/conformance/fetch"
)

// A script is a fetch by a page of an origin.
type script struct {
	origin      string
	method      string
	headers     []string // names of request headers that it sets
	preflight   bool     // send a preflight in any case
	credentials bool     // include credentials
}

// withCredentials returns s with credentials or without.
func (s script) withCredentials(include bool) script {
	s.credentials = include
	return s
}

// maxAgeLimit is Firefox's limit, the longest of all browsers: no policy's
// MaxAge is longer.
const maxAgeLimit = 24 * time.Hour

// agent returns a browser in which s runs.
func (s script) agent(transport http.RoundTripper) (*fetch.Agent, error) {
	agent, err := fetch.NewAgent(s.origin)
	if err != nil {
		return nil, err
	}
	agent.Transport, agent.UserAgent, agent.MaxAgeLimit = transport, UserAgent, maxAgeLimit
	return agent, nil
}

// request returns what s passes to fetch().
func (s script) request(url string) *fetch.Request {
	r := &fetch.Request{
		URL:         url,
		Method:      s.method,
		Credentials: fetch.CredentialsSameOrigin,
		Redirect:    fetch.RedirectManual,

		UseCORSPreflight: s.preflight,
	}
	if s.credentials {
		r.Credentials = fetch.CredentialsInclude
	}
	for _, name := range s.headers {
		r.Headers = append(r.Headers, fetch.Header{Name: name, Value: unsafeValue})
	}
	return r
}

// reading returns the script that makes an actual request without a preflight.
func reading(origin, method string) script { return script{origin: origin, method: method} }

// unsafeValue is a value with which no request header is CORS-safelisted.
const unsafeValue = `"corscheck"`

// isSafelisted follows Fetch, "CORS-safelisted method".
func isSafelisted(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, method)
}

// A browser determines from a server's responses what scripts can do.
type browser struct {
	url       string
	method    string // of actual requests
	responses map[Request]*response
	cached    *Finding // set if a cache replays responses
}

// responseTo returns the response to a request of the plan.
func (b *browser) responseTo(r Request) *response {
	a := b.responses[r]
	if a == nil {
		panic("probe: not planned: " + r.String())
	}
	return a
}

// first returns a script's first request, and its response.
func (b *browser) first(s script) (Request, *response) {
	r, err := draft(b.url, s)
	if err != nil {
		panic("probe: planned, and now: " + err.Error())
	}
	return requestOf(r), b.responseTo(requestOf(r))
}

// finding returns a Finding with an exchange as evidence.
func (b *browser) finding(sent Request) *Finding {
	return &Finding{Sent: sent, Received: b.responseTo(sent).evidence()}
}

// exchange returns a Finding with the first exchange of a script as evidence.
func (b *browser) exchange(s script) *Finding {
	sent, _ := b.first(s)
	return b.finding(sent)
}

// replay returns the server's response to r.
func (b *browser) replay(r *http.Request) (*http.Response, error) {
	a := b.responseTo(requestOf(r))
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode: a.status,
		Header:     a.header.Clone(),
		Body:       http.NoBody,
	}, nil
}

// start returns an agent that runs s. The Plan has shown that there is one.
func (s script) start(transport roundTripper) *fetch.Agent {
	agent, err := s.agent(transport)
	if err != nil {
		panic("probe: planned, and now: " + err.Error())
	}
	return agent
}

// run runs a script. The error, if any, is the browser's.
func (b *browser) run(agent *fetch.Agent, s script) (*fetch.Response, *fetch.NetworkError) {
	r, err := agent.Fetch(context.Background(), s.request(b.url))
	var failure *fetch.NetworkError
	if err != nil && !errors.As(err, &failure) {
		panic("probe: planned, and now: " + err.Error())
	}
	return r, failure
}

// reading returns the script that reads the response to an actual request,
// without a preflight.
func (b *browser) reading(origin string) script { return reading(origin, b.method) }

// read runs a script that reads the response to an actual request.
func (b *browser) read(s script) *fetch.NetworkError {
	_, failure := b.run(s.start(b.replay), s)
	return failure
}

// sees returns which of the given response headers a script could read if the
// application sent them all.
func (b *browser) sees(s script, names []string) ([]string, *fetch.NetworkError) {
	seen, failure := b.run(s.start(func(r *http.Request) (*http.Response, error) {
		response, err := b.replay(r)
		response.StatusCode = http.StatusOK
		for _, name := range names {
			response.Header.Set(name, "1")
		}
		return response, err
	}), s)
	if failure != nil {
		return nil, failure
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := seen.Headers.Get(name)
		return !ok
	}), nil
}

// permit responds to preflights as the server did, and lets all actual requests
// succeed, because they are not sent.
func (b *browser) permit(r *http.Request) (*http.Response, error) {
	if requestOf(r).IsPreflight() {
		return b.replay(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{
		"Access-Control-Allow-Origin":      {r.Header.Get("Origin")},
		"Access-Control-Allow-Credentials": {"true"},
	}}, nil
}

// passes runs a script that needs a preflight, and returns an error if the preflight fails.
func (b *browser) passes(s script) *fetch.NetworkError {
	_, failure := b.run(s.start(b.permit), s)
	return failure
}

// asksAgain reports whether a browser sends another preflight for a script some
// time after the first one succeeded.
func (b *browser) asksAgain(s script, after time.Duration) bool {
	agent := s.start(b.permit)
	now := time.Unix(0, 0)
	agent.Now = func() time.Time { return now }
	if _, failure := b.run(agent, s); failure != nil {
		return true
	}
	now = now.Add(after)
	again, failure := b.run(agent, s)
	return failure != nil || again.Trace[0].Preflight
}
