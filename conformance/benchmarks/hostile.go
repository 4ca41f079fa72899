package benchmarks

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
)

// An attack is a request whose size the attacker chooses.
type attack struct {
	name, title string
	cfg         cors.Config
	normal      Request
	// of returns the request with about so many bytes of attack.
	of func(size int) Request

	oursOnly bool // others cannot be configured so
	noRouter bool // what the router does with it would drown what CORS does
}

// smallest is the size of everything that is not the attack, and more.
const smallest = 1 << 10

// hostileSizes are how many bytes the attack has. The first is that of the
// longest host that there is, in 127 labels at most. The last fills the largest
// header block that a server of net/http accepts by default.
var hostileSizes = []int{253, 1 << 10, 32 << 10, http.DefaultMaxHeaderBytes - smallest}

var attacks = func() []attack {
	subdomains, expressions, reflecting, governed := Policy, Policy, Policy, Policy
	subdomains.AllowOrigins = []string{"https://*.example.com"}
	expressions.AllowOrigins = nil
	expressions.AllowOriginRegexps = []string{`https://([a-z0-9-]+\.)*example\.com`}
	reflecting.AllowMethods, reflecting.AllowHeaders = []string{"*"}, []string{"*"}
	governed.Paths = []string{"/api/", "/users/{id}/avatar", "/profile"}
	governedRegexps := Policy
	governedRegexps.PathRegexps = []string{`/api/v\d+/.*`, `/profile(/.*)?`}

	actual, asked := Requests[1], Requests[3]
	origin := func(value func(size int) string) func(int) Request {
		return func(size int) Request {
			return request("", "", http.MethodGet, "/profile", "Origin: "+value(size))
		}
	}
	preflight := func(fields func(size int) []string) func(int) Request {
		return func(size int) Request {
			return request("", "", http.MethodOptions, "/profile", append([]string{"Origin: " + allowed}, fields(size)...)...)
		}
	}
	method := preflight(func(size int) []string {
		return []string{"Access-Control-Request-Method: " + strings.Repeat("A", size)}
	})
	header := func(value string) func(int) Request {
		return preflight(func(size int) []string {
			return []string{"Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: " + filled(value, size)}
		})
	}
	repeated := func(field string) func(int) Request {
		return preflight(func(size int) []string {
			return append(lines(field, size), "Access-Control-Request-Method: PUT")
		})
	}
	path := func(segment string) func(int) Request {
		return func(size int) Request {
			return request("", "", http.MethodGet, "/api/"+filled(segment, size), "Origin: "+allowed)
		}
	}
	const domain = "example.com"
	label := origin(func(size int) string { return "https://" + strings.Repeat("a", size) })
	labels := origin(func(size int) string { return "https://" + filled("a.", size-len(domain)) + domain })
	stranger := origin(func(size int) string { return "https://" + filled("a.", size-1) + "a" })
	listed := populations[0]
	among := request("", "", http.MethodGet, "/profile", "Origin: "+listed.origin)
	return []attack{
		{name: "origin-label", title: "Origin: one long label", cfg: Policy, normal: actual, of: label},
		{name: "origin-label-listed", title: "Origin: one long label, to 10,000 origins", cfg: listed.config(10_000), normal: among, of: label, oursOnly: true},
		{name: "origin-labels", title: "Origin: many labels, to a pattern of their domain", cfg: subdomains, normal: actual, of: labels},
		{name: "origin-labels-stranger", title: "Origin: many labels, to a pattern of another domain", cfg: subdomains, normal: actual, of: stranger},
		{name: "origin-expression", title: "Origin: many labels, to an expression of their domain", cfg: expressions, normal: actual, of: labels, oursOnly: true},
		{name: "origin-expression-stranger", title: "Origin: many labels, to an expression of another domain", cfg: expressions, normal: actual, of: stranger, oursOnly: true},
		{name: "origin-lines", title: "Origin: many lines", cfg: Policy, normal: actual, of: func(size int) Request {
			return request("", "", http.MethodGet, "/profile", lines("Origin: a", size)...)
		}},
		{name: "method", title: "-Method: long", cfg: Policy, normal: asked, of: method},
		{name: "method-any", title: "-Method: long, all allowed", cfg: reflecting, normal: asked, of: method, oursOnly: true},
		{name: "method-lines", title: "-Method: many lines", cfg: Policy, normal: asked, of: repeated("Access-Control-Request-Method: PUT")},
		{name: "headers-commas", title: "-Headers: commas", cfg: Policy, normal: asked, of: header(",")},
		{name: "headers-spaces", title: "-Headers: commas and spaces", cfg: Policy, normal: asked, of: header(" ,")},
		{name: "headers-names", title: "-Headers: a name again and again", cfg: Policy, normal: asked, of: header("authorization,")},
		{name: "headers-name", title: "-Headers: a long name", cfg: Policy, normal: asked, of: header("a")},
		{name: "headers-lines", title: "-Headers: many lines", cfg: Policy, normal: asked, of: repeated("Access-Control-Request-Headers: a")},
		{name: "headers-any", title: "-Headers: a name again and again, all allowed", cfg: reflecting, normal: asked, of: header("authorization,"), oursOnly: true},
		{name: "network-lines", title: "-Private-Network: many lines", cfg: Policy, normal: asked, of: preflight(func(size int) []string {
			return append(lines("Access-Control-Request-Private-Network: true", size), "Access-Control-Request-Method: PUT")
		})},
		{name: "path-segment", title: "path: a long segment, to patterns", cfg: governed, normal: actual, of: path("a"), oursOnly: true, noRouter: true},
		{name: "path-segments", title: "path: many segments, to patterns", cfg: governed, normal: actual, of: path("a/"), oursOnly: true, noRouter: true},
		{name: "path-escapes", title: "path: escaped slashes, to patterns", cfg: governed, normal: actual, of: path("%2F"), oursOnly: true, noRouter: true},
		{name: "path-expression", title: "path: many segments, to expressions", cfg: governedRegexps, normal: actual, of: path("a/"), oursOnly: true, noRouter: true},
	}
}()

