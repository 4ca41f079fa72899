package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A server that speaks HTTP/1.1 badly, over a real socket.
func TestHostileServers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	const network = "network error: network"
	tests := []struct {
		title, raw, want string
	}{
		{"closes at once", "", network},
		{"is no HTTP", "SSH-2.0-OpenSSH\r\n", network},
		{"has a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", network},
		{"has a negative status", "HTTP/1.1 -20 OK\r\n\r\n", network},
		{"switches protocols unasked", "HTTP/1.1 101 Switching Protocols\r\nAccess-Control-Allow-Origin: *\r\n\r\n", network},
		{"sends nothing after early hints", "HTTP/1.1 103 Early Hints\r\nAccess-Control-Allow-Origin: *\r\n\r\n", network},
		{"sends early hints first", "HTTP/1.1 103 Early Hints\r\nAccess-Control-Allow-Origin: *\r\n\r\n" + ok + "\r\n", "network error: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"has status 000", "HTTP/1.1 000 Zero\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n", "cors 0"},
		{"has status 999", "HTTP/1.1 999 Odd\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n", "cors 999"},
		{"has a header without a colon", ok + "Access-Control-Allow-Origin *\r\n\r\n", network},
		{"has a header name with a space", ok + "Access-Control-Allow-Origin : *\r\n\r\n", "network error: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"folds a header over two lines", ok + "Access-Control-Allow-Origin:\r\n *\r\n\r\n", "cors 200"},
		{"has a NUL in a header", ok + "Access-Control-Allow-Origin: *\x00\r\n\r\n", network},
		{"has bytes beyond ASCII in a header", ok + "Access-Control-Allow-Origin: \xff\xfe\r\n\r\n", "network error: CORS check: origin: Access-Control-Allow-Origin"},
		{"has a terminal's escape in a header", ok + "Access-Control-Allow-Origin: \x1b[2J\r\n\r\n", network},
		{"has a hundred origins", ok + strings.Repeat("Access-Control-Allow-Origin: "+app+"\r\n", 100) + "\r\n", "network error: CORS check: origin: Access-Control-Allow-Origin"},
		{"has headers just small enough", ok + "Access-Control-Allow-Origin: *\r\nX: " + strings.Repeat("x", 255<<10) + "\r\n\r\n", "cors 200"},
		{"has headers too large", ok + "Access-Control-Allow-Origin: *\r\nX: " + strings.Repeat("x", 256<<10) + "\r\n\r\n", network},
		{"exposes a hundred thousand headers", ok + "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: " + strings.Repeat("a,", 100_000) + "\r\n\r\n", "cors 200"},
		{"redirects to a Location that isn't a URL", "HTTP/1.1 302 Found\r\nConnection: close\r\nAccess-Control-Allow-Origin: *\r\nLocation: http://[\xff\r\n\r\n", "network error: redirect: location: Location"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			w := newWeb(t)
			w.rawSite("api.example.com:80", test.raw)
			response, err := w.agent(app).Fetch(t.Context(), &Request{URL: "http://api.example.com/"})
			if got := outcome(t, response, err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// rawSite writes the bytes of raw to every connection at address.
func (w *web) rawSite(address, raw string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { listener.Close() })
	w.addresses[address] = listener.Addr().String()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					io.WriteString(conn, raw)
				}
			}()
		}
	}()
}

