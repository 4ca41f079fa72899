package main

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	maxPaste    = 32 << 10 // bytes of a pasted text
	maxFindings = 16
	maxQuoted   = 200 // bytes of the pasted text in one place of a sentence
)

// A cause is why a browser keeps a response from a script.
type cause string

const (
	noAllowOrigin       cause = "no Access-Control-Allow-Origin"
	otherAllowOrigin    cause = "another Access-Control-Allow-Origin"
	nullOrigin          cause = "the origin null"
	severalAllowOrigins cause = "several Access-Control-Allow-Origin"
	badAllowOrigin      cause = "an Access-Control-Allow-Origin that isn't an origin"
	wildcardOrigin      cause = "* with credentials"
	noAllowCredentials  cause = "no Access-Control-Allow-Credentials"
	preflightStatus     cause = "the status of a preflight"
	preflightRedirect   cause = "a redirect of a preflight"
	methodNotAllowed    cause = "a method that isn't allowed"
	headerNotAllowed    cause = "a header that isn't allowed"
	badAllowMethods     cause = "an Access-Control-Allow-Methods that isn't a list"
	badAllowHeaders     cause = "an Access-Control-Allow-Headers that isn't a list"
	noPrivateNetwork    cause = "no Access-Control-Allow-Private-Network"
	localNetwork        cause = "Local Network Access"
	mixedContent        cause = "mixed content"
	contentPolicy       cause = "Content Security Policy"
	resourcePolicy      cause = "Cross-Origin-Resource-Policy"
	wrongScheme         cause = "a scheme other than http"
	wrongMode           cause = "a mode other than cors"
	badRedirect         cause = "a redirect that isn't followed"
	corsDisabled        cause = "CORS turned off"
	noOriginHeader      cause = "no Origin"
	noResponse          cause = "no response"
	redirected          cause = "a redirect to another origin"
	errorWithoutHeaders cause = "an error without CORS headers"
	notExposed          cause = "a header that isn't exposed"
	handshakeRefused    cause = "a WebSocket handshake that is refused"
	untold              cause = "an unnamed cause"
)

// A meaning is what a message means. In braces are the parts of the message that are
// put in.
type meaning struct{ what, why, field, fix string }

