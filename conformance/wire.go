package conformance

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wireTimeout bounds one exchange.
const wireTimeout = 10 * time.Second

// request sends a request unchanged, judges the response, and returns the
// response's CORS headers.
func (j *judge) request(ctx context.Context, r *Request) (cors map[string]string, wrong *fault) {
	base, err := url.Parse(j.server.URL)
	if err != nil {
		return nil, &fault{causeNoResponse, "the server's URL: " + err.Error()}
	}
	sent := r.write(base)
	j.seen.Wire = "> " + strings.ReplaceAll(strings.TrimRight(abridge(sent), "\r\n"), "\r\n", "\n> ")
	response, err := j.server.SendText(ctx, r.method(), sent)
	if err != nil {
		if r.Expect.Refusal {
			return nil, nil
		}
		return nil, &fault{causeNoResponse, "there is no response: " + err.Error()}
	}
	j.seen.Wire += "\n< " + response.Status + "\n" + lines(response.Header)
	return corsHeaders(response.Header), r.Expect.compare(response, j.responses)
}

func (r *Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// write writes the request as HTTP/1.1. The headers are not checked: some are
// meant to be wrong.
func (r *Request) write(base *url.URL) string {
	path := r.Path
	if path == "" {
		path = "/data"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", r.method(), base.Path+path, base.Host)
	for i, h := range r.Headers {
		value := h[1]
		if i == len(r.Headers)-1 && r.Repeat > 1 {
			value = strings.Repeat(value, r.Repeat)
		}
		fmt.Fprintf(&text, "%s:%s\r\n", h[0], value)
	}
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.method()) {
		text.WriteString("Content-Length: 0\r\n")
	}
	text.WriteString("\r\n")
	return text.String()
}

// Send sends a request as it is written, and returns the response without its body.
func (s *Server) Send(ctx context.Context, r *Request) (*http.Response, error) {
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("the server's URL: %w", err)
	}
	return s.SendText(ctx, r.method(), r.write(base))
}

// SendText sends the text of a request in a connection of its own, and returns the
// response without its body. The method says whether the response can have one.
func (s *Server) SendText(ctx context.Context, method, text string) (*http.Response, error) {
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("the server's URL: %w", err)
	}
	dialer := net.Dialer{Timeout: wireTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", base.Host)
	if err != nil {
		return nil, err
	}
	if base.Scheme == "https" {
		config := s.TLS.Clone()
		if config == nil {
			config = new(tls.Config)
		}
		config.NextProtos = []string{"http/1.1"}
		if config.ServerName == "" {
			config.ServerName = base.Hostname()
		}
		conn = tls.Client(conn, config)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(wireTimeout))
	// A server may respond and close before it has read everything. Its response counts.
	_, writeErr := io.WriteString(conn, text)
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		if writeErr != nil {
			return nil, writeErr
		}
		return nil, err
	}
	io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	response.Body.Close()
	return response, nil
}

// abridge cuts long lines, so that people can read them.
func abridge(text string) string {
	const most = 200
	all := strings.Split(text, "\r\n")
	for i, line := range all {
		if len(line) > most {
			line = line[:most] + fmt.Sprintf("… (%d bytes)", len(all[i]))
		}
		quoted := strconv.Quote(line)
		all[i] = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	return strings.Join(all, "\r\n")
}

func lines(h http.Header) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fmt.Fprintf(&text, "< %s: %s\n", name, abridge(value))
		}
	}
	return text.String()
}

// corsHeaders returns the headers of the CORS protocol, and Vary.
func corsHeaders(h http.Header) map[string]string {
	headers := make(map[string]string)
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Vary" {
			headers[name] = strings.Join(values, ", ")
		}
	}
	return headers
}

