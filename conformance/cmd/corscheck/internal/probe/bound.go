package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of what a Report shows. Sizes are the longest possible in JSON, see
// cost.
const (
	maxNames        = 40   // names of a list
	maxName         = 120  // bytes of each
	maxList         = 1000 // bytes of a list
	maxValue        = 300  // bytes of another value or text
	maxLines        = 40   // header lines
	maxLinesPerName = 10   // header lines of one name
	maxEvidence     = 1500 // bytes of all lines
	maxFindings     = 15
	maxAlso         = 15 // other origins of a finding
	maxRows         = 60 // of each other list
)

// maxKept limits the headers that a run keeps. A response has at most 10 MiB of
// headers, which is net/http's limit.
const maxKept = 128 << 20

// size returns how many bytes of memory a response needs.
func (a *response) size() (size int) {
	const perLine = 32 // of a string and its part of the map
	for name, values := range a.header {
		for _, value := range values {
			size += perLine + len(name) + len(value)
		}
	}
	return size
}

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

// evidence returns a in the form of a Report, with long values cut.
func (a *response) evidence() Response {
	r := Response{Status: a.status, Headers: make(map[string][]string)}
	lines, left := 0, maxEvidence
	show := func(name string) {
		values := a.header[name]
		for i, value := range values {
			shown := cut(value, maxValue)
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
		return cut(value, maxValue)
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

// printable returns a text that may come from a server, cut and with characters
// escaped that could upset a terminal.
func printable(text string) string {
	var b strings.Builder
	for _, r := range cut(text, maxValue) {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
