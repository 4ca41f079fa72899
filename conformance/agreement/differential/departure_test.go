package differential

import (
	"context"
	"encoding/json"
	"errors"
	"math/bits"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/browsers"
	"github.com/corskit/cors/conformance/fetch"
)

// A departure is a way in which engines depart from the standard. It changes
// the model's requests and responses on their way, and the model must then do
// exactly what the engine does. So a departure explains only what it predicts.
type departure struct {
	name string
	// where has the engines with this departure, each with the file of their
	// source (in chromium/chromium, mozilla/gecko-dev and WebKit/WebKit), or
	// the report, that shows it.
	where map[browsers.Engine]string
	// does says what the engines do.
	does string

	// asks changes the request of a script.
	asks func(*step)
	// judges decides whether a header that a script sets in a step is safelisted.
	judges func(*step, scriptHeader) judgement
	// sends changes a request on its way to a server, without its body.
	sends func(*exchange)
	// reads changes a response on its way to the model, without its body.
	reads func(*exchange)
	// shows changes what is observed.
	shows func(*step, *observation)
	// cache makes a replacement for the CORS-preflight cache.
	cache func() preflightCache
	// asksAgain returns what the preflight of a redirected request asks for,
	// and whether there is one. Its argument is the request, or its preflight
	// if the model sends one.
	asksAgain func(*exchange) (names []string, ok bool)
}

// A judgement says whether a header is a CORS-safelisted request-header.
type judgement int

const (
	asStandard judgement = iota
	safe
	unsafe
)

// An exchange is a request on its way, and its response.
type exchange struct {
	question
	request  *http.Request
	response *http.Response // nil on the way there
	// from is the exchange that redirected to this one, or nil.
	from *exchange
	// broken says that a departure keeps the request from being sent, or the
	// response from being used.
	broken bool
	// status is the status that the server sent.
	status int
	// visible are headers of the response, by name in lower case, as a script
	// sees them, if a departure gives the model others.
	visible map[string]string
	// isLast says that it redirects, but that only a preflight follows.
	isLast bool
}

func departuresOf(engine browsers.Engine) []*departure {
	var list []*departure
	for _, d := range departures {
		if _, departs := d.where[engine]; departs {
			list = append(list, d)
		}
	}
	return list
}

// explain finds the smallest set of departures that make the model do what the
// browser does.
func (c *contest) explain(ctx context.Context, d *disagreement) error {
	all := newRun(d.scenario, departuresOf(c.engine)...)
	if _, err := c.servers.carryOut(ctx, c.model, all); err != nil {
		return err
	}
	// In the order in which they apply.
	touched := slices.DeleteFunc(departuresOf(c.engine), func(d *departure) bool { return !slices.Contains(all.touched, d) })
	for size := range len(touched) {
		var runs []*run
		for mask := range uint(1) << len(touched) {
			if bits.OnesCount(mask) == size+1 {
				runs = append(runs, newRun(d.scenario, chosen(touched, mask)...))
			}
		}
		observations, err := c.servers.carryOut(ctx, c.model, runs...)
		if err != nil {
			return err
		}
		for i, inModel := range observations {
			if c.disagreement(d.scenario, inModel, d.inBrowser) == nil {
				d.explanation = runs[i].departures
				return nil
			}
		}
	}
	return nil
}

// chosen returns the departures whose bits are set.
func chosen(from []*departure, mask uint) []*departure {
	var some []*departure
	for i, d := range from {
		if mask&(1<<i) != 0 {
			some = append(some, d)
		}
	}
	return some
}

// depart applies the run's departures to something, and records those that change it.
func (r *run) depart(apply func(*departure), thing ...any) {
	for _, d := range r.departures {
		before := asJSON(thing)
		if apply(d); asJSON(thing) != before {
			r.note(d)
		}
	}
}

func (r *run) note(d *departure) {
	if !slices.Contains(r.touched, d) {
		r.touched = append(r.touched, d)
	}
}

