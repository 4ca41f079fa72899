package cors_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	cors "github.com/corskit/cors/core"
)

// This file holds a second implementation of the decision, written after the
// Fetch standard and the table of answers: slow, obvious, and sharing nothing
// with the engine but the type Config. Both must agree about everything.

type naiveRequest struct {
	method, path   string
	folding        cors.PathFolding
	origin         string
	hasOrigin      bool
	requestMethod  string
	requestHeaders string
	requestPrivate string
	tenant         string // of the header X-Tenant, for AllowOriginFunc
	host           string
	site           string // of the header Sec-Fetch-Site; mode and dest likewise
	mode, dest     string
}

func (r *naiveRequest) Route() (string, cors.PathFolding) { return r.path, r.folding }
func (r *naiveRequest) Context() context.Context          { return context.Background() }
func (r *naiveRequest) RequestHeader(name string) string {
	return map[string]string{"X-Tenant": r.tenant, "Sec-Fetch-Site": r.site, "Sec-Fetch-Mode": r.mode, "Sec-Fetch-Dest": r.dest}[name]
}

func (r *naiveRequest) request() *cors.Request {
	return &cors.Request{
		Method: r.method, Origin: r.origin, MalformedOrigin: r.hasOrigin && r.origin == "",
		AccessControlRequestMethod: r.requestMethod, AccessControlRequestHeaders: r.requestHeaders,
		AccessControlRequestPrivateNetwork: r.requestPrivate, Reader: r, Host: r.host,
	}
}

type naiveAnswer struct {
	kind    cors.Kind
	config  int
	allowed bool
	status  int // 0: the next handler answers
	headers http.Header
}

// naiveAsk is the function of every random Config that has one.
func naiveAsk(origin, tenant string) (allowed bool, err error, reads bool) {
	switch {
	case len(origin)%4 == 0:
		return true, nil, false
	case len(origin)%4 == 1:
		return true, errors.New("failed"), false
	}
	return tenant == "a", nil, true
}

func ask(_ context.Context, r *cors.Request) (bool, error) {
	tenant := ""
	if len(r.Origin)%4 > 1 {
		tenant = r.Header("X-Tenant")
	}
	allowed, err, _ := naiveAsk(r.Origin, tenant)
	return allowed, err
}

// naiveDecide lets the Configs for the path and for the path unescaped and cleaned
// decide.
func naiveDecide(configs []cors.Config, r *naiveRequest) naiveAnswer {
	applies := naiveApplies(configs, len(configs), r.path, r.folding)
	served, odd := naiveServed(r.path)
	other := -1
	if odd {
		other = naiveApplies(configs, len(configs), served, r.folding)
	}
	if other < 0 || other == applies {
		return naiveDecideBy(configs, applies, r)
	}
	isPublic := func(i int) bool {
		return slices.Contains(configs[i].AllowOrigins, "*") && !configs[i].AllowCredentials
	}
	a, b := naiveDecideBy(configs, applies, r), naiveDecideBy(configs, other, r)
	switch {
	case isPublic(other):
		return a
	case applies >= 0 && isPublic(applies):
		return b
	case !b.allowed && (a.allowed || configs[other].RejectDisallowed):
		return b
	}
	return a
}

// naiveServed returns the path unescaped and cleaned, and whether it is another.
func naiveServed(p string) (string, bool) {
	if !strings.Contains(p, "//") && !strings.Contains(p, "%") && !strings.Contains(p+"/", "/./") && !strings.Contains(p+"/", "/../") {
		return p, false
	}
	plain, err := url.PathUnescape(p)
	if err != nil {
		plain = p
	}
	served := path.Clean("/" + plain)
	if strings.HasSuffix(plain, "/") && served != "/" {
		served += "/"
	}
	return served, served != p
}

