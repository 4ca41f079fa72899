package benchmarks

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// hostileSizes are the sizes of an attack in bytes. The last fills the largest
// header block that a server of net/http accepts by default.
var hostileSizes = []int{253, 1 << 10, 32 << 10, http.DefaultMaxHeaderBytes - 1<<10}

// BenchmarkHostile measures requests whose size an attacker chooses, beside the
// normal request that they imitate (bytes=0).
func BenchmarkHostile(b *testing.B) {
	subdomains, expressions, reflecting, byPath, byPathRegexp := Policy, Policy, Policy, Policy, Policy
	subdomains.AllowOrigins = []string{"https://*.example.com"}
	expressions.AllowOrigins = nil
	expressions.AllowOriginRegexps = []string{`https://([a-z0-9-]+\.)*example\.com`}
	reflecting.AllowMethods, reflecting.AllowHeaders = []string{"*"}, []string{"*"}
	byPath.Paths = []string{"/api/", "/users/{id}/avatar", "/profile"}
	byPathRegexp.PathRegexps = []string{`/api/v\d+/.*`, `/profile(/.*)?`}

	// fill repeats a text up to a size.
	fill := func(text string, size int) string { return strings.Repeat(text, size/len(text)) }
	actual := func(path, origin string) Request {
		return request("", "", http.MethodGet, path, "Origin: "+origin)
	}
	asking := func(fields string) Request {
		return request("", "", http.MethodOptions, "/profile", "Origin: "+allowed, strings.TrimSuffix(fields, "\r\n"))
	}
	const put, names = "Access-Control-Request-Method: PUT\r\n", "Access-Control-Request-Headers: "
	attacks := []struct {
		scenario
		of func(size int) Request
	}{
		{scenario{name: "origin-label", cfg: Policy},
			func(size int) Request { return actual("/profile", "https://"+fill("a", size)) }},
		{scenario{name: "origin-labels", cfg: subdomains},
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.com") }},
		{scenario{name: "origin-labels-denied", cfg: subdomains},
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.org") }},
		{scenario{name: "origin-regexp", cfg: expressions, oursOnly: true},
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.com") }},
		{scenario{name: "origin-lines", cfg: Policy},
			func(size int) Request {
				return request("", "", http.MethodGet, "/profile", fill("Origin: a\r\n", size)+"Origin: a")
			}},
		{scenario{name: "method", cfg: Policy},
			func(size int) Request { return asking("Access-Control-Request-Method: PUT" + fill("A", size)) }},
		{scenario{name: "headers-commas", cfg: Policy},
			func(size int) Request { return asking(put + names + fill(",", size)) }},
		{scenario{name: "headers-names", cfg: Policy},
			func(size int) Request { return asking(put + names + fill("authorization,", size)) }},
		{scenario{name: "headers-name", cfg: Policy},
			func(size int) Request { return asking(put + names + fill("a", size)) }},
		{scenario{name: "headers-lines", cfg: Policy},
			func(size int) Request { return asking(put + fill(names+"a\r\n", size)) }},
		{scenario{name: "headers-any", cfg: reflecting, oursOnly: true},
			func(size int) Request { return asking(put + names + fill("authorization,", size)) }},
		{scenario{name: "path", cfg: byPath, oursOnly: true},
			func(size int) Request { return actual("/api/"+fill("a/", size), allowed) }},
		{scenario{name: "path-escapes", cfg: byPath, oursOnly: true},
			func(size int) Request { return actual("/api/"+fill("%2F", size), allowed) }},
		{scenario{name: "path-regexp", cfg: byPathRegexp, oursOnly: true},
			func(size int) Request { return actual("/api/v1/"+fill("a/", size), allowed) }},
	}
	var benchmarks []benchmark
	for _, a := range attacks {
		for _, size := range append([]int{0}, hostileSizes...) {
			s := a.scenario
			s.name, s.request = fmt.Sprintf("attack=%s/bytes=%d", a.name, size), a.of(size)
			benchmarks = append(benchmarks, s.benchmarks()...)
		}
	}
	run(b, benchmarks)
}
