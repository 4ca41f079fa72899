package cors_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// https is a Config with nothing wrong, to spoil in one field.
var https = cors.Config{AllowOrigins: []string{"https://app.example.com"}}

func allowAll(context.Context, *cors.Request) (bool, error) { return true, nil }

// A complaint is what New must say, all but the exact words.
type complaint struct {
	index        int
	field, value string
	code         cors.Code
	hint         string // a phrase of the fix
}

var refused = []struct {
	name    string
	configs []cors.Config
	want    []complaint
}{
	{"no Config", nil, []complaint{{0, "Config", "", cors.CodeNoConfig, `pass at least one, such as cors.Config{AllowOrigins`}}},
	{"the zero Config", one(cors.Config{}), []complaint{{0, "AllowOrigins", "", cors.CodeOriginMissing, `list the sites that may read responses, such as "https://app.example.com", or write "*" for public data`}}},
	{"any origin beside a function", one(cors.Config{AllowOrigins: []string{"*"}, AllowOriginFunc: allowAll}),
		[]complaint{{0, "AllowOrigins", "*", cors.CodeUnusedFunc, "AllowOriginFunc is never called; remove one of them"}}},
	{"any origin, and denied ones stopped", one(cors.Config{AllowOrigins: []string{"*"}, RejectDisallowed: true}),
		[]complaint{{0, "RejectDisallowed", "true", cors.CodeUnusedReject, "list the origins, or leave RejectDisallowed out"}}},

	{"an empty origin", origins(""), []complaint{{0, "AllowOrigins", "", cors.CodeOriginEmpty, `is empty; write an origin such as "https://app.example.com"`}}},
	{"an origin with a space", origins("https://app.example.com "), []complaint{{0, "AllowOrigins", "https://app.example.com ", cors.CodeOriginCharacter, `write "https://app.example.com"`}}},
	{"a variable that was not set", origins("${ORIGIN}"), []complaint{{0, "AllowOrigins", "${ORIGIN}", cors.CodeOriginVariable, "set it to the origin"}}},
	{"quotes", origins(`"https://app.example.com"`), []complaint{{0, "AllowOrigins", `"https://app.example.com"`, cors.CodeOriginQuotes, `write "https://app.example.com"`}}},
	{"several origins", origins("https://a.example.com,https://b.example.com"), []complaint{{0, "AllowOrigins", "https://a.example.com,https://b.example.com", cors.CodeOriginSeveral, "write an entry for each"}}},
	{"a regular expression among the origins", origins(`https://(a|b)\.example\.com`), []complaint{{0, "AllowOrigins", `https://(a|b)\.example\.com`, cors.CodeOriginRegexp, "in AllowOriginRegexps"}}},
	{"an origin without scheme", origins("app.example.com"), []complaint{{0, "AllowOrigins", "app.example.com", cors.CodeOriginScheme, `write "https://app.example.com"`}}},
	{"a file", origins("file:///index.html"), []complaint{{0, "AllowOrigins", "file:///index.html", cors.CodeOriginFile, "serve the page from a server"}}},
	{"an origin without host", origins("https://"), []complaint{{0, "AllowOrigins", "https://", cors.CodeOriginHost, "write a serialized origin"}}},
	{"an origin with user info", origins("https://user@app.example.com"), []complaint{{0, "AllowOrigins", "https://user@app.example.com", cors.CodeOriginUserInfo, `write "https://app.example.com"`}}},
	{"an origin with a path", origins("https://app.example.com/"), []complaint{{0, "AllowOrigins", "https://app.example.com/", cors.CodeOriginPath, `write "https://app.example.com"`}}},
	{"an origin with a query", origins("https://app.example.com?a"), []complaint{{0, "AllowOrigins", "https://app.example.com?a", cors.CodeOriginQuery, `write "https://app.example.com"`}}},
	{"an origin with a fragment", origins("https://app.example.com#a"), []complaint{{0, "AllowOrigins", "https://app.example.com#a", cors.CodeOriginFragment, `write "https://app.example.com"`}}},
	{"an origin in upper case", origins("https://App.example.com"), []complaint{{0, "AllowOrigins", "https://App.example.com", cors.CodeOriginCase, `write "https://app.example.com"`}}},
	{"an origin outside ASCII", origins("https://bücher.example"), []complaint{{0, "AllowOrigins", "https://bücher.example", cors.CodeOriginIDNA, `write "https://xn--bcher-kva.example"`}}},
	{"an address that is not canonical", origins("http://[0:0:0:0:0:0:0:1]"), []complaint{{0, "AllowOrigins", "http://[0:0:0:0:0:0:0:1]", cors.CodeOriginIP, `write "http://[::1]"`}}},
	{"a port out of range", origins("https://app.example.com:65536"), []complaint{{0, "AllowOrigins", "https://app.example.com:65536", cors.CodeOriginPort, "write a number from 1 to 65535"}}},
	{"the default port", origins("https://app.example.com:443"), []complaint{{0, "AllowOrigins", "https://app.example.com:443", cors.CodeOriginDefaultPort, `write "https://app.example.com"`}}},
	{"a wildcard where none may stand", origins("https://app.*.example.com"), []complaint{{0, "AllowOrigins", "https://app.*.example.com", cors.CodeOriginWildcard, `write "https://*.example.com", or use AllowOriginRegexps`}}},

	{"an expression that does not compile", regexps(`https://(a\.example\.com`), []complaint{{0, "AllowOriginRegexps", `https://(a\.example\.com`, cors.CodeRegexpSyntax, "write an RE2 regular expression such as"}}},
	{"an expression that matches no origin", regexps(`app\.example\.com`), []complaint{{0, "AllowOriginRegexps", `app\.example\.com`, cors.CodeRegexpNever, `such as "https://app.example.com"`}}},
	{"an expression that is too large", regexps(`https://(a|` + strings.Repeat(`(`, 1100) + `b` + strings.Repeat(`)?`, 1100) + `)\.example\.com`),
		[]complaint{{0, "AllowOriginRegexps", `https://(a|` + strings.Repeat(`(`, 1100) + `b` + strings.Repeat(`)?`, 1100) + `)\.example\.com`, cors.CodeRegexpSize, "list the origins in AllowOrigins"}}},

	{"a path without a slash", paths("api/"), []complaint{{0, "Paths", "api/", cors.CodePath, `write the path only, without method and host, such as "/api/"`}}},
	{"a path with a method", paths("GET /api/"), []complaint{{0, "Paths", "GET /api/", cors.CodePath, "without method and host"}}},
	{"an empty path", paths(""), []complaint{{0, "Paths", "", cors.CodePath, "does not begin with a slash"}}},
	{"a path with a query", paths("/api?x"), []complaint{{0, "Paths", "/api?x", cors.CodePath, `write "/api"`}}},
	{"a path with a fragment", paths("/api#x"), []complaint{{0, "Paths", "/api#x", cors.CodePath, `write "/api"`}}},
	{"a path with an empty segment", paths("/a//b"), []complaint{{0, "Paths", "/a//b", cors.CodePath, `routers remove empty, "." and ".." segments`}}},
	{"a path with a dot", paths("/a/./b"), []complaint{{0, "Paths", "/a/./b", cors.CodePath, "write the path without them"}}},
	{"a path with two dots", paths("/a/.."), []complaint{{0, "Paths", "/a/..", cors.CodePath, "write the path without them"}}},
	{"a path with a star within", paths("/api/*/x"), []complaint{{0, "Paths", "/api/*/x", cors.CodePath, `written "{name}", or "{name...}" for all that follows; use PathRegexps for others`}}},
	{"a wildcard for part of a segment", paths("/v{n}/x"), []complaint{{0, "Paths", "/v{n}/x", cors.CodePath, "a wildcard is a whole segment"}}},
	{"a wildcard for the rest that does not end the path", paths("/{rest...}/x"), []complaint{{0, "Paths", "/{rest...}/x", cors.CodePath, `"{rest...}" can be the last segment only`}}},
	{"an end that does not end the path", paths("/{$}/x"), []complaint{{0, "Paths", "/{$}/x", cors.CodePath, `"{$}" can be the last segment only`}}},
	{"a wildcard without a name", paths("/{}"), []complaint{{0, "Paths", "/{}", cors.CodePath, `a Go identifier, such as "{id}"`}}},
	{"a wildcard whose name is no identifier", paths("/{user-id}/"), []complaint{{0, "Paths", "/{user-id}/", cors.CodePath, `a Go identifier, such as "{id}"`}}},
	{"a wildcard whose name begins with a digit", paths("/{1st}/"), []complaint{{0, "Paths", "/{1st}/", cors.CodePath, `a Go identifier, such as "{id}"`}}},
	{"a wildcard that stands twice", paths("/{id}/{id}"), []complaint{{0, "Paths", "/{id}/{id}", cors.CodePath, `the wildcard "{id}" appears twice; give each a name of its own`}}},
	{"a path expression that does not compile", one(with(https, func(c *cors.Config) { c.PathRegexps = []string{"/(a"} })),
		[]complaint{{0, "PathRegexps", "/(a", cors.CodePathRegexp, "write an RE2 regular expression such as"}}},
	{"a path expression that compiles only between our anchors", one(with(https, func(c *cors.Config) { c.PathRegexps = []string{"/a)|(?:.*"} })),
		[]complaint{{0, "PathRegexps", "/a)|(?:.*", cors.CodePathRegexp, "unexpected )"}}},

	{"a method that is no token", methods("PUT,DELETE"), []complaint{{0, "AllowMethods", "PUT,DELETE", cors.CodeMethod, `write an entry for each, such as "PUT"`}}},
	{"an empty method", methods(""), []complaint{{0, "AllowMethods", "", cors.CodeMethod, "is empty"}}},
	{"a standard method in lower case", methods("patch"), []complaint{{0, "AllowMethods", "patch", cors.CodeMethodCase, `methods are case-sensitive; write "PATCH"`}}},
	{"a standard method in mixed case", methods("Get"), []complaint{{0, "AllowMethods", "Get", cors.CodeMethodCase, `write "GET"`}}},
	{"the forbidden method CONNECT", methods("CONNECT"), []complaint{{0, "AllowMethods", "CONNECT", cors.CodeMethodForbidden, "browsers never let scripts use; remove it"}}},
	{"the forbidden method TRACE in lower case", methods("trace"), []complaint{{0, "AllowMethods", "trace", cors.CodeMethodForbidden, "remove it"}}},
	{"the forbidden method TRACK", methods("Track"), []complaint{{0, "AllowMethods", "Track", cors.CodeMethodForbidden, "remove it"}}},
	{"a bad method beside a wildcard", methods("*", "a b"), []complaint{{0, "AllowMethods", "a b", cors.CodeMethod, "write an entry for each"}}},

	{"a request header that is no token", headers("X-A, X-B"), []complaint{{0, "AllowHeaders", "X-A, X-B", cors.CodeHeader, `write an entry for each, such as "Content-Type"`}}},
	{"an empty request header", headers(""), []complaint{{0, "AllowHeaders", "", cors.CodeHeader, "is empty"}}},
	{"a request header with a colon", headers("X-A:"), []complaint{{0, "AllowHeaders", "X-A:", cors.CodeHeader, "isn't a header name"}}},
	{"a response header where a request header belongs", headers("Access-Control-Allow-Origin"), []complaint{{0, "AllowHeaders", "Access-Control-Allow-Origin", cors.CodeHeaderDirection, "which the policy sets; remove it"}}},
	{"a bad header beside a wildcard", headers("*", "Cookie"), []complaint{{0, "AllowHeaders", "Cookie", cors.CodeHeaderForbidden, "never let scripts set; remove it"}}},

	{"an exposed header that is no token", expose("X A"), []complaint{{0, "ExposeHeaders", "X A", cors.CodeHeader, `write an entry for each, such as "X-Total-Count"`}}},
	{"an exposed cookie", expose("set-cookie"), []complaint{{0, "ExposeHeaders", "set-cookie", cors.CodeHeaderForbidden, "never let scripts read; remove it"}}},
	{"an exposed cookie of the second kind", expose("Set-Cookie2"), []complaint{{0, "ExposeHeaders", "Set-Cookie2", cors.CodeHeaderForbidden, "remove it"}}},
	{"an exposed request header", expose("If-None-Match"), []complaint{{0, "ExposeHeaders", "If-None-Match", cors.CodeHeaderDirection, "move it to AllowHeaders"}}},
	{"all headers exposed with credentials", one(with(https, func(c *cors.Config) {
		c.ExposeHeaders, c.AllowCredentials = []string{"X-A", "*"}, true
	})), []complaint{{0, "ExposeHeaders", "*", cors.CodeExposeWildcard, "list the headers by name"}}},

	{"an age that is a time.Duration", one(with(https, func(c *cors.Config) { c.MaxAge = int(12 * time.Hour) })), []complaint{{0, "MaxAge", "43200000000000", cors.CodeMaxAge, "write 43200"}}},
	{"an age that is a time.Duration above 24 hours", one(with(https, func(c *cors.Config) { c.MaxAge = int(48 * time.Hour) })), []complaint{{0, "MaxAge", "172800000000000", cors.CodeMaxAge, "write 86400"}}},
	{"an age above 24 hours", one(with(https, func(c *cors.Config) { c.MaxAge = 86401 })), []complaint{{0, "MaxAge", "86401", cors.CodeMaxAge, "write 86400 seconds or less"}}},
	{"a status below 200", one(with(https, func(c *cors.Config) { c.PreflightStatus = 199 })), []complaint{{0, "PreflightStatus", "199", cors.CodeStatus, "write one from 200 to 299, or leave it out for 204"}}},
	{"a status above 299", one(with(https, func(c *cors.Config) { c.PreflightStatus = 300 })), []complaint{{0, "PreflightStatus", "300", cors.CodeStatus, "write one from 200 to 299"}}},
	{"a negative status", one(with(https, func(c *cors.Config) { c.PreflightStatus = -1 })), []complaint{{0, "PreflightStatus", "-1", cors.CodeStatus, "isn't an ok status"}}},
	{"a risk that is none", one(with(https, func(c *cors.Config) { c.AcceptRisks = []cors.Risk{"all"} })), []complaint{{0, "AcceptRisks", "all", cors.CodeUnknownRisk, `"any-origin-with-credentials"`}}},

	{"any origin with credentials", one(cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true}),
		[]complaint{{0, "AllowOrigins", "*", cors.CodeAnyOriginWithCredentials, `add "any-origin-with-credentials=*" to AcceptRisks`}}},
	{"null with credentials", one(cors.Config{AllowOrigins: []string{"null"}, AllowCredentials: true}),
		[]complaint{{0, "AllowOrigins", "null", cors.CodeNullWithCredentials, `add "null-with-credentials=null" to AcceptRisks`}}},
	{"plain http with credentials", one(cors.Config{AllowOrigins: []string{"http://app.example.com"}, AllowCredentials: true}),
		[]complaint{{0, "AllowOrigins", "http://app.example.com", cors.CodeInsecureOriginWithCredentials, `write it with https; if you mean this, add "insecure-origin-with-credentials=http://app.example.com" to AcceptRisks`}}},
	{"an expression that admits plain http with credentials", one(cors.Config{AllowOriginRegexps: []string{`https?://app\.example\.com`}, AllowCredentials: true}),
		[]complaint{{0, "AllowOriginRegexps", `https?://app\.example\.com`, cors.CodeInsecureOriginWithCredentials, `matches "http://app.example.com"`}}},
	{"a wildcard under a public suffix", origins("https://*.github.io"),
		[]complaint{{0, "AllowOrigins", "https://*.github.io", cors.CodePublicSuffix, `list yours, as in "https://yours.github.io", or check each origin in AllowOriginFunc`}}},
	{"a wildcard without the dot before the domain", origins("https://*example.com:8443"),
		[]complaint{{0, "AllowOrigins", "https://*example.com:8443", cors.CodePublicSuffix, `also matches "https://evilexample.com:8443", which anybody can own; write "https://*.example.com:8443"`}}},
	{"a wildcard for a registrable domain", origins("https://pr-*.com"),
		[]complaint{{0, "AllowOrigins", "https://pr-*.com", cors.CodePublicSuffix, `that anybody can register under "com"; list the origins one by one`}}},
	{"a wildcard in a label under a public suffix", origins("https://pr-*.vercel.app"),
		[]complaint{{0, "AllowOrigins", "https://pr-*.vercel.app", cors.CodePublicSuffix, `add "public-suffix=https://pr-*.vercel.app" to AcceptRisks`}}},
	{"a wildcard above a public suffix", origins("https://*.amazonaws.com"),
		[]complaint{{0, "AllowOrigins", "https://*.amazonaws.com", cors.CodePublicSuffix, `allows anyone who registers a name under "s3.amazonaws.com"`}}},
	{"an expression above a public suffix", regexps(`https://.*\.amazonaws\.com`),
		[]complaint{{0, "AllowOriginRegexps", `https://.*\.amazonaws\.com`, cors.CodeUnconfinedRegexp, `also matches "https://evil.s3.amazonaws.com"`}}},
	{"a wildcard over public suffixes of every label", origins("https://*.kawasaki.jp"),
		[]complaint{{0, "AllowOrigins", "https://*.kawasaki.jp", cors.CodePublicSuffix, `allows anyone who registers a name under "*.kawasaki.jp"`}}},
	{"an expression that is not confined", regexps(`https://.*example\.com`),
		[]complaint{{0, "AllowOriginRegexps", `https://.*example\.com`, cors.CodeUnconfinedRegexp, `also matches "https://evilexample.com", which anybody can own; spell out the registrable domain`}}},
	{"a regular expression for previews", []cors.Config{{AllowOriginRegexps: []string{`https://pr-\d+\.vercel\.app`}}},
		[]complaint{{0, "AllowOriginRegexps", `https://pr-\d+\.vercel\.app`, cors.CodeUnconfinedRegexp, `and anyone gets a name under "vercel.app"; list the origins one by one, serve previews under a domain of your own`}}},
	{"an expression with a dot that isn't escaped", regexps(`https://.*\.example.com`),
		[]complaint{{0, "AllowOriginRegexps", `https://.*\.example.com`, cors.CodeUnconfinedRegexp, "as in \"https://a.examplexcom\"; write `https://.*\\.example\\.com`"}}},
	{"an expression over public suffixes of every label", regexps(`https://.*\.kawasaki\.jp`),
		[]complaint{{0, "AllowOriginRegexps", `https://.*\.kawasaki\.jp`, cors.CodeUnconfinedRegexp, `add "unconfined-regexp=https://.*\\.kawasaki\\.jp" to AcceptRisks`}}},

	{"two Configs for all paths", []cors.Config{https, public}, []complaint{{1, "Paths", "", cors.CodeSamePaths, "every path, as in Config 0"}}},
	{"two Configs for the same path", []cors.Config{at(https, "/a"), at(public, "/a")}, []complaint{{1, "Paths", "/a", cors.CodeSamePaths, `has the same paths as Paths "/a" of Config 0`}}},
	{"two Configs for the same path, whose wildcard has another name", []cors.Config{at(https, "/a/{x}"), at(public, "/b", "/a/{y}")}, []complaint{{1, "Paths", "/a/{y}", cors.CodeSamePaths, `"/a/{x}" of Config 0`}}},
	{"two Configs with the same expression", []cors.Config{
		with(https, func(c *cors.Config) { c.PathRegexps = []string{"/a.*"} }), with(public, func(c *cors.Config) { c.PathRegexps = []string{"/a.*"} }),
	}, []complaint{{1, "PathRegexps", "/a.*", cors.CodeSamePaths, `PathRegexps "/a.*" of Config 0`}}},
	{"two Configs with expressions for the same paths", []cors.Config{
		with(https, func(c *cors.Config) { c.PathRegexps = []string{"/(a|b)/x?"} }), with(public, func(c *cors.Config) { c.PathRegexps = []string{"^/[ab]/(|x)$"} }),
	}, []complaint{{1, "PathRegexps", "^/[ab]/(|x)$", cors.CodeSamePaths, "Config 0"}}},
	{"an expression for the same paths as a pattern", []cors.Config{at(https, "/api/"), with(public, func(c *cors.Config) { c.PathRegexps = []string{"/api(/.*)?"} })},
		[]complaint{{1, "PathRegexps", "/api(/.*)?", cors.CodeSamePaths, `Paths "/api/" of Config 0`}}},
	{"a pattern for the same paths as an expression", []cors.Config{with(public, func(c *cors.Config) { c.PathRegexps = []string{"/.*"} }), at(https, "/")},
		[]complaint{{1, "Paths", "/", cors.CodeSamePaths, `PathRegexps "/.*" of Config 0`}}},
	{"an expression for all paths beside a Config without paths", []cors.Config{https, with(public, func(c *cors.Config) { c.PathRegexps = []string{".*"} })},
		[]complaint{{1, "PathRegexps", ".*", cors.CodeSamePaths, "Config 0"}}},
	{"expressions that cannot be compared in bounded time", []cors.Config{
		with(https, func(c *cors.Config) { c.PathRegexps = []string{"/(.*a.{14}|b)"} }), with(public, func(c *cors.Config) { c.PathRegexps = []string{"/(.*a.{14}|b|c)"} }),
	}, []complaint{{1, "PathRegexps", "/(.*a.{14}|b|c)", cors.CodeUndecidedPaths, `PathRegexps "/(.*a.{14}|b)" of Config 0`}}},

	{"an expression that is too large", one(with(public, func(c *cors.Config) { c.PathRegexps = []string{"/" + strings.Repeat("[^a]{1000}", 80)} })),
		[]complaint{{0, "PathRegexps", "/" + strings.Repeat("[^a]{1000}", 80), cors.CodePathRegexp, "too large"}}},
	{"a parameter as other routers write it", paths("/users/:id"), []complaint{{0, "Paths", "/users/:id", cors.CodePath, `write "/users/{id}"`}}},
	{"a wildcard as other routers write it", paths("/api/*"), []complaint{{0, "Paths", "/api/*", cors.CodePath, `write "/api/"`}}},
	{"a rest as other routers write it", paths("/:tenant/files/*path"), []complaint{{0, "Paths", "/:tenant/files/*path", cors.CodePath, `write "/{tenant}/files/{path...}"`}}},
	{"an optional parameter", paths("/users/:id?"), []complaint{{0, "Paths", "/users/:id?", cors.CodePath, `write "/users/{id}"`}}},
	{"a parameter with an expression", paths("/users/{id:[0-9]+}"), []complaint{{0, "Paths", "/users/{id:[0-9]+}", cors.CodePath, `write "{id}" for any segment, or use PathRegexps`}}},
	{"an expression among patterns", paths("/users/[0-9]+"), []complaint{{0, "Paths", "/users/[0-9]+", cors.CodePath, "put it into PathRegexps, written `/users/[0-9]+`"}}},
	{"an escaped path", paths("/a%20b"), []complaint{{0, "Paths", "/a%20b", cors.CodePath, `write "/a b"`}}},
	{"a path that is not UTF-8", paths("/a\xff"), []complaint{{0, "Paths", "/a\xff", cors.CodePath, "UTF-8"}}},

	{"a wildcard within a method", methods("P*"), []complaint{{0, "AllowMethods", "P*", cors.CodeWildcardName, `or "*" for all`}}},
	{"a word for all methods", methods("ALL"), []complaint{{0, "AllowMethods", "ALL", cors.CodeWildcardName, `write "*" for all methods`}}},
	{"a wildcard within a request header", headers("X-Custom-*"), []complaint{{0, "AllowHeaders", "X-Custom-*", cors.CodeWildcardName, "one by one"}}},
	{"a wildcard within a response header", expose("X-*"), []complaint{{0, "ExposeHeaders", "X-*", cors.CodeWildcardName, "one by one"}}},
	{"a method beside the wildcard", methods("*", "PUT"), []complaint{{0, "AllowMethods", "*", cors.CodeBesideWildcard, "remove them"}}},
	{"a header beside the wildcard", headers("X-A", "*", "Authorization"), []complaint{{0, "AllowHeaders", "*", cors.CodeBesideWildcard, "remove them"}}},
	{"a response header beside the wildcard", expose("X-A", "*"), []complaint{{0, "ExposeHeaders", "*", cors.CodeBesideWildcard, "remove them"}}},
	{"an origin beside the wildcard", origins("*", "https://app.example.com"), []complaint{{0, "AllowOrigins", "*", cors.CodeBesideWildcard, "remove them"}}},
	{"null where other sites are to be kept out", one(cors.Config{AllowOrigins: []string{"null", "https://app.example.com"}, RejectDisallowed: true}),
		[]complaint{{0, "AllowOrigins", "null", cors.CodeNullWithCredentials, `with RejectDisallowed lets any site send requests as the user`}}},
	{"plain http where other sites are to be kept out", one(cors.Config{AllowOrigins: []string{"http://app.example.com"}, RejectDisallowed: true}),
		[]complaint{{0, "AllowOrigins", "http://app.example.com", cors.CodeInsecureOriginWithCredentials, `with RejectDisallowed`}}},
	{"a risk that nothing takes", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix}}),
		[]complaint{{0, "AcceptRisks", "public-suffix", cors.CodeUnusedRisk, "remove it"}}},
	{"a risk of an entry that is not there", one(cors.Config{AllowOrigins: []string{"https://pr-*.vercel.app"}, AcceptRisks: []cors.Risk{"public-suffix=https://*.vercel.app"}}),
		[]complaint{{0, "AllowOrigins", "https://pr-*.vercel.app", cors.CodePublicSuffix, `add "public-suffix=https://pr-*.vercel.app" to AcceptRisks`}, {0, "AcceptRisks", "public-suffix=https://*.vercel.app", cors.CodeUnusedRisk, "remove it"}}},
	{"a risk accepted for one entry, which another takes, too", one(cors.Config{AllowOrigins: []string{"https://pr-*.vercel.app", "https://*.github.io"}, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix.For("https://pr-*.vercel.app")}}),
		[]complaint{{0, "AllowOrigins", "https://*.github.io", cors.CodePublicSuffix, `add "public-suffix=https://*.github.io" to AcceptRisks`}}},

	{"every problem of every Config at once", []cors.Config{
		{Paths: []string{"api", "/a//b"}, PathRegexps: []string{"("}, AllowOrigins: []string{"app.example.com", "https://x.example/", "http://plain.example", "null"},
			AllowOriginRegexps: []string{"(", "https://.*"}, AllowMethods: []string{"put", "TRACE", "a b"}, AllowHeaders: []string{"Cookie", "ETag", "a b"},
			ExposeHeaders: []string{"*", "Set-Cookie", "Cookie", "a b"}, AllowCredentials: true, MaxAge: 100000, PreflightStatus: 404, AcceptRisks: []cors.Risk{"x"}},
		https,
		{Paths: []string{"/x/{}"}, MaxAge: 86401},
	}, []complaint{
		{0, "Paths", "api", cors.CodePath, "slash"},
		{0, "Paths", "/a//b", cors.CodePath, "empty"},
		{0, "PathRegexps", "(", cors.CodePathRegexp, "RE2"},
		{0, "AllowOrigins", "app.example.com", cors.CodeOriginScheme, "scheme"},
		{0, "AllowOrigins", "https://x.example/", cors.CodeOriginPath, "path"},
		{0, "AllowOrigins", "http://plain.example", cors.CodeInsecureOriginWithCredentials, "plain http"},
		{0, "AllowOrigins", "null", cors.CodeNullWithCredentials, "sandboxed"},
		{0, "AllowOriginRegexps", "(", cors.CodeRegexpSyntax, "RE2"},
		{0, "AllowOriginRegexps", "https://.*", cors.CodeUnconfinedRegexp, "anybody can own"},
		{0, "AllowMethods", "put", cors.CodeMethodCase, "PUT"},
		{0, "AllowMethods", "TRACE", cors.CodeMethodForbidden, "remove"},
		{0, "AllowMethods", "a b", cors.CodeMethod, "method"},
		{0, "AllowHeaders", "Cookie", cors.CodeHeaderForbidden, "remove"},
		{0, "AllowHeaders", "ETag", cors.CodeHeaderDirection, "ExposeHeaders"},
		{0, "AllowHeaders", "a b", cors.CodeHeader, "write an entry for each"},
		{0, "ExposeHeaders", "*", cors.CodeExposeWildcard, "by name"},
		{0, "ExposeHeaders", "Set-Cookie", cors.CodeHeaderForbidden, "remove"},
		{0, "ExposeHeaders", "Cookie", cors.CodeHeaderDirection, "AllowHeaders"},
		{0, "ExposeHeaders", "a b", cors.CodeHeader, "write an entry for each"},
		{0, "MaxAge", "100000", cors.CodeMaxAge, "24 hours"},
		{0, "PreflightStatus", "404", cors.CodeStatus, "200 to 299"},
		{0, "AcceptRisks", "x", cors.CodeUnknownRisk, "isn't a risk"},
		{2, "Paths", "/x/{}", cors.CodePath, "identifier"},
		{2, "AllowOrigins", "", cors.CodeOriginMissing, "list the sites"},
		{2, "MaxAge", "86401", cors.CodeMaxAge, "24 hours"},
	}},
}

