package cors

// An answer is what a policy says to requests of one kind. Nearly all of it is
// known before the first request comes, so that answering is copying (benchmark
// Request, all rows).
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
