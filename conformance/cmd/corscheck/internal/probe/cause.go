package probe

import (
	"fmt"
	"net/http"

	"github.com/corskit/cors/conformance/fetch"
)

// pair returns two origins that a server should tell apart, the allowed ones
// first.
func pair(allowed []string) (first, second string) {
	origins := append(allowed[:len(allowed):len(allowed)], Stranger, otherStranger)
	return origins[0], origins[1]
}

// cause returns a finding if a script fails for a reason that has nothing to do
// with its origin or with what it sends, and nil otherwise.
func (b *browser) cause(s script, failure *fetch.NetworkError, severity Severity) *Finding {
	if failure == nil {
		return nil
	}
	_, answer := b.first(s)
	switch {
	case answer.status == http.StatusUnauthorized && b.preflightsNeedLogin():
		return b.exchange(s).say(severity, "login-before-cors",
			fmt.Sprintf("The server requires a login before it gets to CORS: the status of the response to %s is 401.", describe(failure, s)),
			"Browsers send preflights without cookies and without Authorization, so that every preflight fails. Without CORS headers, scripts can't see that a login is missing, either.",
			"Put CORS before authentication: respond to preflights (OPTIONS with Origin and Access-Control-Request-Method) without a login, and send the CORS headers with responses of status 401, too.")
	case failure.Preflight && isRedirect(answer.status):
		return redirected(b.exchange(s), answer)
	case b.hasNoCORS():
		return b.noCORS(s, severity)
	}
	return nil
}

func describe(failure *fetch.NetworkError, s script) string {
	if failure.Preflight {
		return "a preflight"
	}
	return s.method
}

// preflightsNeedLogin reports whether the response to a preflight has status 401.
// A login that leaves preflights alone isn't before CORS.
func (b *browser) preflightsNeedLogin() bool {
	for r, a := range b.answers {
		if r.IsPreflight() && a.status == http.StatusUnauthorized {
			return true
		}
	}
	return false
}

// redirected says that a preflight is redirected.
func redirected(f *Finding, a *answer) *Finding {
	return f.say(Fault, "preflight-redirect", fmt.Sprintf("Preflights are redirected to %s (status %d).", quote(a.header.Get("Location")), a.status),
		"Browsers follow no redirect of a preflight, and the script gets a network error.",
		"Respond to preflights at the URL itself, before anything redirects to a login, to https or to a URL with a slash.")
}

// hasNoCORS reports whether no response has a header of the CORS protocol. A
// server that says Vary: Origin may have one for origins that weren't tried.
func (b *browser) hasNoCORS() bool {
	for _, a := range b.answers {
		if len(a.disclosed()) > 0 || a.variesByOrigin() {
			return false
		}
	}
	return true
}

// noCORS says that the server doesn't take part in CORS.
func (b *browser) noCORS(s script, severity Severity) *Finding {
	return b.exchange(s).say(severity, "no-cors", "No response has an Access-Control-* header.",
		"Browsers don't let scripts of other origins read the responses. That is right if only the server's own pages use it.",
		"To share responses with another origin, send it Access-Control-Allow-Origin with that origin.")
}
