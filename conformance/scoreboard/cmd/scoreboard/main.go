// Command scoreboard runs the conformance suite against every implementation
// that entries.json lists, and compares the failures with the known ones.
//
//	go run ./conformance/scoreboard/cmd/scoreboard
//	go run ./conformance/scoreboard/cmd/scoreboard -install -write
//
// It leaves out implementations that aren't installed, and says so; servers in
// Go and Node.js are never left out. The exit status is 1 if there is a failure
// that the files in expect don't have, or if one that they have is fixed.
//
// With -install, it installs the Debian packages first, as root. With -write,
// it writes the files in expect (and keeps their sentences), scoreboard.md,
// findings.md and scoreboard.html, which is too large for the repository.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
	"github.com/corskit/cors/conformance/scoreboard"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	differs, err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "scoreboard:", err)
		os.Exit(2)
	case differs:
		os.Exit(1)
	}
}

// A board has the flags.
type board struct {
	root  string // the folder of entries.json
	files string // the folder of the files to write
	out   io.Writer
	write bool
	built map[string]error // by folder
}

func run(ctx context.Context, args []string, out io.Writer) (differs bool, err error) {
	b := &board{out: out, built: make(map[string]error)}
	flags := flag.NewFlagSet("scoreboard", flag.ContinueOnError)
	flags.StringVar(&b.root, "root", "conformance/scoreboard", "the `folder` of entries.json")
	flags.StringVar(&b.files, "files", "", "the `folder` of the files to write, if not that of entries.json")
	flags.BoolVar(&b.write, "write", false, "write the files in expect, scoreboard.md, findings.md and scoreboard.html")
	install := flags.Bool("install", false, "install the Debian packages that servers need, as root")
	only := flags.String("only", "", "run only the entries with these `IDs`, separated by commas; -write then writes only their files in expect")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	b.files = cmp.Or(b.files, b.root)
	entries, err := scoreboard.Entries()
	if err != nil {
		return false, err
	}
	if *only != "" {
		if entries, err = selected(entries, strings.Split(*only, ",")); err != nil {
			return false, err
		}
	}
	if *install {
		if err := installPackages(ctx, entries, out); err != nil {
			return false, err
		}
	}
	var columns []scoreboard.Column
	for i := range entries {
		e := &entries[i]
		version, why := b.prepare(ctx, e)
		if why != nil {
			if e.Dir == "go" || e.Dir == "node" || b.write {
				return false, fmt.Errorf("%s: %w", e.ID, why)
			}
			fmt.Fprintf(out, "%-20s left out: needs %s\n", e.ID, e.Needs)
			continue
		}
		column, differences, err := b.run(ctx, e, version)
		if err != nil {
			return false, fmt.Errorf("%s: %w", e.ID, err)
		}
		fmt.Fprintf(out, "%-20s %s\n", e.ID, column.Report.Line())
		for _, d := range differences {
			differs = true
			fmt.Fprintf(out, "  ! %s\n", d)
		}
		columns = append(columns, column)
	}
	if b.write && *only == "" {
		return differs, b.writePages(columns)
	}
	return differs, nil
}

func selected(entries []scoreboard.Entry, ids []string) ([]scoreboard.Entry, error) {
	for _, id := range ids {
		if !slices.ContainsFunc(entries, func(e scoreboard.Entry) bool { return e.ID == id }) {
			return nil, fmt.Errorf("-only: %q isn't the ID of an entry", id)
		}
	}
	return slices.DeleteFunc(entries, func(e scoreboard.Entry) bool { return !slices.Contains(ids, e.ID) }), nil
}

func installPackages(ctx context.Context, entries []scoreboard.Entry, out io.Writer) error {
	args := []string{"install", "-qy", "--no-install-recommends"}
	for _, e := range entries {
		args = append(args, e.Debian...)
	}
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = out, out
	return cmd.Run()
}

// prepare builds the folder of an entry, and returns the version of the
// implementation. The error says why it can't run.
func (b *board) prepare(ctx context.Context, e *scoreboard.Entry) (version string, err error) {
	if _, done := b.built[e.Dir]; !done {
		b.built[e.Dir] = nil
		if len(e.Build) > 0 {
			_, b.built[e.Dir] = b.output(ctx, e, e.Build)
		}
	}
	if err := b.built[e.Dir]; err != nil {
		return "", err
	}
	version, err = b.output(ctx, e, e.Version)
	if err == nil && version == "" { // of a package that dpkg knows of
		err = fmt.Errorf("%s prints no version", strings.Join(e.Version, " "))
	}
	return version, err
}

// output runs a command of an entry, and returns its output.
func (b *board) output(ctx context.Context, e *scoreboard.Entry, command []string) (string, error) {
	cmd := e.Cmd(ctx, b.root, command)
	printed, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	return strings.TrimSpace(string(printed)), nil
}

// run runs the suite against an entry.
func (b *board) run(ctx context.Context, e *scoreboard.Entry, version string) (c scoreboard.Column, differences []string, err error) {
	launcher := &conformance.Launcher{Command: e.Cmd(context.Background(), b.root, e.Command)}
	defer launcher.Close()
	suite := &conformance.Suite{
		Launch:   launcher.Launch,
		Lacks:    e.Lacks,
		Parallel: runtime.GOMAXPROCS(0),
		Profiles: []conformance.Profile{conformance.ProfileBrowser, conformance.ProfileCaching, conformance.ProfileHardening, conformance.ProfileAdvice},
	}
	started := time.Now()
	results, err := suite.Run(ctx)
	if err != nil {
		return c, nil, err
	}
	c = scoreboard.Column{Entry: e, Version: version, Report: report.New(e.Name, started, results)}
	path := filepath.Join(b.files, "expect", e.ID+".json")
	expectations, err := report.LoadExpectations(path)
	if b.write && errors.Is(err, os.ErrNotExist) {
		expectations, err = new(report.Expectations), os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err != nil {
		return c, nil, err
	}
	differences = c.Report.Expect(expectations)
	if !b.write {
		return c, differences, nil
	}
	return c, nil, report.WriteFile(path, c.Report.Expectations(nil).Write)
}

func (b *board) writePages(columns []scoreboard.Column) error {
	var reports []*report.Report
	for _, c := range columns {
		reports = append(reports, c.Report)
	}
	for name, write := range map[string]func(io.Writer) error{
		"scoreboard.md": func(w io.Writer) error { return scoreboard.WriteMarkdown(w, columns) },
		"findings.md":   func(w io.Writer) error { return scoreboard.WriteFindings(w, columns) },
		"scoreboard.html": func(w io.Writer) error {
			return report.WriteHTML(w, "CORS conformance scoreboard", reports...)
		},
	} {
		if err := report.WriteFile(filepath.Join(b.files, name), write); err != nil {
			return err
		}
	}
	return nil
}
