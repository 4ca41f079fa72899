package origin

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestParseAcceptsWhatBrowsersSend(t *testing.T) {
	tests := []struct {
		name, text         string
		scheme, host, port string
	}{
		{"a domain with the default port of https", "https://app.example.com", "https", "app.example.com", ""},
		{"a domain with the default port of http", "http://app.example.com", "http", "app.example.com", ""},
		{"a port that is not the default", "https://app.example.com:8443", "https", "app.example.com", "8443"},
		{"the default port of another scheme", "http://app.example.com:443", "http", "app.example.com", "443"},
		{"the default port of http with https", "https://app.example.com:80", "https", "app.example.com", "80"},
		{"the lowest port", "https://app.example.com:1", "https", "app.example.com", "1"},
		{"the highest port", "https://app.example.com:65535", "https", "app.example.com", "65535"},
		{"a single label", "http://localhost", "http", "localhost", ""},
		{"a single label with a port", "http://localhost:3000", "http", "localhost", "3000"},
		{"a domain of one letter", "https://x", "https", "x", ""},
		{"a top-level domain", "https://com", "https", "com", ""},
		{"Punycode", "https://xn--bcher-kva.example", "https", "xn--bcher-kva.example", ""},
		{"hyphens anywhere in a label", "https://-a--b-.example.com", "https", "-a--b-.example.com", ""},
		{"an underscore, which browsers accept", "https://my_app.example.com", "https", "my_app.example.com", ""},
		{"a label that begins with a digit", "https://1app.example.com", "https", "1app.example.com", ""},
		{"a label of digits that is not the last", "https://123.example.com", "https", "123.example.com", ""},
		{"a last label with a digit in it", "https://example.c0m", "https", "example.c0m", ""},
		{"a last label that is almost hexadecimal", "https://example.0xg", "https", "example.0xg", ""},
		{"a last label with an x but no leading zero", "https://example.1xa", "https", "example.1xa", ""},
		{"a trailing dot, which names a host of its own", "https://example.com.", "https", "example.com.", ""},
		{"a trailing dot before a port", "https://example.com.:8443", "https", "example.com.", "8443"},
		{"an IPv4 address", "http://127.0.0.1", "http", "127.0.0.1", ""},
		{"an IPv4 address with a port", "http://192.168.0.1:8080", "http", "192.168.0.1", "8080"},
		{"the highest IPv4 address", "https://255.255.255.255", "https", "255.255.255.255", ""},
		{"the IPv6 loopback address", "http://[::1]", "http", "[::1]", ""},
		{"an IPv6 address with a port", "http://[2001:db8::1]:8080", "http", "[2001:db8::1]", "8080"},
		{"the unspecified IPv6 address", "http://[::]", "http", "[::]", ""},
		{"an IPv6 address with nothing to compress", "http://[1:2:3:4:5:6:7:8]", "http", "[1:2:3:4:5:6:7:8]", ""},
		{"the longest IPv6 address", "http://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "http", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]", "65535"},
		{"an IPv6 address whose single zero is not compressed", "http://[1:0:3:4:5:6:7:8]", "http", "[1:0:3:4:5:6:7:8]", ""},
		{"an IPv6 address with the first of two equal runs compressed", "http://[1::4:0:0:7:8]", "http", "[1::4:0:0:7:8]", ""},
		{"an IPv6 address with the longer run compressed", "http://[1:0:0:4::8]", "http", "[1:0:0:4::8]", ""},
		{"an IPv4-mapped address in hexadecimal", "http://[::ffff:7f00:1]", "http", "[::ffff:7f00:1]", ""},
		{"an IPv4-mapped address with zero pieces", "http://[::ffff:0:0]", "http", "[::ffff:0:0]", ""},
		{"an IPv4-mapped address with full pieces", "http://[::ffff:c0a8:10a]", "http", "[::ffff:c0a8:10a]", ""},
		{"a browser extension", "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension", "abcdefghijklmnopabcdefghijklmnop", ""},
		{"a Firefox extension", "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", "moz-extension", "2c127fa4-62c7-7e4f-90e5-472b45eecfdc", ""},
		{"Capacitor", "capacitor://localhost", "capacitor", "localhost", ""},
		{"Tauri", "tauri://localhost", "tauri", "localhost", ""},
		{"a scheme with plus, dot, hyphen and digit", "a+b.c-1://host", "a+b.c-1", "host", ""},
		{"a custom scheme with the port of https", "app://host:443", "app", "host", "443"},
		{"a label of 63 characters", "https://" + strings.Repeat("a", 63) + ".com", "https", strings.Repeat("a", 63) + ".com", ""},
		{"a host of 253 characters", "https://" + hostOf(253), "https", hostOf(253), ""},
		{"a host of 253 characters and a trailing dot", "https://" + hostOf(253) + ".", "https", hostOf(253) + ".", ""},
		{"a scheme of 63 characters", strings.Repeat("s", 63) + "://host", strings.Repeat("s", 63), "host", ""},
		{"every part as long as can be", strings.Repeat("s", 63) + "://" + hostOf(253) + ".:65535", strings.Repeat("s", 63), hostOf(253) + ".", "65535"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, ok := Parse(tt.text)
			if want := (Origin{tt.scheme, tt.host, tt.port}); !ok || o != want {
				t.Fatalf("Parse(%q) = %+v, %t; want %+v", tt.text, o, ok, want)
			}
			if o.String() != tt.text {
				t.Errorf("Parse(%q).String() = %q", tt.text, o)
			}
			if !naiveParse(tt.text) {
				t.Errorf("the naive reading refuses %q", tt.text)
			}
		})
	}
}

