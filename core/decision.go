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

func (r Reason) allows() bool { return r <= ReasonFunc }

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
//
// It has four fields in four words, the most that the compiler keeps in
// registers; copying a larger one took a third of the time to decide (benchmark
// Request, all rows).
type Decision struct {
	answer *answer // nil: no Config governs the path
	origin string  // of the request
	kind   Kind
	reason Reason
}

// Kind returns the kind of request.
func (d Decision) Kind() Kind { return d.kind }

// Governed reports whether a Config governs the path. If none does, the
// request is left alone.
func (d Decision) Governed() bool { return d.answer != nil }

// Config returns the index of the Config that governs the path, or -1.
func (d Decision) Config() int {
	if d.answer == nil {
		return -1
	}
	return d.answer.config
}

// Allowed reports whether the request's origin may read the answer. For
// methods and headers there is nothing to decide: the answer to a preflight
// names all that are allowed, and the browser enforces it.
func (d Decision) Allowed() bool { return d.reason.allows() }

// isPublic reports whether every origin gets this answer, without credentials.
func (d Decision) isPublic() bool {
	return d.reason == ReasonAnyOrigin && d.answer.fields[0].value == wildcard
}

// Reason returns why the request is allowed or denied.
func (d Decision) Reason() Reason {
	if d.reason == ReasonNotAllowed && d.origin != origin.Null {
		if _, ok := origin.Parse(d.origin); !ok {
			return ReasonMalformed
		}
	}
	return d.reason
}

// Err returns the error of AllowOriginFunc, if it failed.
func (d Decision) Err() error {
	if d.answer == nil {
		return nil
	}
	return d.answer.err
}

// Answer returns the status of the answer and true if the middleware answers
// the request itself, with an empty body: preflights, and what RejectDisallowed
// stops. Otherwise the next handler does.
func (d Decision) Answer() (status int, ok bool) {
	if d.answer == nil {
		return 0, false
	}
	return d.answer.status, d.answer.status != 0
}

// Vary returns the names of the request headers that the answer depends on,
// separated by commas. They are added to what the header Vary already has.
func (d Decision) Vary() string {
	if d.answer == nil {
		return ""
	}
	return d.answer.vary
}

// Headers calls yield for each response header to set, in the form of a Go
// iterator:
//
//	for name, value := range d.Headers { … }
//
// Each takes the place of what the response already has of that name. Vary is
// not among them, since it is added to: see [Decision.Vary].
func (d Decision) Headers(yield func(name, value string) bool) {
	if d.answer == nil {
		return
	}
	for _, f := range d.answer.fields {
		if !yield(f.name, f.valueFor(d.origin)) {
			return
		}
	}
}

// Apply sets the headers in h and adds to Vary. The values that it puts into h
// belong to this one response: whoever changes them changes no other.
func (d Decision) Apply(h http.Header) {
	a := d.answer
	if a == nil || len(a.fields) == 0 && a.vary == "" {
		return
	}
	values := ownValues(len(a.fields) + 1)
	for i := range a.fields {
		f := &a.fields[i]
		values[i] = f.valueFor(d.origin)
		h[f.name] = values[i : i+1 : i+1]
	}
	switch n := len(a.fields); {
	case a.vary == "":
	case len(h) == n || len(h[headerVary]) == 0: // most responses have no header yet
		values[n] = a.vary
		h[headerVary] = values[n:]
	default:
		addVary(h, a.vary)
	}
}

// Restore sets those headers in h that are missing and adds to Vary what is
// missing there. It is for frameworks that run a hook after the handlers and
// before the header is written, since a handler may have reset the response.
func (d Decision) Restore(h http.Header) {
	for name, value := range d.Headers {
		if len(h[name]) == 0 {
			h[name] = []string{value}
		}
	}
	if vary := d.Vary(); vary != "" {
		addVary(h, vary)
	}
}

// addVary adds those of the names to Vary that are missing there.
func addVary(h http.Header, names string) {
	if lines := h[headerVary]; len(lines) != 1 || lines[0] != names {
		h[headerVary] = []string{JoinVary(lines, names)}
	}
}

// JoinVary returns the value of Vary that has what its lines have, and then
// those of the names, separated by commas, that are missing there. It is for
// adapters whose responses are no http.Header.
//
// It is one line, since nginx before 1.23 heeds the last one only. It is "*" if
// that is among the lines: Varnish heeds that only where it stands alone.
func JoinVary(lines []string, names string) string {
	if containsToken(lines, wildcard) {
		return wildcard
	}
	joined := strings.Join(lines, ", ")
	for name := range strings.SplitSeq(names, ", ") {
		switch {
		case containsToken(lines, name):
		case joined == "":
			joined = name
		default:
			joined += ", " + name
		}
	}
	return joined
}