func TestHostileTransports(t *testing.T) {
	failure := errors.New("out of order \x1b[2J")
	tests := []struct {
		title    string
		response *http.Response
		err      error
		want     string
	}{
		{"neither response nor error", nil, nil, "network error: network"},
		{"an error", nil, failure, "network error: network"},
		{"a response and an error", &http.Response{StatusCode: 200, Body: http.NoBody}, failure, "network error: network"},
		{"no body, no headers", &http.Response{StatusCode: 200}, nil, "network error: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"no body", &http.Response{StatusCode: 200, Header: http.Header{"access-control-allow-origin": {" *\r\n"}}}, nil, "cors 200"},
		{"a negative status", &http.Response{StatusCode: -1}, nil, "network error: network"},
		{"a status of four digits", &http.Response{StatusCode: 1000}, nil, "network error: network"},
		{"two spellings of one header", &http.Response{StatusCode: 200, Header: http.Header{"Access-Control-Allow-Origin": {"*"}, "access-control-allow-origin": {"*"}}}, nil,
			"network error: CORS check: origin: Access-Control-Allow-Origin"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			agent := &Agent{Origin: app, Transport: roundTripper(func(*http.Request) (*http.Response, error) { return test.response, test.err })}
			response, err := agent.Fetch(t.Context(), &Request{URL: api})
			if got := outcome(t, response, err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
			if test.err != nil && !errors.Is(err, test.err) {
				t.Errorf("%v does not wrap the transport's error", err)
			}
		})
	}
}

func TestContextEndsAFetch(t *testing.T) {
	w := newWeb(t)
	ended := make(chan struct{})
	w.site(api, func(http.ResponseWriter, *http.Request) { <-ended })
	defer close(ended) // not before the fetch has failed: its own end would race with a response
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := w.agent(app).Fetch(ctx, &Request{URL: api + "/", Method: "PUT"})
	var networkError *NetworkError
	if !errors.As(err, &networkError) || !networkError.Preflight || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// A preflight's body is ignored, however long it is.
func TestEndlessPreflightBody(t *testing.T) {
	eachProtocol(t, func(t *testing.T, w *web) {
		w.site(api, func(rw http.ResponseWriter, r *http.Request) {
			respond(rw, allow...)
			for r.Method == "OPTIONS" {
				if _, err := rw.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		})
		response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/", Method: "PUT"})
		if got := outcome(t, response, err); got != "cors 200" {
			t.Errorf("got %s (%v)", got, err)
		}
	})
}

func TestConcurrentFetches(t *testing.T) {
	eachProtocol(t, func(t *testing.T, w *web) {
		w.site(api, func(rw http.ResponseWriter, r *http.Request) {
			lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Set-Cookie: a=b"}
			if r.Header.Get("Access-Control-Request-Method") != "" {
				lines = append(lines, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: "+r.Header.Get("Access-Control-Request-Headers"))
			}
			if r.URL.Path == "/bad" {
				lines = nil
			}
			respond(rw, lines...)
		})
		agent := w.agent(app)
		request := &Request{URL: api + "/", Method: "PUT", Headers: HeaderList{{"X-A", "1"}}, Credentials: CredentialsInclude}
		var group sync.WaitGroup
		for i := range 32 {
			group.Go(func() {
				r := request
				want := "cors 200"
				if i%4 == 0 {
					r = &Request{URL: api + "/bad", Method: "PUT"}
					want = "network error: preflight: CORS check: origin missing: Access-Control-Allow-Origin"
				}
				response, err := agent.Fetch(t.Context(), r)
				if got := outcome(t, response, err); got != want {
					t.Errorf("got %s (%v), want %s", got, err, want)
				}
			})
		}
		group.Wait()
	})
}

// Whatever a server sends, a fetch ends in a response or a network error.
func FuzzFetch(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n", "PUT", "X-A: 1")
	f.Add("HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: https://app.example.com\r\nAccess-Control-Allow-Methods: *\r\nAccess-Control-Max-Age: 5\r\n\r\n", "patch", "")
	f.Add("HTTP/1.1 302 Found\r\nAccess-Control-Allow-Origin: *\r\nLocation: //other.example.net\r\n\r\n", "GET", "")
	f.Add("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", "GET", "Range: bytes=0-1")
	f.Fuzz(func(t *testing.T, raw, method, header string) {
		exchanges := 0
		agent := &Agent{Origin: app, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			exchanges++
			return http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), r)
		})}
		name, value, _ := strings.Cut(header, ": ")
		response, err := agent.Fetch(t.Context(), &Request{URL: api, Method: method, Headers: HeaderList{{name, value}}})
		got := outcome(t, response, err)
		if exchanges > 2*(maxRedirects+1) {
			t.Errorf("%d exchanges", exchanges)
		}
		if response == nil {
			return
		}
		if response.Type != ResponseCORS {
			t.Errorf("got %s from another origin", got)
		}
		last := response.Trace[len(response.Trace)-1]
		if origin, _ := last.ResponseHeaders.Get("Access-Control-Allow-Origin"); origin != "*" && origin != app && origin != "null" {
			t.Errorf("a response for %q is shared", origin)
		}
		for _, h := range response.Headers {
			if isForbiddenResponseHeaderName(h.Name) {
				t.Errorf("%s is visible", h.Name)
			}
		}
		if printed := response.Trace.String(); bytes.ContainsFunc([]byte(printed), func(c rune) bool { return c < ' ' && c != '\n' }) {
			t.Errorf("the trace is not printable: %q", printed)
		}
	})
}

// The error tells a limit of net/http from a missing server.
func TestAControlByteInAHeader(t *testing.T) {
	eachProtocol(t, func(t *testing.T, w *web) {
		w.site(app, func(rw http.ResponseWriter, r *http.Request) { respond(rw) })
		agent := w.agent(app)
		_, err := agent.Fetch(t.Context(), &Request{URL: app + "/", Headers: HeaderList{{"X-A", "a\x01b"}}})
		if !errors.Is(err, ErrControlByte) || !strings.Contains(err.Error(), "control byte") {
			t.Errorf("the error is %v", err)
		}
		agent.Transport = roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no connection") })
		if _, err := agent.Fetch(t.Context(), &Request{URL: app + "/", Headers: HeaderList{{"X-A", "a\tb"}}}); errors.Is(err, ErrControlByte) {
			t.Errorf("a tab counts as a control byte: %v", err)
		}
	})
}