// filled repeats a text up to a size.
func filled(text string, size int) string { return strings.Repeat(text, size/len(text)) }

// lines repeats a field up to a size.
func lines(field string, size int) []string {
	lines := make([]string, size/len(field+"\r\n"))
	for i := range lines {
		lines[i] = field
	}
	return lines
}

// requests returns the normal request and one of each size.
func (a attack) requests() []Request {
	requests := []Request{a.normal}
	for _, size := range hostileSizes {
		requests = append(requests, a.of(size))
	}
	return requests
}

// implementations are those of a framework that are attacked.
func (a attack) implementations(f Framework) (implementations []Implementation) {
	if a.noRouter && f.Name != NetHTTP.Name {
		return nil
	}
	for _, i := range f.general() {
		if !a.oursOnly || i.Name == ours {
			implementations = append(implementations, i)
		}
	}
	if a.noRouter {
		for i := range implementations {
			implementations[i].New = func(cfg cors.Config) Server { return httpServer{corskit(cfg)(http.HandlerFunc(handle))} }
		}
		implementations = append(implementations, Implementation{
			Name: "itself", Title: "url.Parse and ServeMux", New: func(cors.Config) Server { return itself{} },
		})
	}
	return implementations
}

// groups returns the cases of a framework: a group for the normal request, and
// one for each size.
func (a attack) groups(f Framework) []Group {
	implementations := a.implementations(f)
	if len(implementations) == 0 {
		return nil
	}
	servers := []func(Request) Server{f.without}
	names := []string{none}
	if a.noRouter {
		servers[0] = func(Request) Server { return httpServer{http.HandlerFunc(handle)} }
	}
	for _, i := range implementations {
		server := sync.OnceValue(func() Server { return i.New(a.cfg) })
		servers = append(servers, func(Request) Server { return server() })
		names = append(names, i.Name)
	}
	groups := make([]Group, 1+len(hostileSizes))
	for k, r := range a.requests() {
		for i, server := range servers {
			size := 0
			if k > 0 {
				size = hostileSizes[k-1]
			}
			groups[k] = append(groups[k], Case{
				Name:  fmt.Sprintf("framework=%s/impl=%s/attack=%s/bytes=%d", f.Name, names[i], a.name, size),
				Setup: func() func(int) { return again(server(r).Exchange(r)) },
			})
		}
	}
	return groups
}

// An itself is what net/http does with a path before any middleware or handler
// runs: it takes the URL to pieces, and ServeMux looks for a pattern.
type itself struct{ httpServer }

func (itself) Exchange(r Request) Exchange {
	x := httpServer{}.Exchange(r).(*httpExchange)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", handle)
	x.handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		u, err := url.ParseRequestURI(r.RequestURI)
		if err != nil {
			panic(err)
		}
		mux.Handler(&http.Request{Method: r.Method, Host: r.Host, URL: u})
	})
	return x
}

// Hostile measures requests by which somebody means harm.
func Hostile(o Options) *Table {
	t := &Table{
		Title: "Hostile requests",
		Text: "What CORS adds to a normal request, and how many times that it adds to a hostile one, by the bytes of the header or the path. " +
			"The last column fills the largest header block that a server of net/http accepts by default. -Method, -Headers and -Private-Network are those of Access-Control-Request. " +
			"Beside what CORS does with a path stands what net/http itself does with it (url.Parse, ServeMux).",
		Columns: []string{"", "normal"},
	}
	for _, size := range hostileSizes {
		t.Columns = append(t.Columns, count(size))
	}
	if slices.ContainsFunc(o.Frameworks, func(f Framework) bool { return f.Name == Fiber.Name }) {
		t.Notes = []string{"Fiber accepts 4,096 bytes by default; the rest is for those who raise that."}
	}
	var groups []Group
	for _, a := range attacks {
		for _, f := range o.Frameworks {
			groups = append(groups, a.groups(f)...)
		}
	}
	measured := measure(groups, o)
	for _, a := range attacks {
		t.Rows = append(t.Rows, []string{a.title})
		for _, f := range o.Frameworks {
			implementations := a.implementations(f)
			if len(implementations) == 0 {
				continue
			}
			columns := measured[:1+len(hostileSizes)]
			measured = measured[1+len(hostileSizes):]
			for i, implementation := range implementations {
				row := []string{f.Title + ": " + implementation.Title}
				var normal float64
				for k, group := range columns {
					added := max(median(group[i+1].minus(group[0])), leastAdded)
					if k == 0 {
						normal = added
						row = append(row, nanoseconds(added))
					} else {
						row = append(row, times(added/normal))
					}
				}
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}
