// Package drive controls a browser for tests of pages: it opens pages, clicks,
// types, presses keys, and reads the page.
package drive

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// patience is how long to wait for a browser to start, and for a page to become
// as expected.
const patience = 3 * time.Minute

// A Browser shows one page. An error ends the test that uses it.
type Browser interface {
	// Use sets the test that uses the browser; at first it is the test that starts it.
	Use(t *testing.T)
	// Open loads a page.
	Open(url string)
	// Eval evaluates a JavaScript expression, and stores its value in result,
	// through JSON, unless result is nil.
	Eval(expression string, result any)
	// Click clicks in the middle of the first element that a selector matches.
	Click(selector string)
	// Type replaces the text of a field.
	Type(selector, text string)
	// Press presses a key: Tab, Enter, or an arrow such as ArrowRight.
	Press(key string)
	// Resize sets the size of the page's window, in CSS pixels, and whether the
	// user prefers dark colours.
	Resize(width, height int, dark bool)
	// Screenshot returns the page as a PNG.
	Screenshot() []byte
	// Complaints returns errors and warnings of scripts and of the page since
	// it was opened, except those about requests that CORS blocks and cookies
	// that are not kept.
	Complaints() []string
	// Blocked returns the console's messages about requests that CORS blocked
	// since the page was opened. In Chromium, messages from other sites' frames
	// are missing.
	Blocked() []string
}

// Browsers are the browsers that can be controlled.
var Browsers = []struct {
	Name, Package, Command string
	Start                  func(t *testing.T) Browser
}{
	{"Chromium", "chromium", "chromium", startChromium},
	{"Firefox", "firefox-esr", "firefox-esr", startFirefox},
}

// Require skips the test if a command is not installed, and says which Debian
// package has it. If the environment variable CI is set, the test fails.
func Require(t *testing.T, command, debianPackage string) {
	t.Helper()
	if _, err := exec.LookPath(command); err == nil {
		return
	}
	message := fmt.Sprintf("%s is not installed: install the Debian package %s", command, debianPackage)
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// Wait waits until a JavaScript expression is true.
func Wait(t *testing.T, b Browser, expression string) {
	t.Helper()
	var is bool
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if b.Eval("Boolean("+expression+")", &is); is {
			return
		}
	}
	t.Fatalf("the expression does not become true: %s", expression)
}

// Text returns the text of the first element that a selector matches.
func Text(b Browser, selector string) string {
	var text string
	b.Eval(fmt.Sprintf("document.querySelector(%s).textContent", quote(selector)), &text)
	return strings.TrimSpace(text)
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // there is no such string
	}
	return string(text)
}

// profile returns a folder that is removed after the browser has ended.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "drive")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
