// Package message keeps messages about policies as data until somebody reads them: a
// policy in JSON has other names for its fields than one in Go, and a shell quotes in
// another way.
package message

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Message is a sentence that says what is wrong and, after a semicolon, what to write
// instead.
type Message struct {
	// Format is a format of package fmt. The names of fields of cors.Config have an @
	// before them, @* is how to allow any origin, and what policies contain is in double
	// quotes or backquotes, or has the verb %q.
	Format string
	// Args are strings, Lists, Messages, and values that read the same everywhere.
	Args []any
}

// New returns a Message.
func New(format string, args ...any) Message { return Message{format, args} }

// A List is quoted, entry by entry, with commas between the entries. Its verb is %v.
type List []string

// A Style is how policies are written.
type Style struct {
	Field func(name string) string // returns what a field of cors.Config is called; nil: its name
	Quote func(text string) string // quotes a text; nil: as in Go

	// AnyOrigin says how to allow any origin, such as "set ALLOW_ALL to true"; empty:
	// write "*".
	AnyOrigin string
}

var (
	field  = regexp.MustCompile(`@[A-Z]\w+`)
	quoted = regexp.MustCompile("\"[^\"]*\"|`[^`]*`")
)

// Error returns the message for readers of Go.
func (m Message) Error() string { return m.In(Style{}) }

// In returns the message for readers of policies in a style.
func (m Message) In(s Style) string {
	format := strings.ReplaceAll(m.Format, "@*", cmp.Or(s.AnyOrigin, `write "*"`))
	format = field.ReplaceAllStringFunc(format, func(at string) string {
		if s.Field == nil {
			return at[1:]
		}
		return s.Field(at[1:])
	})
	if s.Quote != nil {
		format = quoted.ReplaceAllStringFunc(format, func(text string) string { return s.Quote(text[1 : len(text)-1]) })
	}
	args := slices.Clone(m.Args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = text{arg, s.Quote}
		case List:
			args[i] = arg.in(s)
		case Message:
			args[i] = arg.In(s)
		}
	}
	return fmt.Sprintf(format, args...)
}

func (l List) in(s Style) string {
	quote := s.Quote
	if quote == nil {
		quote = strconv.Quote
	}
	texts := make([]string, len(l))
	for i, entry := range l {
		texts[i] = quote(entry)
	}
	return strings.Join(texts, ", ")
}

// A text is formatted as a string is, but for quotes.
type text struct {
	string
	quote func(string) string
}

func (t text) Format(f fmt.State, verb rune) {
	if verb == 'q' && t.quote != nil {
		io.WriteString(f, t.quote(t.string))
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), t.string)
}
