package browsers

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// documentPath is the path of the document that runs the scripts of an origin.
// Requests for it reach neither handler nor server.
const documentPath = "/.browsers/document"

// maxHead is the largest size of a request line with its headers, in bytes.
const maxHead = 1 << 20

// A Web has the handler or server of each origin. No other host can be reached.
// It is safe for concurrent use.
//
// Browsers reach it through a SOCKS proxy, which gets the host and the port for
// http, https and WebSockets alike, and then the bytes that the server would
// get. With an HTTP proxy, browsers would send other http requests than to a
// server, and take a 407 for the proxy's.
//
// It speaks HTTP/1.1.
type Web struct {
	authority *authority
	proxy     net.Listener
	handlers  map[string]*httptest.Server // that call the handlers of all origins, by scheme
	transport *http.Transport
	running   sync.WaitGroup

	mu    sync.Mutex
	sites map[string]*site // by origin, as parseOrigin writes it
	conns map[net.Conn]bool
	ended bool
}

// A site is a handler or the address of a server for an origin, or neither.
type site struct {
	handler http.Handler
	address string
	watch   func(*http.Request)
}

// NewWeb returns a Web without origins. It ends with the test.
func NewWeb(t testing.TB) *Web {
	t.Helper()
	authority, err := newAuthority()
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Web{
		authority: authority,
		proxy:     proxy,
		handlers:  make(map[string]*httptest.Server),
		transport: &http.Transport{
			Proxy:              http.ProxyURL(&url.URL{Scheme: "socks5", Host: proxy.Addr().String()}),
			TLSClientConfig:    &tls.Config{RootCAs: authority.pool()},
			DisableCompression: true, // tests set Accept-Encoding themselves, as browsers do
		},
		sites: make(map[string]*site),
		conns: make(map[net.Conn]bool),
	}
	for _, scheme := range []string{"http", "https"} {
		w.handlers[scheme] = httptest.NewServer(w.handle(scheme))
	}
	w.running.Go(w.accept)
	t.Cleanup(w.end)
	return w
}

// Handle makes h serve an origin, such as https://api.example.com:8443, and
// replaces what served it before. For an https origin, h gets requests without
// TLS.
//
// Handle, [Web.Forward] and [Web.Watch] panic unless the origin is an http or https origin.
func (w *Web) Handle(origin string, h http.Handler) {
	w.change(origin, func(s *site) { s.handler, s.address = h, "" })
}

// Forward makes the server at an address, which is host and port, serve an
// origin, and replaces what served it before. The server gets the HTTP/1.1
// bytes that the browser sends, without TLS, and the browser gets exactly what
// the server writes, malformed or not. WebSockets work.
func (w *Web) Forward(origin, address string) {
	w.change(origin, func(s *site) { s.handler, s.address = nil, address })
}

// Watch calls seen with the head of every request to an origin, before the
// server gets it, except requests for the document in which scripts run. Calls
// may be concurrent. Watch replaces an earlier function.
func (w *Web) Watch(origin string, seen func(*http.Request)) {
	w.change(origin, func(s *site) { s.watch = seen })
}

// Transport reaches the same origins from Go, and trusts their certificates. It
// sends requests unchanged, without adding Accept-Encoding.
func (w *Web) Transport() http.RoundTripper { return w.transport }

func (w *Web) change(origin string, change func(*site)) {
	key, err := parseOrigin(origin)
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sites[key] == nil {
		w.sites[key] = new(site)
	}
	change(w.sites[key])
}

// site returns the site of an origin, if there is one.
func (w *Web) site(key string) (s site, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.sites[key]; s != nil {
		return *s, true
	}
	return site{}, false
}

// parseOrigin returns the key of an origin. It accepts hosts that browsers
// accept and net/url doesn't.
func parseOrigin(origin string) (key string, err error) {
	scheme, authority, _ := strings.Cut(origin, "://")
	host, port := authority, map[string]string{"http": "80", "https": "443"}[scheme]
	if colon := strings.LastIndexByte(authority, ':'); port != "" && colon > strings.LastIndexByte(authority, ']') {
		host, port = authority[:colon], authority[colon+1:]
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || host == "" || strings.ContainsAny(host, "/?#@ ") {
		return "", fmt.Errorf("browsers: origin %q: write scheme, host and, unless it is the default, port, such as https://api.example.com:8443", origin)
	}
	return originKey(scheme, strings.Trim(host, "[]"), port), nil
}

// originKey removes the dot that may end a host name: some browsers leave it
// out when they connect.
func originKey(scheme, host, port string) string {
	return scheme + "://" + net.JoinHostPort(strings.TrimSuffix(host, "."), port)
}

// handle calls the handler of the origin that a request is for.
func (w *Web) handle(scheme string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		key, err := parseOrigin(scheme + "://" + r.Host)
		s, _ := w.site(key)
		if err != nil || s.handler == nil {
			http.Error(rw, "nothing serves this origin", http.StatusNotFound)
			return
		}
		s.handler.ServeHTTP(rw, r)
	})
}