func naiveDecideBy(configs []cors.Config, applies int, r *naiveRequest) naiveAnswer {
	a := naiveAnswer{kind: cors.NotCORS, config: -1, headers: http.Header{}}
	if r.hasOrigin {
		a.kind = cors.Actual
		if r.method == "OPTIONS" && r.requestMethod != "" {
			a.kind = cors.Preflight
		}
	}
	a.config = applies
	if a.config < 0 {
		return a
	}
	c := configs[a.config]
	var vary []string

	// Any origin without credentials: the same answer for all.
	anyOrigin := slices.Contains(c.AllowOrigins, "*")
	allowOrigin := ""
	if anyOrigin && !c.AllowCredentials {
		a.allowed, allowOrigin = a.kind != cors.NotCORS, "*"
	} else {
		vary = append(vary, "Origin")
		if r.hasOrigin && (anyOrigin && (r.origin == "null" || naiveSerialized(r.origin)) || naiveListed(c, r.origin)) {
			a.allowed, allowOrigin = true, r.origin
		}
	}
	readsTenant := false
	if r.hasOrigin && !a.allowed && c.AllowOriginFunc != nil && naiveSerialized(r.origin) {
		allowed, err, reads := naiveAsk(r.origin, r.tenant)
		readsTenant = reads
		if allowed && err == nil {
			a.allowed, allowOrigin = true, r.origin
		}
	}
	if a.kind == cors.Preflight {
		if c.AllowOriginFunc != nil || c.AllowCredentials && slices.Contains(c.AllowMethods, "*") {
			vary = append(vary, "Access-Control-Request-Method")
		}
		if c.AllowOriginFunc != nil || c.AllowCredentials && slices.Contains(c.AllowHeaders, "*") {
			vary = append(vary, "Access-Control-Request-Headers")
		}
		if c.AllowOriginFunc != nil || c.AllowPrivateNetwork {
			vary = append(vary, "Access-Control-Request-Private-Network")
		}
	}
	if a.kind == cors.Actual && !a.allowed && c.RejectDisallowed {
		vary = append(vary, "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest")
		if naiveCrossOrigin(r) && !(r.mode == "navigate" && r.dest == "document" && (r.method == "GET" || r.method == "HEAD")) {
			a.status = 403
		}
	}
	if readsTenant {
		vary = append(vary, "X-Tenant")
	}
	if len(vary) > 0 {
		a.headers["Vary"] = []string{strings.Join(vary, ", ")}
	}
	if a.kind == cors.Preflight && !c.PassPreflight {
		a.status = 403
		if a.allowed {
			a.status = 204
			if c.PreflightStatus != 0 {
				a.status = c.PreflightStatus
			}
		}
	}
	if allowOrigin == "" {
		return a
	}
	set := func(name, value string) {
		if value != "" {
			a.headers[name] = []string{value}
		}
	}
	set("Access-Control-Allow-Origin", allowOrigin)
	if c.AllowCredentials {
		set("Access-Control-Allow-Credentials", "true")
	}
	if a.kind != cors.Preflight {
		set("Access-Control-Expose-Headers", naiveList(c.ExposeHeaders, true))
		if slices.Contains(c.ExposeHeaders, "*") {
			set("Access-Control-Expose-Headers", "*")
		}
		return a
	}
	switch allMethods := slices.Contains(c.AllowMethods, "*"); {
	case c.AllowMethods != nil && len(c.AllowMethods) == 0:
		set("Access-Control-Allow-Methods", "GET,HEAD,POST")
	case c.AllowMethods == nil:
		set("Access-Control-Allow-Methods", "DELETE,GET,OPTIONS,PATCH,POST,PUT")
	case !allMethods:
		set("Access-Control-Allow-Methods", naiveList(c.AllowMethods, false))
	case !c.AllowCredentials:
		set("Access-Control-Allow-Methods", "*")
	case len(r.requestMethod) <= 64 && naiveToken.MatchString(r.requestMethod) && !naiveForbidden.MatchString(r.requestMethod):
		set("Access-Control-Allow-Methods", r.requestMethod)
	}
	switch allHeaders := slices.Contains(c.AllowHeaders, "*"); {
	case c.AllowHeaders == nil:
		set("Access-Control-Allow-Headers", "accept,authorization,content-type,user-agent,x-csrf-token,x-csrftoken,x-requested-with")
	case !allHeaders:
		set("Access-Control-Allow-Headers", naiveList(c.AllowHeaders, true))
	case !c.AllowCredentials && slices.ContainsFunc(c.AllowHeaders, func(s string) bool { return strings.EqualFold(s, "authorization") }):
		set("Access-Control-Allow-Headers", "*,Authorization")
	case !c.AllowCredentials:
		set("Access-Control-Allow-Headers", "*")
	case len(r.requestHeaders) <= 1024:
		var names []string
		for _, name := range strings.Split(r.requestHeaders, ",") {
			if name = strings.Trim(name, " \t"); name != "" {
				names = append(names, name)
			}
		}
		if !slices.ContainsFunc(names, func(s string) bool { return !naiveToken.MatchString(s) }) {
			set("Access-Control-Allow-Headers", strings.Join(names, ","))
		}
	}
	if c.AllowPrivateNetwork && r.requestPrivate == "true" {
		set("Access-Control-Allow-Private-Network", "true")
	}
	switch {
	case c.MaxAge < 0:
		set("Access-Control-Max-Age", "0")
	case c.MaxAge == 0:
		set("Access-Control-Max-Age", "7200")
	default:
		set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
	}
	return a
}

var (
	naiveToken     = regexp.MustCompile("\\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z")
	naiveForbidden = regexp.MustCompile(`\A(?i:connect|trace|track)\z`)
	naiveTuple     = regexp.MustCompile(`\A([a-z][a-z0-9+.-]{0,62})://(\[[0-9a-f:]+\]|(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?)(?::([1-9][0-9]{0,4}))?\z`)
	naiveNumeric   = regexp.MustCompile(`(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\z`)
)

