package origin

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/corskit/cors/core/internal/message"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// The codes of what [ParsePattern] and [ParseRegexp] refuse. Codes are stable:
// programs may compare them.
const (
	CodeEmpty       = "origin-empty"        // nothing is written
	CodeCharacter   = "origin-character"    // a byte that no origin has
	CodeScheme      = "origin-scheme"       // no scheme, or none that is valid or that pages have
	CodeFile        = "origin-file"         // file:, whose origin is opaque
	CodeHost        = "origin-host"         // no host, or none that is valid
	CodeUserInfo    = "origin-userinfo"     // user info before the host
	CodePath        = "origin-path"         // a path after the host
	CodeQuery       = "origin-query"        // a query after the host
	CodeFragment    = "origin-fragment"     // a fragment after the host
	CodeCase        = "origin-case"         // upper case
	CodeIDNA        = "origin-idna"         // a host that is not ASCII
	CodeIP          = "origin-ip"           // an IP address that is not in canonical form
	CodePort        = "origin-port"         // a port that is no number from 1 to 65535
	CodeDefaultPort = "origin-default-port" // the scheme's default port, which is never sent
	CodeWildcard    = "origin-wildcard"     // a wildcard where none may stand
	CodeVariable    = "origin-variable"     // a variable that was not set
	CodeQuotes      = "origin-quotes"       // quotes around it
	CodeSeveral     = "origin-several"      // several origins in one text
	CodeRegexp      = "origin-regexp"       // a regular expression

	CodeRegexpSyntax = "regexp-syntax" // not a regular expression
	CodeRegexpNever  = "regexp-never"  // matches no serialized origin
	CodeRegexpSize   = "regexp-size"   // too large to be analysed
)

// An Error says what is wrong with a pattern or a regular expression, and what to
// write instead.
type Error struct {
	Code    string
	Message message.Message

	instead string // the last argument of Message, if it is what to write instead
}

func (e *Error) Error() string { return e.Message.Error() }

func problem(code string, format string, args ...any) *Error {
	return &Error{Code: code, Message: message.New(format, args...)}
}

// fix returns a problem whose message quotes, by its last verb, what to
// write instead.
func fix(code string, instead string, format string, args ...any) *Error {
	return &Error{Code: code, Message: message.New(format, append(args, instead)...), instead: instead}
}

// settle follows a replacement that also has something wrong with it to the end, so
// that what the message quotes can be written as it is, and allows no stranger.
func (e *Error) settle() {
	const mistakes = 10 // more than a text can have, one after the other
	instead := e.instead
	for range mistakes {
		if instead == "" {
			break
		}
		p, err := parsePattern(instead)
		if err == nil {
			if _, covers := p.CoversPublicSuffix(); covers {
				instead = p.withDot()
				continue
			}
			e.Message.Args[len(e.Message.Args)-1] = instead
			return
		}
		instead = err.instead
	}
	format := &e.Message.Format
	last := strings.LastIndex(*format, "%q")
	before := strings.TrimSuffix((*format)[:last], "one such as ")
	if !strings.HasSuffix(before, "such as ") {
		before += "an origin such as "
	}
	*format = before + (*format)[last:]
	e.Message.Args[len(e.Message.Args)-1] = "https://app.example.com"
}

// withDot returns the pattern of subdomains that a pattern such as
// "https://*example.com" is meant for, or the empty string.
func (p Pattern) withDot() string {
	if p.head != "" || p.tail == "" || strings.HasPrefix(p.tail, "-") {
		return ""
	}
	wide := Pattern{scheme: p.scheme, host: p.tail + "." + p.host, port: p.port, wildcard: true}
	if _, covers := wide.CoversPublicSuffix(); covers {
		return ""
	}
	return wide.withHost(wide.host)
}

// anyPort is the port in a pattern that allows any port and none.
const anyPort = "*"

// A Pattern is an origin as it is configured: exact, or with a wildcard for
// subdomains (https://*.example.com: one or more labels), within the leading
// label (https://pr-*.example.com: one or more letters, digits and hyphens), for
// the port (http://localhost:*: any or none), or for label and port together.
// The zero Pattern is not valid: use [ParsePattern].
type Pattern struct {
	text   string
	scheme string
	host   string // without the wildcard's label and its dot
	port   string // as in Origin, or anyPort

	wildcard   bool   // there is a wildcard in the leading label
	head, tail string // the rest of that label; both empty: subdomains
}