// hostOf returns a host of n characters in labels of 49.
func hostOf(n int) string {
	return strings.Repeat(strings.Repeat("a", 49)+".", n/50+1)[:n-1] + "z"
}

func TestParseRefusesWhatNoBrowserSends(t *testing.T) {
	tests := []struct{ name, text string }{
		{"the empty text", ""},
		{"null, which is no tuple origin", "null"},
		{"a wildcard", "*"},
		{"a wildcard label", "https://*.example.com"},
		{"a wildcard port", "https://example.com:*"},
		{"a host without scheme", "app.example.com"},
		{"a scheme-relative URL", "//app.example.com"},
		{"a scheme without slashes", "https:app.example.com"},
		{"a scheme with one slash", "https:/app.example.com"},
		{"a scheme with three slashes", "https:///app.example.com"},
		{"an empty scheme", "://app.example.com"},
		{"an empty host", "https://"},
		{"an empty host with a port", "https://:8443"},
		{"a port without a host in brackets", "https://[]:8443"},
		{"a scheme that begins with a digit", "1https://app.example.com"},
		{"a scheme that begins with a plus", "+https://app.example.com"},
		{"a scheme with an underscore", "my_app://app.example.com"},
		{"a scheme with a space", "ht tps://app.example.com"},
		{"a scheme in upper case", "HTTPS://app.example.com"},
		{"a host in upper case", "https://App.example.com"},
		{"one letter in upper case at the end", "https://app.example.coM"},
		{"a hostile host whose path and fragment name the trusted one", "https://evil.example/#.example.com"},
		{"a hostile host whose path names the trusted one", "https://evil.example/.example.com"},
		{"a hostile host whose query names the trusted one", "https://evil.example?.example.com"},
		{"a hostile host whose fragment names the trusted one", "https://evil.example#.example.com"},
		{"a backslash before the trusted name", `https://evil.example\.example.com`},
		{"a trailing slash", "https://app.example.com/"},
		{"a path", "https://app.example.com/path"},
		{"an empty query", "https://app.example.com?"},
		{"an empty fragment", "https://app.example.com#"},
		{"user info", "https://user@app.example.com"},
		{"user info with a password", "https://user:password@app.example.com"},
		{"user info that names the trusted host", "https://app.example.com@evil.example"},
		{"the default port of https", "https://app.example.com:443"},
		{"the default port of http", "http://app.example.com:80"},
		{"the default port of wss", "wss://app.example.com:443"},
		{"the default port of ws", "ws://app.example.com:80"},
		{"the default port of ftp", "ftp://app.example.com:21"},
		{"a colon without a port", "https://app.example.com:"},
		{"port 0", "https://app.example.com:0"},
		{"a port with a leading zero", "https://app.example.com:08443"},
		{"a port above 65535", "https://app.example.com:65536"},
		{"a port of six digits", "https://app.example.com:100000"},
		{"a port that overflows", "https://app.example.com:18446744073709551617"},
		{"a negative port", "https://app.example.com:-1"},
		{"a signed port", "https://app.example.com:+80"},
		{"a port with a letter", "https://app.example.com:8o"},
		{"two ports", "https://app.example.com:80:80"},
		{"two trailing dots", "https://app.example.com.."},
		{"a dot alone", "https://."},
		{"an empty label", "https://app..example.com"},
		{"a leading dot", "https://.example.com"},
		{"an IPv4 address with a trailing dot", "https://127.0.0.1."},
		{"a leading space", " https://app.example.com"},
		{"a trailing space", "https://app.example.com "},
		{"a space within", "https://app.example .com"},
		{"a trailing tab", "https://app.example.com\t"},
		{"a line feed", "https://app.example.com\n"},
		{"a carriage return and line feed", "https://app.example.com\r\nX-Evil: 1"},
		{"a NUL", "https://app.example.com\x00"},
		{"a NUL within", "https://evil.example\x00.example.com"},
		{"a DEL", "https://app.example.com\x7f"},
		{"a percent sign", "https://app%2eexample.com"},
		{"an exclamation mark", "https://app!.example.com"},
		{"a comma, as between combined lines", "https://a.example.com, https://b.example.com"},
		{"a space between two origins", "https://a.example.com https://b.example.com"},
		{"a host outside ASCII", "https://bücher.example"},
		{"a full-width dot", "https://app．example.com"},
		{"a Kelvin sign for a k", "https://\u212Aite.example.com"},
		{"a byte that is not UTF-8", "https://app\xff.example.com"},
		{"a label of 64 characters", "https://" + strings.Repeat("a", 64) + ".com"},
		{"a last label of 64 characters", "https://example." + strings.Repeat("a", 64)},
		{"a host of 254 characters", "https://" + hostOf(254)},
		{"a scheme of 64 characters", strings.Repeat("s", 64) + "://host"},
		{"a text that is far too long", "https://" + strings.Repeat("a.", 1<<15) + "example.com"},
		{"an IPv4 address with too few parts", "https://127.1"},
		{"an IPv4 address in one number", "https://2130706433"},
		{"an IPv4 address with too many parts", "https://127.0.0.1.1"},
		{"an IPv4 address with a part above 255", "https://127.0.0.256"},
		{"an IPv4 address with a leading zero", "https://127.0.0.01"},
		{"an IPv4 address in hexadecimal", "https://0x7f.0x0.0x0.0x1"},
		{"an IPv4 address as one hexadecimal number", "https://0x7f000001"},
		{"a last label of 0x alone", "https://example.0x"},
		{"a host of 0x alone", "https://0x"},
		{"a last label that is a number", "https://example.1"},
		{"a last label that is a hexadecimal number", "https://example.0xf"},
		{"a last label that is a number before a trailing dot", "https://example.1."},
		{"an IPv6 address without brackets", "https://::1"},
		{"an IPv6 address without the closing bracket", "https://[::1"},
		{"an IPv6 address without the opening bracket", "https://::1]"},
		{"text behind an IPv6 address", "https://[::1]x"},
		{"a domain behind an IPv6 address", "https://[::1].example.com"},
		{"an IPv6 address that is not compressed", "https://[0:0:0:0:0:0:0:1]"},
		{"an IPv6 address with a leading zero", "https://[2001:0db8::1]"},
		{"an IPv6 address in upper case", "https://[2001:DB8::1]"},
		{"an IPv6 address with the second of two equal runs compressed", "https://[1:0:0:4::7:8]"},
		{"an IPv6 address with a single zero compressed", "https://[1::3:4:5:6:7:8]"},
		{"an IPv4-mapped address with dots", "https://[::ffff:127.0.0.1]"},
		{"an IPv4-mapped address that is not compressed", "https://[0:0:0:0:0:ffff:7f00:1]"},
		{"an IPv4-mapped address with leading zeros", "https://[::ffff:7f00:0001]"},
		{"an IPv6 address with a zone", "https://[fe80::1%eth0]"},
		{"an IPv6 address with an escaped zone", "https://[fe80::1%25eth0]"},
		{"an IPv4 address in brackets", "https://[127.0.0.1]"},
		{"an IPv6 address with a trailing dot", "https://[::1]."},
		{"two colons after an IPv6 address", "https://[::1]::80"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if o, ok := Parse(tt.text); ok {
				t.Errorf("Parse(%q) = %+v, true; want false", tt.text, o)
			}
			if naiveParse(tt.text) {
				t.Errorf("the naive reading accepts %q", tt.text)
			}
		})
	}
}

