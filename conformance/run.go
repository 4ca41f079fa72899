package conformance

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A Server is a running server under test.
type Server struct {
	// URL is the application's root, without a slash at the end, such as
	// http://127.0.0.1:8080.
	URL string
	// Transport makes the scripts' requests, if not nil. (Other requests are
	// always made over HTTP/1.1, since they are written byte by byte.)
	Transport http.RoundTripper
	// TLS configures the connection if URL is https. If nil, the system's roots
	// are trusted.
	TLS *tls.Config
	// Reconfigure gives the running server another policy. It is required
	// unless FeatureReconfigure is declared as missing.
	Reconfigure func(policy []cors.Config) error

	// release gives the server back after its case, and returns what it
	// printed. A spoiled server is ended.
	release func(spoiled bool) (printed string)
	spoiled bool // by the case
}

// An Option changes how [Run] runs.
type Option func(*runner)

// Without declares features that the server doesn't have. Cases that need one
// are skipped, and say so.
func Without(missing ...Feature) Option {
	return func(r *runner) { r.missing = append(r.missing, missing...) }
}

type runner struct {
	serve   func(t *testing.T, policy []cors.Config) *Server
	missing []Feature
}

// Run runs every case against a server of its own. serve starts it with the
// case's policy and ends it with t.Cleanup. Each case is the subtest
// group/name.
//
// Cases whose application changes response headers in place come last: they
// spoil a library that shares header values between responses for the rest of
// the process. Servers listen on a loopback address.
func Run(t *testing.T, serve func(t *testing.T, policy []cors.Config) *Server, options ...Option) {
	t.Helper()
	groups, err := Groups()
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{serve: serve}
	for _, option := range options {
		option(r)
	}
	for _, mutating := range []bool{false, true} {
		for _, g := range groups {
			cases := slices.DeleteFunc(slices.Clone(g.Cases), func(c Case) bool { return c.Mutates() != mutating })
			if len(cases) == 0 {
				continue
			}
			t.Run(g.Name, func(t *testing.T) {
				for i := range cases {
					t.Run(cases[i].Name, func(t *testing.T) { r.run(t, &cases[i]) })
				}
			})
		}
	}
}

func (r *runner) run(t *testing.T, c *Case) {
	for _, f := range c.Needed() {
		if slices.Contains(r.missing, f) {
			t.Skipf("needs %q, which is declared as missing", f)
		}
	}
	server := r.serve(t, c.Policy)
	server.spoiled = c.Mutates()
	if err := c.Check(t.Context(), server); err != nil {
		t.Fatal(err)
	}
}

// Check runs the steps of c against a server that has the policy of c. The
// error, if any, is a [*Failure].
func (c *Case) Check(ctx context.Context, server *Server) error {
	return c.CheckIn(ctx, server, newModel())
}

// CheckIn is [Case.Check] with scripts that run in browser instead of package fetch.
func (c *Case) CheckIn(ctx context.Context, server *Server, browser Browser) error {
	_, err := c.do(ctx, server, browser)
	return err
}

// do returns the error of Check, and otherwise what the last step saw.
func (c *Case) do(ctx context.Context, server *Server, browser Browser) (Evidence, error) {
	j := newJudge(server, browser)
	for i := range c.Steps {
		if wrong := j.step(ctx, &c.Steps[i]); wrong != nil {
			return Evidence{}, &Failure{Case: c, Step: i + 1, Cause: causeOf(wrong.cause), Complaint: wrong.complaint, Evidence: j.seen}
		}
	}
	return j.seen, nil
}

// An Evidence is what a step sent and received.
type Evidence struct {
	// Wire is what went over the wire, and Conclusion what a browser makes of
	// it. Conclusion is empty if no script takes part.
	Wire, Conclusion string
}

// A Failure is the error of a case that fails.
type Failure struct {
	Case      *Case
	Step      int    // from 1
	Cause     Cause  // the kind of fault
	Complaint string // what is wrong, as a sentence
	Evidence
}

// Error describes the failure in several lines.
func (f *Failure) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\nstep %d: %s\nOn the wire:\n%s\n", f.Case.Title, f.Step, f.Complaint, indent(f.Wire))
	if f.Conclusion != "" {
		fmt.Fprintf(&text, "The browser concludes: %s\n", f.Conclusion)
	}
	r := f.Case.Reference()
	fmt.Fprintf(&text, "Who is hurt: %s\nFix: %s\nRequired by: %s (%s)", f.Cause.Hurts, f.Cause.Fix, r.Name, r.URL)
	return text.String()
}
