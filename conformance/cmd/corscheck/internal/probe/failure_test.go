package probe

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
)

// Failures that a server on a loopback address can't cause.
func TestExplain(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.example.com", IsNotFound: true}}, `the host "api.example.com" can't be found`},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "the server breaks off the TLS handshake (tls: handshake failure)"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "closes the connection without an HTTP response"},
		{errors.New("no route to host"), "the server can't be reached: no route to host"},
	}
	for _, test := range tests {
		if got := explain(test.err); !strings.Contains(got, test.want) {
			t.Errorf("%v: got %q, want %q", test.err, got, test.want)
		}
	}
}
