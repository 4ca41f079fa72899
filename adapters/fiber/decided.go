package corsfiber

import (
	"sync"
	"sync/atomic"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

// A record holds a decision about a request. The last one is in the request's user
// values until fasthttp resets them, where CheckOrigin, ErrorHandler and other
// middlewares find it, and leads to those before it.
//
// Its texts have memory of their own: Fiber reuses that of the request, and handlers
// can overwrite it.
type record struct {
	engine   *cors.Engine
	decision cors.Decision
	path     string
	text     []byte // the memory of the path, and of the decision's origin
	before   *record
	running  bool // the middleware has not returned
	fixed    bool // see fixedRecords
}

// records are reused, so that a request allocates none.
var records = sync.Pool{New: func() any { return new(record) }}

// recordKey is the key of the last record in the user values.
var recordKey any = new(int)

// recorded returns the last record of a request, or nil.
func recorded(c *fiber.Ctx) *record {
	r, _ := c.Context().UserValue(recordKey).(*record)
	return r
}

// keep records a decision about a request, after those before.
func (before *record) keep(c *fiber.Ctx, engine *cors.Engine, d cors.Decision, origin string) *record {
	r := records.Get().(*record)
	r.text = append(append(r.text[:0], origin...), c.Path()...)
	text := unsafe.String(unsafe.SliceData(r.text), len(r.text))
	r.decision, r.path = d.WithOrigin(text[:len(origin)]), text[len(origin):]
	r.engine, r.before = engine, before
	c.Context().SetUserValue(recordKey, r)
	return r
}

// fixedRecords are the records of decisions that are the same for many requests, by
// the kind of request. They cost less than one that belongs to a request.
type fixedRecords [cors.Preflight + 1]atomic.Pointer[record]

// keep records the first decision about a request if neither the origin nor the path
// matters to it. Otherwise it returns nil.
func (f *fixedRecords) keep(c *fiber.Ctx, engine *cors.Engine, d cors.Decision, before *record) *record {
	isAlike := !d.Allowed() || d.Kind() == cors.NotCORS
	if before != nil || !isAlike || engine.HasPaths() {
		return nil
	}
	d = d.WithOrigin("")
	r := f[d.Kind()].Load()
	if r == nil || r.decision != d {
		r = &record{engine: engine, decision: d, fixed: true}
		f[d.Kind()].Store(r)
	}
	c.Context().SetUserValue(recordKey, r)
	return r
}

// finish applies the last decision about a request, which is r's unless a middleware
// inside has made another.
func (r *record) finish(c *fiber.Ctx) {
	last := r
	if now := recorded(c); now != nil { // a handler can reset the user values
		last = now
	}
	apply(c, last.owner())
	if !r.fixed {
		r.running = false
	}
}

// Close is called by fasthttp after the request, for the last record.
func (r *record) Close() error {
	for r != nil {
		before := r.before
		if !r.fixed && !r.running { // a handler can reset the user values
			r.before = nil
			records.Put(r)
		}
		r = before
	}
	return nil
}

// decided returns the decision that an engine has made. It is about the same path,
// since routing can be restarted with another.
func (r *record) decided(c *fiber.Ctx, engine *cors.Engine) (d cors.Decision, found bool) {
	for ; r != nil; r = r.before {
		if r.engine == engine && (r.fixed || r.path == c.Path()) {
			return r.decision, true
		}
	}
	return d, false
}

// owner returns the last decision of a policy, or none.
func (r *record) owner() (d cors.Decision) {
	for ; r != nil; r = r.before {
		if r.decision.HasPolicy() {
			return r.decision
		}
	}
	return d
}
