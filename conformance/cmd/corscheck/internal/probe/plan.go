package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/fetch"
)

// UserAgent is the User-Agent header of every request.
const UserAgent = "Mozilla/5.0 (compatible; corscheck)"

// A Target is a URL and how to request it.
type Target struct {
	// URL is an absolute http or https URL without credentials.
	URL string
	// Head makes actual requests HEAD instead of GET.
	Head bool
	// Header is added to actual requests, and not to preflights: browsers send
	// neither cookies nor Authorization with those.
	Header http.Header
	// Transport makes the requests. It must not follow redirects. If nil,
	// http.DefaultTransport does.
	Transport http.RoundTripper
	// Delay is how long to wait between two requests.
	Delay time.Duration
	// Timeout is how long to wait for each response; 0 means until the context ends.
	Timeout time.Duration
	// Ignore has the ids of findings to ignore.
	Ignore []string
	// Progress, if not nil, is called before each request is sent, with its
	// number from 1.
	Progress func(number, planned int, r Request)
}

// method is the method of actual requests.
func (t *Target) method() string {
	if t.Head {
		return http.MethodHead
	}
	return http.MethodGet
}

// A Plan is the requests to send, and how to judge the responses.
type Plan struct {
	target   *Target
	url      string
	origin   string // of the URL
	requests []planned
	cache    *cacheProbe
	judge    func(*browser) *Report
}

// A planned is a request and its key.
type planned struct {
	*http.Request
	key Request
}

// newPlan returns an empty Plan. The URL is read as a browser reads it.
func newPlan(t *Target) (*Plan, error) {
	r, err := draft(t.URL, reading(Stranger, t.method()))
	if err != nil {
		return nil, err
	}
	return &Plan{target: t, url: r.URL.String(), origin: r.URL.Scheme + "://" + r.URL.Host}, nil
}

// add adds a request to the Plan unless the Plan has it. A query is added to its URL.
func (p *Plan) add(r *http.Request, query string) Request {
	key := requestOf(r)
	if key.Query = query; query != "" {
		r.URL = withQuery(r.URL, query)
	}
	if slices.ContainsFunc(p.requests, func(other planned) bool { return other.key == key }) {
		return key
	}
	if !key.IsPreflight() {
		for name, values := range p.target.Header {
			r.Header[name] = slices.Clone(values)
		}
	}
	p.requests = append(p.requests, planned{r, key})
	return key
}

