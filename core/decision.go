package cors

import (
	"iter"
	"net/http"

	"github.com/corskit/cors/core/internal/origin"
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
	return textOf([]string{"not a CORS request", "actual request", "CORS-preflight request"}, k)
}

// A Reason says why an origin is allowed or denied. Its number is of no importance
// and may change; its code is stable, which MarshalText returns.
type Reason uint8

// The reasons.
const (
	ReasonAnyOrigin  Reason = iota // any origin is allowed
	ReasonOrigin                   // the origin is in AllowOrigins
	ReasonPattern                  // a pattern in AllowOrigins matches
	ReasonRegexp                   // a regular expression in AllowOriginRegexps matches
	ReasonFunc                     // AllowOriginFunc allowed it
	ReasonNoPolicy                 // no policy applies to the path
	ReasonNoOrigin                 // there is no Origin header, and nothing to decide
	ReasonNotAllowed               // nothing allows the origin
	ReasonMalformed                // the Origin header is not one serialized origin
	ReasonFuncDenied               // AllowOriginFunc denied it
	ReasonFuncError                // AllowOriginFunc failed; see Decision.Err
)

// Allows reports whether it is a reason to allow the origin.
func (r Reason) Allows() bool { return r <= ReasonFunc }

// CalledFunc reports whether AllowOriginFunc was called.
func (d Decision) CalledFunc() bool {
	return d.reason == ReasonFunc || d.reason == ReasonFuncDenied || d.reason == ReasonFuncError
}

// String returns the reason in words.
func (r Reason) String() string {
	return textOf([]string{
		"any origin is allowed",
		"the origin is in AllowOrigins",
		"a pattern in AllowOrigins matches the origin",
		"a regular expression in AllowOriginRegexps matches the origin",
		"AllowOriginFunc allowed the origin",
		"no policy applies to the path",
		"there is no Origin header",
		"nothing allows the origin",
		"the Origin header is not one serialized origin",
		"AllowOriginFunc denied the origin",
		"AllowOriginFunc failed",
	}, r)
}

// A Decision says what CORS adds to the response to a request. Its strings share memory
// with the request and are valid as long as that is.
//
// It has four fields, the most that the compiler keeps in registers: copying a larger
// one takes a third of the time to decide.
type Decision struct {
	response *response // nil: no policy applies to the path
	origin   string    // of the request
	kind     Kind
	reason   Reason
}

// WithOrigin returns d with its origin in other memory, for frameworks that reuse
// that of requests. The text has to be the same.
func (d Decision) WithOrigin(text string) Decision {
	d.origin = text
	return d
}

// Kind returns the kind of request.
func (d Decision) Kind() Kind { return d.kind }

// HasPolicy reports whether a policy applies to the path. If none does, the request
// is left alone.
func (d Decision) HasPolicy() bool { return d.response != nil }

// Config returns the index of the Config that applies to the path, or -1.
func (d Decision) Config() int {
	if d.response == nil {
		return -1
	}
	return d.response.policy.index
}

// Allowed reports whether the origin is allowed. It is false for requests without
// Origin. About methods and headers, [Decision.Outcome] knows more.
func (d Decision) Allowed() bool { return d.reason.Allows() }

// Reason returns why the request is allowed or denied.
func (d Decision) Reason() Reason {
	if d.reason == ReasonNotAllowed && !origin.IsOpaque(d.origin) {
		if _, ok := origin.Parse(d.origin); !ok {
			return ReasonMalformed
		}
	}
	return d.reason
}

// Err returns the error of AllowOriginFunc, if it failed.
func (d Decision) Err() error {
	if d.response == nil {
		return nil
	}
	return d.response.err
}

// Response returns a status, and true if the middleware responds with it itself, with
// an empty body: to preflights, and to requests that RejectDisallowed rejects.
// Otherwise the next handler responds.
func (d Decision) Response() (status int, ok bool) {
	if d.response == nil {
		return 0, false
	}
	return d.response.status, d.response.status != 0
}

