package cors

import (
	"net/http"
	"strings"

	"github.com/corskit/cors/core/origin"
)

// A Kind is a kind of request (Fetch, "HTTP requests" of the CORS protocol).
type Kind uint8

// The kinds of request.
const (
	// NotCORS: there is no Origin header.
	NotCORS Kind = iota
	// Actual: a CORS request that is not a preflight. Requests of the same
	// origin are among them if they carry an Origin header.
	Actual
	// Preflight: a CORS-preflight request.
	Preflight
)

// String returns the kind in words.
func (k Kind) String() string {
	return [...]string{"not a CORS request", "actual request", "CORS-preflight request"}[k]
}

// A Reason says why a request is allowed or denied.
type Reason uint8

// The reasons. Those up to ReasonFunc allow; the others do not.
const (
	ReasonAnyOrigin   Reason = iota // any origin is allowed
	ReasonOrigin                    // the origin is in AllowOrigins
	ReasonPattern                   // a pattern of AllowOrigins matches
	ReasonExpression                // an expression of AllowOriginRegexps matches
	ReasonFunc                      // AllowOriginFunc allowed it
	ReasonNotGoverned               // no Config governs the path
	ReasonNoOrigin                  // there is no Origin header, and nothing to decide
	ReasonNotAllowed                // nothing allows the origin
	ReasonMalformed                 // the Origin header is not one serialized origin
	ReasonFuncDenied                // AllowOriginFunc denied it
	ReasonFuncError                 // AllowOriginFunc failed; see Decision.Err
)

// String returns the reason in words.
func (r Reason) String() string {
	return [...]string{
		"any origin is allowed",
		"the origin is in AllowOrigins",
		"a pattern of AllowOrigins matches the origin",
		"an expression of AllowOriginRegexps matches the origin",
		"AllowOriginFunc allowed the origin",
		"no Config governs the path",
		"there is no Origin header",
		"nothing allows the origin",
		"the Origin header is not one serialized origin",
		"AllowOriginFunc denied the origin",
		"AllowOriginFunc failed",
	}[r]
}

// A Decision says what to answer to a request. Its strings share memory with
// the request and are valid as long as that is.
type Decision struct {
	policy *policy // nil: no Config governs the path
	origin string  // of the request
	kind   Kind
	reason Reason

	methods, headers string // allowed methods and headers, for a preflight
	privateNetwork   bool   // a preflight asks for it and may have it

	asked *asked // nil unless AllowOriginFunc was asked
}

// asked is what came of asking AllowOriginFunc.
type asked struct {
	reads []string
	err   error
}

// Kind returns the kind of request.
func (d *Decision) Kind() Kind { return d.kind }

// Governed reports whether a Config governs the path. If none does, the
// request is left alone.
func (d *Decision) Governed() bool { return d.policy != nil }

// Config returns the index of the Config that governs the path, or -1.
func (d *Decision) Config() int {
	if d.policy == nil {
		return -1
	}
	return d.policy.index
}

// Allowed reports whether the request's origin may read the answer. For
// methods and headers there is nothing to decide: the answer to a preflight
// names all that are allowed, and the browser enforces it.
func (d *Decision) Allowed() bool { return d.reason <= ReasonFunc }

// Reason returns why the request is allowed or denied.
func (d *Decision) Reason() Reason {
	if d.reason == ReasonNotAllowed && d.origin != origin.Null {
		if _, ok := origin.Parse(d.origin); !ok {
			return ReasonMalformed
		}
	}
	return d.reason
}

// Err returns the error of AllowOriginFunc, if it failed.
func (d *Decision) Err() error {
	if d.asked == nil {
		return nil
	}
	return d.asked.err
}

// Answer returns the status of the answer and true if the middleware answers
// the request itself, with an empty body. Otherwise the next handler does.
func (d *Decision) Answer() (status int, ok bool) {
	switch {
	case d.kind != Preflight || d.policy == nil || d.policy.pass:
		return 0, false
	case d.Allowed():
		return d.policy.status, true
	}
	return statusNo, true
}

// Vary returns the names of the request headers that the answer depends on,
// separated by commas. They are added to what the header Vary already has.
func (d *Decision) Vary() string {
	if d.policy == nil {
		return ""
	}
	vary := d.policy.vary
	if d.kind == Preflight {
		vary = d.policy.preflightVary
	}
	if d.asked != nil && len(d.asked.reads) > 0 {
		vary += ", " + strings.Join(d.asked.reads, ", ")
	}
	return vary
}

