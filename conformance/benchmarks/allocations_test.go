//go:build !race

// Under the race detector, sync.Pool drops at random what it holds, and the
// pools of the frameworks allocate.

package benchmarks

import "testing"

// TestAllocations holds the allocations that CORS adds to a request.
func TestAllocations(t *testing.T) {
	budgets := map[string]float64{"nethttp": 1, "chi": 1, "gin": 1, "fiber": 0}
	for _, f := range Frameworks {
		budget, ok := budgets[f.Name]
		if !ok {
			continue
		}
		for _, r := range Requests {
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
