package origin

import (
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func TestParseRegexpDecidesConfinement(t *testing.T) {
	tests := []struct {
		name, expr string
		open       string // a hostile origin, or "" if confined
		insecure   string // an insecure origin, or "" if none
	}{
		{"one label under a registrable domain is confined", `https://([a-z]+)\.example\.com`, "", ""},
		{"anything under a registrable domain is confined", `https://.*\.example\.com`, "", ""},
		{"an optional subdomain is confined", `https://(.*\.)?example\.com`, "", ""},
		{"any port of a spelled-out host is confined", `https://example\.com(:\d+)?`, "", ""},
		{"several spelled-out domains are confined", `https://.*\.(example\.com|example\.org|example\.co\.uk)`, "", ""},
		{"alternative top-level domains are confined", `https://example\.(com|org|net|de|dk)`, "", ""},
		{"user anchors change nothing", `^https://[a-z]+\.example\.com$`, "", ""},
		{"a case-insensitive expression is confined", `(?i)HTTPS://[A-Z]+\.EXAMPLE\.COM`, "", ""},
		{"one registration under a private suffix is confined", `https://me\.github\.io`, "", ""},
		{"anything under a registration below a private suffix is confined", `https://.*\.me\.github\.io`, "", ""},
		{"localhost on any port is confined and loopback", `http://localhost(:[0-9]+)?`, "", ""},
		{"names under localhost are loopback", `http://.*\.localhost:3000`, "", ""},
		{"a spelled-out address is confined", `https://192\.0\.2\.1:\d+`, "", ""},
		{"a spelled-out IPv6 address is confined", `http://\[::1\]:\d+`, "", ""},
		{"a word boundary after a dot is confined", `https://.*\.\bexample\.com`, "", ""},
		{"a long spelled-out list is confined", `https://(` + strings.Join(domains(150), "|") + `)`, "", ""},
		{"alternative names under a private suffix are confined", `https://(foo|bar)\.github\.io`, "", ""},
		{"alternative suffixes are confined", `https://example\.(de|dk|co\.uk)`, "", ""},
		{"an optional part of a name is confined", `https://(my-)?app\.vercel\.app`, "", ""},
		{"an optional label is confined", `https://(www\.)?example\.com`, "", ""},
		{"optional letters are confined", `https://colou?r\.com`, "", ""},
		{"many labels under a registrable domain are confined", `https://([a-z0-9-]+\.)*example\.com`, "", ""},
		{"a class under a registrable domain is confined", `https://[ab]\.example\.com`, "", ""},
		{"a repetition under a registrable domain is confined", `https://a{1,3}\.me\.github\.io`, "", ""},
		{"a dot in brackets is spelled out", `https://.*[.]example[.]com`, "", ""},
		{"a quoted name is spelled out", `https://\Qapp.example.com\E(:\d+)?`, "", ""},
		{"escaped characters are spelled out", `https://ex\x61mple\.c\x{6f}\155`, "", ""},
		{"a name that is spelled out beside a wildcard is confined", `https://(example\.com|.*\.example\.com)`, "", ""},
		{"a name in the first of several groups is confined", `(?P<s>https)://(?P<h>(?i:App)(?-i)\.example\.com)`, "", ""},
		{"a link to the machine itself is confined", `https?://([a-z]+\.)?localhost(:\d+)?`, "", ""},
		{"any loopback address is confined and loopback", `http://127\.\d+\.\d+\.\d+:\d+`, "", ""},
		{"a private network of 65,536 addresses is confined", `http://192\.168\.\d+\.\d+(:\d+)?`, "", "http://192.168."},
		{"a private network of 16 million addresses is confined", `http://10\.\d{1,3}\.\d{1,3}\.\d{1,3}(:[0-9]+)?`, "", "http://10."},
		{"a private network of a million addresses is confined", `http://172\.(1[6-9]|2\d|3[01])\.\d+\.\d+`, "", "http://172."},
		{"link-local addresses are confined", `https://169\.254(\.\d+){2}`, "", ""},
		{"the machine itself and a private network are confined", `https?://(localhost|127\.0\.0\.1|192\.168\.\d+\.\d+)(:\d+)?`, "", "http://192.168."},
		{"a wildcard before a whole private address is confined", `https://(.*\.)?192\.168\.\d+\.\d+`, "", ""},
		{"spelled-out addresses are confined", `https://203\.0\.113\.(7|8|12)`, "", ""},
		{"a trailing dot does not change whose a host is", `https://.*\.example\.com\.?`, "", ""},

		{"a missing dot before the domain is not confined", `https://.*example\.com`, "https://evilexample.com", ""},
		{"an unescaped dot in the domain is not confined", `https://app.example\.com`, "https://app-example.com", ""},
		{"an unescaped dot before the suffix is not confined", `https://example.com`, "https://example", ""},
		{"a free host is not confined", `https://[a-z.]+`, "https://evil", ""},
		{"anything at all is not confined", `.*`, "https://evil", "http://evil"},
		{"a free top-level domain is not confined", `https://example\.[a-z]+`, "https://example.evil", ""},
		{"a missing end is anchored for the user", `https://example\.com.*`, "https://example.com.evil.example", ""},
		{"a label under a public suffix is not confined", `https://[a-z]+\.co\.uk`, "https://evil.co.uk", ""},
		{"a label under a private suffix is not confined", `https://pr-.*\.vercel\.app`, "https://pr-evil.vercel.app", ""},
		{"anything above a public suffix is not confined", `https://.*\.amazonaws\.com`, "https://evil.s3.amazonaws.com", ""},
		{"anything beside a public suffix is confined", `https://.*\.console\.amazonaws\.com`, "", ""},
		{"digits in the registrable domain are not spelled out", `https://app\d\.com`, "https://app0.com", ""},
		{"a repeated word is not spelled out", `https://(ab)+\.com`, "https://ab.com", ""},
		{"a word boundary lets a hyphen through", `https://.*\bexample\.com`, "https://evil-example.com", ""},
		{"any address is not confined", `https://\d+\.\d+\.\d+\.\d+`, "https://203.0.113.66", ""},
		{"any extension is not confined", `moz-extension://[0-9a-f-]{36}`, "moz-extension://aaaa", ""},
		{"any IPv6 address is not confined", `https://\[[0-9a-f:]+\]`, "https://[2001:db8::66]", ""},

		{"a class before a private suffix is not spelled out", `https://[a-d]{1,3}\.github\.io`, "https://a", ""},
		{"a class in a name is not spelled out", `https://pr-[0-3]{1,3}\.vercel\.app`, "https://pr-0", ""},
		{"a non-word character can be a hyphen", `https://app\Wexample\.com`, "https://app-example.com", ""},
		{"punctuation can be a hyphen", `https://app[[:punct:]]example\.com`, "https://app-example.com", ""},
		{"classes that are joined are not spelled out", `https://(?:[a-d](?:)|[e-h](?:)|[i-l](?:))\.github\.io`, "https://", ""},
		{"a short repetition is not spelled out", `https://a{1,3}\.github\.io`, "https://a", ""},
		{"classes in a suffix are not spelled out", `https://example\.[cd][oe]`, "https://example.", ""},
		{"repeated alternatives are not spelled out", `https://(a|b)*\.github\.io`, "https://", ""},
		{"a class among literals is not spelled out", `https://(a|b|[cd])\.github\.io`, "https://c.github.io", ""},
		{"a wildcard before a private suffix is hostile", `https://.*\.github\.io`, "https://evil.github.io", ""},
		{"a wildcard beside literals is not spelled out", `https://(foo|.*)\.github\.io`, "https://evil.github.io", ""},
		{"a repeated last letter is not spelled out", `https://example\.com+`, "https://example.comm", ""},
		{"a hostile name that is spelled out is no example", `https://(evil|[a-z]+)\.github\.io`, "https://evilapp.github.io", ""},
		{"a repetition of one is not spelled out", `https://(qab|a{1}b)\.github\.io`, "https://ab.github.io", ""},
		{"an IPv6 network is not confined", `https://\[2001:db8:[0-9a-f:]+\]`, "https://[2001:db8:", ""},
		{"any address in plain http is not confined", `http://\d+\.\d+\.\d+\.\d+`, "http://203.0.113.66", "http://203.0.113.66"},
		{"addresses that may be private are not confined", `http://1\d\.\d+\.\d+\.\d+`, "http://1", "http://1"},
		{"more than a private network is not confined", `https://172\.(1[5-9]|2\d|3[01])\.\d+\.\d+`, "https://172.15.", ""},
		{"a private network and what follows is not confined", `https://192\.168\..*`, "https://192.168.evil", ""},
		{"the end of an address that looks private is not confined", `https://(.*\.)?192\.168\.\d+`, "https://0.192.168.", ""},
		{"public addresses are not confined", `https://203\.0\.113\.\d+`, "https://203.0.113.66", ""},

		{"an optional s admits plain http", `https?://.*\.example\.com`, "", "http://"},
		{"a free scheme admits plain http", `.*://app\.example\.com`, "", "http://app.example.com"},
		{"http without loopback is plain http", `http://(localhost|app\.example\.com)`, "", "http://app.example.com"},
		{"http to loopback only is not insecure", `(http://localhost:3000|https://app\.example\.com)`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := ParseRegexp(tt.expr)
			if err != nil {
				t.Fatalf("ParseRegexp(%q): %v", tt.expr, err)
			}
			check := func(kind, want, got string, bad bool) {
				t.Helper()
				if (want != "") != bad {
					t.Fatalf("%s: %s = %q, %t; want one like %q", tt.expr, kind, got, bad, want)
				}
				if !bad {
					return
				}
				if !strings.HasPrefix(got, want) {
					t.Errorf("%s: %s example %q, want one like %q", tt.expr, kind, got, want)
				}
				if _, ok := Parse(got); !ok || !e.re.MatchString(got) {
					t.Errorf("%s: the %s example %q is not an origin that matches", tt.expr, kind, got)
				}
			}
			open, isOpen := e.Unconfined()
			check("unconfined", tt.open, open, isOpen)
			insecure, isInsecure := e.Insecure()
			check("insecure", tt.insecure, insecure, isInsecure)
		})
	}
}

