package cors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/internal/origin"
)

// An asking is a request in a few words.
type asking struct {
	method, path, origin, host string
	malformed                  bool
	preflight                  string   // Access-Control-Request-Method
	headers                    string   // Access-Control-Request-Headers
	private                    string   // Access-Control-Request-Private-Network
	has                        []string // other headers, name and value in turn
}

func (a asking) Route() (string, cors.PathFolding) { return a.path, 0 }
func (a asking) Context() context.Context          { return context.Background() }
func (a asking) RequestHeader(name string) string {
	for i := 0; i < len(a.has); i += 2 {
		if a.has[i] == name {
			return a.has[i+1]
		}
	}
	return ""
}

func (a asking) request() *cors.Request {
	if a.path == "" {
		a.path = "/api/posts"
	}
	if a.method == "" {
		a.method = "GET"
		if a.preflight != "" {
			a.method = "OPTIONS"
		}
	}
	return &cors.Request{
		Method: a.method, Path: a.path, Host: a.host, Origin: a.origin, MalformedOrigin: a.malformed,
		AccessControlRequestMethod: a.preflight, AccessControlRequestHeaders: a.headers,
		AccessControlRequestPrivateNetwork: a.private, Source: a,
	}
}

func from(origin string) asking   { return asking{origin: origin} }
func fetching(path string) asking { return asking{origin: "https://app.example.com", path: path} }
func preflighting(method, headers string) asking {
	return asking{origin: "https://app.example.com", preflight: method, headers: headers}
}

// changes writes changes in a line each.
func changesOf(v *cors.Verdict) string {
	var lines []string
	for _, c := range v.Changes {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s", c, c.Caution)))
	}
	return strings.Join(lines, "\n")
}

func whysOf(v *cors.Verdict) string {
	var lines []string
	for _, o := range v.Obstacles {
		lines = append(lines, o.Why)
	}
	return strings.Join(lines, "\n")
}

func remediesOf(v *cors.Verdict) string {
	var lines []string
	for _, o := range v.Obstacles {
		if o.Remedy != "" {
			lines = append(lines, o.Remedy)
		}
	}
	return strings.Join(lines, "\n")
}

var (
	subdomains = cors.Config{AllowOrigins: []string{"https://*.example.com"}}
	local      = cors.Config{AllowOrigins: []string{"http://localhost:3000"}}
)

func allowing(methods, headers string, credentials bool) cors.Config {
	c := https
	c.AllowMethods, c.AllowHeaders, c.AllowCredentials = strings.Fields(methods), strings.Fields(headers), credentials
	return c
}

