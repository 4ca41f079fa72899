package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// A refusal is a response that ends a run, in words.
type refusal string

func (r refusal) Error() string { return string(r) }

const errTooManyHeaders refusal = "the server sends more headers than corscheck reads, and browsers read even fewer: reduce them"

// redirection explains a redirect from a URL.
func redirection(at, location string, status int) error {
	from, err := url.Parse(at)
	if err != nil {
		return err
	}
	to, err := from.Parse(location)
	if err != nil {
		return refusal(fmt.Sprintf("the URL redirects to %s (status %d), which isn't a URL", quote(location), status))
	}
	how := ""
	switch {
	case from.Scheme != to.Scheme && from.Hostname() == to.Hostname():
		how = ", with " + to.Scheme
	case from.Host == to.Host && from.Path+"/" == to.Path:
		how = ", with a slash at the end"
	case from.Host == to.Host && from.Path == to.Path+"/":
		how = ", without the slash at the end"
	}
	return refusal(fmt.Sprintf("the URL redirects to %s%s (status %d): check that URL, and use it in scripts, since browsers don't follow redirects of preflights",
		quote(to.String()), how, status))
}

// explain returns the reason why there is no valid response, and the fix.
func explain(err error) string {
	var refused refusal
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var broken *net.OpError
	switch {
	case errors.As(err, &refused):
		return string(refused)
	case strings.Contains(err.Error(), "response headers exceeded"), strings.Contains(err.Error(), "response header list larger"):
		return string(errTooManyHeaders)
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return "the server doesn't respond in time: raise -timeout if it is slow"
	case errors.As(err, &unknown):
		return fmt.Sprintf("the host %q can't be found: is it spelled right?", unknown.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens on the URL's host and port: is the server running?"
	case errors.As(err, &certificate):
		return fmt.Sprintf("the server's TLS certificate is not trusted (%s): if it is self-signed and you know it, write -k", printable(certificate.Err.Error()))
	case errors.As(err, &notTLS):
		return "the server doesn't speak TLS: write the URL with http if that is intended"
	case errors.As(err, &broken) && broken.Op == "remote error":
		return fmt.Sprintf("the server breaks off the TLS handshake (%s)", printable(broken.Err.Error()))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the server closes the connection without an HTTP response: does it speak HTTP on that port?"
	case strings.Contains(err.Error(), "malformed HTTP"):
		return "the server at the URL's host and port doesn't speak HTTP: if it speaks TLS, write the URL with https"
	}
	return "the server can't be reached: " + printable(err.Error())
}
