package benchmarks

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// BenchmarkGrid measures the scenarios that jub0bs publishes
// (github.com/jub0bs/cors-benchmarks), under the same names: n is the number of
// allowed origins, r an actual request or a preflight, o whether its origin is
// allowed, and m a malicious Access-Control-Request-Headers. The subdomains are
// ours.
func BenchmarkGrid(b *testing.B) {
	var multiple []string
	for _, domain := range []string{"example.net", "example.org", "example.com"} {
		multiple = append(multiple, "https://*."+domain, "https://"+domain+":8080", "https://"+domain)
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("https://%03d.example.com", i)
	}
	// Of nearly the greatest length, and different only in the first label.
	longest := func(label string) string { return "https://" + label + strings.Repeat(".a", 126) }
	const stranger = "https://example.org:6060"
	lists := []struct {
		name            string
		origins         []string
		allowed, denied string
	}{
		{"one", []string{"https://example.com"}, "https://example.com", "https://example.org"},
		{"two", []string{longest("a"), longest("b")}, longest("a"), longest("c")},
		{"multiple", multiple, multiple[len(multiple)-1], stranger},
		{"subdomains", []string{"https://*.example.net", "https://*.example.com"}, "https://a.b.example.com", stranger},
		{"many", many, many[len(many)-1], stranger},
		{"all", []string{"*"}, "https://example.com", ""},
	}
	var benchmarks []benchmark
	add := func(name string, origins []string, method, origin string, fields ...string) {
		cfg := cors.Config{
			AllowOrigins: origins,
			AllowMethods: []string{"PUT"},
			AllowHeaders: []string{"Accept", "Content-Type", "X-Requested-With"},
		}
		r := request("", "", method, "/profile", append(fields, "Origin: "+origin)...)
		benchmarks = append(benchmarks, scenario{name, cfg, r, libraries}.benchmarks()...)
	}
	const put = "Access-Control-Request-Method: PUT"
	for _, list := range lists {
		name := "n=" + list.name
		add(name+"/r=a/o=y", list.origins, http.MethodGet, list.allowed)
		add(name+"/r=p/o=y", list.origins, http.MethodOptions, list.allowed, put)
		if list.denied != "" {
			add(name+"/r=a/o=n", list.origins, http.MethodGet, list.denied)
			add(name+"/r=p/o=n", list.origins, http.MethodOptions, list.denied, put)
		}
	}
	for _, list := range []int{0, len(lists) - 1} {
		add("n="+lists[list].name+"/r=p/o=y/m=evil_acrh", lists[list].origins, http.MethodOptions, lists[list].allowed,
			put, "Access-Control-Request-Headers: "+strings.Repeat(",", 1024))
	}
	run(b, benchmarks)
}