var meanings = map[cause]meaning{
	noAllowOrigin: {"{Origin} can't read the response of {url}: it has no Access-Control-Allow-Origin.",
		"The policy doesn't list the origin, or something other than your handlers responded: a proxy, or an error before the CORS middleware ran.",
		"allowOrigins", "Add {origin} to AllowOrigins if you trust it. If it is listed already, make the CORS middleware run first."},
	otherAllowOrigin: {"{Origin} can't read the response of {url}: Access-Control-Allow-Origin is {value}.",
		"Browsers compare origins byte by byte: scheme, host and port have to be the same, without a slash at the end.",
		"allowOrigins", "Add {origin} to AllowOrigins if you trust it. If the header has a fixed value, something other than the middleware sets it, or a cache lacks Vary: Origin."},
	nullOrigin: {"The script has the origin null, and can't read the response of {url}.",
		"Files, sandboxed frames and some redirects have the origin null. Any site can have it, so it identifies nobody.",
		"allowOrigins", "Serve the page over http or https, and add that origin to AllowOrigins."},
	severalAllowOrigins: {"The response of {url} has several values in Access-Control-Allow-Origin. Only one is allowed.",
		"Two places set the header, often a proxy and the application, or it has a list where one origin belongs.",
		"allowOrigins", "Let only one of the two set CORS headers, and list the origins in AllowOrigins: each response then names one."},
	badAllowOrigin: {"Access-Control-Allow-Origin of {url} is {value}, which isn't an origin.",
		"An origin is scheme, host and, unless it is the default, port: https://app.example.com.",
		"allowOrigins", "Write {origin} in AllowOrigins."},
	wildcardOrigin: {"{Origin} sends credentials to {url}, and Access-Control-Allow-Origin is *.",
		"The wildcard doesn't cover requests with cookies or logins.",
		"allowOrigins", "List {origin} in AllowOrigins in place of * and set AllowCredentials. If no cookies are needed, let the script use credentials: \"omit\"."},
	noAllowCredentials: {"{Origin} sends credentials to {url}, and Access-Control-Allow-Credentials isn't true.",
		"The script uses credentials: \"include\" or withCredentials, and the server has to allow that.",
		"allowCredentials", "Set AllowCredentials. If no cookies are needed, let the script use credentials: \"omit\"."},
	preflightStatus: {"The preflight to {url} got {status}, and the browser didn't send the request itself.",
		"A preflight is an OPTIONS request without cookies and without Authorization. Its response needs a status from 200 to 299.",
		"", "Run the CORS middleware before authentication and routing: 401 comes from authentication, 404 and 405 from a router without OPTIONS, 403 from an origin that AllowOrigins doesn't list."},
	preflightRedirect: {"The server redirected the preflight to {url}, and browsers don't follow that.",
		"Often the address lacks a slash at its end, or says http where the server wants https.",
		"", "Let the script use the address that the server redirects to."},
	methodNotAllowed: {"{Origin} can't use {method} with {url}: Access-Control-Allow-Methods doesn't list it.",
		"Only GET, HEAD and POST need no permission. Methods are case-sensitive: patch isn't PATCH.",
		"allowMethods", "Add {method} to AllowMethods."},
	headerNotAllowed: {"{Origin} can't set {header} for {url}: Access-Control-Allow-Headers doesn't list it.",
		"Request headers beyond the safelisted ones need permission; so does Content-Type: application/json. * doesn't cover Authorization, and covers nothing with credentials.",
		"allowHeaders", "Add {header} to AllowHeaders."},
	badAllowMethods: {"Access-Control-Allow-Methods of {url} isn't a list of methods.",
		"Commas separate the methods.",
		"allowMethods", "Write each method as an entry of AllowMethods."},
	badAllowHeaders: {"Access-Control-Allow-Headers of {url} isn't a list of header names.",
		"Commas separate the names.",
		"allowHeaders", "Write each name as an entry of AllowHeaders."},
	noPrivateNetwork: {"The preflight to {url} was for a private network, and Access-Control-Allow-Private-Network isn't true.",
		"Chrome sent such preflights before version 142. Newer versions show the user a permission prompt instead.",
		"allowPrivateNetwork", "Update the browser, or set AllowPrivateNetwork for old ones."},
	localNetwork: {"The browser doesn't let {origin} reach {url}, which is on this machine or in the local network.",
		"This is Local Network Access: the user has to give permission, and the page has to come over https or from this machine. No response header changes it.",
		"", "Serve the page over https, and allow local network access for it in the browser's settings."},
	mixedContent: {"A page on https requests {url}, which is on http.",
		"Browsers block mixed content before they send anything. CORS has no influence on it.",
		"", "Serve the address over https, and use that in the script."},
	contentPolicy: {"The page's own Content-Security-Policy doesn't let it connect to {url}.",
		"The browser sent nothing. The header comes with the page, not with the response, and CORS has no influence on it.",
		"", "Add the origin of the address to connect-src in the Content-Security-Policy of the page."},
	resourcePolicy: {"The response of {url} is for its own site only, because of Cross-Origin-Resource-Policy or because the page has a Cross-Origin-Embedder-Policy.",
		"Browsers check this header for requests without CORS, such as those for images and with mode: \"no-cors\".",
		"", "Send Cross-Origin-Resource-Policy: cross-origin, or let the page request it with CORS."},
	wrongScheme: {"{Url} isn't on http or https. CORS needs one of these.",
		"Often http:// is missing before localhost, or the page was opened as a file.",
		"", "Write the address with http:// or https://, and serve the page over http, too."},
	wrongMode: {"The script requests {url} with mode: \"same-origin\", and the address has another origin.",
		"In this mode, the browser sends nothing to other origins.",
		"", "Let the script use mode: \"cors\", which is the default."},
	badRedirect: {"The response of {url} redirects to an address that the request can't follow to.",
		"Across origins, a redirect can't lead to an address with a user name and password, nor away from http and https. After a preflight, old browsers follow none.",
		"", "Let the script use the address that the server redirects to, without a user name."},
	corsDisabled: {"The browser's settings turn CORS off, and with it every request to {url} from another origin.",
		"In Firefox, the setting is content.cors.disable in about:config.",
		"", "Set it to false."},
	noOriginHeader: {"The browser couldn't add Origin to the request to {url}, and sent nothing.",
		"This happens to scripts with special privileges, such as those of extensions. CORS headers don't change it.",
		"", "Send the request from an ordinary page, or from the background script of the extension."},
	noResponse: {"The browser got no response from {url}.",
		"The server is down, the address or the port is wrong, the certificate isn't trusted, or an extension blocked the request. CORS has no influence on it.",
		"", "Open the address in a tab: it shows the cause."},
	redirected: {"{From} redirects to {url}, and {origin} can't read the response there.",
		"After a redirect to another origin, browsers send Origin: null. Often the redirect leads to a login page, or only adds https or a slash at the end.",
		"", "Let the script use the final address. Where users have to log in, respond to scripts with 401 instead of a redirect. Don't allow null."},
	errorWithoutHeaders: {"The response of {url} has the status {status} and no Access-Control-Allow-Origin.",
		"Something responded before the CORS middleware ran: authentication (401), a redirect (3xx), the router (404, 405), or a proxy that didn't reach your server (502, 504).",
		"", "Put the CORS middleware first, so that errors also have its headers, and then look at the error itself. If {origin} is new, add it to AllowOrigins."},
	notExposed: {"The script can't read the header {header} of the response.",
		"Scripts of other origins can read only a few response headers, such as Content-Type, unless the server exposes more.",
		"exposeHeaders", "Add {header} to ExposeHeaders."},
	handshakeRefused: {"The server refused the WebSocket handshake with {url}.",
		"CORS doesn't apply to WebSockets. The server compares Origin itself: gorilla/websocket accepts only pages of its own host unless CheckOrigin is set.",
		"allowOrigins", "Add {origin} to AllowOrigins, and set the upgrader's CheckOrigin to that of the engine."},
	untold: {"This message doesn't say why.",
		"Browsers don't tell scripts the cause, so that they can't look into other networks. It may be CORS, or a server that is down.",
		"", "Look at the other messages in the browser console, and paste the one that names a header, or the output of curl -v."},
}

