package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/fetch"
)

// A Browser is where the scripts of cases run.
type Browser interface {
	// Engine is the name that [Departure] has for the browser. It is empty for
	// one that does what the standard says.
	Engine() string
	// Open opens a page for the scripts of an origin, as [Script] writes it.
	// The page has empty caches and no cookies. Its requests to the server go
	// through via, or directly if via is nil.
	Open(origin string, server *Server, via http.RoundTripper) (Page, error)
}

// A Page is where the scripts of one origin run, one after the other.
type Page interface {
	// Fetch runs a script. An error means that there is nothing to judge: no
	// script can do this, or the server doesn't respond. The observation then
	// has only Wire and Conclusion.
	Fetch(ctx context.Context, s *Script) (Observation, error)
}

// An Observation is what a script sees of a fetch, and what is sent for it.
type Observation struct {
	// Blocked reports a network error: the script sees nothing.
	Blocked bool
	// Step is the step of the standard at which a blocked fetch fails, as
	// package fetch names it. It is empty if the browser doesn't say.
	Step string

	// Type is the type of the response: basic, cors, opaque or opaqueredirect.
	Type   fetch.ResponseType
	Status int
	// Headers are the visible ones, by their names in lower case; lines of one
	// name are joined by ", ".
	Headers map[string]string
	Body    string

	// Preflights and Requests are how many of each were sent.
	Preflights, Requests int

	// Evidence is for readers of a failure.
	Evidence
}

// model is the browser of package fetch.
type model struct{ now time.Time }

func newModel() *model { return &model{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (m *model) Engine() string { return "" }

func (m *model) Open(origin string, server *Server, via http.RoundTripper) (Page, error) {
	if origin == "self" {
		base, err := url.Parse(server.URL)
		if err != nil {
			return nil, err
		}
		origin = base.Scheme + "://" + base.Host
	}
	agent, err := fetch.NewAgent(origin)
	if err != nil {
		return nil, err
	}
	// Cookies of loopback addresses have no public suffix.
	if agent.Jar, err = cookiejar.New(nil); err != nil {
		return nil, err
	}
	agent.Now = func() time.Time { return m.now }
	agent.Transport = via
	if via == nil {
		agent.Transport = server.direct()
	}
	return &modelPage{m, agent, server.URL}, nil
}

// A modelPage has its own agent. All pages of a model have one clock.
type modelPage struct {
	model  *model
	agent  *fetch.Agent
	server string // its URL
}

func (p *modelPage) Fetch(ctx context.Context, s *Script) (Observation, error) {
	p.model.now = p.model.now.Add(time.Duration(s.After) * time.Second)
	request := &fetch.Request{
		URL:              p.server + s.path(),
		Method:           s.Method,
		Mode:             fetch.Mode(s.Mode),
		Credentials:      fetch.CredentialsMode(s.Credentials),
		Redirect:         fetch.RedirectMode(s.Redirect),
		UseCORSPreflight: s.Preflight,
	}
	for _, h := range s.Headers {
		request.Headers = append(request.Headers, fetch.Header{Name: h[0], Value: h[1]})
	}
	if s.Body != "" {
		request.Body = []byte(s.Body)
	}
	response, err := p.agent.Fetch(ctx, request)
	if err != nil {
		return blocked(err)
	}
	defer response.Body.Close()
	o := observe(response.Trace)
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return o, fmt.Errorf("the body cannot be read: %w", err)
	}
	o.Type, o.Status, o.Body = response.Type, response.Status, string(body)
	o.Headers = make(map[string]string)
	names := make([]string, len(response.Headers))
	for i, h := range response.Headers {
		names[i] = h.Name
		o.Headers[strings.ToLower(h.Name)], _ = response.Headers.Get(h.Name)
	}
	o.Conclusion = fmt.Sprintf("the script sees a response of type %s, status %d, with %s", o.Type, o.Status, headerNames(names))
	return o, nil
}

func headerNames(names []string) string {
	if len(names) == 0 {
		return "no headers"
	}
	return "the headers " + strings.Join(names, ", ")
}

// blocked returns what a script sees of a fetch that failed.
func blocked(err error) (Observation, error) {
	var failure *fetch.NetworkError
	if !errors.As(err, &failure) {
		return Observation{}, fmt.Errorf("a script cannot do this: %w", err)
	}
	o := observe(failure.Trace)
	o.Blocked, o.Step, o.Conclusion = true, string(failure.Step), failure.Error()
	if failure.Step == fetch.StepNetwork {
		return o, fmt.Errorf("there is no response: %w", failure)
	}
	return o, nil
}

// observe returns what was sent.
func observe(trace fetch.Trace) Observation {
	o := Observation{Evidence: Evidence{Wire: trace.String()}}
	for _, exchange := range trace {
		if exchange.Preflight {
			o.Preflights++
		} else {
			o.Requests++
		}
	}
	return o
}