var blockedRows = []struct {
	name    string
	configs []cors.Config
	asking  asking
	why     string
	remedy  string
	changes string
}{
	{"http in place of https", one(https), from("http://app.example.com"),
		`"http://app.example.com" differs from "https://app.example.com", which is allowed, in the scheme.`,
		`Better serve the page over https, too, and use that origin.`,
		`Add "http://app.example.com" to AllowOrigins of Config 0. Nothing protects plain http: whoever controls the user's network can speak for this origin.`},
	{"https in place of http", origins("http://app.example.com"), from("https://app.example.com"),
		`"https://app.example.com" differs from "http://app.example.com", which is allowed, in the scheme.`,
		"",
		`Add "https://app.example.com" to AllowOrigins of Config 0.`},
	{"a port too much", one(https), from("https://app.example.com:8443"),
		`"https://app.example.com:8443" differs from "https://app.example.com", which is allowed, in the port.`,
		"",
		`Add "https://app.example.com:8443" to AllowOrigins of Config 0.`},
	{"a port too little", origins("https://app.example.com:8443"), from("https://app.example.com"),
		`"https://app.example.com" differs from "https://app.example.com:8443", which is allowed, in the port.`,
		"",
		`Add "https://app.example.com" to AllowOrigins of Config 0.`},
	{"scheme and port", one(https), from("http://app.example.com:8080"),
		`"http://app.example.com:8080" differs from "https://app.example.com", which is allowed, in the scheme and the port.`,
		`Better serve the page over https, too, and use that origin.`,
		`Add "http://app.example.com:8080" to AllowOrigins of Config 0. Nothing protects plain http: whoever controls the user's network can speak for this origin.`},
	{"the default port, written out", one(https), from("https://app.example.com:443"),
		`"https://app.example.com:443" is not how a browser writes an origin, which leaves out the default port of its scheme.`,
		noBrowser + ` A browser would send "https://app.example.com", which is allowed.`,
		""},
	{"www. too much", origins("https://example.com"), from("https://www.example.com"),
		`"https://www.example.com" has "www." before the host of "https://example.com", which is allowed.`,
		"",
		`Add "https://www.example.com" to AllowOrigins of Config 0.`},
	{"www. too little", origins("https://www.example.com"), from("https://example.com"),
		`"https://example.com" lacks the "www." of "https://www.example.com", which is allowed.`,
		"",
		`Add "https://example.com" to AllowOrigins of Config 0.`},
	{"a subdomain of a listed domain", origins("https://example.com"), from("https://app.example.com"),
		`"https://app.example.com" is a subdomain of "https://example.com", which is allowed alone, without its subdomains.`,
		`If all subdomains are to be trusted, add "https://*.example.com" in place of each.`,
		`Add "https://app.example.com" to AllowOrigins of Config 0.`},
	{"a subdomain with another port", origins("https://example.com"), from("https://app.example.com:8443"),
		`"https://app.example.com:8443" is a subdomain of "https://example.com", which is allowed alone, without its subdomains, and differs in the port.`,
		`If all subdomains are to be trusted, add "https://*.example.com:8443" in place of each.`,
		`Add "https://app.example.com:8443" to AllowOrigins of Config 0.`},
	{"a subdomain where others have subdomains, too", origins("https://amazonaws.com"), from("https://app.amazonaws.com"),
		`"https://app.amazonaws.com" is a subdomain of "https://amazonaws.com", which is allowed alone, without its subdomains.`,
		"",
		`Add "https://app.amazonaws.com" to AllowOrigins of Config 0.`},
	{"the domain itself, where subdomains are listed", one(subdomains), from("https://example.com"),
		`"https://example.com" is not covered by "https://*.example.com": "*." stands for one or more labels.`,
		"",
		`Add "https://example.com" to AllowOrigins of Config 0.`},
	{"another host of the domain", one(https), from("https://admin.example.com"),
		`"https://admin.example.com" is another host of the domain "example.com" than "https://app.example.com", which is allowed.`,
		"",
		`Add "https://admin.example.com" to AllowOrigins of Config 0.`},
	{"a slash at the end", one(https), from("https://app.example.com/"),
		`"https://app.example.com/" is not how a browser writes an origin, which has no path, not even a slash at its end.`,
		noBrowser + ` A browser would send "https://app.example.com", which is allowed.`,
		""},
	{"a path", origins("https://example.com"), from("https://app.example.com/posts"),
		`"https://app.example.com/posts" is not how a browser writes an origin, which has no path, not even a slash at its end.`,
		noBrowser + ` A browser would send "https://app.example.com", which is not allowed, either.`,
		""},
	{"upper case", one(https), from("https://App.example.com"),
		`"https://App.example.com" is not how a browser writes an origin, which is in lower case.`,
		noBrowser + ` A browser would send "https://app.example.com", which is allowed.`,
		""},
	{"user info", one(https), from("https://me@app.example.com"),
		`"https://me@app.example.com" is not how a browser writes an origin, which has no user info.`,
		noBrowser + ` A browser would send "https://app.example.com", which is allowed.`,
		""},
	{"no scheme", one(https), from("app.example.com"),
		`"app.example.com" is not how a browser writes an origin, which begins with a scheme.`,
		noBrowser + ` A browser would send "https://app.example.com", which is allowed.`,
		""},
	{"a dot at the end", one(https), from("https://app.example.com."),
		`"https://app.example.com." has a dot at the end of its host, which makes that another host to a browser than that of "https://app.example.com", which is allowed.`,
		`No Config can list such a host: open the page without the dot.`,
		""},
	{"a name that is not in Punycode", origins("https://xn--bcher-kva.example"), from("https://bücher.example"),
		`"https://b\u00fccher.example" is not how a browser writes an origin, which has its host in Punycode.`,
		noBrowser + ` A browser would send "https://xn--bcher-kva.example", which is allowed.`,
		""},
	{"a letter of another alphabet", origins("https://example.com"), from("https://xn--exmple-4nf.com"),
		`"https://xn--exmple-4nf.com" looks like "https://example.com", which is allowed, and is written with other characters.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "xn--exmple-4nf.com". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"one letter away", origins("https://example.com"), from("https://exmaple.com"),
		`"https://exmaple.com" is one letter away from "https://example.com", which is allowed.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "exmaple.com". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"another top-level domain", one(https), from("https://app.example.org"),
		`"https://app.example.org" has the name of "https://app.example.com", which is allowed, under another public suffix.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "example.org". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"it begins like the listed one", one(https), from("https://app.example.com.evil.org"),
		`"https://app.example.com.evil.org" begins like "https://app.example.com", which is allowed, and is another domain.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "evil.org". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"it ends like the listed one", origins("https://example.com"), from("https://evilexample.com"),
		`"https://evilexample.com" ends like "https://example.com", which is allowed, without a dot between, and is another domain.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "evilexample.com". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"a letter in place of a dot", one(https), from("https://appxexample.com"),
		`"https://appxexample.com" has another character where "https://app.example.com", which is allowed, has a dot, and is another domain.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "appxexample.com". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"null", one(https), from("null"),
		`The origin is opaque: browsers send "null" for sandboxed frames, for pages opened from file: and data: URLs, when another origin has redirected the request, and for forms of pages that send no referrer.`,
		`It should stay denied: any site can send "null", by means of a sandboxed frame. Serve the page over http or https, give the frame allow-same-origin, or let the script ask the URL that it is redirected to.`,
		""},
	{"null in upper case", one(https), from("NULL"),
		`The opaque origin is written "null" and not "NULL".`,
		noBrowser,
		""},
	{"an address for localhost", one(local), from("http://127.0.0.1:3000"),
		`"http://127.0.0.1:3000" is not "http://localhost:3000", which is allowed: localhost, 127.0.0.1 and [::1] name the same machine, and are three hosts to a browser.`,
		`During development, "http://127.0.0.1:*" allows every port.`,
		`Add "http://127.0.0.1:3000" to AllowOrigins of Config 0.`},
	{"another port of localhost", one(local), from("http://localhost:5173"),
		`"http://localhost:5173" differs from "http://localhost:3000", which is allowed, in the port.`,
		`During development, "http://localhost:*" allows every port.`,
		`Add "http://localhost:5173" to AllowOrigins of Config 0.`},
	{"nothing is like it", one(https), from("https://evil.org"),
		`Config 0 allows no origin like "https://evil.org".`,
		`It should stay denied unless you know whose it is; then add exactly this origin.`,
		`Add "https://evil.org" to AllowOrigins of Config 0. Be sure that you know whose origin it is.`},
	{"an address that nothing is like", one(https), from("http://192.168.0.7"),
		`Config 0 allows no origin like "http://192.168.0.7".`,
		`It should stay denied unless you know whose it is; then add exactly this origin.`,
		`Add "http://192.168.0.7" to AllowOrigins of Config 0. Be sure that you know whose origin it is.`},
	{"an empty Origin", one(https), asking{malformed: true},
		`The Origin header is empty, or stands more than once.`,
		noBrowser,
		""},
	{"an Origin that is doubled", one(https), asking{malformed: true, has: []string{"Origin", "https://app.example.com, https://app.example.com"}},
		`The Origin header says the same more than once, as if a proxy had doubled it: "https://app.example.com, https://app.example.com".`,
		`Let the proxy pass Origin on as it is.`,
		""},
	{"two origins in one", one(https), from("https://app.example.com, https://evil.org"),
		`The Origin header has several values, and a browser sends one: "https://app.example.com, https://evil.org".`,
		noBrowser,
		""},
	{"a pattern for an origin", one(https), from("https://*.example.com"),
		`"https://*.example.com" has a wildcard, and is no origin: patterns stand in a Config, not in a request.`,
		noBrowser,
		""},
	{"nonsense", one(https), from("x\x1b[31m\n"),
		`"x\x1b[31m\n" is not the serialization of an origin, which is a scheme, a host, and a port unless it is the default one.`,
		noBrowser,
		""},
	{"nonsense of any length", one(https), from(strings.Repeat("ab\xff", 500)),
		`"ab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffab\xffa"… (1500 bytes) is not the serialization of an origin, which is a scheme, a host, and a port unless it is the default one.`,
		noBrowser,
		""},
	{"the function says no", one(cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { return false, nil }}), from("https://app.example.com"),
		`AllowOriginFunc of Config 0 denied "https://app.example.com", and nothing in AllowOrigins or AllowOriginRegexps allows it.`,
		`If it is to be allowed, let the function return true, or add the origin to AllowOrigins: then the function is not asked.`,
		""},
	{"the function fails", one(cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { return true, errors.New("no \x1b[31mdatabase\n") }}), from("https://app.example.com"),
		`AllowOriginFunc of Config 0 failed, and an error denies: "no \x1b[31mdatabase\n".`,
		`Mend what failed.`,
		""},

	{"no Config governs", one(at(https, "/api/")), fetching("/posts"),
		`No Config governs "/posts".`,
		`The request is left alone. If scripts of other origins are to read the answer, add the path to Paths of the Config whose policy is to hold there.`,
		""},
	{"the slash at the end of a path", one(at(https, "/posts")), fetching("/posts/"),
		`No Config governs "/posts/". Paths of Config 0 has "/posts", and the path differs from that in the slash at its end.`,
		"",
		`Add "/posts/{$}" to Paths of Config 0.`},
	{"the case of a path", one(at(https, "/api/")), fetching("/API/posts"),
		`No Config governs "/API/posts". Paths of Config 0 has "/api/", and the path differs from that in case.`,
		"",
		`Add "/API/posts" to Paths of Config 0.`},
	{"a path below an exact one", one(at(https, "/api")), fetching("/api/posts"),
		`No Config governs "/api/posts". Paths of Config 0 has "/api", which governs nothing below.`,
		`To govern all below, write "/api/".`,
		`Add "/api/posts" to Paths of Config 0.`},
	{"a path below a slash that is meant as such", one(at(https, "/api/{$}")), fetching("/api/posts"),
		`No Config governs "/api/posts". Paths of Config 0 has "/api/{$}", which governs nothing below.`,
		`To govern all below, write "/api/".`,
		`Add "/api/posts" to Paths of Config 0.`},
	{"an escaped path", one(at(https, "/api/a b")), fetching("/api/a%20b"),
		`No Config governs "/api/a%20b". Paths of Config 0 has "/api/a b", and the path differs from that in escaped characters.`,
		"",
		`Add "/api/a%20b" to PathRegexps of Config 0.`},
	{"a path with empty segments", one(at(https, "/api/posts")), fetching("/api//posts"),
		`No Config governs "/api//posts". Paths of Config 0 has "/api/posts", and the path differs from that in empty or dotted segments.`,
		"",
		`Add "/api//posts" to PathRegexps of Config 0.`},
	{"an expression that matches the beginning", []cors.Config{{PathRegexps: []string{"/api/v[0-9]"}, AllowOrigins: https.AllowOrigins}}, fetching("/api/v1/posts"),
		`No Config governs "/api/v1/posts". PathRegexps of Config 0 has "/api/v[0-9]", which matches a part of the path, and has to match all of it.`,
		`To govern all that begins so, write "/api/v[0-9].*".`,
		`Add "/api/v1/posts" to Paths of Config 0.`},
	{"path and origin", one(at(https, "/api")), asking{path: "/api/", origin: "http://app.example.com"},
		`No Config governs "/api/". Paths of Config 0 has "/api", and the path differs from that in the slash at its end.` + "\n" +
			`"http://app.example.com" differs from "https://app.example.com", which is allowed, in the scheme.`,
		`Better serve the page over https, too, and use that origin.`,
		`Add "/api/{$}" to Paths of Config 0.` + "\n" +
			`Add "http://app.example.com" to AllowOrigins of Config 0. Nothing protects plain http: whoever controls the user's network can speak for this origin.`},
	{"a near path and a look-alike", one(at(https, "/api")), asking{path: "/api/", origin: "https://app.example.com.evil.org"},
		`No Config governs "/api/". Paths of Config 0 has "/api", and the path differs from that in the slash at its end.` + "\n" +
			`"https://app.example.com.evil.org" begins like "https://app.example.com", which is allowed, and is another domain.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "evil.org". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"a path below an exact one, and a look-alike", one(at(https, "/api")), asking{path: "/api/x", origin: "https://app.example.com.evil.org"},
		`No Config governs "/api/x". Paths of Config 0 has "/api", which governs nothing below.` + "\n" +
			`"https://app.example.com.evil.org" begins like "https://app.example.com", which is allowed, and is another domain.`,
		`It should stay denied: it only looks like an origin that is allowed, and belongs to whoever registered "evil.org". If that is you, add it to AllowOrigins yourself.`,
		""},
	{"a path that is no pattern, with a dot", one(at(https, "/a.b/c")), fetching("/a.b//c"),
		`No Config governs "/a.b//c". Paths of Config 0 has "/a.b/c", and the path differs from that in empty or dotted segments.`,
		"",
		`Add "/a\\.b//c" to PathRegexps of Config 0.`},
	{"a path that no Config can name", one(at(https, "/")), fetching("x\xff"),
		`No Config governs "x\xff". Paths of Config 0 has "/", and the path differs from that in empty or dotted segments.`,
		"No change is proposed, since no Config can name this path alone: look at the client.",
		""},
	{"a path below an exact one that is no text", one(at(https, "/a")), fetching("/a/\x80"),
		`No Config governs "/a/\x80". Paths of Config 0 has "/a", which governs nothing below.`,
		`To govern all below, write "/a/".`,
		""},
	{"an expression that matches within", []cors.Config{{PathRegexps: []string{"/v[0-9]"}, AllowOrigins: https.AllowOrigins}}, fetching("/api/v1/posts"),
		`No Config governs "/api/v1/posts".`,
		leftAlone,
		""},
	{"a path that is too long to be near another", one(at(https, "/api/")), fetching("/API/" + strings.Repeat("x", 1020)),
		`No Config governs "/API/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… (1025 bytes).`,
		leftAlone,
		""},
	{"a near path where a function decides", one(at(cors.Config{AllowOriginFunc: allowAll}, "/api")), fetching("/api/"),
		`No Config governs "/api/". Paths of Config 0 has "/api", and the path differs from that in the slash at its end.` + "\n" +
			`If that governed the path, AllowOriginFunc of Config 0 would be asked about "https://app.example.com".`,
		`Nobody knows what it would answer: mend the path first.`,
		""},
	{"a later Config allows it", []cors.Config{at(https, "/api/"), {AllowOrigins: []string{"https://admin.example.com"}}}, asking{origin: "https://admin.example.com"},
		`"https://admin.example.com" is another host of the domain "example.com" than "https://app.example.com", which is allowed.`,
		"",
		`Add "https://admin.example.com" to AllowOrigins of Config 0.`},

	{"a method that is not listed", one(https), preflighting("PUT", ""),
		`AllowMethods of Config 0 lacks PUT.`,
		"",
		`Add "PUT" to AllowMethods of Config 0.`},
	{"a method in lower case", one(allowing("PATCH", "", false)), preflighting("patch", ""),
		`Methods are case-sensitive, and patch is not PATCH.`,
		`Write PATCH in the script: browsers change only delete, get, head, options, post and put to upper case.`,
		""},
	{"a method of one's own in another case", one(allowing("purge", "", false)), preflighting("PURGE", ""),
		`AllowMethods of Config 0 has purge and not PURGE, and methods are case-sensitive.`,
		"",
		`Add "PURGE" to AllowMethods of Config 0.`},
	{"a forbidden method", one(https), preflighting("CONNECT", ""),
		`CONNECT is a forbidden method, which browsers let no script use.`,
		`Use another method.`,
		""},
	{"no method", one(https), preflighting("a b", ""),
		`"a b" isn't a method.`,
		`No browser asks for it: look at the client.`,
		""},
	{"a method that is too long", one(https), preflighting(strings.Repeat("M", 65), ""),
		`AllowMethods of Config 0 lacks MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM.`,
		`Look at the client: no method is so long.`,
		""},
	{"a header that is not listed", one(https), preflighting("GET", "x-requested-with"),
		`AllowHeaders of Config 0 lacks x-requested-with.`,
		"",
		`Add "X-Requested-With" to AllowHeaders of Config 0.`},
	{"method and headers", one(allowing("PUT", "X-A", true)), preflighting("PATCH", "authorization,x-a,x-b,x-c"),
		`AllowMethods of Config 0 lacks PATCH.` + "\n" +
			`AllowHeaders of Config 0 lacks Authorization.` + "\n" +
			`AllowHeaders of Config 0 lacks x-b and x-c.`,
		"",
		`Add "PATCH" to AllowMethods of Config 0.` + "\n" +
			`Add "Authorization" to AllowHeaders of Config 0.` + "\n" +
			`Add "X-B" to AllowHeaders of Config 0.` + "\n" +
			`Add "X-C" to AllowHeaders of Config 0.`},
	{"Authorization under the wildcard", one(allowing("", "*", false)), preflighting("GET", "authorization,x-a"),
		`AllowHeaders of Config 0 has "*", which does not cover Authorization.`,
		"",
		`Add "Authorization" to AllowHeaders of Config 0.`},
	{"a response header in the request", one(https), preflighting("GET", "access-control-allow-origin"),
		`The script sets access-control-allow-origin, which a server answers with and no request has.`,
		`Remove that from the script: the headers of the request do not allow anything.`,
		""},
	{"a forbidden header", one(https), preflighting("GET", "cookie"),
		`Browsers let no script set cookie.`,
		`Look at the client: no browser asks for that.`,
		""},
	{"no header", one(https), preflighting("GET", "x a,\x1b[31m"),
		`No header has a name such as "x a" and "\x1b[31m".`,
		`Look at the client: no browser asks for that.`,
		""},
	{"a method called like the wildcard", one(https), preflighting("*", ""),
		`AllowMethods of Config 0 lacks *.`,
		`Use a method of another name: in AllowMethods, "*" would allow all.`,
		""},
	{"a header called like the wildcard", one(https), preflighting("GET", "*"),
		`AllowHeaders of Config 0 lacks a header called "*".`,
		`Use another name: in AllowHeaders, "*" would allow all.`,
		""},
	{"a list that the wildcard does not repeat", one(allowing("", "*", true)), preflighting("GET", "x-a,x b"),
		`AllowHeaders of Config 0 is "*", which with credentials allows what a preflight asks for, if that is a list of header names of up to 1024 bytes.`,
		`List the headers in place of "*".`,
		""},
	{"more headers than anyone needs", one(https), preflighting("GET", manyNames(65)),
		`AllowHeaders of Config 0 lacks x-0, x-1, x-2, x-3, x-4, x-5, x-6, x-7, x-8, x-9, x-10, x-11, x-12, x-13, x-14, x-15, x-16, x-17, x-18, x-19, x-20, x-21, x-22, x-23, x-24, x-25, x-26, x-27, x-28, x-29, x-30, x-31, x-32, x-33, x-34, x-35, x-36, x-37, x-38, x-39, x-40, x-41, x-42, x-43, x-44, x-45, x-46, x-47, x-48, x-49, x-50, x-51, x-52, x-53, x-54, x-55, x-56, x-57, x-58, x-59, x-60, x-61, x-62, x-63 and 1 more.`,
		`No script needs so many: look at who asks for them.`,
		""},
	{"an actual request whose method is not listed", one(https), asking{method: "PUT", origin: "https://app.example.com"},
		`AllowMethods of Config 0 lacks PUT.`,
		"",
		`Add "PUT" to AllowMethods of Config 0.`},
	{"an actual request with JSON", one(https), asking{method: "POST", origin: "https://app.example.com", has: []string{"Content-Type", "application/json"}},
		`AllowHeaders of Config 0 lacks Content-Type.`,
		"",
		`Add "Content-Type" to AllowHeaders of Config 0.`},
	{"cookies without AllowCredentials", one(https), asking{origin: "https://app.example.com", has: []string{"Cookie", "secret"}},
		`AllowCredentials of Config 0 is off, and the credentials mode is "include".`,
		"",
		`Set AllowCredentials of Config 0. It holds for every origin that Config 0 allows.`},
	{"cookies where any origin is allowed", one(public), asking{origin: "https://app.example.com", has: []string{"Cookie", "secret"}},
		`AllowOrigins of Config 0 is "*", which no browser accepts for a request with credentials.`,
		`If credentials are needed here, give the path a Config of its own, which lists the origins and has AllowCredentials. With "*", any site could read as the user.`,
		""},
	{"cookies and a risk that comes with them", origins("http://app.example.com"), asking{origin: "http://app.example.com", has: []string{"Cookie", "secret"}},
		`AllowCredentials of Config 0 is off, and the credentials mode is "include".`,
		`No change is proposed, since New refuses it: AllowOrigins "http://app.example.com": with AllowCredentials lets anyone who controls the user's network read as the user, since nothing protects plain http; write it with https; if you mean this, add "insecure-origin-with-credentials=http://app.example.com" to AcceptRisks.`,
		""},
	{"cookies and an origin that may not have them", one(cors.Config{AllowOrigins: https.AllowOrigins, AllowCredentials: true}), asking{origin: "http://app.example.com", has: []string{"Cookie", "secret"}},
		`"http://app.example.com" differs from "https://app.example.com", which is allowed, in the scheme.`,
		`No change is proposed, since New refuses it: AllowOrigins "http://app.example.com": with AllowCredentials lets anyone who controls the user's network read as the user, since nothing protects plain http; write it with https; if you mean this, add "insecure-origin-with-credentials=http://app.example.com" to AcceptRisks.`,
		""},
}

