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

// A cause is why a browser does not hand over a response.
type cause string

const (
	noAllowOrigin       cause = "no Access-Control-Allow-Origin"
	otherAllowOrigin    cause = "another Access-Control-Allow-Origin"
	nullOrigin          cause = "the origin null"
	severalAllowOrigins cause = "several Access-Control-Allow-Origin"
	badAllowOrigin      cause = "an Access-Control-Allow-Origin that is no origin"
	wildcardOrigin      cause = "* with credentials"
	noAllowCredentials  cause = "no Access-Control-Allow-Credentials"
	preflightStatus     cause = "the status of a preflight"
	preflightRedirect   cause = "a redirect of a preflight"
	methodNotAllowed    cause = "a method that is not allowed"
	headerNotAllowed    cause = "a header that is not allowed"
	badAllowMethods     cause = "an Access-Control-Allow-Methods that is no list"
	badAllowHeaders     cause = "an Access-Control-Allow-Headers that is no list"
	noPrivateNetwork    cause = "no Access-Control-Allow-Private-Network"
	localNetwork        cause = "Local Network Access"
	mixedContent        cause = "mixed content"
	contentPolicy       cause = "Content Security Policy"
	resourcePolicy      cause = "Cross-Origin-Resource-Policy"
	wrongScheme         cause = "a scheme other than http"
	wrongMode           cause = "a mode other than cors"
	badRedirect         cause = "a redirect that is not followed"
	corsDisabled        cause = "CORS switched off"
	noOriginHeader      cause = "no Origin"
	noResponse          cause = "no response"
	redirected          cause = "a redirect to another origin"
	errorWithoutHeaders cause = "an error without CORS headers"
	notExposed          cause = "a header that is not exposed"
	handshakeRefused    cause = "a WebSocket handshake that is refused"
	untold              cause = "a cause that is not told"
)