// naiveCrossOrigin follows Fetch Metadata, and where a browser sends none of it,
// compares the origin with the host.
func naiveCrossOrigin(r *naiveRequest) bool {
	if r.site != "" {
		return r.site != "same-origin" && r.site != "none"
	}
	if !naiveSerialized(r.origin) {
		return true
	}
	scheme, host, _ := strings.Cut(r.origin, "://")
	same := []string{host}
	if port := map[string]string{"http": ":80", "https": ":443"}[scheme]; port != "" && !regexp.MustCompile(`:\d+\z`).MatchString(host) {
		same = append(same, host+port)
	}
	return !slices.Contains(same, strings.ToLower(r.host))
}

// naiveList writes names once each, in order.
func naiveList(names []string, fold bool) string {
	seen := make(map[string]bool)
	var list []string
	for _, name := range names {
		key := name
		if fold {
			key = strings.ToLower(name)
		}
		if !seen[key] {
			seen[key] = true
			list = append(list, name)
		}
	}
	return strings.Join(list, ",")
}

// naiveSerialized follows HTML, "serialization of an origin", for tuple origins.
func naiveSerialized(s string) bool {
	m := naiveTuple.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	scheme, host, port := m[1], m[2], m[3]
	if n, _ := strconv.Atoi(port); n > 65535 || port != "" && port == map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443", "ftp": "21"}[scheme] {
		return false
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil {
			return false
		}
		if b := addr.As16(); addr.Is4In6() {
			return host == fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15]))
		}
		return host == "["+addr.String()+"]"
	}
	if naiveNumeric.MatchString(host) {
		addr, err := netip.ParseAddr(host)
		return err == nil && addr.String() == host
	}
	return len(strings.TrimSuffix(host, ".")) <= 253
}

// naiveListed turns each pattern into an expression.
func naiveListed(c cors.Config, origin string) bool {
	if origin == "null" {
		return slices.Contains(c.AllowOrigins, "null")
	}
	if !naiveSerialized(origin) {
		return false
	}
	regexps := slices.Clone(c.AllowOriginRegexps)
	for _, pattern := range c.AllowOrigins {
		if pattern == "*" {
			continue
		}
		port := ""
		if bare, ok := strings.CutSuffix(pattern, ":*"); ok {
			pattern, port = bare, `(:[0-9]+)?`
		}
		x := regexp.QuoteMeta(pattern)
		x = strings.Replace(x, `://\*\.`, `://([a-z0-9_-]+\.)+`, 1)
		x = strings.Replace(x, `\*`, `[a-z0-9-]+`, 1)
		regexps = append(regexps, x+port)
	}
	for _, x := range regexps {
		if naiveWhole("", x, origin) {
			return true
		}
	}
	return false
}

var naiveCompiled = make(map[string]*regexp.Regexp)

// naiveWhole reports whether an expression matches a whole text: the longest
// match from the beginning is all of it.
func naiveWhole(flags, x, text string) bool {
	re, ok := naiveCompiled[flags+x]
	if !ok {
		re = regexp.MustCompile(flags + x)
		re.Longest()
		naiveCompiled[flags+x] = re
	}
	loc := re.FindStringIndex(text)
	return loc != nil && loc[0] == 0 && loc[1] == len(text)
}

func naiveGoverns(c cors.Config, path string, f cors.PathFolding) bool {
	if len(c.Paths)+len(c.PathRegexps) == 0 {
		return true
	}
	for _, pattern := range c.Paths {
		if naivePath(pattern, path, f) {
			return true
		}
	}
	for _, x := range c.PathRegexps {
		filled := []string{path}
		if f&cors.FoldEmptySegment != 0 {
			for _, filler := range []string{"q", "7"} {
				segments := strings.Split(path, "/")
				for i := 1; i < len(segments)-1; i++ {
					if segments[i] == "" {
						segments[i] = filler
					}
				}
				filled = append(filled, strings.Join(segments, "/"))
			}
		}
		var variants []string
		for _, path := range filled {
			variants = append(variants, path)
			trimmed := strings.TrimRight(path, "/")
			if trimmed == "" {
				trimmed = "/"
			}
			switch {
			case f&cors.FoldTrailingSlash != 0:
				variants = append(variants, trimmed, trimmed+"/")
			case f&cors.FoldEmptyRest != 0:
				variants = append(variants, path+"/")
			}
		}
		if f&cors.FoldCase != 0 {
			for _, v := range variants {
				variants = append(variants, cases(v)...)
			}
		}
		for _, v := range variants {
			if naiveWhole("(?s)", x, v) {
				return true
			}
		}
	}
	return false
}

// cases returns a text with its letters in every combination of cases.
func cases(s string) []string {
	all := []string{""}
	for _, c := range s {
		var next []string
		for _, prefix := range all {
			next = append(next, prefix+string(c))
			if other := c ^ ('a' - 'A'); unicode.IsLetter(c) && c < 'z' {
				next = append(next, prefix+string(other))
			}
		}
		all = next
	}
	return all
}

