package browsers

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"testing"
)

// A conversation is what a client sends, and what it receives.
type conversation struct {
	*strings.Reader
	reply strings.Builder
}

func (c *conversation) Write(b []byte) (int, error) { return c.reply.Write(b) }

func TestAcceptSOCKS(t *testing.T) {
	const greeting, accepted = "\x05\x02\x00\x02", "\x05\x00"
	const connected = accepted + "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	const refused = accepted + "\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"
	known := map[string]bool{"app.example.com:443": true, "127.0.0.1:3000": true, "[::1]:3000": true}
	tests := []struct {
		name, says, reply, hostPort string
	}{
		{"a name that is known", greeting + "\x05\x01\x00\x03\x0fapp.example.com\x01\xbb", connected, "app.example.com:443"},
		{"an IPv4 address that is known", greeting + "\x05\x01\x00\x01\x7f\x00\x00\x01\x0b\xb8", connected, "127.0.0.1:3000"},
		{"an IPv6 address that is known", greeting + "\x05\x01\x00\x04" + strings.Repeat("\x00", 15) + "\x01\x0b\xb8", connected, "[::1]:3000"},
		{"a name that is not known", greeting + "\x05\x01\x00\x03\x0fapi.example.com\x01\xbb", refused, ""},
		{"a port that is not known", greeting + "\x05\x01\x00\x03\x0fapp.example.com\x01\xbc", refused, ""},
		{"an empty name", greeting + "\x05\x01\x00\x03\x00\x01\xbb", refused, ""},
		{"no way to authenticate", "\x05\x00" + "\x05\x01\x00\x03\x0fapp.example.com\x01\xbb", connected, "app.example.com:443"},
		{"SOCKS version 4", "\x04\x01\x01\xbb\x7f\x00\x00\x01\x00", "", ""},
		{"a command that is not to connect", greeting + "\x05\x02\x00\x03\x0fapp.example.com\x01\xbb", accepted, ""},
		{"a type of address that does not exist", greeting + "\x05\x01\x00\x02\x0fapp.example.com\x01\xbb", accepted, ""},
		{"nothing", "", "", ""},
		{"a greeting that ends early", "\x05\x02\x00", "", ""},
		{"a name that ends early", greeting + "\x05\x01\x00\x03\x0fapp", accepted, ""},
		{"an address that ends early", greeting + "\x05\x01\x00\x01\x7f\x00", accepted, ""},
		{"no port", greeting + "\x05\x01\x00\x03\x0fapp.example.com", accepted, ""},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			c := &conversation{Reader: strings.NewReader(tt.says)}
			host, port, err := acceptSOCKS(c, func(host, port string) bool { return known[net.JoinHostPort(host, port)] })
			if got := net.JoinHostPort(host, port); err == nil && got != tt.hostPort || (err == nil) != (tt.hostPort != "") {
				t.Errorf("got %q, error %v, want %q", got, err, tt.hostPort)
			}
			if got := c.reply.String(); got != tt.reply {
				t.Errorf("the reply is %q, want %q", got, tt.reply)
			}
			if err == nil && c.Len() > 0 {
				t.Errorf("%d bytes are not read", c.Len())
			}
		})
	}
}

func FuzzAcceptSOCKS(f *testing.F) {
	f.Add("\x05\x01\x00\x05\x01\x00\x03\x0fapp.example.com\x01\xbbrest")
	f.Add("\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x0b\xb8")
	f.Add("\x04\x01")
	f.Fuzz(func(t *testing.T, says string) {
		c := &conversation{Reader: strings.NewReader(says)}
		asked := ""
		host, port, err := acceptSOCKS(c, func(host, port string) bool {
			asked = net.JoinHostPort(host, port)
			return len(host)%2 == 0
		})
		if err == nil && (asked != net.JoinHostPort(host, port) || len(host)%2 != 0) {
			t.Errorf("%q is connected with %s %s, and %s was asked for", says, host, port, asked)
		}
		if reply := c.reply.String(); strings.HasSuffix(reply, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00") != (err == nil) {
			t.Errorf("the reply to %q is %q, error %v", says, reply, err)
		}
	})
}

func TestReadHead(t *testing.T) {
	const get = "GET /a HTTP/1.1\r\nHost: example.com\r\nX-odd:  \t1\r\n\r\n"
	const post = "POST /b HTTP/1.1\r\nhost: example.com\r\nContent-Length: 2\r\n\r\n"
	long := "GET / HTTP/1.1\r\nHost: example.com\r\nX: " + strings.Repeat("x", 10<<10) + "\r\n\r\n"
	in := bufio.NewReader(strings.NewReader(get + long + post + "ok"))
	for _, want := range []string{get, long, post} {
		head, request, err := readHead(in)
		if err != nil || string(head) != want || request.Host != "example.com" {
			t.Fatalf("got %q, %v, error %v, want %q", head, request, err, want)
		}
	}
	if rest, _ := in.Peek(3); string(rest) != "ok" {
		t.Errorf("%q is left, want the body", rest)
	}
	for _, wrong := range []string{"", "GET / HTTP/1.1\r\n", "\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n"} {
		if head, _, err := readHead(bufio.NewReader(strings.NewReader(wrong))); err == nil {
			t.Errorf("%.100q is read as %.100q", wrong, head)
		}
	}
}

func FuzzReadHead(f *testing.F) {
	f.Add([]byte("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\nrest"))
	f.Add([]byte("POST http://a/b HTTP/1.0\nContent-Length: 2\n\r\n\r\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		in := bufio.NewReader(bytes.NewReader(input))
		head, request, err := readHead(in)
		if err != nil {
			return
		}
		if request == nil || !bytes.HasPrefix(input, head) || bytes.Index(input, []byte("\r\n\r\n")) != len(head)-4 {
			t.Errorf("%q is read as %q, %v", input, head, request)
		}
	})
}
