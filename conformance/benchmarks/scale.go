package benchmarks

import (
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	cors "github.com/corskit/cors/core"
)

// A population is a way to allow many origins.
type population struct {
	name, title string
	sizes       []int
	entry       string // in the Config, with seven digits for its number
	origin      string // that the entry allows
	stranger    string // that no entry allows, of the same length and domain
	oursOnly    bool   // others cannot be configured so
	expressions bool   // the entries are in AllowOriginRegexps
}

// populations name origins by number. The digits stand where the origins
// differ, as in the names of tenants.
var populations = []population{
	{"origins", "Exact origins", []int{1, 100, 10_000, 1_000_000},
		"https://tenant-0000000.example.com", "https://tenant-0000000.example.com", "https://guests-0000000.example.com", false, false},
	{"patterns", "Patterns, https://*.tenant-0000000.example.com", []int{1, 100, 10_000},
		"https://*.tenant-0000000.example.com", "https://app.tenant-0000000.example.com", "https://app.guests-0000000.example.com", false, false},
	{"labels", "Patterns, https://pr-*.tenant-0000000.example.com", []int{1, 100, 10_000},
		"https://pr-*.tenant-0000000.example.com", "https://pr-12.tenant-0000000.example.com", "https://pr-12.guests-0000000.example.com", true, false},
	{"expressions", `Expressions, https://[a-z]+\.tenant-0000000\.example\.com`, []int{1, 10, 100, 1000},
		`https://[a-z]+\.tenant-0000000\.example\.com`, "https://app.tenant-0000000.example.com", "https://app.guests-0000000.example.com", true, true},
}

// mostLinear is how many entries are given to an implementation whose cost
// grows with them; sizes above it are for net/http only, since the engine is
// the same in the other frameworks.
const mostLinear = 10_000

// config returns the Config of the first n.
func (p population) config(n int) cors.Config {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = strings.Replace(p.entry, "0000000", fmt.Sprintf("%07d", i), 1)
	}
	cfg := Policy
	cfg.AllowOrigins, cfg.AllowOriginRegexps = entries, nil
	if p.expressions {
		cfg.AllowOrigins, cfg.AllowOriginRegexps = nil, entries
	}
	return cfg
}

// implementations are those of a framework that take n entries.
func (p population) implementations(f Framework, n int) (implementations []Implementation) {
	if n > mostLinear && f.Name != NetHTTP.Name {
		return nil
	}
	for _, i := range f.general() {
		if n > mostLinear && i.Linear || p.oursOnly && i.Name != ours {
			continue
		}
		implementations = append(implementations, i)
	}
	if p.expressions && f.Name == NetHTTP.Name {
		implementations = append(implementations, oneByOne)
	}
	return implementations
}

// oneByOne tries compiled expressions in turn, as handwritten code does.
var oneByOne = Implementation{Name: "regexp", Title: "regexp, one by one", New: muxBehind(func(cfg cors.Config) middleware {
	var expressions []*regexp.Regexp
	for _, e := range cfg.AllowOriginRegexps {
		expressions = append(expressions, regexp.MustCompile(`\A(?:`+e+`)\z`))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h["Vary"] = varyValue
			origin := r.Header["Origin"]
			for _, e := range expressions {
				if e.MatchString(origin[0]) {
					h["Access-Control-Allow-Origin"] = origin
					h["Access-Control-Allow-Credentials"] = credentialsValue
					h["Access-Control-Expose-Headers"] = exposeValue
					break
				}
			}
			next.ServeHTTP(w, r)
		})
	}
})}

// An ask says which origins are asked for.
type ask struct {
	name, title string
	allowed     bool
	random      bool // a different one each time; else the last of the list
}

var asks = []ask{
	{"allowed", "allowed, the last of the list again and again", true, false},
	{"denied", "denied, one origin again and again", false, false},
	{"random-allowed", "allowed, at random", true, true},
	{"random-denied", "denied, at random", false, true},
}

// origins returns what names an origin to ask for, of the first n.
func (p population) origins(a ask, n int) (next func() string) {
	origin := p.stranger
	if a.allowed {
		origin = p.origin
	}
	// The origin is written into memory that stays where it is: what a
	// server has just read is in the processor's cache, too.
	text := []byte(origin)
	digits := text[strings.Index(origin, "0000000"):][:7]
	named := unsafe.String(&text[0], len(text))
	state := uint64(1)
	return func() string {
		number := n - 1
		if a.random {
			state = state*6364136223846793005 + 1442695040888963407 // Knuth's MMIX
			number = int(state >> 33 % uint64(n))
		}
		for i := len(digits) - 1; i >= 0; i-- {
			digits[i] = byte('0' + number%10)
			number /= 10
		}
		return named
	}
}

