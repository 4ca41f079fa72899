package cors

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/paths"
)

// A PathFolding says in which ways a router treats different paths as one, so that
// the engine does the same. The zero value is exact comparison.
type PathFolding uint8

const (
	// FoldCase: the router ignores the case of ASCII letters.
	FoldCase = PathFolding(paths.FoldCase)
	// FoldTrailingSlash: the router ignores slashes at the end of a path.
	FoldTrailingSlash = PathFolding(paths.FoldTrailingSlash)
	// FoldEmptySegment: a wildcard for one segment matches an empty one, too,
	// unless it is the last. So does a regular expression.
	FoldEmptySegment = PathFolding(paths.FoldEmptySegment)
	// FoldEmptyRest: a wildcard for the rest matches even where the slash before
	// it is missing. So does a regular expression.
	FoldEmptyRest = PathFolding(paths.FoldEmptyRest)
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

	// Origin is the value of the header Origin. MalformedOrigin says that the
	// header is there, and empty or repeated, so that it is no origin.
	Origin          string
	MalformedOrigin bool

	// AccessControlRequestMethod is the value of the header of that name. It
	// matters for the method OPTIONS only.
	AccessControlRequestMethod string

	// The values of these headers matter for preflights, and there for some
	// policies only. Where one is empty, Source is asked.
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
	// RequestHeader returns the value of a header, repeated lines combined as
	// [Combine] does. The value remains valid after the request.
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
	if r.Path == "" && r.Source != nil {
		return r.Source.Route()
	}
	return r.Path, r.PathFolding
}

// isRouted reports whether the path comes from a router, which reads the whole of
// it, and not from a request of net/http as it is.
func (r *Request) isRouted() bool {
	_, isMux := r.Source.(*muxRequest)
	return r.Path != "" || !isMux
}

func (r *Request) context() context.Context {
	if r.Source != nil {
		return r.Source.Context()
	}
	return context.Background()
}

// requestHeaders returns the value of Access-Control-Request-Headers.
func (r *Request) requestHeaders() string {
	if r.AccessControlRequestHeaders == "" && r.Source != nil {
		return r.Source.RequestHeader(headerRequestHeaders)
	}
	return r.AccessControlRequestHeaders
}

// requestPrivateNetwork returns the value of
// Access-Control-Request-Private-Network.
func (r *Request) requestPrivateNetwork() string {
	if r.AccessControlRequestPrivateNetwork == "" && r.Source != nil {
		return r.Source.RequestHeader(headerRequestPrivateNetwork)
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
		Source:      r.Source,
	}
	if r.kind() == Preflight {
		c.AccessControlRequestMethod = strings.Clone(r.AccessControlRequestMethod)
		c.AccessControlRequestHeaders = strings.Clone(r.requestHeaders())
		c.AccessControlRequestPrivateNetwork = strings.Clone(r.requestPrivateNetwork())
	}
	return c
}

// ReadHTTP fills in r from a request of net/http, without the path. The Source
// is asked for that; if it is nil, the path is read as net/http's ServeMux
// reads it.
func (r *Request) ReadHTTP(request *http.Request, source Source) {
	r.Method, r.Host, r.Source = request.Method, request.Host, source
	if source == nil {
		r.Source = (*muxRequest)(request)
	}
	if origins := request.Header[headerOrigin]; len(origins) == 1 && origins[0] != "" {
		r.Origin = origins[0]
	} else {
		r.MalformedOrigin = len(origins) > 0
	}
	if r.Method == http.MethodOptions {
		// Two lines show as well as all of them that it is not one method.
		methods := request.Header[headerRequestMethod]
		r.AccessControlRequestMethod = Combine(methods[:min(2, len(methods))])
	}
}

// maxCombined bounds the work that repeated lines cause. Nothing that is asked
// for is longer.
const maxCombined = maxRequestedHeaders

// Combine joins the lines of a header by ", " (Fetch, "get" of a header list).
// Several lines are cut where they exceed 1024 bytes by one: no list is as long
// as that.
func Combine(lines []string) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return lines[0]
	}
	combined := make([]byte, 0, maxCombined+1)
	for i, line := range lines {
		if i > 0 {
			combined = append(combined, ", "...)
		}
		combined = append(combined, line[:min(len(line), maxCombined+1)]...)
		if len(combined) > maxCombined {
			combined = combined[:maxCombined+1]
			break
		}
	}
	return string(combined)
}

// HTTPHeader returns the value of a header of r for [Source].
func HTTPHeader(r *http.Request, name string) string {
	if http.CanonicalHeaderKey(name) == "Host" {
		return r.Host // net/http moves it there
	}
	return Combine(r.Header[http.CanonicalHeaderKey(name)])
}

// A muxRequest reads the path as net/http's ServeMux does.
type muxRequest http.Request

func (r *muxRequest) Context() context.Context         { return (*http.Request)(r).Context() }
func (r *muxRequest) RequestHeader(name string) string { return HTTPHeader((*http.Request)(r), name) }
func (r *muxRequest) Route() (string, PathFolding)     { return paths.OfServeMux(r.URL), 0 }
