// Package installed skips tests that need programs that aren't installed.
package installed

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Require returns the path of the first of the commands that is installed. If there is
// none, it does what [Skip] does.
func Require(t testing.TB, debianPackage string, commands ...string) string {
	t.Helper()
	for _, command := range commands {
		if path, err := exec.LookPath(command); err == nil {
			return path
		}
	}
	Skip(t, debianPackage)
	return ""
}

// Skip skips the test, and says which Debian package to install. If the environment
// variable CI is set, the test fails.
func Skip(t testing.TB, debianPackage string) {
	t.Helper()
	message := fmt.Sprintf("%s is not installed: install the Debian package %[1]s", debianPackage)
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
}
