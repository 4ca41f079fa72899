package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of the part of a response that a Report shows. Sizes are the
// longest possible in JSON, see cost.
const (
	maxNames        = 40   // names of a list
	maxName         = 120  // bytes of each
	maxList         = 1000 // bytes of a list
	maxValue        = 300  // bytes of another value
	maxLines        = 40   // header lines
	maxLinesPerName = 10   // header lines of one name
	maxEvidence     = 1500 // bytes of all lines
)

// maxKept limits the headers that a run keeps. A response has at most 10 MiB of
// headers, which is net/http's limit.
const maxKept = 128 << 20

// ErrTooManyHeaders is the cause of a [RunError] if a server's responses have
// more headers than a run can keep.
var ErrTooManyHeaders = fmt.Errorf("the responses have more than %d MiB of CORS headers", maxKept>>20)

// judged are the headers whose values count.
var judged = []string{
	"Access-Control-Allow-Origin",
	"Access-Control-Allow-Credentials",
	"Access-Control-Allow-Methods",
	"Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers",
	"Access-Control-Max-Age",
	"Access-Control-Allow-Private-Network",
	"Vary",
	"Location",
}

// isList reports whether the value of a header is a list of names.
func isList(name string) bool {
	switch name {
	case "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Vary":
		return true
	}
	return false
}

// A keeper keeps the headers of a run's responses. It stores equal values once.
type keeper struct {
	values map[string]string
	size   int
}

// keep returns the part of a response that counts. It keeps the whole values of
// judged headers. Of other headers, only the total size counts, which browsers
// limit, and of other Access-Control-* headers their presence.
func (k *keeper) keep(status int, header http.Header) (*response, error) {
	if k.values == nil {
		k.values = make(map[string]string)
	}
	a := &response{status: status, header: make(http.Header)}
	var disclosed []string
	for name, values := range header {
		switch {
		case slices.Contains(judged, http.CanonicalHeaderKey(name)):
			if err := k.add(a, name, values); err != nil {
				return nil, err
			}
			continue
		case strings.HasPrefix(name, accessControl):
			disclosed = append(disclosed, name)
		}
		a.dropped += sizeOf(name, values)
	}
	slices.Sort(disclosed)
	for i, name := range disclosed {
		if i == maxLines {
			a.undisclosed = len(disclosed) - i
			for _, name := range disclosed[i:] {
				a.omitted += len(header[name])
			}
			break
		}
		if err := k.add(a, name, header[name]); err != nil {
			return nil, err
		}
		a.dropped -= sizeOf(name, header[name])
	}
	return a, nil
}

func sizeOf(name string, values []string) (size int) {
	for _, value := range values {
		size += len(name) + len(value)
	}
	return size
}

// add adds a header to a response.
func (k *keeper) add(a *response, name string, values []string) error {
	const perLine = 16 // bytes of a string without its text
	lines := make([]string, len(values))
	for i, value := range values {
		known, ok := k.values[value]
		if !ok {
			known = strings.Clone(value)
			k.values[known] = known
			k.size += 4*perLine + len(known)
		}
		lines[i] = known
	}
	a.header[strings.Clone(name)] = lines
	k.size += len(name) + perLine*len(lines)
	if k.size > maxKept {
		return ErrTooManyHeaders
	}
	return nil
}

var padding = strings.Repeat("x", 64<<10)

// padded returns a's header with an additional line for each 64 KiB that were
// dropped, so that browsers see a response of the original size.
func (a *response) padded() http.Header {
	const name = "X"
	header := a.header.Clone()
	for left := a.dropped; left > 0; {
		value := padding[:min(len(padding), left-len(name))]
		header[name] = append(header[name], value)
		left -= len(name) + len(value)
	}
	return header
}

// evidence returns a in the form of a Report, with long values cut.
func (a *response) evidence() Response {
	r := Response{Status: a.status, Headers: make(map[string][]string), Omitted: a.omitted}
	lines, left := 0, maxEvidence
	show := func(name string) {
		values := a.header[name]
		for i, value := range values {
			shown := cutValue(value)
			if isList(name) {
				shown = cutList(value)
			}
			title := cut(name, maxName)
			size := cost(title) + cost(shown)
			if i == maxLinesPerName || lines == maxLines || size > left {
				r.Omitted += len(values) - i
				return
			}
			r.Cut = r.Cut || shown != value || title != name
			r.Headers[title] = append(r.Headers[title], shown)
			lines, left = lines+1, left-size
		}
	}
	for _, name := range judged {
		show(name)
	}
	for _, name := range a.disclosed() {
		if !slices.Contains(judged, name) {
			show(name)
		}
	}
	r.Cut = r.Cut || r.Omitted > 0
	return r
}

// cost returns the largest number of bytes that text has in JSON or as printable ASCII.
func cost(text string) (n int) {
	for i := range len(text) {
		n += costOf(text[i])
	}
	return n
}

func costOf(b byte) int {
	if b < ' ' || b > '~' || b == '"' || b == '\\' {
		return len(`\ufffd`)
	}
	return 1
}

// prefix returns the longest prefix of text, in whole characters, that costs at most limit.
func prefix(text string, limit int) string {
	for i := range len(text) {
		if limit -= costOf(text[i]); limit >= 0 {
			continue
		}
		for back := 0; back < utf8.UTFMax && back < i && !utf8.RuneStart(text[i]); back++ {
			i--
		}
		return text[:i]
	}
	return text
}

// cut shortens text that costs more than limit, and adds its length.
func cut(text string, limit int) string {
	if shown := prefix(text, limit); shown != text {
		return fmt.Sprintf("%s... (%d bytes)", shown, len(text))
	}
	return text
}

func cutValue(value string) string { return cut(value, maxValue) }

// cutList shortens a list of names: "A, B, and 24998 more".
func cutList(value string) string {
	if strings.Count(value, ",") < maxNames && cost(value) <= maxList {
		return value
	}
	var names []string
	total, left := 0, maxList
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.Trim(name, "\t "); name == "" {
			continue
		}
		if total++; total > len(names)+1 || len(names) == maxNames {
			continue
		}
		shown := cut(name, maxName)
		if left -= cost(shown); left >= 0 {
			names = append(names, shown)
		}
	}
	if len(names) == 0 {
		return cutValue(value)
	}
	return joinNames(names, total-len(names))
}

// joinNames joins names and appends how many more there are.
func joinNames(names []string, more int) string {
	if more > 0 {
		names = append(slices.Clip(names), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// quote quotes a value as %q does, and cuts a long one.
func quote(value string) string {
	shown := prefix(value, maxValue)
	if shown == value {
		return strconv.Quote(value)
	}
	return fmt.Sprintf("%q… (%d bytes)", shown, len(value))
}
