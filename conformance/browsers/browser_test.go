package browsers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/browsers"
	"golang.org/x/net/websocket"
)

// limit is the time limit of one script.
const limit = time.Minute

// A rig is a browser with helpers for its tests.
type rig struct {
	engine  browsers.Engine
	web     *browsers.Web
	browser *browsers.Browser
}

// run runs a script that must not fail.
func (r rig) run(t *testing.T, origin, script string, argument, result any) {
	t.Helper()
	if err := r.try(t, origin, script, argument, result); err != nil {
		t.Fatal(err)
	}
}

func (r rig) try(t *testing.T, origin, script string, argument, result any) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return r.browser.Run(ctx, origin, script, argument, result)
}

func TestBrowsers(t *testing.T) {
	tests := []struct {
		name string
		test func(t *testing.T, r rig)
	}{
		{"a browser tells its version", testVersion},
		{"scripts have the origins they are said to have", testOrigins},
		{"what a script returns comes back, and what it throws is an error", testResults},
		{"documents are kept, one for each origin", testDocuments},
		{"there can be more origins than windows", testManyOrigins},
		{"scripts run at the same time", testConcurrency},
		{"a script that does not end is given up", testTimeout},
		{"a host that is not in the web cannot be reached", testUnknownHost},
		{"no request for a document reaches a handler", testDocumentRequests},
		{"cookies of another site are kept and sent", testThirdPartyCookies},
		{"whatever a server writes comes through", testRawServer},
		{"a WebSocket passes", testWebSocket},
		{"a form is posted to another window", testForm},
	}
	for _, e := range browsers.Sample() {
		t.Run(string(e), func(t *testing.T) {
			browsers.Require(t, e)
			t.Parallel()
			web := browsers.NewWeb(t)
			r := rig{e, web, browsers.Start(t, e, web)}
			for _, tt := range tests {
				t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) { tt.test(t, r) })
			}
		})
	}
}

func testVersion(t *testing.T, r rig) {
	name := map[browsers.Engine]string{browsers.Chromium: "Chrom", browsers.Firefox: "Firefox", browsers.WebKit: "WebKit"}[r.engine]
	if version := r.browser.Version(); !strings.Contains(version, name) || !strings.ContainsAny(version, "0123456789") {
		t.Errorf("Version is %q, want one that has %s and a number", version, name)
	}
}

// allowAll returns the request's Origin, and lets every script read it.
func allowAll(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	io.WriteString(w, r.Header.Get("Origin"))
}

func testOrigins(t *testing.T, r rig) {
	const api = "https://api.origins.test:8443"
	r.web.Handle(api, http.HandlerFunc(allowAll))
	for _, origin := range []string{
		"https://app.example.com", "https://app.example.com:8443", "http://app.example.com", "http://app.example.com:8080",
		"http://localhost", "http://localhost:3000", "https://localhost:3000", "http://evil.localhost:3000",
		"http://127.0.0.1:3000", "http://192.168.1.10", "http://[::1]:3000", "http://[2001:db8::1]",
		"http://app.example.com.", "https://my_app.example.com", "https://xn--bcher-kva.example", "null",
	} {
		var got struct{ Here, There string }
		r.run(t, origin, `return { here: origin, there: await (await fetch(argument)).text() }`, api, &got)
		if got.Here != origin || got.There != origin {
			t.Errorf("a script of %s finds itself in %s, and sends the Origin %s", origin, got.Here, got.There)
		}
	}
}

