package browsers

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/internal/process"
)

// startTimeout is how long to wait for a browser to load its first page.
const startTimeout = time.Minute

//go:embed control.html
var controlPage []byte

//go:embed document.html
var documentPage string

var documentResponse = fmt.Appendf(nil,
	"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: %d\r\n\r\n%s",
	len(documentPage), documentPage)

// A Browser is a running browser. It is safe for concurrent use.
type Browser struct {
	version  string
	web      *Web
	control  string // the origin of the page that takes commands
	process  *process.Process
	ready    chan struct{} // closed as soon as the page takes commands
	isReady  sync.Once
	commands chan []byte

	mu      sync.Mutex
	pending map[int]chan<- outcome // by command
	last    int
}

// A command is a script for a document.
type command struct {
	ID       int    `json:"id"`
	Origin   string `json:"origin"`
	URL      string `json:"url"` // of the document
	Script   string `json:"script"`
	Argument any    `json:"argument"`
}

// An outcome is the outcome of a command.
type outcome struct {
	ID     int    `json:"id"`
	Result string `json:"result"` // JSON
	Error  string `json:"error"`
}

// started is how many browsers were started.
var started atomic.Int64

// Start starts e with a fresh profile. The browser can reach only w, and ends
// with the test. Call [Require] first if e may not be installed.
func Start(t testing.TB, e Engine, w *Web) *Browser {
	t.Helper()
	l, ok := launchers[e]
	if !ok {
		t.Fatalf("engine %q: write one of %q", e, Engines)
	}
	if missing := e.Missing(); missing != nil {
		t.Fatalf("%s needs the Debian packages %q", e, missing)
	}
	// Not t.TempDir: its removal fails the test while a killed process still
	// has open files.
	profile, err := os.MkdirTemp("", string(e))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	b := &Browser{
		web:      w,
		control:  fmt.Sprintf("http://browser-%d.control.test", started.Add(1)),
		ready:    make(chan struct{}),
		commands: make(chan []byte),
		pending:  make(map[int]chan<- outcome),
	}
	w.Handle(b.control, b.handler())
	s := &session{t, w, profile}
	cmd, err := l.command(s, b.control)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(s.environment(), cmd.Env...)
	version := exec.Command(cmd.Path, "--version")
	version.Env = cmd.Env
	text, err := version.Output()
	if err != nil {
		t.Fatalf("%s --version: %v", cmd.Path, err)
	}
	b.version = strings.TrimSpace(string(text))
	b.process = start(t, cmd)
	select {
	case <-b.ready:
	case <-b.process.Ended:
		t.Fatalf("%s ended", e)
	case <-time.After(startTimeout):
		t.Fatalf("%s did not load a page within %s", e, startTimeout)
	}
	return b
}

// start starts a program, which ends with the test.
func start(t testing.TB, cmd *exec.Cmd) *process.Process {
	t.Helper()
	p, err := process.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", cmd.Path, p.Output.Take())
		}
	})
	return p
}

// Version returns the name and version that the program reports.
func (b *Browser) Version() string { return b.version }

// handler serves the page that takes commands.
func (b *Browser) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { w.Write(controlPage) })
	mux.HandleFunc("GET /commands", b.serveCommands)
	mux.HandleFunc("POST /outcome", b.takeOutcome)
	return mux
}

// serveCommands sends commands to the page as they arrive.
func (b *Browser) serveCommands(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	stream := http.NewResponseController(w)
	stream.Flush()
	b.isReady.Do(func() { close(b.ready) })
	for {
		select {
		case c := <-b.commands:
			fmt.Fprintf(w, "data: %s\n\n", c)
			stream.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (b *Browser) takeOutcome(w http.ResponseWriter, r *http.Request) {
	var o outcome
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	done := b.pending[o.ID]
	delete(b.pending, o.ID)
	b.mu.Unlock()
	if done != nil {
		done <- o
	}
	w.WriteHeader(http.StatusNoContent)
}

// errEnded is the error of [Browser.Run] after the browser has ended.
var errEnded = errors.New("the browser has ended")

// Run runs a script in a document of an origin, which is scheme, host and port,
// or "null" for an opaque origin. The script is the body of an asynchronous
// function with the parameter argument. Its return value is stored in result,
// unless that is nil. Both are encoded as JSON.
//
// Run returns an error if the script throws, or if the document does not load
// within 20 seconds. A script cannot be stopped: when ctx is done, Run returns,
// and the script may go on.
//
// Scripts of one origin share a document, and a few documents are kept. Each is
// in a window of its own: in a frame, its site would be a third party, with
// other cookies and another network partition, and http documents could not be
// mixed with https ones. The document of "null" is a frame with the sandbox
// flag allow-scripts.
//
// A script must not navigate its document. It can open another window, or
// submit a form to another.
func (b *Browser) Run(ctx context.Context, origin, script string, argument, result any) error {
	done := make(chan outcome, 1)
	b.mu.Lock()
	b.last++
	c := command{ID: b.last, Origin: origin, URL: origin + documentPath, Script: script, Argument: argument}
	b.pending[c.ID] = done
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.pending, c.ID)
		b.mu.Unlock()
	}()
	if origin == "null" {
		c.URL = b.control + documentPath
	} else if _, err := parseOrigin(origin); err != nil {
		return err
	} else {
		b.web.change(origin, func(*site) {}) // so that its document can be reached
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	select {
	case b.commands <- text:
	case <-b.process.Ended:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case o := <-done:
		switch {
		case o.Error != "":
			return fmt.Errorf("script of %s: %s", origin, o.Error)
		case result == nil:
			return nil
		}
		return json.Unmarshal([]byte(o.Result), result)
	case <-b.process.Ended:
		return errEnded
	case <-ctx.Done():
		return fmt.Errorf("script of %s: %w", origin, ctx.Err())
	}
}
