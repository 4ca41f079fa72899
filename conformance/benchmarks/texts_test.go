package benchmarks

import (
	"fmt"
	"hash/maphash"
	"runtime"
	"testing"

	"github.com/corskit/cors/core/origin"
)

// BenchmarkTexts looks origins up at random, in a list that is kept in one of
// several ways. What "none" takes is to name them.
func BenchmarkTexts(b *testing.B) {
	ways := []struct {
		name string
		make func(list []string) (has func(string) bool)
	}{
		{"none", func([]string) func(string) bool { return func(string) bool { return false } }},
		{"map", func(list []string) func(string) bool {
			m := make(map[string]struct{}, len(list))
			for _, text := range list {
				m[text] = struct{}{}
			}
			return func(text string) bool { _, ok := m[text]; return ok }
		}},
		// A slot has half of a hash, and where in the list the text is.
		{"slots", func(list []string) func(string) bool {
			seed, slots := maphash.MakeSeed(), make([]uint64, 2*len(list))
			slot := func(text string) int {
				hash := maphash.String(seed, text)
				for i := int(hash % uint64(len(slots))); ; i = (i + 1) % len(slots) {
					if slots[i] == 0 || slots[i]>>32 == hash>>32 && list[uint32(slots[i])-1] == text {
						return i
					}
				}
			}
			for i, text := range list {
				slots[slot(text)] = maphash.String(seed, text)>>32<<32 | uint64(i+1)
			}
			return func(text string) bool { return slots[slot(text)] != 0 }
		}},
		{"set", func(list []string) func(string) bool {
			patterns := make([]origin.Pattern, len(list))
			for i, text := range list {
				patterns[i], _ = origin.ParsePattern(text)
			}
			s := origin.NewSet(patterns, nil)
			return func(text string) bool { return s.Match(text) == origin.MatchedExact }
		}},
	}
	p := populations[0]
	for _, n := range []int{1, 4, 100, 10_000, 1_000_000} {
		list := p.config(n).AllowOrigins
		for _, way := range ways {
			before := heap()
			has := way.make(list)
			held := float64(heap()) - float64(before)
			for _, a := range asks[2:] {
				b.Run(fmt.Sprintf("origins=%d/way=%s/ask=%s", n, way.name, a.name), func(b *testing.B) {
					next := p.origins(a, n)
					for b.Loop() {
						has(next())
					}
					b.ReportMetric(held/float64(n), "B/entry")
				})
			}
			runtime.KeepAlive(has)
		}
	}
}