// ParsePattern reads a configured origin. It accepts what the type [Pattern]
// describes and [Null]. The error, if any, is an [*Error].
func ParsePattern(s string) (Pattern, error) {
	p, err := parsePattern(s)
	if err != nil {
		if err.instead != "" {
			err.settle()
		}
		return Pattern{}, err
	}
	return p, nil
}

func parsePattern(s string) (Pattern, *Error) {
	if s == "" {
		return Pattern{}, problem(CodeEmpty, `is empty; write an origin such as "https://app.example.com", or leave it out`)
	}
	if s == Null {
		return Pattern{text: s}, nil
	}
	if strings.EqualFold(s, Null) {
		return Pattern{}, problem(CodeCase, `browsers send the opaque origin in lower case; write "null"`)
	}
	if isEmbedded(s) {
		return Pattern{text: s}, nil
	}
	p, err := readPattern(s)
	if err == nil && !isPlaceholder(p.host) {
		return p, nil
	}
	// It is looked at more closely only now, so that a million origins don't wait.
	if mistake := checkMistake(s); mistake != nil {
		return Pattern{}, mistake
	}
	return p, err
}

// readPattern reads a pattern with a scheme and a host.
func readPattern(s string) (Pattern, *Error) {
	if err := checkPageless(s); err != nil {
		return Pattern{}, err
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || s[i] == '\\' || s[i] == '%' {
			return Pattern{}, problem(CodeCharacter, "the character %q at byte %d is in no origin; write the origin as the browser's address bar copies it", s[i], i)
		}
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return Pattern{}, missingScheme(s)
	}
	if err := checkScheme(scheme, rest); err != nil {
		return Pattern{}, err
	}
	if err := checkAuthorityOnly(scheme, rest); err != nil {
		return Pattern{}, err
	}
	if lower := strings.ToLower(s); lower != s && isASCII(s) {
		return Pattern{}, fix(CodeCase, lower, "browsers send origins in lower case and comparison is exact; write %q")
	}
	host, port, err := cutPort(scheme, rest)
	if err != nil {
		return Pattern{}, err
	}
	if err := checkPort(scheme, host, port); err != nil {
		return Pattern{}, err
	}
	p := Pattern{text: s, scheme: scheme, host: host, port: port}
	if err := p.cutWildcard(); err != nil {
		return Pattern{}, err
	}
	return p, p.checkHost()
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0
}

func missingScheme(s string) *Error {
	if s == "*" {
		return problem(CodeWildcard, `"*" allows any origin and stands alone`)
	}
	if addr, err := netip.ParseAddr(s); err == nil && addr.Is6() {
		s = "[" + s + "]"
	}
	// Something like "https:/app.example.com" was meant to have one.
	for _, scheme := range []string{"https", "http"} {
		rest, ok := strings.CutPrefix(strings.ToLower(s), scheme)
		switch host := strings.TrimLeft(rest, ":/.;"); {
		case !ok:
		case host == "":
			return problem(CodeHost, `has no host; write an origin such as "https://app.example.com"`)
		case strings.IndexAny(rest, ":/") == 0 || strings.HasPrefix(rest, ".//") || strings.HasPrefix(rest, ";//"):
			return fix(CodeScheme, scheme+"://"+host, "has no \"://\" between scheme and host; write %q")
		}
	}
	host := strings.TrimLeft(s, ":/")
	if host == "" {
		return problem(CodeScheme, `has neither scheme nor host; write a serialized origin such as "https://app.example.com"`)
	}
	scheme := "https"
	if name, _, _ := splitPort(host); IsLoopback(name) {
		scheme = "http"
	}
	return fix(CodeScheme, scheme+"://"+host, "has no scheme, and an origin is a scheme, a host and a port; write %q")
}

func checkScheme(scheme, rest string) *Error {
	switch lower := strings.ToLower(scheme); {
	case scheme == "":
		return fix(CodeScheme, "https://"+rest, "has no scheme before \"://\"; write %q")
	case strings.Contains(scheme, "*"):
		return fix(CodeWildcard, "https://"+rest, "the scheme can't be a wildcard; write one entry for each scheme, such as %q")
	case lower == "file":
		return problem(CodeFile, `isn't what browsers send for pages opened from files; serve the page from a server, such as "http://localhost:8000", and list that, or write "file://" for an embedded browser such as Android's WebView`)
	case !validScheme(lower):
		return problem(CodeScheme, "%q is not a URL scheme; write letters, digits, \"+\", \"-\" and \".\" only, beginning with a letter", scheme)
	default:
		return checkWebScheme(lower, rest)
	}
}