// likes are the operations of the sample API that causes are best seen at, from your
// own site. For some, the method or the header decides.
var likes = map[cause]string{
	noAllowOrigin: "posts", otherAllowOrigin: "posts", severalAllowOrigins: "posts", badAllowOrigin: "posts", nullOrigin: "posts",
	wildcardOrigin: "me", noAllowCredentials: "me",
	preflightStatus: "update", preflightRedirect: "update", methodNotAllowed: "update", badAllowMethods: "update",
	headerNotAllowed: "create", badAllowHeaders: "create",
	errorWithoutHeaders: "missing", notExposed: "posts",
}

// cell returns the cell of the matrix that is most like a message, if there is one.
func (c cause) cell(parts map[string]string) (site, operation string) {
	operation = likes[c]
	switch {
	case operation == "":
		return "", ""
	case c == nullOrigin:
		return "sandbox", operation
	case parts["method"] == "DELETE":
		operation = "delete"
	case c == headerNotAllowed && strings.EqualFold(parts["header"], "Authorization"):
		operation = "account"
	}
	return "app", operation
}

// A symptom is a message of a browser, with names for the parts to extract. All
// quotation marks in it are '.
type symptom struct {
	source string
	cause  cause
	words  *regexp.Regexp
}

const (
	chromium = "Chromium"
	firefox  = "Firefox"
	webkit   = "WebKit"

	chromiumLead = `(?:Access to [A-Za-z ]{1,40} at '(?P<url>\S*)' (?:\(redirected from '(?P<from>\S*)'\) )?from origin '(?P<origin>\S*)' has been blocked by CORS policy: )?` +
		`(?:(?:XMLHttpRequest cannot load|Fetch API cannot load|Failed to load) (?P<url2>\S*?)[.:] )?`
	// Chromium said this after the reason until 2018.
	chromiumTail = `(?:(?: on the requested resource)?\. Origin '(?P<origin2>\S*)' is therefore not allowed access)?(?:\. The response had HTTP status code (?P<status>[1-9]\d*))?`
	firefoxTail  = `(?:\)\. Status code: (?P<status>[1-9]\d*))?`
	firefoxLead  = `(?:The Same Origin Policy disallows reading the remote resource at '?(?P<url>\S*?)'?\. )?\(?Reason: `
	// A preflight fails the same check as a response.
	preflightLead = `(?P<preflight>Response to preflight request doesn't pass access control check: )?`
)