func at(c cors.Config, paths ...string) cors.Config {
	c.Paths = paths
	return c
}

func origins(s ...string) []cors.Config { return one(cors.Config{AllowOrigins: s}) }
func regexps(s ...string) []cors.Config { return one(cors.Config{AllowOriginRegexps: s}) }
func paths(s ...string) []cors.Config   { return one(at(https, s...)) }
func methods(s ...string) []cors.Config {
	return one(with(https, func(c *cors.Config) { c.AllowMethods = s }))
}
func headers(s ...string) []cors.Config {
	return one(with(https, func(c *cors.Config) { c.AllowHeaders = s }))
}
func expose(s ...string) []cors.Config {
	return one(with(https, func(c *cors.Config) { c.ExposeHeaders = s }))
}

func TestNewRefusesAndSaysWhatToWrite(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			e, err := cors.New(tt.configs...)
			if e != nil {
				t.Error("New returns an Engine beside the error")
			}
			all, ok := err.(cors.ConfigErrors)
			if !ok {
				t.Fatalf("New returns %T: %v", err, err)
			}
			for i, got := range all {
				if i >= len(tt.want) {
					t.Errorf("one problem too many: %v", got)
					continue
				}
				want := tt.want[i]
				if got.Index != want.index || got.Field != want.field || got.Value != want.value || got.Code != want.code {
					t.Errorf("problem %d: %+v\nwant %+v", i, got, want)
				}
				if !strings.Contains(got.Advice(), want.hint) {
					t.Errorf("problem %d: %s\nwant one that says %s", i, got, want.hint)
				}
				start := "cors: "
				if len(tt.configs) > 1 {
					start += fmt.Sprintf("Config %d: ", want.index)
				}
				start += want.field
				if list := listOf(tt.configs, want); got.Entry >= 0 && got.Entry < len(list) && list[got.Entry] == want.value {
					start += fmt.Sprintf("[%d]", got.Entry)
				} else if got.Entry != -1 || slices.Contains(list, want.value) {
					t.Errorf("problem %d: the entry is %d", i, got.Entry)
				}
				if want.value != "" {
					start += fmt.Sprintf(" %q:", want.value)
				}
				if got.Error() != start+" "+got.Advice() {
					t.Errorf("problem %d: Error() is %s", i, got)
				}
			}
			if len(all) < len(tt.want) {
				t.Errorf("%d problems, want %d", len(all), len(tt.want))
			}
		})
	}
}