func TestIsLoopbackNamesTheMachineItself(t *testing.T) {
	tests := []struct {
		name, host string
		want       bool
	}{
		{"localhost is loopback", "localhost", true},
		{"a name under localhost is loopback", "app.localhost", true},
		{"127.0.0.1 is loopback", "127.0.0.1", true},
		{"all of 127.0.0.0/8 is loopback", "127.200.3.4", true},
		{"[::1] is loopback", "[::1]", true},
		{"a name that ends like localhost is not", "notlocalhost", false},
		{"a domain that begins with localhost is not", "localhost.example.com", false},
		{"localhost with a trailing dot is another host", "localhost.", false},
		{"another IPv4 address is not", "128.0.0.1", false},
		{"the unspecified IPv4 address is not", "0.0.0.0", false},
		{"the unspecified IPv6 address is not", "[::]", false},
		{"a private address is not", "192.168.0.1", false},
		{"a domain is not", "example.com", false},
		{"nothing is not", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := IsLoopback(tt.host); got != tt.want {
				t.Errorf("IsLoopback(%q) = %t", tt.host, got)
			}
		})
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	for _, text := range []string{
		"https://app.example.com", "http://127.0.0.1:8080", "http://[::ffff:7f00:1]:3000", "http://[2001:db8::1]",
		"null", "HTTPS://APP.EXAMPLE.COM", "https://" + strings.Repeat("a", 4096),
	} {
		if n := testing.AllocsPerRun(100, func() { Parse(text) }); n != 0 {
			t.Errorf("Parse(%.40q) allocates %v times", text, n)
		}
	}
}

