package cors

// A response is what a policy adds to the responses to requests of one kind. Nearly all
// of it is known before the first request comes, so that it is only copied.
type response struct {
	policy *policy
	status int     // 0: the next handler responds
	fields []field // headers to set
	vary   string  // names to add to Vary, separated by commas
	err    error   // of AllowOriginFunc
}

// A field is a response header to set.
type field struct {
	name, value string // an empty value: the origin of the request
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

// preflightFields appends the headers of a preflight response.
func (p *policy) preflightFields(fields []field, methods, headers string, privateNetwork bool) []field {
	fields = append(fields, p.shared...)
	fields = appendField(fields, headerAllowMethods, methods)
	fields = appendField(fields, headerAllowHeaders, headers)
	if privateNetwork {
		fields = append(fields, field{headerAllowPrivateNetwork, "true"})
	}
	return appendField(fields, headerMaxAge, p.maxAge)
}

// response returns the response to a request.
func (p *policy) response(r *Request, kind Kind, reason Reason) *response {
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

// repeat returns a preflight response that repeats what the preflight asks for. Most
// responses list everything that the policy allows instead: that costs the same for
// every list of headers, in whatever order, case and spacing an intermediary leaves it;
// one preflight fills the browser's cache for all methods and headers; and the browser's
// console names what is really missing.
func (p *policy) repeat(r *Request) *response {
	methods, headers := p.methods, p.headers
	if p.echoMethods {
		methods, _ = requestedMethod(r.AccessControlRequestMethod)
	}
	if p.echoHeaders {
		headers, _ = requestedHeaders(r.requestHeaders())
	}
	repeated := struct { // in one allocation
		response
		room [6]field
	}{response: p.allowed[Preflight]}
	repeated.fields = p.preflightFields(repeated.room[:0], methods, headers, p.privateNetwork && r.requestPrivateNetwork() == "true")
	return &repeated.response
}
