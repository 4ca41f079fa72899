package benchmarks

import (
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// A Case is something that takes time.
type Case struct {
	Name string // as benchstat reads it, such as "framework=gin/impl=corskit/request=no-origin"
	// Setup returns what does it n times over. It may be called again.
	Setup func() func(n int)
}

// A Group are cases that are compared with each other, and so measured one
// right after the other. The first is what the others are added to.
type Group []Case

// Options say how to measure. Many short rounds are better than few long ones:
// in half a millisecond, few cases are interrupted by other programs, and a
// median leaves those out. The garbage collector runs between what is timed:
// what garbage costs is told by the number of allocations, and by [Loopback].
type Options struct {
	Rounds     int
	Duration   time.Duration // of a case in a round
	Frameworks []Framework
	Progress   func(done, total int) // may be nil
}

// Times are how many nanoseconds a case took, by round.
type Times []float64

// measure measures all cases of all groups once a round. Rounds take the groups
// in a shuffled order, and groups their cases: whatever else the machine does,
// it does to all of them.
func measure(groups []Group, o Options) [][]Times {
	times := make([][]Times, len(groups))
	runs := make([][]timed, len(groups))
	for i, group := range groups {
		times[i] = make([]Times, len(group))
		for _, c := range group {
			runs[i] = append(runs[i], calibrate(c.Setup(), o.Duration))
		}
	}
	// What others left behind is not for the next to clean up: garbage is
	// collected before each group, or before each round where that takes long.
	small := heap() < 64<<20
	if small {
		defer debug.SetGCPercent(debug.SetGCPercent(1000))
	}
	for round := range o.Rounds {
		if !small {
			runtime.GC()
		}
		for _, i := range rand.Perm(len(groups)) {
			if small {
				runtime.GC()
			}
			for _, j := range rand.Perm(len(groups[i])) {
				t := runs[i][j]
				t.run(1 + t.n/10) // fills the processor's caches again
				times[i][j] = append(times[i][j], t.time())
			}
		}
		if o.Progress != nil {
			o.Progress(round+1, o.Rounds)
		}
	}
	return times
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first has found to be finalized is freed by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A timed is what is run, as often as fills the time that it has.
type timed struct {
	run func(n int)
	n   int
}

func (t timed) time() (nanoseconds float64) {
	start := time.Now()
	t.run(t.n)
	return float64(time.Since(start)) / float64(t.n)
}

func calibrate(run func(n int), duration time.Duration) timed {
	t := timed{run, 1}
	for {
		took := max(time.Duration(t.time()*float64(t.n)), 1)
		if took >= duration/2 {
			t.n = max(1, int(float64(t.n)*float64(duration)/float64(took)))
			return t
		}
		t.n *= int(min(max(duration/took, 2), 100))
	}
}

// allocations returns how often a case allocates.
func allocations(c Case) float64 {
	run := c.Setup()
	return testing.AllocsPerRun(100, func() { run(1) })
}

// An Estimate is a median with its spread: half of the distance between the
// first and the third quartile.
type Estimate struct{ Median, Spread float64 }

func estimate(values []float64) Estimate {
	sorted := slices.Sorted(slices.Values(values))
	return Estimate{quantile(sorted, 0.5), (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2}
}

// quantile interpolates between sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func median(values []float64) float64 { return estimate(values).Median }

// minus returns how much longer t took than base, round by round.
func (t Times) minus(base Times) Times {
	differences := make(Times, len(t))
	for i := range t {
		differences[i] = t[i] - base[i]
	}
	return differences
}
