package benchmarks

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
)

// A scenario is a Config and a request to it.
type scenario struct {
	name    string
	cfg     cors.Config
	request Request
}

// longest is a host name of nearly the greatest length, which differs from
// others like it in the first label.
func longest(label string) string { return "https://" + label + strings.Repeat(".a", 126) }

// scenarios are those of the benchmarks that jub0bs publishes
// (github.com/jub0bs/cors-benchmarks), by the names that they have there: n is
// how many origins are allowed, r an actual request or a preflight, o whether
// its origin is allowed, m what is malicious about it. We add subdomains, and
// more malice.
func scenarios() []scenario {
	var multiple []string
	for _, domain := range []string{"example.net", "example.org", "example.com"} {
		multiple = append(multiple, "https://*."+domain, "https://"+domain+":8080", "https://"+domain)
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("https://%03d.example.com", i)
	}
	const stranger = "https://example.org:6060"
	lists := []struct {
		name     string
		origins  []string
		yes, not string
	}{
		{"one", []string{"https://example.com"}, "https://example.com", "https://example.org"},
		{"two", []string{longest("a"), longest("b")}, longest("a"), longest("c")},
		{"multiple", multiple, multiple[len(multiple)-1], stranger},
		{"subdomains", []string{"https://*.example.net", "https://*.example.com"}, "https://a.b.example.com", stranger},
		{"many", many, many[len(many)-1], stranger},
		{"all", []string{"*"}, "https://example.com", ""},
	}
	var all []scenario
	for _, kind := range []string{"a", "p"} {
		for _, list := range lists {
			cfg := gridConfig(list.origins)
			all = append(all, gridScenario("n="+list.name+"/r="+kind+"/o=y", cfg, kind, list.yes))
			if list.not != "" {
				all = append(all, gridScenario("n="+list.name+"/r="+kind+"/o=n", cfg, kind, list.not))
			}
		}
	}
	malice := []struct{ name, headers string }{
		{"evil_acrh", strings.Repeat(",", 1024)},
		{"commas_64k", strings.Repeat(",", 64<<10)},
		{"spaces_64k", strings.Repeat(" ,", 32<<10)},
		{"names_64k", strings.Repeat("content-type,", 5000)},
		{"name_64k", strings.Repeat("a", 64<<10)},
	}
	for _, list := range []int{0, len(lists) - 1} {
		for _, m := range malice {
			name := "n=" + lists[list].name + "/r=p/o=y/m=" + m.name
			all = append(all, gridScenario(name, gridConfig(lists[list].origins), "p", lists[list].yes, "Access-Control-Request-Headers: "+m.headers))
		}
	}
	return all
}

func gridConfig(origins []string) cors.Config {
	return cors.Config{
		AllowOrigins: origins,
		AllowMethods: []string{"PUT"},
		AllowHeaders: []string{"Accept", "Content-Type", "X-Requested-With"},
	}
}

func gridScenario(name string, cfg cors.Config, kind, origin string, fields ...string) scenario {
	fields = append([]string{"Origin: " + origin}, fields...)
	method := http.MethodGet
	if kind == "p" {
		method = http.MethodOptions
		fields = append(fields, "Access-Control-Request-Method: PUT")
	}
	return scenario{name, cfg, request(name, name, method, "/profile", fields...)}
}

// general are the implementations of f that are not written for Policy.
func (f Framework) general() (implementations []Implementation) {
	for _, i := range f.Implementations {
		if !i.isFloor() {
			implementations = append(implementations, i)
		}
	}
	return implementations
}

func gridGroups() []Group {
	var groups []Group
	for _, s := range scenarios() {
		group := Group{gridCase(none, s, func() Server { return NetHTTP.without(s.request) })}
		for _, i := range NetHTTP.general() {
			group = append(group, gridCase(i.Name, s, func() Server { return i.New(s.cfg) }))
		}
		groups = append(groups, group)
	}
	return groups
}

func gridCase(implementation string, s scenario, server func() Server) Case {
	server = sync.OnceValue(server)
	return Case{
		Name:  "impl=" + implementation + "/" + s.name,
		Setup: func() func(int) { return again(server().Exchange(s.request)) },
	}
}

// Grid measures the scenarios that jub0bs publishes, and some more.
func Grid(o Options) *Table {
	t := &Table{
		Title: "The scenarios of jub0bs/cors-benchmarks",
		Text: "Nanoseconds and allocations on top of net/http without CORS, and how long corskit takes in comparison. " +
			"n: allowed origins; r: actual request or preflight; o: whether the origin is allowed; m: malicious Access-Control-Request-Headers.",
		Columns: []string{""},
	}
	implementations := NetHTTP.general()
	for _, i := range implementations {
		t.Columns = append(t.Columns, i.Title+version(i.Module))
	}
	for _, i := range implementations {
		if i.Name != ours {
			t.Columns = append(t.Columns, "to "+i.Title)
		}
	}
	groups := gridGroups()
	for k, measured := range measure(groups, o) {
		row := []string{scenarios()[k].name}
		added := make([]float64, len(implementations))
		mine := 0.0
		for i, implementation := range implementations {
			e := estimate(measured[i+1].minus(measured[0]))
			added[i] = max(e.Median, leastAdded)
			if implementation.Name == ours {
				mine = added[i]
			}
			row = append(row, fmt.Sprintf("%.0f ± %.0f, %.0f", e.Median, e.Spread, allocations(groups[k][i+1])-allocations(groups[k][0])))
		}
		for i, implementation := range implementations {
			if implementation.Name != ours {
				row = append(row, fmt.Sprintf("%.2f", mine/added[i]))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
