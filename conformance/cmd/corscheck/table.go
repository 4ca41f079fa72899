package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// columns is how wide prose is set. Tables are as wide as origins make them.
const columns = 80

// writeTable writes a report for people, and bounds its length.
func writeTable(w io.Writer, report *probe.Report, paint paint) error {
	text, err := fit(report, func(shown *probe.Report, left *omitted) ([]byte, error) {
		return renderTable(report, shown, left, paint), nil
	})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// renderTable renders shown, which is report or the part of it that fits. left
// counts the rest.
func renderTable(report, shown *probe.Report, left *omitted, paint paint) []byte {
	t := &table{paint: paint}
	t.line(paint(bold, shown.URL))
	t.line(countText(shown.Requests.Sent, shown.Requests.Methods) + " sent, one at a time.")
	t.checks(shown)
	t.access(shown)
	t.permissions(shown)
	t.findings(shown)
	if len(shown.Unchecked) > 0 {
		t.title("Not checked")
		for _, sentence := range shown.Unchecked {
			t.prose("  - ", sentence)
		}
	}
	if left != nil {
		t.line("")
		if text := left.String(); text != "" {
			t.prose("", "Long texts are cut, and this is left out, though judged: "+text+".")
		} else {
			t.prose("", "Long texts are cut.")
		}
	}
	t.line("")
	t.line(t.verdict(report))
	return []byte(t.text.String())
}

// A table is a report while it is written.
type table struct {
	text  strings.Builder
	paint paint
}

func (t *table) line(text string) { t.text.WriteString(strings.TrimRight(text, " ") + "\n") }

func (t *table) title(text string) {
	t.line("")
	t.line(t.paint(bold, text))
}

// A cell is a text with a colour.
type cell struct{ text, colour string }

// rows writes cells in columns that are as wide as they need to be.
func (t *table) rows(rows [][]cell) {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	for _, row := range rows {
		line := " "
		for i, c := range row {
			text := c.text
			if c.colour != "" && text != "" {
				text = t.paint(c.colour, text)
			}
			line += " " + text
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text)+1)
			}
		}
		t.line(line)
	}
}

// prose writes a text with a lead before its first line, and space of that
// width before the others.
func (t *table) prose(lead, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(lead))
	line := lead
	for _, word := range strings.Fields(text) {
		switch {
		case line == lead || line == indent:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns:
			t.line(line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	t.line(line)
}

// checks writes what the policy says and whether it holds, an origin's name
// once.
func (t *table) checks(r *probe.Report) {
	if r.Mode != probe.ModeAudit {
		return
	}
	t.title("What the policy says of scripts at")
	var rows [][]cell
	last := ""
	for _, c := range r.Checks {
		result := cell{"holds", green}
		if !c.Holds {
			result = cell{"FAILS", red}
		}
		origin := c.Origin
		if origin == last {
			origin = ""
		}
		last = c.Origin
		rows = append(rows, []cell{{origin, ""}, result, {c.Title, ""}})
	}
	t.rows(rows)
}

// yes colours what may be worth a look.
func yes(is bool) cell {
	if is {
		return cell{"yes", yellow}
	}
	return cell{"no", faint}
}

func (t *table) access(r *probe.Report) {
	if r.Mode != probe.ModeSurvey {
		return
	}
	t.title("What scripts can do")
	rows := [][]cell{{{"ORIGIN", faint}, {"READ", faint}, {"WITH CREDENTIALS", faint}, {"PUT", faint}, {"", ""}}}
	for _, a := range r.Access {
		preflight := cell{"not asked", faint}
		if a.Preflight != nil {
			preflight = yes(*a.Preflight)
		}
		rows = append(rows, []cell{{a.Origin, ""}, yes(a.Read), yes(a.Credentials), preflight, {a.Relation, faint}})
	}
	t.rows(rows)
}

func (t *table) permissions(r *probe.Report) {
	if len(r.Asked) == 0 {
		return
	}
	t.title("What preflights allow at " + r.Asked[0].Origin)
	rows := [][]cell{{{"", ""}, {"ALLOWED", faint}, {"WITH CREDENTIALS", faint}}}
	for _, p := range r.Asked {
		rows = append(rows, []cell{{p.Method + p.Header, ""}, yes(p.Allowed), yes(p.Credentials)})
	}
	t.rows(rows)
}

var colours = map[probe.Severity]string{probe.Danger: red, probe.Fault: yellow, probe.Note: bold}

func (t *table) findings(r *probe.Report) {
	for _, f := range r.Findings {
		t.line("")
		t.line(t.paint(colours[f.Severity], strings.ToUpper(string(f.Severity))) + "  " + t.paint(faint, f.Code))
		t.prose("  ", f.Title)
		t.prose("  sent      ", f.Sent.String())
		t.prose("  received  ", f.Received.String())
		t.prose("  because   ", f.Why)
		remedy := f.Remedy
		if f.Field != "" {
			remedy = f.Field + ": " + remedy
		}
		t.prose("  instead   ", remedy)
		if len(f.Also) > 0 {
			t.prose("  also      ", strings.Join(f.Also, ", "))
		}
	}
}

// verdict says the verdict in a line.
func (t *table) verdict(r *probe.Report) string {
	counts := make(map[probe.Severity]int)
	for _, f := range r.Findings {
		counts[f.Severity]++
	}
	var parts []string
	for _, s := range []probe.Severity{probe.Danger, probe.Fault, probe.Note} {
		if n := counts[s]; n == 1 {
			parts = append(parts, "1 "+string(s))
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	colour, text := green, "The server conforms to the policy"
	switch r.Verdict {
	case probe.NothingDangerous:
		text = "Nothing dangerous was found"
	case probe.Dangerous:
		colour, text = red, "Something is dangerous or faulty"
	case probe.DoesNotConform:
		colour, text = red, "The server does not conform to the policy"
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return t.paint(colour, text+".")
}
