// Package drive controls a browser for tests of pages: it opens pages, clicks,
// types, presses keys, and reads the page.
package drive

import (
	"encoding/json"
	"fmt"
	"os"
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

// An Engine is a browser that can be controlled.
type Engine struct {
	Name string
	// Start skips the test if the browser isn't installed: see package installed.
	Start func(t *testing.T) Browser
}

// The engines.
var (
	Chromium = Engine{"Chromium", startChromium}
	Firefox  = Engine{"Firefox", startFirefox}
)

// Sample returns the engines that a test runs: all if the environment variable CI is
// set, and otherwise one, since browsers are slow.
func Sample() []Engine {
	if os.Getenv("CI") != "" {
		return []Engine{Chromium, Firefox}
	}
	return []Engine{Chromium}
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