// symptoms are the messages of Chromium (cors_error_string.cc), of Firefox
// (security.properties) and of WebKit (CrossOriginAccessControl.cpp and
// CrossOriginPreflightResultCache.cpp), and others that look like CORS errors.
var symptoms = []symptom{
	blink(wildcardOrigin, `The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '\*' when the request's credentials mode is 'include'`),
	blink(noAllowOrigin, `No 'Access-Control-Allow-Origin' header is present on the requested resource`+chromiumTail),
	blink(severalAllowOrigins, `The 'Access-Control-Allow-Origin' header contains multiple values '(?P<value>[^']*)', but only one is allowed`),
	blink(badAllowOrigin, `The 'Access-Control-Allow-Origin' header contains the invalid value '(?P<value>[^']*)'`),
	blink(otherAllowOrigin, `The 'Access-Control-Allow-Origin' header has a value '(?P<value>[^']*)' that is not equal to the supplied origin`),
	blink(noAllowCredentials, `The value of the 'Access-Control-Allow-Credentials' header in the response is '(?P<value>[^']*)' which must be 'true' when the request's credentials mode is 'include'`),
	blink(preflightStatus, `It does not have HTTP ok status`),
	blink(preflightRedirect, `Redirect is not allowed for a preflight request`),
	blink(noPrivateNetwork, `No 'Access-Control-Allow-Private-Network' header was present in the preflight response`),
	blink(noPrivateNetwork, `The 'Access-Control-Allow-Private-Network' header in the preflight response for this private network request targeting the '\w*' address space had a value of`),
	blink(localNetwork, `Permission was denied for this request to access the '\w*' address space`),
	blink(localNetwork, `Unable to ask for permission to access the '\w*' IP address space`),
	blink(localNetwork, `The request client is not a secure context and the resource is in more-private address space`),
	blink(localNetwork, `Request had (?:a|no) target IP address space`),
	blink(badAllowMethods, `Cannot parse Access-Control-Allow-Methods response header field in preflight response`),
	blink(badAllowHeaders, `Cannot parse Access-Control-Allow-Headers response header field in preflight response`),
	blink(methodNotAllowed, `Method (?P<method>\S+) is not allowed by Access-Control-Allow-Methods in preflight response`),
	blink(headerNotAllowed, `Request header field (?P<header>\S+) is not allowed by Access-Control-Allow-Headers in preflight response`),
	blink(badRedirect, `Redirect location '(?P<value>[^']*)' contains a username and password, which is disallowed for cross-origin requests`),
	blink(wrongScheme, `Cross origin requests are only supported for (?:protocol schemes|HTTP)`),
	blink(wrongMode, `Cross origin requests are not allowed by request mode`),
	{chromium, mixedContent, regexp.MustCompile(`Mixed Content: The page at '\S*' was loaded over HTTPS, but requested an insecure [A-Za-z ]{1,40} '(?P<url>\S*)'`)},
	{chromium, contentPolicy, regexp.MustCompile(`(?:Refused to connect to|Connecting to) '(?P<url>\S*)' (?:because it )?violates the following Content Security Policy directive`)},
	{chromium, resourcePolicy, regexp.MustCompile(`ERR_BLOCKED_BY_RESPONSE\.NotSame(?:Origin|Site)`)},
	{chromium, notExposed, regexp.MustCompile(`Refused to get unsafe header '(?P<header>[^']*)'`)},
	{chromium, handshakeRefused, regexp.MustCompile(`WebSocket connection to '(?P<url>\S*)' failed: Error during WebSocket handshake: Unexpected response code: 403`)},
	{chromium, untold, regexp.MustCompile(`Failed to fetch`)},

	gecko(corsDisabled, `CORS disabled`),
	gecko(noResponse, `CORS request did not succeed`),
	gecko(noOriginHeader, `CORS header 'Origin' cannot be added`),
	gecko(badRedirect, `CORS request external redirect not allowed`),
	gecko(wrongScheme, `CORS request not http`),
	gecko(noAllowOrigin, `CORS header 'Access-Control-Allow-Origin' missing`+firefoxTail),
	gecko(severalAllowOrigins, `Multiple CORS header 'Access-Control-Allow-Origin' not allowed`),
	gecko(otherAllowOrigin, `CORS header 'Access-Control-Allow-Origin' does not match '(?P<value>[^']*)'`),
	gecko(wildcardOrigin, `Credential is not supported if the CORS header 'Access-Control-Allow-Origin' is '\*'`),
	gecko(methodNotAllowed, `Did not find method in CORS header 'Access-Control-Allow-Methods'`),
	gecko(noAllowCredentials, `expected 'true' in CORS header 'Access-Control-Allow-Credentials'`),
	gecko(preflightStatus, `CORS preflight (?:channel|response) did not succeed(?:\)\. Status code: (?P<status>[1-9]\d*))?`),
	gecko(badAllowMethods, `invalid token '(?P<value>[^']*)' in CORS header 'Access-Control-Allow-Methods'`),
	gecko(badAllowHeaders, `invalid token '(?P<value>[^']*)' in CORS header 'Access-Control-Allow-Headers'`),
	gecko(headerNotAllowed, `(?:header '(?P<header>[^']*)' is not allowed according to|missing token '(?P<token>[^']*)' in CORS) header 'Access-Control-Allow-Headers' from CORS preflight (?:response|channel)`),
	{firefox, mixedContent, regexp.MustCompile(`Blocked loading mixed (?:active|display) content '(?P<url>\S*)'`)},
	{firefox, contentPolicy, regexp.MustCompile(`Content[ -]Security[ -]Policy: The page's settings (?:blocked|observed) the loading of a resource (?:\([a-z-]+\) )?at (?P<url>\S*)`)},
	{firefox, untold, regexp.MustCompile(`NetworkError when attempting to fetch resource`)},

	{webkit, wildcardOrigin, regexp.MustCompile(`Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true`)},
	{webkit, severalAllowOrigins, regexp.MustCompile(`Access-Control-Allow-Origin cannot contain more than one origin`)},
	{webkit, noAllowOrigin, regexp.MustCompile(`Origin '?(?P<origin>\S+?)'? is not allowed by Access-Control-Allow-Origin`)},
	{webkit, noAllowCredentials, regexp.MustCompile(`Credentials flag is true, but Access-Control-Allow-Credentials is not 'true'`)},
	{webkit, preflightStatus, regexp.MustCompile(`Preflight response is not successful(?:\. Status code: (?P<status>\d+))?`)},
	{webkit, badAllowMethods, regexp.MustCompile(`Header Access-Control-Allow-Methods has an invalid value`)},
	{webkit, badAllowHeaders, regexp.MustCompile(`Header Access-Control-Allow-Headers has an invalid value`)},
	{webkit, methodNotAllowed, regexp.MustCompile(`Method (?P<method>\S+) is not allowed by Access-Control-Allow-Methods\.`)},
	{webkit, headerNotAllowed, regexp.MustCompile(`Request header field (?P<header>\S+) is not allowed by Access-Control-Allow-Headers\.`)},
	{webkit, mixedContent, regexp.MustCompile(`(?:was not allowed to (?:run|display)|requested) insecure content from (?P<url>\S*[^\s.])`)},
	{webkit, contentPolicy, regexp.MustCompile(`Refused to connect to (?P<url>\S+) because it does not appear in the connect-src directive`)},
	{webkit, resourcePolicy, regexp.MustCompile(`Cancelled load to (?P<url>\S+) because it violates the resource's Cross-Origin-Resource-Policy response header`)},
	{webkit, untold, regexp.MustCompile(`TypeError: Load failed`)},
	{webkit, untold, regexp.MustCompile(`cannot load (?P<url>\S+) due to access control checks`)},
}