func naivePath(pattern, path string, f cors.PathFolding) bool {
	if f&cors.FoldTrailingSlash != 0 {
		path = strings.TrimRight(path, "/")
	}
	if path == "" {
		path = "/"
	}
	if path[0] != '/' {
		return false
	}
	if f&cors.FoldCase != 0 {
		lower := func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}
		pattern, path = strings.Map(lower, pattern), strings.Map(lower, path)
	}
	want, have := strings.Split(pattern, "/")[1:], strings.Split(path, "/")[1:]
	for i, segment := range want {
		last := i == len(want)-1
		switch {
		case last && segment == "":
			return true
		case last && strings.HasSuffix(segment, "...}"):
			return len(have) > i || f&(cors.FoldTrailingSlash|cors.FoldEmptyRest) != 0
		case last && segment == "{$}":
			return len(have) == i+1 && have[i] == "" || len(have) == i && f&cors.FoldTrailingSlash != 0
		case i >= len(have):
			return false
		case strings.HasPrefix(segment, "{"):
			if have[i] == "" && (f&cors.FoldEmptySegment == 0 || i == len(have)-1) {
				return false
			}
		case segment != have[i]:
			return false
		}
	}
	return len(have) == len(want)
}

// dice make choices of bytes, so that a fuzzer can learn which byte matters.
type dice struct{ data []byte }

