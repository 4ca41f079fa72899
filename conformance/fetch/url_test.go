package fetch

import (
	"net/http"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	const base = "https://user:pw@example.com:8443/a/b/c?d=e#f"
	tests := []struct {
		title, input, want string // want is empty for failure
	}{
		{"an absolute URL", "https://api.example.com/x?y=z#w", "https://api.example.com/x?y=z#w"},
		{"an empty path gets a slash", "https://example.com", "https://example.com/"},
		{"scheme and host in lower case", "HTTPS://EXAMPLE.com/A", "https://example.com/A"},
		{"a default port is dropped", "https://example.com:443/", "https://example.com/"},
		{"another scheme's default port is kept", "https://example.com:80/", "https://example.com:80/"},
		{"an empty port is dropped", "http://example.com:/", "http://example.com/"},
		{"leading zeros of a port", "http://example.com:08080/", "http://example.com:8080/"},
		{"spaces around, newlines and tabs within", " \x00https://exa\nmple.com/a\tb ", "https://example.com/ab"},
		{"backslashes are slashes", `https:\\example.com\a`, "https://example.com/a"},
		{"a backslash ends the host", `https://example.com\@evil.example`, "https://example.com/@evil.example"},
		{"no slashes at all", "http:example.com/a", "http://example.com/a"},
		{"too many slashes", "http:////example.com/a", "http://example.com/a"},
		{"dot segments", "https://example.com/a/./b/../c", "https://example.com/a/c"},
		{"dot segments in disguise", "https://example.com/a/%2e/b/.%2E/c/%2E%2e", "https://example.com/a/"},
		{"too many double dots", "https://example.com/../../a", "https://example.com/a"},
		{"a double dot at the end", "https://example.com/a/b/..", "https://example.com/a/"},
		{"empty segments stay", "https://example.com//a//b", "https://example.com//a//b"},
		{"an encoded slash stays", "https://example.com/a%2Fb", "https://example.com/a%2Fb"},
		{"a stray percent sign stays", "https://example.com/100%/%zz", "https://example.com/100%/%zz"},
		{"a space is encoded", "https://example.com/a b?c d#e f", "https://example.com/a%20b?c%20d#e%20f"},
		{"what the path leaves alone", "https://example.com/|[]!$&'()*+,;=:@~", "https://example.com/|[]!$&'()*+,;=:@~"},
		{"what the path encodes", "https://example.com/\"<>^`{}", "https://example.com/%22%3C%3E%5E%60%7B%7D"},
		{"what the query encodes", "https://example.com/?\"<>'`{}|^", "https://example.com/?%22%3C%3E%27`{}|^"},
		{"what the fragment encodes", "https://example.com/#\"<>`{}'#", "https://example.com/#%22%3C%3E%60{}'#"},
		{"bytes beyond ASCII", "https://example.com/\u00e9?\u00e9", "https://example.com/%C3%A9?%C3%A9"},
		{"an empty query stays", "https://example.com/?", "https://example.com/?"},
		{"an empty fragment stays", "https://example.com/#", "https://example.com/#"},
		{"a question mark in a fragment", "https://example.com/#a?b", "https://example.com/#a?b"},
		{"a domain beyond ASCII", "https://b\u00fccher.example/", "https://xn--bcher-kva.example/"},
		{"a capital sharp s", "https://fa\u1e9e.de/", "https://xn--fa-hia.de/"},
		{"a label that is not Punycode", "http://XN--A/", "http://xn--a/"},
		{"a label that encodes a mapped character", "https://xn--8i7caa.example/", "https://xn--8i7caa.example/"},
		{"a percent-encoded host", "https://ex%61mple.com/", "https://example.com/"},
		{"an underscore in a host", "http://a_b.example.com/", "http://a_b.example.com/"},
		{"a host with a dot at the end", "http://example.com./", "http://example.com./"},
		{"a short IPv4 address", "http://127.1/", "http://127.0.0.1/"},
		{"a hexadecimal and octal IPv4 address", "http://0x7f.0.0.01/", "http://127.0.0.1/"},
		{"an IPv4 address of one number", "http://2130706433/", "http://127.0.0.1/"},
		{"the greatest IPv4 address", "http://4294967295/", "http://255.255.255.255/"},
		{"an IPv4 address of no digits", "http://0x/", "http://0.0.0.0/"},
		{"an IPv6 address is compressed", "http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"},
		{"an IPv4-mapped IPv6 address", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"},
		{"a username and a password", "https://u:p@example.com/", "https://u:p@example.com/"},
		{"an at sign in a password", "https://u:p@q@example.com/", "https://u:p%40q@example.com/"},
		{"an empty userinfo", "https://@example.com/", "https://example.com/"},
		{"another scheme", "mailto:a@example.com", "mailto:a@example.com"},

		{"no host", "https://", ""},
		{"no host but a port", "https://:80/", ""},
		{"no host but a user", "https://u@/", ""},
		{"a port with letters", "https://example.com:8o/", ""},
		{"a port too large", "https://example.com:65536/", ""},
		{"a space in a host", "https://exa mple.com/", ""},
		{"a percent sign in a host", "https://ex%mple.com/", ""},
		{"an encoded slash in a host", "https://example.com%2F/", ""},
		{"an IPv4 address with too large a part", "http://256.0.0.1/", ""},
		{"an IPv4 address with five parts", "http://1.2.3.4.5/", ""},
		{"a name that ends in a number", "http://example.1/", ""},
		{"a bad octal number", "http://1.2.3.09/", ""},
		{"an IPv4 address too great", "http://4294967296/", ""},
		{"an IPv4 address of more digits than any integer", "http://99999999999999999999/", ""},
		{"an IPv4 address with an empty part", "http://1..2/", ""},
		{"a label that is not Punycode, and a character beyond ASCII", "http://xn--0.b\u00fccher.example/", ""},
		{"a host that is not UTF-8", "http://a\x80b/", ""},
		{"an unclosed IPv6 address", "http://[::1/", ""},
		{"an IPv6 address with a zone", "http://[fe80::1%25eth0]/", ""},
		{"an IPv4 address in brackets", "http://[127.0.0.1]/", ""},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) { checkParse(t, test.input, nil, test.want) })
	}

	relative := []struct {
		title, input, want string
	}{
		{"nothing", "", "https://user:pw@example.com:8443/a/b/c?d=e"},
		{"a fragment", "#g", "https://user:pw@example.com:8443/a/b/c?d=e#g"},
		{"a query", "?g", "https://user:pw@example.com:8443/a/b/c?g"},
		{"a path", "/g", "https://user:pw@example.com:8443/g"},
		{"a relative path", "g/../h", "https://user:pw@example.com:8443/a/b/h"},
		{"a way up", "../../../g", "https://user:pw@example.com:8443/g"},
		{"another host", "//other.example/g", "https://other.example/g"},
		{"another host after backslashes", `\\other.example\g`, "https://other.example/g"},
		{"another host after three slashes", "///other.example/g", "https://other.example/g"},
		{"another scheme", "http://other.example/", "http://other.example/"},
		{"the same scheme and a path", "https:g", "https://user:pw@example.com:8443/a/b/g"},
		{"another scheme without slashes", "http:other.example", "http://other.example/"},
		{"what looks like a port", "g:80", "g:80"},
		{"a bad host", "//[", ""},
	}
	for _, test := range relative {
		t.Run("relative: "+test.title, func(t *testing.T) {
			u, err := parseURL(base, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkParse(t, test.input, u, test.want)
		})
	}
	t.Run("relative to nothing", func(t *testing.T) { checkParse(t, "/a", nil, "") })
}