// run returns what asks for origins of the first n.
func (p population) run(x Exchange, a ask, n int) func(int) {
	next := p.origins(a, n)
	x.SetOrigin(next())
	if !a.random {
		return again(x)
	}
	return func(times int) {
		for range times {
			x.SetOrigin(next())
			x.Serve()
		}
	}
}

// A crowd is one size of a population, asked in one way, in one framework.
type crowd struct {
	population      population
	framework       Framework
	n               int
	ask             ask
	implementations []Implementation
}

// crowds returns what there is to measure of a population, and the cases of
// each. Implementations are made when first needed, and once for all asks.
func crowds(p population, frameworks []Framework) (crowds []crowd, groups []Group) {
	r := Requests[1]
	for _, f := range frameworks {
		for _, n := range p.sizes {
			implementations := p.implementations(f, n)
			if len(implementations) == 0 {
				continue
			}
			servers := []func() Server{func() Server { return f.bare() }}
			names := []string{none}
			for _, i := range implementations {
				servers = append(servers, sync.OnceValue(func() Server { return i.New(p.config(n)) }))
				names = append(names, i.Name)
			}
			for _, a := range asks {
				var group Group
				for i, server := range servers {
					group = append(group, Case{
						Name:  fmt.Sprintf("framework=%s/impl=%s/%s=%d/ask=%s", f.Name, names[i], p.name, n, a.name),
						Setup: func() func(int) { return p.run(server().Exchange(r), a, n) },
					})
				}
				crowds = append(crowds, crowd{p, f, n, a, implementations})
				groups = append(groups, group)
			}
		}
	}
	return crowds, groups
}

// Scale measures decisions among many origins.
func Scale(o Options) (tables []*Table) {
	for _, p := range populations {
		tables = append(tables, p.measure(o))
	}
	return append(tables, compilation(o))
}

func (p population) measure(o Options) *Table {
	t := &Table{
		Title:   p.title,
		Text:    "Time added to an actual request; beside it, how many times that of the first column.",
		Columns: []string{""},
	}
	for _, n := range p.sizes {
		t.Columns = append(t.Columns, count(n))
	}
	type key struct{ framework, implementation, ask string }
	added := make(map[key][]float64)
	crowds, groups := crowds(p, o.Frameworks)
	for k, measured := range measure(groups, o) {
		c := crowds[k]
		for i, implementation := range c.implementations {
			at := key{c.framework.Name, implementation.Name, c.ask.name}
			added[at] = append(added[at], max(median(measured[i+1].minus(measured[0])), leastAdded))
		}
	}
	for _, a := range asks {
		t.Rows = append(t.Rows, []string{a.title})
		for _, f := range o.Frameworks {
			for _, i := range p.implementations(f, p.sizes[0]) {
				row := []string{f.Title + ": " + i.Title}
				series := added[key{f.Name, i.Name, a.name}]
				for k := range p.sizes {
					switch {
					case k >= len(series):
						row = append(row, "")
					case k == 0:
						row = append(row, nanoseconds(series[k]))
					default:
						row = append(row, nanoseconds(series[k])+", "+times(series[k]/series[0]))
					}
				}
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// compilation measures what it takes to make an implementation.
func compilation(o Options) *Table {
	t := &Table{
		Title:   "Time and memory of a policy",
		Text:    "To make it, and what the heap holds more after a garbage collection, the text of the entries included.",
		Columns: []string{"", "entries", "time", "per entry", "bytes per entry"},
	}
	for _, p := range populations {
		t.Rows = append(t.Rows, []string{p.title})
		for _, n := range p.sizes[1:] {
			for _, i := range p.implementations(NetHTTP, n) {
				var took []float64
				for range min(o.Rounds, 5) {
					took = append(took, float64(compileTime(i, p, n)))
				}
				e := median(took)
				t.Rows = append(t.Rows, []string{i.Title, count(n), nanoseconds(e), nanoseconds(e / float64(n)), fmt.Sprintf("%.0f", heldBytes(i, p, n)/float64(n))})
			}
		}
	}
	return t
}

func compileTime(i Implementation, p population, n int) time.Duration {
	cfg := p.config(n)
	runtime.GC()
	start := time.Now()
	i.New(cfg)
	return time.Since(start)
}

// heldBytes returns how much memory an implementation holds.
func heldBytes(i Implementation, p population, n int) float64 {
	before := heap()
	server := i.New(p.config(n))
	after := heap()
	runtime.KeepAlive(server)
	return float64(after) - float64(before)
}