const leftAlone = "The request is left alone. If scripts of other origins are to read the answer, add the path to Paths of the Config whose policy is to hold there."

const noBrowser = "No browser sends that: look at the client, or at a proxy between."

func manyNames(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("x-%d", i))
	}
	return strings.Join(names, ",")
}

func TestExplainSaysWhyARequestIsBlockedAndWhatToWrite(t *testing.T) {
	for _, tt := range blockedRows {
		t.Run(tt.name, func(t *testing.T) {
			x := mustNew(t, tt.configs...).Explain(tt.asking.request())
			v := x.Verdict()
			if v.Allowed || v.FailsAt == "" || len(v.Visible) > 0 {
				t.Errorf("the verdict is %+v", v)
			}
			if got := whysOf(v); got != tt.why {
				t.Errorf("why:\n%s\nwant\n%s", got, tt.why)
			}
			if got := remediesOf(v); got != tt.remedy {
				t.Errorf("remedy:\n%s\nwant\n%s", got, tt.remedy)
			}
			if got := changesOf(v); got != tt.changes {
				t.Errorf("changes:\n%s\nwant\n%s", got, tt.changes)
			}
			for _, part := range []string{x.Request + ": blocked.", v.Obstacles[0].Why} {
				if !strings.Contains(x.Summary, part) {
					t.Errorf("the summary lacks %s: %s", part, x.Summary)
				}
			}
		})
	}
}

