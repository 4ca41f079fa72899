package differential

import (
	"errors"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
	"pgregory.net/rapid"
)

// pages are the origins of scripts, http origins at the end: those have
// scenarios of their own, because a page with https may not fetch http.
var pages = []string{
	plainPage,
	"https://app.example.com:8443",
	"https://www.example.org",
	"https://xn--bcher-kva.example",
	"null",
	"http://app.example.com",
	"http://localhost:3000",
}

func isPage(origin string) bool { return slices.Contains(pages, origin) }

func isHTTPS(origin string) bool { return strings.HasPrefix(origin, "https:") }

// sites are the origins of resources that aren't pages.
var sites = []string{"https://api.example.com", "https://api.example.net:8444", "http://api.example.com"}

// oddMethods are methods that browsers do not normalize.
var oddMethods = []string{"PATCH", "patch", "Patch", "QUERY", "CHICKEN", "get-it", "*", "PROPFIND", "!#$%&'*+-.^_`|~"}

// A generator draws the parts of a scenario. Among choices, the plainest is the
// first, which rapid shrinks to. Where it can, a generator draws a part even if
// it doesn't use it: the draws after it then keep their meaning while rapid
// shrinks.
type generator struct {
	*rapid.T

	secure    bool // pages and resources are all https
	resources []string
	step      *step // the step whose responses are made
	origin    string
}

// scenarios generates valid scenarios. A seed determines a scenario.
var scenarios = rapid.Custom(func(t *rapid.T) *scenario {
	g := &generator{T: t}
	return g.scenario()
}).Filter(func(s *scenario) bool { return s.check() == nil })

// oneIn returns true about once in n times.
func (g *generator) oneIn(n int) bool { return rapid.IntRange(1, n).Draw(g.T, "") == n }

func pick[T any](g *generator, choices ...T) T { return rapid.SampledFrom(choices).Draw(g.T, "") }

// oddly returns plain, but about once in n times one of the others.
func oddly[T any](g *generator, n int, plain T, others ...T) T {
	other := pick(g, others...)
	if g.oneIn(n) {
		return other
	}
	return plain
}

// some returns up to most of the choices, in any order, and possibly one twice.
func some[T any](g *generator, most int, choices ...T) []T {
	list := rapid.SliceOfN(rapid.SampledFrom(choices), 0, most).Draw(g.T, "")
	return append([]T(nil), list...) // a Config without methods has the default ones only if they are nil
}

// listOf returns from least to most results of draw.
func listOf[T any](g *generator, least, most int, draw func(*generator) T) []T {
	element := rapid.Custom(func(t *rapid.T) T {
		inner := *g
		inner.T = t
		return draw(&inner)
	})
	return rapid.SliceOfN(element, least, most).Draw(g.T, "")
}

func (g *generator) scenario() *scenario {
	g.secure = !g.oneIn(6)
	g.resources = pick(g, []string{"a"}, []string{"a", "b"}, []string{"a", "b", "c"})
	s := &scenario{Resources: map[string]resource{}}
	if g.oneIn(4) {
		s.Policy = g.policy()
		s.Framework = pick(g, "", "gin", "echo", "echo5", "chi", "fiber", "fiber3")
	}
	s.Steps = listOf(g, 1, 5, (*generator).newStep)
	for k := range s.Steps[1:] {
		if !g.oneIn(3) {
			s.Steps[k+1] = g.varied(s.Steps[k], s.Steps[k+1])
		}
	}
	for _, name := range g.resources {
		// The responses are right, or nearly right, for one of the steps.
		g.step = &s.Steps[0]
		for k, step := range s.Steps {
			isFor := strings.HasPrefix(step.url()[strings.Index(step.url(), "{run}"):], "{run}/"+name)
			if isFor && !g.oneIn(3) || g.oneIn(8) {
				g.step = &s.Steps[k]
			}
		}
		g.origin = g.step.page()
		s.Resources[name] = resource{Preflight: g.preflightAnswer(s.Policy != nil), Answer: g.answer(s.Policy != nil)}
	}
	return s
}

