package benchmarks

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// BenchmarkValues puts the values of a response into its header: one, as for a
// denied request; four, as for an allowed one; and six, as for a preflight.
// They are shared between responses, which is not safe, or belong to the
// response in one of several ways.
func BenchmarkValues(b *testing.B) {
	names := []string{
		"Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
		"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
	}
	values := []string{"Origin", allowed, credentials, methods, headers, maxAge}
	shared := [][]string{varyValue, {allowed}, credentialsValue, methodsValue, headersValue, maxAgeValue}

	// Slabs are carved up, and never used again: what is cut off belongs to the
	// response.
	const slab = 128
	slabs := sync.Pool{New: func() any { return new([]string) }}
	carve := func(n int) []string {
		s := slabs.Get().(*[]string)
		if len(*s) < n {
			*s = make([]string, slab)
		}
		cut := (*s)[:n:n]
		*s = (*s)[n:]
		slabs.Put(s)
		return cut
	}
	ways := []struct {
		name string
		put  func(h http.Header, n int)
	}{
		{"shared", func(h http.Header, n int) {
			for i := range n {
				h[names[i]] = shared[i]
			}
		}},
		{"set", func(h http.Header, n int) {
			for i := range n {
				h.Set(names[i], values[i])
			}
		}},
		{"slices", func(h http.Header, n int) {
			for i := range n {
				h[names[i]] = []string{values[i]}
			}
		}},
		{"array", func(h http.Header, n int) {
			own := make([]string, n)
			for i := range n {
				own[i] = values[i]
				h[names[i]] = own[i : i+1 : i+1]
			}
		}},
		{"slab", func(h http.Header, n int) {
			own := carve(n)
			for i := range n {
				own[i] = values[i]
				h[names[i]] = own[i : i+1 : i+1]
			}
		}},
	}
	for _, n := range []int{1, 4, 6} {
		for _, way := range ways {
			b.Run(fmt.Sprintf("values=%d/way=%s", n, way.name), func(b *testing.B) {
				h := make(http.Header)
				b.ReportAllocs()
				for b.Loop() {
					clear(h)
					way.put(h, n)
				}
			})
		}
	}
}