func checkParse(t *testing.T, input string, base *urlRecord, want string) {
	t.Helper()
	u, err := parseURL(input, base)
	got := ""
	if err == nil {
		got = u.String()
	}
	if got != want {
		t.Errorf("%q parses to %q (%v), want %q", input, got, err, want)
	}
}

// What net/http requests must be what browsers request, byte by byte.
func TestGoURLRequestsThePathAsBrowsersDo(t *testing.T) {
	for _, path := range []string{
		"/", "/a/b", "/a%2Fb", "/a//b", "//a", "//a|b", "/|[]", "/100%", "/%zz", "/a;b", "/\u00e9", "/a+b", "/*", "/a?", "/a?b=|'",
	} {
		u, err := parseURL("http://example.com:8080"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := u.path + u.query
		r := http.Request{Method: "GET", URL: u.goURL(), Header: http.Header{}}
		var wire strings.Builder
		if err := r.Write(&wire); err != nil {
			t.Fatal(err)
		}
		target := strings.Fields(wire.String())[1]
		if target != want && target != "http://example.com:8080"+want {
			t.Errorf("%q is requested as %q, want %q", path, target, want)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("https://user:pw@example.com:8443/a/b/c?d=e#f", "../g")
	f.Add("http://[::1]/", `\\evil`)
	f.Add("http://0x7f.1", "//x:1")
	f.Fuzz(func(t *testing.T, input, reference string) {
		u, err := parseURL(input, nil)
		if err != nil || !u.hasHTTPScheme() {
			return
		}
		checkRecord(t, u)
		if target, err := parseURL(reference, u); err == nil && target.hasHTTPScheme() {
			checkRecord(t, target)
		}
	})
}

func checkRecord(t *testing.T, u *urlRecord) {
	t.Helper()
	if u.host == "" || !strings.HasPrefix(u.path, "/") {
		t.Errorf("%#v has no host or no path", u)
	}
	if err := validateOrigin(u.origin()); err != nil {
		t.Errorf("%#v: %v", u, err)
	}
	serialized := u.String()
	if strings.Trim(serialized, "\x00 ") != serialized || !isASCII(serialized) {
		t.Errorf("%q is not printable ASCII", serialized)
	}
	again, err := parseURL(serialized, nil)
	if err != nil {
		t.Errorf("%q parses no more: %v", serialized, err)
	} else if again.String() != serialized {
		t.Errorf("%q parses to %q", serialized, again)
	}
}