// varied returns a step with a few parts of another, because caches matter for
// similar steps.
func (g *generator) varied(s, other step) step {
	s.Headers = slices.Clone(s.Headers)
	for _, part := range some(g, 3, 0, 1, 2, 3, 4, 5, 6) {
		switch part {
		case 0:
			s.Page = other.Page
		case 1:
			s.URL = other.URL
		case 2:
			s.Method, s.Body = other.Method, other.Body
		case 3:
			s.Headers = other.Headers
		case 4:
			s.Credentials = other.Credentials
		case 5:
			s.Mode, s.Redirect = other.Mode, other.Redirect
		case 6:
			s.Headers = s.Headers[min(1, len(s.Headers)):]
		}
	}
	return s
}

func (g *generator) newStep() step {
	var s step
	if g.secure {
		s.Page = oddly(g, 3, "", pages[1:5]...)
	} else {
		s.Page = pick(g, "http://app.example.com", "http://localhost:3000")
	}
	s.URL = g.url(s.page())
	s.Method = pick(g, "", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "get", "Post", "put", "dELETE", "head", "options")
	s.Method = oddly(g, 8, s.Method, append(oddMethods, "CONNECT", "trace", "Track", "GE T", "G\u00cbT", "GET\t")...)
	s.Headers = listOf(g, 0, 5, (*generator).scriptHeader)
	if g.oneIn(25) {
		s.Headers = append(s.Headers, g.longHeaders()...)
	}
	s.Body = oddly(g, 4, nil, ptr("hello"), new(string), ptr("a=b"), ptr(strings.Repeat("x", 5000)))
	if s.Body != nil && s.Method == "" {
		s.Method = oddly(g, 10, "POST", "")
	}
	s.Mode = oddly(g, 5, "", fetch.ModeCORS, fetch.ModeNoCORS, fetch.ModeNoCORS, fetch.ModeSameOrigin)
	s.Credentials = pick(g, "", "", "", fetch.CredentialsInclude, fetch.CredentialsInclude, fetch.CredentialsOmit, fetch.CredentialsSameOrigin)
	s.Redirect = oddly(g, 6, "", fetch.RedirectManual, fetch.RedirectError, fetch.RedirectFollow)
	if g.oneIn(25) {
		s.Upload, s.Mode, s.Redirect, s.Body = true, "", "", ptr("hello")
	}
	return s
}

func ptr[T any](v T) *T { return &v }

// site returns an origin that may be fetched.
func (g *generator) site(page string) string {
	others := append(slices.Clone(pages[:4]), sites[1])
	if page != "null" {
		others = append(others, page, page, page)
	}
	if !g.secure {
		others = append(others, sites[2], pages[5], pages[6], sites[2], pages[5], pages[6])
	}
	return oddly(g, 2, sites[0], others...)
}

// url returns a URL of a resource.
func (g *generator) url(page string) string {
	origin, path := g.site(page), "/{run}/"+pick(g, g.resources...)
	url := oddly(g, 4, origin+path, oddURLs(origin, path)...)
	if url == plainURL {
		return ""
	}
	return url
}

// oddURLs are URLs of a resource in odd forms. The URL parser turns most of them
// into plain URLs.
func oddURLs(origin, path string) []string {
	scheme, host, _ := strings.Cut(origin, "://")
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	if strings.Contains(host, ":") {
		port = ""
	}
	urls := []string{
		origin + path + "#fragment",
		origin + path + "?",
		origin + path + "?#",
		origin + path + "??",
		origin + "/x/.." + path + "/./y",
		origin + "/%2e" + path + "/%2E%2e/" + strings.TrimPrefix(path, "/{run}/"),
		strings.ToUpper(scheme) + "://" + strings.ToUpper(host) + path,
		scheme + ":\\\\" + host + strings.ReplaceAll(path, "/", "\\"),
		"  " + origin + path + "\t\n ",
		scheme + "://" + host[:3] + "\n" + host[3:] + path,
		origin + port + path,
		"https://b\u00fccher.example" + path,
	}
	for _, end := range []string{"a b", "\u00fc", "[x]", "a^b", "a'b", "a\"b", ";x", "{}", "`", "%"} {
		urls = append(urls, origin+path+"/"+end)
	}
	for _, query := range []string{"a b", "'", "\u00fc", "%zz", "<>", "a|b", "{}", "\\", "a+b", "\"", "`", "^"} {
		urls = append(urls, origin+path+"?q="+query)
	}
	for _, user := range []string{"user@", "user:secret@", ":secret@", "@"} {
		urls = append(urls, scheme+"://"+user+host+path)
	}
	for _, port := range []string{"6000", "10080", "1", "22", "x", "99999"} {
		urls = append(urls, origin+":"+port+path)
	}
	for _, scheme := range []string{"ftp", "data", "ws", "about", "blob"} {
		urls = append(urls, scheme+"://"+host+path)
	}
	return urls
}

