// Package origin parses, validates and matches web origins. It knows nothing
// of HTTP.
//
// What arrives on the wire is read by [Parse], which accepts exactly the
// serializations a browser produces. What a person configures is read by
// [ParsePattern] and [ParseRegexp], which are strict and say what to write
// instead. A [Set] puts patterns and regular expressions together and matches origins
// against them. The cost does not grow with the number of patterns.
//
// The words are those of the HTML standard, section "Origin", and of the URL
// standard, section "Host writing".
package origin

import (
	"net/netip"
	"strings"
)

// Null is the serialization of an opaque origin, which a browser sends for
// sandboxed frames, data: documents and some redirects. Any site can produce
// it.
const Null = "null"

const (
	maxScheme = 63  // far above every registered scheme
	maxLabel  = 63  // RFC 1035, section 2.3.4
	maxHost   = 253 // the same limit of 255 octets, as text and without the root's dot
	maxPort   = 65535

	// maxOrigin bounds the work that a header of any length can cause. The
	// slack is for "://", a root's dot, and ":65535".
	maxOrigin = maxScheme + maxHost + 10
)

// An Origin is a tuple origin in its serialized parts.
type Origin struct {
	Scheme string // lower case
	Host   string // a domain in lower case, an IPv4 address, or an IPv6 address in brackets
	Port   string // decimal, or empty for the scheme's default port
}

// String returns the serialization of o.
func (o Origin) String() string {
	if o.Port == "" {
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + o.Host + ":" + o.Port
}

// Parse reads the serialization of a tuple origin (HTML, "serialization of an
// origin"), byte for byte as a browser writes it: lower case, no default port,
// addresses in canonical form, nothing before or after. It reports false for
// everything else, [Null] included. It allocates nothing, and its cost is
// bounded whatever the length of s.
//
// A domain may end in a dot, since that names a host of its own to a browser;
// it then equals no domain without one.
func Parse(s string) (Origin, bool) {
	if len(s) > maxOrigin {
		return Origin{}, false
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !validScheme(scheme) {
		return Origin{}, false
	}
	host, port, ok := splitPort(rest)
	if !ok || !validHost(host) || !validPort(scheme, port) {
		return Origin{}, false
	}
	return Origin{Scheme: scheme, Host: host, Port: port}, true
}

// splitPort cuts a port off an authority. It reports false where a colon has
// no port after it.
func splitPort(authority string) (host, port string, ok bool) {
	end := strings.IndexByte(authority, ':')
	if strings.HasPrefix(authority, "[") {
		end = strings.IndexByte(authority, ']') + 1
	}
	if end < 0 || end == len(authority) {
		return authority, "", true
	}
	if authority[end] != ':' || end+1 == len(authority) {
		return "", "", false
	}
	return authority[:end], authority[end+1:], true
}

const (
	inLabel uint8 = 1 << iota
	inScheme
	inWildcard
)

// classes says where each byte may stand. Labels allow the underscore, which
// browsers accept in host names; a wildcard's run does not (letters, digits
// and hyphens).
var classes = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c] = inLabel | inScheme | inWildcard
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = inLabel | inScheme | inWildcard
	}
	t['-'] = inLabel | inScheme | inWildcard
	t['_'] = inLabel
	t['+'] = inScheme
	t['.'] = inScheme
	return t
}()

func allOf(s string, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

func validScheme(s string) bool {
	return s != "" && len(s) <= maxScheme && 'a' <= s[0] && s[0] <= 'z' && allOf(s, inScheme)
}

func validHost(s string) bool {
	if strings.HasPrefix(s, "[") {
		return canonicalIPv6(s)
	}
	name := strings.TrimSuffix(s, ".")
	if name == "" || len(name) > maxHost {
		return false
	}
	label := 0
	for i := range len(name) {
		switch c := name[i]; {
		case classes[c]&inLabel != 0:
			label++
		case c == '.' && 0 < label && label <= maxLabel:
			label = 0
		default:
			return false
		}
	}
	if label == 0 || label > maxLabel {
		return false
	}
	// URL, "host parser": a host that ends in a number is an IPv4 address.
	if endsInNumber(name) {
		addr, err := netip.ParseAddr(s)
		return err == nil && addr.Is4()
	}
	return true
}

// endsInNumber follows URL, "ends in a number checker".
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// canonicalIPv6 reports whether s is an IPv6 address in brackets as the URL
// standard serializes it.
func canonicalIPv6(s string) bool {
	if len(s) < len("[::]") || len(s) > len("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]") || s[len(s)-1] != ']' {
		return false
	}
	inner := s[1 : len(s)-1]
	if strings.Trim(inner, "0123456789abcdef:") != "" {
		return false
	}
	addr, err := netip.ParseAddr(inner)
	if err != nil {
		return false
	}
	var buf [len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]byte
	return inner == string(appendIPv6(buf[:0], addr))
}

// appendIPv6 follows URL, "IPv6 serializer". It differs from netip in one
// point: an IPv4-mapped address is written in hexadecimal, too.
func appendIPv6(b []byte, addr netip.Addr) []byte {
	if !addr.Is4In6() {
		return addr.AppendTo(b)
	}
	const hex = "0123456789abcdef"
	b = append(b, "::ffff"...)
	a := addr.As16()
	for i := 12; i < 16; i += 2 {
		b = append(b, ':')
		piece := uint(a[i])<<8 | uint(a[i+1])
		for shift := 12; shift >= 0; shift -= 4 {
			if piece>>shift != 0 || shift == 0 {
				b = append(b, hex[piece>>shift&15])
			}
		}
	}
	return b
}

func validPort(scheme, s string) bool {
	if s == "" {
		return true
	}
	n, ok := portNumber(s)
	return ok && n != 0 && n <= maxPort && s != defaultPort(scheme)
}

// portNumber reads one to five digits without a leading zero.
func portNumber(s string) (n int, ok bool) {
	if s == "" || len(s) > 5 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// defaultPort returns the port that URL, "special scheme", gives a scheme, or
// the empty string.
func defaultPort(scheme string) string {
	switch scheme {
	case "https", "wss":
		return "443"
	case "http", "ws":
		return "80"
	case "ftp":
		return "21"
	}
	return ""
}

// IsLoopback reports whether host names the machine itself: localhost, a name
// under it, 127.0.0.0/8 or [::1] (Secure Contexts, "Is origin potentially
// trustworthy?").
func IsLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && addr.IsLoopback()
}
