package origin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestParsePatternAccepts(t *testing.T) {
	tests := []struct{ name, text string }{
		{"an exact origin", "https://app.example.com"},
		{"an exact origin with a port", "https://app.example.com:8443"},
		{"the default port of another scheme", "http://app.example.com:443"},
		{"plain http", "http://app.example.com"},
		{"the opaque origin", "null"},
		{"an IPv4 address", "http://127.0.0.1:8080"},
		{"an IPv6 address", "http://[::1]:8080"},
		{"an IPv4-mapped address", "http://[::ffff:7f00:1]"},
		{"a browser extension", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"},
		{"Capacitor", "capacitor://localhost"},
		{"Tauri", "tauri://localhost"},
		{"pages of an embedded browser's files", "file://"},
		{"pages of an Electron app", "app://."},
		{"Punycode", "https://xn--bcher-kva.example"},
		{"an underscore", "https://my_app.example.com"},
		{"any subdomain", "https://*.example.com"},
		{"any subdomain with a port", "https://*.example.com:8443"},
		{"any subdomain on any port", "https://*.example.com:*"},
		{"any name under localhost on any port", "http://*.localhost:*"},
		{"a wildcard at the end of a label", "https://pr-*.example.com"},
		{"a wildcard at the beginning of a label", "https://*-preview.example.com"},
		{"a wildcard in the middle of a label", "https://pr-*-app.example.com"},
		{"a wildcard in a label with a port", "https://pr-*.example.com:8443"},
		{"a wildcard in a label on any port", "https://pr-*.example.com:*"},
		{"two underscores", "https://my__app.example.com"},
		{"an underscore beside the wildcard", "https://pr_*.example.com"},
		{"a wildcard under a Punycode domain", "https://*.xn--bcher-kva.example"},
		{"any port of a host", "http://localhost:*"},
		{"any port of an IPv4 address", "http://127.0.0.1:*"},
		{"any port of an IPv6 address", "http://[::1]:*"},
		{"any port of a custom scheme", "app://host:*"},
		{"a label with room for one more character", "https://" + strings.Repeat("a", 62) + "*.com"},
		{"the longest host", "https://" + hostOf(253)},
		{"the longest domain under a wildcard", "https://*." + hostOf(251)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ParsePattern(tt.text)
			if err != nil {
				t.Fatalf("ParsePattern(%q): %v", tt.text, err)
			}
			if p.String() != tt.text {
				t.Errorf("ParsePattern(%q).String() = %q", tt.text, p)
			}
			if p.IsAnybodys() != slices.Contains([]string{"null", "file://", "app://."}, tt.text) {
				t.Errorf("ParsePattern(%q).IsAnybodys() = %t", tt.text, p.IsAnybodys())
			}
		})
	}
}

// Pages in an app's embedded browser, or an editor's, have schemes of their own.
func TestParsePatternAcceptsOtherSchemes(t *testing.T) {
	for _, scheme := range []string{
		"android-app", "app", "capacitor", "chrome-extension", "content", "electron", "file-app", "hap", "hop", "html", "http+unix",
		"https+x", "ionic", "moz-extension", "ms-browser-extension", "otp", "resource", "rtsp", "safari-web-extension", "smtp",
		"tauri", "tp", "vscode-file", "vscode-webview", "x-https",
	} {
		for _, host := range []string{"localhost", "*.example.com:*", "abcdefghijklmnopabcdefghijklmnop"} {
			if _, err := ParsePattern(scheme + "://" + host); err != nil {
				t.Errorf("ParsePattern(%q): %v", scheme+"://"+host, err)
			}
		}
	}
}