// listOf returns the entries of the field that a complaint is about, if it is a list.
func listOf(configs []cors.Config, c complaint) (entries []string) {
	if c.index >= len(configs) {
		return nil
	}
	field := reflect.ValueOf(configs[c.index]).FieldByName(c.field)
	if field.Kind() != reflect.Slice {
		return nil
	}
	for i := range field.Len() {
		entries = append(entries, field.Index(i).String())
	}
	return entries
}

func TestNewAcceptsWhatIsNearlyRefused(t *testing.T) {
	tests := []struct {
		name    string
		configs []cors.Config
	}{
		{"the longest age", one(with(https, func(c *cors.Config) { c.MaxAge = 86400 }))},
		{"the lowest status", one(with(https, func(c *cors.Config) { c.PreflightStatus = 200 }))},
		{"the highest status", one(with(https, func(c *cors.Config) { c.PreflightStatus = 299 }))},
		{"a function alone", one(cors.Config{AllowOriginFunc: allowAll})},
		{"a function with credentials", one(cors.Config{AllowOriginFunc: allowAll, AllowCredentials: true})},
		{"null without credentials", origins("null")},
		{"plain http without credentials", origins("http://app.example.com")},
		{"plain http to loopback with credentials", one(cors.Config{AllowOrigins: []string{"http://localhost:*", "http://127.0.0.1", "http://[::1]:3000", "http://*.localhost"}, AllowCredentials: true})},
		{"an expression for plain http to loopback with credentials", one(cors.Config{AllowOriginRegexps: []string{`http://localhost:\d+`}, AllowCredentials: true})},
		{"an expression for plain http without credentials", regexps(`http://app\.example\.com`)},
		{"a wildcard under a registrable domain", origins("https://*.example.co.uk", "https://pr-*.me.github.io")},
		{"all headers exposed without credentials", one(cors.Config{AllowOrigins: []string{"*"}, ExposeHeaders: []string{"*"}})},
		{"methods that only look like standard ones", methods("PATCHES", "purge", "M-SEARCH", "!#$%&'+-.^_`|~")},
		{"safelisted methods", methods("GET", "HEAD", "POST")},
		{"headers that only look forbidden", headers("Proxies", "Secret", "Cookies", "X-Set-Cookie", "Authorization", "Accept", "Content-Type", "User-Agent")},
		{"exposed headers that stand on both sides", expose("Authorization", "Date", "Content-Length", "ETag", "Accept", "Content-Type")},
		{"the same entry twice", origins("https://app.example.com", "https://app.example.com")},
		{"an expression that opens a quotation and does not close it", one(with(https, func(c *cors.Config) { c.PathRegexps = []string{`/\Qa.b`} }))},
		{"narrow paths before wide ones", []cors.Config{at(https, "/api/v1/"), at(https, "/api/"), https}},
		{"one Config with a path twice", []cors.Config{at(https, "/a", "/a", "/{x}", "/{y}")}},
		{"a Config that another surrounds", []cors.Config{at(https, "/a/"), at(public, "/a/b/"), with(public, func(c *cors.Config) { c.PathRegexps = []string{"/a/b/[0-9]+"} })}},
		{"expressions that overlap", []cors.Config{with(https, func(c *cors.Config) { c.PathRegexps = []string{"/a.*"} }), with(public, func(c *cors.Config) { c.PathRegexps = []string{".*b"} })}},
		{"an expression for the same paths but one", []cors.Config{at(https, "/a/"), with(public, func(c *cors.Config) { c.PathRegexps = []string{"/a/.*"} })}},
		{"a risk accepted for one entry", one(cors.Config{AllowOrigins: []string{"https://pr-*.vercel.app"}, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix.For("https://pr-*.vercel.app")}})},
		{"the risk of a handshake accepted", one(cors.Config{AllowOrigins: []string{"null"}, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials}})},
		{"null and plain http where nothing depends on them", origins("null", "http://app.example.com")},
		{"a literal parenthesis and a plus", paths("/Users(1)/c++/$metadata")},
		{"a subtree behind its own root", []cors.Config{at(https, "/a"), at(public, "/a/")}},
		{"a subtree behind its own end", []cors.Config{at(https, "/a/{$}"), at(public, "/a/")}},
		{"a wildcard behind one of its matches", []cors.Config{at(https, "/a/b"), at(public, "/a/{id}")}},
		{"every path behind all of one segment", []cors.Config{at(https, "/{x}"), public}},
		{"every path behind an expression for many", []cors.Config{with(https, func(c *cors.Config) { c.PathRegexps = []string{"/.+"} }), public}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := cors.New(tt.configs...); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryRiskIsRefusedUnlessItIsAccepted(t *testing.T) {
	everyRisk := []cors.Risk{
		cors.RiskAnyOriginWithCredentials, cors.RiskNullWithCredentials, cors.RiskInsecureOriginWithCredentials,
		cors.RiskPublicSuffix, cors.RiskUnconfinedRegexp,
	}
	tests := []struct {
		name string
		cfg  cors.Config
		risk cors.Risk
		code cors.Code
	}{
		{"any origin with credentials", cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true}, cors.RiskAnyOriginWithCredentials, cors.CodeAnyOriginWithCredentials},
		{"null with credentials", cors.Config{AllowOrigins: []string{"null"}, AllowCredentials: true}, cors.RiskNullWithCredentials, cors.CodeNullWithCredentials},
		{"files with credentials", cors.Config{AllowOrigins: []string{"file://"}, AllowCredentials: true}, cors.RiskNullWithCredentials, cors.CodeNullWithCredentials},
		{"an app's pages, where others are rejected", cors.Config{AllowOrigins: []string{"app://."}, RejectDisallowed: true}, cors.RiskNullWithCredentials, cors.CodeNullWithCredentials},
		{"plain http with credentials", cors.Config{AllowOrigins: []string{"http://*.example.com:*"}, AllowCredentials: true}, cors.RiskInsecureOriginWithCredentials, cors.CodeInsecureOriginWithCredentials},
		{"plain http by an expression with credentials", cors.Config{AllowOriginRegexps: []string{`https?://a\.example\.com`}, AllowCredentials: true}, cors.RiskInsecureOriginWithCredentials, cors.CodeInsecureOriginWithCredentials},
		{"a wildcard under a public suffix", cors.Config{AllowOrigins: []string{"https://*.co.uk"}}, cors.RiskPublicSuffix, cors.CodePublicSuffix},
		{"a wildcard in a label under a public suffix", cors.Config{AllowOrigins: []string{"https://pr-*.vercel.app"}}, cors.RiskPublicSuffix, cors.CodePublicSuffix},
		{"an expression that is not confined", cors.Config{AllowOriginRegexps: []string{`https://.*`}}, cors.RiskUnconfinedRegexp, cors.CodeUnconfinedRegexp},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entry := slices.Concat(tt.cfg.AllowOrigins, tt.cfg.AllowOriginRegexps)[0]
			check := func(accepted []cors.Risk, want bool) {
				t.Helper()
				cfg := tt.cfg
				cfg.AcceptRisks = accepted
				_, err := cors.New(cfg)
				var problem *cors.ConfigError
				if errors.As(err, &problem) == want {
					t.Errorf("with %q accepted: %v", accepted, err)
				}
				if problem != nil && problem.Code != cors.CodeUnusedRisk && (problem.Code != tt.code || !strings.HasSuffix(problem.Advice(), fmt.Sprintf("; if you mean this, add %q to AcceptRisks", tt.risk.For(entry)))) {
					t.Errorf("code %s: %s", problem.Code, problem)
				}
			}
			check(nil, false)
			check([]cors.Risk{tt.risk}, true)
			check([]cors.Risk{tt.risk.For(entry)}, true)
			check([]cors.Risk{tt.risk.For("https://other.example")}, false)
			for _, other := range everyRisk {
				if other != tt.risk {
					check([]cors.Risk{other}, false)
					check([]cors.Risk{tt.risk, other}, false)
				}
			}
		})
	}
}