// The naive reading takes nothing from this package. It reads a URL with
// net/url and an address with net/netip, and checks that serializing what it
// read gives the text back.

var (
	naiveScheme = regexp.MustCompile(`\A[a-z][a-z0-9+.-]{0,62}\z`)
	naiveDomain = regexp.MustCompile(`\A([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?\z`)
	naiveNumber = regexp.MustCompile(`(\A|\.)([0-9]+|0x[0-9a-f]*)\.?\z`)
	naivePorts  = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
)

func naiveParse(s string) bool {
	u, err := url.Parse(s)
	if err != nil || s != u.Scheme+"://"+u.Host || !naiveScheme.MatchString(u.Scheme) {
		return false
	}
	port := u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port) {
		return false
	}
	if port != "" && port == naivePorts[u.Scheme] || strings.HasSuffix(u.Host, ":") {
		return false
	}
	host := u.Hostname()
	addr, addrErr := netip.ParseAddr(host)
	switch {
	case strings.HasPrefix(u.Host, "["):
		return addrErr == nil && addr.Is6() && addr.Zone() == "" && host == naiveIPv6(addr)
	case naiveNumber.MatchString(host):
		return addrErr == nil && addr.Is4() && addr.String() == host
	}
	return naiveDomain.MatchString(host) && len(strings.TrimSuffix(host, ".")) <= 253
}

func naiveIPv6(addr netip.Addr) string {
	if !addr.Is4In6() {
		return addr.String()
	}
	b := addr.As16()
	return fmt.Sprintf("::ffff:%x:%x", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15]))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"https://app.example.com", "http://localhost:3000", "http://[::1]:8080", "http://[::ffff:7f00:1]", "http://127.0.0.1",
		"https://example.com.", "https://0x7f.1", "tauri://localhost", "null", "https://a_b.example:1", "https://user@host",
		"http://[1:0:0:4:5:0:0:8]", "https://example.com:443", "https://xn--bcher-kva.example",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, ok := Parse(s)
		if ok && o.String() != s {
			t.Fatalf("Parse(%q).String() = %q", s, o)
		}
		if ok && len(s) > maxOrigin {
			t.Fatalf("Parse accepts %d bytes", len(s))
		}
		if naive := naiveParse(s); ok != naive {
			t.Fatalf("Parse(%q) reports %t, the naive reading %t", s, ok, naive)
		}
	})
}
