package benchmarks

import (
	"net/http"
	"testing"
)

func BenchmarkValues(b *testing.B) { benchmark(b, valueGroups()) }

// TestWays proves that every way puts the values there, and that a handler which
// writes into them changes other responses in the one way that is said to do so.
func TestWays(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			shared := [][]string{{"Origin"}, {"600"}}
			put := func() http.Header {
				h := make(http.Header)
				way.put(h, []string{"Vary", "Access-Control-Max-Age"}, []string{"Origin", "600"}, shared)
				return h
			}
			first := put()
			if first.Get("Vary") != "Origin" || first.Get("Access-Control-Max-Age") != "600" {
				t.Errorf("the header is %v", first)
			}
			first["Vary"][0] = "changed"
			first.Add("Vary", "added")
			second := put()
			if safe := second.Get("Vary") == "Origin"; safe != (way.name != "shared") {
				t.Errorf("the next header is %v", second)
			}
			if first.Get("Access-Control-Max-Age") != "600" {
				t.Errorf("adding to a value changes the next: %v", first)
			}
		})
	}
}