func TestWhatNewRefusesIsSaidOfTheChangeThatItRefuses(t *testing.T) {
	insecure := cors.Config{Paths: []string{"/api"}, AllowOrigins: []string{"http://app.example.com"}}
	v := mustNew(t, insecure).Explain(asking{path: "/api/", origin: "http://app.example.com", has: []string{"Cookie", "secret"}}.request()).WithCredentials
	if len(v.Obstacles) != 2 || v.Obstacles[0].Remedy != "" || v.Obstacles[1].Field != "AllowCredentials" || !strings.Contains(v.Obstacles[1].Remedy, "New refuses it") {
		t.Errorf("%+v", v.Obstacles)
	}
}

func TestTheSummaryTellsToAddOnlyWhatNeedsNoThought(t *testing.T) {
	e := mustNew(t, https)
	for origin, want := range map[string]string{
		"https://app.example.com:8443": `GET "/api/posts" from "https://app.example.com:8443": blocked. "https://app.example.com:8443" differs from "https://app.example.com", which is allowed, in the port. Add "https://app.example.com:8443" to AllowOrigins of Config 0.`,
		"https://evil.org":             `GET "/api/posts" from "https://evil.org": blocked. Config 0 allows no origin like "https://evil.org".`,
		"https://app.example.com":      `GET "/api/posts" from "https://app.example.com": allowed without credentials, and blocked with them.`,
	} {
		if got := e.Explain(from(origin).request()).Summary; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestExplainSaysWhatIsAllowed(t *testing.T) {
	exposing := with(listed, func(c *cors.Config) { c.AllowOrigins = https.AllowOrigins })
	safelisted := "Cache-Control Content-Language Content-Length Content-Type Expires Last-Modified Pragma"
	tests := []struct {
		name          string
		config        cors.Config
		asking        asking
		without, with string // what the script sees; empty: it is blocked
		summary       string // its end
	}{
		{"with credentials", exposing, fetching("/"), safelisted + " X-Total-Count", safelisted + " X-Total-Count", "allowed."},
		{"without AllowCredentials", https, fetching("/"), safelisted, "", "allowed without credentials, and blocked with them."},
		{"any origin", public, fetching("/"), safelisted + " X-Total-Count ETag", "", "allowed without credentials, and blocked with them."},
		{"all headers exposed", with(https, func(c *cors.Config) { c.ExposeHeaders = []string{"*"} }), fetching("/"), "*", "", "allowed without credentials, and blocked with them."},
		{"any origin with credentials", anyWithCredentials, fetching("/"), safelisted, safelisted, "allowed."},
		{"a preflight for what is listed", exposing, preflighting("PUT", "authorization,X-TENANT"), safelisted + " X-Total-Count", safelisted + " X-Total-Count", "allowed."},
		{"a preflight for what is safelisted", https, preflighting("HEAD", ""), safelisted, "", "allowed without credentials, and blocked with them."},
		{"a preflight under wildcards", allowing("*", "* authorization", false), preflighting("PURGE", "authorization,x-a"), safelisted, "", "allowed without credentials, and blocked with them."},
		{"a preflight under wildcards with credentials", anyWithCredentials, preflighting("PURGE", "authorization,x-a"), safelisted, safelisted, "allowed."},
		{"a preflight that is passed on", with(https, func(c *cors.Config) { c.PassPreflight = true }), preflighting("GET", ""), safelisted, "", "allowed without credentials, and blocked with them."},
		{"a POST of a form", https, asking{method: "POST", origin: "https://app.example.com", has: []string{"Content-Type", "text/plain; charset=UTF-8"}}, safelisted, "", "allowed without credentials, and blocked with them."},
		{"a challenge that the browser answers", https, asking{origin: "https://app.example.com", has: []string{"Authorization", "Basic c2VjcmV0"}}, safelisted, "", "allowed without credentials, and blocked with them."},
		{"a POST to its own origin", https, asking{method: "POST", origin: "https://api.example.com", host: "api.example.com"}, "*", "*", "of the same origin, where CORS does not apply."},
		{"a DELETE to its own origin, with the port", https, asking{method: "DELETE", origin: "http://api.example.com", host: "API.example.com:80"}, "*", "*", "of the same origin, where CORS does not apply."},
		{"a GET that Sec-Fetch-Site tells of", https, asking{origin: "https://api.example.com", has: []string{"Sec-Fetch-Site", "same-origin"}}, "*", "*", "of the same origin, where CORS does not apply."},
		{"no Origin", https, asking{}, "", "", "not a CORS request."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := mustNew(t, tt.config).Explain(tt.asking.request())
			for _, mode := range []struct {
				name    string
				verdict cors.Verdict
				sees    string
			}{{"without", x.WithoutCredentials, tt.without}, {"with", x.WithCredentials, tt.with}} {
				v := mode.verdict
				if got := strings.Join(v.Visible, " "); got != mode.sees {
					t.Errorf("%s credentials the script sees %q, want %q", mode.name, got, mode.sees)
				}
				if allowed := mode.sees != "" || x.Kind == cors.NotCORS; v.Allowed != allowed {
					t.Errorf("allowed %s credentials: %t, want %t (%s)", mode.name, v.Allowed, allowed, whysOf(&v))
				}
			}
			if !strings.HasSuffix(x.Summary, ": "+tt.summary) {
				t.Errorf("the summary is %s", x.Summary)
			}
		})
	}
}

func TestExplainNamesWhatIsMissingInEachCredentialsMode(t *testing.T) {
	wild := allowing("*", "*", false)
	tests := []struct {
		name          string
		config        cors.Config
		asking        asking
		without, with string
	}{
		{"what is not listed", allowing("PUT", "X-A", false), preflighting("PATCH", "authorization,x-a,x-b"), "PATCH authorization x-b", "PATCH authorization x-b"},
		{"what wildcards cover", wild, preflighting("PATCH", "x-a"), "", ""},
		{"what wildcards cover without credentials only", wild, preflighting("PATCH", "authorization"), "authorization", ""},
		{"what is allowed, with all exposed", with(allowing("PUT", "X-A", false), func(c *cors.Config) { c.ExposeHeaders = []string{"*"} }), preflighting("PUT", "x-a"), "", ""},
		{"what a stranger asks for", allowing("PUT", "", false), asking{origin: "https://evil.org", preflight: "PATCH", headers: "x a"}, `PATCH "x a"`, `PATCH "x a"`},
		{"each name once", https, preflighting("GET", "x-a,X-A, x-a"), " x-a", " x-a"},
		{"64 names", https, preflighting("GET", manyNames(70)), " " + strings.ReplaceAll(manyNames(64), ",", " "), " " + strings.ReplaceAll(manyNames(64), ",", " ")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := mustNew(t, tt.config).Explain(tt.asking.request())
			for _, mode := range []struct {
				verdict cors.Verdict
				want    string
			}{{x.WithoutCredentials, tt.without}, {x.WithCredentials, tt.with}} {
				got := strings.Join(append([]string{mode.verdict.MissingMethod}, mode.verdict.MissingHeaders...), " ")
				if strings.TrimSpace(got) != strings.TrimSpace(mode.want) {
					t.Errorf("%q is missing, want %q", got, mode.want)
				}
			}
		})
	}
}