// unsafeBytes are the CORS-unsafe request-header bytes that net/http carries.
const unsafeBytes = "\"():<>?@[\\]{}"

// scriptHeader returns a header, many near the border of the safelist.
func (g *generator) scriptHeader() scriptHeader {
	switch pick(g, 6, 3, 5, 10, 6, 1, 2, 0, 3, 6, 11, 9) {
	case 0:
		return scriptHeader{g.cased("Accept"), g.value("text/html", "*/*", "a, b;q=0.5", "application/json")}
	case 1:
		return scriptHeader{g.cased("Accept-Language"), g.value("de", "de-CH, en;q=0.5", "*", "a_b", "a/b", "de!")}
	case 2:
		return scriptHeader{g.cased("Content-Language"), g.value("de", "de, en", "a_b", "a=b.c", "a+b")}
	case 3:
		return scriptHeader{g.cased("Content-Type"), g.contentType()}
	case 5:
		return scriptHeader{g.cased("Range"), pick(g, "bytes=0-", "bytes=0-1", "bytes=-1", "bytes=2-1", "bytes=0-1,3-4", "bytes 0-1",
			"bytes= 0-1", "bytes=0 -1", "Bytes=0-1", "bytes=-", "bytes=0-99999999999999999999", "bytes=99999999999999999999-", "bytes=a-b",
			"bytes=00-01", "lines=0-1", "", "bytes=0-1 ", "bytes=+1-2", "bytes=0"+strings.Repeat("0", 130)+"-", "bytes=0\t-")}
	case 6:
		return scriptHeader{pick(g, "X-Foo", "Authorization", "x-foo", "X-Bar", "X-Baz", "authorization", "X-Requested-With"),
			pick(g, "1", "1", "", "a, b", "\u00fc", "(x)")}
	case 9:
		return scriptHeader{pick(g, forbiddenNames...), pick(g, "1", "x", "GET")}
	case 10:
		return scriptHeader{pick(g, "X-HTTP-Method", "x-http-method-override", "X-Method-Override"),
			pick(g, "GET", "TRACE", "get, connect", "\"TRACE\"", "track ,", "PUT,\tTrace", "\"a,TRACE,b\"", "TRACER")}
	}
	return scriptHeader{pick(g, otherNames...), pick(g, "1", "x", "\"etag\"")}
}

// forbiddenNames are names that scripts cannot set.
var forbiddenNames = []string{
	"Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Connection",
	"Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive", "Origin", "Referer", "Set-Cookie", "TE", "Trailer",
	"Transfer-Encoding", "Upgrade", "Via", "Proxy-Authorization", "proxy-x", "Sec-Fetch-Mode", "sec-x",
}

// otherNames are names that look safelisted or forbidden, and invalid names.
var otherNames = []string{
	"Cache-Control", "Pragma", "User-Agent", "Save-Data", "DPR", "Width", "Viewport-Width", "Downlink",
	"Device-Memory", "Last-Event-ID", "Purpose", "X-Purpose", "Upgrade-Insecure-Requests", "Access-Control-Request-Private-Network",
	"Access-Control-Request-X", "Set-Cookie2", "Proxy", "Sec", "X-Sec-Y", "Accept-Ranges", "Content-Disposition", "Content-Encoding",
	"Priority", "Early-Data", "Public-Key-Pins", "From", "Warning", "Link", "*", "null", "a_b", "1", "!", "X Foo", "", "X:", "\u00fc", "X-Foo\n",
	"Access-Control-Allow-Origin", "Content-Type2", "Service-Worker", "Ping-To", "X-Forwarded-For", "Max-Forwards",
}