func testResults(t *testing.T, r rig) {
	const origin = "https://results.test"
	type value struct {
		Text  string
		List  []int
		Inner *value
	}
	want := value{Text: "“é”\n\u2028</script>", List: []int{1, 2}, Inner: &value{List: []int{}}}
	var got value
	r.run(t, origin, `return argument`, want, &got)
	if fmt.Sprintf("%+v %+v", got, *got.Inner) != fmt.Sprintf("%+v %+v", got, *want.Inner) || got.Text != want.Text {
		t.Errorf("got %+v back, want %+v", got, want)
	}
	r.run(t, origin, `return 1`, nil, nil)
	before := got
	r.run(t, origin, `return`, nil, &got)
	if got.Text != before.Text {
		t.Errorf("a script that returns nothing changes the result to %+v", got)
	}
	for script, want := range map[string]string{
		`throw new RangeError("too far")`:                "RangeError: too far",
		`await Promise.reject("no")`:                     "no",
		`return 1 +`:                                     "SyntaxError",
		`const loop = {}; loop.loop = loop; return loop`: "TypeError",
	} {
		if err := r.try(t, origin, script, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error of %s is %v, want one that says %q", script, err, want)
		}
	}
	var wrong int
	if err := r.try(t, origin, `return "text"`, nil, &wrong); err == nil {
		t.Error("a result of another type is no error")
	}
	for _, origin := range []string{"", "app.example.com", "ftp://app.example.com", "https://app.example.com/", "https://app.example.com:99999", "https://"} {
		if err := r.try(t, origin, `return 1`, nil, nil); err == nil || !strings.Contains(err.Error(), "write scheme, host") {
			t.Errorf("the error of the origin %q is %v, want one that says what to write", origin, err)
		}
	}
}

// count returns how often it has run in its document.
const count = `return globalThis.count = (globalThis.count ?? 0) + 1`

func testDocuments(t *testing.T, r rig) {
	for _, want := range []int{1, 2, 3} {
		for _, origin := range []string{"https://one.documents.test", "https://two.documents.test", "https://one.documents.test:8443"} {
			var got int
			r.run(t, origin, count, nil, &got)
			if got != want {
				t.Errorf("script %d of %s is number %d in its document", want, origin, got)
			}
		}
	}
	var isTop bool
	r.run(t, "https://one.documents.test", `return top === self`, nil, &isTop)
	if !isTop {
		t.Error("the document of an origin is in a frame")
	}
}

func testManyOrigins(t *testing.T, r rig) {
	for range 2 {
		for i := range 20 {
			want := fmt.Sprintf("https://many-%d.test", i)
			var got string
			r.run(t, want, `return origin`, nil, &got)
			if got != want {
				t.Errorf("a script of %s runs in %s", want, got)
			}
		}
	}
}

// testConcurrency makes requests that get a response after all of them have arrived.
func testConcurrency(t *testing.T, r rig) {
	const api = "https://api.concurrency.test"
	origins := []string{"https://a.concurrency.test", "https://a.concurrency.test", "https://b.concurrency.test", "null"}
	var mu sync.Mutex
	here, all := map[string]bool{}, make(chan struct{})
	r.web.Handle(api, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if !here[r.URL.Path] { // browsers can send a request again
			here[r.URL.Path] = true
			if len(here) == len(origins) {
				close(all)
			}
		}
		mu.Unlock()
		select {
		case <-all:
			allowAll(w, r)
		case <-r.Context().Done():
		case <-t.Context().Done():
		}
	}))
	var scripts sync.WaitGroup
	for i, origin := range origins {
		scripts.Go(func() {
			var got string
			if err := r.try(t, origin, `return (await fetch(argument)).text()`, fmt.Sprint(api, "/", i), &got); err != nil || got != origin {
				t.Errorf("script %d of %s sends the Origin %q, error %v", i, origin, got, err)
			}
		})
	}
	scripts.Wait()
}

func testTimeout(t *testing.T, r rig) {
	const origin = "https://timeout.test"
	ctx, cancel := context.WithCancel(t.Context())
	const api = "https://api.timeout.test"
	r.web.Handle(api, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		allowAll(w, r)
	}))
	err := r.browser.Run(ctx, origin, `await fetch(argument); return new Promise(() => {})`, api, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
	r.run(t, origin, `return 1`, nil, nil)
}

func testUnknownHost(t *testing.T, r rig) {
	for _, url := range []string{"https://unknown.test/", "http://unknown.test/", "http://localhost:1234/", "http://127.0.0.1:1234/"} {
		err := r.try(t, "http://known.test", `await fetch(argument, { mode: "no-cors" })`, url, nil)
		if err == nil || !strings.Contains(err.Error(), "TypeError") {
			t.Errorf("the error of fetching %s is %v, want a TypeError", url, err)
		}
	}
}

func testDocumentRequests(t *testing.T, r rig) {
	const origin = "https://document.test"
	var mu sync.Mutex
	var handled, watched []string
	r.web.Handle(origin, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		handled = append(handled, r.URL.Path)
	}))
	r.web.Watch(origin, func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		watched = append(watched, r.URL.Path)
	})
	r.run(t, origin, `await fetch("/own")`, nil, nil)
	mu.Lock()
	defer mu.Unlock()
	if got := fmt.Sprint(handled, watched); got != "[/own] [/own]" {
		t.Errorf("handled and watched: %s, want [/own] [/own]", got)
	}
}

