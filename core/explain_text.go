package cors

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuoted is how many bytes of what a request says are quoted.
const maxQuoted = 100

// quote returns s in quotes and in printable ASCII, cut after maxQuoted bytes.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%s… (%d bytes)", strconv.QuoteToASCII(s[:maxQuoted]), len(s))
	}
	return strconv.QuoteToASCII(s)
}

// plainToken returns a token as it is, and quotes what is none.
func plainToken(s string) string {
	if isToken(s) && len(s) <= maxQuoted {
		return strings.Clone(s)
	}
	return quote(s)
}

// enumerate writes a list in words.
func enumerate(items []string) string {
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
}

// String returns the change as a sentence in the imperative.
func (c Change) String() string {
	if c.Add == "" {
		return fmt.Sprintf("Set %s of Config %d.", c.Field, c.Config)
	}
	return fmt.Sprintf("Add %s to %s of Config %d.", strconv.QuoteToASCII(c.Add), c.Field, c.Config)
}

// String returns the explanation as text of several lines. They have up to 80
// columns, unless a single word or value is longer.
func (x Explanation) String() string {
	var p page
	p.write("", "%s: %s", x.Request, x.outcome())
	v := x.Verdict()
	p.verdict(v)
	if v.Allowed && !x.WithCredentials.Allowed {
		p.write("", "")
		p.write("", "With credentials (credentials: \"include\" in fetch): blocked.")
		p.verdict(&x.WithCredentials)
	}

	p.write("", "")
	p.write("", "%s", x.argument())
	answers := "The next handler answers"
	if x.Status != 0 {
		answers = fmt.Sprintf("The middleware answers with %d", x.Status)
	}
	if len(x.Header) == 0 {
		p.write("", "%s. No header is set.", answers)
	} else {
		p.write("", "%s. These headers are set:", answers)
	}
	for _, name := range slices.Sorted(maps.Keys(x.Header)) {
		for _, value := range x.Header[name] {
			p.write("  ", "  %s: %s", name, printable(value))
		}
	}

	p.write("", "")
	p.write("", "What a browser does:")
	for _, s := range x.Steps {
		p.write("  ", "- %s%s %s (%s)", s.Name, s.outcomes(), s.Text, s.Section)
	}
	if len(x.Notes) > 0 {
		p.write("", "")
	}
	for _, note := range x.Notes {
		p.write("", "%s", note)
	}
	return p.text.String()
}

// argument says in sentences which Config governs, and what decided there.
func (x *Explanation) argument() string {
	if x.Config < 0 {
		return "No Config governs the path: the request is left alone."
	}
	text := fmt.Sprintf("Config %d governs every path.", x.Config)
	if x.PathField != "" {
		text = fmt.Sprintf("Config %d governs the path", x.Config)
		if x.PathEntry != "" {
			text += fmt.Sprintf(": %s of its %s matches", quote(x.PathEntry), x.PathField)
		}
		text += "."
	}
	reason := x.Reason.String()
	text += " " + strings.ToUpper(reason[:1]) + reason[1:]
	if x.Entry != "" {
		text += ": " + quote(x.Entry)
	}
	return text + "."
}

func (s *Step) outcomes() string {
	without, with := s.WithoutCredentials, s.WithCredentials
	switch {
	case without == "":
		return "."
	case without == with:
		return fmt.Sprintf(": %s.", without)
	}
	return fmt.Sprintf(": %s; %s with credentials.", without, with)
}

// printable returns s, or quotes it if it has anything but printable ASCII.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// A page is text in lines of limited length.
type page struct{ text strings.Builder }

// columns is how long a line may be.
const columns = 80

// write writes a paragraph. Its lines but the first begin with an indent. What
// stands in quotes is not broken.
func (p *page) write(indent, format string, args ...any) {
	line, length := "", 0
	for _, word := range words(fmt.Sprintf(format, args...)) {
		n := utf8.RuneCountInString(word)
		switch {
		case length == 0:
			line, length = word, n
		case length+1+n > columns:
			p.text.WriteString(line + "\n")
			line, length = indent+word, len(indent)+n
		default:
			line, length = line+" "+word, length+1+n
		}
	}
	p.text.WriteString(line + "\n")
}

// words cuts text at single spaces outside of quotes.
func words(text string) (list []string) {
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ' ' && !quoted && i > start:
			list = append(list, text[start:i])
			start = i + 1
		}
	}
	return append(list, text[start:])
}

func (p *page) verdict(v *Verdict) {
	for _, o := range v.Obstacles {
		p.write("", "")
		p.write("", "%s", o.Why)
		if o.Remedy != "" {
			p.write("", "%s", o.Remedy)
		}
	}
	if len(v.Changes) > 0 {
		p.write("", "")
		p.write("", "To allow it:")
	}
	for _, c := range v.Changes {
		p.write("  ", "%s", strings.TrimSpace(fmt.Sprintf("- %s %s", c, c.Caution)))
	}
}

var (
	kindCodes   = []string{"not-cors", "actual", "preflight"}
	reasonCodes = []string{
		"any-origin", "origin", "pattern", "expression", "func",
		"not-governed", "no-origin", "not-allowed", "malformed", "func-denied", "func-error",
	}
)

// MarshalText returns the kind as a stable code: not-cors, actual or preflight.
func (k Kind) MarshalText() ([]byte, error) { return marshalCode(kindCodes, k) }

// UnmarshalText reads what MarshalText returns.
func (k *Kind) UnmarshalText(text []byte) error { return unmarshalCode(kindCodes, text, k) }

// MarshalText returns the reason as a stable code, which is the name of the
// constant in lower case without the word Reason, such as func-denied.
func (r Reason) MarshalText() ([]byte, error) { return marshalCode(reasonCodes, r) }

// UnmarshalText reads what MarshalText returns.
func (r *Reason) UnmarshalText(text []byte) error { return unmarshalCode(reasonCodes, text, r) }

func marshalCode[T Kind | Reason](codes []string, v T) ([]byte, error) {
	if int(v) >= len(codes) {
		return nil, fmt.Errorf("cors: no code for the number %d", uint8(v))
	}
	return []byte(codes[v]), nil
}

func unmarshalCode[T Kind | Reason](codes []string, text []byte, v *T) error {
	i := slices.Index(codes, string(text))
	if i < 0 {
		return fmt.Errorf("cors: %s is no code: write one of %q", quote(string(text)), codes)
	}
	*v = T(i)
	return nil
}
