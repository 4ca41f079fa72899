//go:build !js

package main

import (
	"bytes"
	"net"
	"strconv"
	"strings"
	"sync"
)

const (
	keptExchanges = 1000
	keptMessages  = 8        // of an exchange
	maxHead       = 64 << 10 // bytes of a request or a response
	maxExchangeID = 64
)

// A recorder keeps the last exchanges as they went over the wire.
type recorder struct {
	mu        sync.Mutex
	exchanges map[string][]Message
	order     []string // of the ids, the oldest first
}

func newRecorder() *recorder { return &recorder{exchanges: make(map[string][]Message)} }

// messages returns those of an exchange.
func (r *recorder) messages(id string) []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Message{}, r.exchanges[id]...)
}

func (r *recorder) add(id string, m Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.exchanges[id]; !ok {
		if len(r.order) == keptExchanges {
			delete(r.exchanges, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, id)
	}
	if len(r.exchanges[id]) < keptMessages {
		r.exchanges[id] = append(r.exchanges[id], m)
	}
}

// listen returns l with every exchange recorded that is named.
func (r *recorder) listen(l net.Listener) net.Listener { return recordingListener{l, r} }

type recordingListener struct {
	net.Listener
	recorder *recorder
}

func (l recordingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &recordingConn{Conn: c, recorder: l.recorder}, nil
}

// A recordingConn reads along. HTTP/1.1 takes turns: a request, its response, the
// next request. (No browser pipelines. Of requests that come at once, the first
// is recorded.)
type recordingConn struct {
	net.Conn
	recorder *recorder

	mu                sync.Mutex // the server reads and writes at once
	request, response []byte     // the heads of both, as far as they have come
	filed             bool
}

func (c *recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.filed {
			c.request, c.response, c.filed = nil, nil, false
		}
		c.request = appendHead(c.request, p[:n])
	}
	return n, err
}

func (c *recordingConn) Write(p []byte) (int, error) {
	c.note(p)
	return c.Conn.Write(p)
}

func (c *recordingConn) note(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.filed {
		return
	}
	c.response = appendHead(c.response, p)
	if !bytes.HasSuffix(c.response, endOfHead) {
		return
	}
	if bytes.HasPrefix(c.response, []byte("HTTP/1.1 1")) {
		c.response = nil // 100 Continue: the response is still to come
		return
	}
	c.filed = true
	if id, m, ok := parseMessage(c.request, c.response); ok {
		c.recorder.add(id, m)
	}
}

var endOfHead = []byte("\r\n\r\n")

// appendHead appends to a head what belongs to it of more. A head that is too
// long never ends.
func appendHead(head, more []byte) []byte {
	if bytes.HasSuffix(head, endOfHead) {
		return head
	}
	seen := max(0, len(head)-len(endOfHead)+1)
	head = append(head, more[:min(len(more), maxHead-len(head))]...)
	if i := bytes.Index(head[seen:], endOfHead); i >= 0 {
		head = head[:seen+i+len(endOfHead)]
	}
	return head
}

// parseMessage reads the heads of a request and a response. It fails if one has
// not come whole, or the request belongs to no exchange.
func parseMessage(request, response []byte) (id string, m Message, ok bool) {
	line, headers := parseHead(request)
	parts := strings.Split(line, " ")
	if len(parts) != 3 || !bytes.HasSuffix(request, endOfHead) {
		return "", Message{}, false
	}
	method, target := parts[0], parts[1]
	path, query, _ := strings.Cut(target, "?")
	var rest []string
	for part := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(part, exchangeParameter+"="); ok {
			id = value
		} else {
			rest = append(rest, part)
		}
	}
	if id == "" || len(id) > maxExchangeID {
		return "", Message{}, false
	}
	if len(rest) > 0 {
		path += "?" + strings.Join(rest, "&")
	}
	m.Request = WireRequest{Method: method, Target: path, Headers: headers}
	m.Preflight = method == "OPTIONS" && header(headers, "Access-Control-Request-Method") != ""

	line, headers = parseHead(response)
	_, status, _ := strings.Cut(line, " ")
	code, text, _ := strings.Cut(status, " ")
	m.Response = WireResponse{StatusText: text, Headers: headers}
	var err error
	m.Response.Status, err = strconv.Atoi(code)
	return id, m, err == nil
}

// parseHead returns the first line of a head, and the headers.
func parseHead(head []byte) (line string, headers [][2]string) {
	text, _, _ := strings.Cut(string(head), string(endOfHead))
	lines := strings.Split(text, "\r\n")
	headers = [][2]string{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		headers = append(headers, [2]string{name, strings.Trim(value, " \t")})
	}
	return lines[0], headers
}
