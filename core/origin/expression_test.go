package origin

import (
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func TestParseExpressionDecidesConfinement(t *testing.T) {
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
		{"a trailing dot does not change whose a host is", `https://.*\.example\.com\.?`, "", ""},

		{"a missing dot before the domain is not confined", `https://.*example\.com`, "https://evilexample.com", ""},
		{"an unescaped dot in the domain is not confined", `https://app.example\.com`, "https://appaexample.com", ""},
		{"an unescaped dot before the suffix is not confined", `https://example.com`, "https://example", ""},
		{"a free host is not confined", `https://[a-z.]+`, "https://evil", ""},
		{"anything at all is not confined", `.*`, "https://evil", "http://evil"},
		{"a free top-level domain is not confined", `https://example\.[a-z]+`, "https://example.evil", ""},
		{"a missing end is anchored for the user", `https://example\.com.*`, "https://example.comevil", ""},
		{"a label under a public suffix is not confined", `https://[a-z]+\.co\.uk`, "https://evil.co.uk", ""},
		{"a label under a private suffix is not confined", `https://pr-.*\.vercel\.app`, "https://pr-evil.vercel.app", ""},
		{"anything above a public suffix is not confined", `https://.*\.amazonaws\.com`, "https://evil.s3.amazonaws.com", ""},
		{"anything beside a public suffix is confined", `https://.*\.console\.amazonaws\.com`, "", ""},
		{"digits in the registrable domain are not spelled out", `https://app\d\.com`, "https://app0.com", ""},
		{"a repeated word is not spelled out", `https://(ab)+\.com`, "https://ab.com", ""},
		{"a word boundary lets a hyphen through", `https://.*\bexample\.com`, "https://evil-example.com", ""},
		{"any address is not confined", `https://\d+\.\d+\.\d+\.\d+`, "https://203.0.113.66", ""},
		{"any extension is not confined", `moz-extension://[0-9a-f-]{36}`, "moz-extension://aaaa", ""},
		{"any IPv6 address is not confined", `https://\[[0-9a-f:]+\]`, "https://[", ""},

		{"an optional s admits plain http", `https?://.*\.example\.com`, "", "http://"},
		{"a free scheme admits plain http", `.*://app\.example\.com`, "", "http://app.example.com"},
		{"http without loopback is plain http", `http://(localhost|app\.example\.com)`, "", "http://app.example.com"},
		{"http to loopback only is not insecure", `(http://localhost:3000|https://app\.example\.com)`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := ParseExpression(tt.expr)
			if err != nil {
				t.Fatalf("ParseExpression(%q): %v", tt.expr, err)
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
				if !e.re.MatchString(got) {
					t.Errorf("%s: the %s example %q does not match", tt.expr, kind, got)
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

func TestParseExpressionRefuses(t *testing.T) {
	tests := []struct {
		name, expr string
		code       Code
		says       string
	}{
		{"look-ahead", `https://(?!evil).*\.example\.com`, CodeExpressionSyntax, "look-around"},
		{"look-behind", `https://(?<=a)\.example\.com`, CodeExpressionSyntax, "look-around"},
		{"a back-reference", `https://(a)\1\.example\.com`, CodeExpressionSyntax, "back-reference"},
		{"an unclosed group", `https://(a\.example\.com`, CodeExpressionSyntax, "missing closing )"},
		{"upper case", `https://App\.example\.com`, CodeExpressionNever, "lower-case"},
		{"a trailing slash", `https://app\.example\.com/`, CodeExpressionNever, "nothing behind"},
		{"a missing scheme", `app\.example\.com`, CodeExpressionNever, "scheme"},
		{"the empty expression", ``, CodeExpressionNever, "scheme"},
		{"too many repetitions", `https://a{1001}\.example\.com`, CodeExpressionSyntax, "invalid repeat count"},
		{"more states than can be analysed", `https://` + strings.Repeat(`([a-z0-9.-]{1,900}|x)`, 40), CodeExpressionSize, "too large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseExpression(tt.expr)
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("ParseExpression(%q): error %v, want an *Error", tt.expr, err)
			}
			if e.Code != tt.code || !strings.Contains(e.Message, tt.says) {
				t.Errorf("ParseExpression(%q): %s: %s; want %s saying %q", tt.expr, e.Code, e.Message, tt.code, tt.says)
			}
		})
	}
}

// A confined expression must match nothing whose registrable domain the walk
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
		e, err := ParseExpression(expr)
		if err != nil {
			// An expression that is said to match nothing must match nothing.
			if err.(*Error).Code == CodeExpressionNever {
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

func parseExpression(t testing.TB, source string) *Expression {
	t.Helper()
	e, err := ParseExpression(source)
	if err != nil {
		t.Fatalf("ParseExpression(%q): %v", source, err)
	}
	return e
}

// isNobodys reports whether a host is the machine itself or an address in a
// private or link-local network.
func isNobodys(host string) bool {
	addr, err := netip.ParseAddr(host)
	return IsLoopback(host) || err == nil && addr.Is4() && (addr.IsPrivate() || addr.IsLinkLocalUnicast())
}
