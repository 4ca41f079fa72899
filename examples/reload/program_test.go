//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"github.com/corskit/cors/examples/internal/installed"
	"github.com/corskit/cors/examples/internal/shown"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the file of the program.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "reload")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "reload")
	status := 1
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
	} else {
		status = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// A safeBuffer can be read while a program writes to it.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	const limit = 10 * time.Second
	for begin := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > limit {
			t.Fatalf("waited for %v, and it isn't true that %s", limit, what)
		}
	}
}

// A running program has said what to try: lines that are comments or commands.
type running struct {
	cmd   *exec.Cmd
	log   *safeBuffer
	url   string
	lines []string
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.CommandContext(t.Context(), program, append([]string{"-port", "0"}, args...)...), log: new(safeBuffer)}
	r.cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	r.cmd.Stderr = r.log
	stdout, err := r.cmd.StdoutPipe()
	do(t, err)
	do(t, r.cmd.Start())
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		switch {
		case strings.HasPrefix(line, "The API is at "):
			r.url = strings.TrimSuffix(strings.Fields(line)[4], ",")
		case line == "Ctrl+C stops it.":
			return r
		case line != "":
			r.lines = append(r.lines, line)
		}
	}
	t.Fatalf("the program ended early: %v\n%s", r.cmd.Wait(), r.log)
	return nil
}

// end ends the program as Ctrl+C does.
func (r *running) end(t *testing.T) {
	t.Helper()
	do(t, r.cmd.Process.Signal(os.Interrupt))
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the program ends with %v, and says:\n%s", err, r.log)
	}
}

func TestSuggestedCommandsDoWhatIsPromised(t *testing.T) {
	installed.Require(t, "curl", "curl")
	r := start(t)
	var promise string
	var did []string
	for _, line := range r.lines {
		if strings.HasPrefix(line, "# ") {
			promise = line
		}
		word, _, _ := strings.Cut(line, " ")
		switch word {
		case "kill":
			did = append(did, word)
			shown.Command{Line: line}.Run(t)
			await(t, "the log says that the file has been read", func() bool { return strings.Contains(r.log.String(), "CORS policy reloaded") })
		case "echo":
			did = append(did, word)
			shown.Command{Line: line}.Run(t)
		case "curl":
			did = append(did, word)
			await(t, "does what is promised: "+line, func() bool { return shown.Command{Promise: promise, Line: line}.Check(t) == nil })
		}
	}
	if got, want := strings.Join(did, " "), "kill curl echo curl echo curl"; got != want {
		t.Errorf("the suggestions are %s, want %s", got, want)
	}
	await(t, "the log says where the policy is broken", func() bool {
		return strings.Contains(r.log.String(), `error="1:19: allowOrigins[0] `)
	})
	r.end(t)
	for _, variable := range r.cmd.Env {
		if dir, ok := strings.CutPrefix(variable, "TMPDIR="); ok && dir != os.Getenv("TMPDIR") {
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("leaves %v behind, %v", left, err)
			}
		}
	}
}

func TestTheProgramTakesAFileOfItsUser(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com"]}`
	file := filepath.Join(t.TempDir(), "cors.json")
	do(t, os.WriteFile(file, []byte(policy), 0o600))
	r := start(t, "-config", file)
	if len(r.lines) != 2 { // it does not suggest to write into that file
		t.Errorf("suggests %q", r.lines)
	}
	resp, err := http.Get(r.url)
	do(t, err)
	do(t, resp.Body.Close())
	if resp.StatusCode != 200 || resp.Header.Get("Vary") != "Origin" {
		t.Errorf("the response is %s %v", resp.Status, resp.Header)
	}
	do(t, r.cmd.Process.Signal(syscall.SIGHUP))
	await(t, "the log says that the file has been read", func() bool { return strings.Contains(r.log.String(), "CORS policy reloaded") })
	r.end(t)
	if got, err := os.ReadFile(file); err != nil || string(got) != policy {
		t.Errorf("the file has become %s, %v", got, err)
	}
}

func TestTheProgramDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	do(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	do(t, err)
	wrong := filepath.Join(t.TempDir(), "cors.json")
	do(t, os.WriteFile(wrong, []byte(`{"alowOrigins": []}`), 0o600))
	none := filepath.Join(t.TempDir(), "none.json")
	for _, tt := range []struct {
		name string
		args []string
		says []string
	}{
		{"on a port that is taken", []string{"-port", port}, []string{"cannot listen on port " + port, syscall.EADDRINUSE.Error(), "-port"}},
		{"with a policy that is broken", []string{"-port", "0", "-config", wrong}, []string{wrong + ":1:2: "}},
		{"without the file", []string{"-port", "0", "-config", none}, []string{none + ": " + syscall.ENOENT.Error()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program, tt.args...)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run() // its status is looked at
			if status := cmd.ProcessState.ExitCode(); status != 1 || stdout.Len() > 0 {
				t.Errorf("exit status is %d, and it prints %q", status, &stdout)
			}
			for _, want := range tt.says {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("says %q, want it to contain %q", &stderr, want)
				}
			}
		})
	}
}
