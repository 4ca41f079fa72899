package drive

import (
	"bufio"
	"encoding/json"
	"fmt"
	"github.com/corskit/cors/examples/internal/installed"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// chromium is driven by the DevTools protocol over a pipe: JSON, each message
// ended by a zero byte.
type chromium struct {
	t       *testing.T
	out     *os.File
	session string
	id      int
	results chan message

	mu         sync.Mutex
	complaints []string
	blocked    []string
}

// A message is a message from Chromium: the result of a call, or an event.
type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func startChromium(t *testing.T) Browser {
	cmd := exec.Command(installed.Require(t, "chromium", "chromium", "chromium-browser", "google-chrome"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--remote-debugging-pipe", "--user-data-dir="+profile(t), "about:blank")
	theirIn, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	t.Cleanup(func() { _, _ = out.Close(), in.Close() })
	run(t, cmd)
	_, _ = theirIn.Close(), theirOut.Close()
	c := &chromium{t: t, out: out, results: make(chan message, 1)}
	go c.listen(bufio.NewReader(in))
	var targets struct {
		TargetInfos []struct{ TargetID, Type string }
	}
	c.call("Target.getTargets", nil, &targets)
	for _, target := range targets.TargetInfos {
		if target.Type == "page" {
			var attached struct{ SessionID string }
			c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
			c.session = attached.SessionID
		}
	}
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		c.call(domain+".enable", nil, nil)
	}
	return c
}

func (c *chromium) Use(t *testing.T) { c.t = t }

// listen reads until Chromium ends.
func (c *chromium) listen(in *bufio.Reader) {
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			close(c.results)
			return
		}
		var a message
		if err := json.Unmarshal(text[:len(text)-1], &a); err != nil {
			continue
		}
		switch a.Method {
		case "":
			c.results <- a
		case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
			var params struct{ Entry struct{ Text string } }
			_ = json.Unmarshal(a.Params, &params) // only Log.entryAdded has an entry
			c.mu.Lock()
			// The pages demonstrate blocked requests, which the console reports.
			if s := string(a.Params); strings.Contains(s, "blocked by CORS policy") {
				c.blocked = append(c.blocked, params.Entry.Text)
			} else if !strings.Contains(s, "Failed to load resource") {
				c.complaints = append(c.complaints, a.Method+" "+s)
			}
			c.mu.Unlock()
		}
	}
}

func (c *chromium) call(method string, params map[string]any, result any) {
	c.t.Helper()
	c.id++
	command := map[string]any{"id": c.id, "method": method, "params": params}
	if params == nil {
		command["params"] = map[string]any{}
	}
	if c.session != "" {
		command["sessionId"] = c.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.out.Write(append(text, 0)); err != nil {
		c.t.Fatal(err)
	}
	for {
		select {
		case a, ok := <-c.results:
			switch {
			case !ok:
				c.t.Fatal("Chromium has ended")
			case a.ID != c.id:
				continue
			case a.Error != nil:
				c.t.Fatalf("%s: %s", method, a.Error.Message)
			}
			if result == nil {
				return
			}
			if err := json.Unmarshal(a.Result, result); err != nil {
				c.t.Fatalf("%s: %v", method, err)
			}
			return
		case <-time.After(patience):
			c.t.Fatalf("%s: Chromium does not respond", method)
		}
	}
}

func (c *chromium) Open(url string) {
	c.t.Helper()
	c.call("Page.navigate", map[string]any{"url": "about:blank"}, nil) // so that another fragment is another page
	Wait(c.t, c, `location.href === "about:blank"`)
	c.mu.Lock()
	c.complaints, c.blocked = nil, nil
	c.mu.Unlock()
	c.call("Page.navigate", map[string]any{"url": url}, nil)
	Wait(c.t, c, `location.href !== "about:blank" && document.readyState === "complete"`)
}

func (c *chromium) Eval(expression string, result any) {
	c.t.Helper()
	var evaluated struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	c.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &evaluated)
	if evaluated.ExceptionDetails != nil {
		c.t.Fatalf("%s: %s", expression, evaluated.ExceptionDetails.Exception.Description)
	}
	if result != nil {
		if err := json.Unmarshal(evaluated.Result.Value, result); err != nil {
			c.t.Fatalf("%s: %v", expression, err)
		}
	}
}

func (c *chromium) Click(selector string) {
	c.t.Helper()
	var at struct{ X, Y float64 }
	c.Eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%s)
		e.scrollIntoView({ block: "center", behavior: "instant" })
		const r = e.getBoundingClientRect()
		return { x: r.x + r.width / 2, y: r.y + r.height / 2 }
	})()`, quote(selector)), &at)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		c.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
}

func (c *chromium) Type(selector, text string) {
	c.t.Helper()
	c.Click(selector)
	c.Eval(fmt.Sprintf(`document.querySelector(%s).select()`, quote(selector)), nil)
	c.call("Input.insertText", map[string]any{"text": text}, nil)
}

var keyCodes = map[string]int{"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}

func (c *chromium) Press(key string) {
	c.t.Helper()
	params := map[string]any{"key": key, "code": key, "windowsVirtualKeyCode": keyCodes[key]}
	if key == "Enter" {
		params["text"] = "\r"
	}
	for _, kind := range []string{"keyDown", "keyUp"} {
		params["type"] = kind
		c.call("Input.dispatchKeyEvent", params, nil)
	}
}

func (c *chromium) Resize(width, height int, dark bool) {
	c.t.Helper()
	c.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	c.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme},
		{"name": "prefers-reduced-motion", "value": "reduce"}, // a click would miss what moves
	}}, nil)
}

func (c *chromium) Screenshot() []byte {
	c.t.Helper()
	var shot struct{ Data []byte }
	c.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &shot)
	return shot.Data
}

func (c *chromium) Complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.complaints)
}

func (c *chromium) Blocked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.blocked)
}
