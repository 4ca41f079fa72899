package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
)

// A transcript is what curl printed. Any part of a request may be missing: curl -i
// prints responses only.
type transcript struct {
	messages   []Message
	urls       []string // of the messages; empty where no command has them
	secure     bool     // whether there is a sign of TLS
	hasCommand bool
}

var (
	requestLine = regexp.MustCompile(`^(?:> ?)?([A-Z]+) (\S+) HTTP/\d(?:\.\d)?$`)
	statusLine  = regexp.MustCompile(`^(?:< ?)?HTTP/(\d)(?:\.\d)? ([1-5]\d\d)(?: (.*))?$`)
	commandLine = regexp.MustCompile(`^(?:\S*[$#%>] ?)?curl(?:\.exe)? (.*)$`)
	curlFailure = regexp.MustCompile(`(?m)^curl: \(\d+\) (.*)$`)
)

// readTranscript reads the output of curl -v and curl -i, with or without the
// commands.
func readTranscript(text string) transcript {
	const (
		nothing = iota // of interest: a body, or curl's own messages
		request
		response
	)
	var t transcript
	var asked Message
	var at string
	reading := nothing
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		if strings.HasPrefix(line, "* ") {
			t.secure = t.secure || strings.Contains(line, "SSL connection using")
			continue
		}
		if m := requestLine.FindStringSubmatch(line); m != nil {
			asked.Request = WireRequest{Method: m[1], Target: m[2], Headers: [][2]string{}}
			reading = request
			continue
		}
		if m := statusLine.FindStringSubmatch(line); m != nil {
			reading = nothing
			if m[2][0] == '1' || asked.Request.Method == http.MethodConnect {
				continue // another one follows: the final one, or the server's after a proxy's
			}
			t.secure = t.secure || m[1] == "2" || m[1] == "3"
			asked.Preflight = asked.Request.Method == http.MethodOptions && header(asked.Request.Headers, "Access-Control-Request-Method") != ""
			asked.Response.Status, _ = strconv.Atoi(m[2]) // three digits
			asked.Response.StatusText = m[3]
			t.messages, t.urls = append(t.messages, asked), append(t.urls, at)
			asked, at = Message{}, ""
			reading = response
			continue
		}
		if m := commandLine.FindStringSubmatch(line); m != nil {
			command := m[1]
			for strings.HasSuffix(command, `\`) && i+1 < len(lines) {
				i++
				command = strings.TrimSuffix(command, `\`) + " " + strings.TrimSpace(lines[i])
			}
			asked.Request, at = readCommand(shellWords(command))
			t.hasCommand = true
			reading = nothing
			continue
		}
		name, value, ok := strings.Cut(strings.TrimLeft(line, "<> "), ":")
		switch {
		case !ok:
			reading = nothing
		case reading == request:
			asked.Request.Headers = append(asked.Request.Headers, [2]string{name, strings.TrimSpace(value)})
		case reading == response:
			last := &t.messages[len(t.messages)-1].Response
			last.Headers = append(last.Headers, [2]string{name, strings.TrimSpace(value)})
		}
	}
	return t
}

// shellWords splits a command as a shell does, and expands nothing.
func shellWords(command string) []string {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range command {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			inWord, escaped = true, true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			inWord, quote = true, r
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// curlLong maps long options of curl that matter here to their short names.
var curlLong = map[string]byte{
	"request": 'X', "header": 'H', "data": 'd', "data-raw": 'd', "data-binary": 'd', "data-ascii": 'd', "data-urlencode": 'd',
	"form": 'F', "cookie": 'b', "user": 'u', "user-agent": 'A', "head": 'I', "get": 'G', "output": 'o',
	"json": '=', "url": '@', // which have none
}

// curlWithValue are the short options that take a value.
const curlWithValue = "XHdFbuAUoemwxcDTK=@"

// readCommand returns the request that a command sends, as far as it matters here,
// and its URL.
func readCommand(words []string) (request WireRequest, at string) {
	request.Headers = [][2]string{}
	method, body, head, get := "", false, false, false
	set := func(name, value string) { request.Headers = append(request.Headers, [2]string{name, value}) }
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		flags, value, hasValue := "", "", false
		switch {
		case strings.HasPrefix(word, "--"):
			var name string
			name, value, hasValue = strings.Cut(word[2:], "=")
			if short, ok := curlLong[name]; ok {
				flags = string(short)
			}
		case strings.HasPrefix(word, "-"):
			flags = word[1:]
			if i := strings.IndexAny(flags, curlWithValue); i >= 0 && i+1 < len(flags) {
				value, hasValue = flags[i+1:], true
				flags = flags[:i+1]
			}
		case at == "", strings.Contains(word, "://") && !strings.Contains(at, "://"):
			at = word // a word that isn't a URL may be the value of an unknown option
		}
		if flags != "" && !hasValue && strings.IndexByte(curlWithValue, flags[len(flags)-1]) >= 0 && len(words) > 0 {
			value, words = words[0], words[1:]
		}
		for _, flag := range flags {
			switch flag {
			case 'X':
				method = value
			case 'H':
				name, field, _ := strings.Cut(value, ":")
				set(name, strings.TrimSpace(field))
			case 'd', 'F':
				body = true
			case '=':
				body = true
				set("Content-Type", "application/json")
			case 'b':
				set("Cookie", value)
			case 'u':
				set("Authorization", "Basic")
			case 'I':
				head = true
			case 'G':
				get = true
			case '@':
				at = value
			}
		}
	}
	switch {
	case method != "":
		request.Method = method
	case head:
		request.Method = http.MethodHead
	case body && !get:
		request.Method = http.MethodPost
	default:
		request.Method = http.MethodGet
	}
	return request, at
}

// url returns the URL of a message, as far as it is known.
func (t transcript) url(i int) string {
	scheme := "http://"
	if t.secure {
		scheme = "https://"
	}
	at := t.urls[i]
	if host := header(t.messages[i].Request.Headers, "Host"); at == "" && host != "" {
		target := t.messages[i].Request.Target
		if !strings.HasPrefix(target, "/") {
			target = "/"
		}
		at = scheme + host + target
	}
	if at != "" && !strings.Contains(at, "://") {
		at = scheme + at
	}
	if u, err := url.Parse(at); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" {
		u.User = nil
		return u.String()
	}
	return "https://server.invalid/"
}

// diagnoseTranscript reads a transcript as a browser would. It reports false if text
// isn't one.
func diagnoseTranscript(text string) (Diagnosis, bool) {
	d := Diagnosis{Source: "curl", Findings: []Finding{}}
	t := readTranscript(text)
	if len(t.messages) == 0 {
		m := curlFailure.FindStringSubmatch(text)
		switch {
		case m == nil && t.hasCommand:
			d.append(meaning{
				"This is a command without the response.",
				"A browser's Copy as cURL has the request that failed, without the preflight before it.",
				"", "Run it in a terminal with -v added, and paste the command and its whole output.",
			})
			return d, true
		case m == nil:
			return Diagnosis{}, false
		}
		d.append(meaning{
			"curl got no response: " + clip(m[1]) + ".",
			"Browsers don't get one either, and say little about why. CORS has no influence on it.",
			"", "Make the server respond to curl first.",
		})
		return d, true
	}
	for i := 0; i < len(t.messages); {
		i = t.judge(i, &d)
	}
	return d, true
}

// exampleOrigin stands for the origin that a transcript lacks.
const exampleOrigin = "https://app.example.com"

// judge adds what a browser makes of message i and those that belong to it, and
// returns the index of the next.
func (t transcript) judge(i int, d *Diagnosis) int {
	m := t.messages[i]
	origin := header(m.Request.Headers, "Origin")
	allowed := header(m.Response.Headers, "Access-Control-Allow-Origin")
	asksMethod := header(m.Request.Headers, "Access-Control-Request-Method")
	switch {
	case origin == "" && m.Request.Method == "":
		d.append(meaning{
			"The text has a response without its request.",
			"Without an Origin in the request, many servers leave their CORS headers out.",
			"", "Use curl -v, and send the page's Origin: -H 'Origin: " + exampleOrigin + "'.",
		})
	case origin == "":
		d.append(meaning{
			"The request has no Origin, so it isn't a CORS request.",
			"curl sends none by itself, and many servers then leave their CORS headers out. Browsers send it with every request to another origin whose response a script could read.",
			"", "Send the page's Origin: -H 'Origin: " + exampleOrigin + "'.",
		})
	case m.Request.Method == http.MethodOptions && asksMethod == "":
		d.append(meaning{
			"The OPTIONS request has no Access-Control-Request-Method, so it isn't a preflight.",
			"A server treats it as a request to its own handlers, and responds without the headers of a preflight.",
			"", "Send what a browser sends: -H 'Access-Control-Request-Method: PUT', with the method that the script uses.",
		})
		return i + 1
	case m.Request.Method != http.MethodOptions && asksMethod != "":
		d.append(meaning{
			"The request has Access-Control-Request-Method and its method is " + clip(m.Request.Method) + ", so it isn't a preflight.",
			"A preflight is an OPTIONS request.",
			"", "Send what a browser sends: -X OPTIONS.",
		})
	}
	if origin == "" {
		if allowed == "" {
			return i + 1
		}
		// The headers of the response are worth reading all the same.
		if origin = allowed; origin == "*" {
			origin = exampleOrigin
		}
	}
	j := judgement{transcript: t, preflight: -1, actual: i}
	if m.Preflight {
		j.preflight, j.actual = i, i+1
		if j.actual < len(t.messages) && header(t.messages[j.actual].Request.Headers, "Origin") != origin {
			j.actual = len(t.messages)
		}
	}
	next := i + 1
	if m.Preflight && j.actual < len(t.messages) && !t.messages[j.actual].Preflight {
		next = j.actual + 1
	}
	cookies := header(m.Request.Headers, "Cookie") != "" || next-1 > i && header(t.messages[next-1].Request.Headers, "Cookie") != ""
	j.origin = origin
	return max(next, j.fetch(d, cookies))
}

// A judgement is a fetch whose responses are those of a transcript.
type judgement struct {
	transcript
	origin    string
	preflight int // index; -1 if there is none
	actual    int // index of the next message that isn't a preflight
	unasked   bool
}

var (
	errPreflightUnseen = errors.New("the text has no preflight")
	errRequestUnseen   = errors.New("the text has no request")
)

// RoundTrip returns the next response of the transcript.
func (j *judgement) RoundTrip(r *http.Request) (*http.Response, error) {
	var m Message
	switch {
	case r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "":
		if j.preflight < 0 {
			return nil, errPreflightUnseen
		}
		m = j.messages[j.preflight]
	case j.actual >= len(j.messages) || j.messages[j.actual].Preflight:
		return nil, errRequestUnseen
	default:
		m = j.messages[j.actual]
		j.actual++
	}
	response := &http.Response{
		StatusCode: m.Response.Status, Status: fmt.Sprintf("%d %s", m.Response.Status, m.Response.StatusText),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header), Body: http.NoBody, Request: r,
	}
	for _, h := range m.Response.Headers {
		response.Header.Add(h[0], h[1])
	}
	return response, nil
}

// request returns the fetch that sends the requests of the transcript.
func (j *judgement) request() *fetch.Request {
	shown := j.actual
	if j.preflight >= 0 {
		shown = j.preflight
	}
	m := j.messages[shown]
	request := &fetch.Request{URL: j.url(shown), Method: m.Request.Method}
	if request.Method == "" {
		request.Method = http.MethodGet
	}
	if j.unasked {
		request.Method = http.MethodGet
		return request
	}
	if j.preflight >= 0 {
		request.Method = header(m.Request.Headers, "Access-Control-Request-Method")
		for name := range strings.SplitSeq(header(m.Request.Headers, "Access-Control-Request-Headers"), ",") {
			if name = strings.TrimSpace(name); name != "" {
				// With this value, no header is safelisted.
				request.Headers = append(request.Headers, fetch.Header{Name: name, Value: "("})
			}
		}
		// With the flag, Access-Control-Allow-Methods need not list the method, so it is
		// only for requests that have no other reason for a preflight.
		safelisted := slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, request.Method)
		request.UseCORSPreflight = safelisted && len(request.Headers) == 0
		return request
	}
	for _, h := range m.Request.Headers {
		if strings.EqualFold(h[0], "User-Agent") && strings.HasPrefix(h[1], "curl/") {
			continue // no script has set it
		}
		request.Headers = append(request.Headers, fetch.Header{Name: h[0], Value: h[1]})
	}
	return request
}

// fetch adds the outcome of the fetch, and returns the index of the first message
// that it didn't use.
func (j *judgement) fetch(d *Diagnosis, cookies bool) int {
	first := j.actual
	request := j.request()
	parts := map[string]string{"origin": j.origin, "url": request.URL, "method": request.Method}
	run := func(credentials fetch.CredentialsMode) (*fetch.Response, error) {
		j.actual = first
		agent, err := fetch.NewAgent(j.origin)
		if err != nil {
			return nil, err
		}
		agent.Jar, agent.Transport = nil, j
		request.Credentials = credentials
		return agent.Fetch(context.Background(), request)
	}
	mode := fetch.CredentialsOmit
	if cookies {
		mode = fetch.CredentialsInclude
	}
	response, err := run(mode)
	used := j.actual
	var failure *fetch.NetworkError
	var impossible *fetch.RequestError
	switch {
	case err == nil:
		var refused *fetch.NetworkError
		if !cookies {
			_, err := run(fetch.CredentialsInclude)
			errors.As(err, &refused)
		}
		j.readable(d, response, parts, refused)
	case errors.Is(err, errPreflightUnseen):
		d.append(meaning{
			"A browser sends a preflight before this request, and the text has none.",
			"The method or a header isn't safelisted, or the Content-Type isn't one that a form could send.",
			"", "Send it, too: " + preflightCommand(j.origin, request),
		})
		j.unasked = true
		j.fetch(d, cookies)
		return max(used, j.actual)
	case errors.Is(err, errRequestUnseen):
		d.append(meaning{
			"The preflight succeeds: a script of {origin} can send {method} to {url}.",
			"The text lacks the request that follows. Its response needs Access-Control-Allow-Origin, too.",
			"", "Send the request with the same Origin, and paste both.",
		}.about(parts))
	case errors.As(err, &failure):
		d.blocked(failure)
	case errors.As(err, &impossible):
		d.append(meaning{"No script can send this request: " + clip(impossible.Reason) + ".", "Browsers refuse it before they send anything.", "", "Send what the script sends."})
	default:
		d.append(meaning{
			"The Origin " + clip(strconv.Quote(j.origin)) + " isn't one that a browser sends.",
			"An origin is scheme, host and, unless it is the default, port, in lower case and without a slash at the end.",
			"", "Send the page's Origin: -H 'Origin: " + exampleOrigin + "'.",
		})
	}
	return used
}

// preflightCommand returns the command that sends a preflight.
func preflightCommand(origin string, request *fetch.Request) string {
	command := "curl -v -X OPTIONS -H " + shellQuote("Origin: "+origin) + " -H " + shellQuote("Access-Control-Request-Method: "+clip(request.Method))
	var names []string
	for _, h := range request.Headers {
		switch name := strings.ToLower(h.Name); name {
		case "origin", "host", "accept", "cookie", "content-length":
		default:
			names = append(names, name)
		}
	}
	if slices.Sort(names); len(names) > 0 {
		command += " -H " + shellQuote("Access-Control-Request-Headers: "+clip(strings.Join(slices.Compact(names), ",")))
	}
	return command + " " + shellQuote(clip(request.URL))
}

// silent are response headers that no script needs.
var silent = []string{"Connection", "Content-Encoding", "Date", "Keep-Alive", "Server", "Set-Cookie", "Transfer-Encoding", "Vary"}

// readable adds what a script sees. The error refused, if any, is that of the same
// fetch with credentials.
func (j *judgement) readable(d *Diagnosis, response *fetch.Response, parts map[string]string, refused *fetch.NetworkError) {
	if response.Type == fetch.ResponseBasic {
		d.append(meaning{"{Origin} is the origin of the server itself, and can read every response.", "CORS is for other origins.", "", "Send the page's Origin."}.about(parts))
		return
	}
	m := meaning{what: fmt.Sprintf("A script of {origin} can read the response of {url}, whose status is %d.", response.Status), why: "The response passes the CORS check."}
	if refused != nil {
		m.why += " With cookies or logins it wouldn't."
	}
	headers := response.Trace[len(response.Trace)-1].ResponseHeaders
	var hidden []string
	for _, h := range headers {
		_, seen := response.Headers.Get(h.Name)
		if !seen && !slices.Contains(silent, h.Name) && !strings.HasPrefix(h.Name, "Access-Control-") && !slices.Contains(hidden, h.Name) {
			hidden = append(hidden, h.Name)
		}
	}
	if len(hidden) > 0 {
		m.why += " The script can't see " + clip(strings.Join(hidden, ", ")) + "."
		m.field, m.fix = "exposeHeaders", "Add those that the script needs to ExposeHeaders."
	}
	d.append(m.about(parts))
	if allow, _ := headers.Get("Access-Control-Allow-Credentials"); refused != nil && allow != "" {
		d.blocked(refused) // because the server means to allow it
	}
}

// blocked adds why a browser keeps the response from the script.
func (d *Diagnosis) blocked(e *fetch.NetworkError) {
	parts := map[string]string{"origin": e.Origin, "url": e.URL, "method": e.Method, "value": e.Value}
	c, ok := map[fetch.Step]cause{
		fetch.StepAllowOriginMissing: noAllowOrigin, fetch.StepAllowOrigin: otherAllowOrigin, fetch.StepAllowCredentials: noAllowCredentials,
		fetch.StepPreflightStatus: preflightStatus, fetch.StepPreflightMethods: badAllowMethods, fetch.StepPreflightHeaders: badAllowHeaders,
		fetch.StepPreflightMethod: methodNotAllowed, fetch.StepPreflightHeader: headerNotAllowed, fetch.StepPreflightAuthorization: headerNotAllowed,
	}[e.Step]
	switch {
	case !ok:
		d.append(meaning{clip(e.Reason) + ".", "A browser stops at this step of the standard: " + e.Section + ".", "", e.Fix})
		return
	case c == otherAllowOrigin && e.Value == "*":
		c = wildcardOrigin
	case c == otherAllowOrigin && strings.Contains(e.Value, ","):
		c = severalAllowOrigins
	case c == headerNotAllowed:
		parts["header"] = e.Refused
	case c == preflightStatus:
		status := 0
		if last := len(e.Trace) - 1; last >= 0 {
			status = e.Trace[last].Status
		}
		parts["status"] = strconv.Itoa(status)
		if status >= 300 && status < 400 {
			c = preflightRedirect
		}
	}
	d.add(c, parts)
}

// header returns the value of a header, repeated lines combined.
func header(headers [][2]string, name string) string {
	var values []string
	for _, h := range headers {
		if strings.EqualFold(h[0], name) {
			values = append(values, h[1])
		}
	}
	return strings.Join(values, ", ")
}