// accept serves the connections of the proxy.
func (w *Web) accept() {
	for {
		conn, err := w.proxy.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		w.conns[conn] = true
		if w.ended {
			conn.Close()
		}
		w.mu.Unlock()
		w.running.Go(func() {
			w.serve(conn)
			conn.Close()
			w.mu.Lock()
			delete(w.conns, conn)
			w.mu.Unlock()
		})
	}
}

func (w *Web) end() {
	w.proxy.Close()
	w.mu.Lock()
	w.ended = true
	for conn := range w.conns {
		conn.Close()
	}
	w.mu.Unlock()
	w.transport.CloseIdleConnections()
	for _, server := range w.handlers {
		server.CloseClientConnections()
		server.Close()
	}
	w.running.Wait()
}

// recordHandshake is the first byte of a connection with TLS.
const recordHandshake = 0x16

// serve serves a connection: SOCKS, then TLS if the client begins it, then
// requests.
func (w *Web) serve(conn net.Conn) {
	host, port, err := acceptSOCKS(conn, w.knows)
	if err != nil {
		return
	}
	in := bufio.NewReader(conn)
	first, err := in.Peek(1)
	if err != nil {
		return
	}
	scheme, client := "http", net.Conn(&bufferedConn{conn, in})
	if first[0] == recordHandshake {
		certificate, err := w.authority.issue(strings.TrimSuffix(host, "."))
		if err != nil {
			return
		}
		scheme, client = "https", tls.Server(client, &tls.Config{
			Certificates: []tls.Certificate{*certificate},
			NextProtos:   []string{"http/1.1"},
		})
	}
	w.converse(client, scheme, originKey(scheme, host, port))
	client.Close()
}

// knows reports whether a host and port have an origin.
func (w *Web) knows(host, port string) bool {
	_, http := w.site(originKey("http", host, port))
	_, https := w.site(originKey("https", host, port))
	return http || https
}

// A bufferedConn is a connection from which something was read ahead.
type bufferedConn struct {
	net.Conn
	in *bufio.Reader
}

func (c *bufferedConn) Read(b []byte) (int, error) { return c.in.Read(b) }

// converse responds to a connection's requests for the document, and passes on
// all others. Browsers do not pipeline: they send a request after the previous
// response is complete.
func (w *Web) converse(client net.Conn, scheme, key string) {
	in := bufio.NewReader(client)
	var up *upstream
	defer func() { up.leave() }()
	for {
		head, request, err := readHead(in)
		if err != nil {
			return
		}
		s, ok := w.site(key)
		if !ok {
			return
		}
		if request.URL.Path == documentPath {
			if _, err := client.Write(documentResponse); err != nil {
				return
			}
			continue
		}
		if s.watch != nil {
			s.watch(request)
		}
		address := s.address
		if address == "" {
			address = w.handlers[scheme].Listener.Addr().String()
		}
		if up == nil || up.address != address {
			up.leave()
			if up, err = w.dial(client, address); err != nil {
				return
			}
		}
		if _, err := up.conn.Write(head); err != nil {
			return
		}
		body := io.Reader(io.LimitReader(in, request.ContentLength))
		if request.Header.Get("Upgrade") != "" || len(request.TransferEncoding) > 0 {
			body = in // its length is unknown
		}
		if _, err := io.Copy(up.conn, body); err != nil {
			return
		}
	}
}

// readHead reads a request up to its body. head has the bytes unchanged.
func readHead(in *bufio.Reader) (head []byte, request *http.Request, err error) {
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		part, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, nil, err
		}
		if head = append(head, part...); len(head) > maxHead {
			return nil, nil, fmt.Errorf("the headers have more than %d bytes", maxHead)
		}
	}
	request, err = http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	return head, request, err
}

// An upstream is the connection to a server for a client's connection.
type upstream struct {
	conn    net.Conn
	address string
	left    atomic.Bool
}

// dial connects a client to a server. Everything that the server writes goes to
// the client, whose connection ends with the server's.
func (w *Web) dial(client net.Conn, address string) (*upstream, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	up := &upstream{conn: conn, address: address}
	w.running.Go(func() {
		io.Copy(client, conn)
		if !up.left.Load() {
			client.Close()
		}
	})
	return up, nil
}

// leave ends the connection to the server, if there is one, but not the client's.
func (up *upstream) leave() {
	if up != nil {
		up.left.Store(true)
		up.conn.Close()
	}
}