// meanings are what the causes mean. In braces are the parts of the message that
// are put in.
var meanings = map[cause]Finding{
	noAllowOrigin: {"{Origin} may not read the answer of {url}: it has no Access-Control-Allow-Origin.",
		"The policy does not have the origin, or something else than your handlers answered: a proxy, or an error before the CORS middleware ran.",
		"allowOrigins", "Add {origin} to AllowOrigins if you trust it. If it is there already, see that the CORS middleware comes first."},
	otherAllowOrigin: {"{Origin} may not read the answer of {url}: Access-Control-Allow-Origin is {value}.",
		"Browsers compare origins byte by byte: scheme, host and port have to be the same, and no slash follows.",
		"allowOrigins", "Add {origin} to AllowOrigins if you trust it. If the header has a fixed value, something else than the middleware sets it, or a cache lacks Vary: Origin."},
	nullOrigin: {"The script has the origin null, and may not read the answer of {url}.",
		"Files, sandboxed frames and some redirects have the origin null. Any site can have it, so that it tells nobody apart.",
		"allowOrigins", "Serve the page over http or https, and add that origin to AllowOrigins."},
	severalAllowOrigins: {"The answer of {url} has several values in Access-Control-Allow-Origin, and one is allowed.",
		"Two places set the header, often a proxy and the application, or a list was written where one origin belongs.",
		"allowOrigins", "Let only one of the two set CORS headers, and list the origins in AllowOrigins: each answer then names one."},
	badAllowOrigin: {"Access-Control-Allow-Origin of {url} is {value}, which is no origin.",
		"An origin is scheme, host and, unless it is the default, port: https://app.example.com.",
		"allowOrigins", "Write {origin} in AllowOrigins."},
	wildcardOrigin: {"{Origin} sends credentials to {url}, and Access-Control-Allow-Origin is *.",
		"The wildcard does not cover requests with cookies or logins.",
		"allowOrigins", "List {origin} in AllowOrigins in place of * and set AllowCredentials. If no cookies are needed, let the script use credentials: \"omit\"."},
	noAllowCredentials: {"{Origin} sends credentials to {url}, and Access-Control-Allow-Credentials is not true.",
		"The script uses credentials: \"include\" or withCredentials, and the server has to agree to that.",
		"allowCredentials", "Set AllowCredentials. If no cookies are needed, let the script use credentials: \"omit\"."},
	preflightStatus: {"The preflight to {url} was answered with {status}, and the request itself was not sent.",
		"A preflight is an OPTIONS request without cookies and without Authorization, and its answer needs a status from 200 to 299.",
		"", "Run the CORS middleware before authentication and routing: 401 comes from a login that is asked for, 404 and 405 from a router without OPTIONS, 403 from an origin that AllowOrigins lacks."},
	preflightRedirect: {"The preflight to {url} was redirected, and browsers do not follow that.",
		"Often the address lacks a slash at its end, or says http where the server wants https.",
		"", "Let the script use the address that the server redirects to."},
	methodNotAllowed: {"{Origin} may not use {method} with {url}: Access-Control-Allow-Methods does not have it.",
		"Only GET, HEAD and POST need no permission. Methods are compared with their case: patch is not PATCH.",
		"allowMethods", "Add {method} to AllowMethods."},
	headerNotAllowed: {"{Origin} may not set {header} for {url}: Access-Control-Allow-Headers does not have it.",
		"Headers beyond the safelisted ones need permission; so does Content-Type: application/json. * does not cover Authorization, and covers nothing with credentials.",
		"allowHeaders", "Add {header} to AllowHeaders."},
	badAllowMethods: {"Access-Control-Allow-Methods of {url} is not a list of methods.",
		"Methods are separated by commas.",
		"allowMethods", "Write each method as an entry of AllowMethods."},
	badAllowHeaders: {"Access-Control-Allow-Headers of {url} is not a list of header names.",
		"Names are separated by commas.",
		"allowHeaders", "Write each name as an entry of AllowHeaders."},
	noPrivateNetwork: {"The preflight to {url} asked for a private network, and Access-Control-Allow-Private-Network is not true.",
		"Chrome asked so before version 142. Newer ones ask the user instead.",
		"allowPrivateNetwork", "Set AllowPrivateNetwork for the sake of old browsers, or update the browser."},
	localNetwork: {"The browser does not let {origin} reach {url}, which is on this machine or in the local network.",
		"This is Local Network Access: the user is asked for permission, and the page has to be served over https or from this machine. No response header changes it.",
		"", "Allow local network access for the site in the browser's settings, and serve the page over https."},
	mixedContent: {"A page on https asks for {url}, which is on http.",
		"Browsers block mixed content before anything is sent. CORS has no say in it.",
		"", "Serve the address over https, and use that in the script."},
	contentPolicy: {"The page's own Content-Security-Policy does not let it connect to {url}.",
		"Nothing was sent. The header comes with the page and not with the answer, and CORS has no say in it.",
		"", "Add the origin of the address to connect-src in the Content-Security-Policy of the page."},
	resourcePolicy: {"The answer of {url} keeps itself to its own site, by Cross-Origin-Resource-Policy or because the page has a Cross-Origin-Embedder-Policy.",
		"Requests without CORS, such as those of images and of mode: \"no-cors\", are checked for this header.",
		"", "Send Cross-Origin-Resource-Policy: cross-origin, or let the page request it with CORS."},
	wrongScheme: {"{Url} is not on http or https, and CORS needs one of these.",
		"Often http:// is missing before localhost, or the page was opened as a file.",
		"", "Write the address with http:// or https://, and serve the page over http, too."},
	wrongMode: {"The script asks for {url} with mode: \"same-origin\", and it is of another origin.",
		"In this mode nothing is sent to other origins.",
		"", "Let the script use mode: \"cors\", which is the default."},
	badRedirect: {"The answer of {url} redirects to where the request may not follow.",
		"Across origins, a redirect may not go to an address with a user name and password, nor away from http and https. After a preflight, old browsers follow none.",
		"", "Let the script use the address that the server redirects to, without a user name."},
	corsDisabled: {"The browser's settings switch CORS off, and with it every request to {url} of another origin.",
		"In Firefox it is content.cors.disable in about:config.",
		"", "Set it to false."},
	noOriginHeader: {"The browser could not add Origin to the request to {url}, and sent nothing.",
		"This happens to scripts with special privileges, such as those of extensions. CORS headers do not change it.",
		"", "Send the request from an ordinary page, or from the background script of the extension."},
	noResponse: {"The browser got no answer from {url}.",
		"The server is down, the address or the port is wrong, the certificate is not trusted, or an extension blocked the request. CORS has no say in it.",
		"", "Open the address in a tab of its own: it shows the cause."},
	redirected: {"{From} redirects to {url}, and {origin} may not read the response there.",
		"After a redirect to another origin, browsers send Origin: null. Often the redirect leads to a login page, or only adds https or a slash at the end.",
		"", "Let the script use the final address. Where users have to log in, respond to scripts with 401 instead of a redirect. Don't allow null."},
	errorWithoutHeaders: {"The response of {url} has the status {status} and no Access-Control-Allow-Origin.",
		"Something responded before the CORS middleware ran: authentication (401), a redirect (3xx), the router (404, 405), or a proxy that did not reach your server (502, 504).",
		"", "Put the CORS middleware first, so that errors also have its headers, and then look at the error itself. If {origin} is new, add it to AllowOrigins."},
	notExposed: {"The script may not read the header {header} of the response.",
		"Scripts of other origins see a few response headers only, such as Content-Type, unless the server exposes more.",
		"exposeHeaders", "Add {header} to ExposeHeaders."},
	handshakeRefused: {"The server refused the WebSocket handshake with {url}.",
		"CORS does not apply to WebSockets. The server compares Origin itself: gorilla/websocket accepts only pages of its own host unless CheckOrigin is set.",
		"allowOrigins", "Add {origin} to AllowOrigins, and set the upgrader's CheckOrigin to that of the engine."},
	untold: {"This message does not say why.",
		"Scripts are not told the cause, so that they cannot look into other networks. CORS is one of several: the server can be down, too.",
		"", "Look at the other messages in the browser's console, and paste the one that names a header, or what curl -v prints."},
}