func blink(c cause, reason string) symptom {
	return symptom{chromium, c, regexp.MustCompile(chromiumLead + preflightLead + reason)}
}

func gecko(c cause, reason string) symptom {
	return symptom{firefox, c, regexp.MustCompile(firefoxLead + reason)}
}

// quotes replaces the quotation marks that browsers and editors use.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "“", "'", "”", "'", `"`, "'", "`", "'")

// diagnose returns what an error from the browser console or a transcript of curl
// means.
func diagnose(text string) Diagnosis {
	text = plain(text)
	if d, ok := diagnoseTranscript(text); ok {
		return d
	}
	return diagnoseMessages(quotes.Replace(strings.Join(strings.Fields(text), " ")))
}

// plain returns text without control characters other than line breaks and tabs, and
// without marks that change its direction.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func diagnoseMessages(text string) Diagnosis {
	type match struct {
		at int
		symptom
		parts map[string]string
	}
	var matches []match
	for _, s := range symptoms {
		for _, at := range s.words.FindAllStringSubmatchIndex(text, maxFindings) {
			parts := make(map[string]string)
			for i, name := range s.words.SubexpNames() {
				if name != "" && at[2*i] >= 0 {
					parts[name] = text[at[2*i]:at[2*i+1]]
				}
			}
			matches = append(matches, match{at[0], s, parts})
		}
	}
	// A message that doesn't name the cause matters only if no other does.
	if slices.ContainsFunc(matches, func(m match) bool { return m.cause != untold }) {
		matches = slices.DeleteFunc(matches, func(m match) bool { return m.cause == untold })
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(a.at, b.at) })
	d := Diagnosis{Findings: []Finding{}}
	for _, m := range matches {
		if d.Source == "" {
			d.Source = m.source
		}
		d.add(m.cause, m.parts)
	}
	if len(d.Findings) == 0 {
		d.append(meaning{
			"The playground doesn't recognize this text.",
			"It recognizes the messages of Chromium, Firefox and WebKit in English, and the output of curl -v and curl -i.",
			"", "Paste the whole message from the browser console, or the output of curl -v.",
		})
	}
	return d
}

