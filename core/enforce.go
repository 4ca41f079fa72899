package cors

import (
	"net/http"
	"strings"

	"github.com/corskit/cors/core/internal/origin"
)

// isRejected reports whether RejectDisallowed stops an actual request whose
// origin is denied.
func (r *Request) isRejected() bool {
	return r.isCrossOrigin() && !r.isTopLevelNavigation()
}

// isCrossOrigin reports whether a request with an Origin header comes from
// another origin than its own. Browsers say so in Sec-Fetch-Site (Fetch
// Metadata, "The Sec-Fetch-Site HTTP Request Header"), which no script can set,
// but leave it out where the server is reached by plain http. Then the origin is
// compared with the host.
func (r *Request) isCrossOrigin() bool {
	switch r.header(headerSecFetchSite) {
	case "same-origin", "none": // none: the user asked for it, and no page
		return false
	case "":
		return !r.isOfHost()
	}
	return true
}

// isOfHost reports whether the origin's host and port are those that the
// request was sent to. The scheme is not compared: behind a proxy that ends TLS,
// nothing says which one it was.
func (r *Request) isOfHost() bool {
	o, ok := origin.Parse(r.Origin)
	if !ok {
		return false
	}
	host := r.Host
	switch o.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return strings.EqualFold(host, r.Origin[len(o.Scheme)+len("://"):])
}

// isTopLevelNavigation reports whether a browser fetches a document to show it
// by itself, which changes nothing and which the page that led there cannot
// read.
func (r *Request) isTopLevelNavigation() bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		r.header(headerSecFetchMode) == "navigate" && r.header(headerSecFetchDest) == "document"
}

// header reads a header that decisions depend on.
func (r *Request) header(name string) string {
	if r.Reader == nil {
		return ""
	}
	return r.Reader.RequestHeader(name)
}

// CheckOrigin reports whether a WebSocket handshake may go on: whether the
// origin of the page that asks for it is allowed for the path, or the server's
// own, or missing, as it is where no browser asks. It has the form that
// gorilla/websocket's Upgrader wants; for coder/websocket, call it before Accept
// and set InsecureSkipVerify, since the origin is then verified.
//
// Browsers do not ask by a preflight before a handshake, send cookies with it
// and let the page read everything afterwards: a server that does not check the
// origin lets any site speak for the user. So "*" allows no other origin here,
// unless it does so with credentials; neither do "null" and origins of plain
// http, unless AcceptRisks names the risk. A path without a policy is for the
// server's own pages.
//
// WebTransport is the same case: browsers send Origin with the CONNECT request of a
// session, and no preflight. Call CheckOrigin before accepting it.
//
// If a middleware of the same engine has decided about the request, that decision
// counts, whatever http.StripPrefix or a router has left of the path since.
// Otherwise the path is read as net/http's ServeMux reads it.
func (e *Engine) CheckOrigin(r *http.Request) bool {
	var req Request
	req.ReadHTTP(r, nil)
	d, found := exchangeOf(r.Context()).decision(e, func(string) bool { return true })
	if !found {
		d = e.Decide(&req)
	}
	return d.AllowsHandshake(&req)
}

// AllowsHandshake reports whether a WebSocket handshake may go on, for adapters of
// frameworks without net/http: see [Engine.CheckOrigin]. The decision is about r.
func (d Decision) AllowsHandshake(r *Request) bool {
	if d.kind == NotCORS || d.Allowed() && d.response.policy.trusts(d) {
		return true
	}
	return !r.isCrossOrigin()
}

// trusts reports whether an origin that d allows may do what a user may, as in a
// handshake.
func (p *policy) trusts(d Decision) bool {
	switch {
	case d.reason == ReasonAnyOrigin:
		return p.reflect
	case d.CalledFunc() || !isAnybodys(d.origin):
		return true
	}
	return p.atRisk.Match(d.origin) != origin.NoMatch
}

// isAnybodys reports whether any site, or anyone in the user's network, can send
// an origin.
func isAnybodys(text string) bool {
	o, ok := origin.Parse(text)
	return !ok || o.Scheme == "http" && !origin.IsLoopback(o.Host)
}