func asJSON(thing any) string {
	text, err := json.Marshal(thing)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// judge applies the run's departures to the headers of a step: it removes a
// judged header from the model, or replaces it with one that is certainly not
// safelisted.
func (r *run) judge(k int) {
	s := &r.scenario.Steps[k]
	whole := *s
	r.set = append(r.set, s.Headers)
	var headers []scriptHeader
	for _, h := range s.Headers {
		switch j := r.judgement(&whole, h); {
		case j == asStandard || j == safe && s.Mode == fetch.ModeNoCORS:
			headers = append(headers, h)
		case j == unsafe:
			headers = append(headers, scriptHeader{h.Name, "("})
		}
	}
	s.Headers = headers
}

func (r *run) judgement(s *step, h scriptHeader) judgement {
	for _, d := range r.departures {
		if d.judges != nil {
			if j := d.judges(s, h); j != asStandard {
				r.note(d)
				return j
			}
		}
	}
	return asStandard
}

// restore restores the judged headers of a request.
func (r *run) restore(e *exchange) {
	if len(r.departures) == 0 || e.isPreflight || e.step.Mode == fetch.ModeNoCORS {
		return
	}
	whole := *e.step
	whole.Headers = r.set[r.step]
	isThere := map[string]bool{} // of the headers that were judged, those that the request has
	for _, h := range whole.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		switch r.judgement(&whole, h) {
		case safe:
			isThere[name] = !isBodyHeader(name) || e.request.Method == e.first().request.Method
		case unsafe:
			isThere[name] = e.request.Header.Get(name) != ""
		}
	}
	for name := range isThere {
		if isThere[name] {
			e.request.Header.Del(name)
		}
	}
	for _, h := range whole.Headers {
		if name := http.CanonicalHeaderKey(h.Name); isThere[name] {
			e.request.Header.Add(name, toBytes(strings.Trim(h.Value, " \t\r\n")))
		}
	}
}

// A departing transport applies a run's departures to requests and responses.
type departing struct {
	run       *run
	transport http.RoundTripper
	// cache replaces the model's CORS-preflight cache, which is then disabled.
	// It is nil unless a departure, caching, has one.
	cache   preflightCache
	caching *departure
	// preflight is the last preflight, nil after its request was sent; answer
	// is its response, before any departure.
	preflight *exchange
	answer    http.Header
	// last is the last exchange of the step that isn't a preflight.
	last *exchange
}

func (r *run) newTransport(transport http.RoundTripper) *departing {
	t := &departing{run: r, transport: transport}
	for _, d := range r.departures {
		if d.cache != nil {
			t.cache, t.caching = d.cache(), d
		}
	}
	return t
}

// goTo sets the step of the requests from now on.
func (t *departing) goTo(step int) {
	t.run.goTo(step)
	t.preflight, t.last = nil, nil
}

func (t *departing) RoundTrip(request *http.Request) (*http.Response, error) {
	s := t.run.takes()
	e := &exchange{question: newQuestion(s, request, t.last), request: request, from: t.last}
	if e.from != nil {
		if response, err := t.askAgain(e); response != nil || err != nil {
			return response, err
		}
	}
	return t.exchange(e)
}

// exchange sends a request, unless it is a preflight that the cache makes unnecessary.
func (t *departing) exchange(e *exchange) (*http.Response, error) {
	if t.cache != nil && e.isPreflight {
		t.run.note(t.caching)
		if t.cache.allows(e.question) {
			return e.allowed(), nil
		}
	}
	t.run.restore(e)
	t.run.depart(func(d *departure) {
		if d.sends != nil {
			d.sends(e)
		}
	}, e.request.Header, &e.broken)
	if !e.isPreflight {
		t.preflightSucceeded()
	}
	if e.broken {
		return nil, errBroken
	}
	var err error
	if e.response, err = t.transport.RoundTrip(e.request); err != nil {
		return nil, err
	}
	e.status = e.response.StatusCode
	if e.isPreflight {
		t.preflight, t.answer = e, e.response.Header.Clone()
	} else {
		t.last = e
	}
	t.run.depart(func(d *departure) {
		if d.reads != nil {
			d.reads(e)
		}
	}, e.response.Header, &e.response.StatusCode, &e.broken)
	if e.broken {
		return nil, errBroken
	}
	return e.response, nil
}

var errBroken = errors.New("a departure makes it fail")

func (t *departing) preflightSucceeded() {
	if t.preflight != nil && t.cache != nil {
		t.cache.store(t.preflight.question, t.answer, "")
	}
	t.preflight = nil
}

// show replaces what the model got with what a script sees.
func (t *departing) show(saw *seen) {
	if t.last == nil {
		return
	}
	for name, value := range t.last.visible {
		if _, ok := saw.Headers[name]; ok {
			saw.Headers[name] = value
		}
	}
}

// failed is called with the network error that a step ends in.
func (t *departing) failed(e *fetch.NetworkError) {
	switch {
	case t.cache == nil:
	case !e.Preflight:
		url, _, _ := strings.Cut(e.URL, "#")
		t.cache.fail(t.run.takes().page(), url, e.Step)
	case t.preflight != nil:
		t.cache.store(t.preflight.question, t.answer, e.Step)
	}
	t.preflight = nil
}

