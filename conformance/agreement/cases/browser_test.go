package cases

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/browsers"
	"github.com/corskit/cors/conformance/fetch"
)

//go:embed fetch.js
var fetchScript string

// scriptTimeout limits one fetch, including the loading of its document.
const scriptTimeout = time.Minute

// A browser is a real browser for the suite.
type browser struct {
	engine browsers.Engine
	web    *browsers.Web
	real   *browsers.Browser
	pages  int
	runs   int
}

func (b *browser) Engine() string { return string(b.engine) }

// Open gives the page an origin of the server that no other page has, without
// cookies and cached responses. It is same-site with the page's if that has a
// host name: the application sets a cookie without a SameSite attribute, which
// Chromium keeps for the same site.
//
// The origin is https, which every page may fetch.
func (b *browser) Open(origin string, server *conformance.Server, via http.RoundTripper) (conformance.Page, error) {
	target, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	b.pages++
	site := "test"
	if host, isHTTPS := strings.CutPrefix(origin, "https://"); isHTTPS {
		site, _, _ = strings.Cut(host, ":")
	}
	p := &page{browser: b, origin: origin, server: fmt.Sprintf("https://api-%d.%s", b.pages, site)}
	if origin == "self" {
		p.origin = p.server
	}
	if via == nil {
		b.web.Forward(p.server, target.Host)
	} else {
		b.web.Handle(p.server, &httputil.ReverseProxy{
			Transport: via,
			Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		})
	}
	b.web.Watch(p.server, p.watch)
	return p, nil
}

// A page is a document of an origin, and an origin of the server.
type page struct {
	browser        *browser
	origin, server string

	mu   sync.Mutex
	seen conformance.Observation // what was sent
}

// watch counts and records a request of the browser.
func (p *page) watch(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		p.seen.Preflights++
	} else {
		p.seen.Requests++
	}
	p.seen.Wire += fmt.Sprintf("> %s %s\n", r.Method, r.RequestURI)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			p.seen.Wire += fmt.Sprintf("> %s: %s\n", name, value)
		}
	}
}

// takeSeen returns what was sent since the last call.
func (p *page) takeSeen() conformance.Observation {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen
	p.seen = conformance.Observation{}
	return seen
}

// Fetch runs s in a document of the page's origin.
func (p *page) Fetch(ctx context.Context, s *conformance.Script) (conformance.Observation, error) {
	ctx, cancel := context.WithTimeout(ctx, scriptTimeout)
	defer cancel()
	path := s.Path
	if path == "" {
		path = "/data"
	}
	argument := struct {
		URL         string      `json:"url"`
		Preflight   bool        `json:"preflight"`
		Method      string      `json:"method,omitempty"`
		Headers     [][2]string `json:"headers,omitempty"`
		Body        string      `json:"body,omitempty"`
		Mode        string      `json:"mode,omitempty"`
		Credentials string      `json:"credentials,omitempty"`
		Redirect    string      `json:"redirect,omitempty"`
	}{p.server + path, s.Preflight, s.Method, s.Headers, s.Body, s.Mode, s.Credentials, s.Redirect}
	var result struct {
		Error   string // the reason with which the fetch is rejected
		Type    fetch.ResponseType
		Status  int
		Headers map[string]string
		Body    string
	}
	p.browser.runs++
	p.takeSeen()
	err := p.browser.real.Run(ctx, p.origin, fetchScript, argument, &result)
	o := p.takeSeen()
	switch {
	case err != nil:
		return o, err
	case result.Error == "":
		o.Type, o.Status, o.Headers, o.Body = result.Type, result.Status, result.Headers, result.Body
		o.Conclusion = fmt.Sprintf("a response of type %s, status %d, with the headers %s", o.Type, o.Status, strings.Join(slices.Sorted(maps.Keys(o.Headers)), ", "))
		return o, nil
	case o.Preflights+o.Requests == 0:
		// No case has a fetch that CORS blocks before anything is sent.
		return o, errors.New("the browser sends nothing: " + result.Error)
	}
	o.Blocked, o.Conclusion = true, result.Error
	return o, nil
}