// randomData returns n bytes for dice.
func randomData(r *rand.Rand, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

func (d *dice) n(sides int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % sides
}

func (d *dice) pick(from ...string) string { return from[d.n(len(from))] }

// some returns up to most of the choices: a nil list, an empty one, or some.
func (d *dice) some(most int, from ...string) (list []string) {
	if d.n(4) == 1 {
		list = []string{}
	}
	for range d.n(most + 1) {
		list = append(list, d.pick(from...))
	}
	return list
}

var allRisks = []cors.Risk{
	cors.RiskAnyOriginWithCredentials, cors.RiskNullWithCredentials, cors.RiskInsecureOriginWithCredentials, cors.RiskPublicSuffix, cors.RiskUnconfinedRegexp,
}

func (d *dice) config() cors.Config {
	c := cors.Config{
		Paths:       d.some(2, "/", "/{$}", "/a", "/a/", "/a/{x}", "/{x}/b/", "/a/{rest...}", "/A/b", "/{x}/{y}"),
		PathRegexps: d.some(1, "/a.*", "/b", "/[ab]/", ".*x", "(?i)/AB|/b/a", "/.*\n.*"),
		AllowOrigins: d.some(3, "https://app.example.com", "https://app.example.com:8443", "https://*.example.com", "https://pr-*.example.com", "https://*-x.example.org:*",
			"http://localhost:*", "http://[::1]:*", "null", "*", "tauri://localhost", "https://*.github.io", "http://127.0.0.1:8080"),
		AllowOriginRegexps:  d.some(2, `https://(a|b)\.example\.com`, `https://.*\.example\.org(:\d+)?`, `.*`, `(?i)HTTPS://X\.example\.net`, `https://x|https://y`),
		AllowMethods:        d.some(3, "PUT", "DELETE", "PATCH", "*", "x", "GET"),
		AllowHeaders:        d.some(3, "X-A", "x-a", "X-B", "*", "Authorization", "authorization"),
		ExposeHeaders:       d.some(3, "X-C", "x-c", "X-D", "*"),
		AllowCredentials:    d.n(2) == 1,
		AllowPrivateNetwork: d.n(3) == 1,
		MaxAge:              []int{0, 600, -1, 86400}[d.n(4)],
		PreflightStatus:     []int{0, 200, 299}[d.n(3)],
		PassPreflight:       d.n(4) == 1,
		RejectDisallowed:    d.n(3) == 1,
		AcceptRisks:         allRisks,
	}
	if d.n(3) == 1 {
		c.AllowOriginFunc = ask
	}
	for _, names := range []*[]string{&c.AllowOrigins, &c.AllowMethods, &c.AllowHeaders, &c.ExposeHeaders} {
		if slices.Contains(*names, "*") && d.n(20) > 0 { // nothing else beside it
			*names = []string{"*"}
		}
	}
	if slices.Contains(c.AllowOrigins, "*") {
		c.AllowOriginRegexps = nil
	}
	return c
}

// newEngine returns an Engine for Configs, of which it drops the risks that nothing
// takes.
func newEngine(configs []cors.Config) (*cors.Engine, error) {
	e, err := cors.New(configs...)
	var problems cors.ConfigErrors
	if errors.As(err, &problems) && !slices.ContainsFunc(problems, func(p *cors.ConfigError) bool { return p.Code != cors.CodeUnusedRisk }) {
		for _, p := range problems {
			c := &configs[p.Index]
			c.AcceptRisks = slices.DeleteFunc(slices.Clone(c.AcceptRisks), func(r cors.Risk) bool { return string(r) == p.Value })
		}
		return cors.New(configs...)
	}
	return e, err
}

func (d *dice) configs() []cors.Config {
	configs := make([]cors.Config, 1+d.n(3))
	for i := range configs {
		configs[i] = d.config()
	}
	return configs
}

var dicedOrigins = []string{
	"", "null", "https://app.example.com", "https://app.example.com:8443", "https://a.b.example.com", "https://pr-1.example.com", "https://a.example.com",
	"https://q-x.example.org:1", "http://localhost:3000", "http://localhost", "http://[::1]:3000", "http://[::1]", "tauri://localhost", "https://me.github.io",
	"http://127.0.0.1:8080", "https://x.example.net", "https://x", "https://y", "https://evil.org", "https://app.example.com.evil.org", "https://evilexample.com",
	"https://app.example.com:443", "https://APP.example.com", "https://app.example.com.", "https://evil.org/#.example.com", "https://u@app.example.com",
	"https://a.example.com, https://b.example.com", "*", "https://*.example.com", "HTTPS://X.example.net", "https://abcd.example", "https://abcde.example",
	"https://abcdef.example", "https://abcdefg.example",
}

func (d *dice) request() *naiveRequest {
	r := &naiveRequest{
		method:         d.pick("GET", "OPTIONS", "OPTIONS", "PUT", "options"),
		path:           d.pick("/", "/a", "/a/", "/a/b", "/A/B", "/b", "/b/", "/b/b/x", "/a//", "//", "", "/a/\n/b", "*", "/aB", "/x//b/"),
		folding:        cors.PathFolding(d.n(16)),
		hasOrigin:      d.n(8) > 0,
		requestMethod:  d.pick("PUT", "", "GET", "CONNECT", "a b", "PROPFIND", strings.Repeat("M", 64), strings.Repeat("M", 65), "*", "PUT, PUT"),
		requestHeaders: d.pick("", "x-a", "x-a,x-b", "X-A, x-b ,,", "x a", ",", "*", "x-a,\"", strings.Repeat("a", 1024), strings.Repeat("a", 1025), "x-a\t,x-b"),
		requestPrivate: d.pick("", "true", "TRUE", "true, true"),
		tenant:         d.pick("", "a", "b"),
		host:           d.pick("api.example.com", "evil.org", "EVIL.org:443", "evil.org:80", "app.example.com:8443", "[::1]:3000", "localhost:80", "", "abcde.example:443"),
		site:           d.pick("", "", "cross-site", "same-site", "same-origin", "none", "same-origin, cross-site"),
		mode:           d.pick("", "navigate", "cors"),
		dest:           d.pick("", "document", "iframe"),
	}
	if r.hasOrigin {
		r.origin = d.pick(dicedOrigins...)
	}
	return r
}

// answerOf puts what the engine says into the words of the naive one.
func answerOf(e *cors.Engine, r *naiveRequest) naiveAnswer {
	d := e.Decide(r.request())
	a := naiveAnswer{kind: d.Kind(), config: d.Config(), allowed: d.HasPolicy() && d.Allowed(), headers: http.Header{}}
	a.status, _ = d.Response()
	d.Apply(a.headers)
	return a
}

func (a naiveAnswer) equal(b naiveAnswer) bool {
	return a.kind == b.kind && a.config == b.config && a.allowed == b.allowed && a.status == b.status && maps.EqualFunc(a.headers, b.headers, slices.Equal)
}

// naiveOutcome tells the outcome from the response, as a browser does.
func naiveOutcome(a naiveAnswer, configs []cors.Config, r *naiveRequest) cors.Outcome {
	switch {
	case a.config < 0 || a.kind == cors.NotCORS:
		return cors.Unaffected
	case !a.allowed:
		return cors.OriginDenied
	case a.kind == cors.Actual:
		return cors.Allowed
	}
	lists := func(header, name string) bool {
		for _, member := range strings.Split(a.headers.Get(header), ",") {
			isWildcard := member == "*" && a.headers.Get("Access-Control-Allow-Credentials") == "" && !strings.EqualFold(name, "authorization")
			if isWildcard || member == name || header == "Access-Control-Allow-Headers" && strings.EqualFold(member, name) {
				return true
			}
		}
		return false
	}
	if !slices.Contains([]string{"GET", "HEAD", "POST"}, r.requestMethod) && !lists("Access-Control-Allow-Methods", r.requestMethod) {
		return cors.MethodNotAllowed
	}
	if len(r.requestHeaders) > 8<<10 {
		return cors.HeadersNotAllowed
	}
	elements := strings.Split(r.requestHeaders, ",")
	isEchoed := slices.Contains(configs[a.config].AllowHeaders, "*") && configs[a.config].AllowCredentials
	if len(elements) > 64 && !isEchoed {
		return cors.HeadersNotAllowed
	}
	for _, name := range elements {
		if name = strings.Trim(name, " \t"); name == "" {
			continue
		}
		if !naiveToken.MatchString(name) || !lists("Access-Control-Allow-Headers", name) {
			return cors.HeadersNotAllowed
		}
	}
	return cors.Allowed
}

func (a naiveAnswer) varies(name string) bool {
	return slices.Contains(strings.Split(strings.Join(a.headers["Vary"], ", "), ", "), name)
}

// sameBut reports whether two answers are the same to a cache.
func (a naiveAnswer) sameBut(b naiveAnswer) bool {
	x, y := a.headers.Clone(), b.headers.Clone()
	x.Del("Vary")
	y.Del("Vary")
	return a.status == b.status && maps.EqualFunc(x, y, slices.Equal)
}

// checkAll compares the engine with the naive implementation and checks what
// must hold for every input.
func checkAll(t *testing.T, e *cors.Engine, configs []cors.Config, r *naiveRequest) {
	t.Helper()
	got, want := answerOf(e, r), naiveDecide(configs, r)
	describe := func() string { return fmt.Sprintf("request %+q\nof %+v", fmt.Sprintf("%+v", *r), configs) }
	if !got.equal(want) {
		t.Fatalf("the engine says\n%+v\nthe naive implementation\n%+v\n%s", got, want, describe())
	}
	h := got.headers
	allowOrigin := h.Get("Access-Control-Allow-Origin")
	if allowOrigin == "*" && h["Access-Control-Allow-Credentials"] != nil {
		t.Fatalf("any origin together with credentials: %s", describe())
	}
	if allowOrigin != "" && allowOrigin != "*" && (allowOrigin != r.origin || r.origin != "null" && !naiveSerialized(r.origin)) {
		t.Fatalf("the origin %q is answered with %q: %s", r.origin, allowOrigin, describe())
	}
	for name, values := range h {
		if len(values) != 1 || values[0] == "" || values[0] != strings.TrimSpace(values[0]) {
			t.Fatalf("%s is %q: %s", name, values, describe())
		}
		for _, member := range strings.Split(values[0], ",") {
			if member = strings.TrimPrefix(member, " "); name != "Access-Control-Allow-Origin" && !naiveToken.MatchString(member) {
				t.Fatalf("%s has the member %q: %s", name, member, describe())
			}
		}
	}

	if outcome, naive := e.Decide(r.request()).Outcome(r.request()), naiveOutcome(got, configs, r); outcome != naive {
		t.Fatalf("the outcome is %v, and by the headers of the response %v: %s", outcome, naive, describe())
	}

	// Applying twice is applying once, and headers of others stay.
	d := e.Decide(r.request())
	twice := http.Header{"X-Other": {"1"}, "Vary": {"X-Tenant", "accept"}}
	d.Apply(twice)
	once := twice.Clone()
	d.Apply(twice)
	if !maps.EqualFunc(once, twice, slices.Equal) || twice.Get("X-Other") != "1" || !strings.HasPrefix(strings.Join(twice["Vary"], ", "), "X-Tenant, accept") {
		t.Fatalf("once %v, twice %v: %s", once, twice, describe())
	}
	// The iterator says what Apply does.
	iterated := http.Header{}
	for name, value := range d.Headers() {
		iterated.Add(name, value)
	}
	if vary := d.Vary(); vary != "" {
		iterated.Add("Vary", vary)
	}
	if !maps.EqualFunc(iterated, h, slices.Equal) {
		t.Fatalf("Apply sets %v, Headers and Vary say %v: %s", h, iterated, describe())
	}
	// What something else set is gone where a Config applies.
	if got.config >= 0 {
		owned := http.Header{"Access-Control-Allow-Origin": {"*", "x"}, "Access-Control-Max-Age": {"1"}, "access-control-allow-credentials": {"true"}}
		d.Apply(owned)
		if !maps.EqualFunc(owned, h, slices.Equal) {
			t.Fatalf("Apply leaves %v, want %v: %s", owned, h, describe())
		}
	}

	// What an answer depends on, Vary names. Answers to OPTIONS are never
	// cached, and whether one is a preflight is not the header's value.
	if naiveApplies(configs, len(configs), r.path, r.folding) < 0 {
		return // what is rejected there by another policy is no response that a cache keeps
	}
	depends := func(name, value string, change func(*naiveRequest)) {
		other := *r
		change(&other)
		if o := answerOf(e, &other); o.kind == got.kind && !o.sameBut(got) && !(o.varies(name) && got.varies(name)) {
			t.Fatalf("the answer changes if %s is %q, and Vary is %q and %q: %s", name, value, h["Vary"], o.headers["Vary"], describe())
		}
	}
	for _, origin := range []string{"https://app.example.com", "https://evil.org", "null", ""} {
		depends("Origin", origin, func(r *naiveRequest) { r.origin, r.hasOrigin = origin, true })
	}
	if r.method != "OPTIONS" {
		if other := (&naiveRequest{method: r.method, path: r.path, folding: r.folding}); !answerOf(e, other).sameBut(got) && !got.varies("Origin") {
			t.Fatalf("the answer changes without Origin, and Vary is %q: %s", h["Vary"], describe())
		}
	}
	if got.kind == cors.Actual {
		for _, site := range []string{"same-origin", "cross-site", ""} {
			depends("Sec-Fetch-Site", site, func(r *naiveRequest) { r.site = site })
		}
		depends("Sec-Fetch-Mode", "navigate", func(r *naiveRequest) { r.mode = "navigate" })
		depends("Sec-Fetch-Dest", "document", func(r *naiveRequest) { r.dest = "document" })
	}
	if got.kind == cors.Preflight {
		depends("Access-Control-Request-Method", "PATCH", func(r *naiveRequest) { r.requestMethod = "PATCH" })
		depends("Access-Control-Request-Headers", "x-z", func(r *naiveRequest) { r.requestHeaders = "x-z" })
		depends("Access-Control-Request-Private-Network", "true", func(r *naiveRequest) { r.requestPrivate = "true" })
	}
}

func TestTheEngineDecidesLikeTheNaiveImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	accepted, seen := 0, make(map[string]int)
	for range 400 {
		data := randomData(r, 120)
		d := &dice{data}
		configs := d.configs()
		e, err := newEngine(configs)
		if err != nil {
			continue
		}
		accepted++
		for range 15 {
			request := (&dice{randomData(r, len(data))}).request()
			checkAll(t, e, configs, request)
			a := answerOf(e, request)
			seen[fmt.Sprintf("%v, hasPolicy %t, allowed %t, answered %t", a.kind, a.config >= 0, a.allowed, a.status != 0)]++
		}
	}
	if accepted < 130 {
		t.Errorf("only %d configurations are accepted", accepted)
	}
	for _, kind := range []cors.Kind{cors.NotCORS, cors.Actual, cors.Preflight} {
		for _, rest := range []string{"hasPolicy true, allowed true", "hasPolicy true, allowed false", "hasPolicy false, allowed false"} {
			for _, answered := range []bool{false, true} {
				key := fmt.Sprintf("%v, %s, answered %t", kind, rest, answered)
				if kind == cors.NotCORS && rest == "hasPolicy true, allowed true" {
					continue // there is no origin to allow
				}
				possible := !answered || kind == cors.Preflight && rest != "hasPolicy false, allowed false" || kind == cors.Actual && rest == "hasPolicy true, allowed false"
				if possible != (seen[key] > 0) || possible && seen[key] < 15 {
					t.Errorf("%s: %d times", key, seen[key])
				}
			}
		}
	}
}

