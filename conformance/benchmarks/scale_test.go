package benchmarks

import (
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	cors "github.com/corskit/cors/core"
)

// A population is a way to allow many origins: those of tenants with numbers.
type population struct {
	name      string
	sizes     []int
	entry     string // of the Config; the number replaces seven zeros
	origin    string // an origin that the entry allows
	stranger  string // one as long that no entry allows
	libraries []library
}

var populations = []population{
	{"origins", []int{1, 100, 10_000, 1_000_000},
		"https://tenant-0000000.example.com", "https://tenant-0000000.example.com", "https://guests-0000000.example.com", libraries},
	{"patterns", []int{1, 100, 10_000},
		"https://*.tenant-0000000.example.com", "https://app.tenant-0000000.example.com", "https://app.guests-0000000.example.com", libraries},
	{"labels", []int{1, 100, 10_000},
		"https://pr-*.tenant-0000000.example.com", "https://pr-12.tenant-0000000.example.com", "https://pr-12.guests-0000000.example.com", libraries[:1]},
	{"regexps", []int{1, 10, 100, 1000},
		`https://[a-z]+\.tenant-0000000\.example\.com`, "https://app.tenant-0000000.example.com", "https://app.guests-0000000.example.com",
		[]library{libraries[0], oneByOne}},
}

// number replaces the zeros of a text.
func number(text string, n int) string {
	return strings.Replace(text, "0000000", fmt.Sprintf("%07d", n), 1)
}

// config returns the Config with the first n entries.
func (p population) config(n int) cors.Config {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = number(p.entry, i)
	}
	cfg := Policy
	if cfg.AllowOrigins = entries; p.name == "regexps" {
		cfg.AllowOrigins, cfg.AllowOriginRegexps = nil, entries
	}
	return cfg
}

// each calls f for each size and each library that supports so many entries.
func (p population) each(f func(n int, l library)) {
	for _, n := range p.sizes {
		for _, l := range p.libraries {
			if n <= 10_000 || l.Name != rsCORS.Name { // it tries the entries one after another
				f(n, l)
			}
		}
	}
}

