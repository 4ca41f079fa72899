// Command corsbench measures what CORS costs in Go, and prints tables.
//
//	go run ./conformance/benchmarks/cmd/corsbench
//	go run ./conformance/benchmarks/cmd/corsbench -tables request,grid -rounds 6
//	go run ./conformance/benchmarks/cmd/corsbench -w
//
// It runs the benchmarks of package benchmarks in rounds. The place of a
// function in the binary can change its cost by a fifth, so each round links a
// new test binary, with the functions in another order, and also runs the
// benchmarks in another order. The tables have the medians of the rounds with
// their 95 % confidence intervals, computed by benchstat's packages.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
)

// pkg is the package with the benchmarks.
const pkg = "github.com/corskit/cors/conformance/benchmarks"

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "corsbench: "+err.Error())
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	flags := flag.NewFlagSet("corsbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	chosen := flags.String("tables", strings.Join(names, ","), "what to measure")
	rounds := flags.Int("rounds", 12, "how often to link and run the benchmarks: the five requests in each round, the others in every second")
	short := flags.Bool("short", false, "one round of one iteration, to check that everything runs")
	write := flags.Bool("w", false, "write the tables to the READMEs of the benchmarks and of the project")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: corsbench takes only flags", flags.Arg(0))
	case *rounds < 1:
		return errors.New("-rounds must be at least 1")
	}
	if *short {
		*rounds = 1
	}
	var selected []table
	for name := range strings.SplitSeq(*chosen, ",") {
		i := slices.Index(names, name)
		if i < 0 {
			return fmt.Errorf("no table %q: choose from %s", name, strings.Join(names, ", "))
		}
		selected = append(selected, tables[i])
	}
	if *write && (len(selected) < len(tables) || *short) {
		return errors.New("-w takes all tables and no -short")
	}

	m, err := measure(selected, *rounds, *short, stderr)
	if err != nil {
		return err
	}
	full, summary := m.full(selected), m.summary()
	if !*write {
		_, err := io.WriteString(stdout, full)
		return err
	}
	dir, err := output("go", "list", "-f", "{{.Dir}}", pkg)
	if err != nil {
		return err
	}
	dir = strings.TrimSpace(dir)
	return errors.Join(
		insert(filepath.Join(dir, "README.md"), full),
		insert(filepath.Join(dir, "..", "..", "README.md"), summary),
	)
}

// A measurement is the results of all rounds.
type measurement struct {
	rounds   int
	versions map[string]string // by module path
	results  []*result         // in the order of the first round
}

// A result is the values of one benchmark.
type result struct {
	base   string               // the name up to the first slash
	labels []string             // the rest: framework=gin, impl=corskit, …
	values map[string][]float64 // by unit, one for each round
}

// label returns the value of a label.
func (r *result) label(key string) string {
	for _, l := range r.labels {
		if value, ok := strings.CutPrefix(l, key+"="); ok {
			return value
		}
	}
	return ""
}

func measure(tables []table, rounds int, short bool, progress io.Writer) (*measurement, error) {
	temp, err := os.MkdirTemp("", "corsbench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "benchmarks.test")
	m := &measurement{rounds: rounds, versions: make(map[string]string)}
	for round := range rounds {
		if _, err := output("go", "test", "-c", "-o", binary, fmt.Sprintf("-ldflags=-randlayout=%d", round+1), pkg); err != nil {
			return nil, err
		}
		for _, t := range tables {
			if round%t.every != 0 {
				continue
			}
			fmt.Fprintf(progress, "\rround %d of %d: %-10s", round+1, rounds, t.name)
			for _, benchmark := range t.benchmarks() {
				args := []string{"-test.run=^$", "-test.bench=" + benchmark, "-test.benchtime=" + t.benchtime}
				if short {
					args[2] = "-test.benchtime=1x"
				}
				if round > 0 { // the first gives the rows of the tables their order
					args = append(args, "-test.shuffle=on")
				}
				text, err := output(binary, args...)
				if err != nil {
					return nil, err
				}
				m.add(text)
			}
		}
	}
	fmt.Fprintln(progress)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			m.versions[module.Path] = module.Version
		}
	}
	return m, nil
}

// output runs a command and returns its output.
func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w\n%s%s", err, out, exit.Stderr)
		}
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), nil
}

// add adds the results of one run.
func (m *measurement) add(text string) {
	for r := benchfmt.NewReader(strings.NewReader(text), "benchmarks"); r.Scan(); {
		line, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		base, parts := line.Name.Parts()
		var labels []string
		for _, part := range parts {
			if label, ok := bytes.CutPrefix(part, []byte("/")); ok {
				labels = append(labels, string(label))
			}
		}
		i := slices.IndexFunc(m.results, func(r *result) bool {
			return r.base == string(base) && slices.Equal(r.labels, labels)
		})
		if i < 0 {
			i = len(m.results)
			m.results = append(m.results, &result{string(base), labels, make(map[string][]float64)})
		}
		for _, v := range line.Values {
			value, unit := benchunit.Tidy(v.Value, v.Unit) // which the reader leaves out for 0
			m.results[i].values[unit] = append(m.results[i].values[unit], value)
		}
	}
}

// Tables are written between these lines.
const (
	begin = "<!-- benchmarks -->"
	end   = "<!-- /benchmarks -->"
)

// insert replaces the text between begin and end in a file.
func insert(file, text string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), begin+"\n")
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s: the lines %s and %s are missing; write both where the tables belong", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n"+strings.TrimSpace(text)+"\n"+end+after), 0o644)
}
