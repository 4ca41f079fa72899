package probe

import (
	"cmp"
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
	// Transport makes the requests. It must not follow redirects.
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
	target    *Target
	url       string
	origin    string // of the URL
	requests  []planned
	cache     *cacheProbe
	unchecked []string // what no request checks, and why
	judge     func(*browser) *Report
	err       error // why a request can't be planned
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
func (p *Plan) askPlainly(method, origin string) {
	r, err := http.NewRequest(method, p.url, nil)
	if err != nil {
		p.err = cmp.Or(p.err, err)
		return
	}
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("User-Agent", UserAgent)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	p.add(r, "")
}

// ask plans a script's first request, with a query added to its URL.
func (p *Plan) ask(s script, query string) Request {
	r, err := draft(p.url, s)
	if err != nil {
		p.err = cmp.Or(p.err, err)
		return Request{}
	}
	return p.add(r, query)
}

// skip records what isn't checked, and why.
func (p *Plan) skip(format string, args ...any) {
	p.unchecked = append(p.unchecked, fmt.Sprintf(format, args...))
}

func (p *Plan) skipOwn() {
	p.skip("%s is the URL's own origin, whose scripts don't need CORS.", p.origin)
}

// others returns the candidates that scripts of other origins can be, each
// origin once, without those that are known.
func (p *Plan) others(candidates []lookAlike, isKnown func(origin string) bool) (all []lookAlike) {
	for _, l := range candidates {
		isListed := func(other lookAlike) bool { return other.origin == l.origin }
		if l.origin != p.origin && !isKnown(l.origin) && !slices.ContainsFunc(all, isListed) {
			all = append(all, l)
		}
	}
	return all
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

// Requests counts the requests.
func (p *Plan) Requests() Requests {
	r := Requests{Planned: len(p.requests), Sent: len(p.requests), Methods: make(map[string]int)}
	for _, planned := range p.requests {
		r.Methods[planned.Method]++
	}
	return r
}

// Run sends the requests, one at a time and each once, and judges the responses.
// If a cache replays responses, later requests have a query that no cache has
// seen, so that all other findings are about the server. The error says why a
// server can't be checked.
func (p *Plan) Run(ctx context.Context) (*Report, error) {
	b := &browser{url: p.url, method: p.target.method(), responses: make(map[Request]*response)}
	unchecked := slices.Clone(p.unchecked)
	kept := 0
	for i, planned := range p.requests {
		failed := func(sent int, err error) (*Report, error) {
			return nil, fmt.Errorf("%s (request %d of %d)", explain(err), sent, len(p.requests))
		}
		if i > 0 {
			if err := pause(ctx, p.target.Delay); err != nil {
				return failed(i, err)
			}
		}
		if p.target.Progress != nil {
			p.target.Progress(i+1, len(p.requests), planned.key)
		}
		r := planned.Request
		if b.cached != nil && planned.Method == b.method {
			r = p.cache.bypassing(r, i)
		}
		a, err := p.send(ctx, r)
		if err == nil && i == 0 {
			err = a.refusal(p.url)
		}
		if err == nil {
			if kept += a.size(); kept > maxKept {
				err = errTooManyHeaders
			}
		}
		if err != nil {
			return failed(i+1, err)
		}
		b.responses[planned.key] = a
		if planned.key != p.cache.second {
			continue
		}
		var why string
		if b.cached, why = p.cache.judge(b); b.cached != nil {
			p.cache.bypass(b.responses)
		}
		if why != "" {
			unchecked = append(unchecked, why)
		}
	}
	for _, key := range []Request{p.cache.firstCold, p.cache.secondAfter, p.cache.secondCold} {
		delete(b.responses, key)
	}
	if status := b.responses[p.cache.first].status; status/100 != 2 {
		unchecked = append(unchecked, fmt.Sprintf(
			"Responses to %s have status %d: for other statuses, another part of the server may handle CORS.", b.method, status))
	}
	report := p.judge(b)
	report.URL, report.Requests, report.Unchecked = p.url, p.Requests(), unchecked
	report.conclude(p.target.Ignore)
	return report, nil
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
	header http.Header
	body   string // the beginning, if it arrived at once
}

// send sends a request.
func (p *Plan) send(ctx context.Context, r *http.Request) (*response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if p.target.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.target.Timeout)
		defer cancel()
	}
	received, err := p.target.Transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer received.Body.Close()
	a := &response{status: received.StatusCode, header: received.Header}
	// A short body is read, so that the connection can be reused, and so is the
	// text of a 400. Other bodies aren't read: they may never end. Reading a
	// short body has a time limit, because it may not end either.
	isShort := 0 <= received.ContentLength && received.ContentLength <= maxBody
	if isShort || a.status == http.StatusBadRequest {
		timer := time.AfterFunc(maxBodyWait, cancel)
		defer timer.Stop()
		body, _ := io.ReadAll(io.LimitReader(received.Body, maxBody))
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
		return redirection(url, location, a.status)
	case a.status == http.StatusBadRequest && (strings.Contains(a.body, "to an HTTPS server") || strings.Contains(a.body, "to HTTPS port")):
		return refusal("the server speaks TLS on that port: write the URL with https")
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
	shown := names[:min(len(names), maxNames)]
	for i, name := range shown {
		shown[i] = cut(name, maxName)
	}
	return joinNames(shown, len(names)-len(shown))
}