// A symptom is a message of a browser, with names for what is taken out of it.
// Every quotation mark in it is written as '.
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
// CrossOriginPreflightResultCache.cpp), and what else is taken for CORS.
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

// quotes are the quotation marks that browsers, and those who copy from them,
// use.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "“", "'", "”", "'", `"`, "'", "`", "'")

// diagnose says what an error of a browser's console or a transcript of curl
// means. The text is read and never followed.
func diagnose(text string) Diagnosis {
	text = plain(text)
	if d, ok := diagnoseTranscript(text); ok {
		return d
	}
	return diagnoseMessages(quotes.Replace(strings.Join(strings.Fields(text), " ")))
}

// plain returns text without what could disturb those who read it: control
// characters other than line breaks and tabs, and marks that turn its direction.
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
	// That a script is not told the cause is worth saying only if nothing else
	// tells it.
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
		d.Findings = append(d.Findings, Finding{
			What:   "Nothing in this text is known here.",
			Why:    "Known are the messages of Chromium, Firefox and WebKit in English, and what curl prints with -v or -i.",
			Remedy: "Paste the whole message of the browser's console, or what curl -v prints.",
		})
	}
	return d
}

// add adds what a cause means, unless that is said already.
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
	d.append(meanings[c].about(parts))
}

// originOf returns the origin of a URL as it is written.
func originOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func (d *Diagnosis) append(f Finding) {
	if len(d.Findings) < maxFindings && !slices.Contains(d.Findings, f) {
		d.Findings = append(d.Findings, f)
	}
}

// unnamed are the words for what a message does not name.
var unnamed = map[string]string{
	"origin": "the page's origin", "url": "the server", "method": "the method", "header": "the header",
	"from": "the first address", "value": "another value", "status": "a status outside 200 to 299",
}

// about puts the parts of a message into the sentences of a finding.
func (f Finding) about(parts map[string]string) Finding {
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
	return Finding{in.Replace(f.What), in.Replace(f.Why), f.Field, in.Replace(f.Remedy)}
}

// clip cuts what is too long to be quoted.
func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
}
