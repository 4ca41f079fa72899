package conformance

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/internal/process"
	cors "github.com/corskit/cors/core"
)

// PolicyPath is the path at which a server that [Command] starts may take
// another policy while it runs.
const PolicyPath = "/.conformance/policy"

const (
	startTimeout = time.Minute     // for a server to respond
	endTimeout   = 2 * time.Second // for a server to end by itself
)

// RefusedStatus is the exit status of a process that refuses its policy.
const RefusedStatus = 3

// A RefusedError says that a server refuses a policy.
type RefusedError struct {
	Reason string // what the server says
}

func (e *RefusedError) Error() string { return "the server refuses the policy: " + e.Reason }

// A StartError says that a server can't start with a policy, or fails to take it.
type StartError struct{ err error }

func (e *StartError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.err }

// A Launcher starts servers as processes, in any language. To the command's own
// environment, it adds two variables:
//
//	PORT         where to listen, on 127.0.0.1
//	CORS_POLICY  the policy, a JSON array of cors.Config
//
// The server is ready once it responds. It must not respond before it can serve
// the policy. A server that refuses the policy says why and exits with
// [RefusedStatus]. Its output is shown with a failing case. SIGTERM ends it and
// all processes that it started.
//
// Each case has a process of its own, unless the server takes other policies
// while it runs: it then responds to PUT [PolicyPath], whose body is a policy, with
// 204 once that policy is in force, with 422 and the reason if it refuses it, or with
// another status if it needs a new process. After a case that fails, or that changes
// headers in place, a new process is started in any event.
type Launcher struct {
	// Command is the command to start, with its arguments, folder and environment.
	Command *exec.Cmd
	// StartTimeout is how long to wait for a server to respond; 0 means a minute.
	StartTimeout time.Duration

	mu   sync.Mutex
	idle []*runningServer // whose case is done
}

// Launch returns a server that has a policy. The error is a *[RefusedError] if the
// server refuses it, and a *[StartError] if it can't be started with it. Launch is safe for concurrent use.
func (l *Launcher) Launch(ctx context.Context, policy []cors.Config) (*Server, error) {
	p, err := l.process(ctx, policy)
	if err != nil {
		return nil, err
	}
	return &Server{URL: p.url, Transport: p.transport, Reconfigure: p.reconfigure, release: func(spoiled bool) string {
		printed := p.Output.Take()
		if spoiled {
			p.End(endTimeout)
			return printed
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.idle = append(l.idle, p)
		return printed
	}}, nil
}

// Close ends the servers that no case uses.
func (l *Launcher) Close() {
	for p := l.takeIdle(); p != nil; p = l.takeIdle() {
		p.End(endTimeout)
	}
}

// Command lets [Run] start its servers as processes, by a [Launcher]:
//
//	conformance.Run(t, conformance.Command(t, exec.Command("node", "server.js")))
//
// The case is skipped if the server refuses its policy, and may ([Case.MayRefuse]).
//
// Command opens every file in the command's folder, so that go test doesn't
// print a cached result after the server has changed. That works for files
// within the module. For a server elsewhere, run go test -count=1.
func Command(t *testing.T, cmd *exec.Cmd) (serve func(t *testing.T, policy []cors.Config) *Server) {
	l := &Launcher{Command: cmd}
	t.Cleanup(l.Close)
	openAll(cmd.Dir)
	return func(t *testing.T, policy []cors.Config) *Server {
		t.Helper()
		server, err := l.Launch(t.Context(), policy)
		if refused := new(RefusedError); errors.As(err, &refused) && mayRefuse(policy) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if printed := server.release(t.Failed() || server.spoiled); printed != "" && t.Failed() {
				t.Logf("The server printed:\n%s", indent(printed))
			}
		})
		return server
	}
}

// openAll opens the files of a folder, but not those of installed packages.
func openAll(folder string) {
	filepath.WalkDir(cmp.Or(folder, "."), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what can't be read can't have changed what runs
		case entry.IsDir() && slices.Contains([]string{"node_modules", ".git", ".venv"}, entry.Name()):
			return fs.SkipDir
		case entry.Type().IsRegular():
			if file, err := os.Open(path); err == nil {
				file.Close()
			}
		}
		return nil
	})
}

