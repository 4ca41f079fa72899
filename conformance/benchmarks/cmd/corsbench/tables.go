package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/benchmarks"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchunit"
)

// A table shows the results of one benchmark.
type table struct {
	name      string
	base      string // the benchmark's name
	benchtime string // long enough that the heap has reached its size
	every     int    // 1: it runs in each round; 2: in every second
	title     string
	text      string
	column    string   // the label that names the columns, if any
	units     []string // what a cell shows; the first with its confidence interval
}

// benchmarks returns the patterns of a table's benchmarks. Each framework runs in a
// process of its own, as it does in an application.
func (t table) benchmarks() (patterns []string) {
	if !slices.Contains([]string{"request", "headers", "goroutines", "loopback"}, t.name) {
		return []string{"^Benchmark" + t.base + "$"}
	}
	for _, f := range benchmarks.Frameworks {
		patterns = append(patterns, "^Benchmark"+t.base+"$/^framework="+f.Name+"$")
	}
	return patterns
}

// leastAdded is the smallest value in a geometric mean, in seconds: smaller
// ones can't be told from zero, which has no logarithm.
const leastAdded = 1e-9

const added, allocations = "added-sec/op", "added-allocs/op"

var tables = []table{
	{"request", "Request", "50ms", 1, "Five requests",
		"Nanoseconds and allocations that each implementation adds to a request; the geometric mean of the five; and that of corskit divided by it. " +
			"“Handwritten” is the least code that applies this one policy correctly and gives each response header values of its own. " +
			"An implementation that sends less, or gives all responses the same values, is faster for it: the last column says so.",
		"request", []string{added, allocations}},
	{"headers", "WithHeaders", "20ms", 2, "A handler that sets five headers",
		"Time and allocations added to the requests that reach a handler, if that sets Content-Type, Cache-Control, ETag and two more.",
		"request", []string{added, allocations}},
	{"goroutines", "Goroutines", "20ms", 2, "Several goroutines at once",
		"Time from one response to the next, if so many goroutines serve actual requests of an allowed origin; without CORS (none), and with it.",
		"goroutines", []string{"sec/op"}},
	{"grid", "Grid", "50ms", 2, "The scenarios of jub0bs/cors-benchmarks",
		"Time and allocations added. n: allowed origins; r: actual request (a) or preflight (p); o: whether the origin is allowed; m: malicious Access-Control-Request-Headers.",
		"impl", []string{added, allocations}},
	{"scale", "Scale", "50ms", 2, "Policies with many entries",
		"Time added to an actual request, with an origin chosen at random each time. " +
			"The entries are exact origins, patterns (`https://*.tenant-1.example.com`), patterns within a label (`https://pr-*.tenant-1.example.com`) or regular expressions, " +
			"which handwritten code tries one after another (regexp).",
		"impl", []string{added}},
	{"paths", "Paths", "50ms", 2, "Many policies by path",
		"Time and allocations added to an actual request for one of so many paths in a ServeMux, each with a policy of its own. " +
			"jub0bs/cors has no policies by path: one of its middlewares is around each handler.",
		"impl", []string{added, allocations}},
	{"compile", "Compile", "1x", 2, "Making a policy with many entries",
		"Time, and the bytes per entry that it holds, the text of the entries included.",
		"impl", []string{"sec/op", "B/entry"}},
	{"hostile", "Hostile", "10ms", 2, "Hostile requests",
		"Time added to a request that an attacker fills with so many bytes; 0 is the normal request. The last column fills the largest header block that a server of net/http accepts by default. " +
			"Methods and headers are those that a preflight asks for. " +
			"Policies by path read the path; beside them is what net/http itself does with it before a handler runs (servemux).",
		"bytes", []string{added}},
	{"reload", "Reload", "1x", 2, "Requests while a policy with 1,000,000 origins is reloaded",
		"Requests one after another, beside nothing else, Reload, or work that keeps the garbage collector as busy.",
		"", []string{"median-sec", "p99.9-sec", "longest-sec"}},
	{"loopback", "Loopback", "100ms", 2, "Servers over loopback",
		"Requests per second over connections that stay open, with client and server on the same processors. Fiber has no HTTP/2.",
		"request", []string{"requests/s"}},
}

// full returns the tables for the benchmarks' README.
func (m *measurement) full(tables []table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d in the tables after the first), with 95 %% confidence intervals.\n", m.conditions(), (m.rounds+1)/2)
	for _, t := range tables {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", t.title, t.text)
		if t.name == "request" {
			b.WriteString(markdown(m.requests(t)))
		} else {
			b.WriteString(markdown(m.pivot(t)))
		}
	}
	return b.String()
}

// conditions says how the results were measured.
func (m *measurement) conditions() string {
	return fmt.Sprintf("%d logical CPUs, %s/%s, %s; medians of %d rounds, each in a binary with its functions in another order",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), m.rounds)
}

// pivot returns a row for all results that differ only in the label of the columns.
func (m *measurement) pivot(t table) [][]string {
	header, rows := []string{""}, [][]string(nil)
	for _, r := range m.results {
		if r.base != t.base {
			continue
		}
		var labels []string
		for _, l := range r.labels {
			if !strings.HasPrefix(l, t.column+"=") {
				labels = append(labels, l)
			}
		}
		title := r.label(t.column)
		switch t.column {
		case "impl":
			title = m.title(title)
		case "":
			title = "median, 99.9 %, longest"
		}
		column := slices.Index(header, title)
		if column < 0 {
			column = len(header)
			header = append(header, title)
		}
		row := strings.Join(labels, " ")
		i := slices.IndexFunc(rows, func(cells []string) bool { return cells[0] == row })
		if i < 0 {
			i = len(rows)
			rows = append(rows, []string{row})
		}
		for len(rows[i]) <= column {
			rows[i] = append(rows[i], "")
		}
		var cell []string
		for k, unit := range t.units {
			s := summarize(r.values[unit])
			text := number(s.Center, unit)
			if k == 0 {
				text += interval(s)
			}
			cell = append(cell, text)
		}
		rows[i][column] = strings.Join(cell, ", ")
	}
	return append([][]string{header}, rows...)
}

