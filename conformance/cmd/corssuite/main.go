// Command corssuite runs the CORS conformance suite against a server in any language.
//
//	corssuite run -- node server.js
//	corssuite run -url http://127.0.0.1:8080
//	corssuite list
//	corssuite schema cases|policy|results
//
// The server serves the application that RUNNING.md describes, with its CORS in
// front. A command is started with a policy and a port: once for each case, or
// once for all if it takes other policies while it runs. A server at a URL has
// to take them.
//
// It prints the failures by their causes, each with an exchange, who is hurt
// and the fix, and the scores. The exit status is 0 if no case of a scored
// profile failed, 1 if one did, and 2 if the suite couldn't run. With -expect,
// the exit status is 1 if a case fails that the file doesn't name, or if a case
// that it names doesn't fail.
//
// Start reading at run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/internal/terminal"
	"github.com/corskit/cors/conformance/report"
)

// The exit statuses.
const (
	exitGood  = 0
	exitBad   = 1
	exitUnrun = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const usage = `corssuite runs the CORS conformance suite against a server in any language.

  corssuite run [flags] -- command [arguments]   start the server for each policy
  corssuite run [flags] -url URL                 use a server that takes policies
  corssuite list                                 print the cases
  corssuite schema cases|policy|results          print a JSON Schema

corssuite run -h prints the flags. What the server has to do:
https://github.com/corskit/cors/blob/main/conformance/RUNNING.md
`

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUnrun
	}
	var err error
	switch args[0] {
	case "run":
		return runSuite(ctx, args[1:], stdout, stderr)
	case "list":
		err = list(stdout)
	case "schema":
		err = printSchema(stdout, args[1:])
	case "-h", "-help", "--help", "help":
		fmt.Fprint(stdout, usage)
	default:
		err = fmt.Errorf("unknown command %q: write run, list or schema", args[0])
	}
	if err != nil {
		fmt.Fprintln(stderr, "corssuite:", err)
		return exitUnrun
	}
	return exitGood
}

func list(stdout io.Writer) error {
	groups, err := conformance.Groups()
	if err != nil {
		return err
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			fmt.Fprintf(stdout, "%s/%s [%s] %s\n", g.Name, c.Name, c.Profile, c.Title)
		}
	}
	return nil
}

func printSchema(stdout io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("name a schema: write cases, policy or results")
	}
	text, err := report.Schema(args[0])
	if err == nil {
		_, err = stdout.Write(text)
	}
	return err
}

// options are the flags of corssuite run.
type options struct {
	url, name                             string
	json, junit, html, badge, expectation string
	writeExpectation                      bool
	only, profiles                        string
	without                               lacks
	parallel                              int
	startTimeout                          time.Duration
	verbose                               bool
	command                               []string
}

// lacks are features with reasons.
type lacks map[conformance.Feature]string

func (l lacks) String() string { return "" }

func (l lacks) Set(text string) error {
	name, reason, _ := strings.Cut(text, "=")
	feature := conformance.Feature(name)
	if !slices.Contains(conformance.Features, feature) {
		return fmt.Errorf("%q isn't a feature: write one of %s", name, join(conformance.Features))
	}
	if reason == "" {
		reason = "the server doesn't have it"
	}
	l[feature] = reason
	return nil
}

func join[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = string(item)
	}
	return strings.Join(texts, ", ")
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{without: make(lacks)}
	flags := flag.NewFlagSet("corssuite run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.url, "url", "", "use the running server at this `URL`, which takes policies with PUT "+conformance.PolicyPath)
	flags.StringVar(&o.name, "name", "", "the `name` of the server in reports; the command or URL if empty")
	flags.StringVar(&o.json, "json", "", "write the results to a `file` as JSON (corssuite schema results)")
	flags.StringVar(&o.junit, "junit", "", "write the results to a `file` as JUnit XML")
	flags.StringVar(&o.html, "html", "", "write the results to a `file` as one HTML page")
	flags.StringVar(&o.badge, "badge", "", "write a badge to a `file`, in the format of shields.io's endpoint")
	flags.StringVar(&o.expectation, "expect", "", "a `file` of known failures: only new failures, and known ones that are fixed, set the exit status to 1")
	flags.BoolVar(&o.writeExpectation, "write-expect", false, "write the failures to the -expect file, and keep its reasons")
	flags.StringVar(&o.only, "run", "", "run the cases whose IDs match a `regexp`, such as ^credentials/")
	flags.StringVar(&o.profiles, "profile", "browser,caching,hardening,advice", "run the cases of these `profiles`, separated by commas; corskit is the policy language of this project")
	flags.Var(o.without, "without", "a `feature` that the server doesn't have, optionally with =reason; may be repeated: "+join(conformance.Features))
	flags.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "how many servers to run at once; 1 with -url")
	flags.DurationVar(&o.startTimeout, "start-timeout", time.Minute, "how long to wait for a server to respond")
	flags.BoolVar(&o.verbose, "v", false, "print every failure in full")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	o.command = flags.Args()
	switch {
	case o.url == "" && len(o.command) == 0:
		return nil, errors.New("name the server: corssuite run -- command, or corssuite run -url URL")
	case o.url != "" && len(o.command) > 0:
		return nil, fmt.Errorf("both -url and the command %q name a server: leave one out", o.command[0])
	case o.writeExpectation && o.expectation == "":
		return nil, errors.New("-write-expect needs a file: name it with -expect")
	case o.parallel < 1:
		return nil, fmt.Errorf("-parallel %d: write 1 or more", o.parallel)
	}
	return o, nil
}