// What is quoted is not broken, so that it can be copied.
func TestExplainBreaksNoQuotes(t *testing.T) {
	path := `/"` + strings.Repeat(` b \\" c`, 10)
	text := mustNew(t, https).Explain(fetching(path).request()).String()
	if want := fmt.Sprintf("GET %q from", path); !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) || !strings.Contains(text, fmt.Sprintf("%q", path)) {
		t.Errorf("%s\nlacks %s", text, want)
	}
}

func TestExplainSaysWhatDecided(t *testing.T) {
	asks := with(https, func(c *cors.Config) {
		c.AllowOriginFunc = func(_ context.Context, r *cors.Request) (bool, error) {
			return r.Origin == "https://asked.example", nil
		}
	})
	tests := []struct {
		name                               string
		config                             cors.Config
		asking                             asking
		pathField, pathEntry, field, entry string
	}{
		{"an exact origin, on every path", https, fetching("/"), "", "", "AllowOrigins", "https://app.example.com"},
		{"a pattern", cors.Config{AllowOrigins: []string{"https://example.com", "https://*.example.org", "https://*.example.com"}}, fetching("/"), "", "", "AllowOrigins", "https://*.example.com"},
		{"a pattern for any port", cors.Config{AllowOrigins: []string{"https://*.app.example.com", "https://app.example.com:*"}}, fetching("/"), "", "", "AllowOrigins", "https://app.example.com:*"},
		{"an expression", cors.Config{AllowOriginRegexps: []string{`https://b\.example\.com`, `https://a.p\.example\.com`}}, fetching("/"), "", "", "AllowOriginRegexps", `https://a.p\.example\.com`},
		{"any origin", public, fetching("/"), "", "", "AllowOrigins", "*"},
		{"the function", asks, from("https://asked.example"), "", "", "AllowOriginFunc", ""},
		{"the function, against it", asks, from("https://evil.org"), "", "", "AllowOriginFunc", ""},
		{"nothing", https, from("https://evil.org"), "", "", "AllowOrigins", ""},
		{"a path", at(https, "/x", "/api/{y}"), fetching("/api/z"), "Paths", "/api/{y}", "AllowOrigins", "https://app.example.com"},
		{"a path by an expression", with(at(https, "/x"), func(c *cors.Config) { c.PathRegexps = []string{"/y", "/a.*"} }), fetching("/api/z"), "PathRegexps", "/a.*", "AllowOrigins", "https://app.example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := mustNew(t, tt.config).Explain(tt.asking.request())
			got := []string{x.PathField, x.PathEntry, x.Field, x.Entry}
			if want := []string{tt.pathField, tt.pathEntry, tt.field, tt.entry}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestExplainNotes(t *testing.T) {
	tests := []struct {
		name    string
		configs []cors.Config
		asking  asking
		note    string // a part
	}{
		{"a preflight of the same host", one(https), asking{origin: "https://app.example.com", host: "app.example.com", preflight: "PUT"}, "the scheme differs, or a proxy has changed Host or Origin"},
		{"a GET of the same host", one(https), asking{origin: "https://app.example.com", host: "app.example.com:443"}, "the scheme differs, or a proxy has changed Host or Origin"},
		{"OPTIONS without a method", one(https), asking{origin: "https://app.example.com", method: "OPTIONS"}, "OPTIONS without Access-Control-Request-Method is no preflight"},
		{"a preflight without Origin", one(https), asking{preflight: "PUT"}, "A preflight has an Origin header, too."},
		{"a private network", one(https), asking{origin: "https://app.example.com", preflight: "GET", private: "true"}, "set AllowPrivateNetwork of Config 0"},
		{"a Config with wider paths", []cors.Config{at(https, "/api/"), at(public, "/")}, from("https://evil.org"), "Config 1 allows the origin, but Config 0 applies to the path"},
		{"a denied request", one(https), from("https://evil.org"), "CORS blocks no request"},
		{"a denied request that is stopped", one(rejecting), from("https://evil.org"), "RejectDisallowed of Config 0 stops the request"},
		{"a form", one(https), asking{origin: "https://evil.org", method: "POST", has: []string{"Sec-Fetch-Mode", "navigate"}}, `Sec-Fetch-Mode is "navigate" and not "cors"`},
		{"a handshake", one(https), asking{origin: "https://evil.org", has: []string{"Sec-Fetch-Mode", "websocket"}}, "as CheckOrigin does"},
		{"a POST across sites to the host of its origin", one(https), asking{origin: "http://app.example.com", host: "app.example.com", method: "POST", has: []string{"Sec-Fetch-Site", "cross-site"}}, "the scheme differs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := mustNew(t, tt.configs...).Explain(tt.asking.request())
			if !slices.ContainsFunc(x.Notes, func(s string) bool { return strings.Contains(s, tt.note) }) {
				t.Errorf("the notes are %q", x.Notes)
			}
			plain := asking{origin: "https://app.example.com", has: []string{"Cookie", "1", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site"}}
			for _, note := range mustNew(t, with(https, func(c *cors.Config) { c.AllowCredentials = true })).Explain(plain.request()).Notes {
				t.Errorf("a request with nothing to note has the note %q", note)
			}
		})
	}
}

func TestExplainPrivateNetwork(t *testing.T) {
	allows := with(https, func(c *cors.Config) { c.AllowPrivateNetwork = true })
	for _, tt := range []struct {
		config      cors.Config
		value, text string
	}{
		{allows, "true", "the answer allows it"},
		{https, "true", "the answer does not allow it"},
		{allows, "TRUE", `is "TRUE" and not "true"`},
		{allows, "", ""},
	} {
		x := mustNew(t, tt.config).Explain(asking{origin: "https://app.example.com", preflight: "GET", private: tt.value}.request())
		i := slices.IndexFunc(x.Steps, func(s cors.Step) bool { return s.Name == "Private Network Access" })
		if (i >= 0) != (tt.text != "") || i >= 0 && !strings.Contains(x.Steps[i].Text, tt.text) {
			t.Errorf("%q: step %d of %+v", tt.value, i, x.Steps)
		}
	}
}

func TestExplainAnEngineWithoutConfigs(t *testing.T) {
	x := new(cors.Engine).Explain(from("https://app.example.com").request())
	if x.Config != -1 || x.WithoutCredentials.Allowed || whysOf(x.Verdict()) != "The engine has no Config." {
		t.Errorf("%+v", x)
	}
}

func TestExplainARequestWithoutAMethod(t *testing.T) {
	x := mustNew(t, https).Explain(&cors.Request{Origin: "https://app.example.com", Path: "/"})
	if got := whysOf(x.Verdict()); x.Verdict().Allowed || got != `"" isn't a method.` {
		t.Errorf("%s", got)
	}
}

func TestExplainGoesThroughTheStepsOfABrowser(t *testing.T) {
	config := allowing("PUT", "X-A", false)
	config.MaxAge = 600
	tests := []struct {
		name   string
		asking asking
		want   string
	}{
		{"a preflight that asks for too much", preflighting("PATCH", "authorization,x-b"), `
			CORS-preflight request
			CORS check: passes, fails
			ok status: passes, not reached
			Access-Control-Allow-Methods: fails, not reached
			CORS non-wildcard request-header name: not reached, not reached
			Access-Control-Allow-Headers: not reached, not reached`},
		{"a preflight that passes", preflighting("PUT", "x-a"), `
			CORS-preflight request
			CORS check: passes, fails
			ok status: passes, not reached
			Access-Control-Allow-Methods: passes, not reached
			Access-Control-Allow-Headers: passes, not reached
			CORS-preflight cache
			CORS-safelisted response-header name`},
		{"a preflight from a stranger", asking{origin: "https://evil.org", preflight: "PUT"}, `
			CORS-preflight request
			CORS check: fails, fails
			ok status: not reached, not reached
			Access-Control-Allow-Methods: not reached, not reached`},
		{"an actual request", fetching("/"), `
			CORS request
			CORS-safelisted method and request-headers
			CORS check: passes, fails
			CORS-safelisted response-header name`},
		{"an actual request after a preflight", asking{origin: "https://app.example.com", method: "PUT", has: []string{"Authorization", "Bearer secret"}}, `
			CORS request
			CORS-safelisted method and request-headers
			CORS check: passes, fails
			Access-Control-Allow-Methods: passes, not reached
			CORS non-wildcard request-header name: fails, not reached`},
		{"no Origin", asking{}, `
			CORS request`},
		{"the same origin", asking{method: "POST", origin: "https://a.example", host: "a.example"}, `
			Main fetch`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			for _, s := range mustNew(t, config).Explain(tt.asking.request()).Steps {
				fmt.Fprintf(&got, "\n\t\t\t%s", s.Name)
				if s.WithoutCredentials != "" {
					fmt.Fprintf(&got, ": %s, %s", s.WithoutCredentials, s.WithCredentials)
				}
				if s.Text == "" || !strings.HasPrefix(s.Section, `Fetch, "`) {
					t.Errorf("%+v", s)
				}
			}
			if got.String() != tt.want {
				t.Errorf("%s\nwant%s", got.String(), tt.want)
			}
		})
	}
}

func TestExplainDependsOnTheHandlerThatAnswersAPreflight(t *testing.T) {
	x := mustNew(t, with(https, func(c *cors.Config) { c.PassPreflight = true })).Explain(preflighting("GET", "").request())
	i := slices.IndexFunc(x.Steps, func(s cors.Step) bool { return s.Name == "ok status" })
	if i < 0 || x.Steps[i].WithoutCredentials != cors.OutcomeDepends || x.Steps[i].WithCredentials != cors.OutcomeNotReached {
		t.Errorf("%+v", x.Steps)
	}
}

func TestExplainSaysHowLongAPreflightIsKept(t *testing.T) {
	for age, want := range map[int]string{0: "for 5 seconds", 600: "up to 600 seconds", -1: "keeps no answer"} {
		x := mustNew(t, with(https, func(c *cors.Config) { c.MaxAge = age })).Explain(preflighting("GET", "").request())
		i := slices.IndexFunc(x.Steps, func(s cors.Step) bool { return s.Name == "CORS-preflight cache" })
		if i < 0 || !strings.Contains(x.Steps[i].Text, want) {
			t.Errorf("MaxAge %d: %+v", age, x.Steps)
		}
	}
}

func TestExplainSaysHowABrowserWritesAnOrigin(t *testing.T) {
	e := mustNew(t, https)
	for text, want := range map[string]string{
		"//app.example.com":              "begins with a scheme. A browser would send \"https://app.example.com\", which is allowed.",
		"https://me:x@app.example.com":   "has no user info. A browser would send \"https://app.example.com\", which is allowed.",
		"https://app.example.com/a":      "has no path, not even a slash at its end. A browser would send \"https://app.example.com\", which is allowed.",
		"https://app.example.com?a":      "has no query. A browser would send \"https://app.example.com\", which is allowed.",
		"https://app.example.com#a":      "has no fragment. A browser would send \"https://app.example.com\", which is allowed.",
		"https://APP.example.com":        "is in lower case. A browser would send \"https://app.example.com\", which is allowed.",
		"https://äpp.example.com":        "has its host in Punycode. A browser would send \"https://xn--pp-uia.example.com\", which is not allowed, either.",
		"https://[::01]":                 "has IPv6 addresses compressed and in brackets. A browser would send \"https://[::1]\", which is not allowed, either.",
		"https://app.example.com:08443":  "has a port without zeros before it, or none. A browser would send \"https://app.example.com:8443\", which is not allowed, either.",
		"https://app.example.com:443":    "leaves out the default port of its scheme. A browser would send \"https://app.example.com\", which is allowed.",
		"*://app.example.com":            "has no wildcard. A browser would send \"https://app.example.com\", which is allowed.",
		"https://app.example.com:443/a?": "has no path, not even a slash at its end. A browser would send \"https://app.example.com\", which is allowed.",
	} {
		v := e.Explain(from(text).request()).WithoutCredentials
		_, why, _ := strings.Cut(whysOf(&v), ", which ")
		_, remedy, _ := strings.Cut(remediesOf(&v), "between. ")
		if got := why + " " + remedy; got != want || len(v.Changes) > 0 {
			t.Errorf("%s: %s\nwant %s", text, got, want)
		}
	}
}

func TestExplainNamesTheNearestOrigin(t *testing.T) {
	e := mustNew(t, https)
	if near := e.Explain(from("http://app.example.com").request()).Near; near == nil || *near != (origin.Difference{Of: "https://app.example.com", Host: origin.RelationSame, Scheme: true}) {
		t.Errorf("%+v", near)
	}
	for _, s := range []string{"https://evil.org", "https://app.example.com", "null"} {
		if near := e.Explain(from(s).request()).Near; near != nil {
			t.Errorf("%s: %+v", s, near)
		}
	}
}

func TestExplainAsksTheFunctionAsOftenAsDecide(t *testing.T) {
	asked := 0
	e := mustNew(t, with(at(https, "/api/"), func(c *cors.Config) {
		c.AllowOriginFunc = func(context.Context, *cors.Request) (bool, error) { asked++; return asked%2 == 0, nil }
	}))
	for _, a := range []asking{
		fetching("/api/x"), fetching("/x"), from("https://evil.org"), from("http://app.example.com"), from("null"), from("https://app.example.com/"), {},
		{origin: "https://evil.org", method: "PUT"}, {origin: "https://evil.org", preflight: "PUT"}, {origin: "https://evil.org", path: "/API/x"},
	} {
		asked = 0
		e.Decide(a.request())
		once := asked
		e.Explain(a.request())
		if asked != 2*once || once > 1 {
			t.Errorf("%+v: Decide asks %d times, and then Explain %d times", a, once, asked-once)
		}
	}
}

// Frameworks reuse the memory of a request.
func TestAnExplanationSharesNoMemoryWithTheRequest(t *testing.T) {
	repeating := with(at(allowing("*", "*", true), "/api/"), func(c *cors.Config) { c.ExposeHeaders = []string{"X-B"} })
	listing := with(at(allowing("PUT", "X-A", true), "/api/"), func(c *cors.Config) { c.AllowOrigins = []string{"http://localhost:*", "https://*.example.com"} })
	for _, a := range []asking{
		preflighting("PATCH", "x-b,x c"), {origin: "http://localhost:81", method: "PATCH"},
		preflighting("PURGE", "x-a,x-b"), {origin: "https://app.example.com:8443", preflight: "PUT", headers: "x-a, x-b ,x"}, {origin: "https://app.example.com/"},
		{origin: "https://app.example.com", path: "/API/x"}, {origin: "http://localhost:1", path: "/api/y"}, {origin: "https://xn--exmple-4nf.com"},
	} {
		for _, config := range []cors.Config{repeating, listing} {
			checkMemory(t, mustNew(t, config), a.request())
		}
	}
}

func checkMemory(t *testing.T, e *cors.Engine, r *cors.Request) {
	t.Helper()
	var buffers [][]byte
	for _, s := range []*string{&r.Method, &r.Path, &r.Host, &r.Origin, &r.AccessControlRequestMethod, &r.AccessControlRequestHeaders} {
		buffer := []byte(*s)
		*s = unsafeString(buffer)
		buffers = append(buffers, buffer)
	}
	r.Source = nil
	x := e.Explain(r)
	before, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, buffer := range buffers {
		for i := range buffer {
			buffer[i] = 'Z'
		}
	}
	if after, _ := json.Marshal(x); string(after) != string(before) {
		t.Errorf("with the request's memory,\n%s becomes\n%s", before, after)
	}
}

func TestExplanationRoundTripsThroughJSON(t *testing.T) {
	for _, tt := range blockedRows {
		x := mustNew(t, tt.configs...).Explain(tt.asking.request())
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var back cors.Explanation
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, back) {
			t.Errorf("%+v comes back as %+v", x, back)
		}
	}
	text, err := json.Marshal(mustNew(t, https).Explain(from("https://app.example.com:8443").request()).WithoutCredentials)
	want := `{"allowed":false,"failsAt":"CORS check",` +
		`"obstacles":[{"field":"AllowOrigins","why":"\"https://app.example.com:8443\" differs from \"https://app.example.com\", which is allowed, in the port."}],` +
		`"changes":[{"config":0,"field":"AllowOrigins","add":"https://app.example.com:8443"}]}`
	if err != nil || string(text) != want {
		t.Errorf("%s (%v), want %s", text, err, want)
	}
}

func TestKindsAndReasonsHaveCodes(t *testing.T) {
	seen := make(map[string]bool)
	for r := range cors.ReasonFuncError + 1 {
		text, err := r.MarshalText()
		var back cors.Reason
		if err != nil || back.UnmarshalText(text) != nil || back != r || seen[string(text)] {
			t.Errorf("%v: %s, %v", r, text, err)
		}
		seen[string(text)] = true
	}
	for k := range cors.Preflight + 1 {
		text, err := k.MarshalText()
		var back cors.Kind
		if err != nil || back.UnmarshalText(text) != nil || back != k {
			t.Errorf("%v: %s, %v", k, text, err)
		}
	}
	if _, err := cors.Kind(3).MarshalText(); err == nil {
		t.Error("there is a code for no kind")
	}
	var k cors.Kind
	if err := k.UnmarshalText([]byte("pre\x1bflight")); err == nil || err.Error() != `cors: "pre\x1bflight" is no code: write one of ["not-cors" "actual" "preflight"]` {
		t.Errorf("%v", err)
	}
}

func TestAChangeLeavesTheListsOfOthersAlone(t *testing.T) {
	shared := make([]string, 1, 2)
	shared[0] = "https://app.example.com"
	a, b := cors.Config{AllowOrigins: shared}, cors.Config{AllowOrigins: shared}
	cors.Change{Field: "AllowOrigins", Add: "https://a.example"}.Apply(&a)
	cors.Change{Field: "AllowOrigins", Add: "https://b.example"}.Apply(&b)
	if a.AllowOrigins[1] != "https://a.example" || b.AllowOrigins[1] != "https://b.example" || len(shared) != 1 {
		t.Errorf("%q, %q", a.AllowOrigins, b.AllowOrigins)
	}
}

// With a million origins, what is near is found by looking it up, and what
// decided is named as far as the first entries go.
func TestExplainAMillionOrigins(t *testing.T) {
	many := make([]string, 1_000_000)
	for i := range many {
		many[i] = fmt.Sprintf("https://site-%d.example", i)
	}
	many = append(many, "https://*.pattern.example")
	e := mustNew(t, cors.Config{AllowOrigins: many})
	for _, tt := range []struct{ origin, why, change string }{
		{"http://site-999999.example", `"http://site-999999.example" differs from "https://site-999999.example", which is allowed, in the scheme.`, "http://site-999999.example"},
		{"https://www.site-999999.example", `"https://www.site-999999.example" has "www." before the host of "https://site-999999.example", which is allowed.`, "https://www.site-999999.example"},
		{"https://site-999999.example.evil.org", `"https://site-999999.example.evil.org" begins like "https://site-999999.example", which is allowed, and is another domain.`, ""},
		{"https://evil.org", `Config 0 allows no origin like "https://evil.org", as far as the first 1000 of 1000001 entries tell.`, "https://evil.org"},
	} {
		v := e.Explain(from(tt.origin).request()).WithoutCredentials
		if got := whysOf(&v); got != tt.why {
			t.Errorf("%s\nwant %s", got, tt.why)
		}
		if len(v.Changes) > 0 != (tt.change != "") || tt.change != "" && v.Changes[0].Add != tt.change {
			t.Errorf("%s: %+v", tt.origin, v.Changes)
		}
	}
	x := e.Explain(from("https://a.pattern.example").request())
	if x.Field != "AllowOrigins" || x.Entry != "" || x.Reason != cors.ReasonPattern {
		t.Errorf("decided by %s %q", x.Field, x.Entry)
	}
	if v := x.WithCredentials; len(v.Changes) > 0 || remediesOf(&v) != "Set AllowCredentials, if New accepts that with all the origins of Config 0: there are too many to try here." {
		t.Errorf("%+v", v)
	}
}

// A reloading request changes the configuration when it is asked for its path.
type reloading struct {
	asking
	reload func()
}

func (r *reloading) Route() (string, cors.PathFolding) {
	r.reload()
	return r.asking.Route()
}

func TestExplainKeepsToTheConfigurationThatItBeganWith(t *testing.T) {
	e := mustNew(t, at(https, "/api/"))
	r := fetching("/API/x").request()
	want := e.Explain(r).String()
	r.Path, r.Source = "", &reloading{fetching("/API/x"), func() {
		if err := e.Reload(at(https, "/other"), at(https, "/api/")); err != nil {
			t.Error(err)
		}
	}}
	if got := e.Explain(r).String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// An Explanation is of one configuration, whatever happens meanwhile.
func TestExplainWhileConfigsAreReplaced(t *testing.T) {
	first := []cors.Config{at(https, "/api/")}
	second := []cors.Config{at(public, "/other"), with(at(allowing("PUT", "", true), "/api/{x}"), func(c *cors.Config) { c.AllowOrigins = []string{"https://*.example.com"} })}
	e := mustNew(t, first...)
	r := preflighting("PUT", "").request()
	var want []string
	for _, configs := range [][]cors.Config{first, second} {
		want = append(want, mustNew(t, configs...).Explain(r).String())
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		defer close(done)
		for i := range 300 {
			if err := e.Reload([][]cors.Config{first, second}[i%2]...); err != nil {
				t.Error(err)
			}
		}
	})
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		if got := e.Explain(r).String(); !slices.Contains(want, got) {
			t.Fatalf("neither of the two configurations explains\n%s", got)
		}
	}
	wait.Wait()
}
