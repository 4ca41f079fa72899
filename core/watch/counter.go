package watch

import (
	"encoding/json"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	cors "github.com/corskit/cors/core"
)

// A Counter counts decisions by kind, reason, outcome and Config, since it was made. The
// zero Counter is ready to use, and must not be copied. It takes no lock and
// allocates nothing for a decision; its memory depends on how many Configs there
// are, and not on what strangers send.
//
// It is an [expvar.Var]:
//
//	var counter watch.Counter
//	engine.Watch(counter.Watch)
//	expvar.Publish("cors", &counter)
type Counter struct {
	rows    atomic.Pointer[[]row] // by the index of the Config and one
	mu      sync.Mutex            // held while rows grow
	origins *origins              // nil: not counted
}

// A row counts the decisions of one Config: by kind and then reason, and apart from
// those preflights that an allowed origin sends in vain, by outcome and then reason.
type row []atomic.Uint64

// cellOf returns the index in a row.
func cellOf(kind cors.Kind, reason cors.Reason, outcome cors.Outcome) int {
	group := int(kind)
	if outcome > cors.OriginDenied {
		group = len(kinds) + int(outcome-cors.MethodNotAllowed)
	}
	return group*len(reasons) + int(reason)
}

// cells is the length of a row.
var cells = cellOf(0, 0, cors.HeadersNotAllowed) + len(reasons)

// NewOriginCounter returns a Counter that also counts CORS requests by origin. The first
// origins, up to most of them, that AllowOrigins lists literally have a count each. All
// others are counted together, since anybody can invent origins, also such as a pattern
// matches.
func NewOriginCounter(most int) *Counter {
	return &Counter{origins: newOrigins(most)}
}

// Watch is the [cors.Watcher].
func (c *Counter) Watch(r *cors.Request, d cors.Decision) {
	i := d.Config() + 1
	rows := c.rows.Load()
	if rows == nil || i >= len(*rows) {
		rows = c.grow(i + 1)
	}
	reason := d.Reason()
	(*rows)[i][cellOf(d.Kind(), reason, d.Outcome(r))].Add(1)
	switch {
	case c.origins == nil || d.Kind() == cors.NotCORS:
	case reason == cors.ReasonOrigin:
		c.origins.count(r.Origin).Add(1)
	default:
		c.origins.others.Add(1)
	}
}

func (c *Counter) grow(n int) *[]row {
	c.mu.Lock()
	defer c.mu.Unlock()
	var rows []row
	if present := c.rows.Load(); present != nil {
		rows = append(rows, *present...)
	}
	for len(rows) < n {
		rows = append(rows, make(row, cells))
	}
	c.rows.Store(&rows)
	return &rows
}

// Counts are what a [Counter] has counted.
type Counts struct {
	// Decisions are sorted by Config, kind, outcome and reason. What never happened is
	// left out.
	Decisions []Count `json:"decisions"`
	// Origins are the CORS requests of the origins that are counted by
	// themselves, and OtherOrigins those of all others.
	Origins      map[string]uint64 `json:"origins,omitempty"`
	OtherOrigins uint64            `json:"otherOrigins,omitempty"`
}

// A Count is how many decisions were alike.
type Count struct {
	// Config is the index of the Config, or -1 if none applies to the path. What
	// Reload puts there is counted together with what was there before.
	Config  int          `json:"config"`
	Kind    cors.Kind    `json:"kind"`
	Reason  cors.Reason  `json:"reason"`
	Outcome cors.Outcome `json:"outcome"`
	N       uint64       `json:"n"`
}

// Counts returns what was counted so far. Requests that are decided meanwhile
// may be in some of it.
func (c *Counter) Counts() Counts {
	counts := Counts{Decisions: []Count{}}
	if rows := c.rows.Load(); rows != nil {
		for i, row := range *rows {
			for cell := range row {
				if n := row[cell].Load(); n > 0 {
					counts.Decisions = append(counts.Decisions, countOf(i-1, cell, n))
				}
			}
		}
	}
	if c.origins != nil {
		counts.Origins, counts.OtherOrigins = c.origins.counts()
	}
	return counts
}

// countOf is the reverse of cellOf.
func countOf(config, cell int, n uint64) Count {
	group, reason := cell/len(reasons), cors.Reason(cell%len(reasons))
	count := Count{Config: config, Kind: cors.Kind(group), Reason: reason, N: n}
	switch {
	case group >= len(kinds):
		count.Kind = cors.Preflight
		count.Outcome = cors.MethodNotAllowed + cors.Outcome(group-len(kinds))
	case count.Kind == cors.NotCORS || reason == cors.ReasonNoPolicy:
		count.Outcome = cors.Unaffected
	case reason.Allows():
		count.Outcome = cors.Allowed
	default:
		count.Outcome = cors.OriginDenied
	}
	return count
}

// String returns the Counts as JSON.
func (c *Counter) String() string {
	text, _ := json.Marshal(c.Counts()) // there is nothing in it that has no JSON
	return string(text)
}

// origins count by origin. They are a hash table with room for twice the most
// that it is given; what is in it stays there.
type origins struct {
	seed   maphash.Seed
	slots  []atomic.Pointer[originCount]
	free   atomic.Int64 // how many more origins are counted by themselves
	others atomic.Uint64
}

type originCount struct {
	origin string
	n      atomic.Uint64
}

func newOrigins(most int) *origins {
	most = max(most, 0)
	o := &origins{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[originCount], 2*most+1)}
	o.free.Store(int64(most))
	return o
}

// count returns the count of an origin.
func (o *origins) count(origin string) *atomic.Uint64 {
	i := maphash.String(o.seed, origin) % uint64(len(o.slots))
	for {
		slot := &o.slots[i]
		present := slot.Load()
		if present == nil {
			if o.free.Add(-1) < 0 {
				o.free.Add(1)
				return &o.others
			}
			present = &originCount{origin: strings.Clone(origin)}
			if !slot.CompareAndSwap(nil, present) {
				o.free.Add(1) // somebody else was faster
				present = slot.Load()
			}
		}
		if present.origin == origin {
			return &present.n
		}
		i = (i + 1) % uint64(len(o.slots))
	}
}

func (o *origins) counts() (by map[string]uint64, others uint64) {
	by = make(map[string]uint64)
	for i := range o.slots {
		if c := o.slots[i].Load(); c != nil {
			by[c.origin] = c.n.Load()
		}
	}
	return by, o.others.Load()
}
