package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// PolicyPath is where a server that [Command] starts may take another policy
// while it runs.
const PolicyPath = "/.conformance/policy"

const (
	startTimeout = time.Minute     // for a server to answer
	endTimeout   = 2 * time.Second // for a server to end by itself
	maxOutput    = 64 << 10        // bytes that are kept of what a server prints
)

// Command lets [Run] start its servers as processes, in any language:
//
//	conformance.Run(t, conformance.Command(t, exec.Command("node", "server.js")))
//
// cmd is what to start, with its arguments, folder and environment. To these,
// two environment variables are added:
//
//	PORT         where to listen, on 127.0.0.1
//	CORS_POLICY  the policy, a JSON array of cors.Config
//
// The server is ready once it answers. It must not answer before it can serve
// the policy; if it cannot, it says why and ends. What it prints is shown with a
// case that fails. It is ended, with all that it started, by SIGTERM.
//
// Each case has a process of its own, unless the server takes other policies
// while it runs: it then answers PUT [PolicyPath], whose body is a policy, with
// 204 once that policy is in force, or with another status and the reason why
// it refuses. A server that does so is started once, and it can have
// [FeatureReconfigure].
func Command(t *testing.T, cmd *exec.Cmd) (serve func(t *testing.T, policy []cors.Config) *Server) {
	c := &command{cmd: cmd}
	t.Cleanup(c.end)
	return c.serve
}

type command struct {
	cmd *exec.Cmd

	mu   sync.Mutex
	idle []*process // whose case is done
}

func (c *command) serve(t *testing.T, policy []cors.Config) *Server {
	t.Helper()
	p, err := c.process(policy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if printed := p.output.take(); printed != "" && t.Failed() {
			t.Logf("The server printed:\n%s", indent(printed))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.idle = append(c.idle, p)
	})
	return &Server{URL: p.url, Transport: p.transport, Reconfigure: p.reconfigure}
}

// process returns a process that has a policy: an idle one that takes it, or a
// new one.
func (c *command) process(policy []cors.Config) (*process, error) {
	if p := c.takeIdle(); p != nil {
		if p.reconfigure(policy) == nil {
			return p, nil
		}
		p.end()
	}
	return c.start(policy)
}

func (c *command) takeIdle() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 {
		return nil
	}
	p := c.idle[len(c.idle)-1]
	c.idle = c.idle[:len(c.idle)-1]
	return p
}

func (c *command) end() {
	for p := c.takeIdle(); p != nil; p = c.takeIdle() {
		p.end()
	}
}

func (c *command) start(policy []cors.Config) (p *process, err error) {
	text, err := json.Marshal(policy)
	if err != nil {
		return nil, err
	}
	// Somebody else may take the port before the server does.
	for range 3 {
		if p, err = c.startOnce(string(text)); !errors.Is(err, errEnds) {
			break
		}
	}
	return p, err
}

func (c *command) startOnce(policy string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &process{
		cmd: &exec.Cmd{
			Path: c.cmd.Path,
			Args: c.cmd.Args,
			Dir:  c.cmd.Dir,
			Env:  append(c.cmd.Environ(), "PORT="+port, "CORS_POLICY="+policy),
			Err:  c.cmd.Err,
		},
		url: "http://127.0.0.1:" + port,
		// With a connection for each request, a server whose answers are framed
		// wrongly spoils no other exchange.
		transport: &http.Transport{DisableKeepAlives: true},
		ended:     make(chan struct{}),
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.WaitDelay = endTimeout
	group(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // cmd.ProcessState tells how it ends
		close(p.ended)
	}()
	if err := p.ready(); err != nil {
		p.end()
		return nil, fmt.Errorf("the server %q %w\nThe server printed:\n%s", strings.Join(p.cmd.Args, " "), err, indent(p.output.take()))
	}
	return p, nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// A process is a running server.
type process struct {
	cmd       *exec.Cmd
	url       string
	transport http.RoundTripper
	output    output
	ended     chan struct{}
}

var errEnds = errors.New("ends before it answers")

// ready waits until the server answers.
func (p *process) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		if _, _, err := p.do(ctx, http.MethodGet, "/", nil); err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%w: %s", errEnds, p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("does not answer at %s within %v", p.url, startTimeout)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *process) reconfigure(policy []cors.Config) error {
	text, err := json.Marshal(policy)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), wireTimeout)
	defer cancel()
	status, body, err := p.do(ctx, http.MethodPut, PolicyPath, text)
	if err != nil {
		return err
	}
	if status != http.StatusNoContent {
		return fmt.Errorf("it answers PUT %s with the status %d: %s", PolicyPath, status, body)
	}
	return nil
}

func (p *process) do(ctx context.Context, method, path string, body []byte) (status int, answer string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	response, err := p.transport.RoundTrip(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return response.StatusCode, strings.TrimSpace(string(text)), err
}

// end ends the process and all that it started.
func (p *process) end() {
	interrupt(p.cmd)
	select {
	case <-p.ended:
	case <-time.After(endTimeout):
	}
	kill(p.cmd)
	<-p.ended
}

// An output keeps the last of what a process prints.
type output struct {
	mu   sync.Mutex
	text []byte
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, text...)
	o.text = o.text[max(0, len(o.text)-maxOutput):]
	return len(text), nil
}

// take returns what was printed since it was last called.
func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(o.text)
	o.text = nil
	return text
}
