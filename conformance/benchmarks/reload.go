package benchmarks

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	cors "github.com/corskit/cors/core"
)

// reloadOrigins is how many origins are reloaded.
const reloadOrigins = 1_000_000

// Reload measures requests while the policy is replaced. Since the garbage
// collector delays requests, too, it compares them with requests while something
// else makes it work.
func Reload(o Options) *Table {
	t := &Table{
		Title:   fmt.Sprintf("Requests while %s origins are reloaded", count(reloadOrigins)),
		Text:    "One request after another. The longest of each round; the median of the rounds, and the longest of all.",
		Columns: []string{"", "median request", "99.9 %", "longest", "longest of all", "took"},
	}
	cfg := populations[0].config(reloadOrigins)
	engine, err := cors.New(cfg)
	if err != nil {
		panic(err)
	}
	x := httpServer{engine.Handler(http.HandlerFunc(handle))}.Exchange(Requests[1])
	x.SetOrigin(cfg.AllowOrigins[reloadOrigins/2])
	reload := func() {
		if err := engine.Reload(cfg); err != nil {
			panic(err)
		}
	}
	took := make([]float64, 0, o.Rounds)
	for range o.Rounds {
		start := time.Now()
		reload()
		took = append(took, float64(time.Since(start)))
	}
	typical := time.Duration(median(took))
	disturbances := []struct {
		title string
		do    func()
	}{
		{"nothing else", func() { time.Sleep(typical) }},
		{"Reload", reload},
		{"maps of as many strings are filled", func() {
			for start := time.Now(); time.Since(start) < typical; {
				fill(cfg.AllowOrigins)
			}
		}},
	}
	latencies := make([][]latency, len(disturbances))
	for range o.Rounds {
		for i, d := range disturbances {
			latencies[i] = append(latencies[i], watch(x, d.do))
		}
	}
	for i, d := range disturbances {
		column := func(of func(latency) float64) []float64 {
			var values []float64
			for _, l := range latencies[i] {
				values = append(values, of(l))
			}
			return values
		}
		longest := column(func(l latency) float64 { return l.longest })
		t.Rows = append(t.Rows, []string{d.title,
			nanoseconds(median(column(func(l latency) float64 { return l.median }))),
			nanoseconds(median(column(func(l latency) float64 { return l.p999 }))),
			nanoseconds(median(longest)),
			nanoseconds(slices.Max(longest)),
			nanoseconds(median(column(func(l latency) float64 { return l.took }))),
		})
	}
	return t
}

// fill fills a map as a policy does, and a copy of the list.
func fill(origins []string) {
	set := make(map[string]struct{}, len(origins))
	for _, origin := range slices.Clone(origins) {
		set[origin] = struct{}{}
	}
}

type latency struct{ median, p999, longest, took float64 }

// watch serves requests one after another while something is done.
func watch(x Exchange, do func()) latency {
	const bins = 1 << 16 // a nanosecond each, and the last for all above
	var histogram [bins]int
	done := make(chan time.Duration, 1)
	go func() {
		start := time.Now()
		do()
		done <- time.Since(start)
	}()
	var l latency
	served := 0
	for last := time.Now(); ; {
		x.Serve()
		now := time.Now()
		took := now.Sub(last)
		last = now
		histogram[min(int(took), bins-1)]++
		l.longest = max(l.longest, float64(took))
		served++
		select {
		case t := <-done:
			l.took = float64(t)
			l.median = rank(histogram[:], served/2)
			l.p999 = rank(histogram[:], served-served/1000-1)
			return l
		default:
		}
	}
}

// rank returns the bin that the n-th of all is in.
func rank(histogram []int, n int) float64 {
	for bin, held := range histogram {
		if n -= held; n < 0 {
			return float64(bin)
		}
	}
	return float64(len(histogram))
}