// checkAuthorityOnly refuses text before or after host and port.
func checkAuthorityOnly(scheme, rest string) *Error {
	end := strings.IndexAny(rest, "/?#")
	authority := rest
	if end >= 0 {
		authority = rest[:end]
	}
	at := strings.LastIndexByte(authority, '@')
	bare := strings.ToLower(scheme + "://" + authority[at+1:])
	switch {
	case at+1 == len(authority):
		return problem(CodeHost, `has no host; write a serialized origin such as "https://app.example.com"`)
	case at >= 0 && strings.Contains(authority[:at], "."):
		return problem(CodeUserInfo, "an origin has no user info, and \"@\" makes %q the host; write the origin without it", authority[at+1:])
	case at >= 0:
		return fix(CodeUserInfo, bare, "an origin has no user info; write %q")
	case end < 0:
		return nil
	case strings.Contains(rest, "://"):
		return problem(CodeScheme, "has \"://\" twice; write one origin in each entry, with its scheme once")
	case rest[end] == '/':
		return fix(CodePath, bare, "an origin has no path, not even a trailing slash; write %q")
	case rest[end] == '?':
		if strings.ContainsAny(rest[end:], ".*") { // which a query seldom has
			return problem(CodeQuery, "an origin has no query, and \"?\" isn't a wildcard; write one as in %q", "https://pr-*.example.com")
		}
		return fix(CodeQuery, bare, "an origin has no query; write %q")
	default:
		return fix(CodeFragment, bare, "an origin has no fragment; write %q")
	}
}

func cutPort(scheme, authority string) (host, port string, _ *Error) {
	if addr, err := netip.ParseAddr(authority); err == nil && addr.Is6() {
		if port, found := strings.CutPrefix(authority, "::1:"); found && len(port) > 1 {
			return "", "", fix(CodeIP, scheme+"://[::1]:"+port, "an IPv6 address needs brackets; write %q")
		}
		return "", "", fix(CodeIP, scheme+"://["+authority+"]", "an IPv6 address needs brackets; write %q")
	}
	host, port, ok := splitPort(authority)
	if !ok {
		if bare, found := strings.CutSuffix(authority, ":"); found {
			return "", "", fix(CodePort, scheme+"://"+bare, "has a colon and no port; write %q, or \"*\" after the colon for any port")
		}
		return "", "", problem(CodeHost, "%q is not a host", authority)
	}
	return host, port, nil
}

