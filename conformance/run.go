package conformance

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"slices"
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
// Servers listen on a loopback address.
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
	for _, g := range groups {
		t.Run(g.Name, func(t *testing.T) {
			for i := range g.Cases {
				t.Run(g.Cases[i].Name, func(t *testing.T) { r.run(t, &g.Cases[i]) })
			}
		})
	}
}

func (r *runner) run(t *testing.T, c *Case) {
	for _, f := range c.Features() {
		if slices.Contains(r.missing, f) {
			t.Skipf("needs %q, which the server is declared not to have", f)
		}
	}
	if err := c.Check(t.Context(), r.serve(t, c.Policy)); err != nil {
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
	j := newJudge(server, browser)
	for i := range c.Steps {
		if complaint := j.step(ctx, &c.Steps[i]); complaint != "" {
			return &Failure{Case: c, Step: i + 1, Complaint: complaint, Evidence: j.evidence()}
		}
	}
	return nil
}

// A Failure is a case that does not hold.
type Failure struct {
	Case      *Case
	Step      int    // from 1
	Complaint string // what is wrong, as a sentence
	Evidence  string // what went over the wire, and what the browser made of it
}

// Error returns all of it, in several lines.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s\nstep %d: %s\n%s\nSection: %s", f.Case.Title, f.Step, f.Complaint, f.Evidence, f.Case.Section)
}
