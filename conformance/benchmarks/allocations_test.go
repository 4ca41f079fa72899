//go:build !race

// Under the race detector, sync.Pool drops at random what it holds, and the
// pools of the frameworks allocate.

package benchmarks

import "testing"

// TestAllocations holds the allocations that CORS adds to a request. In Echo,
// every middleware costs one, and the hook that puts headers back two.
func TestAllocations(t *testing.T) {
	budgets := map[string]float64{"echo": 3}
	for _, f := range Frameworks {
		for _, r := range Requests {
			budget := budgets[f.Name]
			if r.IsPreflight() {
				budget = 0
			}
			group := requestCases(f, r)
			for i, c := range group {
				if i == 0 || f.Implementations[i-1].Name != ours {
					continue
				}
				if added := allocations(c) - allocations(group[0]); added > budget {
					t.Errorf("%s: %v allocations, more than %v", c.Name, added, budget)
				}
			}
		}
	}
}