// askPlainly plans a request that no script makes.
func (p *Plan) askPlainly(method, origin string) error {
	r, err := http.NewRequest(method, p.url, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("User-Agent", UserAgent)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	p.add(r, "")
	return nil
}

// ask plans a script's first request.
func (p *Plan) ask(s script) error {
	r, err := draft(p.url, s)
	if err != nil {
		return err
	}
	p.add(r, "")
	return nil
}

// errDrafted takes the place of the response to a request that isn't sent yet.
var errDrafted = errors.New("drafted")

// draft returns a script's first request.
func draft(url string, s script) (first *http.Request, err error) {
	agent, err := s.agent(roundTripper(func(r *http.Request) (*http.Response, error) {
		first = r
		return nil, errDrafted
	}))
	if err != nil {
		return nil, err
	}
	if _, err := agent.Fetch(context.Background(), s.request(url)); !errors.Is(err, errDrafted) {
		var failure *fetch.NetworkError
		if errors.As(err, &failure) {
			return nil, errors.New(failure.Reason)
		}
		return nil, err
	}
	return first, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Requests returns the requests in order.
func (p *Plan) Requests() []Request {
	requests := make([]Request, len(p.requests))
	for i, r := range p.requests {
		requests[i] = r.key
	}
	return requests
}

// count counts the first n requests.
func (p *Plan) count(n int) Requests {
	c := Requests{Planned: len(p.requests), Sent: n, Methods: make(map[string]int)}
	for _, r := range p.requests[:n] {
		c.Methods[r.Method]++
	}
	return c
}

// A RunError says that a server could not be checked.
type RunError struct {
	Requests Requests
	Err      error // why: a [RedirectError], the transport's error, or the context's
}

func (e *RunError) Error() string {
	return fmt.Sprintf("request %d of %d: %v", e.Requests.Sent, e.Requests.Planned, e.Err)
}

// Unwrap returns Err.
func (e *RunError) Unwrap() error { return e.Err }

// A RedirectError says that a URL redirects to another, which should be checked instead.
type RedirectError struct {
	Status   int
	URL      string
	Location string // as the server sent it
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("the URL redirects to %s with status %d", quote(e.Location), e.Status)
}

// ErrPlainHTTP is the cause of a [RunError] if a server speaks only HTTPS.
var ErrPlainHTTP = errors.New("the server speaks HTTPS, but the URL has http")

// Run sends the requests, one at a time and each once, and judges the responses.
// If a cache replays responses, later requests have a query that no cache has
// seen, so that all other findings are about the server. The error, if any, is
// a [*RunError].
func (p *Plan) Run(ctx context.Context) (*Report, error) {
	responses := make(map[Request]*response)
	var keeper keeper
	var replay *Finding
	var unchecked []string
	for i, planned := range p.requests {
		if i > 0 {
			if err := pause(ctx, p.target.Delay); err != nil {
				return nil, &RunError{p.count(i), err}
			}
		}
		if p.target.Progress != nil {
			p.target.Progress(i+1, len(p.requests), planned.key)
		}
		r := planned.Request
		if replay != nil && planned.Method == p.target.method() {
			r = p.cache.bypassing(r, i)
		}
		a, err := p.send(ctx, r, &keeper)
		if err == nil && i == 0 {
			err = a.refusal(p.url)
		}
		if err != nil {
			return nil, &RunError{p.count(i + 1), err}
		}
		responses[planned.key] = a
		if planned.key != p.cache.second {
			continue
		}
		var why string
		if replay, why = p.cache.judge(responses); replay != nil {
			p.cache.bypass(responses)
		}
		if why != "" {
			unchecked = append(unchecked, why)
		}
	}
	for _, key := range []Request{p.cache.firstCold, p.cache.secondAfter, p.cache.secondCold} {
		delete(responses, key)
	}
	report := p.judge(&browser{url: p.url, method: p.target.method(), responses: responses, cached: replay})
	report.URL = p.url
	report.Requests = p.count(len(p.requests))
	report.Unchecked = append(report.Unchecked, unchecked...)
	if status := responses[p.cache.first].status; status/100 != 2 {
		report.Unchecked = append(report.Unchecked, fmt.Sprintf(
			"Responses to %s have status %d: for other statuses, another part of the server may handle CORS.", p.target.method(), status))
	}
	return report.conclude(p.target.Ignore), nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}

// A response is a server's response to a request.
type response struct {
	status int
	header http.Header // the part that counts
	body   string      // the beginning, if it arrived at once

	dropped     int // bytes of other headers
	undisclosed int // names of other headers that begin with Access-Control-
	omitted     int // lines of those
}

// send sends a request.
func (p *Plan) send(ctx context.Context, r *http.Request, keeper *keeper) (*response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if p.target.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.target.Timeout)
		defer cancel()
	}
	transport := p.target.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	response, err := transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	a, err := keeper.keep(response.StatusCode, response.Header)
	if err != nil {
		return nil, err
	}
	// A short body is read, so that the connection can be reused, and so is the
	// text of a 400. Other bodies aren't read: they may never end. Reading a
	// short body has a time limit, because it may not end either.
	isShort := 0 <= response.ContentLength && response.ContentLength <= maxBody
	if isShort || a.status == http.StatusBadRequest {
		timer := time.AfterFunc(maxBodyWait, cancel)
		defer timer.Stop()
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxBody))
		a.body = string(body)
	}
	return a, nil
}

// The limits for reading a body.
const (
	maxBody     = 64 << 10
	maxBodyWait = time.Second
)

// refusal returns an error if a server says that requests should go to another URL.
func (a *response) refusal(url string) error {
	location := a.header.Get("Location")
	switch {
	case isRedirect(a.status) && location != "":
		return &RedirectError{Status: a.status, URL: url, Location: location}
	case a.status == http.StatusBadRequest && (strings.Contains(a.body, "to an HTTPS server") || strings.Contains(a.body, "to HTTPS port")):
		return ErrPlainHTTP
	}
	return nil
}

func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// disclosed returns the names of the headers that disclose something of the policy.
func (a *response) disclosed() (names []string) {
	for name := range a.header {
		if strings.HasPrefix(name, accessControl) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// disclosure returns the disclosed names as a list of limited length.
func (a *response) disclosure() string {
	names := a.disclosed()
	for i, name := range names {
		names[i] = cut(name, maxName)
	}
	shown := min(len(names), maxNames)
	return joinNames(names[:shown], len(names)-shown+a.undisclosed)
}