func domains(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.Repeat(string(rune('a'+i%26)), i/26+1) + `hop\.com`
	}
	return list
}

func TestParseRegexpRefuses(t *testing.T) {
	tests := []struct {
		name, expr string
		code       string
		says       string
	}{
		{"look-ahead", `https://(?!evil).*\.example\.com`, CodeRegexpSyntax, "look-around"},
		{"look-behind", `https://(?<=a)\.example\.com`, CodeRegexpSyntax, "look-around"},
		{"a back-reference", `https://(a)\1\.example\.com`, CodeRegexpSyntax, "back-reference"},
		{"an unclosed group", `https://(a\.example\.com`, CodeRegexpSyntax, "missing closing )"},
		{"upper case", `https://App\.example\.com`, CodeRegexpNever, "lower-case"},
		{"a trailing slash", `https://app\.example\.com/`, CodeRegexpNever, "nothing behind"},
		{"a missing scheme", `app\.example\.com`, CodeRegexpNever, "scheme"},
		{"the default port", `https://app\.example\.com:443`, CodeRegexpNever, "unless it is the default"},
		{"a port that is too high", `https://app\.example\.com:[7-9]\d{4}`, CodeRegexpNever, "port"},
		{"a name that ends in a number", `https://example\.\d+`, CodeRegexpNever, "host"},
		{"the empty expression", ``, CodeRegexpNever, "scheme"},
		{"too many repetitions", `https://a{1001}\.example\.com`, CodeRegexpSyntax, "invalid repeat count"},
		{"more states than can be analysed", `https://` + strings.Repeat(`([a-z0-9.-]{1,900}|x)`, 40), CodeRegexpSize, "too large"},
		{"more names than can be listed", `https://` + strings.Repeat(`(a|b)`, 40) + `\.com`, CodeRegexpSize, "too large to be analysed"},
		{"a text that is too long", `https://` + strings.Repeat(`a`, 1<<17), CodeRegexpSize, "longer than 65536 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseRegexp(tt.expr)
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("ParseRegexp(%q): error %v, want an *Error", tt.expr, err)
			}
			if e.Code != tt.code || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("ParseRegexp(%q): %s: %s; want %s saying %q", tt.expr, e.Code, e, tt.code, tt.says)
			}
		})
	}
}