// process returns a process that has a policy: an idle one that takes it, or a
// new one.
func (l *Launcher) process(ctx context.Context, policy []cors.Config) (*runningServer, error) {
	if p := l.takeIdle(); p != nil {
		err := p.reconfigure(policy)
		if err == nil {
			return p, nil
		}
		if refused := new(RefusedError); errors.As(err, &refused) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.idle = append(l.idle, p)
			return nil, err
		}
		p.End(endTimeout)
	}
	return l.start(ctx, policy)
}

func (l *Launcher) takeIdle() *runningServer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == 0 {
		return nil
	}
	p := l.idle[len(l.idle)-1]
	l.idle = l.idle[:len(l.idle)-1]
	return p
}

func (l *Launcher) start(ctx context.Context, policy []cors.Config) (p *runningServer, err error) {
	text, err := json.Marshal(policy)
	if err != nil {
		return nil, err
	}
	// Another process may take the port before the server does.
	for range 3 {
		p, err = l.startOnce(ctx, string(text))
		if refused := new(RefusedError); !errors.Is(err, errEnds) || errors.As(err, &refused) {
			break
		}
	}
	return p, err
}

func (l *Launcher) startOnce(ctx context.Context, policy string) (*runningServer, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path: l.Command.Path,
		Args: l.Command.Args,
		Dir:  l.Command.Dir,
		Env:  append(l.Command.Environ(), "PORT="+port, "CORS_POLICY="+policy),
		Err:  l.Command.Err,
	}
	started, err := process.Start(cmd)
	if err != nil {
		return nil, err
	}
	p := &runningServer{
		Process: started,
		url:     "http://127.0.0.1:" + port,
		// With a connection for each request, a server that frames a response
		// wrongly spoils no other exchange.
		transport: &http.Transport{DisableKeepAlives: true},
	}
	if err := p.ready(ctx, cmp.Or(l.StartTimeout, startTimeout)); err != nil {
		p.End(endTimeout)
		if p.State().ExitCode() == RefusedStatus {
			return nil, &RefusedError{strings.TrimSpace(p.Output.Take())}
		}
		if printed := p.Output.Take(); printed != "" {
			err = fmt.Errorf("%w\nThe server printed:\n%s", err, indent(printed))
		}
		return nil, &StartError{fmt.Errorf("the server %q %w", strings.Join(cmd.Args, " "), err)}
	}
	return p, nil
}

// A runningServer is a server in a process of its own.
type runningServer struct {
	*process.Process
	url       string
	transport http.RoundTripper
}

var errEnds = errors.New("ends before it responds")

// ready waits until the server responds.
func (p *runningServer) ready(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var last error
	for {
		_, _, err := exchangeBody(ctx, p.transport, http.MethodGet, p.url+"/", nil)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-p.Ended:
			return fmt.Errorf("%w: %s", errEnds, p.State())
		case <-ctx.Done():
			return fmt.Errorf("doesn't respond within %v: %w", timeout, cmp.Or(last, ctx.Err()))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *runningServer) reconfigure(policy []cors.Config) error {
	return putPolicy(p.transport, p.url, policy)
}

// putPolicy gives a running server another policy.
func putPolicy(transport http.RoundTripper, url string, policy []cors.Config) error {
	text, err := json.Marshal(policy)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), wireTimeout)
	defer cancel()
	status, body, err := exchangeBody(ctx, transport, http.MethodPut, url+PolicyPath, text)
	switch {
	case err != nil:
		return err
	case status == http.StatusUnprocessableEntity:
		return &RefusedError{body}
	case status != http.StatusNoContent:
		return &StartError{fmt.Errorf("the server responds to PUT %s with the status %d, and must with 204 (see RUNNING.md, Another policy): %.200s", PolicyPath, status, body)}
	}
	return nil
}

func exchangeBody(ctx context.Context, transport http.RoundTripper, method, url string, body []byte) (status int, text string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return response.StatusCode, strings.TrimSpace(string(read)), err
}
