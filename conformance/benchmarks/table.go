package benchmarks

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Table is what was measured, to be read.
type Table struct {
	Title   string
	Text    string // what it shows
	Columns []string
	Rows    [][]string // one of a single cell is a heading
	Notes   []string
}

// WriteText writes the table for terminals.
func (t *Table) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", t.Title, t.Text)
	widths := make([]int, len(t.Columns))
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		for i, cell := range row {
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	line := func(row []string) {
		for i, cell := range row {
			space := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if i == 0 {
				b.WriteString(cell + space)
			} else {
				b.WriteString("  " + space + cell)
			}
		}
		b.WriteString("\n")
	}
	line(t.Columns)
	for _, row := range t.Rows {
		if len(row) == 1 {
			fmt.Fprintf(&b, "\n%s\n", row[0])
		} else {
			line(row)
		}
	}
	if len(t.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, note := range t.Notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes the table for a README.
func (t *Table) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s.** %s\n\n", t.Title, t.Text)
	line := func(row []string) {
		for _, cell := range row {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	line(t.Columns)
	b.WriteString("|---" + strings.Repeat("|---:", len(t.Columns)-1) + "|\n")
	for _, row := range t.Rows {
		if len(row) == 1 {
			line(append([]string{"**" + row[0] + "**"}, make([]string, len(t.Columns)-1)...))
		} else {
			line(row)
		}
	}
	if len(t.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, note := range t.Notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// nanoseconds writes a time in a unit that suits it.
func nanoseconds(ns float64) string {
	for _, unit := range []struct {
		name string
		ns   float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		switch in := ns / unit.ns; {
		case in >= 100:
			return fmt.Sprintf("%.0f %s", in, unit.name)
		case in >= 10:
			return fmt.Sprintf("%.1f %s", in, unit.name)
		case in >= 1 && unit.ns > 1e3:
			return fmt.Sprintf("%.2f %s", in, unit.name)
		}
	}
	return fmt.Sprintf("%.0f ns", ns)
}

// times writes how many times as much something is.
func times(ratio float64) string {
	if ratio >= 10 {
		return fmt.Sprintf("%.0f×", ratio)
	}
	return fmt.Sprintf("%.1f×", ratio)
}

// count writes a number with its thousands apart.
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
