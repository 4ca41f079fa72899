package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/examples/internal/loopback"
)

// record serves next with a recorder, and returns it with the address.
func record(t *testing.T, next http.Handler) (*recorder, string) {
	t.Helper()
	l, err := loopback.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	r := newRecorder()
	server := httpServer(next)
	go func() { _ = server.Serve(r.listen(l)) }()
	t.Cleanup(func() { _ = server.Close() })
	return r, l.Addr().String()
}

// converse sends the text of a request and reads the response to it, for each
// request on the same connection.
func converse(t *testing.T, addr string, requests ...string) {
	t.Helper()
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, text := range requests {
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(text, " ")
		response, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("no response to %.80q: %v", text, err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExchangesAreRecordedAsTheyWentOverTheWire(t *testing.T) {
	r, addr := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header()["x-lower"] = []string{"one", "two"}
		w.Header()["Date"] = nil
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		fmt.Fprint(w, "a body\r\n\r\nHTTP/1.1 500 of its own")
	}))
	body := strings.Repeat("a\r\n\r\nGET /?exchange=body HTTP/1.1\r\n\r\n", 5000)
	converse(t, addr,
		"OPTIONS /posts?b=2&exchange=one&a=%41 HTTP/1.1\r\nHost: a.example\r\naccess-control-request-METHOD:  PUT \r\nOrigin: https://app.example.com\r\n\r\n",
		"PUT /posts?exchange=one HTTP/1.1\r\nHost: a.example\r\nContent-Length: "+fmt.Sprint(len(body))+"\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n"+body,
		"GET /posts HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"HEAD /posts?exchange=two HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"DELETE /posts?exchange=two HTTP/1.1\r\nHost: a.example\r\n\r\n",
	)
	text := [][2]string{{"Content-Length", "33"}, {"Content-Type", "text/plain; charset=utf-8"}, {"x-lower", "one"}, {"x-lower", "two"}}
	for id, want := range map[string][]Message{
		"one": {
			{true, WireRequest{"OPTIONS", "/posts?b=2&a=%41", [][2]string{{"Host", "a.example"}, {"access-control-request-METHOD", "PUT"}, {"Origin", "https://app.example.com"}}},
				WireResponse{200, "OK", text}},
			{false, WireRequest{"PUT", "/posts", [][2]string{{"Host", "a.example"}, {"Content-Length", fmt.Sprint(len(body))}, {"X-Twice", "1"}, {"x-twice", "2"}}},
				WireResponse{200, "OK", text}},
		},
		"two": {
			{false, WireRequest{"HEAD", "/posts", [][2]string{{"Host", "a.example"}}}, WireResponse{200, "OK", text}},
			{false, WireRequest{"DELETE", "/posts", [][2]string{{"Host", "a.example"}}}, WireResponse{204, "No Content", text[2:]}},
		},
		"":     {},
		"body": {},
	} {
		got := r.messages(id)
		for _, m := range got { // net/http writes those of the handler in no order
			slices.SortStableFunc(m.Response.Headers, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("exchange %q is\n%v\nwant\n%v", id, got, want)
		}
	}
}

func TestContinueIsNoResponse(t *testing.T) {
	r, addr := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusTeapot)
	}))
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	fmt.Fprint(c, "POST /?exchange=one HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the server says %q, %v", line, err)
	}
	fmt.Fprint(c, "body")
	_, _ = in.ReadString('\n') // the end of 100
	if _, err := http.ReadResponse(in, nil); err != nil {
		t.Fatal(err)
	}
	if got := r.messages("one"); len(got) != 1 || got[0].Response.Status != http.StatusTeapot || got[0].Request.Method != "POST" {
		t.Errorf("the exchange is %v, want a POST with the response 418", got)
	}
}

func TestWhatIsNoExchangeIsNotRecorded(t *testing.T) {
	r, addr := record(t, http.NotFoundHandler())
	for name, request := range map[string]string{
		"no HTTP":       "nonsense\r\n\r\n",
		"half a line":   "GET /?exchange=x\r\n\r\n",
		"a huge head":   "GET /?exchange=x HTTP/1.1\r\nHost: a\r\nX-Huge: " + strings.Repeat("a", maxHead) + "\r\n\r\n",
		"a long id":     "GET /?exchange=" + strings.Repeat("x", maxExchangeID+1) + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"an empty id":   "GET /?exchange= HTTP/1.1\r\nHost: a\r\n\r\n",
		"another name":  "GET /?myexchange=x HTTP/1.1\r\nHost: a\r\n\r\n",
		"only the path": "GET /exchange=x HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		converse(t, addr, request)
		if len(r.order) != 0 {
			t.Errorf("%s is recorded: %v", name, r.exchanges)
		}
	}
}

func TestOfRequestsThatComeAtOnceTheFirstIsRecorded(t *testing.T) {
	r, addr := record(t, http.NotFoundHandler())
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /?exchange=a HTTP/1.1\r\nHost: a\r\n\r\nGET /?exchange=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if _, err := io.ReadAll(c); err != nil {
		t.Fatal(err)
	}
	if len(r.messages("a")) != 1 || len(r.messages("b")) != 0 {
		t.Errorf("recorded are %v, want a only", r.exchanges)
	}
}

func TestTheOldestExchangesMakeRoom(t *testing.T) {
	r := newRecorder()
	for i := range keptExchanges + 2 {
		for range keptMessages + 1 {
			r.add(fmt.Sprint(i), Message{})
		}
	}
	if len(r.exchanges) != keptExchanges || len(r.order) != keptExchanges {
		t.Errorf("%d and %d exchanges are kept, want %d", len(r.exchanges), len(r.order), keptExchanges)
	}
	for id, want := range map[string]int{"0": 0, "1": 0, "2": keptMessages, fmt.Sprint(keptExchanges + 1): keptMessages} {
		if got := len(r.messages(id)); got != want {
			t.Errorf("exchange %s has %d messages, want %d", id, got, want)
		}
	}
}

func TestConcurrentConnectionsAreKeptApart(t *testing.T) {
	r, addr := record(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Was", r.Header.Get("X-Is")) }))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			var requests []string
			for k := range 20 {
				requests = append(requests, fmt.Sprintf("GET /?exchange=%d-%d HTTP/1.1\r\nHost: a\r\nX-Is: %d-%d\r\n\r\n", i, k, i, k))
			}
			converse(t, addr, requests...)
		})
	}
	all.Wait()
	for i := range 8 {
		for k := range 20 {
			id := fmt.Sprintf("%d-%d", i, k)
			m := r.messages(id)
			if len(m) != 1 || header(m[0].Request.Headers, "X-Is") != id || header(m[0].Response.Headers, "X-Was") != id {
				t.Errorf("exchange %s is %v", id, m)
			}
		}
	}
}

// A head is found however it is cut into reads.
func FuzzHeadsAreFoundHoweverTheyAreCut(f *testing.F) {
	f.Add("GET /?exchange=a HTTP/1.1\r\nHost: a\r\n\r\nbody", uint8(1))
	f.Add("GET / HTTP/1.1\r\n\r\nbody", uint8(4)) // which cuts the end of the head
	f.Add("\r\n\r\n\r\n", uint8(3))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		want, _, found := strings.Cut(text, string(endOfHead))
		if found {
			want += string(endOfHead)
		}
		if len(want) > maxHead {
			return
		}
		var head []byte
		for rest := []byte(text); len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			head = appendHead(head, rest[:n])
			rest = rest[n:]
		}
		if string(head) != want {
			t.Errorf("the head of %q is %q", text, head)
		}
		parseMessage(head, head)
	})
}
