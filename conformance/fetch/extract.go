package fetch

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// extractTokens is Fetch, "extract header list values", for the headers whose
// ABNF is #method or #field-name, both lists of tokens (Fetch, "HTTP new-header
// syntax").
//
// It returns nil where the standard returns null, for no header of that name,
// and an error where the standard returns failure. A present but empty header
// gives an empty list. As HTTP requires of recipients (RFC 9110, section
// 5.6.1.2), empty members are ignored, and several headers of the same name are
// one list.
func extractTokens(list HeaderList, name string) ([]string, error) {
	lines := list.values(name)
	if lines == nil {
		return nil, nil
	}
	values := []string{}
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			member = strings.Trim(member, "\t ")
			switch {
			case member == "":
			case isHeaderName(member):
				values = append(values, member)
			default:
				return nil, fmt.Errorf("%s is not a token", quote(member))
			}
		}
	}
	return values, nil
}

// extractMaxAge is Fetch, "extract header list values", for
// Access-Control-Max-Age, whose ABNF is delta-seconds and allows a single
// header. ok is false where the standard returns null or failure, which the
// caller treats alike. A number too large for a duration, of any number of
// digits, is returned as the longest duration.
func extractMaxAge(list HeaderList) (maxAge time.Duration, ok bool) {
	const longest = math.MaxInt64 / int64(time.Second)
	lines := list.values("Access-Control-Max-Age")
	if len(lines) != 1 || lines[0] == "" || !areASCIIDigits(lines[0]) {
		return 0, false
	}
	var seconds int64
	for _, digit := range lines[0] {
		seconds = min(seconds*10+int64(digit-'0'), longest)
	}
	return time.Duration(seconds) * time.Second, true
}
