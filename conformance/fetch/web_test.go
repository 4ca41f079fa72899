package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A web is a set of sites, each a real server on a loopback socket. Whatever
// host an agent asks for is looked up here, so no traffic leaves the loopback
// interface.
type web struct {
	t         *testing.T
	transport *http.Transport
	mu        sync.Mutex
	addresses map[string]string // host:port to loopback address
}

func newWeb(t *testing.T) *web {
	w := &web{t: t, addresses: map[string]string{}}
	w.transport = &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			w.mu.Lock()
			loopback, ok := w.addresses[address]
			w.mu.Unlock()
			if !ok {
				return nil, fmt.Errorf("no site at %s", address)
			}
			return (&net.Dialer{}).DialContext(ctx, network, loopback)
		},
		TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com"},
	}
	t.Cleanup(w.transport.CloseIdleConnections)
	return w
}

// site serves handler at origin, which is an https origin for HTTP/2.
func (w *web) site(origin string, handler http.HandlerFunc) {
	w.t.Helper()
	u, err := parseURL(origin, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	port := u.port
	if u.scheme == "https" {
		server.EnableHTTP2 = true
		server.StartTLS()
		w.transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
		if port == "" {
			port = "443"
		}
	} else {
		server.Start()
		if port == "" {
			port = "80"
		}
	}
	w.t.Cleanup(server.Close)
	w.mu.Lock()
	w.addresses[net.JoinHostPort(strings.Trim(u.host, "[]"), port)] = server.Listener.Addr().String()
	w.mu.Unlock()
}

// overHTTP2 makes agents use HTTP/2 if a site speaks it.
func (w *web) overHTTP2() *web {
	w.transport.ForceAttemptHTTP2 = true
	return w
}

func (w *web) agent(origin string) *Agent {
	w.t.Helper()
	agent, err := NewAgent(origin)
	if err != nil {
		w.t.Fatal(err)
	}
	agent.Transport = w.transport
	return agent
}

// eachProtocol runs test over HTTP/1.1 and over HTTP/2.
func eachProtocol(t *testing.T, test func(t *testing.T, w *web)) {
	t.Run("HTTP/1.1", func(t *testing.T) { test(t, newWeb(t)) })
	t.Run("HTTP/2", func(t *testing.T) { test(t, newWeb(t).overHTTP2()) })
}

// responses is how a site responds to preflights and to requests: header lines, of
// which one that reads "Status: 302" sets the status.
type responses struct {
	preflight, request []string
}

func (a responses) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines := a.request
	if r.Method == "OPTIONS" && r.Header.Get("Access-Control-Request-Method") != "" {
		lines = a.preflight
	}
	respond(w, lines...)
}

func respond(w http.ResponseWriter, lines ...string) {
	status := 200
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		if name == "Status" {
			fmt.Sscan(value, &status)
			continue
		}
		w.Header()[http.CanonicalHeaderKey(name)] = append(w.Header()[http.CanonicalHeaderKey(name)], value)
	}
	w.WriteHeader(status)
	if !isNullBodyStatus(status) {
		io.WriteString(w, "hello")
	}
}

// outcome returns the outcome of a fetch in one line: the type and status of
// the response, or the failed step and the header at fault.
func outcome(t *testing.T, response *Response, err error) string {
	t.Helper()
	var networkError *NetworkError
	var requestError *RequestError
	switch {
	case errors.As(err, &networkError):
		checkNetworkError(t, networkError)
		s := "network error: " + string(networkError.Step)
		if networkError.Preflight && !strings.HasPrefix(string(networkError.Step), "preflight") {
			s = "network error: preflight: " + string(networkError.Step)
		}
		if networkError.Header != "" {
			s += ": " + networkError.Header
		}
		return s
	case errors.As(err, &requestError):
		return "request error: " + requestError.Member
	case err != nil:
		return "error: " + err.Error()
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return fmt.Sprintf("%s %d", response.Type, response.Status)
}

// checkNetworkError checks that a network error has what the type promises.
func checkNetworkError(t *testing.T, e *NetworkError) {
	t.Helper()
	if e.Step == "" || !strings.HasPrefix(e.Section, "Fetch, ") || e.Origin == "" || e.Method == "" || e.URL == "" {
		t.Errorf("a field is missing: %#v", e)
	}
	if e.Reason == "" || strings.HasSuffix(e.Reason, ".") || !strings.HasSuffix(e.Fix, ".") {
		t.Errorf("not sentences: %q %q", e.Reason, e.Fix)
	}
	for i := range len(e.Error()) {
		if c := e.Error()[i]; c < ' ' || c == 0x7F {
			t.Errorf("the message is not printable: %q", e.Error())
		}
	}
}

// wire returns the exchanges of a fetch in short form: "OPTIONS https://… 204".
func wire(response *Response, err error) []string {
	var trace Trace
	var networkError *NetworkError
	if errors.As(err, &networkError) {
		trace = networkError.Trace
	} else if response != nil {
		trace = response.Trace
	}
	var lines []string
	for _, e := range trace {
		lines = append(lines, fmt.Sprintf("%s %s %d", e.Method, e.URL, e.Status))
	}
	return lines
}

func expectWire(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("exchanges:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const (
	app   = "https://app.example.com"
	api   = "https://api.example.com"
	other = "https://other.example.net"
)
