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
	// URL is where the application's root is, without a slash at the end, such
	// as http://127.0.0.1:8080.
	URL string
	// Transport makes the scripts' requests, if not nil. (Other requests are
	// always made over HTTP/1.1, since they are written byte by byte.)
	Transport http.RoundTripper
	// TLS is how to connect if URL is https. If nil, the system's roots decide.
	TLS *tls.Config
	// Reconfigure gives the running server another policy. It is needed unless
	// FeatureReconfigure is declared to be missing.
	Reconfigure func(policy []cors.Config) error

	// release gives the server back after its case, and returns what it printed. A
	// spoiled one is ended.
	release func(spoiled bool) (printed string)
	spoiled bool // by the case
}

// An Option changes how [Run] runs.
type Option func(*runner)

// Without declares that the server cannot have some features. Cases that need
// one are skipped, and say so.
func Without(missing ...Feature) Option {
	return func(r *runner) { r.missing = append(r.missing, missing...) }
}

type runner struct {
	serve   func(t *testing.T, policy []cors.Config) *Server
	missing []Feature
}

// Run runs every case against a server of its own, which serve starts with the
// case's policy, and ends by t.Cleanup. Each case is the subtest group/name.
//
// Cases whose application changes response headers in place come last, because a
// library that shares their values between responses is spoiled for the rest of the
// process. Servers listen on a loopback address.
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
			t.Skipf("needs %q, which the server is declared not to have", f)
		}
	}
	server := r.serve(t, c.Policy)
	server.spoiled = c.Mutates()
	if err := c.Check(t.Context(), server); err != nil {
		t.Fatal(err)
	}
}

// Check does the steps of c at a server that has the policy of c. The error, if
// any, is a [*Failure].
func (c *Case) Check(ctx context.Context, server *Server) error {
	return c.CheckIn(ctx, server, newModel())
}

// CheckIn is [Case.Check] with scripts that run in another browser than package
// fetch.
func (c *Case) CheckIn(ctx context.Context, server *Server, browser Browser) error {
	_, err := c.do(ctx, server, browser)
	return err
}

// do returns an error as Check does, and otherwise what the last step saw.
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
	// Wire is what went over the wire, and Conclusion what a browser makes of it, which
	// is empty where no script takes part.
	Wire, Conclusion string
}

// A Failure is a case that does not hold.
type Failure struct {
	Case      *Case
	Step      int    // from 1
	Cause     Cause  // the kind of fault
	Complaint string // what is wrong, as a sentence
	Evidence
}

// Error returns all of it, in several lines.
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