func FuzzDecide(f *testing.F) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 40 {
		f.Add(randomData(r, 80), "OPTIONS", "/a/b", dicedOrigins[i%len(dicedOrigins)], "PUT", "x-a, x-b", "true")
	}
	f.Fuzz(func(t *testing.T, data []byte, method, path, origin, requestMethod, requestHeaders, requestPrivate string) {
		d := &dice{data}
		configs := d.configs()
		e, err := newEngine(configs)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a message")
			}
			return
		}
		request := d.request()
		checkAll(t, e, configs, request)
		request.method, request.path, request.origin, request.hasOrigin = method, path, origin, request.hasOrigin || origin != ""
		request.requestMethod, request.requestHeaders, request.requestPrivate = requestMethod, requestHeaders, requestPrivate
		checkAll(t, e, configs, request)
	})
}

// FuzzNew gives New whatever text there is: it must answer with an Engine that
// keeps the invariants, or with problems that say something.
func FuzzNew(f *testing.F) {
	f.Add("/a", "/b.*", "https://app.example.com", `https://.*\.example\.org`, "PUT", "X-A", "X-B", true, 600, 204, "public-suffix")
	f.Add("/{x}/", "(", "https://App.example.com/", "(?!x)", "put", "Cookie", "*", true, -1, 404, "x")
	f.Add("/a/{rest...}", "/\\Qa", "https://*.github.io", ".*", "*", "*", "Set-Cookie", false, 86401, 0, "unconfined-regexp")
	f.Fuzz(func(t *testing.T, path, pathRegexp, origin, originRegexp, method, header, expose string, credentials bool, maxAge, status int, risk string) {
		if len(originRegexp) > 60 || len(pathRegexp) > 60 {
			t.Skip("long expressions take long")
		}
		c := cors.Config{
			Paths: []string{path}, PathRegexps: []string{pathRegexp}, AllowOrigins: []string{origin}, AllowOriginRegexps: []string{originRegexp},
			AllowMethods: []string{method}, AllowHeaders: []string{header}, ExposeHeaders: []string{expose}, AllowCredentials: credentials,
			MaxAge: maxAge, PreflightStatus: status, AcceptRisks: []cors.Risk{cors.Risk(risk)},
		}
		e, err := cors.New(c)
		if err != nil {
			var problems cors.ConfigErrors
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("New returns %T: %v", err, err)
			}
			for _, p := range problems {
				if p.Field == "" || p.Code == "" || p.Message == "" {
					t.Fatalf("a problem that says nothing: %+v", p)
				}
			}
			return
		}
		for _, o := range append(dicedOrigins, origin) {
			for _, m := range []string{"GET", "OPTIONS"} {
				checkAll(t, e, []cors.Config{c}, &naiveRequest{method: m, path: strings.ReplaceAll(path, "{", ""), origin: o, hasOrigin: true, requestMethod: "PUT", requestHeaders: "x-a"})
			}
		}
	})
}