// Vary returns the names of the request headers that the response depends on,
// separated by commas. They are added to what the header Vary already has.
func (d Decision) Vary() string {
	if d.response == nil {
		return ""
	}
	return d.response.vary
}

// Headers returns the response headers to set, name and value. Each replaces what the
// response already has of that name. Vary isn't among them, since it is added to: see
// [Decision.Vary].
func (d Decision) Headers() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if d.response == nil {
			return
		}
		for _, f := range d.response.fields {
			if !yield(f.name, f.valueFor(d.origin)) {
				return
			}
		}
	}
}

// Apply gives a response the headers of d: it sets them in h, adds to Vary, and
// removes every other header whose name begins with Access-Control-, such as those of
// an outer middleware. The values that it puts into h belong to
// this one response: changing them changes no other.
//
// Applying d once more, after a handler may have changed the response, restores its
// headers.
func (d Decision) Apply(h http.Header) { d.applyWith(h, nil) }

// applyWith is Apply with room for the values, which nothing else refers to, or nil.
func (d Decision) applyWith(h http.Header, values []string) {
	a := d.response
	if a == nil {
		return
	}
	fields := a.fields
	if len(h) > 0 && d.removeOthers(h) { // most responses have no header yet
		fields = nil
	}
	addsVary := a.vary != "" && (len(h) == 0 || len(h[headerVary]) == 0)
	if n := len(fields); n > 0 || addsVary {
		if len(values) < n+1 {
			values = ownValues(n + 1)
		}
		for i := range fields {
			f := &fields[i]
			values[i] = f.valueFor(d.origin)
			h[f.name] = values[i : i+1 : i+1]
		}
		if addsVary {
			values[n] = a.vary
			h[headerVary] = values[n : n+1 : n+1]
		}
	}
	if a.vary != "" && !addsVary {
		addVary(h, a.vary)
	}
}

// removeOthers removes from h the headers of CORS that d does not set, and reports
// whether those that it sets are there.
func (d Decision) removeOthers(h http.Header) (complete bool) {
	n := 0
	for name, values := range h {
		if !IsResponseHeader(name) {
			continue
		}
		value, ok := d.value(name)
		switch {
		case !ok:
			delete(h, name)
		case len(values) == 1 && values[0] == value:
			n++
		}
	}
	return n == len(d.response.fields)
}

// value returns the value of a header that d sets.
func (d Decision) value(name string) (value string, ok bool) {
	for i := range d.response.fields {
		if f := &d.response.fields[i]; f.name == name {
			return f.valueFor(d.origin), true
		}
	}
	return "", false
}

// Len returns the number of headers that d sets.
func (d Decision) Len() int {
	if d.response == nil {
		return 0
	}
	return len(d.response.fields)
}

// Header returns the name and the value of header i of the [Decision.Len] that d sets.
// It is for adapters whose response headers aren't an http.Header, and takes less time
// than [Decision.Headers].
func (d Decision) Header(i int) (name, value string) {
	f := &d.response.fields[i]
	return f.name, f.valueFor(d.origin)
}

// StripResponse removes the headers of CORS from the response of a proxied server,
// so that those of the policy in front of it stay the only ones. It has the form
// of httputil.ReverseProxy's ModifyResponse:
//
//	proxy.ModifyResponse = cors.StripResponse
//
// Use [Enforce] in its place if the proxied server may send informational responses, such
// as 103 Early Hints: ReverseProxy then drops the headers that were there before.
func StripResponse(r *http.Response) error {
	removeResponseHeaders(r.Header)
	return nil
}

func removeResponseHeaders(h http.Header) {
	for name := range h {
		if IsResponseHeader(name) {
			delete(h, name)
		}
	}
}

// addVary adds those of the names to Vary that are missing there.
func addVary(h http.Header, names string) {
	if lines := h[headerVary]; len(lines) != 1 || lines[0] != names {
		h[headerVary] = []string{MergeVary(lines, names)}
	}
}
