package watch

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cors "github.com/corskit/cors/core"
)

// A Usage finds the entries of AllowOrigins and AllowOriginRegexps that nobody needs any
// longer, so that you can remove them. It watches allowed CORS requests: every entry
// that matches the origin of one is used.
//
// It follows Reload and Attach. An entry that stays in a Config with the same Paths and
// PathRegexps stays used or unused. A new one counts as unused from the next allowed
// request, or the next call of Unused. That request waits until Usage has read the
// configuration; others that come meanwhile aren't counted.
//
// For an origin that AllowOrigins lists and that was used before, a request costs one
// look-up and no lock. Otherwise it costs a few for each doubling of the number of
// patterns and regular expressions. The memory depends on the configuration alone.
type Usage struct {
	engine *cors.Engine
	table  atomic.Pointer[usageTable]
	mu     sync.Mutex // held while table is replaced
}

// NewUsage returns a Usage for the engine whose [cors.Watcher] its method Watch
// then is.
func NewUsage(engine *cors.Engine) *Usage {
	u := &Usage{engine: engine}
	u.read()
	return u
}

// An Entry is an entry of a Config.
type Entry struct {
	// Config is the index of the Config, Field its field AllowOrigins or
	// AllowOriginRegexps, and Value the entry there.
	Config int    `json:"config"`
	Field  string `json:"field"`
	Value  string `json:"value"`
	// Since is from when the entry is known, and has matched nothing.
	Since time.Time `json:"since"`
}

// Unused returns the entries of the configuration in force that have matched
// nothing, in its order.
func (u *Usage) Unused() []Entry {
	u.mu.Lock()
	t, configs := u.read()
	u.mu.Unlock()
	unused := []Entry{}
	for i := range configs {
		for name := range entriesOf(&configs[i]) {
			if e := t.configs[i].entry(name); e.usedIn.Load() == 0 {
				unused = append(unused, Entry{Config: i, Field: name.field, Value: name.value, Since: time.Unix(0, e.since)})
			}
		}
	}
	return unused
}

// Watch is the [cors.Watcher].
func (u *Usage) Watch(r *cors.Request, d cors.Decision) {
	if !d.Allowed() {
		return
	}
	t := u.table.Load()
	if !t.isInForce(u.engine) {
		if !u.mu.TryLock() {
			return
		}
		t, _ = u.read()
		u.mu.Unlock()
	}
	if i := d.Config(); i < len(t.configs) { // it may be of an earlier configuration
		t.configs[i].use(r.Origin, t.number)
	}
}

// A usageTable is what is known of one configuration. Only the marks of its
// entries change.
type usageTable struct {
	number  uint64 // from 1, for each table of a Usage
	configs []configUsage

	generation uint64 // of the engine
}

func (t *usageTable) isInForce(e *cors.Engine) bool { return t.generation == e.Generation() }

// read returns the Configs in force and the table for them.
func (u *Usage) read() (*usageTable, []cors.Config) {
	// In this order: where Reload comes between, the table is out of date at once.
	generation := u.engine.Generation()
	configs := u.engine.Configs()
	t := u.table.Load()
	if t == nil || t.generation != generation {
		t = newUsageTable(configs, t)
		t.generation = generation
		u.table.Store(t)
	}
	return t, configs
}

// newUsageTable returns the table for configs. It shares the entries that stay
// with an earlier table, which may be nil.
func newUsageTable(configs []cors.Config, earlier *usageTable) *usageTable {
	t := &usageTable{number: 1, configs: make([]configUsage, len(configs))}
	known := make(map[string]*configUsage)
	if earlier != nil {
		t.number = earlier.number + 1
		for i := range earlier.configs {
			known[earlier.configs[i].paths] = &earlier.configs[i]
		}
	}
	now := time.Now().UnixNano()
	for i := range configs {
		paths := fmt.Sprintf("%q %q", configs[i].Paths, configs[i].PathRegexps)
		t.configs[i] = newConfigUsage(&configs[i], paths, known[paths], now)
	}
	return t
}

// A configUsage is what is known of one Config.
type configUsage struct {
	paths string // that it applies to; no other has the same
	exact map[string]*entry
	wide  map[entryName]*entry // with a wildcard, and expressions
	tree  *usageTree           // of wide; nil if there are none
}

type entryName struct{ field, value string }

func (n entryName) isExact() bool {
	return n.field == "AllowOrigins" && !strings.Contains(n.value, "*")
}

// An entry is shared by all tables that have it.
type entry struct {
	since int64 // nanoseconds of Unix time
	// usedIn is the number of the latest table in which it was used; 0: none. An
	// exact entry that was used there needs no second look at the wide ones.
	usedIn atomic.Uint64
}

// entriesOf returns the entries of a Config in order.
func entriesOf(cfg *cors.Config) iter.Seq[entryName] {
	return func(yield func(entryName) bool) {
		for _, value := range cfg.AllowOrigins {
			if !yield(entryName{"AllowOrigins", value}) {
				return
			}
		}
		for _, value := range cfg.AllowOriginRegexps {
			if !yield(entryName{"AllowOriginRegexps", value}) {
				return
			}
		}
	}
}

func newConfigUsage(cfg *cors.Config, paths string, earlier *configUsage, now int64) configUsage {
	c := configUsage{paths: paths, exact: make(map[string]*entry, len(cfg.AllowOrigins)), wide: make(map[entryName]*entry)}
	var wide []wideEntry
	for name := range entriesOf(cfg) {
		if c.entry(name) != nil {
			continue // it stands there twice
		}
		var e *entry
		if earlier != nil {
			e = earlier.entry(name)
		}
		if e == nil {
			e = &entry{since: now}
		}
		if name.isExact() {
			c.exact[name.value] = e
		} else {
			c.wide[name] = e
			wide = append(wide, newWideEntry(name, e))
		}
	}
	c.tree = newUsageTree(wide)
	return c
}

func (c *configUsage) entry(name entryName) *entry {
	if name.isExact() {
		return c.exact[name.value]
	}
	return c.wide[name]
}

// use marks all entries that match an origin.
func (c *configUsage) use(origin string, number uint64) {
	e := c.exact[origin]
	if e != nil && e.usedIn.Load() == number {
		return
	}
	if c.tree != nil {
		c.tree.use(origin, number)
	}
	if e != nil {
		e.usedIn.Store(number)
	}
}
