package differential

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
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

// A generator makes scenarios. A seed and a number determine a scenario,
// whatever was made before.
type generator struct {
	*rand.Rand

	secure    bool // pages and resources are all https
	resources []string
	step      *step // the step whose responses are made
	origin    string
}

// generate returns the scenario of that number.
func generate(seed, number uint64) *scenario {
	for attempt := uint64(0); ; attempt++ {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, number<<8|attempt))}
		if s := g.scenario(); s.check() == nil {
			return s
		}
	}
}

// chance returns true with a probability in percent.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, choices ...T) T { return choices[g.IntN(len(choices))] }

// some returns up to most of the choices, in any order, and possibly one twice.
func some[T any](g *generator, most int, choices ...T) []T {
	var list []T
	for range g.IntN(most + 1) {
		list = append(list, pick(g, choices...))
	}
	return list
}

func (g *generator) scenario() *scenario {
	g.secure = g.chance(85)
	g.resources = []string{"a", "b", "c"}[:1+min(g.IntN(4), 2)]
	s := &scenario{Resources: map[string]resource{}}
	if g.chance(25) {
		s.Policy = g.policy()
		s.Framework = pick(g, "", "gin", "echo", "echo5", "chi", "fiber", "fiber3")
	}
	for range 1 + g.IntN(4) {
		if len(s.Steps) > 0 && g.chance(60) {
			s.Steps = append(s.Steps, g.varied(s.Steps[g.IntN(len(s.Steps))]))
			continue
		}
		s.Steps = append(s.Steps, g.newStep())
	}
	for _, name := range g.resources {
		// The responses are right, or nearly right, for one of the steps.
		g.step = &s.Steps[g.IntN(len(s.Steps))]
		for _, step := range s.Steps {
			if strings.HasPrefix(step.url()[strings.Index(step.url(), "{run}"):], "{run}/"+name) && g.chance(70) {
				g.step = &step
			}
		}
		g.origin = g.step.page()
		s.Resources[name] = resource{Preflight: g.preflightAnswer(s.Policy != nil), Answer: g.answer(s.Policy != nil)}
	}
	return s
}

// varied returns a step similar to another, because caches matter for similar steps.
func (g *generator) varied(s step) step {
	s.Headers = slices.Clone(s.Headers)
	for range g.IntN(3) {
		other := g.newStep()
		switch g.IntN(7) {
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
			if len(s.Headers) > 0 {
				s.Headers = slices.Delete(s.Headers, 0, 1)
			}
		}
	}
	return s
}

