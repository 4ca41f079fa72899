package browsers_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/browsers"
)

// killedEnv is set in the process that is to be killed.
const killedEnv = "BROWSERS_TEST_KILLED"

// Every process of a browser has the folder of its profile in its arguments or
// in its environment. TMPDIR sets a folder of this test.
func TestNothingIsLeftOfABrowser(t *testing.T) {
	for _, e := range browsers.Sample() {
		t.Run(string(e), func(t *testing.T) {
			browsers.Require(t, e)
			t.Run("when its test ends", func(t *testing.T) {
				folder := shortTempDir(t)
				t.Run("test", func(t *testing.T) {
					t.Setenv("TMPDIR", folder)
					browsers.Start(t, e, browsers.NewWeb(t))
					if len(processes(t, folder)) == 0 {
						t.Error("no process is found while the browser runs")
					}
				})
				checkGone(t, folder)
				if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
					t.Errorf("%v are left, error %v", left, err)
				}
			})
			t.Run("when its test is killed", func(t *testing.T) {
				if os.Getenv(killedEnv) != "" {
					browsers.Start(t, e, browsers.NewWeb(t))
					os.Stdout.WriteString("started\n")
					select {}
				}
				folder := shortTempDir(t)
				test := exec.Command(os.Args[0], "-test.run=^TestNothingIsLeftOfABrowser$/^"+string(e)+"$/killed")
				test.Env = append(os.Environ(), killedEnv+"=1", "TMPDIR="+folder)
				out, err := test.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := test.Start(); err != nil {
					t.Fatal(err)
				}
				line, err := bufio.NewReader(out).ReadString('\n')
				if before := processes(t, folder); line != "started\n" || len(before) < 2 {
					t.Errorf("the test says %q, %v, and has the processes %q", line, err, before)
				}
				test.Process.Kill()
				test.Wait()
				checkGone(t, folder)
			})
		})
	}
}

// shortTempDir is for Chromium, whose socket's path must be short.
func shortTempDir(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// checkGone waits until no process has a folder.
func checkGone(t *testing.T, folder string) {
	t.Helper()
	var left []string
	for range 200 {
		if left = processes(t, folder); len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("these processes are left: %q", left)
}

// processes returns the commands of the processes that have a folder in their
// arguments or in their environment.
func processes(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		// The files of a process that has ended, or that belongs to another
		// user, can't be read.
		command, _ := os.ReadFile(name)
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "environ"))
		if bytes.Contains(append(command, environment...), []byte(folder)) {
			found = append(found, strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return found
}
