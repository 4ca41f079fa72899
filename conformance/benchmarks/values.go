package benchmarks

import (
	"fmt"
	"net/http"
	"sync"
)

// ways are those of putting values into the header of a response. Shared values
// are not safe: a handler that writes into one changes those of other responses.
// With the others, values belong to the response.
var ways = []struct {
	name, title string
	put         func(h http.Header, names, values []string, shared [][]string)
}{
	{"shared", "the same for all responses, which is not safe", func(h http.Header, names, _ []string, shared [][]string) {
		for i, name := range names {
			h[name] = shared[i]
		}
	}},
	{"set", "Header.Set", func(h http.Header, names, values []string, _ [][]string) {
		for i, name := range names {
			h.Set(name, values[i])
		}
	}},
	{"slices", "a slice for each value", func(h http.Header, names, values []string, _ [][]string) {
		for i, name := range names {
			h[name] = []string{values[i]}
		}
	}},
	{"array", "an array for each response", func(h http.Header, names, values []string, _ [][]string) {
		putOwn(h, names, values, make([]string, len(names)))
	}},
	{"slab", "cut off a block, which is never used again (corskit)", func(h http.Header, names, values []string, _ [][]string) {
		block := slabs.Get().(*[]string)
		if len(*block) < len(names) {
			*block = make([]string, slab)
		}
		own := (*block)[:len(names):len(names)]
		*block = (*block)[len(names):]
		slabs.Put(block)
		putOwn(h, names, values, own)
	}},
}

// slab is how many values a block has.
const slab = 64

var slabs = sync.Pool{New: func() any { return new([]string) }}

func putOwn(h http.Header, names, values, own []string) {
	for i, name := range names {
		own[i] = values[i]
		h[name] = own[i : i+1 : i+1]
	}
}

// valueCounts are how many values there are for a denied request, an allowed
// one, and an allowed preflight.
var valueCounts = []int{1, 4, 6}

// valueGroups returns a group for each count. Its first case empties the header
// and no more.
func valueGroups() []Group {
	names := []string{
		"Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
		"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
	}
	values := []string{"Origin", allowed, credentials, methods, headers, maxAge}
	shared := [][]string{varyValue, {allowed}, credentialsValue, methodsValue, headersValue, maxAgeValue}
	repeat := func(name string, n int, put func(http.Header)) Case {
		return Case{fmt.Sprintf("values=%d/way=%s", n, name), func() func(int) {
			h := make(http.Header)
			return func(times int) {
				for range times {
					clear(h)
					put(h)
				}
			}
		}}
	}
	var groups []Group
	for _, n := range valueCounts {
		group := Group{repeat(none, n, func(http.Header) {})}
		for _, way := range ways {
			group = append(group, repeat(way.name, n, func(h http.Header) { way.put(h, names[:n], values[:n], shared[:n]) }))
		}
		groups = append(groups, group)
	}
	return groups
}

// Values measures the ways of putting values into a header.
func Values(o Options) *Table {
	t := &Table{
		Title:   "Values of a response",
		Text:    "Nanoseconds and allocations that it takes to empty a header and put so many values into it.",
		Columns: []string{""},
	}
	for _, n := range valueCounts {
		t.Columns = append(t.Columns, count(n))
	}
	groups := valueGroups()
	measured := measure(groups, o)
	for i, way := range ways {
		row := []string{way.title}
		for k := range groups {
			row = append(row, fmt.Sprintf("%s, %.0f", nanoseconds(median(measured[k][i+1].minus(measured[k][0]))), allocations(groups[k][i+1])))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