// A confined regular expression must match nothing whose registrable domain the walk
// did not find; the corpus is what people get wrong.
func FuzzConfinement(f *testing.F) {
	for _, expr := range []string{`https://.*\.example\.com`, `https://([a-z]+)\.example\.com`, `https?://(a|b)\.example\.(com|org)(:\d+)?`, `https://.*example\.com`, `.*`, `(?i)https://x\b.*\.example\.com$`} {
		f.Add(expr, "https://evilexample.com")
		f.Add(expr, "https://x.example.com:8443")
		f.Add(expr, "https://evil.org")
		f.Add(expr, "http://example.com.evil.org")
	}
	f.Add(`.*00\.`, "http://00.") // a host that only ends in a dot
	f.Fuzz(func(t *testing.T, expr, candidate string) {
		e, err := ParseRegexp(expr)
		if err != nil {
			// A regular expression that is said to match nothing must match nothing.
			if err.(*Error).Code == CodeRegexpNever {
				tree, err := syntax.Parse(expr, syntax.Perl)
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := Parse(candidate); ok && regexp.MustCompile(`\A(?:`+tree.String()+`)\z`).MatchString(candidate) {
					t.Fatalf("%q is said to match no origin, and matches %q", expr, candidate)
				}
			}
			return
		}
		for _, example := range []string{e.open, e.insecure} {
			if example == "" {
				continue
			}
			if _, ok := Parse(example); !ok || !e.re.MatchString(example) {
				t.Fatalf("%q: the example %q is not an origin that matches", expr, example)
			}
		}
		o, ok := Parse(candidate)
		if !ok || !e.re.MatchString(candidate) {
			return
		}
		if e.insecure == "" && o.Scheme == "http" && !IsLoopback(strings.TrimSuffix(o.Host, ".")) {
			t.Fatalf("%q is said to admit no plain http, and matches %q", expr, candidate)
		}
		if e.open != "" {
			return
		}
		host := strings.TrimSuffix(o.Host, ".")
		if !isNobodys(host) && !slices.ContainsFunc(e.domains, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }) {
			t.Fatalf("%q is said to be confined to %v, and matches %q", expr, e.domains, candidate)
		}
	})
}

func mustParseRegexp(t testing.TB, source string) *Regexp {
	t.Helper()
	e, err := ParseRegexp(source)
	if err != nil {
		t.Fatalf("ParseRegexp(%q): %v", source, err)
	}
	return e
}

// isNobodys reports whether a host is the machine itself or an address in a
// private or link-local network.
func isNobodys(host string) bool {
	addr, err := netip.ParseAddr(host)
	return IsLoopback(host) || err == nil && addr.Is4() && (addr.IsPrivate() || addr.IsLinkLocalUnicast())
}
