package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	cors "github.com/corskit/cors/core"
)

// A Verdict is what comes of a case.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Refused: the server refuses the policy on purpose, and may.
	Refused Verdict = "refused"
	// Unsupported: the server is declared not to have a feature.
	Unsupported Verdict = "unsupported"
)

// A Result is what comes of a case at a server.
type Result struct {
	Group   string
	Case    *Case
	Verdict Verdict
	// Reason says why a case is refused or unsupported.
	Reason string
	// Evidence is what the last step of a case that passed saw.
	Evidence Evidence
	// Failure is set if the case failed, and Printed what the server printed then.
	Failure *Failure
	Printed string
	// Duration includes the start of the server.
	Duration time.Duration
}

// ID returns the ID of the case: its group and name, which never change.
func (r *Result) ID() string { return r.Group + "/" + r.Case.Name }

// A Suite runs cases outside go test.
type Suite struct {
	// Launch returns a server that has a policy, such as [Launcher.Launch] or the
	// result of [Remote].
	Launch func(ctx context.Context, policy []cors.Config) (*Server, error)
	// Lacks are the features that the server doesn't have, each with the reason.
	Lacks map[Feature]string
	// Profiles are those whose cases are run; nil means all.
	Profiles []Profile
	// Only, if set, selects cases by their IDs.
	Only *regexp.Regexp
	// Parallel is how many cases are run at once; 0 means one. Each needs a server.
	Parallel int
	// Progress, if set, is called after each case, by one goroutine at a time.
	Progress func(done, total int, r *Result)
}

// Remote returns a Launch function for a running server that takes policies by PUT
// [PolicyPath]. Such a server can run one case at a time, and can't start anew.
func Remote(url string) func(ctx context.Context, policy []cors.Config) (*Server, error) {
	url = strings.TrimSuffix(url, "/")
	transport := &http.Transport{DisableKeepAlives: true}
	reconfigure := func(policy []cors.Config) error { return putPolicy(transport, url, policy) }
	return func(_ context.Context, policy []cors.Config) (*Server, error) {
		if err := reconfigure(policy); err != nil {
			return nil, err
		}
		return &Server{URL: url, Transport: transport, Reconfigure: reconfigure}, nil
	}
}

// Run runs the selected cases and returns their results, in the order of [Groups]. It
// first checks that the server serves the application, which is described at [App]. If
// ctx ends, Run ends with its error.
func (s *Suite) Run(ctx context.Context) ([]Result, error) {
	groups, err := Groups()
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, g := range groups {
		for i := range g.Cases {
			r := Result{Group: g.Name, Case: &g.Cases[i]}
			if (s.Profiles == nil || slices.Contains(s.Profiles, r.Case.Profile)) && (s.Only == nil || s.Only.MatchString(r.ID())) {
				results = append(results, r)
			}
		}
	}
	if len(results) == 0 {
		return nil, errors.New("no case is selected")
	}
	if err := s.checkApplication(ctx); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	var (
		queue   = make(chan *Result)
		workers sync.WaitGroup
		mu      sync.Mutex
		done    int
	)
	for range max(s.Parallel, 1) {
		workers.Go(func() {
			for r := range queue {
				s.run(ctx, r)
				mu.Lock()
				done++
				if s.Progress != nil {
					s.Progress(done, len(results), r)
				}
				mu.Unlock()
			}
		})
	}
	for i := range results {
		if ctx.Err() != nil {
			break
		}
		queue <- &results[i]
	}
	close(queue)
	workers.Wait()
	return results, ctx.Err()
}

func (s *Suite) run(ctx context.Context, r *Result) {
	start := time.Now()
	defer func() { r.Duration = time.Since(start) }()
	for _, f := range r.Case.Needed() {
		if reason, lacks := s.Lacks[f]; lacks {
			r.Verdict, r.Reason = Unsupported, fmt.Sprintf("needs %s: %s", f, reason)
			return
		}
	}
	server, err := s.Launch(ctx, r.Case.Policy)
	if err != nil {
		if refused := new(RefusedError); errors.As(err, &refused) && r.Case.MayRefuse() {
			r.Verdict, r.Reason = Refused, refused.Reason
			return
		}
		r.Verdict = Failed
		r.Failure = &Failure{Case: r.Case, Cause: causeOf(causePolicyRefused), Complaint: err.Error()}
		return
	}
	r.Evidence, err = r.Case.do(ctx, server, newModel())
	r.Verdict = Passed
	if err != nil {
		r.Verdict = Failed
		errors.As(err, &r.Failure)
	}
	if server.release != nil {
		r.Printed = server.release(err != nil || r.Case.Mutates())
	}
	if err == nil {
		r.Printed = ""
	}
}

// checkApplication returns an error unless the server can be started and serves the
// application, so that a mistake in its set-up isn't reported once for each case.
func (s *Suite) checkApplication(ctx context.Context) error {
	server, err := s.Launch(ctx, []cors.Config{{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{}, AllowHeaders: []string{}}})
	if err != nil {
		return err
	}
	if server.release != nil {
		defer server.release(false)
	}
	ctx, cancel := context.WithTimeout(ctx, wireTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/data", nil)
	if err != nil {
		return err
	}
	response, err := server.direct().RoundTrip(request)
	if err != nil {
		return fmt.Errorf("the server doesn't respond to GET /data: %w", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Handled") != "yes" {
		return fmt.Errorf("the server doesn't serve the suite's application: it responds to GET /data with the status %d and X-Handled %q, and must with 200 and \"yes\" (see RUNNING.md, The application)", response.StatusCode, response.Header.Get("X-Handled"))
	}
	return nil
}
