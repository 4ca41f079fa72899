// Package examples tests the programs as a person uses them: it builds
// them, starts them, and calls them over loopback.
package examples

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	// The sources of the programs. go test would otherwise print a cached
	// result after they have changed.
	_ "github.com/corskit/cors/adapters/chi"
	_ "github.com/corskit/cors/adapters/echo"
	_ "github.com/corskit/cors/adapters/echo/v5"
	_ "github.com/corskit/cors/adapters/fiber"
	_ "github.com/corskit/cors/adapters/fiber/v3"
	_ "github.com/corskit/cors/adapters/gin"
	_ "github.com/corskit/cors/examples/internal/demo"
	"github.com/corskit/cors/examples/internal/installed"
	"github.com/corskit/cors/examples/internal/shown"
)

var programs = []string{"gin", "echo", "echo5", "chi", "fiber", "fiber3"}

// built is the directory of the programs.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "examples")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	status := 1
	if out, err := build(dir).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the programs: %v\n%s", err, out)
	} else {
		status = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// build builds the programs with the race detector if the test has it.
func build(dir string) *exec.Cmd {
	args := []string{"build", "-o", dir + string(filepath.Separator)}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" {
				args = append(args, "-race="+s.Value)
			}
		}
	}
	for _, program := range append(programs, "playground") {
		args = append(args, "./"+program)
	}
	return exec.Command("go", args...)
}

// limit is the time limit for everything that could hang.
const limit = 2 * time.Minute

// A running program has said where it serves, and what to try.
type running struct {
	api, trusted, untrusted string
	suggestions             []shown.Command
}

// start starts a program on free ports. After the test, it stops the program as
// Ctrl+C does, and checks that it exits without an error.
func start(t *testing.T, program string) running {
	t.Helper()
	if _, err := os.Stat(filepath.Join(program, "main.go")); err != nil { // for go test's cache, too
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(built, program), "-api", "0", "-trusted", "0", "-untrusted", "0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s ended with %v, and said:\n%s", program, err, &stderr)
		}
	})

	var r running
	var promise string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		switch words := strings.Fields(line); {
		case strings.Contains(line, " serves an API "):
			r.api = words[len(words)-1]
		case strings.Contains(line, " trusted: "):
			r.trusted = words[0]
		case strings.Contains(line, " untrusted: "):
			r.untrusted = words[0]
		case strings.HasPrefix(line, "# "):
			promise = line
		case strings.HasPrefix(line, "curl "):
			r.suggestions = append(r.suggestions, shown.Command{Promise: promise, Line: line})
		case strings.HasPrefix(line, "Ctrl+C "):
			return r
		}
	}
	t.Fatalf("%s ended early", program)
	return r
}

func TestSuggestedCommandsDoWhatIsPromised(t *testing.T) {
	installed.Require(t, "curl", "curl")
	for _, program := range programs {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			r := start(t, program)
			if len(r.suggestions) != 3 {
				t.Fatalf("suggests %d commands, want 3", len(r.suggestions))
			}
			for _, s := range r.suggestions {
				if err := s.Check(t); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestPortInUseEndsTheProgramWithOneLine(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		for _, flag := range []string{"-api", "-trusted", "-untrusted"} {
			t.Run(program+" "+flag, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				// If a flag is given twice, the last one counts.
				cmd := exec.CommandContext(ctx, filepath.Join(built, program), "-api", "0", "-trusted", "0", "-untrusted", "0", flag, port)
				var stdout, stderr bytes.Buffer
				cmd.Stdout, cmd.Stderr = &stdout, &stderr
				_ = cmd.Run()
				if status := cmd.ProcessState.ExitCode(); status != 1 {
					t.Errorf("exit status is %d, want 1", status)
				}
				if stdout.Len() > 0 {
					t.Errorf("stdout is %q, want nothing", &stdout)
				}
				line := stderr.String()
				if strings.Count(line, "\n") != 1 || !strings.Contains(line, "port "+port+" ") || !strings.Contains(line, flag+" ") || !strings.Contains(line, syscall.EADDRINUSE.Error()) {
					t.Errorf("stderr is %q, want one line that names port %s and %s, and says that it is in use", line, port, flag)
				}
			})
		}
	}
}