func testThirdPartyCookies(t *testing.T, r rig) {
	for i, origin := range []string{"https://app.example.com", "http://app.example.com", "null"} {
		api := fmt.Sprintf("https://api-%d.cookies.test", i)
		r.web.Handle(api, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Access-Control-Allow-Credentials", "true")
			w.Header().Set("Set-Cookie", "user=ada; Secure; SameSite=None")
			io.WriteString(w, r.Header.Get("Cookie"))
		}))
		var got [3]string
		r.run(t, origin, `
			const cookie = async (url, credentials) => (await fetch(url, { credentials })).text()
			return [await cookie(argument, "include"), await cookie(argument, "include"), await cookie(argument, "omit")]
		`, api, &got)
		if got != [3]string{"", "user=ada", ""} {
			t.Errorf("of %s, the cookies are %q, want one with the second request", origin, got)
		}
	}
}

func testRawServer(t *testing.T, r rig) {
	address := serveRaw(t, "HTTP/1.1 299 Odd  Reason\r\nACCESS-control-ALLOW-origin:   * \t\r\nx-ODD:a\r\nX-Odd: \tb\r\nAccess-Control-Expose-Headers: ,x-odd,,\r\ncontent-length: 2\r\n\r\nok")
	r.web.Forward("https://raw.test", address)
	r.web.Forward("http://raw.test:8080", address)
	for _, url := range []string{"https://raw.test/", "http://raw.test:8080/"} {
		var got struct {
			Status          int
			Text, Odd, Body string
		}
		r.run(t, "http://app.example.com", `
			const r = await fetch(argument)
			return { status: r.status, text: r.statusText, odd: r.headers.get("x-odd"), body: await r.text() }
		`, url, &got)
		if want := "{299 Odd  Reason a, b ok}"; fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %s", url, got, want)
		}
	}
}

func testWebSocket(t *testing.T, r rig) {
	server := httptest.NewServer(websocket.Handler(func(ws *websocket.Conn) {
		fmt.Fprintf(ws, "hello %s", ws.Config().Origin)
		io.Copy(ws, ws)
	}))
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	r.web.Forward("https://socket.test", address)
	r.web.Forward("http://socket.test:8080", address)
	for _, url := range []string{"wss://socket.test/", "ws://socket.test:8080/"} {
		var got []string
		r.run(t, "http://app.example.com", `
			const socket = new WebSocket(argument)
			const messages = []
			return new Promise((resolve, reject) => {
				socket.onerror = () => reject("the socket fails")
				socket.onmessage = ({ data }) => {
					if (messages.push(data) === 1) socket.send("again")
					else { socket.close(); resolve(messages) }
				}
			})
		`, url, &got)
		if want := "[hello http://app.example.com again]"; fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %s", url, got, want)
		}
	}
}

func testForm(t *testing.T, r rig) {
	posted := make(chan string, 1)
	r.web.Handle("https://form.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodPost {
			posted <- r.Header.Get("Origin") + " " + string(body)
		}
	}))
	r.run(t, "https://app.example.com", `
		const form = document.createElement("form")
		Object.assign(form, { method: "post", action: argument, target: "_blank" })
		form.innerHTML = '<input name="amount" value="1">'
		document.body.append(form)
		form.submit()
	`, "https://form.test/transfer", nil)
	select {
	case got := <-posted:
		if want := "https://app.example.com amount=1"; got != want {
			t.Errorf("the form is posted as %q, want %q", got, want)
		}
	case <-time.After(limit):
		t.Error("the form is not posted")
	}
	r.run(t, "https://app.example.com", `return 1`, nil, nil)
}

// serveRaw responds to every request without a body with the same bytes.
func serveRaw(t *testing.T, response string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				buffer := make([]byte, 64<<10)
				for request := ""; ; {
					n, err := conn.Read(buffer)
					if err != nil {
						return
					}
					if request += string(buffer[:n]); strings.HasSuffix(request, "\r\n\r\n") {
						io.WriteString(conn, response)
						request = ""
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}
