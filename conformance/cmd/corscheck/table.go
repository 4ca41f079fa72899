package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// columns is the width of prose. Tables are as wide as their origins.
const columns = 80

// writeTable writes a result as text.
func writeTable(w io.Writer, r *result, paint paint) error {
	t := &table{paint: paint}
	t.title(r.URL)
	t.line(r.Requests.String() + " sent, one at a time.")
	if r.Mode == probe.ModeAudit {
		t.checks(r.Report)
	} else {
		t.access(r.Report)
		t.permissions(r.Report)
	}
	t.findings(r.Report)
	if len(r.Unchecked) > 0 {
		t.title("Not checked")
		for _, sentence := range r.Unchecked {
			t.prose("  - ", sentence)
		}
	}
	t.line("")
	if r.Omitted != nil {
		t.prose("", "Left out here, but checked: "+left(r.Omitted)+".")
	}
	if len(r.Ignored) > 0 {
		t.prose("", "Ignored: "+strings.Join(r.Ignored, ", ")+".")
	}
	t.line(t.verdict(r))
	_, err := io.WriteString(w, t.text.String())
	return err
}

// writeSummary writes a line for each URL.
func writeSummary(w io.Writer, d *document, paint paint) error {
	t := &table{paint: paint}
	t.title("Summary")
	var rows [][]cell
	for _, r := range d.Results {
		row := []cell{{r.URL, ""}, {"not checked", red}, {}}
		if r.Errors == nil {
			row = []cell{{r.URL, ""}, {string(r.Verdict), verdicts[r.Verdict].colour}, {r.Counts.String(), ""}}
		}
		rows = append(rows, row)
	}
	t.rows(rows)
	text := plural(d.Summary.URLs, "URL")
	if d.Summary.Unchecked > 0 {
		text += fmt.Sprintf(", %d not checked", d.Summary.Unchecked)
	}
	if counted := d.Summary.counts.String(); counted != "" {
		text += ": " + counted
	}
	t.line(text + ".")
	_, err := io.WriteString(w, t.text.String())
	return err
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

// prose writes a text with a lead before its first line, and indents the other
// lines by the same width.
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

// checks writes what the policy says and whether the server follows it, each origin once.
func (t *table) checks(r *probe.Report) {
	t.title("What the policy says about scripts at")
	var rows [][]cell
	last := ""
	for _, c := range r.Checks {
		result := cell{string(c.Result), green}
		switch {
		case c.Fails():
			result = cell{"FAILS", red}
		case c.Result != probe.Holds:
			result.colour = yellow
		}
		origin := c.Origin
		if origin == "" {
			origin = "any origin"
		}
		if origin == last {
			origin = ""
		} else {
			last = origin
		}
		rows = append(rows, []cell{{origin, ""}, result, {c.Title, ""}})
	}
	t.rows(rows)
}

// yes colours values that may be worth a look.
func yes(is bool) cell {
	if is {
		return cell{"yes", yellow}
	}
	return cell{"no", faint}
}

func (t *table) access(r *probe.Report) {
	t.title("What scripts can do")
	rows := [][]cell{{{"ORIGIN", faint}, {"READ", faint}, {"PUT", faint}, {"", ""}}}
	for _, a := range r.Access {
		preflight := cell{"not tried", faint}
		if a.Preflight != nil {
			preflight = can(*a.Preflight, a.PreflightWithCredentials)
		}
		rows = append(rows, []cell{{a.Origin, ""}, can(a.Read, a.ReadWithCredentials), preflight, {a.Relation, faint}})
	}
	t.rows(rows)
}

// can says whether scripts can do something, and whether with credentials.
func can(is, withCredentials bool) cell {
	if withCredentials {
		return cell{"with credentials", yellow}
	}
	return yes(is)
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
		t.line(t.paint(colours[f.Severity], strings.ToUpper(string(f.Severity))) + "  " + f.ID)
		t.prose("  ", f.Title)
		for _, part := range parts(&f) {
			t.prose(fmt.Sprintf("  %-10s", part[0]), part[1])
		}
	}
}

// parts returns the parts of a finding, each with its name.
func parts(f *probe.Finding) [][2]string {
	all := [][2]string{{"sent", f.Sent.String()}, {"received", f.Received.String()}, {"because", f.Why}, {"fix", f.Fix}}
	if len(f.Also) > 0 {
		all = append(all, [2]string{"also", strings.Join(f.Also, ", ")})
	}
	return all
}

var verdicts = map[probe.Verdict]struct{ colour, text string }{
	probe.Conforms:       {green, "The server conforms to the policy"},
	probe.DoesNotConform: {red, "The server doesn't conform to the policy"},
	probe.NoProblems:     {green, "Nothing dangerous or faulty was found"},
	probe.NoCORS:         {yellow, "The server sends no CORS headers to the origins that were tried"},
	probe.Faulty:         {yellow, "Something is faulty, and nothing dangerous was found"},
	probe.Dangerous:      {red, "Something is dangerous"},
}

// verdict writes the verdict in a line.
func (t *table) verdict(r *result) string {
	v := verdicts[r.Verdict]
	if counted := r.Counts.String(); counted != "" {
		return t.paint(v.colour, v.text+": "+counted+".")
	}
	return t.paint(v.colour, v.text+".")
}
