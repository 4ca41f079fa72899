// Command corsbench measures what CORS costs in Go, on the machine that it runs
// on, and prints tables.
//
//	go run ./conformance/benchmarks/cmd/corsbench
//	go run ./conformance/benchmarks/cmd/corsbench -frameworks gin,echo -rounds 100
//	go run ./conformance/benchmarks/cmd/corsbench -markdown -readme README.md
//
// It measures in rounds, each of which takes everything once and in another
// order, so that what else the machine does falls on all alike. Leave the
// machine alone while it runs.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/benchmarks"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "corsbench: "+err.Error())
		os.Exit(1)
	}
}

// tables are what can be measured, in the order in which it is printed.
var tables = []struct {
	name    string
	measure func(benchmarks.Options) ([]*benchmarks.Table, error)
}{
	{"added", one(benchmarks.Added)},
	{"grid", one(benchmarks.Grid)},
	{"loopback", func(o benchmarks.Options) ([]*benchmarks.Table, error) {
		// Connections need time to fill the processors.
		o.Rounds, o.Duration = max(1, o.Rounds/10), 100*o.Duration
		t, err := benchmarks.Loopback(o)
		return []*benchmarks.Table{t}, err
	}},
	{"scale", func(o benchmarks.Options) ([]*benchmarks.Table, error) { return benchmarks.Scale(o), nil }},
	{"reload", func(o benchmarks.Options) ([]*benchmarks.Table, error) {
		o.Rounds = max(1, o.Rounds/20) // a second each
		return []*benchmarks.Table{benchmarks.Reload(o)}, nil
	}},
	{"hostile", one(benchmarks.Hostile)},
	{"values", one(benchmarks.Values)},
}

func one(measure func(benchmarks.Options) *benchmarks.Table) func(benchmarks.Options) ([]*benchmarks.Table, error) {
	return func(o benchmarks.Options) ([]*benchmarks.Table, error) { return []*benchmarks.Table{measure(o)}, nil }
}

func run(args []string, stdout, stderr io.Writer) error {
	var frameworkNames, tableNames []string
	for _, f := range benchmarks.Frameworks {
		frameworkNames = append(frameworkNames, f.Name)
	}
	for _, t := range tables {
		tableNames = append(tableNames, t.name)
	}
	flags := flag.NewFlagSet("corsbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	chosen := flags.String("tables", "added", "what to measure: "+strings.Join(tableNames, ", ")+", or all")
	frameworks := flags.String("frameworks", strings.Join(frameworkNames, ","), "the frameworks, in this order")
	rounds := flags.Int("rounds", 200, "how often to measure everything (over sockets a tenth as often, Reload a twentieth)")
	duration := flags.Duration("duration", 500*time.Microsecond, "how long to measure one thing in one round (over sockets 100 times as long)")
	quick := flags.Bool("quick", false, "10 rounds of 100 µs, to see that it runs: the figures mean little")
	markdown := flags.Bool("markdown", false, "print Markdown")
	readme := flags.String("readme", "", "with -markdown, write into this file, between the lines "+begin+" and "+end)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *quick {
		*rounds, *duration = 10, 100*time.Microsecond
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("there is no argument %q: give flags only", flags.Arg(0))
	case *rounds < 1 || *duration <= 0:
		return errors.New("-rounds and -duration must be more than nothing")
	case *readme != "" && !*markdown:
		return errors.New("-readme needs -markdown")
	}
	o := benchmarks.Options{Rounds: *rounds, Duration: *duration}
	for _, name := range strings.Split(*frameworks, ",") {
		f, err := framework(name)
		if err != nil {
			return err
		}
		o.Frameworks = append(o.Frameworks, f)
	}
	if *chosen == "all" {
		*chosen = strings.Join(tableNames, ",")
	}
	names := strings.Split(*chosen, ",")
	for _, name := range names {
		if !slices.Contains(tableNames, name) {
			return fmt.Errorf("there is no table %q: there are %s, and all", name, strings.Join(tableNames, ", "))
		}
	}

	var measured []*benchmarks.Table
	for _, t := range tables {
		if !slices.Contains(names, t.name) {
			continue
		}
		o.Progress = func(done, total int) { fmt.Fprintf(stderr, "\r%s: round %d of %d ", t.name, done, total) }
		some, err := t.measure(o)
		fmt.Fprintln(stderr)
		if err != nil {
			return err
		}
		measured = append(measured, some...)
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s; %d rounds of %v.\n", benchmarks.Machine(), *rounds, *duration)
	for _, t := range measured {
		text.WriteString("\n")
		write := t.WriteText
		if *markdown {
			write = t.WriteMarkdown
		}
		if err := write(&text); err != nil {
			return err
		}
	}
	if *readme != "" {
		return insert(*readme, text.String())
	}
	_, err := text.WriteTo(stdout)
	return err
}

func framework(name string) (benchmarks.Framework, error) {
	for _, f := range benchmarks.Frameworks {
		if f.Name == name {
			return f, nil
		}
	}
	return benchmarks.Framework{}, fmt.Errorf("there is no framework %q", name)
}
