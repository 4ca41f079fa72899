package fetch

import (
	"fmt"
	"strings"
)

// A Trace has the exchanges of one fetch in the order in which they went over
// the wire. A preflight that the CORS-preflight cache made unnecessary is not
// among them.
type Trace []Exchange

// An Exchange is a request and its response, headers hidden from scripts
// included.
type Exchange struct {
	// Preflight reports whether it is a CORS-preflight request.
	Preflight bool
	Method    string
	// URL is the URL with its fragment, which is not sent.
	URL string
	// RequestHeaders are the headers handed to the transport, and Host.
	// Header names have HTTP/1.1's usual case, although HTTP/2 sends them in lower case.
	RequestHeaders HeaderList
	// RequestBodyBytes is the length of the body.
	RequestBodyBytes int

	// Proto is the response's protocol, such as HTTP/2.0; empty if no response
	// came.
	Proto  string
	Status int
	// StatusText is the status message, empty over HTTP/2.
	StatusText string
	// ResponseHeaders are sorted by name; lines of one name keep their order.
	ResponseHeaders HeaderList
	// Err is why there was no response, or nil.
	Err error
}

func newExchange(isPreflight bool, request *request, headers HeaderList) Exchange {
	return Exchange{
		Preflight:        isPreflight,
		Method:           request.method,
		URL:              request.currentURL().String(),
		RequestHeaders:   sentHeaders(request, headers),
		RequestBodyBytes: len(request.body),
	}
}

// String prints the exchanges one after another.
func (t Trace) String() string {
	var s strings.Builder
	for i, exchange := range t {
		if i > 0 {
			s.WriteByte('\n')
		}
		s.WriteString(exchange.String())
	}
	return s.String()
}

// String prints the exchange as HTTP/1.1 would send it, "> " before each line of
// the request and "< " before each of the response. Bytes that could upset a
// terminal are escaped, and long values cut.
func (e Exchange) String() string {
	var s strings.Builder
	target := e.URL
	if url, err := parseURL(e.URL, nil); err == nil && url.hasHTTPScheme() {
		target = url.path + url.query
	}
	fmt.Fprintf(&s, "> %s %s\n", printable(e.Method), printable(target))
	writeHeaders(&s, "> ", e.RequestHeaders)
	if e.RequestBodyBytes > 0 {
		fmt.Fprintf(&s, "> (%d bytes of body)\n", e.RequestBodyBytes)
	}
	if e.Err != nil {
		fmt.Fprintf(&s, "< (no response: %s)\n", printable(e.Err.Error()))
		return s.String()
	}
	fmt.Fprintf(&s, "< %s\n", strings.TrimSpace(fmt.Sprintf("%s %03d %s", e.Proto, e.Status, printable(e.StatusText))))
	writeHeaders(&s, "< ", e.ResponseHeaders)
	return s.String()
}

func writeHeaders(s *strings.Builder, prefix string, headers HeaderList) {
	for _, h := range headers {
		fmt.Fprintf(s, "%s%s: %s\n", prefix, printable(h.Name), printable(h.Value))
	}
}

// maxPrinted is how many bytes of a value a trace prints.
const maxPrinted = 1024

// printable returns s with everything escaped that is not printable ASCII.
func printable(s string) string {
	length := len(s)
	s = s[:min(length, maxPrinted)]
	var p strings.Builder
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			fmt.Fprintf(&p, `\x%02x`, s[i])
		} else {
			p.WriteByte(s[i])
		}
	}
	if length > maxPrinted {
		fmt.Fprintf(&p, "… (%d bytes)", length)
	}
	return p.String()
}
