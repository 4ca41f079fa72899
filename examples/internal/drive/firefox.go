package drive

import (
	"bufio"
	"encoding/json"
	"fmt"
	"github.com/corskit/cors/examples/internal/installed"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// firefoxPreferences keep Firefox from making requests and showing pages of its own.
const firefoxPreferences = `
user_pref("marionette.port", 0);
user_pref("app.normandy.enabled", false);
user_pref("app.update.auto", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.topsites.contile.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.lna.enabled", false);
user_pref("services.settings.server", "");
user_pref("termsofuse.bypassNotification", true);
user_pref("ui.prefersReducedMotion", 1);
user_pref("toolkit.telemetry.server", "");
`

// firefox is driven by the Marionette protocol: JSON, each message after its
// length and a colon.
type firefox struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	id   int
}

func startFirefox(t *testing.T) Browser {
	command := installed.Require(t, "firefox-esr", "firefox-esr", "firefox")
	dir := profile(t)
	if err := os.WriteFile(filepath.Join(dir, "user.js"), []byte(firefoxPreferences), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", dir, "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+dir, "MOZ_CRASHREPORTER_DISABLE=1", "MOZ_REMOTE_SETTINGS_DEVTOOLS=1")
	run(t, cmd)
	f := &firefox{t: t}
	for end := time.Now().Add(patience); f.conn == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("Firefox does not listen")
		}
		port, err := os.ReadFile(filepath.Join(dir, "MarionetteActivePort"))
		if err != nil || len(port) == 0 {
			continue
		}
		if conn, err := net.Dial("tcp", "127.0.0.1:"+strings.TrimSpace(string(port))); err == nil {
			f.conn = conn
		}
	}
	t.Cleanup(func() { _ = f.conn.Close() })
	f.in = bufio.NewReader(f.conn)
	f.receive() // a greeting
	f.call("WebDriver:NewSession", map[string]any{}, nil)
	return f
}

func (f *firefox) Use(t *testing.T) { f.t = t }

func (f *firefox) receive() []byte {
	f.t.Helper()
	if err := f.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		f.t.Fatal(err)
	}
	length, err := f.in.ReadString(':')
	if err != nil {
		f.t.Fatalf("Firefox does not respond: %v", err)
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil {
		f.t.Fatal(err)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(f.in, text); err != nil {
		f.t.Fatal(err)
	}
	return text
}

func (f *firefox) call(name string, params map[string]any, result any) {
	f.t.Helper()
	f.id++
	text, err := json.Marshal([]any{0, f.id, name, params})
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(f.conn, "%d:%s", len(text), text); err != nil {
		f.t.Fatal(err)
	}
	var response [4]json.RawMessage // 1, the id, an error or null, and the result
	if err := json.Unmarshal(f.receive(), &response); err != nil {
		f.t.Fatal(err)
	}
	if string(response[2]) != "null" {
		f.t.Fatalf("%s: %s", name, response[2])
	}
	if result == nil {
		return
	}
	value := struct{ Value any }{result}
	if err := json.Unmarshal(response[3], &value); err != nil {
		f.t.Fatalf("%s: %v", name, err)
	}
}

func (f *firefox) Open(url string) {
	f.t.Helper()
	f.call("WebDriver:Navigate", map[string]any{"url": "about:blank"}, nil) // so that another fragment is another page
	f.inChrome(`Services.console.reset()`, nil)                             // it keeps the last 250 messages
	f.call("WebDriver:Navigate", map[string]any{"url": url}, nil)
}

func (f *firefox) Eval(expression string, result any) {
	f.t.Helper()
	f.call("WebDriver:ExecuteScript", map[string]any{"script": "return " + expression, "args": []any{}}, result)
}

// find returns a reference to an element.
func (f *firefox) find(selector string) string {
	f.t.Helper()
	var found map[string]string
	f.call("WebDriver:FindElement", map[string]any{"using": "css selector", "value": selector}, &found)
	for _, reference := range found {
		return reference
	}
	f.t.Fatalf("there is no %s", selector)
	return ""
}

func (f *firefox) Click(selector string) {
	f.t.Helper()
	f.Eval(fmt.Sprintf(`document.querySelector(%s).scrollIntoView({ block: "center", behavior: "instant" })`, quote(selector)), nil)
	f.call("WebDriver:ElementClick", map[string]any{"id": f.find(selector)}, nil)
}

func (f *firefox) Type(selector, text string) {
	f.t.Helper()
	f.Click(selector)
	f.Eval(fmt.Sprintf(`document.querySelector(%s).select()`, quote(selector)), nil)
	f.call("WebDriver:ElementSendKeys", map[string]any{"id": f.find(selector), "text": text}, nil)
}

// keys are the characters that WebDriver has for keys.
var keys = map[string]string{"Tab": "\ue004", "Enter": "\ue007", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}

func (f *firefox) Press(key string) {
	f.t.Helper()
	f.call("WebDriver:PerformActions", map[string]any{"actions": []any{map[string]any{
		"type": "key", "id": "keyboard",
		"actions": []any{map[string]any{"type": "keyDown", "value": keys[key]}, map[string]any{"type": "keyUp", "value": keys[key]}},
	}}}, nil)
}

func (f *firefox) Resize(width, height int, dark bool) {
	f.t.Helper()
	// The window is larger than the page in it.
	var frame struct{ W, H int }
	f.Eval("({ W: outerWidth - innerWidth, H: outerHeight - innerHeight })", &frame)
	f.call("WebDriver:SetWindowRect", map[string]any{"width": width + frame.W, "height": height + frame.H}, nil)
	scheme := 1 // light
	if dark {
		scheme = 0
	}
	f.inChrome(fmt.Sprintf(`Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", %d)`, scheme), nil)
}

func (f *firefox) Screenshot() []byte {
	f.t.Helper()
	var shot []byte
	f.call("WebDriver:TakeScreenshot", map[string]any{"full": true}, &shot)
	return shot
}

func (f *firefox) Complaints() []string {
	f.t.Helper()
	var complaints []string
	for _, message := range f.console() {
		expected := strings.Contains(message, "Cross-Origin Request Blocked") || strings.Contains(message, "Cookie “")
		if strings.Contains(message, "127.0.0.1") && !expected {
			complaints = append(complaints, message)
		}
	}
	return complaints
}

func (f *firefox) Blocked() []string {
	f.t.Helper()
	return slices.DeleteFunc(f.console(), func(message string) bool { return !strings.Contains(message, "Cross-Origin Request Blocked") })
}

func (f *firefox) console() []string {
	f.t.Helper()
	var messages []string
	f.inChrome(`return Services.console.getMessageArray().map(String)`, &messages)
	return messages
}

// inChrome runs a script in the browser itself instead of the page.
func (f *firefox) inChrome(script string, result any) {
	f.t.Helper()
	f.call("Marionette:SetContext", map[string]any{"value": "chrome"}, nil)
	f.call("WebDriver:ExecuteScript", map[string]any{"script": script, "args": []any{}}, result)
	f.call("Marionette:SetContext", map[string]any{"value": "content"}, nil)
}
