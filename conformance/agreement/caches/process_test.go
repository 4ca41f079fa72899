//go:build unix

package caches

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"text/template"
	"time"

	"github.com/corskit/cors/conformance/internal/process"
)

const (
	startTimeout = time.Minute     // for a cache to listen
	endTimeout   = 5 * time.Second // for a cache to end by itself
)

// onPath returns the path of a command, including commands for administrators.
// If it is not installed, the test is skipped, but in CI it fails.
func onPath(t *testing.T, debianPackage, command string) string {
	t.Helper()
	for _, name := range []string{command, filepath.Join("/usr/sbin", command)} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	message := fmt.Sprintf("%s is not installed: install the Debian package %s", command, debianPackage)
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

// endWithTest is a shell script that runs a command, and ends it when its
// standard input is closed, so that it does not outlive a killed test.
const endWithTest = `exec 3<&0; (cat <&3; kill 0) >/dev/null 2>&1 & exec "$@" 3<&-`

// start starts a cache with a command line for the address to listen on. It
// returns the address once the cache accepts connections. The cache, and all
// that it started, ends with the test.
func start(t *testing.T, commandLine func(address string) []string) (address string) {
	t.Helper()
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	address = "127.0.0.1:" + port
	line := commandLine(address)
	cmd := exec.Command("sh", append([]string{"-c", endWithTest, "sh"}, line...)...)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	p, err := process.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.End(endTimeout)
		if t.Failed() {
			t.Logf("%s printed:\n%s", line[0], p.Output.Take())
		}
	})
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		select {
		case <-p.Ended:
			t.Fatalf("%s ended before it listened (%s), and printed:\n%s", line[0], p.State(), p.Output.Take())
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not listen at %s within %v, and printed:\n%s", line[0], address, startTimeout, p.Output.Take())
	return ""
}

// configure writes a configuration to a folder of the test, from a template in
// testdata, and returns its path.
func configure(t *testing.T, folder, name string, data any) string {
	t.Helper()
	configuration, err := template.ParseFiles(filepath.Join("testdata", name+".tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := configuration.Execute(file, data); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