// askAgain sends the preflight of a redirected request, if a departure says
// that it differs from the model's. It returns a response if the request was
// that preflight, and an error if it was not and the preflight fails.
func (t *departing) askAgain(e *exchange) (*http.Response, error) {
	for _, d := range t.run.departures {
		if d.asksAgain == nil || e.request.Header.Get("Origin") == "" || !e.isPreflight && t.preflight != nil {
			continue
		}
		names, ok := d.asksAgain(e)
		if ok == e.isPreflight && slices.Equal(names, e.headers) {
			continue
		}
		t.run.note(d)
		if !ok {
			return e.allowed(), nil
		}
		err := t.ask(e, names)
		if !e.isPreflight {
			return nil, err
		}
		if err != nil {
			return &http.Response{StatusCode: 403, Body: http.NoBody, Request: e.request}, nil
		}
		return e.allowed(), nil
	}
	return nil, nil
}

// ask sends a preflight that asks for the headers called names, and returns an
// error if the response does not allow them.
func (t *departing) ask(e *exchange, names []string) error {
	agent := &fetch.Agent{Origin: e.step.page(), MaxAgeLimit: -1, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		asked := &exchange{question: newQuestion(e.step, r, e.from), request: r, from: e.from}
		if !asked.isPreflight {
			return asked.allowed(), nil
		}
		response, err := t.exchange(asked)
		if err == nil && response.Header[allowMethods] == nil {
			response.Header.Set(allowMethods, "") // see the departure of uploads
		}
		return response, err
	})}
	if e.tainted {
		agent.Origin = "null"
	}
	request := &fetch.Request{URL: e.url, Method: e.method, Credentials: e.step.Credentials, UseCORSPreflight: true}
	for _, name := range names {
		request.Headers = append(request.Headers, fetch.Header{Name: name, Value: "("})
	}
	_, err := agent.Fetch(e.request.Context(), request)
	var networkError *fetch.NetworkError
	if errors.As(err, &networkError) {
		t.failed(networkError)
	}
	return err
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unsafeNames returns the names of the headers of a step that are not
// CORS-safelisted, each as often as it is set, in lower case and sorted.
func unsafeNames(s *step) []string {
	var names []string
	for _, h := range s.Headers {
		if isSet, isSafe := judgedAlone(h); isSet && !isSafe {
			names = append(names, strings.ToLower(h.Name))
		}
	}
	slices.Sort(names)
	return names
}

// setNames returns the names of the headers that the script of a step sets.
func setNames(s *step) []string {
	var names []string
	for _, h := range s.Headers {
		if isSet, _ := judgedAlone(h); isSet {
			names = append(names, http.CanonicalHeaderKey(h.Name))
		}
	}
	return names
}

// isSafelisted reports whether a header by itself is CORS-safelisted.
func isSafelisted(h scriptHeader) bool {
	isSet, isSafe := judgedAlone(h)
	return isSet && isSafe
}

// judgedAlone reports whether a script can set a header, and whether that is
// CORS-safelisted where it is the only one.
func judgedAlone(h scriptHeader) (isSet, isSafe bool) {
	if strings.EqualFold(h.Name, "Origin") {
		return false, false // the agent sets it itself
	}
	agent := &fetch.Agent{Origin: plainPage, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		_, isThere := r.Header[http.CanonicalHeaderKey(toBytes(h.Name))]
		isSet, isSafe = isThere || isPreflight(r), !isPreflight(r)
		return nil, errors.New("no more is asked")
	})}
	agent.Fetch(context.Background(), &fetch.Request{
		URL:     "https://judged.test/",
		Headers: fetch.HeaderList{{Name: toBytes(h.Name), Value: toBytes(h.Value)}},
	})
	return isSet, isSafe
}

// leadsSomewhere reports whether the headers of a redirect have no Location, or
// a valid one.
func leadsSomewhere(headers http.Header) bool {
	agent := &fetch.Agent{Origin: plainPage, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 307, Header: headers, Body: http.NoBody, Request: r}, nil
	})}
	_, err := agent.Fetch(context.Background(), &fetch.Request{URL: plainPage, Mode: fetch.ModeNoCORS})
	var networkError *fetch.NetworkError
	return !errors.As(err, &networkError) || networkError.Step != fetch.StepRedirectLocation
}

// origin returns the origin of the URL of a step, which may be written in odd
// ways.
func (s *step) origin() string {
	var origin string
	agent := &fetch.Agent{Origin: s.page(), Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		origin = r.URL.Scheme + "://" + r.URL.Host
		return nil, errors.New("no more is asked")
	})}
	agent.Fetch(context.Background(), &fetch.Request{URL: s.url(), Mode: fetch.ModeNoCORS})
	return origin
}
