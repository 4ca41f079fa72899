// Command corscheck checks the CORS of running servers from outside.
//
//	corscheck https://api.example.com/orders
//	corscheck -origin https://app.example.com https://api.example.com/orders
//	corscheck -policy policy.json https://api.example.com/orders
//	corscheck -policy policy.json -fail-on danger -ignore vary-missing -junit cors.xml https://api.example.com/orders https://api.example.com/users
//
// With a policy (one cors.Config as JSON, or a list of them), it checks that
// scripts can do what the policy allows, and nothing else. Without a policy, it
// says what the server allows and what is dangerous about it. In both cases it
// judges by what a browser would do.
//
// It sends few requests, one at a time: preflights, other OPTIONS requests, and
// GET (or HEAD). Before it starts, it prints on standard error how many, and
// where to. It never sends a request that changes something: the response to a
// preflight says whether a method is allowed. Allowed origins come first, and
// some requests have a query of their own. That reveals a cache that serves one
// origin's response to another, and keeps it from distorting other results.
//
// Each finding has a severity (danger, fault or note) and an id, such as
// vary-missing, for -ignore. The exit status is 0 if no finding is at least as
// severe as -fail-on says, 1 if one is, and 2 if a server couldn't be checked.
//
// Several URLs are checked one after the other. There is a report for each, and
// one JSON document (-json) and one JUnit file (-junit) for all. In the JUnit
// file, a URL is a test suite, and a check a test case. corscheck -schema
// prints the schema of the JSON. Later versions of corscheck may add members;
// the others keep their names and meanings as long as the member version is 2.
//
// Reports are short, whatever the server sends: long values are cut, and
// entries beyond a limit are left out and counted. Verdicts and exit status
// cover everything.
//
// Start reading at run. Package probe makes the requests and judges the responses.
package main

import (
	"context"
	"crypto/tls"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// The exit statuses.
const (
	exitGood  = 0
	exitBad   = 1
	exitUnrun = 2
)

//go:embed schema.json
var schema string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the options of the command line.
type options struct {
	policy      string
	origins     list
	failOn      probe.Severity
	target      probe.Target // without a URL
	insecure    bool
	maxRequests int
	json        bool
	junit       string
	schema      bool
	urls        []string
}

// run runs the command and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help())
		return exitGood
	case err == nil && o.schema:
		fmt.Fprint(stdout, schema)
		return exitGood
	case err == nil:
		var status int
		if status, err = o.checkAll(ctx, stdin, stdout, stderr); err == nil {
			return status
		}
	}
	problems := strings.Split(err.Error(), "\n")
	for _, problem := range problems {
		fmt.Fprintln(stderr, "corscheck: "+problem)
	}
	if o.json {
		writeJSON(stdout, &document{Version: version, Status: exitUnrun, Errors: problems})
	}
	return exitUnrun
}

// checkAll plans the requests to all URLs, then sends them, and writes a report
// on each. It returns the exit status. The error is about the user's input, or
// about a file that can't be written.
func (o *options) checkAll(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	progress := newProgress(stderr)
	plans, err := o.plans(stdin, progress)
	if err != nil {
		return 0, err
	}
	var junit *os.File
	if o.junit != "" {
		if junit, err = os.Create(o.junit); err != nil {
			return 0, fmt.Errorf("the JUnit file can't be written: %w", err)
		}
	}
	var results []*result
	var failed error // of writing
	for i, plan := range plans {
		if ctx.Err() != nil {
			results = append(results, &result{URL: o.urls[i], Errors: []string{"interrupted"}, status: exitUnrun})
			continue
		}
		fmt.Fprintf(stderr, "corscheck sends %s to %s, one at a time, %v apart.\n", plan.Requests(), o.urls[i], o.target.Delay)
		report, err := plan.Run(ctx)
		progress.clear()
		r := o.judge(o.urls[i], report, err)
		results = append(results, r)
		if r.Errors != nil {
			fmt.Fprintf(stderr, "corscheck: %s: %s\n", r.URL, r.Errors[0])
		} else if !o.json {
			failed = errors.Join(failed, writeTable(stdout, r, paintFor(stdout)))
		}
	}
	d := newDocument(results)
	if o.json {
		failed = errors.Join(failed, writeJSON(stdout, d))
	} else if len(results) > 1 {
		failed = errors.Join(failed, writeSummary(stdout, d, paintFor(stdout)))
	}
	if junit != nil {
		failed = errors.Join(failed, o.junitReport(results).Write(junit), junit.Close())
	}
	return d.Status, failed
}

// judge returns the result for a URL, with a shortened report.
func (o *options) judge(url string, report *probe.Report, err error) *result {
	if err != nil {
		return &result{URL: url, Errors: []string{err.Error()}, status: exitUnrun}
	}
	r := &result{URL: url, Counts: countFindings(report)}
	if slices.ContainsFunc(report.Findings, func(f probe.Finding) bool { return f.Severity.AtLeast(o.failOn) }) {
		r.status = exitBad
	}
	r.Report, r.Omitted = report.Shorten()
	return r
}

// plans returns a plan for each URL.
func (o *options) plans(stdin io.Reader, progress progress) ([]*probe.Plan, error) {
	var policy []cors.Config
	if o.policy != "" {
		var err error
		if policy, err = readPolicy(o.policy, stdin); err != nil {
			return nil, err
		}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: o.insecure}
	var plans []*probe.Plan
	for _, url := range o.urls {
		target := o.target
		target.URL, target.Transport, target.Progress = url, transport, progress.show
		plan, err := o.plan(policy, &target)
		if err != nil {
			return nil, err
		}
		if n := plan.Requests().Planned; n > o.maxRequests {
			return nil, fmt.Errorf("%s needs %d requests, more than the %d of -max-requests: raise it if the server can handle them", url, n, o.maxRequests)
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

func (o *options) plan(policy []cors.Config, target *probe.Target) (*probe.Plan, error) {
	if o.policy == "" {
		return probe.Survey(target, o.origins)
	}
	plan, err := probe.Audit(target, o.origins, policy...)
	var problems cors.ConfigErrors
	if errors.As(err, &problems) {
		return nil, policyError(o.policy, problems.Unwrap())
	}
	return plan, err
}