func (g *generator) newStep() step {
	var s step
	switch {
	case !g.secure:
		s.Page = pick(g, "http://app.example.com", "http://localhost:3000")
	case g.chance(40):
		s.Page = pick(g, pages[1:5]...)
	}
	s.URL = g.url(s.page())
	switch {
	case g.chance(35):
	case g.chance(60):
		s.Method = pick(g, "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
	case g.chance(40):
		s.Method = pick(g, "get", "Post", "put", "dELETE", "head", "options")
	case g.chance(85):
		s.Method = pick(g, oddMethods...)
	default:
		s.Method = pick(g, "CONNECT", "trace", "Track", "GE T", "", "G\u00cbT", "GET\t")
	}
	for range []int{0, 0, 1, 1, 1, 2, 2, 3, 4}[g.IntN(9)] {
		s.Headers = append(s.Headers, g.scriptHeader())
	}
	if g.chance(4) {
		s.Headers = append(s.Headers, g.longHeaders()...)
	}
	if g.chance(25) {
		s.Body = pick(g, new(string), ptr("hello"), ptr("a=b"), ptr(strings.Repeat("x", 5000)))
		if s.Method == "" && g.chance(90) {
			s.Method = "POST"
		}
	}
	if g.chance(20) {
		s.Mode = pick(g, fetch.ModeCORS, fetch.ModeNoCORS, fetch.ModeNoCORS, fetch.ModeSameOrigin)
	}
	if g.chance(50) {
		s.Credentials = pick(g, fetch.CredentialsInclude, fetch.CredentialsInclude, fetch.CredentialsOmit, fetch.CredentialsSameOrigin)
	}
	if g.chance(15) {
		s.Redirect = pick(g, fetch.RedirectManual, fetch.RedirectError, fetch.RedirectFollow)
	}
	if g.chance(4) {
		s.Upload, s.Mode, s.Redirect, s.Body = true, "", "", ptr("hello")
	}
	return s
}

func ptr[T any](v T) *T { return &v }

// site returns an origin that may be fetched.
func (g *generator) site(page string) string {
	switch {
	case page != "null" && g.chance(20):
		return page
	case !g.secure && g.chance(50):
		return pick(g, sites[2], pages[5], pages[6])
	case g.chance(20):
		return pick(g, pages[:4]...)
	}
	return pick(g, sites[:2]...)
}

// url returns a URL of a resource.
func (g *generator) url(page string) string {
	origin, path := g.site(page), "/{run}/"+pick(g, g.resources...)
	if g.chance(75) {
		if origin+path == plainURL {
			return ""
		}
		return origin + path
	}
	return g.odd(origin, path)
}

// odd writes a URL in an odd form. The URL parser turns most of them into plain URLs.
func (g *generator) odd(origin, path string) string {
	scheme, host, _ := strings.Cut(origin, "://")
	switch g.IntN(15) {
	case 0:
		return origin + path + "#fragment"
	case 1:
		return origin + path + "?q=" + pick(g, "a b", "'", "\u00fc", "%zz", "<>", "a|b", "{}", "\\", "a+b", "\"", "`", "^")
	case 2:
		return origin + "/x/.." + path + "/./y"
	case 3:
		return origin + "/%2e" + path + "/%2E%2e/" + strings.TrimPrefix(path, "/{run}/")
	case 4:
		return strings.ToUpper(scheme) + "://" + strings.ToUpper(host) + path
	case 5:
		return scheme + ":\\\\" + host + strings.ReplaceAll(path, "/", "\\")
	case 6:
		return "  " + origin + path + "\t\n "
	case 7:
		return scheme + "://" + host[:3] + "\n" + host[3:] + path
	case 8:
		return origin + path + "/" + pick(g, "a b", "\u00fc", "[x]", "a^b", "a'b", "a\"b", ";x", "{}", "`", "%")
	case 9:
		port := map[string]string{"http": ":80", "https": ":443"}[scheme]
		if strings.Contains(host, ":") {
			port = ""
		}
		return scheme + "://" + host + port + path
	case 10:
		return scheme + "://" + pick(g, "user@", "user:secret@", ":secret@", "@") + host + path
	case 11:
		return scheme + "://" + host + ":" + pick(g, "6000", "10080", "1", "22", "x", "99999") + path
	case 12:
		return pick(g, "ftp://", "data://", "ws://", "about://", "blob://") + host + path
	case 13:
		return "https://b\u00fccher.example" + path
	}
	return origin + path + "?" + pick(g, "", "#", "?")
}

// unsafeBytes are the CORS-unsafe request-header bytes that net/http carries.
const unsafeBytes = "\"():<>?@[\\]{}"

// scriptHeader returns a header, many near the border of the safelist.
func (g *generator) scriptHeader() scriptHeader {
	switch g.IntN(12) {
	case 0:
		return scriptHeader{g.cased("Accept"), g.value("text/html", "*/*", "a, b;q=0.5", "application/json")}
	case 1:
		return scriptHeader{g.cased("Accept-Language"), g.value("de", "de-CH, en;q=0.5", "*", "a_b", "a/b", "de!")}
	case 2:
		return scriptHeader{g.cased("Content-Language"), g.value("de", "de, en", "a_b", "a=b.c", "a+b")}
	case 3, 4:
		return scriptHeader{g.cased("Content-Type"), g.contentType()}
	case 5:
		return scriptHeader{g.cased("Range"), pick(g, "bytes=0-", "bytes=0-1", "bytes=-1", "bytes=2-1", "bytes=0-1,3-4", "bytes 0-1",
			"bytes= 0-1", "bytes=0 -1", "Bytes=0-1", "bytes=-", "bytes=0-99999999999999999999", "bytes=99999999999999999999-", "bytes=a-b",
			"bytes=00-01", "lines=0-1", "", "bytes=0-1 ", "bytes=+1-2", "bytes=0"+strings.Repeat("0", 130)+"-", "bytes=0\t-")}
	case 6, 7, 8:
		return scriptHeader{pick(g, "X-Foo", "x-foo", "X-Bar", "X-Baz", "Authorization", "authorization", "X-Requested-With"), pick(g, "1", "1", "", "a, b", "\u00fc", "(x)")}
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
	switch g.IntN(6) {
	case 0:
		return strings.ToLower(name)
	case 1:
		return strings.ToUpper(name)
	}
	return name
}

// value returns one of the values, possibly changed: with an unsafe byte,
// another length, or whitespace around it.
func (g *generator) value(values ...string) string {
	v := pick(g, values...)
	switch g.IntN(8) {
	case 0:
		return g.inserted(v, string(unsafeBytes[g.IntN(len(unsafeBytes))]))
	case 1:
		return v + strings.Repeat(pick(g, "x", ";x", " "), 64) + strings.Repeat("y", max(0, 63+g.IntN(4)-len(v)))
	case 2:
		return ofLength(v, 126+g.IntN(5))
	case 3:
		return pick(g, " ", "\t", "\r\n") + v + pick(g, " ", "\t", "\n")
	case 4:
		return g.inserted(v, pick(g, "\u00fc", "\t", "\t", "\t", " ", "\u0080", "\u00ff", "'", "!", "#", "$", "%", "&", "^", "|", "~", "`", "/", "+", "_", ",", "\n"))
	}
	return v
}

// ofLength returns a value made of v that has that many bytes.
func ofLength(v string, length int) string {
	return v + strings.Repeat("x", max(0, length-len(v)))
}

func (g *generator) inserted(s, piece string) string {
	at := g.IntN(len(s) + 1)
	return s[:at] + piece + s[at:]
}

func (g *generator) contentType() string {
	essence := pick(g, "text/plain", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json", "text/html")
	switch g.IntN(6) {
	case 0:
		return g.value(essence)
	case 1:
		return essence + pick(g, ";charset=utf-8", "; charset=\"utf-8\"", ";", "; ;", " ;x=y", ";a=b;c=d", "; boundary=x", ";application/json", "; charset=utf-8, application/json")
	case 2:
		return pick(g, "Text/Plain", "TEXT/PLAIN;CHARSET=X", "text/plain,", "text/plain, text/plain", "text/plain,application/json", ",text/plain", "text /plain",
			"text/ plain", "text/plain x", "text/plain\t;", "text//plain", "text/", "/plain", "text", "", "*/*", "text/plain/", "text/pl\u00e4in", "tex(t/plain", "text;/plain")
	}
	return essence
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
		name := pick(g, "Accept", "Accept-Language")
		headers = append(headers, scriptHeader{name, ofLength("b", 124+g.IntN(5))})
	}
	return append(headers, scriptHeader{"Range", pick(g, "bytes=0-", "bytes=0-1")})[:2+g.IntN(8)]
}

// policy returns a Config, which may be refused.
func (g *generator) policy() *cors.Config {
	c := &cors.Config{
		AllowOrigins: some(g, 3, append([]string{
			"*", "null", "https://*.example.com", "http://localhost:*", "https://*.example.org", "https://app.example.com:*",
		}, pages...)...),
		AllowMethods:     some(g, 4, "PUT", "DELETE", "PATCH", "patch", "OPTIONS", "QUERY", "CHICKEN", "get-it", "*", "PROPFIND"),
		AllowHeaders:     some(g, 4, "X-Foo", "x-bar", "X-BAZ", "Authorization", "*", "Content-Type", "Accept", "Range", "If-None-Match", "X-Requested-With"),
		ExposeHeaders:    some(g, 3, "X-Total", "ETag", "*", "x-secret", "Location"),
		AllowCredentials: g.chance(50),
		AcceptRisks: []cors.Risk{
			cors.RiskAnyOriginWithCredentials, cors.RiskNullWithCredentials, cors.RiskInsecureOriginWithCredentials,
			cors.RiskPublicSuffix, cors.RiskUnconfinedRegexp,
		},
	}
	if g.chance(20) {
		c.AllowOriginRegexps = []string{pick(g, `https://app\.example\.com(:\d+)?`, `https?://(app|www)\.example\.(com|org)`)}
	}
	if g.chance(40) {
		c.MaxAge = pick(g, -1, 600, 86400, 3600)
	}
	if g.chance(30) {
		c.PreflightStatus = pick(g, 200, 204, 205, 206, 299)
	}
	c.PassPreflight = g.chance(5)
	return c
}

// answer returns the response to a request.
func (g *generator) answer(behindPolicy bool) answer {
	a := answer{Status: g.status()}
	if g.chance(30) {
		a.Status = pick(g, 301, 302, 303, 307, 308)
		a.Lines = append(a.Lines, g.locations()...)
	}
	if g.chance(50) {
		a.Lines = append(a.Lines, some(g, 4, "X-Total: 1", "x-secret: s", "ETag: \"e\"", "Content-Type: text/plain", "Expires: 0", "Pragma: no-cache",
			"Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT", "Content-Language: de", "X-Total:2", "Vary: *", "X-Empty:", "Refresh: 9",
			"Set-Cookie2: a=b", "X-Odd: \u00fc", "Cache-Control: private", "Server: x", "X-Total: \t3 ")...)
	}
	if g.secure && g.chance(35) {
		a.Lines = append(a.Lines, "Set-Cookie: "+pick(g, "a=1", "b=2")+"; Path=/{run}/; Secure; SameSite=None"+pick(g, "", "; HttpOnly"))
	}
	if g.chance(10) {
		a.Lines = append(a.Lines, "Cross-Origin-Resource-Policy: "+pick(g, "same-origin", "same-site", "cross-origin", "same-Origin", "x", "same-site, same-site"))
	}
	if behindPolicy {
		return a
	}
	if g.chance(5) {
		a.Interim = pick(g, 100, 102, 103, 199)
	}
	g.corsLines(&a, false)
	return a
}

func (g *generator) preflightAnswer(behindPolicy bool) answer {
	if behindPolicy {
		return answer{}
	}
	a := answer{Status: pick(g, 0, 0, 0, 204, 204, 204, 201, 206, 299)}
	if g.chance(8) {
		a.Status = g.status()
	}
	if g.chance(4) {
		a.Status = pick(g, 301, 302, 303, 307, 308)
		a.Lines = g.locations()
	}
	if g.chance(3) {
		a.Interim = pick(g, 100, 103)
	}
	if g.secure && g.chance(10) {
		a.Lines = append(a.Lines, "Set-Cookie: p=1; Path=/{run}/; Secure; SameSite=None")
	}
	g.corsLines(&a, true)
	return a
}

func (g *generator) status() int {
	if g.chance(75) {
		return 0
	}
	return pick(g, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 304, 305, 306, 399, 400, 401, 403, 404, 405, 410, 418, 422, 429, 451, 500, 501, 502,
		503, 504, 511, 599, 600, 999)
}

// locations returns the Location header of a redirect, or something like it.
func (g *generator) locations() []string {
	if g.chance(4) {
		return nil
	}
	path := "/{run}/" + pick(g, g.resources...)
	if len(g.resources) > 1 && g.chance(70) {
		// Not the first, which the first step usually requests: loops are long.
		path = "/{run}/" + pick(g, g.resources[1:]...)
	}
	site := g.site(g.origin)
	location := site + path
	switch g.IntN(12) {
	case 0, 1:
		location = path
	case 2:
		location = strings.TrimPrefix(path, "/{run}/")
	case 3:
		location = site[strings.Index(site, ":")+1:] + path
	case 4:
		location = g.odd(site, path)
	case 5:
		location = pick(g, "", "#f", "?q", "data:text/plain,x", "about:blank", "javascript:1", "mailto:a@example.com", "https://", "https://[", "//", "\\\\"+site+path)
	}
	lines := []string{pick(g, "Location: ", "location:", "LOCATION: \t") + strings.NewReplacer("\n", "", "\r", "").Replace(location)}
	if g.chance(4) {
		lines = append(lines, pick(g, lines[0], "Location: "+site+path))
	}
	return lines
}

// corsLines adds the CORS headers: right, or nearly right, for the step.
func (g *generator) corsLines(a *answer, preflight bool) {
	if g.chance(8) {
		return
	}
	allowOrigin := g.origin
	switch {
	case g.chance(35):
		allowOrigin = "*"
	case g.chance(10):
		allowOrigin = pick(g, "null", plainPage, "https://app.example.com:443", "https://www.example.org")
	}
	g.header(a, "Access-Control-Allow-Origin", allowOrigin)
	if g.step.Credentials == fetch.CredentialsInclude && g.chance(85) || g.chance(20) {
		g.header(a, "Access-Control-Allow-Credentials", "true")
	}
	if preflight || g.chance(5) {
		g.allowed(a)
	}
	if !preflight && g.chance(50) || g.chance(5) {
		g.header(a, "Access-Control-Expose-Headers", strings.Join(some(g, 4, "X-Total", "x-total", "*", "X-Secret", "ETag", "Set-Cookie", "Set-Cookie2", "Vary", "Location"), pick(g, ", ", ",")))
	}
	if g.chance(25) {
		slices.Reverse(a.Lines)
	}
}

// allowed adds the permissions of a preflight response.
func (g *generator) allowed(a *answer) {
	method := g.step.Method
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}, strings.ToUpper(method)) {
		method = strings.ToUpper(method)
	}
	switch {
	case g.chance(15):
		method = "*"
	case g.chance(10):
		method = strings.ToUpper(method)
	case g.chance(15):
		method += pick(g, ",", ", ") + pick(g, "PUT", "*", "PATCH")
	}
	if g.chance(90) {
		g.header(a, "Access-Control-Allow-Methods", method)
	}
	var names []string
	for _, h := range g.step.Headers {
		if g.chance(95) {
			names = append(names, g.cased(h.Name))
		}
	}
	switch {
	case g.chance(15):
		names = []string{"*"}
	case g.chance(10):
		names = append(names, "*")
	case g.chance(10):
		names = append(names, pick(g, otherNames...))
	}
	if g.chance(90) {
		g.header(a, "Access-Control-Allow-Headers", strings.Join(names, pick(g, ", ", ",")))
	}
	if g.chance(50) {
		g.header(a, "Access-Control-Max-Age", pick(g, "600", "600", "0", "-1", "", "86400", "600.5", "6e2", "+600", "600, 600", "99999999999999999999", "-99999999999999999999", "x", "\"600\"", "0600", "600 s", "00"))
	}
}

