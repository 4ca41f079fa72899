package examples

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestPlaygroundPrintsOneAddressAndEndsWhenInterrupted(t *testing.T) {
	files, err := os.ReadDir("playground") // for go test's cache, too
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, err := os.Stat(filepath.Join("playground", file.Name())); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(built, "playground"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(stdout)
	line, err := said.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addresses := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindAllString(line, -1)
	if len(addresses) != 1 {
		t.Fatalf("it says %q, want one address", line)
	}
	if _, page := get(t, addresses[0]); !strings.Contains(page, "<html") {
		t.Errorf("the page is %q", page)
	}
	var state struct{ Backends []struct{ Origin string } }
	_, text := get(t, addresses[0]+"api/state")
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		t.Fatal(err)
	}
	if len(state.Backends) != 7 {
		t.Errorf("there are %d backends, want 7", len(state.Backends))
	}
	for _, backend := range state.Backends {
		get(t, backend.Origin+"/crash") // which prints nothing
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	more, err := io.ReadAll(said)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || len(more) > 0 || stderr.Len() > 0 {
		t.Errorf("it ended with %v, and said more:\n%s%s", err, more, &stderr)
	}
}

func TestPlaygroundNamesThePortThatIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(built, "playground"), "-port", port)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	line := stderr.String()
	if status := cmd.ProcessState.ExitCode(); status != 1 || stdout.Len() > 0 {
		t.Errorf("exit status is %d and stdout %q, want 1 and nothing", status, &stdout)
	}
	if strings.Count(line, "\n") != 1 || !strings.Contains(line, "port "+port+":") || !strings.Contains(line, "-port ") || !strings.Contains(line, syscall.EADDRINUSE.Error()) {
		t.Errorf("stderr is %q, want one line that names port %s and -port, and says that it is in use", line, port)
	}
}