// allowOrigin returns the value of Access-Control-Allow-Origin, or the empty
// string.
func (d *Decision) allowOrigin() string {
	switch {
	case d.policy == nil:
		return ""
	case d.policy.anyOrigin:
		return wildcard
	case d.Allowed():
		return d.origin
	}
	return ""
}

// Headers calls yield for each response header to set, in the form of a Go
// iterator:
//
//	for name, value := range d.Headers { … }
//
// Each takes the place of what the response already has of that name. Vary is
// not among them, since it is added to: see [Decision.Vary].
func (d *Decision) Headers(yield func(name, value string) bool) {
	allowOrigin := d.allowOrigin()
	if allowOrigin == "" || !yield(headerAllowOrigin, allowOrigin) {
		return
	}
	p := d.policy
	if p.credentials && !yield(headerAllowCredentials, "true") {
		return
	}
	if d.kind != Preflight {
		if p.expose != "" {
			yield(headerExposeHeaders, p.expose)
		}
		return
	}
	if d.methods != "" && !yield(headerAllowMethods, d.methods) {
		return
	}
	if d.headers != "" && !yield(headerAllowHeaders, d.headers) {
		return
	}
	if d.privateNetwork && !yield(headerAllowPrivateNetwork, "true") {
		return
	}
	if p.maxAge != "" {
		yield(headerMaxAge, p.maxAge)
	}
}

// Apply sets the headers in h and adds to Vary. The values that it puts into h
// belong to this one response: whoever changes them changes no other.
func (d *Decision) Apply(h http.Header) {
	if d.policy == nil {
		return
	}
	vary := d.Vary()
	allowOrigin := d.allowOrigin()
	switch {
	case allowOrigin == "":
		if vary != "" {
			values := new([1]string)
			addVary(h, vary, values[:0:1])
		}
	case d.kind == Preflight:
		d.applyPreflight(h, allowOrigin, vary)
	default:
		// One array for all values: it is the only allocation.
		values := new([4]string)
		n := put(h, headerAllowOrigin, allowOrigin, values[:], 0)
		if d.policy.credentials {
			n = put(h, headerAllowCredentials, "true", values[:], n)
		}
		if d.policy.expose != "" {
			n = put(h, headerExposeHeaders, d.policy.expose, values[:], n)
		}
		if vary != "" {
			addVary(h, vary, values[n:n:n+1])
		}
	}
}

func (d *Decision) applyPreflight(h http.Header, allowOrigin, vary string) {
	values := new([7]string)
	n := 0
	for name, value := range d.Headers {
		n = put(h, name, value, values[:], n)
	}
	if vary != "" {
		addVary(h, vary, values[n:n:n+1])
	}
}

// Restore sets those headers in h that are missing and adds to Vary what is
// missing there. It is for frameworks that run a hook after the handlers and
// before the header is written, since a handler may have reset the response.
func (d *Decision) Restore(h http.Header) {
	for name, value := range d.Headers {
		if len(h[name]) == 0 {
			h[name] = []string{value}
		}
	}
	if vary := d.Vary(); vary != "" {
		addVary(h, vary, nil)
	}
}

// put sets a header to a value whose memory is the n-th of values. The slice
// has no capacity beyond, so that appending to it copies.
func put(h http.Header, name, value string, values []string, n int) int {
	values[n] = value
	h[name] = values[n : n+1 : n+1]
	return n + 1
}

// addVary adds the names to Vary that do not stand there. The memory for the
// new line is that of value, which is empty and has room for one.
func addVary(h http.Header, names string, value []string) {
	present := h[headerVary]
	if len(present) == 0 {
		h[headerVary] = append(value, names)
		return
	}
	if missing := MissingVary(present, names); missing != "" {
		h[headerVary] = append(present[:len(present):len(present)], missing)
	}
}

// MissingVary returns those of the names, separated by commas, that no line of
// a response's Vary has. It is for adapters whose responses are no http.Header.
func MissingVary(lines []string, names string) string {
	missing := ""
	for name := range strings.SplitSeq(names, ", ") {
		switch {
		case containsToken(lines, name):
		case missing == "":
			missing = name
		default:
			missing += ", " + name
		}
	}
	return missing
}
