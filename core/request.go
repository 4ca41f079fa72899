package cors

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/paths"
)

// A Request is what a decision needs of an HTTP request.
type Request struct {
	// Method is the request's method.
	Method string

	// Path is the path as the router routes it, and PathFolding what the router
	// does not distinguish in it. If Path is empty, Reader is asked for both.
	Path        string
	PathFolding PathFolding

	// Host is the host that the request was sent to, with its port.
	Host string

	// Origin is the value of the header Origin. MalformedOrigin says that the
	// header is there, and empty or repeated, so that it isn't an origin.
	Origin          string
	MalformedOrigin bool

	// AccessControlRequestMethod is the value of the header of that name. It
	// matters for the method OPTIONS only.
	AccessControlRequestMethod string

	// The values of these headers matter for preflights, and there for some
	// policies only. Where one is empty, Reader is asked.
	AccessControlRequestHeaders        string
	AccessControlRequestPrivateNetwork string

	// Reader is asked for what only some configurations need. It may be nil.
	Reader RequestReader

	reads []string // names that AllowOriginFunc read
}

// Header returns the value of a request header; repeated lines are combined by
// ", ". A name that [Config.AllowOriginFunc] reads in this way is added to Vary,
// since the response depends on it. Don't call Header once the function has
// returned.
func (r *Request) Header(name string) string {
	if r.Reader == nil {
		return ""
	}
	name = http.CanonicalHeaderKey(name)
	if name != headerOrigin && !slices.Contains(r.reads, name) {
		r.reads = append(r.reads, name)
	}
	return r.Reader.RequestHeader(name)
}

// kind follows Fetch, "CORS request" and "CORS-preflight request".
func (r *Request) kind() Kind {
	switch {
	case r.Origin == "" && !r.MalformedOrigin:
		return NotCORS
	case r.AccessControlRequestMethod != "" && r.Method == http.MethodOptions:
		return Preflight
	}
	return Actual
}

func (r *Request) route() (string, PathFolding) {
	if r.Path == "" && r.Reader != nil {
		return r.Reader.Route()
	}
	return r.Path, r.PathFolding
}

// isRouted reports whether the path comes from a router, which reads the whole of
// it, and not from a request of net/http as it is.
func (r *Request) isRouted() bool {
	_, isMux := r.Reader.(*muxRequest)
	return r.Path != "" || !isMux
}

func (r *Request) context() context.Context {
	if r.Reader != nil {
		return r.Reader.Context()
	}
	return context.Background()
}

// requestHeaders returns the value of Access-Control-Request-Headers.
func (r *Request) requestHeaders() string {
	if r.AccessControlRequestHeaders == "" && r.Reader != nil {
		return r.Reader.RequestHeader(headerRequestHeaders)
	}
	return r.AccessControlRequestHeaders
}

// requestPrivateNetwork returns the value of
// Access-Control-Request-Private-Network.
func (r *Request) requestPrivateNetwork() string {
	if r.AccessControlRequestPrivateNetwork == "" && r.Reader != nil {
		return r.Reader.RequestHeader(headerRequestPrivateNetwork)
	}
	return r.AccessControlRequestPrivateNetwork
}

// detached returns a copy of r whose fields a function may keep: frameworks may
// reuse the memory behind their strings. What a request says of methods and
// headers is left out unless it is a preflight.
func (r *Request) detached() *Request {
	path, folding := r.route()
	c := &Request{
		Method:      strings.Clone(r.Method),
		Path:        strings.Clone(path),
		PathFolding: folding,
		Host:        strings.Clone(r.Host),
		Origin:      strings.Clone(r.Origin),
		Reader:      r.Reader,
	}
	if r.kind() == Preflight {
		c.AccessControlRequestMethod = strings.Clone(r.AccessControlRequestMethod)
		c.AccessControlRequestHeaders = strings.Clone(r.requestHeaders())
		c.AccessControlRequestPrivateNetwork = strings.Clone(r.requestPrivateNetwork())
	}
	return c
}

// ReadHTTP fills in r from a request of net/http, without the path. The Reader
// is asked for that; if it is nil, the path is read as net/http's ServeMux
// reads it.
func (r *Request) ReadHTTP(request *http.Request, reader RequestReader) {
	r.Method, r.Host, r.Reader = request.Method, request.Host, reader
	if reader == nil {
		r.Reader = (*muxRequest)(request)
	}
	if origins := request.Header[headerOrigin]; len(origins) == 1 && origins[0] != "" {
		r.Origin = origins[0]
	} else {
		r.MalformedOrigin = len(origins) > 0
	}
	if r.Method == http.MethodOptions {
		// Two lines show as well as all of them that it is not one method.
		methods := request.Header[headerRequestMethod]
		r.AccessControlRequestMethod = JoinLines(methods[:min(2, len(methods))])
	}
}

// A muxRequest reads the path as net/http's ServeMux does.
type muxRequest http.Request

func (r *muxRequest) Context() context.Context         { return (*http.Request)(r).Context() }
func (r *muxRequest) RequestHeader(name string) string { return HeaderValue((*http.Request)(r), name) }
func (r *muxRequest) Route() (string, PathFolding)     { return paths.OfServeMux(r.URL), 0 }
