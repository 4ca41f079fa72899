package conformance

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
)

// A sharedCache is a cache that all browsers of a case go through. It stores
// responses that say that they are public, and serves them to every request
// that agrees in the headers that Vary names (HTTP Caching, "Calculating Cache
// Keys with the Vary Header Field").
type sharedCache struct {
	next http.RoundTripper

	mu     sync.Mutex
	stored []*storedResponse
}

type storedResponse struct {
	request  *http.Request
	response http.Response
	body     []byte
}

func (c *sharedCache) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return c.next.RoundTrip(r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stored {
		if s.matches(r) {
			return s.copy(r), nil
		}
	}
	response, err := c.next.RoundTrip(r)
	if err != nil || !strings.Contains(response.Header.Get("Cache-Control"), "public") {
		return response, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	s := &storedResponse{request: r, response: *response, body: body}
	c.stored = append(c.stored, s)
	return s.copy(r), nil
}

func (s *storedResponse) matches(r *http.Request) bool {
	if r.URL.String() != s.request.URL.String() {
		return false
	}
	for _, line := range s.response.Header.Values("Vary") {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.TrimSpace(name)
			if name == "*" || strings.Join(r.Header.Values(name), ",") != strings.Join(s.request.Header.Values(name), ",") {
				return false
			}
		}
	}
	return true
}

func (s *storedResponse) copy(r *http.Request) *http.Response {
	response := s.response
	response.Header = s.response.Header.Clone()
	response.Body = io.NopCloser(bytes.NewReader(s.body))
	response.Request = r
	return &response
}

// splitting is a proxy that writes each member of a list header in a line of
// its own (HTTP, "Field Order" allows it).
type splitting struct{ next http.RoundTripper }

func (p splitting) RoundTrip(r *http.Request) (*http.Response, error) {
	return rewrite(p.next, r, func(lines []string) []string {
		var members []string
		for _, line := range lines {
			members = append(members, strings.Split(line, ",")...)
		}
		return members
	})
}

// joining is a proxy that writes a list header in one line, with space around
// each comma and an empty member at the end (HTTP, "Lists").
type joining struct{ next http.RoundTripper }

func (p joining) RoundTrip(r *http.Request) (*http.Response, error) {
	return rewrite(p.next, r, func(lines []string) []string {
		return []string{strings.ReplaceAll(strings.Join(lines, ","), ",", " , ") + " ,"}
	})
}

// rewriting is a proxy that replaces a list with certain lines.
type rewriting struct {
	next  http.RoundTripper
	lines []string
}

func (p rewriting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Access-Control-Request-Headers") != "" {
		r = r.Clone(r.Context())
		r.Header["Access-Control-Request-Headers"] = p.lines
	}
	return p.next.RoundTrip(r)
}

// rewrite rewrites the list headers of CORS, in the request and in the
// response.
func rewrite(next http.RoundTripper, r *http.Request, lines func([]string) []string) (*http.Response, error) {
	each := func(h http.Header, names ...string) {
		for _, name := range names {
			if values := h.Values(name); len(values) > 0 {
				h[name] = lines(values)
			}
		}
	}
	r = r.Clone(r.Context())
	each(r.Header, "Access-Control-Request-Headers")
	response, err := next.RoundTrip(r)
	if err == nil {
		each(response.Header, "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers")
	}
	return response, err
}