// FuzzHandler sends raw header values through net/http's types: whatever they
// are, the response must be one that net/http can write.
func FuzzHandler(f *testing.F) {
	e, err := cors.New(at(listed, "/api/"), anyWithCredentials)
	if err != nil {
		f.Fatal(err)
	}
	h := e.Handler(http.NotFoundHandler())
	f.Add("OPTIONS", "/api/x", "https://app.example.com", "", "PUT", "x-a", "x-b")
	f.Add("OPTIONS", "/x%2Fy", "https://evil.org", "https://evil.org", "a\r\nb", "x\r\ny: z", "")
	f.Fuzz(func(t *testing.T, method, path, origin1, origin2, requestMethod, headers1, headers2 string) {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			return
		}
		r := &http.Request{Method: method, URL: u, Host: "host", Header: http.Header{
			"Origin": {origin1}, "Access-Control-Request-Method": {requestMethod}, "Access-Control-Request-Headers": {headers1, headers2},
		}}
		if origin2 != "" {
			r.Header.Add("Origin", origin2)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			for _, v := range values {
				if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Fatalf("%s is %q", name, v)
				}
			}
		}
	})
}

func TestDecideAllocatesNothing(t *testing.T) {
	engines := map[string]*cors.Engine{
		"listed": mustNew(t, listed), "public": mustNew(t, public), "any origin with credentials": mustNew(t, anyWithCredentials), "several": mustNew(t, several...),
		"folding": mustNew(t, with(listed, func(c *cors.Config) { c.Paths = []string{"/api/", "/users/{id}/x"} })),
	}
	for name, e := range engines {
		for _, origin := range []string{"", "https://app.example.com", "https://a.example.org", "https://pr-1.example.net", "http://localhost:3000", "https://evil.org", "null", "https://EVIL"} {
			for _, method := range []string{"GET", "OPTIONS"} {
				for _, folding := range []cors.PathFolding{0, cors.FoldCase | cors.FoldTrailingSlash} {
					if name == "several" && folding != 0 {
						continue // an expression is then tried with another end, too
					}
					r := &cors.Request{Method: method, Path: "/users/7/x/", PathFolding: folding, Origin: origin, AccessControlRequestMethod: "PUT", AccessControlRequestHeaders: "authorization,x-tenant"}
					n := testing.AllocsPerRun(50, func() {
						d := e.Decide(r)
						d.Response()
						_ = d.Vary()
					})
					want := 0.0
					if name == "any origin with credentials" && method == "OPTIONS" && origin != "" && origin != "https://EVIL" {
						want = 1 // the answer repeats what is asked for
					}
					if n != want {
						t.Errorf("%s: %s from %q allocates %v times, want %v", name, method, origin, n, want)
					}
				}
			}
		}
	}
}