// compare judges a response. earlier are the CORS headers of the responses of
// earlier steps.
func (e *ResponseExpectation) compare(response *http.Response, earlier []map[string]string) *fault {
	h := response.Header
	if e.Refusal && 400 <= response.StatusCode && response.StatusCode < 500 && h.Get("Access-Control-Allow-Origin") == "" {
		return nil
	}
	if e.Status != "" && !statusIs(response.StatusCode, e.Status) {
		return &fault{causeStatus, fmt.Sprintf("the status is %d, and must be %s", response.StatusCode, e.Status)}
	}
	if handled := h.Get("X-Handled") == "yes"; e.Handled != nil && handled != *e.Handled {
		if handled {
			return &fault{causeApplicationSeen, "the application responds, and must not see the request"}
		}
		return &fault{causeApplicationUnseen, "the application must see the request, and does not"}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		if got := strings.Join(h.Values(name), ", "); got != e.Headers[name] {
			return &fault{causeHeaderValue, fmt.Sprintf("%s is %q, and must be %q", name, abridge(got), e.Headers[name])}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Contains)) {
		if got := strings.Join(h.Values(name), ", "); !strings.Contains(got, e.Contains[name]) {
			return &fault{causeHeaderValue, fmt.Sprintf("%s is %q, and must have %q in it", name, abridge(got), e.Contains[name])}
		}
	}
	for _, name := range e.Absent {
		if found := match(h, name); found != "" {
			return &fault{causeHeaderPresent, fmt.Sprintf("%s is there (%q), and must not be", found, abridge(h.Get(found)))}
		}
	}
	for _, name := range e.Vary {
		if !hasMember(h.Values("Vary"), name) {
			return &fault{causeVaryMissing, fmt.Sprintf("Vary is %q, and must name %s", strings.Join(h.Values("Vary"), ", "), name)}
		}
	}
	for _, name := range e.NoVary {
		if hasMember(h.Values("Vary"), name) {
			return &fault{causeVarySuperfluous, fmt.Sprintf("Vary is %q, and must not name %s", strings.Join(h.Values("Vary"), ", "), name)}
		}
	}
	for _, text := range e.Lacks {
		if name := holding(h, text); name != "" {
			return &fault{causeEcho, fmt.Sprintf("%s is %q, and must not have %q in it", name, abridge(h.Get(name)), text)}
		}
	}
	for _, name := range e.Once {
		if n := len(h.Values(name)); n != 1 {
			return &fault{causeSeveralLines, fmt.Sprintf("%s has %d lines, and must have one", name, n)}
		}
	}
	if e.SameAs > 0 {
		if got, want := corsHeaders(h), earlier[e.SameAs-1]; !maps.Equal(got, want) {
			return &fault{causeResponsesDiffer, fmt.Sprintf("the CORS headers are %s, and must be those of step %d, %s", headerText(got), e.SameAs, headerText(want))}
		}
	}
	return nil
}

// headerText returns headers in a line.
func headerText(headers map[string]string) string {
	if len(headers) == 0 {
		return "none"
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		all = append(all, name+": "+abridge(headers[name]))
	}
	return strings.Join(all, "; ")
}

// match returns the name of a header that matches name, which may end in "*".
func match(h http.Header, name string) string {
	prefix, isPrefix := strings.CutSuffix(name, "*")
	for _, present := range slices.Sorted(maps.Keys(h)) {
		if strings.EqualFold(present, name) || isPrefix && len(present) >= len(prefix) && strings.EqualFold(present[:len(prefix)], prefix) {
			return present
		}
	}
	return ""
}

// holding returns the name of a header whose name or value contains a text.
func holding(h http.Header, text string) string {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if line := name + ": " + strings.Join(h[name], ", "); strings.Contains(strings.ToLower(line), strings.ToLower(text)) {
			return name
		}
	}
	return ""
}

func hasMember(lines []string, name string) bool {
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.TrimSpace(member); strings.EqualFold(member, name) || member == "*" {
				return true
			}
		}
	}
	return false
}

// statusIs reports whether a status is, for example, "204", "2xx" or "not 2xx".
func statusIs(status int, want string) bool {
	class, negated := strings.CutPrefix(want, "not ")
	got := strconv.Itoa(status)
	if digit, isClass := strings.CutSuffix(class, "xx"); isClass {
		return strings.HasPrefix(got, digit) != negated
	}
	return (got == class) != negated
}
