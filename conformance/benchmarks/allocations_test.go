//go:build !race

// Under the race detector, sync.Pool drops items at random, and the pools of
// the frameworks allocate.

package benchmarks

import "testing"

// TestAllocations checks how many allocations corskit adds to a request. In
// Echo, every middleware costs one before v5, and the writer that restores headers one.
func TestAllocations(t *testing.T) {
	budgets := map[string]float64{"echo": 2, "echo5": 1}
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			if i.Name != Corskit {
				continue
			}
			for _, r := range Requests {
				budget := budgets[f.Name]
				if r.IsPreflight() {
					budget = 0
				}
				with, without := i.New(Policy).Exchange(r), f.without(r).Exchange(r)
				if added := testing.AllocsPerRun(100, with.Serve) - testing.AllocsPerRun(100, without.Serve); added > budget {
					t.Errorf("%s: %s: %v allocations, more than %v", f.Name, r.Name, added, budget)
				}
			}
		}
	}
}
