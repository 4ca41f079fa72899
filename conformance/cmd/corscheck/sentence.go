package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// sentences says why nothing can be told, to people.
func sentences(err error) []string {
	var policy *policyError
	if errors.As(err, &policy) {
		return policy.sentences()
	}
	var notAllowed *probe.NotAllowedError
	var notGoverned *probe.NotGovernedError
	var failed *probe.RunError
	switch {
	case errors.As(err, &notAllowed):
		return []string{fmt.Sprintf("-origin %s: the policy does not allow it, and -origin names allowed origins: mend the policy or leave it out", notAllowed.Origin)}
	case errors.As(err, &notGoverned):
		return []string{fmt.Sprintf("no Config of the policy governs the path %s: write a URL that one does", notGoverned.Path)}
	case errors.As(err, &failed):
		return []string{fmt.Sprintf("%s (request %d of %d)", failure(failed.Err), failed.Requests.Sent, failed.Requests.Planned)}
	}
	return []string{err.Error()}
}

// failure says why a request has no answer that counts.
func failure(err error) string {
	var redirect *probe.RedirectError
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var broken *net.OpError
	switch {
	case errors.As(err, &redirect):
		return fmt.Sprintf("the URL redirects to %s (status %d): check that one", quote(redirect.Location), redirect.Status)
	case errors.Is(err, probe.ErrTooManyHeaders), strings.Contains(err.Error(), "response headers exceeded"), strings.Contains(err.Error(), "response header list larger"):
		return "the server sends more headers than corscheck reads, and browsers read less: reduce them"
	case errors.Is(err, probe.ErrPlainHTTP):
		return "the server speaks TLS at that port: write the URL with https"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return "the server does not answer in time: raise -timeout if it is slow"
	case errors.As(err, &unknown):
		return fmt.Sprintf("the host %q cannot be found: is it spelled right?", unknown.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens at the URL's host and port: is the server running?"
	case errors.As(err, &certificate):
		return fmt.Sprintf("the server's TLS certificate is not trusted (%s): if it is self-signed and you know it, write -k", printable(certificate.Err.Error()))
	case errors.As(err, &notTLS):
		return "the server does not speak TLS: write the URL with http if that is meant"
	case errors.As(err, &broken) && broken.Op == "remote error":
		return fmt.Sprintf("the server breaks the TLS handshake off (%s)", printable(broken.Err.Error()))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the server closes the connection without an HTTP answer: does it speak HTTP at that port?"
	case strings.Contains(err.Error(), "malformed HTTP"):
		return "what answers at the URL's host and port does not speak HTTP: if it speaks TLS, write the URL with https"
	}
	return "the server cannot be asked: " + printable(err.Error())
}
