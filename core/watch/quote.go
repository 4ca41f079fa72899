package watch

import (
	"strconv"
	"strings"
)

// maxValue is how many bytes of a value are written.
const maxValue = 200

// quote returns a value as it is if that is short, printable ASCII, and cannot
// be mistaken for anything else in a line of a log, even by a handler that
// quotes nothing: spaces, quotes, backslashes and equals signs are not in it.
// Any other value is returned in quotes and in printable ASCII, as Go writes it,
// with three dots behind the quotes if it is cut after maxValue bytes. The
// result shares no memory with s.
func quote(s string) string {
	if len(s) > maxValue {
		return strconv.QuoteToASCII(s[:maxValue]) + "..."
	}
	if strings.ContainsFunc(s, isMistakable) {
		return strconv.QuoteToASCII(s)
	}
	return strings.Clone(s)
}

func isMistakable(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"'`\\=", r)
}
