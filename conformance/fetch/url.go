package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// A urlRecord is a URL as the URL standard defines it. Package net/url follows
// RFC 3986: some URLs that browsers accept, especially in a Location header, it
// reads differently or not at all, such as backslashes, stray percent signs,
// %2e segments and 127.1.
type urlRecord struct {
	scheme             string
	username, password string
	host               string // serialized
	port               string // empty for null
	path               string // begins with a slash; opaque unless the scheme is HTTP(S)
	query              string // with its question mark; empty for null
	fragment           string // with its number sign; empty for null
}

// parseURL is URL, "basic URL parser", for HTTP(S) URLs: of others it keeps
// only the scheme, since nothing else is needed. base may be nil.
func parseURL(input string, base *urlRecord) (*urlRecord, error) {
	input = strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	input = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(input)

	u := &urlRecord{}
	var rest string
	u.scheme, rest = cutScheme(input)
	if u.scheme != "" && !u.hasHTTPScheme() {
		u.path = rest
		return u, nil
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	if hasFragment {
		u.fragment = "#" + percentEncode(fragment, fragmentPercentEncodeSet)
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		u.query = "?" + percentEncode(query, specialQueryPercentEncodeSet)
	}
	rest = strings.ReplaceAll(rest, `\`, "/")

	if u.scheme == "" && base == nil {
		return nil, errors.New("it is relative, and there is no base URL")
	}
	isRelative := u.scheme == "" || base != nil && base.scheme == u.scheme
	if isRelative && !strings.HasPrefix(rest, "//") {
		u.resolve(rest, hasQuery, base)
		return u, nil
	}
	if isRelative {
		u.scheme = base.scheme
	}
	authority, path, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	if err := u.setAuthority(authority); err != nil {
		return nil, err
	}
	u.path = parsePath(path)
	return u, nil
}

// cutScheme is URL, "scheme start state" and "scheme state"; scheme is empty if
// there is none.
func cutScheme(input string) (scheme, rest string) {
	for i := range len(input) {
		switch b := input[i]; {
		case isASCIIAlpha(b):
		case i > 0 && (isASCIIDigit(b) || strings.IndexByte("+-.", b) >= 0):
		case i > 0 && b == ':':
			return byteLowercase(input[:i]), input[i+1:]
		default:
			return "", input
		}
	}
	return "", input
}

// resolve is URL, "relative state" and "relative slash state".
func (u *urlRecord) resolve(rest string, hasQuery bool, base *urlRecord) {
	u.scheme, u.host, u.port = base.scheme, base.host, base.port
	u.username, u.password = base.username, base.password
	switch {
	case strings.HasPrefix(rest, "/"):
		u.path = parsePath(rest[1:])
	case rest == "":
		u.path = base.path
		if !hasQuery {
			u.query = base.query
		}
	default:
		directory := base.path[:strings.LastIndexByte(base.path, '/')+1]
		u.path = parsePath(directory[1:] + rest)
	}
}

// setAuthority is URL, "authority state", "host state" and "port state".
func (u *urlRecord) setAuthority(authority string) error {
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		username, password, _ := strings.Cut(authority[:at], ":")
		u.username = percentEncode(username, userinfoPercentEncodeSet)
		u.password = percentEncode(password, userinfoPercentEncodeSet)
		authority = authority[at+1:]
	}
	host, port := cutPort(authority)
	var err error
	if u.host, err = parseHost(host); err != nil {
		return err
	}
	if port == "" {
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%s is not a port", quote(port))
	}
	if number != defaultPorts[u.scheme] {
		u.port = strconv.FormatUint(number, 10)
	}
	return nil
}

func cutPort(authority string) (host, port string) {
	insideBrackets := false
	for i := range len(authority) {
		switch authority[i] {
		case '[':
			insideBrackets = true
		case ']':
			insideBrackets = false
		case ':':
			if !insideBrackets {
				return authority[:i], authority[i+1:]
			}
		}
	}
	return authority, ""
}

var defaultPorts = map[string]uint64{"http": 80, "https": 443}

// parsePath is URL, "path start state" and "path state". path is what follows
// the leading slash.
func parsePath(path string) string {
	var segments []string
	inputs := strings.Split(path, "/")
	for i, segment := range inputs {
		isLast := i == len(inputs)-1
		switch strings.ReplaceAll(byteLowercase(segment), "%2e", ".") {
		case "..":
			segments = segments[:max(len(segments)-1, 0)]
		case ".":
		default:
			segments = append(segments, percentEncode(segment, pathPercentEncodeSet))
			continue
		}
		if isLast {
			segments = append(segments, "")
		}
	}
	return "/" + strings.Join(segments, "/")
}

// parseHost is URL, "host parser" and "host serializer".
func parseHost(input string) (string, error) {
	if strings.HasPrefix(input, "[") {
		return parseIPv6(input)
	}
	domain := percentDecode(input)
	if !isASCII(domain) {
		ascii, err := domainToASCII.ToASCII(capitalSharpS.Replace(domain))
		if err == nil {
			// Bytes that aren't UTF-8 decode to U+FFFD, which becomes a label
			// that the package refuses.
			ascii, err = domainToASCII.ToASCII(ascii)
		}
		if err != nil {
			return "", fmt.Errorf("%s is not a domain: %w", quote(input), err)
		}
		domain = ascii
	}
	domain = byteLowercase(domain)
	for i := range len(domain) {
		if domain[i] <= ' ' || strings.IndexByte("#%/:<>?@[\\]^|\x7f", domain[i]) >= 0 {
			return "", fmt.Errorf("%s is not a host: %q is forbidden there", quote(input), domain[i])
		}
	}
	if domain == "" {
		return "", errors.New("it has no host")
	}
	if endsInANumber(domain) {
		return parseIPv4(domain)
	}
	return domain, nil
}

// capitalSharpS maps U+1E9E as UTS #46 does since revision 31, unlike package idna.
var capitalSharpS = strings.NewReplacer("\u1e9e", "\u00df")

// domainToASCII is the part of URL, "domain parser", for what isn't ASCII. Since June
// 2026, invalid Punycode in ASCII is accepted as it is.
var domainToASCII = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.BidiRule(),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.CheckJoiners(true),
	idna.VerifyDNSLength(false),
)

func parseIPv6(input string) (string, error) {
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(input, "["), "]"))
	if err != nil || !address.Is6() || address.Zone() != "" || !strings.HasSuffix(input, "]") {
		return "", fmt.Errorf("%s is not an IPv6 address", quote(input))
	}
	if address.Is4In6() {
		// Unlike RFC 5952, the URL standard serializes all eight pieces in
		// hexadecimal.
		bytes := address.As16()
		return fmt.Sprintf("[::ffff:%x:%x]", uint16(bytes[12])<<8|uint16(bytes[13]), uint16(bytes[14])<<8|uint16(bytes[15])), nil
	}
	return "[" + address.String() + "]", nil
}

// endsInANumber is URL, "ends in a number checker".
func endsInANumber(domain string) bool {
	parts := strings.Split(strings.TrimSuffix(domain, "."), ".")
	last := parts[len(parts)-1]
	if last != "" && areASCIIDigits(last) {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4 is URL, "IPv4 parser" and "IPv4 serializer".
func parseIPv4(domain string) (string, error) {
	parts := strings.Split(strings.TrimSuffix(domain, "."), ".")
	failure := fmt.Errorf("%s is not an IPv4 address", quote(domain))
	if len(parts) > 4 {
		return "", failure
	}
	var address uint64
	for i, part := range parts {
		number, ok := parseIPv4Number(part)
		width := 8
		if i == len(parts)-1 {
			width = 8 * (4 - i)
		}
		if !ok || number >= 1<<width {
			return "", failure
		}
		address = address<<width | number
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), nil
}

// parseIPv4Number is URL, "IPv4 number parser".
func parseIPv4Number(input string) (uint64, bool) {
	if input == "" {
		return 0, false
	}
	radix := 10
	if strings.HasPrefix(input, "0x") {
		input, radix = input[2:], 16
	} else if len(input) >= 2 && input[0] == '0' {
		input, radix = input[1:], 8
	}
	if input == "" {
		return 0, true
	}
	number, err := strconv.ParseUint(input, radix, 64)
	if errors.Is(err, strconv.ErrRange) {
		return number, true
	}
	return number, err == nil
}

// The percent-encode sets of the URL standard, beyond the C0 controls, DEL and
// non-ASCII bytes that all of them have.
const (
	fragmentPercentEncodeSet     = " \"<>`"
	specialQueryPercentEncodeSet = " \"#<>'"
	pathPercentEncodeSet         = " \"#<>?^`{}"
	userinfoPercentEncodeSet     = pathPercentEncodeSet + "/:;=@[\\]|"
)

func percentEncode(s, set string) string {
	var encoded strings.Builder
	for i := range len(s) {
		if b := s[i]; b < 0x20 || b > 0x7E || strings.IndexByte(set, b) >= 0 {
			fmt.Fprintf(&encoded, "%%%02X", b)
		} else {
			encoded.WriteByte(b)
		}
	}
	return encoded.String()
}

func percentDecode(s string) string {
	var decoded strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if b, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				decoded.WriteByte(byte(b))
				i += 2
				continue
			}
		}
		decoded.WriteByte(s[i])
	}
	return decoded.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// hasHTTPScheme is Fetch, "HTTP(S) scheme".