// A writer that is used again, as a server's is not, so that only the
// middleware's own allocations count.
type reusedWriter struct{ h http.Header }

func (w *reusedWriter) Header() http.Header         { return w.h }
func (w *reusedWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *reusedWriter) WriteHeader(int)             {}

func TestHandlerAllocations(t *testing.T) {
	cors.ForgetEnforce()
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	threeOrigins := with(listed, func(c *cors.Config) {
		c.AllowOrigins = []string{"https://a.example.com", "https://b.example.com", "https://app.example.com"}
	})
	tests := []struct {
		name    string
		configs []cors.Config
		method  string
		origin  string
		most    float64
	}{
		{"no origin", one(threeOrigins), "GET", "", 0},
		{"an actual request that is allowed", one(threeOrigins), "GET", "https://app.example.com", 0},
		{"an actual request that is denied", one(threeOrigins), "GET", "https://evil.org", 0},
		{"a preflight that is allowed", one(threeOrigins), "OPTIONS", "https://app.example.com", 0},
		{"a preflight that is denied", one(threeOrigins), "OPTIONS", "https://evil.org", 0},
		{"a pattern", one(listed), "GET", "https://a.example.org", 0},
		{"any origin", one(public), "GET", "https://evil.org", 0},
		{"a preflight whose answer repeats what it asks for", one(anyWithCredentials), "OPTIONS", "https://evil.org", 1},
		{"a path that a later Config applies to", several, "GET", "https://evil.org", 0},
		{"a path that nothing applies to", one(at(listed, "/other")), "GET", "https://evil.org", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := mustNew(t, tt.configs...).Handler(next)
			r := httptest.NewRequest(tt.method, "/api/posts", nil)
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			if tt.method == "OPTIONS" {
				r.Header.Set("Access-Control-Request-Method", "PUT")
				r.Header.Set("Access-Control-Request-Headers", "authorization,x-tenant")
			}
			w := &reusedWriter{make(http.Header, 16)}
			if n := testing.AllocsPerRun(100, func() {
				clear(w.h)
				h.ServeHTTP(w, r)
			}); n > tt.most {
				t.Errorf("%v allocations, want %v at most", n, tt.most)
			}
		})
	}
}
