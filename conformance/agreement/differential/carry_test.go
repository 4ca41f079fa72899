package differential

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"github.com/corskit/cors/conformance/browsers"
	"github.com/corskit/cors/conformance/fetch"
	"golang.org/x/net/publicsuffix"
)

// A carrier carries out runs, and returns an observation for each step of each.
// It is the model or a browser.
type carrier interface {
	carry(ctx context.Context, runs []*run) ([][]observation, error)
}

// A model is fetch.Agent as a carrier.
type model struct{ transport http.RoundTripper }

func (m model) carry(ctx context.Context, runs []*run) ([][]observation, error) {
	observations := make([][]observation, len(runs))
	for i, r := range runs {
		jar, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
		if err != nil {
			return nil, err
		}
		transport := r.newTransport(m.transport)
		agents := map[string]*fetch.Agent{}
		for k, step := range r.scenario.Steps {
			page := step.page()
			if agents[page] == nil {
				agents[page] = &fetch.Agent{Origin: page, Transport: transport, Jar: jar}
				if transport.cache != nil {
					agents[page].MaxAgeLimit = -1
				}
			}
			transport.goTo(k)
			response, err := agents[page].Fetch(ctx, r.request(k))
			var networkError *fetch.NetworkError
			if errors.As(err, &networkError) {
				transport.failed(networkError)
			}
			saw, err := see(response, err)
			if err != nil {
				return nil, err
			}
			transport.show(&saw)
			saw.generalize(r, step)
			observations[i] = append(observations[i], observation{Sent: r.sentIn(k), Seen: saw})
		}
	}
	return observations, nil
}

// request returns the request of a step's script, for package fetch.
func (r *run) request(k int) *fetch.Request {
	step := r.scenario.Steps[k]
	request := &fetch.Request{
		URL:              r.specific(step.url()),
		Method:           step.Method,
		Mode:             step.Mode,
		Credentials:      step.Credentials,
		Redirect:         step.Redirect,
		UseCORSPreflight: step.Upload,
	}
	for _, h := range step.Headers {
		request.Headers = append(request.Headers, fetch.Header{Name: toBytes(h.Name), Value: toBytes(h.Value)})
	}
	if step.Body != nil {
		request.Body = append([]byte{}, *step.Body...)
	}
	return request
}

// see returns what a script sees of package fetch's result.
func see(response *fetch.Response, err error) (seen, error) {
	var networkError *fetch.NetworkError
	var requestError *fetch.RequestError
	if errors.As(err, &networkError) || errors.As(err, &requestError) {
		return seen{Error: "TypeError"}, nil
	}
	if err != nil {
		return seen{}, err
	}
	defer response.Body.Close()
	saw := seen{
		Type:       string(response.Type),
		Status:     response.Status,
		StatusText: fromBytes(response.StatusText),
		URL:        response.URL,
		Redirected: response.Redirected,
		Headers:    map[string]string{},
	}
	for _, h := range response.Headers {
		value, _ := response.Headers.Get(h.Name)
		saw.Headers[strings.ToLower(h.Name)] = fromBytes(value)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return seen{Error: "TypeError"}, nil
	}
	saw.Body = string(body)
	return saw, nil
}

// generalize removes from s what differs from run to run, and what an
// XMLHttpRequest does not show.
func (s *seen) generalize(r *run, step step) {
	s.URL = r.generic(s.URL)
	for name, value := range s.Headers {
		s.Headers[name] = r.generic(value)
	}
	if step.Upload {
		s.Type, s.Redirected = "", false
	}
}

//go:embed script.js
var script string

// A browser is a real browser as a carrier.
type browser struct{ *browsers.Browser }

// A call is the argument of a page's script for one step.
type call struct {
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers"`
	Body    *string     `json:"body"`
	Upload  bool        `json:"upload"`
	Init    callInit    `json:"init"`
}

type callInit struct {
	Method      string                `json:"method,omitempty"`
	Mode        fetch.Mode            `json:"mode,omitempty"`
	Credentials fetch.CredentialsMode `json:"credentials,omitempty"`
	Redirect    fetch.RedirectMode    `json:"redirect,omitempty"`
}

// carry runs the first step of all runs together, then the second, and so on.
// Each page gets all steps of its script. They belong to different runs, which
// do not interfere.
func (b browser) carry(ctx context.Context, runs []*run) ([][]observation, error) {
	observations := make([][]observation, len(runs))
	for k := 0; ; k++ {
		byPage := map[string][]int{}
		for i, r := range runs {
			if k < len(r.scenario.Steps) {
				r.goTo(k)
				page := r.scenario.Steps[k].page()
				byPage[page] = append(byPage[page], i)
			}
		}
		if len(byPage) == 0 {
			return observations, nil
		}
		var wait sync.WaitGroup
		failures := make(chan error, len(byPage))
		for page, indices := range byPage {
			wait.Go(func() {
				calls := make([]call, len(indices))
				for j, i := range indices {
					calls[j] = runs[i].call(k)
				}
				var saw []seen
				if err := b.Run(ctx, page, script, calls, &saw); err != nil {
					failures <- fmt.Errorf("step %d in a document of %s: %w", k, page, err)
					return
				}
				for j, i := range indices {
					saw[j].generalize(runs[i], runs[i].scenario.Steps[k])
					observations[i] = append(observations[i], observation{Sent: runs[i].sentIn(k), Seen: saw[j]})
				}
			})
		}
		wait.Wait()
		select {
		case err := <-failures:
			return nil, err
		default:
		}
	}
}

// call returns the argument of the script for a step.
func (r *run) call(k int) call {
	step := r.scenario.Steps[k]
	c := call{
		URL:    r.specific(step.url()),
		Body:   step.Body,
		Upload: step.Upload,
		Init: callInit{
			Method:      step.Method,
			Mode:        step.Mode,
			Credentials: step.Credentials,
			Redirect:    step.Redirect,
		},
		Headers: [][2]string{},
	}
	for _, h := range step.Headers {
		c.Headers = append(c.Headers, [2]string{h.Name, h.Value})
	}
	return c
}

// carryOut carries out runs, each for the first time.
func (s *servers) carryOut(ctx context.Context, c carrier, runs ...*run) ([][]observation, error) {
	for _, r := range runs {
		s.open(r)
		defer s.close(r)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	observations, err := c.carry(ctx, runs)
	if err != nil {
		return nil, err
	}
	for i, r := range runs {
		for k := range observations[i] {
			r.depart(func(d *departure) {
				if d.shows != nil {
					d.shows(&r.scenario.Steps[k], &observations[i][k])
				}
			}, &observations[i][k])
		}
	}
	return observations, nil
}

// limit limits what is done at once.
const limit = 2 * time.Minute

// own returns the headers that a carrier sends with every request.
func (s *servers) own(ctx context.Context, c carrier) (map[string]string, error) {
	observations, err := s.carryOut(ctx, c, newRun(&scenario{Steps: []step{{}}}))
	if err != nil {
		return nil, err
	}
	if len(observations[0][0].Sent) != 1 {
		return nil, fmt.Errorf("a plain request does not reach its server: %+v", observations[0][0])
	}
	headers := maps.Clone(observations[0][0].Sent[0].Headers)
	delete(headers, "origin")
	return headers, nil
}