func (u *urlRecord) hasHTTPScheme() bool { return u.scheme == "http" || u.scheme == "https" }

// includesCredentials is URL, "includes credentials".
func (u *urlRecord) includesCredentials() bool { return u.username != "" || u.password != "" }

// origin is URL, "origin", serialized.
func (u *urlRecord) origin() string {
	if !u.hasHTTPScheme() {
		return opaqueOrigin
	}
	return u.scheme + "://" + u.hostAndPort()
}

func (u *urlRecord) hostAndPort() string {
	if u.port == "" {
		return u.host
	}
	return u.host + ":" + u.port
}

// String is URL, "URL serializer".
func (u *urlRecord) String() string { return u.stringWithoutFragment() + u.fragment }

func (u *urlRecord) stringWithoutFragment() string {
	if !u.hasHTTPScheme() {
		return u.scheme + ":" + u.path
	}
	userinfo := ""
	if u.includesCredentials() {
		userinfo = u.username
		if u.password != "" {
			userinfo += ":" + u.password
		}
		userinfo += "@"
	}
	return u.scheme + "://" + userinfo + u.hostAndPort() + u.path + u.query
}

// goURL returns a url.URL with which net/http requests exactly the path and query of u.
func (u *urlRecord) goURL() *url.URL {
	g := &url.URL{
		Scheme:     u.scheme,
		Host:       u.hostAndPort(),
		Path:       percentDecode(u.path),
		RawPath:    u.path,
		RawQuery:   strings.TrimPrefix(u.query, "?"),
		ForceQuery: u.query == "?",
	}
	if g.EscapedPath() != u.path {
		// net/url would escape characters that browsers leave alone, such as "|".
		g.Opaque = u.path
		if strings.HasPrefix(u.path, "//") {
			g.Opaque = "//" + g.Host + u.path
		}
	}
	return g
}

// isBadPort is Fetch, "bad port".
func (u *urlRecord) isBadPort() bool { return badPorts[u.port] }

var badPorts = func() map[string]bool {
	set := map[string]bool{}
	for port := range strings.FieldsSeq(`
		0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110
		111 113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532
		540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060
		5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080`) {
		set[port] = true
	}
	return set
}()
