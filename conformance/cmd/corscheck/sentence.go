package main

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

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// sentences returns sentences that say why there is no report.
func sentences(err error) []string {
	var policy *policyError
	if errors.As(err, &policy) {
		return policy.sentences()
	}
	var notAllowed *probe.NotAllowedError
	var noPolicy *probe.NoPolicyError
	var failed *probe.RunError
	switch {
	case errors.As(err, &notAllowed):
		return []string{fmt.Sprintf("-origin %s: the policy doesn't allow it, but -origin is for allowed origins: fix the policy, or leave it out", notAllowed.Origin)}
	case errors.As(err, &noPolicy):
		return []string{fmt.Sprintf("no Config of the policy applies to the path %s: write another URL, or fix the policy", noPolicy.Path)}
	case errors.As(err, &failed):
		return []string{fmt.Sprintf("%s (request %d of %d)", failure(failed.Err), failed.Requests.Sent, failed.Requests.Planned)}
	}
	return []string{err.Error()}
}

// redirection explains a redirect.
func redirection(e *probe.RedirectError) string {
	from, err := url.Parse(e.URL)
	if err != nil {
		return e.Error()
	}
	to, err := from.Parse(e.Location)
	if err != nil {
		return fmt.Sprintf("the URL redirects to %s (status %d), which isn't a URL", quote(e.Location), e.Status)
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
	return fmt.Sprintf("the URL redirects to %s%s (status %d): check that URL, and use it in scripts, since browsers don't follow redirects of preflights", quote(to.String()), how, e.Status)
}

// failure says why there is no valid response.
func failure(err error) string {
	var redirect *probe.RedirectError
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var broken *net.OpError
	switch {
	case errors.As(err, &redirect):
		return redirection(redirect)
	case errors.Is(err, probe.ErrTooManyHeaders), strings.Contains(err.Error(), "response headers exceeded"), strings.Contains(err.Error(), "response header list larger"):
		return "the server sends more headers than corscheck reads, and browsers read even fewer: reduce them"
	case errors.Is(err, probe.ErrPlainHTTP):
		return "the server speaks TLS on that port: write the URL with https"
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
