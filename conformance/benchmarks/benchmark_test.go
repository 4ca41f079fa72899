package benchmarks

import (
	"fmt"
	"testing"
)

func benchmark(b *testing.B, groups []Group) {
	for _, group := range groups {
		for _, c := range group {
			b.Run(c.Name, func(b *testing.B) {
				run := c.Setup()
				b.ReportAllocs()
				b.ResetTimer()
				run(b.N)
			})
		}
	}
}

func BenchmarkRequest(b *testing.B) { benchmark(b, requestGroups(Frameworks)) }

func BenchmarkGrid(b *testing.B) { benchmark(b, gridGroups()) }

func BenchmarkScale(b *testing.B) {
	for _, p := range populations {
		_, groups := crowds(p, Frameworks)
		benchmark(b, groups)
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, a := range attacks {
		for _, f := range Frameworks {
			benchmark(b, a.groups(f))
		}
	}
}

func BenchmarkLoopback(b *testing.B) {
	for _, f := range Frameworks {
		for _, r := range loopbackRequests {
			servers := map[string]func() Server{none: func() Server { return f.without(r) }}
			names := []string{none}
			for _, i := range f.Implementations {
				servers[i.Name] = func() Server { return i.New(Policy) }
				names = append(names, i.Name)
			}
			for _, name := range names {
				b.Run(fmt.Sprintf("framework=%s/impl=%s/request=%s", f.Name, name, r.Name), func(b *testing.B) {
					l, err := connect(servers[name](), r)
					if err != nil {
						b.Fatal(err)
					}
					defer l.close()
					b.ResetTimer()
					l.run(b.N)
				})
			}
		}
	}
}

// BenchmarkCompile makes a policy of many entries.
func BenchmarkCompile(b *testing.B) {
	for _, p := range populations {
		for _, n := range p.sizes {
			for _, i := range p.implementations(NetHTTP, n) {
				b.Run(fmt.Sprintf("impl=%s/%s=%d", i.Name, p.name, n), func(b *testing.B) {
					cfg := p.config(n)
					b.ReportAllocs()
					for b.Loop() {
						i.New(cfg)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/entry")
					b.ReportMetric(heldBytes(i, p, n)/float64(n), "B/entry")
				})
			}
		}
	}
}
