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

// A Verdict is the outcome of a case, in a word.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Refused: the server refuses the policy on purpose, which is allowed.
	Refused Verdict = "refused"
	// Unsupported: a feature that the case needs is declared as missing.
	Unsupported Verdict = "unsupported"
)

// A Result is the outcome of a case at a server.
type Result struct {
	Group   string
	Case    *Case
	Verdict Verdict
	// Reason says why a case is refused or unsupported.
	Reason string
	// Wire is what the last step sent and received, if the case passed.
	Wire string
	// Failure is set if the case failed, and Printed is then what the server printed.
	Failure *Failure
	Printed string
	// Duration includes the start of the server.
	Duration time.Duration
}

// ID returns the ID of the case: its group and name, which never change.
func (r *Result) ID() string { return r.Group + "/" + r.Case.Name }

// A Suite runs cases outside go test.
type Suite struct {
	// Launch returns a server that has the policy, such as [Launcher.Launch] or
	// the result of [Remote].
	Launch func(ctx context.Context, policy []cors.Config) (*Server, error)
	// Lacks are the features that the server doesn't have, each with the reason.
	Lacks map[Feature]string
	// Profiles selects cases by their profiles; nil means all.
	Profiles []Profile
	// Only, if set, selects cases by their IDs.
	Only *regexp.Regexp
	// Parallel is how many cases run at once; 0 means one. Each needs a server.
	Parallel int
	// Progress, if set, is called after each case, by one goroutine at a time.
	Progress func(done, total int, r *Result)
}

// Remote returns a Launch function for a running server that takes policies by PUT
// [PolicyPath]. Such a server can run one case at a time, and can't be restarted.
func Remote(url string) func(ctx context.Context, policy []cors.Config) (*Server, error) {
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
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

// Run runs the selected cases and returns their results, in the order of
// [Groups]. It first checks that the server serves the application that [App]
// describes. Run returns an error if the context ends, or if many cases in a
// row get no response.
func (s *Suite) Run(parent context.Context) ([]Result, error) {
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
	if err := s.checkApplication(parent); err != nil {
		return nil, cmp.Or(parent.Err(), err)
	}
	var (
		queue   = make(chan *Result)
		workers sync.WaitGroup
		mu      sync.Mutex
		done    int
		silent  int   // cases in a row without a response
		failure error // that is not the server's
	)
	ctx, stop := context.WithCancel(parent)
	defer stop()
	for range max(s.Parallel, 1) {
		workers.Go(func() {
			for r := range queue {
				err := s.run(ctx, r)
				mu.Lock()
				done++
				silent++
				if r.Failure == nil || r.Failure.Cause.ID != causeNoResponse {
					silent = 0
				}
				if silent == maxSilent {
					err = fmt.Errorf("%d cases in a row got no response, the last %s: %s", silent, r.ID(), r.Failure.Complaint)
				}
				if err != nil && failure == nil {
					failure = err
					stop()
				}
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
	if failure != nil {
		return nil, cmp.Or(parent.Err(), failure)
	}
	return results, parent.Err()
}

// run runs a case. The error, if any, isn't the server's fault.
func (s *Suite) run(ctx context.Context, r *Result) error {
	start := time.Now()
	defer func() { r.Duration = time.Since(start) }()
	for _, f := range r.Case.Needed() {
		if reason, lacks := s.Lacks[f]; lacks {
			r.Verdict, r.Reason = Unsupported, fmt.Sprintf("needs %s: %s", f, reason)
			return nil
		}
	}
	server, err := s.Launch(ctx, r.Case.Policy)
	if err != nil {
		refused, fault := new(RefusedError), new(StartError)
		switch isRefused := errors.As(err, &refused); {
		case isRefused && r.Case.MayRefuse():
			r.Verdict, r.Reason = Refused, refused.Reason
			return nil
		case !isRefused && !errors.As(err, &fault):
			return err // says nothing about the server
		}
		r.Verdict = Failed
		r.Failure = &Failure{Case: r.Case, Cause: causeOf(causePolicyRefused), Complaint: err.Error()}
		return nil
	}
	evidence, err := r.Case.do(ctx, server, newModel())
	r.Verdict, r.Wire = Passed, evidence.Wire
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
	return nil
}

// maxSilent is the number of cases in a row without a response after which Run
// gives up: each takes as long as an exchange may.
const maxSilent = 10

// checkApplication returns an error unless the server starts and serves the
// application. Otherwise every case would report a mistake in its setup.
func (s *Suite) checkApplication(ctx context.Context) error {
	const first, second = "https://app.example.com", "https://other.example.com"
	before, err := s.allows(ctx, first, first, second)
	if err != nil {
		return err
	}
	after, err := s.allows(ctx, second, first, second)
	if err != nil {
		return err
	}
	if kept := []bool{true, false}; slices.Equal(before, kept) && slices.Equal(after, kept) {
		return errors.New("the server says that it took another policy, but still has the first one (see RUNNING.md, Another policy)")
	}
	return nil
}

// allows reports which origins can read from a server whose policy lists one.
func (s *Suite) allows(ctx context.Context, listed string, origins ...string) (allowed []bool, err error) {
	server, err := s.Launch(ctx, []cors.Config{{AllowOrigins: []string{listed}, AllowMethods: []string{}, AllowHeaders: []string{}}})
	if err != nil {
		return nil, err
	}
	if server.release != nil {
		defer server.release(false)
	}
	ctx, cancel := context.WithTimeout(ctx, wireTimeout)
	defer cancel()
	for _, origin := range origins {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/data", nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Origin", origin)
		response, err := server.direct().RoundTrip(request)
		if err != nil {
			return nil, fmt.Errorf("the server doesn't respond to GET /data within the time to start; it must listen at 127.0.0.1 and the port in the environment variable PORT: %w", err)
		}
		response.Body.Close()
		// A denied origin may get 403.
		if origin == listed && (response.StatusCode != http.StatusOK || response.Header.Get("X-Handled") != "yes") {
			return nil, fmt.Errorf("the server doesn't serve the suite's application: it responds to GET /data with status %d and X-Handled %q, and must with 200 and \"yes\" (see RUNNING.md, The application)", response.StatusCode, response.Header.Get("X-Handled"))
		}
		allowed = append(allowed, response.Header.Get("Access-Control-Allow-Origin") == origin)
	}
	return allowed, nil
}