func checkPort(scheme, host, port string) *Error {
	if port == "" || port == anyPort {
		return nil
	}
	if strings.Contains(port, "*") {
		return fix(CodeWildcard, scheme+"://"+host+":*", "a wildcard replaces the whole port; write %q")
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > maxPort || strings.Trim(port, "0123456789") != "" {
		return problem(CodePort, "%q is not a port; write a number from 1 to %d, or \"*\" for any", port, maxPort)
	}
	canonical := strconv.Itoa(n)
	if canonical == defaultPort(scheme) {
		return fix(CodeDefaultPort, scheme+"://"+host, "%s is the default port of %s, and browsers leave it out; write %q", canonical, scheme)
	}
	if canonical != port {
		return fix(CodePort, scheme+"://"+host+":"+canonical, "a port has no leading zero; write %q")
	}
	return nil
}

// cutWildcard moves a wildcard in the leading label from the host to the
// pattern's own fields.
func (p *Pattern) cutWildcard() *Error {
	if !strings.Contains(p.host, "*") {
		return nil
	}
	label, parent, _ := strings.Cut(p.host, ".")
	switch stars := strings.Count(label, "*"); {
	case stars == 0:
		return p.subdomainsInstead(message.New("only the leading label can have a wildcard"))
	case stars > 1 && stars < len(label):
		return problem(CodeWildcard, "a label can have one wildcard; write a single \"*\" in %q, or use @AllowOriginRegexps", label)
	case stars > 1 && parent != "":
		return p.subdomainsInstead(message.New("\"*.\" already matches one or more labels"))
	}
	if strings.Contains(parent, "*") {
		return p.subdomainsInstead(message.New("there can be one wildcard, in the leading label; \"*.\" already matches one or more labels"))
	}
	if parent == "" {
		return p.domainless(label)
	}
	p.wildcard, p.host = true, parent
	p.head, p.tail, _ = strings.Cut(label, "*")
	if !allOf(p.head+p.tail, inLabel) && isASCII(p.head+p.tail) {
		return problem(CodeHost, "%q is not part of a host name; write letters, digits and hyphens around the wildcard", p.head+"*"+p.tail)
	}
	if len(p.head)+len(p.tail) >= maxLabel {
		return problem(CodeHost, "a label has at most %d characters, and %q leaves no room for the wildcard", maxLabel, p.head+"*"+p.tail)
	}
	return nil
}

// domainless returns the problem of a wildcard without a domain.
func (p *Pattern) domainless(label string) *Error {
	switch {
	case p.scheme == "chrome-extension":
		return problem(CodeWildcard, `allows every extension that a user installs; write the id of yours, as in "chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh"`)
	case strings.HasSuffix(p.scheme, "-extension"), strings.HasPrefix(p.scheme, "vscode-"):
		return problem(CodeWildcard, "allows everything of that kind that a user installs; write the id of yours or, if it is another for each user, `%s://[0-9a-z-]+` in @AllowOriginRegexps, which needs the risk \"unconfined-regexp\" in @AcceptRisks", p.scheme)
	case strings.Trim(label, "*") == "":
		return problem(CodeWildcard, `has a wildcard and no domain, which would allow any site; write one such as "%s://*.example.com", or @* for public data`, p.scheme)
	}
	return fix(CodeWildcard, p.scheme+"://"+label+".example.com", "a wildcard needs a domain after its label; write one such as %q")
}

// subdomainsInstead suggests what allows all that a misplaced wildcard could
// have been meant for: the subdomains of the domain after it. A suggestion
// must not widen what is meant to the domains of others, though.
func (p *Pattern) subdomainsInstead(complaint message.Message) *Error {
	_, domain, _ := strings.Cut(p.host[strings.LastIndexByte(p.host, '*'):], ".")
	wide := Pattern{scheme: p.scheme, host: domain, port: p.port, wildcard: true}
	if _, anybody := wide.CoversPublicSuffix(); domain == "" || anybody {
		return problem(CodeWildcard, "%v; write the origins one by one, or use @AllowOriginRegexps", complaint)
	}
	return fix(CodeWildcard, wide.withHost(domain), "%v; write %q, or use @AllowOriginRegexps", complaint)
}

// withHost returns the text of p with another host behind its wildcard.
func (p *Pattern) withHost(host string) string {
	if p.wildcard {
		host = p.head + "*" + p.tail + "." + host
	}
	return Origin{Scheme: p.scheme, Host: host, Port: p.port}.String()
}

func (p *Pattern) checkHost() *Error {
	if !isASCII(p.text) {
		return p.notASCII()
	}
	if bare, found := strings.CutSuffix(p.host, "."); found && bare != "" {
		return fix(CodeHost, p.withHost(bare), "a host with a trailing dot is another host than the one without, and hardly meant; write %q")
	}
	if inner, found := strings.CutPrefix(p.host, "["); found && !canonicalIPv6(p.host) {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" || p.wildcard {
			return problem(CodeIP, "%q is not an IPv6 address without a zone", p.host)
		}
		return fix(CodeIP, p.withHost("["+string(appendIPv6(nil, addr))+"]"), "browsers send IPv6 addresses compressed; write %q")
	}
	if endsInNumber(p.host) && (p.wildcard || !validHost(p.host)) {
		return problem(CodeIP, "a host whose last label is a number is an IPv4 address, written as four decimal numbers from 0 to 255 without leading zeros and without a wildcard, such as \"127.0.0.1\"")
	}
	host := p.host
	if p.wildcard {
		host = p.head + "x" + p.tail + "." + p.host
	}
	if !validHost(host) {
		return problem(CodeHost, "%q is not a host; write labels of 1 to %d letters, digits and hyphens with single dots between them, %d characters at most", p.host, maxLabel, maxHost)
	}
	return nil
}

// disputed are characters that versions of UTS #46 map differently: the capital sharp s
// to "ss" or "ß", and joiners to nothing or themselves.
const disputed = "\u1e9e\u200c\u200d"