// oneByOne tries regular expressions one after another, as handwritten code
// does.
var oneByOne = library{Name: "regexp", wrap: func(cfg cors.Config) middleware {
	var expressions []*regexp.Regexp
	for _, e := range cfg.AllowOriginRegexps {
		expressions = append(expressions, regexp.MustCompile(`\A(?:`+e+`)\z`))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			origin := r.Header.Get("Origin")
			v := &[4]string{"Origin", origin, credentials, expose}
			h["Vary"] = v[0:1:1]
			for _, e := range expressions {
				if e.MatchString(origin) {
					h["Access-Control-Allow-Origin"] = v[1:2:2]
					h["Access-Control-Allow-Credentials"] = v[2:3:3]
					h["Access-Control-Expose-Headers"] = v[3:4:4]
					break
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}}

// visitors returns a function that serves x to the visitors of n tenants at
// random.
func visitors(x Exchange, origin string, n int) (serve func()) {
	// The origin is written to the same memory each time: data that a server
	// has just read is in the processor's cache, too.
	text := []byte(origin)
	digits := text[strings.Index(origin, "0000000"):][:7]
	x.SetOrigin(unsafe.String(&text[0], len(text)))
	state := uint64(1)
	return func() {
		state = state*6364136223846793005 + 1442695040888963407 // Knuth's MMIX
		tenant := int(state >> 33 % uint64(n))
		for i := len(digits) - 1; i >= 0; i-- {
			digits[i] = byte('0' + tenant%10)
			tenant /= 10
		}
		x.Serve()
	}
}

// BenchmarkScale measures actual requests to policies with many entries.
func BenchmarkScale(b *testing.B) {
	handler := http.HandlerFunc(handle)
	r := Requests[1]
	var benchmarks []benchmark
	for _, p := range populations {
		p.each(func(n int, l library) {
			server := sync.OnceValue(func() Server { return handlerWith(handler, l.wrap(p.config(n))) })
			for _, origin := range []struct{ name, text string }{{"allowed", p.origin}, {"denied", p.stranger}} {
				benchmarks = append(benchmarks, benchmark{
					fmt.Sprintf("%s=%d/origin=%s/impl=%s", p.name, n, origin.name, l.Name),
					func(b *testing.B) {
						interleaved(b, visitors(handlerWith(handler).Exchange(r), origin.text, n), visitors(server().Exchange(r), origin.text, n))
					},
				})
			}
		})
	}
	run(b, benchmarks)
}

// BenchmarkCompile measures the time to make a policy with many entries, and
// the memory that it holds, the text of the entries included.
func BenchmarkCompile(b *testing.B) {
	var benchmarks []benchmark
	for _, p := range populations {
		p.each(func(n int, l library) {
			if n == 1 {
				return
			}
			benchmarks = append(benchmarks, benchmark{
				fmt.Sprintf("%s=%d/impl=%s", p.name, n, l.Name),
				func(b *testing.B) {
					before := heap()
					held := l.wrap(p.config(n))
					bytes := float64(heap()) - float64(before)
					runtime.KeepAlive(held)
					cfg := p.config(n)
					b.ResetTimer()
					for range b.N {
						l.wrap(cfg)
					}
					b.ReportMetric(bytes/float64(n), "B/entry")
				},
			})
		})
	}
	run(b, benchmarks)
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // frees what the first has finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkPaths measures actual requests to servers with many policies by path. The
// handler is net/http's ServeMux with as many patterns. Other libraries wrap
// each handler in a middleware.
func BenchmarkPaths(b *testing.B) {
	var benchmarks []benchmark
	for _, n := range []int{2, 100, 10_000} {
		mux, eachWrapped := http.NewServeMux(), http.NewServeMux()
		var configs []cors.Config
		for i := range n {
			cfg := Policy
			cfg.Paths = []string{number("/tenant-0000000/", i)}
			configs = append(configs, cfg)
			mux.HandleFunc(cfg.Paths[0], handle)
			eachWrapped.Handle(cfg.Paths[0], jub0bsCORS.wrap(Policy)(http.HandlerFunc(handle)))
		}
		r := request("", "", http.MethodGet, number("/tenant-0000000/profile", n/2), "Origin: "+allowed)
		bare := handlerWith(mux)
		for _, l := range []struct {
			name   string
			server func() Server
		}{
			{Corskit, sync.OnceValue(func() Server {
				engine, err := cors.New(configs...)
				if err != nil {
					panic(err)
				}
				return handlerWith(mux, engine.Handler)
			})},
			{jub0bsCORS.Name, func() Server { return handlerWith(eachWrapped) }},
		} {
			benchmarks = append(benchmarks, benchmark{
				fmt.Sprintf("policies=%d/impl=%s", n, l.name),
				func(b *testing.B) { interleaved(b, bare.Exchange(r).Serve, l.server().Exchange(r).Serve) },
			})
		}
	}
	run(b, benchmarks)
}

// TestPopulations checks that origins are allowed and denied as the benchmarks
// say.
func TestPopulations(t *testing.T) {
	for _, p := range populations {
		p.each(func(n int, l library) {
			if n > 100 {
				return
			}
			server := handlerWith(http.HandlerFunc(handle), l.wrap(p.config(n)))
			for origin, want := range map[string]bool{p.origin: true, number(p.origin, n): false, p.stranger: false} {
				x := server.Exchange(Requests[1])
				x.SetOrigin(origin)
				x.Serve()
				if got := x.Response().Header.Get("Access-Control-Allow-Origin") == origin; got != want {
					t.Errorf("%s=%d: %s: %s is allowed: %v", p.name, n, l.Name, origin, got)
				}
			}
		})
	}
}