// Fetch, "forbidden request-header" and "forbidden response-header name".
func TestEveryForbiddenHeaderOfTheStandardIsRefused(t *testing.T) {
	for _, name := range []string{
		"Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Connection",
		"Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive", "Origin", "Referer", "Set-Cookie",
		"TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "Proxy-", "Proxy-Authorization", "proxy-x", "Sec-", "Sec-Fetch-Mode",
	} {
		for _, name := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			_, err := cors.New(headers(name)...)
			var problem *cors.ConfigError
			if !errors.As(err, &problem) || problem.Value != name || problem.Code != cors.CodeHeaderForbidden && problem.Code != cors.CodeHeaderDirection {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"Set-Cookie", "SET-COOKIE2"} {
		var problem *cors.ConfigError
		if _, err := cors.New(expose(name)...); !errors.As(err, &problem) || problem.Code != cors.CodeHeaderForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryHeaderStandsOnItsSide(t *testing.T) {
	for _, name := range []string{
		"Accept-Ranges", "Access-Control-Allow-Origin", "Access-Control-Allow-Anything", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
		"Age", "Allow", "ETag", "Location", "Proxy-Authenticate", "Retry-After", "Server", "Set-Cookie", "Vary", "WWW-Authenticate",
	} {
		var problem *cors.ConfigError
		if _, err := cors.New(headers(name)...); !errors.As(err, &problem) || problem.Code != cors.CodeHeaderDirection {
			t.Errorf("allowed: %s: %v", name, err)
		}
	}
	for _, name := range []string{
		"Accept-Charset", "Accept-Language", "Access-Control-Request-Method", "Access-Control-Request-Anything", "Cookie", "Expect", "From", "Host", "If-Match",
		"If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Max-Forwards", "Origin", "Proxy-Authorization", "Range", "Referer", "TE", "User-Agent",
	} {
		var problem *cors.ConfigError
		if _, err := cors.New(expose(name)...); !errors.As(err, &problem) || problem.Code != cors.CodeHeaderDirection {
			t.Errorf("exposed: %s: %v", name, err)
		}
	}
}

func TestEveryForbiddenMethodOfTheStandardIsRefused(t *testing.T) {
	for _, name := range []string{"CONNECT", "TRACE", "TRACK", "connect", "Trace", "tRACK"} {
		var problem *cors.ConfigError
		if _, err := cors.New(methods(name)...); !errors.As(err, &problem) || problem.Code != cors.CodeMethodForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "QUERY"} {
		var problem *cors.ConfigError
		if _, err := cors.New(methods(strings.ToLower(name))...); !errors.As(err, &problem) || problem.Code != cors.CodeMethodCase || !strings.Contains(problem.Message, strconv.Quote(name)) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := cors.New(methods(name)...); err != nil {
			t.Error(err)
		}
	}
}

func TestErrorsAboutSettingsOfOtherLibrariesLinkThePageOnce(t *testing.T) {
	const link = "\ncors: for settings of other libraries, see https://github.com/corskit/cors/blob/main/conformance/scoreboard/go/migrating/README.md#what-new-refuses"
	for _, test := range []struct {
		says   string
		cfg    cors.Config
		linked bool
	}{
		{"two of Gin's headers", cors.Config{AllowOrigins: https.AllowOrigins, AllowHeaders: []string{"Origin", "Content-Length"}}, true},
		{"a time.Duration and a mistake", cors.Config{AllowOrigins: []string{"a.example"}, MaxAge: int(time.Hour)}, true},
		{"methods in one string", cors.Config{AllowOrigins: https.AllowOrigins, AllowMethods: []string{"GET,PUT"}}, true},
		{"a method that isn't one", cors.Config{AllowOrigins: https.AllowOrigins, AllowMethods: []string{"P:T"}}, false},
		{"a header that scripts can't read", cors.Config{AllowOrigins: https.AllowOrigins, ExposeHeaders: []string{"Set-Cookie"}}, false},
		{"two days", cors.Config{AllowOrigins: https.AllowOrigins, MaxAge: 172800}, false},
	} {
		_, err := cors.New(test.cfg)
		if err == nil {
			t.Fatalf("%s: no error", test.says)
		}
		if linked := strings.Count(err.Error(), link) == 1 && strings.HasSuffix(err.Error(), link); linked != test.linked {
			t.Errorf("%s: linked %t:\n%v", test.says, linked, err)
		}
	}
}

func TestErrorsAsAndIsReachEveryProblem(t *testing.T) {
	_, err := cors.New(cors.Config{AllowOrigins: []string{"a.example"}, MaxAge: 100000}, with(at(https, "/a"), func(c *cors.Config) { c.PreflightStatus = 500 }))
	err = fmt.Errorf("loading the configuration: %w", err)
	var all cors.ConfigErrors
	if !errors.As(err, &all) || len(all) != 3 {
		t.Fatalf("errors.As finds %d problems in %v", len(all), err)
	}
	var first *cors.ConfigError
	if !errors.As(err, &first) || first != all[0] {
		t.Errorf("errors.As finds %v, want the first problem", first)
	}
	for _, e := range all {
		if !errors.Is(err, e) {
			t.Errorf("errors.Is does not find %v", e)
		}
	}
	if errors.Is(err, &cors.ConfigError{}) {
		t.Error("errors.Is finds what is not there")
	}
	lines := strings.Split(all.Error(), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3:\n%v", len(lines), all)
	}
	for i, e := range all {
		if lines[i] != e.Error() {
			t.Errorf("line %d is %q, want %q", i, lines[i], e)
		}
	}
}

// A Code without a row above is a promise that no test holds.
func TestEveryCodeHasARow(t *testing.T) {
	rows := make(map[string]bool)
	for _, tt := range refused {
		for _, want := range tt.want {
			rows[string(want.code)] = true
		}
	}
	codes := make(map[string]string)
	for name, value := range declaredStrings(t, ".") {
		if !strings.HasPrefix(name, "Code") {
			continue
		}
		if other, ok := codes[value]; ok {
			t.Errorf("%s and %s have the same value %q", name, other, value)
		}
		codes[value] = name
		if !rows[value] {
			t.Errorf("no Config is refused for %s (%q)", name, value)
		}
	}
	for name, value := range declaredStrings(t, filepath.Join("internal", "origin")) {
		if strings.HasPrefix(name, "Code") && codes[value] == "" {
			t.Errorf("package cors has no name for %s (%q)", name, value)
		}
	}
	if len(codes) < 36 {
		t.Errorf("%d codes found: %v", len(codes), codes)
	}
	for code := range rows {
		if codes[code] == "" {
			t.Errorf("%q is refused for and not declared", code)
		}
	}
}

// declaredStrings returns the string constants of a package by name.
func declaredStrings(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "_test.go") })
	exprs := make(map[string]ast.Expr)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				spec := spec.(*ast.ValueSpec)
				for i, name := range spec.Names {
					if i < len(spec.Values) {
						exprs[name.Name] = spec.Values[i]
					}
				}
			}
		}
	}
	var value func(ast.Expr) (string, bool)
	value = func(e ast.Expr) (string, bool) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			return s, e.Kind == token.STRING && err == nil
		case *ast.Ident:
			x, ok := exprs[e.Name]
			if !ok {
				return "", false
			}
			return value(x)
		case *ast.CallExpr: // a conversion
			return value(e.Args[0])
		case *ast.SelectorExpr: // a constant of package origin
			s, ok := declaredStrings(t, filepath.Join("internal", "origin"))[e.Sel.Name]
			return s, ok
		case *ast.BinaryExpr:
			x, xok := value(e.X)
			y, yok := value(e.Y)
			return x + y, e.Op == token.ADD && xok && yok
		}
		return "", false
	}
	values := make(map[string]string)
	for name, e := range exprs {
		if v, ok := value(e); ok {
			values[name] = v
		} else if strings.HasPrefix(name, "Code") || strings.HasPrefix(name, "Risk") {
			t.Errorf("the value of %s is not understood", name)
		}
	}
	return values
}
