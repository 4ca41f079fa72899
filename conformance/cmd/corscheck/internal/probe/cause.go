package probe

import (
	"fmt"
	"net/http"

	"github.com/corskit/cors/conformance/fetch"
)

// pair returns two origins that a server should tell apart, allowed origins first.
func pair(allowed []string) (first, second string) {
	origins := append(allowed[:len(allowed):len(allowed)], Stranger, otherStranger)
	return origins[0], origins[1]
}

// cause returns a finding if a script fails for a reason that has nothing to do
// with its origin or request, and nil otherwise.
func (b *browser) cause(s script, failure *fetch.NetworkError, severity Severity) *Finding {
	if failure == nil {
		return nil
	}
	sent, response := b.first(s)
	switch {
	case response.status == http.StatusUnauthorized && b.preflightsNeedLogin():
		return b.finding(sent).say(severity, "login-before-cors",
			fmt.Sprintf("The server requires a login before its CORS applies: the response to %s has status 401.", describe(failure, s)),
			"Browsers send preflights without cookies and Authorization, so every preflight fails. Without CORS headers, scripts can't see that a login is missing, either.",
			"Put CORS before authentication: respond to preflights (OPTIONS with Origin and Access-Control-Request-Method) without a login, and send the CORS headers with 401 responses, too.")
	case failure.Preflight && isRedirect(response.status):
		return b.redirected(sent)
	case b.hasNoCORS():
		return b.noCORS(s, severity)
	}
	return nil
}

// beforeRouting is the fix for preflights that fail by their status.
const beforeRouting = "Respond to preflights with status 204 and the CORS headers, before authentication and routing can refuse them."

// failsPreflights reports whether the response to the preflight of a script has a status
// that browsers refuse.
func (b *browser) failsPreflights(s script) bool {
	_, response := b.first(s)
	return response.status/100 != 2
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
	for r, a := range b.responses {
		if r.IsPreflight() && a.status == http.StatusUnauthorized {
			return true
		}
	}
	return false
}

// redirected says that a preflight is redirected.
func (b *browser) redirected(preflight Request) *Finding {
	a := b.responseTo(preflight)
	return b.finding(preflight).say(Fault, "preflight-redirect", fmt.Sprintf("Preflights are redirected to %s (status %d).", quote(a.header.Get("Location")), a.status),
		"Browsers don't follow redirects of preflights, and the script gets a network error.",
		"Respond to preflights at the URL itself, before anything redirects to a login, to https or to a URL with a slash.")
}

// hasNoCORS reports whether no response has a header of the CORS protocol. A
// server that sends Vary: Origin may have some for origins that weren't tried.
func (b *browser) hasNoCORS() bool {
	for _, a := range b.responses {
		if len(a.disclosed()) > 0 || a.variesByOrigin() {
			return false
		}
	}
	return true
}

// noCORS says that the server doesn't use CORS.
func (b *browser) noCORS(s script, severity Severity) *Finding {
	return b.exchange(s).say(severity, "no-cors", "No response has an Access-Control-* header.",
		"Browsers don't let scripts of other origins read the responses. That is right if only the server's own pages need them.",
		"To share responses with another origin, send Access-Control-Allow-Origin with that origin.")
}