func (p *Pattern) notASCII() *Error {
	const anywhere = "xwildcardx"
	host := p.host
	if p.wildcard {
		host = p.head + anywhere + p.tail + "." + p.host
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return problem(CodeIDNA, "the host is not a valid internationalized domain name (%v); write it as the browser's address bar copies it", err)
	}
	if strings.ContainsAny(host, disputed) {
		return problem(CodeIDNA, "the host has a character that browsers encode in different ways; write it as the browser's address bar copies it")
	}
	// Where the wildcard's own label is encoded, it has no ASCII form that a
	// person could have meant.
	if p.wildcard && (strings.HasPrefix(ascii, "xn--") || !strings.Contains(ascii, anywhere)) {
		return problem(CodeIDNA, "a wildcard cannot share its label with characters outside ASCII; use @AllowOriginRegexps")
	}
	instead := Origin{Scheme: p.scheme, Host: strings.Replace(ascii, anywhere, "*", 1), Port: p.port}
	return fix(CodeIDNA, instead.String(), "browsers send the host in Punycode; write %q")
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// IsAnybodys reports whether p is an origin that pages of many authors have: [Null],
// which any site can produce, and the origins of embedded browsers.
func (p Pattern) IsAnybodys() bool { return IsOpaque(p.text) }

// IsOpaque reports whether s is [Null], or what embedded browsers send in its place.
func IsOpaque(s string) bool { return s == Null || isEmbedded(s) }

// isEmbedded reports whether s is an origin that embedded browsers send for pages of
// an app, and that is no serialized origin: Android's WebView and Cordova send
// "file://", and Electron apps with a scheme of their own can send "app://.".
func isEmbedded(s string) bool { return s == "file://" || s == "app://." }

// IsInsecure reports whether p matches origins of plain http other than the
// machine itself. Anyone who controls the network can speak for those.
func (p Pattern) IsInsecure() bool {
	return p.scheme == "http" && !IsLoopback(p.host)
}

// CoversPublicSuffix reports whether anyone can register a name that p's
// wildcard matches. That is so directly under a public suffix, such as
// https://*.github.io, above one, such as https://*.amazonaws.com, and where
// the wildcard matches a suffix itself, as in https://s*.amazonaws.com, which
// matches s3.amazonaws.com. CoversPublicSuffix returns the suffix; it begins
// with "*." if every label makes one. Public suffixes are those of
// https://publicsuffix.org and other domains under which names are given to
// anyone, such as gitpod.io. Names under localhost are the machine's own and do
// not count.
func (p Pattern) CoversPublicSuffix() (suffix string, covers bool) {
	if !p.wildcard || IsLoopback(p.host) {
		return "", false
	}
	if suffix = suffixOf(p.host); suffix == p.host {
		return suffix, true
	}
	if p.head+p.tail == "" {
		suffix = suffixBelow(p.host)
	} else {
		suffix = suffixAmong(p.host, p.matchesLabel)
	}
	return suffix, suffix != ""
}

// SuffixProblem says what is wrong with p, which covers a public suffix, and what to
// write instead.
func (p Pattern) SuffixProblem(suffix string) message.Message {
	label := strings.TrimPrefix(p.tail, "-")
	_, isRegistry := publicsuffix.PublicSuffix(p.host)
	isSubdomains := p.head+p.tail == ""
	switch {
	case suffix != p.host || isSubdomains && isRegistry:
		return message.New("allows anyone who registers a name under %q; write the label that is yours before it", suffix)
	case isSubdomains:
		yours := Pattern{scheme: p.scheme, port: strings.TrimSuffix(p.port, anyPort)}
		return message.New("allows anyone who gets a name under %q; list yours, as in %q, or check each origin in @AllowOriginFunc", suffix, yours.withHost("yours."+p.host))
	case isRegistry && p.head == "" && label != "":
		evil := Pattern{scheme: p.scheme, port: strings.TrimSuffix(p.port, anyPort)}
		return message.New("also matches %q, which anybody can own; write %q", evil.withHost("evil"+p.tail+"."+p.host), p.scheme+"://*."+label+"."+p.host+portSuffix(p.port))
	case isRegistry:
		return message.New("matches names that anybody can register under %q; list the origins one by one", suffix)
	}
	return message.New("allows anyone who gets such a name under %q; "+ownPreviews, suffix)
}

// ownPreviews is what to write instead of patterns for hosts that others share.
const ownPreviews = "list the origins one by one, serve previews under a domain of your own, as in \"https://pr-*.preview.example.com\", or check each origin in @AllowOriginFunc"

func portSuffix(port string) string {
	if port == "" {
		return ""
	}
	return ":" + port
}

// matchesLabel reports whether the part of p around its wildcard matches a
// label.
func (p Pattern) matchesLabel(label string) bool {
	return len(label) > len(p.head)+len(p.tail) &&
		strings.HasPrefix(label, p.head) && strings.HasSuffix(label, p.tail) &&
		allOf(label[len(p.head):len(label)-len(p.tail)], inWildcard)
}