// title returns the title of an implementation of net/http, with its version.
func (m *measurement) title(implementation string) string {
	for _, i := range benchmarks.NetHTTP.Implementations {
		if i.Name == implementation {
			return m.versioned(i.Title, i.Module)
		}
	}
	return implementation
}

func (m *measurement) versioned(title, module string) string {
	return strings.TrimSpace(title + " " + m.versions[module])
}

// requests returns the results of BenchmarkRequest by framework.
func (m *measurement) requests(t table) [][]string {
	header := []string{""}
	for _, r := range benchmarks.Requests {
		header = append(header, r.Title)
	}
	rows := [][]string{append(header, "mean", "corskit takes", "differs")}
	for _, f := range benchmarks.Frameworks {
		rows = append(rows, append([]string{"**" + m.versioned(f.Title, f.Module) + "**"}, make([]string, len(rows[0])-1)...))
		mine := m.means(f.Name, benchmarks.Corskit)
		for _, i := range f.Implementations {
			row := []string{m.versioned(i.Title, i.Module)}
			for _, r := range m.of(f.Name, i.Name) {
				s := summarize(r.values[added])
				row = append(row, fmt.Sprintf("%.0f%s, %.0f", s.Center*1e9, interval(s), summarize(r.values[allocations]).Center))
			}
			means := m.means(f.Name, i.Name)
			s := summarize(means)
			row = append(row, fmt.Sprintf("%.0f%s", s.Center*1e9, interval(s)), "")
			if i.Name != benchmarks.Corskit {
				s := summarize(ratios(mine, means))
				row[len(row)-1] = fmt.Sprintf("%.2f×%s", s.Center, interval(s))
			}
			rows = append(rows, append(row, strings.Join(i.Differs, "; ")))
		}
	}
	return rows
}

// of returns the results of an implementation, one for each request.
func (m *measurement) of(framework, implementation string) (results []*result) {
	for _, r := range m.results {
		if r.base == "Request" && r.label("framework") == framework && r.label("impl") == implementation {
			results = append(results, r)
		}
	}
	return results
}

// means returns the geometric mean of the five requests for each round.
func (m *measurement) means(framework, implementation string) []float64 {
	results := m.of(framework, implementation)
	means := make([]float64, m.rounds)
	for round := range means {
		sum := 0.0
		for _, r := range results {
			sum += math.Log(max(r.values[added][round], leastAdded))
		}
		means[round] = math.Exp(sum / float64(len(results)))
	}
	return means
}

// ratios returns a/b for each round.
func ratios(a, b []float64) []float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	return ratios
}

// summary returns the table for the project's README, with the newest version
// of each framework.
func (m *measurement) summary() string {
	rows := [][]string{{"", "corskit", "fastest other library", "corskit / other", "corskit / handwritten"}}
	for _, f := range []benchmarks.Framework{benchmarks.NetHTTP, benchmarks.Gin, benchmarks.Echo5, benchmarks.Chi, benchmarks.Fiber3} {
		mine := m.means(f.Name, benchmarks.Corskit)
		ratio := func(i benchmarks.Implementation) string {
			return fmt.Sprintf("%.2f", summarize(ratios(mine, m.means(f.Name, i.Name))).Center)
		}
		var floor, fastest benchmarks.Implementation
		least := math.Inf(1)
		for _, i := range f.Implementations {
			mean := summarize(m.means(f.Name, i.Name)).Center
			switch {
			case i.Name == benchmarks.Handwritten:
				floor = i
			case i.Name != benchmarks.Corskit && mean < least:
				fastest, least = i, mean
			}
		}
		peer := fmt.Sprintf("%s %.0f ns", m.versioned(fastest.Title, fastest.Module), least*1e9)
		for k, d := range fastest.Differs {
			what, _, _ := strings.Cut(d, " (")
			peer += []string{", but ", "; "}[min(k, 1)] + what
		}
		rows = append(rows, []string{m.versioned(f.Title, f.Module), fmt.Sprintf("%.0f ns", summarize(mine).Center*1e9), peer, ratio(fastest), ratio(floor)})
	}
	return m.conditions() + ".\n\n" + markdown(rows)
}

func summarize(values []float64) benchmath.Summary {
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95)
}

func interval(s benchmath.Summary) string { return " ±" + s.PctRangeString() }

// number formats a value with its unit, briefly.
func number(value float64, unit string) string {
	switch scaled := benchunit.Scale(value, benchunit.Decimal); {
	case strings.Contains(unit, "sec"):
		return scaled + "s"
	case strings.HasPrefix(unit, "B/"):
		return fmt.Sprintf("%.0f B", value)
	case unit == allocations:
		return fmt.Sprintf("%.0f", value)
	default:
		return scaled
	}
}

// markdown formats rows as a table, the first as its header.
func markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + strings.Repeat(" |", len(rows[0])-len(row)) + " |\n")
		if i == 0 {
			b.WriteString("|---" + strings.Repeat("|---:", len(row)-1) + "|\n")
		}
	}
	return b.String()
}
