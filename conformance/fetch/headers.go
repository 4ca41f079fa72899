package fetch

import (
	"slices"
	"strings"
)

// A Header is a name and a value (Fetch, "Headers").
type Header struct {
	Name, Value string
}

// A HeaderList is an ordered list of headers in which names may repeat (Fetch,
// "Headers").
type HeaderList []Header

// Get returns the values of all headers called name, joined by ", " as a script
// sees them; ok tells an empty value from a missing header. Get ignores the
// case of ASCII letters in name.
func (list HeaderList) Get(name string) (value string, ok bool) {
	values := list.values(name)
	return strings.Join(values, ", "), len(values) > 0
}

func (list HeaderList) contains(name string) bool {
	return slices.ContainsFunc(list, func(h Header) bool { return byteCaseInsensitiveMatch(h.Name, name) })
}

func (list HeaderList) values(name string) []string {
	var values []string
	for _, h := range list {
		if byteCaseInsensitiveMatch(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}

// append is Fetch, "append a header": if the name is already in the list, its
// spelling there is kept.
func (list *HeaderList) append(name, value string) {
	for _, h := range *list {
		if byteCaseInsensitiveMatch(h.Name, name) {
			name = h.Name
			break
		}
	}
	*list = append(*list, Header{name, value})
}

// delete is Fetch, "delete a header".
func (list *HeaderList) delete(name string) {
	*list = slices.DeleteFunc(*list, func(h Header) bool { return byteCaseInsensitiveMatch(h.Name, name) })
}

// isHeaderName reports whether name is a header name, or a method: both are tokens.
func isHeaderName(name string) bool {
	for i := range len(name) {
		if !isTokenByte(name[i]) {
			return false
		}
	}
	return name != ""
}

func isTokenByte(b byte) bool {
	return isASCIIAlphanumeric(b) || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}

// isHeaderValue reports whether a normalized value is a header value.
func isHeaderValue(value string) bool {
	return !strings.ContainsAny(value, "\x00\n\r")
}

// normalize is Fetch, "normalize" a header value.
func normalize(value string) string {
	return strings.Trim(value, "\t\n\r ")
}

// convertHeaderNamesToSortedLowercaseSet is Fetch, "convert header names to a
// sorted-lowercase set".
func convertHeaderNamesToSortedLowercaseSet(names []string) []string {
	set := make([]string, len(names))
	for i, name := range names {
		set[i] = byteLowercase(name)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// getDecodeAndSplit is Fetch, "get, decode, and split" a header value: commas
// inside HTTP quoted strings do not split, and an unfinished quoted string
// reaches to the end.
func getDecodeAndSplit(value string) []string {
	var values []string
	start := 0
	for position := 0; ; {
		for position < len(value) && value[position] != '"' && value[position] != ',' {
			position++
		}
		if position < len(value) && value[position] == '"' {
			position = skipHTTPQuotedString(value, position)
			if position < len(value) {
				continue
			}
		}
		values = append(values, strings.Trim(value[start:position], "\t "))
		if position >= len(value) {
			return values
		}
		position++
		start = position
	}
}

// skipHTTPQuotedString returns the position after the HTTP quoted string that
// starts at position (Fetch, "collect an HTTP quoted string").
func skipHTTPQuotedString(value string, position int) int {
	for position++; position < len(value); position++ {
		switch value[position] {
		case '"':
			return position + 1
		case '\\':
			position++
		}
	}
	return len(value)
}

// byteCaseInsensitiveMatch compares as the standards do, which fold only A to
// Z: strings.EqualFold would take U+212A for a K.
func byteCaseInsensitiveMatch(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if asciiLower(a[i]) != asciiLower(b[i]) {
			return false
		}
	}
	return true
}

func byteLowercase(s string) string {
	lower := []byte(s)
	for i, b := range lower {
		lower[i] = asciiLower(b)
	}
	return string(lower)
}

func byteUppercase(s string) string {
	upper := []byte(s)
	for i, b := range upper {
		if 'a' <= b && b <= 'z' {
			upper[i] = b - ('a' - 'A')
		}
	}
	return string(upper)
}

func asciiLower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}

func isASCIIDigit(b byte) bool { return '0' <= b && b <= '9' }

func isASCIIAlpha(b byte) bool { b = asciiLower(b); return 'a' <= b && b <= 'z' }

func isASCIIAlphanumeric(b byte) bool { return isASCIIDigit(b) || isASCIIAlpha(b) }
