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
	vary string
	err  error
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
	return statusDenied, true
}

// Vary returns the names of the request headers that the answer depends on,
// separated by commas. They are added to what the header Vary already has.
func (d *Decision) Vary() string {
	switch {
	case d.policy == nil:
		return ""
	case d.asked != nil:
		return d.asked.vary
	case d.kind == Preflight:
		return d.policy.preflightVary
	}
	return d.policy.vary
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
	p := d.policy
	if p == nil {
		return
	}
	var present []string // of Vary; most responses have no header yet
	if len(h) > 0 {
		present = h[headerVary]
	}
	switch {
	case !d.Allowed():
		addVary(h, present, d.Vary(), new([1]string)[:0])
	case d.kind == Preflight:
		d.applyPreflight(h, present)
	default:
		// One array for all values: it is the only allocation.
		values := new([4]string)[:0]
		values = put(h, headerAllowOrigin, d.allowOrigin(), values)
		if p.credentials {
			values = put(h, headerAllowCredentials, "true", values)
		}
		if p.expose != "" {
			values = put(h, headerExposeHeaders, p.expose, values)
		}
		addVary(h, present, d.Vary(), values)
	}
}

func (d *Decision) applyPreflight(h http.Header, present []string) {
	p := d.policy
	values := new([7]string)[:0]
	values = put(h, headerAllowOrigin, d.allowOrigin(), values)
	if p.credentials {
		values = put(h, headerAllowCredentials, "true", values)
	}
	if d.methods != "" {
		values = put(h, headerAllowMethods, d.methods, values)
	}
	if d.headers != "" {
		values = put(h, headerAllowHeaders, d.headers, values)
	}
	if d.privateNetwork {
		values = put(h, headerAllowPrivateNetwork, "true", values)
	}
	if p.maxAge != "" {
		values = put(h, headerMaxAge, p.maxAge, values)
	}
	addVary(h, present, d.Vary(), values)
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
	addVary(h, h[headerVary], d.Vary(), nil)
}

// put sets a header to a value, whose memory is the next of values. The slice
// has no capacity beyond, so that appending to it copies.
func put(h http.Header, name, value string, values []string) []string {
	n := len(values)
	values = append(values, value)
	h[name] = values[n : n+1 : n+1]
	return values
}

// addVary adds the names to Vary that are not present. The memory of a new line
// is the next of values.
func addVary(h http.Header, present []string, names string, values []string) {
	switch {
	case names == "":
	case len(present) == 0:
		put(h, headerVary, names, values)
	default:
		if missing := MissingVary(present, names); missing != "" {
			h[headerVary] = append(present[:len(present):len(present)], missing)
		}
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