// hints are phrases of the fix; those that are origins are what the message
// tells to write.
var refusedPatterns = []struct {
	name, text string
	code       string
	hints      string
}{
	{"nothing", "", CodeEmpty, `write an origin such as "https://app.example.com"`},
	{"null in upper case", "NULL", CodeCase, `write "null"`},
	{"null in mixed case", "Null", CodeCase, `write "null"`},

	{"a leading space", " https://app.example.com", CodeCharacter, `has white space around it; write "https://app.example.com"`},
	{"a trailing space", "https://app.example.com ", CodeCharacter, `write "https://app.example.com"`},
	{"a line feed", "https://app.example.com\n", CodeCharacter, `write "https://app.example.com"`},
	{"a NUL", "https://app\x00.example.com", CodeCharacter, `'\x00' at byte 11`},
	{"a DEL", "https://app\x7f.example.com", CodeCharacter, `'\x7f' at byte 11`},
	{"a backslash", `https:\\app.example.com`, CodeCharacter, `'\\' at byte 6`},
	{"a percent sign", "https://app%2eexample.com", CodeCharacter, `'%' at byte 11`},
	{"several origins in one entry", "https://a.example.com, https://b.example.com", CodeSeveral, `write an entry for each: "https://a.example.com", "https://b.example.com"`},
	{"two origins and a semicolon", "https://a.example.com;https://b.example.com", CodeSeveral, `write an entry for each: "https://a.example.com", "https://b.example.com"`},
	{"two origins and a space", "https://a.example.com https://b.example.com", CodeSeveral, `write an entry for each: "https://a.example.com", "https://b.example.com"`},
	{"lines", "https://a.example.com\nhttps://b.example.com\n", CodeSeveral, `write an entry for each: "https://a.example.com", "https://b.example.com"`},
	{"a list in JSON", `["https://a.example.com", "https://b.example.com"]`, CodeSeveral, `write an entry for each: "https://a.example.com", "https://b.example.com"`},
	{"a list of one in JSON", `["https://a.example.com"]`, CodeSeveral, `write an entry for each origin: "https://a.example.com"`},
	{"many origins", "https://a.example,https://b.example,https://c.example,https://d.example", CodeSeveral, `"https://b.example", "https://c.example", …`},
	{"several origins of which one is wrong", "https://a.example.com/,https://b.example.com", CodeSeveral, `write an entry for each origin`},
	{"an origin and a host", "https://www.example.com www.example.org", CodeSeveral, `write an entry for each origin, with its scheme`},
	{"two ports", "http://localhost:3000,3001", CodeSeveral, `write an entry for each origin, with its scheme`},
	{"a wildcard and an origin", "*,https://a.example.com", CodeSeveral, `write an entry for each origin, with its scheme`},
	{"a list with a public suffix", "https://*.com, https://a.example.com", CodeSeveral, `write an entry for each origin, with its scheme`},
	{"typographic quotes", "“https://app.example.com”", CodeQuotes, `write "https://app.example.com"`},
	{"a wildcard in quotes", `'*'`, CodeWildcard, `list the origins, or write "*"`},
	{"the server itself", "'self'", CodeScheme, `list the other sites`},
	{"an encoded character", "https://app%2Eexample.com", CodeCharacter, `as the browser's address bar copies it`},
	{"a verb of printf", "https://%s.example.com", CodeVariable, `a variable that was not set`},
	{"a variable as the host", "https://undefined:3000", CodeVariable, `a variable that was not set`},
	{"a placeholder in braces", "https://{tenant}.example.com", CodeVariable, `a variable that was not set`},
	{"the name of a variable", "process.env.ORIGIN", CodeVariable, `a variable that was not set`},
	{"a wildcard without scheme and dot", "*example.com", CodeScheme, `write "https://*.example.com"`},
	{"a public suffix without scheme", "*.github.io", CodeScheme, `write an origin such as "https://app.example.com"`},
	{"a public suffix with a path", "https://*.github.io/", CodePath, `write an origin such as "https://app.example.com"`},
	{"a public suffix with a misspelled scheme", "hhtps://*.com", CodeScheme, `write an origin such as "https://app.example.com"`},
	{"a scheme twice", "https://https://app.example.com", CodeScheme, `has "://" twice`},
	{"two origins without a separator", "https://a.example.comhttps://b.example.com", CodeScheme, `has "://" twice`},
	{"a dot after the scheme", "https.//a.example.com", CodeScheme, `write "https://a.example.com"`},
	{"a scheme alone", "https", CodeHost, `has no host`},
	{"a host before the at sign", "https://app.example.com@evil.com", CodeUserInfo, `"@" makes "evil.com" the host`},
	{"a network with a slash", "http://10.0.0.0/24/", CodeIP, `is a network`},
	{"a network of IPv6", "http://[fd00::]/8", CodeIP, `is a network`},
	{"a regular expression for the scheme", "https?://app.example.com", CodeRegexp, `in AllowOriginRegexps`},
	{"a repetition", "moz-extension://[0-9a-f-]{36}", CodeRegexp, `in AllowOriginRegexps`},
	{"a class of digits", "http://localhost:[0-9]+", CodeRegexp, "write `http://localhost:[0-9]+` in AllowOriginRegexps"},
	{"a regular expression for everything", ".*", CodeWildcard, `write "*" if every site may read responses`},
	{"null and an origin", "null,https://a.example", CodeSeveral, `write an entry for each: "null", "https://a.example"`},
	{"a placeholder", "<your-domain>", CodeVariable, `a variable that was not set`},
	{"brackets", "<https://app.example.com>", CodeQuotes, `includes its brackets; write "https://app.example.com"`},
	{"a byte order mark", "\ufeffhttps://app.example.com", CodeCharacter, `has white space around it; write "https://app.example.com"`},
	{"quotes", `"https://app.example.com"`, CodeQuotes, `includes its quotes; write "https://app.example.com"`},
	{"single quotes", `'https://app.example.com'`, CodeQuotes, `write "https://app.example.com"`},
	{"quotes around something wrong", `"https://app.example.com/"`, CodeQuotes, `write "https://app.example.com"`},
	{"empty quotes", `""`, CodeEmpty, `remove the entry`},
	{"a value that was not defined", "undefined", CodeVariable, `a variable that was not set`},
	{"no value in Python", "None", CodeVariable, `a variable that was not set`},
	{"a variable of a shell", "${ORIGIN}", CodeVariable, `a variable that was not set`},
	{"a variable within a host", "https://$HOST.example.com", CodeVariable, `a variable that was not set`},
	{"a placeholder of a template", "https://{{ .Host }}", CodeVariable, `a variable that was not set`},
	{"a word for all", "all", CodeWildcard, `write "*" if every site may read responses`},
	{"a network", "http://192.168.0.0/16", CodeIP, `is a network`},
	{"a network without a scheme", "10.0.0.0/8", CodeIP, `check the address in AllowOriginFunc`},
	{"a regular expression", `^https://([a-z]+\.)?example\.com$`, CodeRegexp, "write `https://([a-z]+\\.)?example\\.com` in AllowOriginRegexps"},
	{"a regular expression of JavaScript", `/^https:\/\/.*\.example\.com$/`, CodeRegexp, "write `https://.*\\.example\\.com` in AllowOriginRegexps"},
	{"a regular expression that strangers match", `https://.*\.github\.io`, CodeRegexp, "so that it matches your domains only"},
	{"a regular expression that RE2 lacks", `https://(?!evil)\.example\.com`, CodeRegexp, "is a regular expression"},
	{"every browser extension", "chrome-extension://*", CodeWildcard, `write the id of yours, as in "chrome-extension://`},
	{"every browser extension of Firefox", "moz-extension://*", CodeWildcard, "`moz-extension://[0-9a-z-]+` in AllowOriginRegexps"},
	{"every webview of an editor", "vscode-webview://*", CodeWildcard, "`vscode-webview://[0-9a-z-]+` in AllowOriginRegexps"},
	{"the loopback address with a port", "http://::1:3000", CodeIP, `write "http://[::1]:3000"`},
	{"a capital sharp s", "https://fa\u1e9e.de", CodeIDNA, `write it as the browser's address bar copies it`},
	{"what is no UTF-8", "\xff", CodeCharacter, `isn't UTF-8`},

	{"a host without scheme", "app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"a host with a port and without scheme", "app.example.com:8443", CodeScheme, `write "https://app.example.com:8443"`},
	{"a wildcard without scheme", "*.example.com", CodeScheme, `write "https://*.example.com"`},
	{"localhost without scheme", "localhost:3000", CodeScheme, `write "http://localhost:3000"`},
	{"an IPv4 loopback address without scheme", "127.0.0.1:8080", CodeScheme, `write "http://127.0.0.1:8080"`},
	{"an IPv6 loopback address without scheme", "[::1]:8080", CodeScheme, `write "http://[::1]:8080"`},
	{"an IPv6 address without scheme and brackets", "::1", CodeScheme, `write "http://[::1]"`},
	{"a scheme-relative URL", "//app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"an empty scheme", "://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"an empty scheme before a path", "://app.example.com/path", CodeScheme, `write "https://app.example.com"`},
	{"a scheme with one slash", "https:/app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"a scheme without a colon", "https//app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"a scheme without slashes", "http:app.example.com", CodeScheme, `write "http://app.example.com"`},
	{"a host in upper case without scheme", "App.Example.com/", CodeScheme, `write "https://app.example.com"`},
	{"slashes alone", "//", CodeScheme, `has neither scheme nor host`},
	{"a scheme that begins with a digit", "1app://host", CodeScheme, `"1app" is not a URL scheme`},
	{"a scheme with an underscore", "my_app://host", CodeScheme, `"my_app" is not a URL scheme; write letters, digits`},
	{"a scheme that is too long", strings.Repeat("s", 64) + "://host", CodeScheme, `is not a URL scheme`},
	{"a file", "file:///home/user/page.html", CodeFile, `serve the page from a server, such as "http://localhost:8000"`},
	{"files in upper case", "FILE://", CodeFile, `write "file://" for an embedded browser`},

	{"a WebSocket", "wss://app.example.com", CodeScheme, `browsers open WebSockets with the origin of the page; write "https://app.example.com"`},
	{"a WebSocket on its default port", "wss://app.example.com:443/socket", CodeScheme, `write "https://app.example.com"`},
	{"a WebSocket in upper case", "WSS://App.example.com", CodeScheme, `write "https://app.example.com"`},
	{"WebSockets of subdomains on any port", "wss://*.example.com:*", CodeScheme, `write "https://*.example.com:*"`},
	{"a plain WebSocket", "ws://localhost:3000", CodeScheme, `write "http://localhost:3000"`},
	{"a plain WebSocket of another machine", "ws://app.example.com", CodeScheme, `write "http://app.example.com"`},
	{"FTP", "ftp://files.example.com", CodeScheme, `browsers open no FTP pages, so they never send this origin; remove the entry`},
	{"FTP over SSH", "sftp://files.example.com", CodeScheme, `remove the entry`},
	{"https without a t", "htps://app.example.com", CodeScheme, `the scheme is misspelled; write "https://app.example.com"`},
	{"https with a t too many", "htttps://*.example.com", CodeScheme, `write "https://*.example.com"`},
	{"https with an s too many and a path", "httpss://app.example.com/path", CodeScheme, `write "https://app.example.com"`},
	{"https with an h too many", "hhtps://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"https without an h", "ttps://app.example.com:8443", CodeScheme, `write "https://app.example.com:8443"`},
	{"https with other letters", "hpps://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"https with letters exchanged", "htpts://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"https with the letter beside it", "hrtps://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"https in a security report", "hxxps://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"a version of HTTP", "http2://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"a version of HTTP in upper case", "HTTP2://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"http without a t", "htp://app.example.com", CodeScheme, `write "https://app.example.com"`},
	{"http without a t for localhost", "htp://localhost:3000", CodeScheme, `write "http://localhost:3000"`},
	{"http without an h for names under localhost", "ttp://*.localhost:3000", CodeScheme, `write "http://*.localhost:3000"`},
	{"https without a t for localhost", "htps://localhost:3000", CodeScheme, `write "https://localhost:3000"`},
	{"a misspelled scheme before a host that isn't one", "htps://a..b", CodeScheme, `write an origin such as "https://app.example.com"`},
	{"a blob", "blob:https://app.example.com/7a8f7c2e", CodeScheme, `blob: URLs have the origin of the page that made them; write "https://app.example.com"`},
	{"a blob with a port", "BLOB:http://localhost:3000", CodeScheme, `write "http://localhost:3000"`},
	{"a blob without a page", "blob://app.example.com", CodeScheme, `write that page's origin, such as "https://app.example.com"`},
	{"a blob of an opaque origin", "blob:null/7a8f7c2e", CodeScheme, `write that page's origin`},
	{"a file in a page's file system", "filesystem:https://app.example.com/temporary/x", CodeScheme, `filesystem: URLs have the origin of the page that made them; write "https://app.example.com"`},
	{"data", "data:text/html,%3Cp%3E", CodeScheme, `serve the page over HTTPS and write its origin, such as "https://app.example.com"`},
	{"data with slashes", "data://app.example.com", CodeScheme, `pages of data: URLs have an opaque origin, which browsers send as "null" and any site can produce`},
	{"a blank page", "about:blank", CodeScheme, `write the opening page's origin`},
	{"a script", "javascript:alert(1)", CodeScheme, `write that page's origin`},
	{"a mail address", "mailto:someone@example.com", CodeScheme, `remove the entry`},
	{"a host with the name of a scheme", "data:8080", CodeScheme, `write "https://data:8080"`},
	{"a host with the name of a scheme, with a path", "blob:8080/path", CodeScheme, `write "https://blob:8080"`},
	{"a host with the name of a scheme, on any port", "data:*", CodeScheme, `write "https://data:*"`},

	{"a scheme alone", "https://", CodeHost, `has no host; write a serialized origin`},
	{"a path without a host", "https:///path", CodeHost, `has no host`},
	{"user info without a host", "https://user@", CodeHost, `has no host`},
	{"an empty host with a port", "https://:8443", CodeHost, `"" is not a host`},
	{"an empty label", "https://app..example.com", CodeHost, `"app..example.com" is not a host; write labels of 1 to 63 letters, digits and hyphens`},
	{"a leading dot", "https://.example.com", CodeHost, `is not a host`},
	{"a trailing dot", "https://app.example.com.", CodeHost, `write "https://app.example.com"`},
	{"a trailing dot before a port", "https://app.example.com.:8443", CodeHost, `write "https://app.example.com:8443"`},
	{"a trailing dot under a wildcard", "https://x*a.example.org.", CodeHost, `write "https://x*a.example.org"`},
	{"two trailing dots", "https://app.example.com..", CodeHost, `write "https://app.example.com"`},
	{"a character that no host has", "https://app!.example.com", CodeHost, `"app!.example.com" is not a host`},
	{"a comma between two origins", "https://a.example.com,b.example.com", CodeSeveral, `write an entry for each origin, with its scheme`},
	{"a character that no host has beside the wildcard", "https://pr!*.example.com", CodeHost, `"pr!*" is not part of a host name; write letters, digits and hyphens around the wildcard`},
	{"a label that is too long", "https://" + strings.Repeat("a", 64) + ".com", CodeHost, `labels of 1 to 63`},
	{"a label without room for the wildcard", "https://" + strings.Repeat("a", 63) + "*.com", CodeHost, `at most 63 characters`},
	{"a host that is too long", "https://" + hostOf(254), CodeHost, `253 characters at most`},
	{"a domain that is too long under a wildcard", "https://*." + hostOf(252), CodeHost, `253 characters at most`},
	{"text behind an IPv6 address", "https://[::1]x", CodeHost, `"[::1]x" is not a host`},

	{"user info", "https://user@app.example.com", CodeUserInfo, `write "https://app.example.com"`},
	{"user info with a password and a port", "https://user:password@app.example.com:8443", CodeUserInfo, `write "https://app.example.com:8443"`},
	{"user info with an at sign", "https://a@b@app.example.com", CodeUserInfo, `write "https://app.example.com"`},
	{"user info and everything else that can be wrong", "HTTPS://user@App.Example.com.:443/path", CodeUserInfo, `write "https://app.example.com"`},
	{"a trailing slash", "https://app.example.com/", CodePath, `not even a trailing slash; write "https://app.example.com"`},
	{"a path", "https://app.example.com/path?query#fragment", CodePath, `write "https://app.example.com"`},
	{"a path behind the default port", "https://app.example.com:443/", CodePath, `write "https://app.example.com"`},
	{"a wildcard path", "https://app.example.com/*", CodePath, `write "https://app.example.com"`},
	{"a path in upper case", "https://App.example.com/Path", CodePath, `write "https://app.example.com"`},
	{"a path behind a wildcard", "https://*.example.com/", CodePath, `write "https://*.example.com"`},
	{"a query", "https://app.example.com?query", CodeQuery, `write "https://app.example.com"`},
	{"a question mark as a wildcard", "https://app?.example.com", CodeQuery, `write one as in "https://pr-*.example.com"`},
	{"a fragment", "https://app.example.com#fragment", CodeFragment, `write "https://app.example.com"`},
	{"a path that leaves nothing to suggest", "https://127.1/", CodePath, `such as "https://app.example.com"`},

	{"upper case in the host", "https://App.Example.com", CodeCase, `write "https://app.example.com"`},
	{"upper case in the scheme", "HTTPS://app.example.com", CodeCase, `write "https://app.example.com"`},
	{"upper case and the default port", "HTTPS://app.example.com:443", CodeCase, `write "https://app.example.com"`},
	{"upper case in an IPv6 address that is not compressed", "http://[::FFFF:127.0.0.1]", CodeCase, `write "http://[::ffff:7f00:1]"`},

	{"a host outside ASCII", "https://bücher.example", CodeIDNA, `write "https://xn--bcher-kva.example"`},
	{"a host outside ASCII with a port", "https://bücher.example:8443", CodeIDNA, `write "https://xn--bcher-kva.example:8443"`},
	{"a host outside ASCII in upper case", "HTTPS://BÜCHER.example:443", CodeIDNA, `write "https://xn--bcher-kva.example"`},
	{"a domain outside ASCII under a wildcard", "https://*.bücher.example", CodeIDNA, `write "https://*.xn--bcher-kva.example"`},
	{"a domain outside ASCII under part of a label on any port", "https://pr-*.bücher.example:*", CodeIDNA, `write "https://pr-*.xn--bcher-kva.example:*"`},
	{"full-width letters", "https://ａｐｐ.example.com", CodeIDNA, `write "https://app.example.com"`},
	{"a label outside ASCII around the wildcard", "https://bü*.example.com", CodeIDNA, `a wildcard cannot share its label with characters outside ASCII; use AllowOriginRegexps`},
	{"a host that is no internationalized domain name", "https://\u200d.example", CodeIDNA, `not a valid internationalized domain name`},
	{"full-width digits that make a number", "https://例.１", CodeIDNA, `such as "https://app.example.com"`},

	{"an IPv4 address with too few parts", "https://127.1", CodeIP, `such as "127.0.0.1"`},
	{"an IPv4 address with a leading zero", "https://127.0.0.01", CodeIP, `without leading zeros`},
	{"an IPv4 address with a part above 255", "https://127.0.0.256", CodeIP, `from 0 to 255`},
	{"an IPv4 address in hexadecimal", "https://0x7f000001", CodeIP, `decimal numbers`},
	{"a wildcard in an IPv4 address", "https://*.0.0.1", CodeIP, `without a wildcard`},
	{"a wildcard under a number", "https://*.example.1", CodeIP, `without a wildcard`},
	{"an IPv6 address without brackets", "https://2001:db8::1", CodeIP, `write "https://[2001:db8::1]"`},
	{"an IPv6 address without brackets that is not compressed", "https://2001:db8:0::1", CodeIP, `write "https://[2001:db8::1]"`},
	{"an IPv6 address that is not compressed", "https://[2001:0db8:0:0:0:0:0:1]:8443", CodeIP, `write "https://[2001:db8::1]:8443"`},
	{"an IPv4-mapped address with dots", "https://[::ffff:127.0.0.1]:*", CodeIP, `write "https://[::ffff:7f00:1]:*"`},
	{"brackets around something else", "https://[app]", CodeIP, `"[app]" is not an IPv6 address`},
	{"brackets around an IPv4 address", "https://[127.0.0.1]", CodeIP, `is not an IPv6 address`},

	{"a colon without a port", "https://app.example.com:", CodePort, `write "https://app.example.com", or "*" after the colon for any port`},
	{"port 0", "https://app.example.com:0", CodePort, `"0" is not a port; write a number from 1 to 65535`},
	{"a port above 65535", "https://app.example.com:65536", CodePort, `"65536" is not a port`},
	{"a port that overflows", "https://app.example.com:99999999999999999999", CodePort, `is not a port`},
	{"a signed port", "https://app.example.com:+8443", CodePort, `"+8443" is not a port`},
	{"a port that is a name", "https://app.example.com:https", CodePort, `"https" is not a port`},
	{"two ports", "https://app.example.com:80:81", CodePort, `"80:81" is not a port`},
	{"a port with a leading zero", "https://app.example.com:08443", CodePort, `write "https://app.example.com:8443"`},
	{"the default port of https", "https://app.example.com:443", CodeDefaultPort, `443 is the default port of https, and browsers leave it out; write "https://app.example.com"`},
	{"the default port of http", "http://app.example.com:80", CodeDefaultPort, `80 is the default port of http, and browsers leave it out; write "http://app.example.com"`},
	{"the default port under a wildcard", "https://*.example.com:443", CodeDefaultPort, `write "https://*.example.com"`},
	{"the default port with a leading zero", "https://app.example.com:0443", CodeDefaultPort, `write "https://app.example.com"`},

	{"a wildcard for everything among patterns", "*", CodeWildcard, `"*" allows any origin and stands alone`},
	{"a wildcard scheme", "*://app.example.com", CodeWildcard, `write one entry for each scheme, such as "https://app.example.com"`},
	{"a wildcard within the scheme", "http*://app.example.com", CodeWildcard, `such as "https://app.example.com"`},
	{"a wildcard for the whole host", "https://*", CodeWildcard, `would allow any site; write one such as "https://*.example.com", or write "*" for public data`},
	{"a wildcard for the whole host and port", "https://*:*", CodeWildcard, `such as "https://*.example.com"`},
	{"a wildcard in a host of one label", "https://app-*", CodeWildcard, `such as "https://app-*.example.com"`},
	{"a wildcard in a label that does not lead", "https://app.*.example.com", CodeWildcard, `only the leading label can have a wildcard; write "https://*.example.com", or use AllowOriginRegexps`},
	{"a wildcard in a label that does not lead, with a port", "https://app.*.example.com:8443", CodeWildcard, `write "https://*.example.com:8443"`},
	{"a wildcard within a label that does not lead", "https://app.pr-*.example.com", CodeWildcard, `write "https://*.example.com"`},
	{"a wildcard in the middle of a label that does not lead", "https://app.pr-*-x.example.com", CodeWildcard, `write "https://*.example.com"`},
	{"a wildcard top-level domain", "https://example.*", CodeWildcard, `only the leading label can have a wildcard; write the origins one by one, or use AllowOriginRegexps`},
	{"a wildcard in the registrable domain", "https://app.ex*mple.com", CodeWildcard, `write the origins one by one, or use AllowOriginRegexps`},
	{"two wildcard labels", "https://*.*.example.com", CodeWildcard, `already matches one or more labels; write "https://*.example.com"`},
	{"two wildcard labels, the second around a name", "https://*.ex*.com", CodeWildcard, `write the origins one by one`},
	{"two wildcards in a label", "https://a*b*.example.com", CodeWildcard, `write a single "*" in "a*b*"`},
	{"two wildcards side by side", "https://**.example.com", CodeWildcard, `"*." already matches one or more labels; write "https://*.example.com"`},
	{"two wildcards side by side for a public suffix", "https://**.com", CodeWildcard, `already matches one or more labels; write the origins one by one`},
	{"two wildcards for the whole host", "https://**", CodeWildcard, `would allow any site; write one such as "https://*.example.com"`},
	{"a wildcard for the scheme of no valid host", "*://example.*", CodeWildcard, `write one entry for each scheme, such as "https://app.example.com"`},
	{"a wildcard for part of the port", "http://localhost:30*", CodeWildcard, `a wildcard replaces the whole port; write "http://localhost:*"`},
}

func TestParsePatternRefusesAndSaysWhatToWrite(t *testing.T) {
	for _, tt := range refusedPatterns {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ParsePattern(tt.text)
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("ParsePattern(%q) = %q, %v; want an *Error", tt.text, p, err)
			}
			if p != (Pattern{}) {
				t.Errorf("ParsePattern(%q) returns a pattern beside the error: %+v", tt.text, p)
			}
			if e.Code != tt.code || !strings.Contains(e.Error(), tt.hints) {
				t.Errorf("ParsePattern(%q): %s: %s\nwant %s saying %s", tt.text, e.Code, e, tt.code, tt.hints)
			}
			checkSuggestions(t, tt.text, e)
		})
	}
}

// Each mistake alone has a row above. Two together must not make the message
// suggest what is refused for the other.
func TestParsePatternSuggestsWhatItAccepts(t *testing.T) {
	schemes := []string{"", "https://", "HTTPS://", "http:/", "//", "://", "*://", "https//", "tauri://", "WSS://", "ws://", "htps://", "htp://", "blob:https://", "blob:", "data:", "ftp://"}
	users := []string{"", "user:password@"}
	hosts := []string{
		"app.example.com", "App.Example.com", "*.example.com", "app.*.example.com", "app.example.com.", "bücher.example",
		"pr-*.bücher.example", "127.0.0.1", "[::1]", "[0:0::1]", "::1", "[::FFFF:1.2.3.4]", "localhost", "*", "a.*", "1.2", "ex*mple.*.com", "",
	}
	ports := []string{"", ":", ":443", ":80", ":0443", ":*", ":8*", ":99999"}
	ends := []string{"", "/", "/path", "?", "#.example.com"}
	refused := 0
	for _, scheme := range schemes {
		for _, user := range users {
			for _, host := range hosts {
				for _, port := range ports {
					for _, end := range ends {
						text := scheme + user + host + port + end
						if _, err := ParsePattern(text); err != nil {
							checkSuggestions(t, text, err.(*Error))
							refused++
						}
					}
				}
			}
		}
	}
	if refused == 0 {
		t.Fatal("nothing was refused")
	}
}

var suggestion = regexp.MustCompile(`(?:write|such as|from) (".*)`)

// checkSuggestions parses every origin that a message tells to write.
func checkSuggestions(t *testing.T, text string, e *Error) {
	t.Helper()
	if e.Error() == "" {
		t.Errorf("ParsePattern(%q): the message is empty", text)
	}
	for _, m := range suggestion.FindAllStringSubmatch(e.Error(), -1) {
		quoted, err := strconv.QuotedPrefix(m[1])
		if err != nil {
			t.Errorf("ParsePattern(%q): %s: %v", text, e, err)
			continue
		}
		instead, _ := strconv.Unquote(quoted)
		if !strings.Contains(instead, "://") {
			continue // part of an origin
		}
		if _, err := ParsePattern(instead); err != nil {
			t.Errorf("ParsePattern(%q) suggests %q, which is refused: %v", text, instead, err)
		}
	}
}

func TestEveryCodeOfAPatternHasARow(t *testing.T) {
	rows := make(map[string]bool)
	for _, tt := range refusedPatterns {
		rows[tt.code] = true
	}
	for _, code := range []string{
		CodeEmpty, CodeCharacter, CodeScheme, CodeFile, CodeHost, CodeUserInfo, CodePath, CodeQuery, CodeFragment,
		CodeCase, CodeIDNA, CodeIP, CodePort, CodeDefaultPort, CodeWildcard,
	} {
		if !rows[code] {
			t.Errorf("no pattern is refused for %s", code)
		}
	}
}

func TestPatternTellsItsRisks(t *testing.T) {
	tests := []struct {
		name, text string
		insecure   bool
		suffix     string // that it covers, or ""
	}{
		{"an exact origin of https runs no risk", "https://app.example.com", false, ""},
		{"subdomains of a registrable domain run no risk", "https://*.example.com", false, ""},
		{"subdomains of a subdomain run no risk", "https://*.app.example.com", false, ""},
		{"part of a label under a registrable domain runs no risk", "https://pr-*.example.com", false, ""},
		{"plain http is insecure", "http://app.example.com", true, ""},
		{"plain http with a port is insecure", "http://app.example.com:8080", true, ""},
		{"plain http on any port is insecure", "http://app.example.com:*", true, ""},
		{"plain http for subdomains is insecure", "http://*.example.com", true, ""},
		{"plain http to a private address is insecure", "http://192.168.0.1", true, ""},
		{"plain http to an IPv6 address is insecure", "http://[2001:db8::1]", true, ""},
		{"plain http to localhost is not insecure", "http://localhost:3000", false, ""},
		{"plain http to localhost on any port is not insecure", "http://localhost:*", false, ""},
		{"plain http to names under localhost is not insecure", "http://*.localhost", false, ""},
		{"plain http to part of a label under localhost is not insecure", "http://pr-*.localhost:3000", false, ""},
		{"plain http to the IPv4 loopback address is not insecure", "http://127.0.0.1:8080", false, ""},
		{"plain http to the IPv6 loopback address is not insecure", "http://[::1]:8080", false, ""},
		{"a domain that begins with localhost is insecure", "http://localhost.example.com", true, ""},
		{"a custom scheme is not insecure", "capacitor://localhost", false, ""},
		{"the opaque origin is not insecure", "null", false, ""},
		{"a wildcard under a top-level domain covers it", "https://*.com", false, "com"},
		{"a wildcard under a country's suffix covers it", "https://*.co.uk", false, "co.uk"},
		{"a wildcard under a private suffix covers it", "https://*.github.io", false, "github.io"},
		{"part of a label under a private suffix covers it", "https://pr-*.vercel.app", false, "vercel.app"},
		{"a wildcard under a suffix on any port covers it", "https://*.github.io:*", false, "github.io"},
		{"a wildcard under an unknown top-level domain covers it", "https://*.internal", false, "internal"},
		{"plain http under a suffix is insecure and covers it", "http://*.co.uk", true, "co.uk"},
		{"a wildcard under a wildcard suffix covers it", "https://*.ck", false, "ck"},
		{"a wildcard over suffixes of every label covers them", "https://*.kawasaki.jp", false, "*.kawasaki.jp"},
		{"a wildcard above a public suffix covers it", "https://*.amazonaws.com", false, "s3.amazonaws.com"},
		{"part of a label above a public suffix covers none", "https://pr-*.amazonaws.com", false, ""},
		{"a wildcard beside a public suffix runs no risk", "https://*.example.amazonaws.com", false, ""},
		{"part of a label that is a public suffix covers it", "https://s*.amazonaws.com", false, "s3.amazonaws.com"},
		{"the end of a label that is a public suffix covers it", "https://*3.amazonaws.com", false, "s3.amazonaws.com"},
		{"a wildcard that must match something does not match the suffix without it", "https://s3*-.amazonaws.com", false, ""},
		{"part of a label over suffixes of every label covers them", "https://pr-*.kawasaki.jp", false, "*.kawasaki.jp"},
		{"part of a label that can be an exception covers the suffixes beside it", "https://cit*.kawasaki.jp", false, "*.kawasaki.jp"},
		{"part of a label over instances of a cloud covers them", "https://ec2-*.compute-1.amazonaws.com", false, "*.compute-1.amazonaws.com"},
		{"a wildcard under an exception of the list runs no risk", "https://*.city.kawasaki.jp", false, ""},
		{"a wildcard under one registration below a private suffix runs no risk", "https://*.me.github.io", false, ""},
		{"a suffix itself runs no risk", "https://github.io", false, ""},
		{"names under localhost are the machine's own", "http://*.localhost:3000", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ParsePattern(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.IsInsecure(); got != tt.insecure {
				t.Errorf("IsInsecure(%q) = %t", tt.text, got)
			}
			if suffix, covers := p.CoversPublicSuffix(); covers != (tt.suffix != "") || covers && suffix != tt.suffix {
				t.Errorf("CoversPublicSuffix(%q) = %q, %t; want %q", tt.text, suffix, covers, tt.suffix)
			}
		})
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{
		"https://app.example.com", "https://*.example.com", "https://pr-*-x.example.com:*", "http://localhost:*", "null", "*",
		"http://[::1]:8080", "https://[::FFFF:1.2.3.4]", "https://bücher.example", "https://*.bücher.example:443",
	} {
		f.Add(s)
	}
	for _, tt := range refusedPatterns {
		if len(tt.text) < 60 {
			f.Add(tt.text)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1000 {
			t.Skip("a long text says no more than a short one")
		}
		p, err := ParsePattern(s)
		if err != nil {
			checkSuggestions(t, s, err.(*Error))
			return
		}
		if p.String() != s {
			t.Fatalf("ParsePattern(%q).String() = %q", s, p)
		}
		if p.IsAnybodys() {
			return
		}
		if _, ok := Parse(s); ok != !strings.Contains(s, "*") {
			t.Fatalf("ParsePattern accepts %q, and Parse reports %t", s, ok)
		}
		// Something must match, or the pattern should have been refused.
		example := strings.Replace(strings.TrimSuffix(s, ":*"), "*", "x", 1)
		if NewSet([]Pattern{p}, nil).Match(example) == NoMatch {
			t.Fatalf("%q does not match %q", s, example)
		}
	})
}