func (g *generator) cased(name string) string {
	return pick(g, name, name, name, strings.ToLower(name), strings.ToUpper(name))
}

// value returns one of the values, possibly changed: with another length, with
// whitespace around it, or with a piece inserted, such as an unsafe byte.
func (g *generator) value(values ...string) string {
	v := pick(g, values...)
	var others []string
	for end := range 4 {
		others = append(others, ofLength(v, 126+end), v+strings.Repeat(";x", 60)+strings.Repeat("y", max(0, 6+end-len(v))))
	}
	for _, space := range []string{" ", "\t", "\r\n"} {
		others = append(others, space+v+"\t", v+space)
	}
	at := len(v) - pick(g, 0, len(v), len(v)/2)
	for _, piece := range strings.Split(unsafeBytes+"\u00fc\t \u0080\u00ff'!#$%&^|~`/+_,\n", "") {
		others = append(others, v[:at]+piece+v[at:])
	}
	return oddly(g, 2, v, others...)
}

// ofLength returns a value made of v that has that many bytes.
func ofLength(v string, length int) string {
	return v + strings.Repeat("x", max(0, length-len(v)))
}

func (g *generator) contentType() string {
	essence := pick(g, "text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/html")
	parameters := pick(g, "", "", "", ";charset=utf-8", "; charset=\"utf-8\"", ";", "; ;", " ;x=y", ";a=b;c=d", "; boundary=x", ";application/json", "; charset=utf-8, application/json")
	odd := pick(g, "Text/Plain", "TEXT/PLAIN;CHARSET=X", "text/plain,", "text/plain, text/plain", "text/plain,application/json", ",text/plain", "text /plain",
		"text/ plain", "text/plain x", "text/plain\t;", "text//plain", "text/", "/plain", "text", "", "*/*", "text/plain/", "text/pl\u00e4in", "tex(t/plain", "text;/plain")
	return pick(g, essence+parameters, g.value(essence), odd)
}

// longHeaders are each safelisted, and together have about 1024 bytes.
func (g *generator) longHeaders() []scriptHeader {
	headers := []scriptHeader{
		{"Accept", ofLength("a", 128)},
		{"Accept-Language", ofLength("a", 128)},
		{"Content-Language", ofLength("a", 128)},
		{"Content-Type", ofLength("text/plain;", 128)},
	}
	for range 4 {
		headers = append(headers, scriptHeader{pick(g, "Accept", "Accept-Language"), ofLength("b", pick(g, 124, 125, 126, 127, 128))})
	}
	headers = append(headers, scriptHeader{"Range", pick(g, "bytes=0-", "bytes=0-1")})
	return headers[:pick(g, 9, 8, 7, 6, 4, 2)]
}

