package watch

import (
	"slices"
	"sync/atomic"

	"github.com/corskit/cors/core/internal/origin"
)

// A wideEntry is an entry that can match several origins: exactly one of the
// others is set.
type wideEntry struct {
	entry       *entry
	all         bool // "*"
	patterns    []origin.Pattern
	expressions []*origin.Regexp
}

// newWideEntry reads an entry that an Engine has accepted.
func newWideEntry(name entryName, e *entry) wideEntry {
	w := wideEntry{entry: e}
	switch {
	case name.field == "AllowOriginRegexps":
		expression, _ := origin.ParseRegexp(name.value)
		w.expressions = []*origin.Regexp{expression}
	case name.value == "*":
		w.all = true
	default:
		pattern, _ := origin.ParsePattern(name.value)
		w.patterns = []origin.Pattern{pattern}
	}
	return w
}

// A usageTree finds every wide entry that matches an origin. A node has the
// union of the entries below, so that a search goes only where something
// matches, and where something is unused.
type usageTree struct {
	union    *origin.Set // nil: any origin
	used     atomic.Bool // all entries below are, since there is the tree
	entry    *entry      // of a leaf
	children []*usageTree
}

// newUsageTree returns nil if there are no entries.
func newUsageTree(entries []wideEntry) *usageTree {
	if len(entries) == 0 {
		return nil
	}
	const degree = 4 // as many comparisons as with 2, in half the memory
	t := new(usageTree)
	if len(entries) == 1 {
		t.entry = entries[0].entry
	} else {
		for part := range slices.Chunk(entries, (len(entries)+degree-1)/degree) {
			t.children = append(t.children, newUsageTree(part))
		}
	}
	all := false
	var patterns []origin.Pattern
	var expressions []*origin.Regexp
	for _, e := range entries {
		all = all || e.all
		patterns = append(patterns, e.patterns...)
		expressions = append(expressions, e.expressions...)
	}
	if !all {
		t.union = origin.NewSet(patterns, expressions)
	}
	return t
}

// use marks the entries that match an origin.
func (t *usageTree) use(origin string, number uint64) {
	if t.used.Load() || t.union != nil && !matches(t.union, origin) {
		return
	}
	used := true
	if t.entry != nil {
		t.entry.usedIn.Store(number)
	}
	for _, child := range t.children {
		child.use(origin, number)
		used = used && child.used.Load()
	}
	if used {
		t.used.Store(true)
	}
}

func matches(set *origin.Set, text string) bool { return set.Match(text) != origin.NoMatch }
