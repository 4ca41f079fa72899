package browsers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance/browsers"
	"github.com/corskit/cors/conformance/internal/process"
)

// name responds with a name and a description of the request.
func name(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s: %s %s %s %q", name, r.Method, r.Host, r.RequestURI, body)
	})
}

// ask sends a request through a web, and returns the body of the response.
func ask(t *testing.T, w *browsers.Web, method, url, body string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.Transport().RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return string(got), err
}

func checkAsk(t *testing.T, w *browsers.Web, method, url, body, want string) {
	t.Helper()
	if got, err := ask(t, w, method, url, body); err != nil || got != want {
		t.Errorf("%s %s: got %q, %v, want %q", method, url, got, err, want)
	}
}

func TestWebTellsOriginsApart(t *testing.T) {
	w := browsers.NewWeb(t)
	origins := []string{
		"https://example.com", "https://example.com:8443", "http://example.com", "http://example.com:8443",
		"https://api.example.com", "http://localhost:3000", "https://127.0.0.1", "http://[::1]:3000", "https://[2001:db8::1]",
	}
	for _, origin := range origins {
		w.Handle(origin, name(origin))
	}
	for _, origin := range origins {
		_, host, _ := strings.Cut(origin, "://")
		checkAsk(t, w, http.MethodPost, origin+"/a%2Fb?c", "body", origin+": POST "+host+` /a%2Fb?c "body"`)
	}
}

func TestWebHasNoOtherOrigins(t *testing.T) {
	w := browsers.NewWeb(t)
	w.Handle("https://example.com", name("https"))
	for _, url := range []string{
		"https://other.com/", "https://api.example.com/", "https://example.com:8443/", "http://example.com/",
		"http://example.com:443/", "http://127.0.0.1/", "http://localhost/",
	} {
		if got, err := ask(t, w, http.MethodGet, url, ""); err == nil {
			t.Errorf("%s: got %q, want an error", url, got)
		}
	}
}

func TestWebRefusesWhatIsNoOrigin(t *testing.T) {
	w := browsers.NewWeb(t)
	for _, origin := range []string{"", "null", "example.com", "ws://example.com", "https://", "https://example.com/", "https://example.com:x", "https://example.com:65536", "https://user@example.com", "https://example .com"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is accepted as an origin", origin)
				}
			}()
			w.Handle(origin, name("none"))
		}()
	}
}

// An origin gets another server while the client keeps its connection.
func TestWebServesAnOriginByWhatIsSetLast(t *testing.T) {
	w := browsers.NewWeb(t)
	first, second := httptest.NewServer(name("first server")), httptest.NewServer(name("second server"))
	t.Cleanup(first.Close)
	t.Cleanup(second.Close)
	for _, origin := range []string{"https://example.com", "http://example.com"} {
		for range 2 {
			for _, server := range []*httptest.Server{first, second} {
				w.Forward(origin, server.Listener.Addr().String())
				server.Config.Handler = name(server.URL)
				checkAsk(t, w, http.MethodPut, origin+"/", "x", server.URL+`: PUT example.com / "x"`)
			}
			w.Handle(origin, name("handler"))
			checkAsk(t, w, http.MethodPut, origin+"/", "x", `handler: PUT example.com / "x"`)
		}
	}
}

func TestWebPassesTheBytesOfAServerOn(t *testing.T) {
	w := browsers.NewWeb(t)
	w.Forward("https://example.com", serveRaw(t, "HTTP/1.1 299 Odd  Reason\r\nx-odd:a \r\nX-Odd:  b\r\n\r\nuntil the end"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, want := fmt.Sprintf("%s %v", response.Status, response.Header), "299 Odd  Reason map[X-Odd:[a b]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWebEndsTheConnectionOfAServerThatDoes(t *testing.T) {
	w := browsers.NewWeb(t)
	w.Handle("https://example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	if got, err := ask(t, w, http.MethodGet, "https://example.com/", ""); err == nil {
		t.Errorf("got %q, want an error", got)
	}
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	w.Forward("https://example.com", "127.0.0.1:"+port)
	if got, err := ask(t, w, http.MethodGet, "https://example.com/", ""); err == nil {
		t.Errorf("got %q from a server that is not there, want an error", got)
	}
}

func TestWebIsWatched(t *testing.T) {
	w := browsers.NewWeb(t)
	const origin = "https://example.com"
	var mu sync.Mutex
	seen := make(map[string]int)
	watch := func(who string) func(*http.Request) {
		return func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			seen[fmt.Sprintf("%s sees %s %s %s", who, r.Method, r.RequestURI, r.Header.Get("X-Header"))]++
		}
	}
	w.Watch(origin, watch("first"))
	w.Handle(origin, name("handler"))
	w.Handle("https://other.com", name("other"))
	var requests sync.WaitGroup
	for range 20 {
		requests.Go(func() {
			checkAsk(t, w, http.MethodPut, origin+"/path", "x", `handler: PUT example.com /path "x"`)
			checkAsk(t, w, http.MethodPut, "https://other.com/path", "x", `other: PUT other.com /path "x"`)
		})
	}
	requests.Wait()
	w.Watch(origin, watch("second"))
	checkAsk(t, w, http.MethodGet, origin+"/other", "", `handler: GET example.com /other ""`)
	if got, want := fmt.Sprint(seen), "map[first sees PUT /path :20 second sees GET /other :1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A running request does not keep a web from ending.
func TestWebEndsWithItsTest(t *testing.T) {
	var failed error
	t.Run("web", func(t *testing.T) {
		arrived, done := make(chan bool), make(chan bool)
		t.Cleanup(func() { <-done }) // after the web has ended
		w := browsers.NewWeb(t)
		w.Handle("https://example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
		}))
		transport := w.Transport()
		go func() {
			defer close(done)
			r, err := http.NewRequest(http.MethodGet, "https://example.com/", nil)
			if err == nil {
				_, err = transport.RoundTrip(r)
			}
			failed = err
		}()
		<-arrived
	})
	if failed == nil {
		t.Error("the request gets a response, although its web has ended")
	}
}
