package cors

// An answer is what a policy says to requests of one kind. Nearly all of it is known
// before the first request comes, so that a response is only copied.
type answer struct {
	policy *policy
	status int     // 0: the next handler answers
	fields []field // headers to set
	vary   string  // names to add to Vary, separated by commas
	err    error   // of AllowOriginFunc
}

// A field is a response header to set.
type field struct {
	name, value string // an empty value stands for the origin of the request
}

func (f *field) valueFor(origin string) string {
	if f.value == "" {
		return origin
	}
	return f.value
}

// appendField appends a header unless its value is empty.
func appendField(fields []field, name, value string) []field {
	if value == "" {
		return fields
	}
	return append(fields, field{name, value})
}

// preflightFields appends the headers that preflights are answered with.
func (p *policy) preflightFields(fields []field, methods, headers string, privateNetwork bool) []field {
	fields = append(fields, p.shared...)
	fields = appendField(fields, headerAllowMethods, methods)
	fields = appendField(fields, headerAllowHeaders, headers)
	if privateNetwork {
		fields = append(fields, field{headerAllowPrivateNetwork, "true"})
	}
	return appendField(fields, headerMaxAge, p.maxAge)
}

// answer returns the answer to a request.
func (p *policy) answer(r *Request, kind Kind, reason Reason) *answer {
	switch {
	case !reason.Allows() && kind == Actual && p.reject:
		if r.isRejected() {
			return &p.rejected
		}
		return &p.tolerated
	case !reason.Allows():
		return &p.denied[kind]
	case kind == Preflight && p.repeats(r):
		return p.repeat(r)
	}
	return &p.allowed[kind]
}

func (p *policy) repeats(r *Request) bool {
	return p.echoMethods || p.echoHeaders || p.privateNetwork && r.requestPrivateNetwork() == "true"
}

// repeat returns the answer to a preflight, where that repeats what the
// preflight asks for. Most answers say all that the policy allows, whatever the
// preflight asks for: that costs the same for every list of headers, in whatever
// order, case and spacing an intermediary leaves it; one preflight fills the
// browser's cache for all methods and headers; and the browser's console names
// what is really missing.
func (p *policy) repeat(r *Request) *answer {
	methods, headers := p.methods, p.headers
	if p.echoMethods {
		methods, _ = requestedMethod(r.AccessControlRequestMethod)
	}
	if p.echoHeaders {
		headers, _ = requestedHeaders(r.requestHeaders())
	}
	repeated := struct { // in one allocation
		answer
		room [6]field
	}{answer: p.allowed[Preflight]}
	repeated.fields = p.preflightFields(repeated.room[:0], methods, headers, p.privateNetwork && r.requestPrivateNetwork() == "true")
	return &repeated.answer
}
