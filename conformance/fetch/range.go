package fetch

import (
	"cmp"
	"strings"
)

// parseSingleRangeHeaderValue is Fetch, "parse a single range header value",
// with allowWhitespace false. start and end are decimal numbers of any length,
// or empty where the standard has null.
func parseSingleRangeHeaderValue(value string) (start, end string, ok bool) {
	value, ok = strings.CutPrefix(value, "bytes=")
	if !ok {
		return "", "", false
	}
	start, end, ok = strings.Cut(value, "-")
	if !ok || !areASCIIDigits(start) || !areASCIIDigits(end) {
		return "", "", false
	}
	if start == "" && end == "" {
		return "", "", false
	}
	if start != "" && end != "" && compareDecimals(start, end) > 0 {
		return "", "", false
	}
	return start, end, true
}

func areASCIIDigits(s string) bool {
	for i := range len(s) {
		if !isASCIIDigit(s[i]) {
			return false
		}
	}
	return true
}

// compareDecimals compares numbers that may not fit any integer type.
func compareDecimals(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
