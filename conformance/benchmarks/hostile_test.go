package benchmarks

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// hostileSizes are the sizes of an attack in bytes. The last fills the largest
// header block that a server of net/http accepts by default.
var hostileSizes = []int{253, 1 << 10, 32 << 10, http.DefaultMaxHeaderBytes - 1<<10}

// BenchmarkHostile measures requests whose size an attacker chooses, compared
// with the normal request that they imitate (bytes=0).
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
	ours := libraries[:1]
	paths := []library{libraries[0], serveMux}
	attacks := []struct {
		name      string
		cfg       cors.Config
		libraries []library
		of        func(size int) Request
	}{
		{"origin-label", Policy, libraries,
			func(size int) Request { return actual("/profile", "https://"+fill("a", size)) }},
		{"origin-labels", subdomains, libraries,
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.com") }},
		{"origin-labels-denied", subdomains, libraries,
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.org") }},
		{"origin-regexp", expressions, ours,
			func(size int) Request { return actual("/profile", "https://"+fill("a.", size)+"example.com") }},
		{"origin-lines", Policy, libraries,
			func(size int) Request {
				return request("", "", http.MethodGet, "/profile", fill("Origin: a\r\n", size)+"Origin: a")
			}},
		{"method", Policy, libraries,
			func(size int) Request { return asking("Access-Control-Request-Method: PUT" + fill("A", size)) }},
		{"headers-commas", Policy, libraries,
			func(size int) Request { return asking(put + names + fill(",", size)) }},
		{"headers-names", Policy, libraries,
			func(size int) Request { return asking(put + names + fill("authorization,", size)) }},
		{"headers-name", Policy, libraries,
			func(size int) Request { return asking(put + names + fill("a", size)) }},
		{"headers-lines", Policy, libraries,
			func(size int) Request { return asking(put + fill(names+"a\r\n", size)) }},
		{"headers-any", reflecting, ours,
			func(size int) Request { return asking(put + names + fill("authorization,", size)) }},
		{"path", byPath, paths,
			func(size int) Request { return actual("/api/"+fill("a/", size), allowed) }},
		{"path-escapes", byPath, paths,
			func(size int) Request { return actual("/api/"+fill("%2F", size), allowed) }},
		{"path-regexp", byPathRegexp, paths,
			func(size int) Request { return actual("/api/v1/"+fill("a/", size), allowed) }},
	}
	var benchmarks []benchmark
	for _, a := range attacks {
		for _, size := range append([]int{0}, hostileSizes...) {
			name := fmt.Sprintf("attack=%s/bytes=%d", a.name, size)
			benchmarks = append(benchmarks, scenario{name, a.cfg, a.of(size), a.libraries}.benchmarks()...)
		}
	}
	run(b, benchmarks)
}

// serveMux does what net/http does with a path before any handler runs: it
// parses the URL and looks for a pattern.
var serveMux = library{Name: "servemux", wrap: func(cors.Config) middleware {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", handle)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			u, err := url.ParseRequestURI(r.RequestURI)
			if err != nil {
				panic(err)
			}
			mux.Handler(&http.Request{Method: r.Method, Host: r.Host, URL: u})
			next.ServeHTTP(w, r)
		})
	}
}}