// policy returns a Config, which may be refused.
func (g *generator) policy() *cors.Config {
	c := &cors.Config{
		AllowOrigins: some(g, 3, append([]string{
			"null", "https://*.example.com", "http://localhost:*", "https://*.example.org", "https://app.example.com:*",
		}, pages...)...),
		AllowOriginRegexps: oddly(g, 5, nil, []string{`https://app\.example\.com(:\d+)?`}, []string{`https?://(app|www)\.example\.(com|org)`}),
		AllowMethods:       some(g, 4, "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "CHICKEN", "get-it", "PROPFIND"),
		AllowHeaders:       some(g, 4, "X-Foo", "x-bar", "X-BAZ", "Authorization", "Content-Type", "Accept", "Range", "If-None-Match", "X-Requested-With"),
		ExposeHeaders:      some(g, 3, "X-Total", "ETag", "x-secret", "Location"),
		AllowCredentials:   g.oneIn(2),
		MaxAge:             pick(g, 0, 0, 0, 0, -1, 600, 86400, 3600),
		PreflightStatus:    oddly(g, 3, 0, 200, 204, 205, 206, 299),
		PassPreflight:      g.oneIn(20),
	}
	for _, list := range []*[]string{&c.AllowOrigins, &c.AllowMethods, &c.AllowHeaders, &c.ExposeHeaders} {
		*list = oddly(g, 4, *list, []string{"*"})
	}
	var problems cors.ConfigErrors
	if _, err := cors.New(*c); errors.As(err, &problems) {
		for _, p := range problems {
			if p.Risk != "" {
				c.AcceptRisks = append(c.AcceptRisks, p.Risk)
			}
		}
	}
	return c
}

// answer returns the response to a request.
func (g *generator) answer(behindPolicy bool) answer {
	a := answer{Status: g.status(4)}
	if g.oneIn(3) {
		a = g.redirect()
	}
	a.Lines = append(a.Lines, some(g, 3, "X-Total: 1", "x-secret: s", "ETag: \"e\"", "Content-Type: text/plain", "Expires: 0", "Pragma: no-cache",
		"Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT", "Content-Language: de", "X-Total:2", "Vary: *", "X-Empty:", "Refresh: 9",
		"Set-Cookie2: a=b", "X-Odd: \u00fc", "Cache-Control: private", "Server: x", "X-Total: \t3 ")...)
	if g.secure && g.oneIn(3) {
		a.Lines = append(a.Lines, "Set-Cookie: "+pick(g, "a=1", "b=2")+"; Path=/{run}/; Secure; SameSite=None"+pick(g, "", "; HttpOnly"))
	}
	if g.oneIn(10) {
		a.Lines = append(a.Lines, "Cross-Origin-Resource-Policy: "+pick(g, "same-origin", "same-site", "cross-origin", "same-Origin", "x", "same-site, same-site"))
	}
	if behindPolicy {
		return a
	}
	a.Interim = oddly(g, 20, 0, 100, 102, 103, 199)
	a.Lines = append(a.Lines, g.corsLines(false)...)
	return a
}

func (g *generator) preflightAnswer(behindPolicy bool) answer {
	if behindPolicy {
		return answer{}
	}
	a := answer{Status: pick(g, 0, 204, 204, 201, 206, 299, g.status(3))}
	if g.oneIn(25) {
		a = g.redirect()
	}
	a.Interim = oddly(g, 30, 0, 100, 103)
	if g.secure && g.oneIn(10) {
		a.Lines = append(a.Lines, "Set-Cookie: p=1; Path=/{run}/; Secure; SameSite=None")
	}
	a.Lines = append(a.Lines, g.corsLines(true)...)
	return a
}

// status returns 0, but about once in n times an odd status.
func (g *generator) status(n int) int {
	return oddly(g, n, 0, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 304, 305, 306, 399, 400, 401, 403, 404, 405, 410, 418, 422, 429, 451,
		500, 501, 502, 503, 504, 511, 599, 600, 999)
}

// redirect returns a redirect, or something like it.
func (g *generator) redirect() answer {
	a := answer{Status: pick(g, 302, 301, 303, 307, 308)}
	// Mostly not to the first, which the first step usually requests: loops are long.
	path := "/{run}/" + oddly(g, 3, g.resources[len(g.resources)-1], g.resources...)
	site := g.site(g.origin)
	odd := append([]string{
		"", "#f", "?q", "data:text/plain,x", "about:blank", "javascript:1", "mailto:a@example.com", "https://", "https://[", "//", "\\\\" + site + path,
	}, oddURLs(site, path)...)
	location := oddly(g, 4, pick(g, site+path, path, strings.TrimPrefix(path, "/{run}/"), site[strings.Index(site, ":")+1:]+path), odd...)
	line := pick(g, "Location: ", "location:", "LOCATION: \t") + strings.ReplaceAll(location, "\n", "")
	a.Lines = oddly(g, 12, []string{line}, nil, []string{line, line}, []string{line, "Location: " + site + path})
	return a
}

// corsLines returns the CORS headers: right, or nearly right, for the step.
func (g *generator) corsLines(isPreflight bool) []string {
	var lines []string
	add := func(isRight bool, name, value string) {
		if isRight != g.oneIn(12) {
			lines = append(lines, g.header(name, value)...)
		}
	}
	add(true, allowOrigin, oddly(g, 12, pick(g, "*", g.origin, g.origin), "null", plainPage, "https://app.example.com:443", "https://www.example.org"))
	add(g.step.Credentials == fetch.CredentialsInclude || g.oneIn(5), "Access-Control-Allow-Credentials", "true")
	add(isPreflight, allowMethods, g.allowedMethods())
	add(isPreflight, "Access-Control-Allow-Headers", g.allowedHeaders())
	add(isPreflight && g.oneIn(2), "Access-Control-Max-Age", pick(g, "600", "600", "0", "-1", "", "86400", "600.5", "6e2", "+600", "600, 600",
		"99999999999999999999", "-99999999999999999999", "x", "\"600\"", "0600", "600 s", "00"))
	exposed := some(g, 4, "X-Total", "x-total", "*", "X-Secret", "ETag", "Set-Cookie", "Set-Cookie2", "Vary", "Location")
	add(!isPreflight && g.oneIn(2), "Access-Control-Expose-Headers", strings.Join(exposed, pick(g, ", ", ",")))
	if g.oneIn(4) {
		slices.Reverse(lines)
	}
	return lines
}

func (g *generator) allowedMethods() string {
	method := g.step.Method
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}, strings.ToUpper(method)) {
		method = strings.ToUpper(method)
	}
	return oddly(g, 3, method, "*", strings.ToUpper(method), method+",PUT", method+", *", method+", PATCH")
}