// add adds the finding for a cause, unless it is there already.
func (d *Diagnosis) add(c cause, parts map[string]string) {
	for _, name := range []string{"url", "origin"} { // from an old message
		if parts[name] == "" {
			parts[name] = parts[name+"2"]
		}
	}
	if c == noAllowOrigin || c == otherAllowOrigin {
		switch {
		case parts["from"] != "" && originOf(parts["from"]) != originOf(parts["url"]):
			c = redirected
		case parts["origin"] == "null":
			c = nullOrigin
		case parts["status"] != "" && parts["status"][0] > '2' && parts["status"] != "403": // 403 is the middleware's own
			c = errorWithoutHeaders
		}
	}
	if token := parts["token"]; token != "" {
		parts["header"] = token
	}
	f := meanings[c].about(parts).finding()
	f.Site, f.Operation = c.cell(parts)
	d.appendFinding(f)
}

// originOf returns the origin of a URL as written.
func originOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func (d *Diagnosis) append(m meaning) { d.appendFinding(m.finding()) }

func (d *Diagnosis) appendFinding(f Finding) {
	if len(d.Findings) < maxFindings && !slices.Contains(d.Findings, f) {
		d.Findings = append(d.Findings, f)
	}
}

// unnamed are the words for parts that a message lacks.
var unnamed = map[string]string{
	"origin": "the page's origin", "url": "the server", "method": "the method", "header": "the header",
	"from": "the first address", "value": "another value", "status": "a status outside 200 to 299",
}

// about puts the parts of a message into the sentences.
func (m meaning) about(parts map[string]string) meaning {
	var pairs []string
	for name, word := range unnamed {
		start := strings.ToUpper(word[:1]) + word[1:]
		if part := parts[name]; part != "" {
			word = clip(part)
			start = word
		}
		pairs = append(pairs, "{"+name+"}", word, "{"+strings.ToUpper(name[:1])+name[1:]+"}", start)
	}
	in := strings.NewReplacer(pairs...)
	return meaning{in.Replace(m.what), in.Replace(m.why), m.field, in.Replace(m.fix)}
}

func (m meaning) finding() Finding {
	return Finding{What: m.what, Why: m.why, Field: m.field, Fix: m.fix}
}

// clip shortens a part that is too long to quote.
func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
}
