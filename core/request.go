package cors

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Request is what a decision needs of an HTTP request.
type Request struct {
	// Method is the request's method.
	Method string

	// Path is the path as the router routes it, and PathFolding what the router
	// does not distinguish in it. If Path is empty, Source is asked for both.
	Path        string
	PathFolding PathFolding

	// Host is the host that the request was sent to, with its port.
	Host string

	// Origin is the value of the header Origin; repeated lines are combined by
	// ", " (Fetch, "get" of a header list). EmptyOrigin says that the header is
	// there and has no value.
	Origin      string
	EmptyOrigin bool

	// The values of these headers. They matter for the method OPTIONS only and
	// can be left out for others.
	AccessControlRequestMethod         string
	AccessControlRequestHeaders        string
	AccessControlRequestPrivateNetwork string

	// Source is asked for what only some configurations need. It may be nil.
	Source Source

	reads []string // names that AllowOriginFunc read
}

// A Source reads parts of an HTTP request when they are needed. An adapter
// implements it on a pointer, so that setting it costs nothing.
type Source interface {
	// Route returns the path as the router routes it.
	Route() (path string, folding PathFolding)
	// RequestHeader returns the value of a header, repeated lines combined by
	// ", ". The value must remain valid after the request.
	RequestHeader(name string) string
	// Context returns the request's context.
	Context() context.Context
}

// Header returns the value of a request header; repeated lines are combined by
// ", ". A name that [Config.AllowOriginFunc] reads in this way is added to Vary,
// since the answer depends on it; once that has returned, Header is not to be
// used.
func (r *Request) Header(name string) string {
	if r.Source == nil {
		return ""
	}
	name = http.CanonicalHeaderKey(name)
	if name != headerOrigin && !slices.Contains(r.reads, name) {
		r.reads = append(r.reads, name)
	}
	return r.Source.RequestHeader(name)
}

func (r *Request) isCORS() bool { return r.Origin != "" || r.EmptyOrigin }

// isPreflight follows Fetch, "CORS-preflight request".
func (r *Request) isPreflight() bool {
	return r.Method == http.MethodOptions && r.isCORS() && r.AccessControlRequestMethod != ""
}

func (r *Request) route() (string, PathFolding) {
	if r.Path == "" && r.Source != nil {
		return r.Source.Route()
	}
	return r.Path, r.PathFolding
}

func (r *Request) context() context.Context {
	if r.Source != nil {
		return r.Source.Context()
	}
	return context.Background()
}

// detached returns a copy of r that a function may keep: frameworks may reuse
// the memory behind their strings. What a request says of methods and headers
// is left out unless it is a preflight.
func (r *Request) detached() *Request {
	path, folding := r.route()
	c := &Request{
		Method:      strings.Clone(r.Method),
		Path:        strings.Clone(path),
		PathFolding: folding,
		Host:        strings.Clone(r.Host),
		Origin:      strings.Clone(r.Origin),
		Source:      r.Source,
	}
	if r.isPreflight() {
		c.AccessControlRequestMethod = strings.Clone(r.AccessControlRequestMethod)
		c.AccessControlRequestHeaders = strings.Clone(r.AccessControlRequestHeaders)
		c.AccessControlRequestPrivateNetwork = strings.Clone(r.AccessControlRequestPrivateNetwork)
	}
	return c
}

// NewRequest returns the Request for an HTTP request of net/http, without the
// path. The Source is asked for that; if it is nil, the path is read as
// net/http's ServeMux reads it.
func NewRequest(r *http.Request, source Source) Request {
	if source == nil {
		source = (*muxRequest)(r)
	}
	req := Request{Method: r.Method, Host: r.Host, Source: source}
	if origins := r.Header["Origin"]; len(origins) > 0 {
		req.Origin = combine(origins)
		req.EmptyOrigin = req.Origin == ""
	}
	if r.Method == http.MethodOptions {
		req.AccessControlRequestMethod = combine(r.Header["Access-Control-Request-Method"])
		req.AccessControlRequestHeaders = combine(r.Header["Access-Control-Request-Headers"])
		req.AccessControlRequestPrivateNetwork = combine(r.Header["Access-Control-Request-Private-Network"])
	}
	return req
}

// combine follows Fetch, "get" of a header list.
func combine(values []string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return values[0]
	}
	return strings.Join(values, ", ")
}

// HTTPHeader returns the value of a header of r for [Source], repeated lines
// combined by ", ".
func HTTPHeader(r *http.Request, name string) string {
	if http.CanonicalHeaderKey(name) == "Host" {
		return r.Host // net/http moves it there
	}
	return combine(r.Header.Values(name))
}

// A muxRequest reads the path as net/http's ServeMux does.
type muxRequest http.Request

func (r *muxRequest) Context() context.Context         { return (*http.Request)(r).Context() }
func (r *muxRequest) RequestHeader(name string) string { return HTTPHeader((*http.Request)(r), name) }
func (r *muxRequest) Route() (string, PathFolding) {
	// A raw path with a character that should have been escaped, such as "|",
	// counts for nothing: what is routed is then the decoded one.
	if r.URL.RawPath == "" || r.URL.RawPath != r.URL.EscapedPath() {
		return r.URL.Path, 0
	}
	// ServeMux cuts the escaped path into segments and then unescapes each, so
	// that an escaped slash separates nothing.
	segments := strings.Split(r.URL.RawPath, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		switch {
		case err != nil:
		case plain == "/":
			segments[i] = "" // no wildcard for a segment matches it, and at the end it is a slash
		case !strings.Contains(plain, "/"):
			segments[i] = plain
		}
	}
	return strings.Join(segments, "/"), 0
}