func (g *generator) allowedHeaders() string {
	var names []string
	for _, h := range g.step.Headers {
		names = append(names, g.cased(h.Name))
	}
	other := pick(g, otherNames...)
	names = oddly(g, 3, names, []string{"*"}, slices.Concat(names, []string{"*"}), slices.Concat(names, []string{other}), names[min(1, len(names)):])
	return strings.Join(names, pick(g, ", ", ","))
}

// header returns the lines of a header, in some cases written in another way.
func (g *generator) header(name, value string) []string {
	odd := [][]string{
		{value, value}, {value, ""}, {""}, {value + ","}, {"," + value}, {value + ",, ,"}, {`"` + value + `"`}, {value + "/"}, {},
		{strings.ToUpper(value)}, {strings.ToLower(value)}, {strings.ReplaceAll(value, ", ", "\t,\t ")}, {strings.ReplaceAll(value, ", ", ",\r\n ")},
		strings.Split(value, ", "), {"\r\n\t" + value}, {"\u00a0" + value}, {"\u0085" + value}, {value + " "}, {value + "\t"}, {value + "  \t"},
	}
	for _, other := range []string{"*", "null", "true", "false", "True", "1", "X-Foo", "PUT"} {
		odd = append(odd, []string{other}, []string{value, other})
	}
	for _, end := range []string{", a b", ", (x)", ", \"x, y\"", ", \"x", ", a;q=1", ", \u00fc", ", x/y", " x", ", *"} {
		odd = append(odd, []string{value + end})
	}
	for _, comma := range []string{";", " ", "|", "\u00a0,"} {
		odd = append(odd, []string{strings.ReplaceAll(value, ",", comma)})
	}
	values := oddly(g, 3, []string{value}, odd...)
	cased := oddly(g, 10, name, strings.ToLower(name), strings.ToUpper(name), strings.Replace(name, "-C", "-c", 1))
	if len(values) == 1 {
		name = cased // check refuses others that are repeated
	}
	separator := oddly(g, 20, ": ", ":", ":\t", ":   ", ": \t ")
	var lines []string
	for _, v := range values {
		// The lines are meant to be odd, but the message must stay valid.
		lines = append(lines, name+separator+strings.ReplaceAll(strings.ReplaceAll(v, "X-Foo\n", "X-Foo"), "\n\n", "\n"))
	}
	return lines
}
