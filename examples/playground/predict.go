package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/corskit/cors/conformance/explain"
	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// exchangeParameter is the query parameter that names the exchange a request belongs
// to. A preflight can't carry a header of ours, but has the same URL.
const exchangeParameter = "exchange"

// find returns the backend and the site of a question, or why it can't be asked.
func (p *playground) find(q *Question) (backend Backend, site Site, refusal string) {
	for _, b := range p.backends {
		if b.ID == q.Backend {
			backend = b
		}
	}
	for _, s := range p.sites {
		if s.ID == q.Site {
			site = s
		}
	}
	switch {
	case backend.ID == "":
		return backend, site, fmt.Sprintf("There is no backend %q.", q.Backend)
	case site.ID == "":
		return backend, site, fmt.Sprintf("There is no site %q.", q.Site)
	case !strings.HasPrefix(q.Path, "/"):
		return backend, site, fmt.Sprintf("The path %q doesn't begin with a slash.", q.Path)
	case strings.Contains(q.Path, exchangeParameter+"="):
		return backend, site, fmt.Sprintf("The path %q has the parameter %s, which the playground adds itself.", q.Path, exchangeParameter)
	}
	return backend, site, ""
}

// predict returns what a browser will make of fetches. It makes them: the sample API
// stores nothing.
func (p *playground) predict(r *http.Request, questions []Question) (any, int) {
	predictions := Predictions{make([]Prediction, len(questions)), p.version()}
	for i, q := range questions {
		backend, site, refusal := p.find(&q)
		if refusal != "" {
			return Refusal{refusal}, http.StatusBadRequest
		}
		prediction, err := p.predictOne(r, q, backend, site)
		if err != nil {
			return Refusal{"The response ended early: " + err.Error()}, http.StatusBadGateway
		}
		predictions.Predictions[i] = prediction
	}
	return predictions, http.StatusOK
}

func (p *playground) predictOne(r *http.Request, q Question, backend Backend, site Site) (Prediction, error) {
	agent, err := fetch.NewAgent(site.Origin)
	if err != nil {
		panic(err) // the sites are ours
	}
	agent.Transport = p.transport
	if agent.Jar = p.jar; p.jar == nil {
		agent.Jar = cookies(r, backend)
	}
	request := &fetch.Request{
		URL: backend.Origin + q.Path, Method: q.Method, Mode: fetch.Mode(q.Mode), Credentials: fetch.CredentialsMode(q.Credentials),
	}
	for _, h := range q.Headers {
		request.Headers = append(request.Headers, fetch.Header{Name: h[0], Value: h[1]})
	}
	if q.Body != "" {
		request.Body = []byte(q.Body)
	}
	response, err := agent.Fetch(r.Context(), request)
	var failure *fetch.NetworkError
	switch {
	case errors.As(err, &failure):
		return Prediction{
			Outcome: "blocked", Step: string(failure.Step), Header: failure.Header, Refused: failure.Refused, Text: failure.Error(),
			Visible: [][2]string{}, Trace: traced(failure.Trace), Console: consoleOf(failure),
		}, nil
	case err != nil:
		return Prediction{Outcome: "refused", Text: err.Error(), Visible: [][2]string{}, Trace: []Message{}}, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return Prediction{}, err
	}
	prediction := Prediction{
		Outcome: "readable", Text: fmt.Sprintf("The script can read the response, whose status is %d.", response.Status),
		Status: response.Status, Visible: [][2]string{}, Body: string(body), Trace: traced(response.Trace),
	}
	if response.Type == fetch.ResponseOpaque || response.Type == fetch.ResponseOpaqueRedirect {
		prediction.Outcome, prediction.Text = "opaque", "The request is sent, and the script can read nothing of the response."
	}
	for _, h := range response.Headers {
		prediction.Visible = append(prediction.Visible, [2]string{h.Name, h.Value})
	}
	return prediction, nil
}

// cookies returns a jar with what the browser holds for the backend: cookies go
// to every port of a host, so the page's requests carry them, too.
func cookies(r *http.Request, backend Backend) http.CookieJar {
	jar := fetch.NewCookieJar()
	if u, err := url.Parse(backend.Origin); err == nil {
		jar.SetCookies(u, r.Cookies())
	}
	return jar
}

// traced writes a trace of package fetch in the page's words.
func traced(trace fetch.Trace) []Message {
	messages := []Message{}
	for _, e := range trace {
		target := e.URL
		if u, err := url.Parse(e.URL); err == nil {
			target = u.RequestURI()
		}
		messages = append(messages, Message{
			Preflight: e.Preflight,
			Request:   WireRequest{e.Method, target, pairs(e.RequestHeaders)},
			Response:  WireResponse{e.Status, e.StatusText, pairs(e.ResponseHeaders)},
		})
	}
	return messages
}

func pairs(headers fetch.HeaderList) [][2]string {
	list := [][2]string{}
	for _, h := range headers {
		list = append(list, [2]string{h.Name, h.Value})
	}
	return list
}

// explain returns the engine's explanation of each message.
func (p *playground) explain(_ *http.Request, messages []Message) (any, int) {
	explanations := Explanations{Explanations: []Explanation{}}
	p.mu.Lock()
	defer p.mu.Unlock() // so that the version is that of what explains
	explanations.Version = p.policy.Version
	for _, m := range messages {
		e := explain.Explain(p.engine, wireRequest(m.Request))
		explanations.Explanations = append(explanations.Explanations, Explanation{m.Preflight, e, e.String()})
	}
	return explanations, http.StatusOK
}

// wireRequest returns a request as the engine takes it.
func wireRequest(r WireRequest) *cors.Request {
	h := make(http.Header)
	for _, field := range r.Headers {
		h.Add(field[0], field[1])
	}
	request := &http.Request{Method: r.Method, Host: h.Get("Host"), Header: h, URL: &url.URL{Path: r.Target}}
	if u, err := url.ParseRequestURI(r.Target); err == nil {
		request.URL = u
	}
	var question cors.Request
	question.ReadHTTP(request, nil)
	return &question
}
