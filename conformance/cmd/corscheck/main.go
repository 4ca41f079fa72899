// Command corscheck asks a running server about its CORS.
//
//	corscheck -policy policy.json https://api.example.com/orders
//	corscheck https://api.example.com/orders
//
// With a policy (one cors.Config as JSON, or a list of them) it says whether
// scripts can do what the policy lets them, and nobody else can. Without one it
// says what the server allows and what is dangerous about it. Both are told by
// what a browser would do.
//
// It sends few requests, one at a time: preflights, other OPTIONS requests, and
// GET (or HEAD). Before it starts it says on standard error how many and where
// to. It never sends a request that changes something: whether a method is
// allowed is told by the answer to its preflight.
//
// The exit status is 0 if the server conforms, or nothing dangerous is found; 1
// if it does not, or something is; 2 if that cannot be told.
//
// Run corscheck -h for the flags. With -json it writes what schema.json beside
// this file describes, which corscheck -schema prints. Later versions may add
// members; those that are there keep their names and meanings as long as the
// member version is 1.
//
// A report has at most 60,000 bytes, whatever the server sends. Long values are
// cut, entries that do not fit are left out and counted, and all are judged.
//
// Start reading at run. What is asked, and what the answers mean, is the matter
// of package probe.
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
	"strings"
	"time"

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

// options are what the command line says.
type options struct {
	policy      string
	origins     list
	headers     headers
	head        bool
	insecure    bool
	delay       time.Duration
	timeout     time.Duration
	maxRequests int
	json        bool
	schema      bool
	url         string
}

// run runs the command and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitGood
	case err == nil && o.schema:
		fmt.Fprint(stdout, schema)
		return exitGood
	case err == nil:
		var report *probe.Report
		if report, err = o.check(ctx, stdin, stderr); err == nil {
			err = o.write(stdout, report)
		}
		if err == nil && (report.Verdict == probe.Conforms || report.Verdict == probe.NothingDangerous) {
			return exitGood
		}
		if err == nil {
			return exitBad
		}
	}
	complaints := sentences(err)
	for _, complaint := range complaints {
		fmt.Fprintln(stderr, "corscheck: "+complaint)
	}
	if o.json {
		writeJSON(stdout, &document{Version: version, Errors: complaints})
	}
	return exitUnrun
}

// write writes the report as a table or as JSON, and bounds its length.
func (o *options) write(w io.Writer, report *probe.Report) error {
	if !o.json {
		return writeTable(w, report, paintFor(w))
	}
	text, err := fit(report, renderJSON)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// check plans, says what it is going to do, and does it.
func (o *options) check(ctx context.Context, stdin io.Reader, stderr io.Writer) (*probe.Report, error) {
	progress := newProgress(stderr)
	target := &probe.Target{
		URL:       o.url,
		Head:      o.head,
		Header:    http.Header(o.headers),
		Transport: o.transport(),
		Delay:     o.delay,
		Timeout:   o.timeout,
		Progress:  progress.show,
	}
	plan, err := o.plan(target, stdin)
	if err != nil {
		return nil, err
	}
	requests := plan.Requests()
	if len(requests) > o.maxRequests {
		return nil, fmt.Errorf("it would take %d requests, more than the %d of -max-requests: raise it if the server can bear them", len(requests), o.maxRequests)
	}
	fmt.Fprintf(stderr, "corscheck sends %s to %s, one at a time, %v apart.\n", countOf(requests), o.url, o.delay)
	report, err := plan.Run(ctx)
	progress.clear()
	return report, err
}

func (o *options) plan(target *probe.Target, stdin io.Reader) (*probe.Plan, error) {
	if o.policy == "" {
		return probe.Survey(target, o.origins)
	}
	policy, err := readPolicy(o.policy, stdin)
	if err != nil {
		return nil, err
	}
	plan, err := probe.Audit(target, o.origins, policy...)
	var problems cors.ConfigErrors
	if errors.As(err, &problems) {
		return nil, &policyError{o.policy, problems.Unwrap()}
	}
	return plan, err
}

// transport returns what makes the requests.
func (o *options) transport() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: o.insecure}
	return transport
}

// countOf says how many requests there are, in all and by method.
func countOf(requests []probe.Request) string {
	methods := make(map[string]int)
	for _, r := range requests {
		methods[r.Method]++
	}
	return countText(len(requests), methods)
}

func countText(n int, methods map[string]int) string {
	var parts []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		if methods[method] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", methods[method], method))
		}
	}
	return fmt.Sprintf("%d requests (%s)", n, strings.Join(parts, ", "))
}
