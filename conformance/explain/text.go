package explain

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// maxQuoted is how many bytes of a value from the request are quoted.
const maxQuoted = 100

// quote quotes s in printable ASCII, cut after maxQuoted bytes.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(s[:maxQuoted]), len(s))
	}
	return strconv.QuoteToASCII(s)
}

// plain returns a token as it is, and quotes anything else.
func plain(s string) string {
	if isName(s) {
		return s
	}
	return quote(s)
}

// describe describes the request in a few words.
func (x *explainer) describe() string {
	r := x.request
	text := plain(r.Method) + " " + quote(x.path)
	if x.Kind == cors.Preflight {
		text += " for " + plain(r.AccessControlRequestMethod)
	}
	switch {
	case r.Origin != "":
		return text + " from " + quote(r.Origin)
	case x.Kind == cors.NotCORS:
		return text + " without Origin"
	}
	return text + " with a malformed Origin"
}

// summary returns the Summary. It proposes only changes without a Caution.
func (x *Explanation) summary() string {
	sentences := []string{x.Request + ": " + x.outcome()}
	result := x.Result()
	for _, o := range result.Obstacles {
		sentences = append(sentences, o.Why)
	}
	if !slices.ContainsFunc(result.Changes, func(c Change) bool { return c.Caution != "" }) {
		for _, c := range result.Changes {
			sentences = append(sentences, c.String())
		}
	}
	return strings.Join(sentences, " ")
}

// outcome says in a few words what happens to the request.
func (x *Explanation) outcome() string {
	switch {
	case x.Kind == cors.NotCORS:
		return "not a CORS request."
	case x.SameOrigin:
		return "of the same origin, where CORS does not apply."
	case !x.Result().Allowed:
		return "blocked."
	case !x.WithCredentials.Allowed:
		return "allowed without credentials, but blocked with them."
	}
	return "allowed."
}

// String returns the change as an instruction.
func (c Change) String() string {
	if c.Add == "" {
		return fmt.Sprintf("Set %s of Config %d.", c.Field, c.Config)
	}
	if c.Defaults != nil {
		return fmt.Sprintf("Write append(cors.%s(), %s) as %s of Config %d.", strings.Replace(c.Field, "Allow", "Default", 1), strconv.QuoteToASCII(c.Add), c.Field, c.Config)
	}
	return fmt.Sprintf("Add %s to %s of Config %d.", strconv.QuoteToASCII(c.Add), c.Field, c.Config)
}

// String returns the whole explanation as text, a paragraph on each line.
func (x Explanation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s\n", x.Request, x.outcome())
	result := x.Result()
	result.write(&text)
	if result.Allowed && !x.WithCredentials.Allowed {
		text.WriteString("\nWith credentials (credentials: \"include\" in fetch): blocked.\n")
		x.WithCredentials.write(&text)
	}
	fmt.Fprintf(&text, "\n%s\n", x.decided())
	responds := "The next handler responds"
	if x.Status != 0 {
		responds = fmt.Sprintf("The middleware responds with %d", x.Status)
	}
	if len(x.Header) == 0 {
		fmt.Fprintf(&text, "%s. No header is set.\n", responds)
	} else {
		fmt.Fprintf(&text, "%s. These headers are set:\n", responds)
	}
	for _, name := range slices.Sorted(maps.Keys(x.Header)) {
		for _, value := range x.Header[name] {
			fmt.Fprintf(&text, "  %s: %s\n", name, printable(value))
		}
	}
	if len(x.Notes) > 0 {
		fmt.Fprintf(&text, "\n%s\n", strings.Join(x.Notes, "\n"))
	}
	return text.String()
}

func (r *Result) write(text *strings.Builder) {
	if r.Step != "" {
		fmt.Fprintf(text, "A browser stops at the step %q (%s).\n", r.Step, r.Section)
	}
	for _, o := range r.Obstacles {
		fmt.Fprintf(text, "\n%s\n", o.Why)
		if o.Fix != "" {
			fmt.Fprintf(text, "%s\n", o.Fix)
		}
	}
	if len(r.Changes) > 0 {
		text.WriteString("\nTo allow it:\n")
	}
	for _, c := range r.Changes {
		fmt.Fprintf(text, "- %s\n", strings.TrimSpace(c.String()+" "+c.Caution))
	}
}

// decided says which Config applies, and which entry decided.
func (x *Explanation) decided() string {
	if x.Config < 0 {
		return "No Config applies to the path: the engine leaves the request alone."
	}
	text := fmt.Sprintf("Config %d applies to every path.", x.Config)
	switch {
	case x.PathEntry != "":
		text = fmt.Sprintf("Config %d applies to the path: %s in its %s matches.", x.Config, quote(x.PathEntry), x.PathField)
	case x.PathField != "":
		text = fmt.Sprintf("Config %d applies to the path.", x.Config)
	}
	reason := x.Reason.String()
	text += " " + strings.ToUpper(reason[:1]) + reason[1:]
	if x.OriginEntry != "" {
		text += ": " + quote(x.OriginEntry)
	}
	return text + "."
}

// printable returns s, quoted unless it is printable ASCII.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}
