package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"has":    slices.Contains[[]conformance.Profile],
	"anchor": func(id string) string { return strings.ReplaceAll(id, "/", "--") },
}).Parse(pageText))

// A row is a case in all reports of a page.
type row struct {
	Case
	VulnerabilityURL string
	Cells            []cell
}

// A cell is the case in one report, or only the server if it wasn't run.
type cell struct {
	Server string
	Case
	Cause conformance.Cause // of the failure, if any
}

type section struct {
	Name, Title string
	Rows        []row
}

// WriteHTML writes one self-contained page: the scores of each report, and a
// row for each case that expands to the details. The reports should be of the
// same suite; a case that only some have is shown for those.
func WriteHTML(w io.Writer, title string, reports ...*Report) error {
	groups, err := conformance.Groups()
	if err != nil {
		return err
	}
	var sections []section
	for _, g := range groups {
		s := section{Name: g.Name, Title: g.Title}
		for i := range g.Cases {
			if r, ok := rowOf(g.Name, &g.Cases[i], reports); ok {
				s.Rows = append(s.Rows, r)
			}
		}
		if s.Rows != nil {
			sections = append(sections, s)
		}
	}
	// Exchanges of passed cases are shown only for a single server: for many,
	// they would be megabytes.
	return pageTemplate.Execute(w, map[string]any{
		"Title": title, "Reports": reports, "Sections": sections, "Profiles": profilesOf(reports), "One": len(reports) == 1,
	})
}

// profilesOf returns the profiles that have cases in a report.
func profilesOf(reports []*Report) []conformance.Profile {
	return slices.DeleteFunc(slices.Clone(conformance.Profiles), func(p conformance.Profile) bool {
		return !slices.ContainsFunc(reports, func(r *Report) bool {
			return slices.ContainsFunc(r.Cases, func(c Case) bool { return c.Profile == p })
		})
	})
}

func rowOf(group string, c *conformance.Case, reports []*Report) (r row, ok bool) {
	id := group + "/" + c.Name
	for _, report := range reports {
		i := slices.IndexFunc(report.Cases, func(other Case) bool { return other.ID == id })
		if i < 0 {
			r.Cells = append(r.Cells, cell{Server: report.Server})
			continue
		}
		entry := cell{Server: report.Server, Case: report.Cases[i]}
		if entry.Failure != nil {
			entry.Cause = report.Cause(entry.Failure)
		}
		r.Cells = append(r.Cells, entry)
		r.Case, r.VulnerabilityURL, ok = entry.Case, c.VulnerabilityURL(), true
	}
	return r, ok
}

// Mark is the sign of a cell.
func (c cell) Mark() string {
	return map[conformance.Verdict]string{conformance.Passed: "✓", conformance.Failed: "✗", conformance.Refused: "–", conformance.Unsupported: "·"}[c.Verdict]
}

// Says is the sign of a cell in words.
func (c cell) Says() string {
	if c.Verdict == "" {
		return c.Server + ": not run"
	}
	return fmt.Sprintf("%s: %s", c.Server, c.Verdict)
}

// Share is a score as a fraction.
func (s Score) Share() string {
	if s.Passed+s.Failed == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", s.Passed, s.Passed+s.Failed)
}

// Percent is the share that passed, of 100.
func (s Score) Percent() int { return 100 * s.Passed / max(s.Passed+s.Failed, 1) }
