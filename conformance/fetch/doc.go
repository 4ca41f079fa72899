// Package fetch is the browser's half of the CORS protocol, written step by
// step after the Fetch standard (https://fetch.spec.whatwg.org).
//
// An [Agent] is a script running in a page of one origin. [Agent.Fetch] does
// what fetch(url, init) does there: it sends a CORS-preflight request when the
// standard says so, keeps a CORS-preflight cache, performs the CORS check,
// follows redirects and filters the response. What comes back is what the
// script may see, or a [*NetworkError] that says which step failed, which
// header is at fault and what the server would have to send. Either way the
// [Trace] holds the exchanges as they went over the wire.
//
// So a test can say what matters, "a script at https://app.example.com may PUT
// with credentials and read X-Total", and hold for every server that achieves
// it, whatever its headers look like:
//
//	agent, err := fetch.NewAgent("https://app.example.com")
//	…
//	response, err := agent.Fetch(ctx, &fetch.Request{
//		URL:         "https://api.example.com/orders/7",
//		Method:      "PUT",
//		Credentials: fetch.CredentialsInclude,
//	})
//
// # Where to start reading
//
// [Agent.Fetch] in agent.go, then main_fetch.go, http_fetch.go, preflight.go
// and check.go, in the order in which the standard runs them. Each file is one
// of the standard's algorithms or a group of its definitions, and has its
// terms as names.
//
// # Limits
//
// The agent has the steps that decide whether and how a response is shared, and no
// others. It leaves out
//
//   - what browsers check besides CORS: mixed content, Content Security Policy,
//     subresource integrity, Cross-Origin-Embedder-Policy, and the permission prompt of
//     Local Network Access, which replaced the preflight for private networks in
//     Chrome 142;
//   - what comes before the network: the HTTP cache, service workers, HSTS, prerendering
//     and speculation rules;
//   - requests that outlive their page or wait (keepalive, fetchLater, sendBeacon),
//     WebSockets, WebTransport and EventSource, which have rules of their own for Origin;
//   - prompts: a 407 is a network error, and a 401 is handed to the script;
//   - Referer, an Accept-Language of the browser's own, Sec-Fetch-* and client hints;
//   - repeating a request whose response is 421, and HTTP/3;
//   - TLS client certificates, which are the transport's whatever the credentials mode.
//
// Cookies follow SameSite if Agent.Jar is a [*CookieJar]. A header value with a control
// byte can't be sent by net/http: see [ErrControlByte].
package fetch