// header adds a header, in some cases written in another way.
func (g *generator) header(a *answer, name, value string) {
	separator := ": "
	values := []string{value}
	if g.chance(30) {
		switch g.IntN(22) {
		case 0:
			values = []string{value, value}
		case 1:
			values = []string{value, ""}
		case 2:
			values = []string{value, pick(g, "*", "null", "true", "X-Foo", "PUT")}
		case 3:
			values = []string{""}
		case 4:
			values = []string{value + ","}
		case 5:
			values = []string{"," + value}
		case 6:
			values = []string{value + ",, ,"}
		case 7:
			values = []string{`"` + value + `"`}
		case 8:
			values = []string{value + pick(g, ", a b", ", (x)", ", \"x, y\"", ", \"x", ", a;q=1", ", \u00fc", ", x/y", " x", ", *")}
		case 9:
			values = []string{strings.ToUpper(value)}
		case 10:
			values = []string{strings.ToLower(value)}
		case 11:
			values = []string{strings.ReplaceAll(value, ", ", "\t,\t ")}
		case 12:
			values = []string{value + "/"}
		case 13:
			values = strings.Split(value, ", ")
		case 14:
			values = []string{strings.ReplaceAll(value, ", ", ",\r\n ")}
		case 15:
			values = []string{"\r\n\t" + value}
		case 16:
			values = []string{pick(g, "*", "null", "true", "false", "True", "1", "X-Foo")}
		case 17:
			values = []string{strings.ReplaceAll(value, ",", pick(g, ";", " ", "|", "\u00a0,"))}
		case 18:
			separator = pick(g, ":", ":\t", ":   ", ": \t ")
		case 19:
			values = []string{value + pick(g, " ", "\t", "  \t")}
		case 20:
			return
		case 21:
			values = []string{pick(g, "\u00a0", "\u0085") + value}
		}
	}
	if g.chance(10) {
		name = pick(g, strings.ToLower(name), strings.ToUpper(name), strings.Replace(name, "-C", "-c", 1))
	}
	for _, v := range values {
		// The lines are meant to be odd, but the message must stay valid.
		a.Lines = append(a.Lines, name+separator+strings.ReplaceAll(strings.ReplaceAll(v, "X-Foo\n", "X-Foo"), "\n\n", "\n"))
	}
}
