package benchmarks

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// leastAdded is the least that counts in a geometric mean, in nanoseconds: less
// cannot be told from nothing, and nothing has no logarithm.
const leastAdded = 1

// requestCases returns the cases of one request: the router without CORS, then
// every implementation of a framework.
func requestCases(f Framework, r Request) Group {
	group := Group{requestCase(f, none, r, func() Server { return f.without(r) })}
	for _, i := range f.Implementations {
		group = append(group, requestCase(f, i.Name, r, func() Server { return i.New(Policy) }))
	}
	return group
}

func requestCase(f Framework, implementation string, r Request, server func() Server) Case {
	return Case{
		Name:  fmt.Sprintf("framework=%s/impl=%s/request=%s", f.Name, implementation, r.Name),
		Setup: func() func(int) { return again(server().Exchange(r)) },
	}
}

// again serves an exchange n times.
func again(x Exchange) func(n int) {
	return func(n int) {
		for range n {
			x.Serve()
		}
	}
}

// requestGroups returns a group for each framework and request, those of a
// framework together.
func requestGroups(frameworks []Framework) []Group {
	var groups []Group
	for _, f := range frameworks {
		for _, r := range Requests {
			groups = append(groups, requestCases(f, r))
		}
	}
	return groups
}

// Added measures what each implementation adds to a request.
func Added(o Options) *Table {
	t := &Table{
		Title: "What CORS adds to a request",
		Text: "Nanoseconds (median ± half the interquartile range) and allocations on top of the same router without CORS; " +
			"the geometric mean of the five; and how long corskit takes in comparison (95 % bootstrap interval).",
		Columns: []string{""},
	}
	for _, r := range Requests {
		t.Columns = append(t.Columns, r.Title)
	}
	t.Columns = append(t.Columns, "mean", "corskit takes")
	groups := requestGroups(o.Frameworks)
	measured := measure(groups, o)
	clamped := false
	for k, f := range o.Frameworks {
		t.Rows = append(t.Rows, []string{f.Title + version(f.Module)})
		at := k * len(Requests)
		// Times added, by implementation and request.
		added := make([][]Times, len(f.Implementations))
		var mine []Times
		for i, implementation := range f.Implementations {
			for j := range Requests {
				group := measured[at+j]
				added[i] = append(added[i], group[i+1].minus(group[0]))
			}
			if implementation.Name == ours {
				mine = added[i]
			}
		}
		for i, implementation := range f.Implementations {
			row := []string{implementation.Title + version(implementation.Module)}
			for j := range Requests {
				e := estimate(added[i][j])
				group := groups[at+j]
				cell := fmt.Sprintf("%.0f ± %.0f", e.Median, e.Spread)
				if e.Median < leastAdded {
					cell = fmt.Sprintf("≈ 0 ± %.0f", e.Spread)
					clamped = true
				}
				row = append(row, cell+fmt.Sprintf(", %.0f", allocations(group[i+1])-allocations(group[0])))
			}
			row = append(row, fmt.Sprintf("%.0f", mean(added[i])))
			if implementation.Name == ours {
				row = append(row, "")
			} else {
				low, high := interval(mine, added[i])
				row = append(row, fmt.Sprintf("%.2f (%.2f to %.2f)", mean(mine)/mean(added[i]), low, high))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Notes = append(t.Notes, "“Handwritten” is the least code that answers correctly for this one policy. "+
		"It gives every response the same values, so that a handler which writes into one changes them all; that with “values of its own” does not.")
	if clamped {
		t.Notes = append(t.Notes, fmt.Sprintf("≈ 0: the median is below %d ns, which cannot be told from nothing; the mean counts it as %[1]d ns.", leastAdded))
	}
	t.Notes = append(t.Notes, differing(o.Frameworks)...)
	return t
}

// mean returns the geometric mean of medians.
func mean(requests []Times) float64 {
	sum := 0.0
	for _, t := range requests {
		sum += math.Log(max(median(t), leastAdded))
	}
	return math.Exp(sum / float64(len(requests)))
}

// interval returns the 95 % bootstrap interval of mean(a)/mean(b).
func interval(a, b []Times) (low, high float64) {
	const samples = 500
	ratios := make([]float64, samples)
	for s := range ratios {
		ratios[s] = mean(resample(a)) / mean(resample(b))
	}
	slices.Sort(ratios)
	return quantile(ratios, 0.025), quantile(ratios, 0.975)
}

func resample(requests []Times) []Times {
	resampled := make([]Times, len(requests))
	for i, t := range requests {
		for range t {
			resampled[i] = append(resampled[i], t[rand.IntN(len(t))])
		}
	}
	return resampled
}

// differing says whose answers are not what they should be.
func differing(frameworks []Framework) (notes []string) {
	for _, f := range frameworks {
		for _, i := range f.Implementations {
			for k, d := range i.Differs {
				if k == 0 {
					notes = append(notes, i.Title+" on "+f.Title+" answers differently: "+d)
				} else {
					notes[len(notes)-1] += "; " + d
				}
			}
		}
	}
	return notes
}