// suite returns the suite to run, and a function that ends the servers.
func (o *options) suite() (s *conformance.Suite, end func(), err error) {
	s = &conformance.Suite{Lacks: o.without, Parallel: o.parallel}
	if o.only != "" {
		if s.Only, err = regexp.Compile(o.only); err != nil {
			return nil, nil, fmt.Errorf("-run: %w", err)
		}
	}
	for name := range strings.SplitSeq(o.profiles, ",") {
		p := conformance.Profile(strings.TrimSpace(name))
		if !slices.Contains(conformance.Profiles, p) {
			return nil, nil, fmt.Errorf("-profile: %q isn't one: write some of %s", p, join(conformance.Profiles))
		}
		s.Profiles = append(s.Profiles, p)
	}
	if o.url != "" {
		s.Launch, s.Parallel = conformance.Remote(o.url), 1
		return s, func() {}, nil
	}
	command := exec.Command(o.command[0], o.command[1:]...)
	if command.Err != nil {
		return nil, nil, command.Err
	}
	launcher := &conformance.Launcher{Command: command, StartTimeout: o.startTimeout}
	s.Launch = launcher.Launch
	return s, launcher.Close, nil
}

func runSuite(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "corssuite:", err)
		return exitUnrun
	}
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitGood
	}
	if err != nil {
		return fail(err)
	}
	expectations, err := o.expectations()
	if err != nil {
		return fail(err)
	}
	suite, end, err := o.suite()
	if err != nil {
		return fail(err)
	}
	fmt.Fprintf(stderr, "corssuite runs the suite against %s.\n", o.serverName())
	suite.Progress = progress(stderr)
	started := time.Now()
	results, err := suite.Run(ctx)
	end()
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	if err != nil {
		return fail(err)
	}
	r := report.New(o.serverName(), started, results)
	var differences []string
	if expectations != nil {
		differences = r.Expect(expectations)
	}
	if err := o.write(r, expectations); err != nil {
		return fail(err)
	}
	if err := r.WriteText(stdout, o.verbose); err != nil {
		return fail(err)
	}
	if o.writeExpectation {
		fmt.Fprintf(stdout, "%s has the known failures, %d of this run\n", o.expectation, len(r.Expectations(nil).Fails))
		return exitGood
	}
	for _, d := range differences {
		fmt.Fprintln(stdout, "! "+d)
	}
	if len(differences) > 0 || expectations == nil && r.ScoredFailures() > 0 {
		return exitBad
	}
	return exitGood
}

func (o *options) serverName() string {
	switch {
	case o.name != "":
		return o.name
	case o.url != "":
		return o.url
	}
	return strings.Join(o.command, " ")
}

// expectations reads the known failures; it returns nil without -expect.
func (o *options) expectations() (*report.Expectations, error) {
	if o.expectation == "" {
		return nil, nil
	}
	e, err := report.LoadExpectations(o.expectation)
	if errors.Is(err, os.ErrNotExist) && o.writeExpectation {
		return new(report.Expectations), nil
	}
	return e, err
}

// write writes the files that the flags ask for.
func (o *options) write(r *report.Report, known *report.Expectations) error {
	for _, output := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{o.json, r.WriteJSON},
		{o.junit, r.WriteJUnit},
		{o.html, func(w io.Writer) error { return report.WriteHTML(w, "CORS conformance of "+r.Server, r) }},
		{o.badge, r.WriteBadge},
	} {
		if output.path == "" {
			continue
		}
		if err := report.WriteFile(output.path, output.write); err != nil {
			return err
		}
	}
	if o.writeExpectation {
		return report.WriteFile(o.expectation, r.Expectations(known).Write)
	}
	return nil
}

// progress prints the progress: on a terminal in one line, elsewhere a line for
// every hundred cases.
func progress(stderr io.Writer) func(done, total int, r *conformance.Result) {
	failed := 0
	inOneLine := terminal.Is(stderr)
	return func(done, total int, r *conformance.Result) {
		if r.Verdict == conformance.Failed {
			failed++
		}
		switch {
		case inOneLine && done == total:
			fmt.Fprint(stderr, terminal.ClearLine)
		case inOneLine:
			fmt.Fprintf(stderr, terminal.ClearLine+"%d of %d cases, %d failed", done, total, failed)
		case done%100 == 0 || done == total:
			fmt.Fprintf(stderr, "%d of %d cases, %d failed\n", done, total, failed)
		}
	}
}
