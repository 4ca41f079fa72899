package corsfiber

import (
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// A record holds a decision about a request. The last one is in the request's user
// values, where CheckOrigin, ErrorHandler and other middlewares find it, and leads to
// those before it.
//
// Its texts have memory of their own: Fiber reuses that of the request, and handlers
// can overwrite it.
type record struct {
	request  *fasthttp.RequestCtx // nil: any
	engine   *cors.Engine
	decision cors.Decision
	path     string
	text     []byte // the memory of the path, and of the decision's origin
	before   *record
}

// records are reused, so that a request allocates none, if there is one middleware and
// it succeeds. Others are left to the garbage collector: something may look for them.
var records = sync.Pool{New: func() any { return new(record) }}

// done and passed are in the place of a record that is reused: its policy has been
// applied, or it had none.
var done, passed = new(record), new(record)

// skipped is in the place of a record of a request that a skip function has named.
var skipped = new(record)

// recordKey is the key of the last record in the user values.
var recordKey any = new(int)

// recorded returns the last record of a request, or nil. Records that were copied from
// another request don't count.
func recorded(c fiber.Ctx) *record {
	r, _ := c.RequestCtx().UserValue(recordKey).(*record)
	if r != nil && r.request != nil && r.request != c.RequestCtx() {
		return nil
	}
	return r
}

// leaveAlone has ErrorHandler also skip a request, unless another middleware has
// decided about it.
func leaveAlone(c fiber.Ctx) {
	if recorded(c) == nil {
		c.RequestCtx().SetUserValue(recordKey, skipped)
	}
}

// keep records a decision about a request, after those before. found reports that it
// is one of those.
func (before *record) keep(c fiber.Ctx, engine *cors.Engine, d cors.Decision, found bool, origin string) *record {
	r := records.Get().(*record)
	r.text = append(append(r.text[:0], origin...), c.Path()...)
	text := unsafe.String(unsafe.SliceData(r.text), len(r.text))
	r.decision, r.path = d, text[len(origin):]
	if !found {
		r.decision = d.WithOrigin(text[:len(origin)])
	}
	r.request, r.engine, r.before = c.RequestCtx(), engine, before
	c.RequestCtx().SetUserValue(recordKey, r)
	return r
}

// fixedRecords are the records of decisions that are the same for many requests, by
// the kind of request. They cost less than one that belongs to a request.
type fixedRecords [cors.Preflight + 1]atomic.Pointer[record]

// keep records the first decision about a request if neither the origin nor the path
// matters to it. Otherwise it returns nil.
func (f *fixedRecords) keep(c fiber.Ctx, engine *cors.Engine, d cors.Decision, before *record) *record {
	isAlike := !d.Allowed()
	if before != nil || !isAlike || engine.HasPaths() {
		return nil
	}
	d = d.WithOrigin("")
	r := f[d.Kind()].Load()
	if r == nil || r.decision != d {
		r = &record{engine: engine, decision: d}
		f[d.Kind()].Store(r)
	}
	c.RequestCtx().SetUserValue(recordKey, r)
	return r
}

// finish applies the last decision about a request, which is r's unless a middleware
// inside has made another. After a time limit of Fiber's, fasthttp sends the response
// as it was then, and handlers may still be running.
func (r *record) finish(c fiber.Ctx, failed bool) {
	if c.IsAbandoned() {
		return
	}
	last := recorded(c)
	if last == nil { // a handler has reset the user values
		c.RequestCtx().SetUserValue(recordKey, r)
		last = r
	}
	if last != done {
		d := last.owner()
		if !d.HasPolicy() {
			d = r.owner()
		}
		apply(c, d)
		for before := last.before; before != nil; before = before.before {
			if vary := before.decision.Vary(); vary != "" && vary != d.Vary() {
				addVary(c, vary) // the response depends on those, too
			}
		}
	}
	if failed || last != r || r.before != nil || r.request == nil || r.decision.CalledFunc() {
		return
	}
	left := passed
	if r.decision.HasPolicy() {
		left = done
	}
	c.RequestCtx().SetUserValue(recordKey, left)
	r.request = nil
	records.Put(r)
}

// decided returns the decision that an engine has made. It is about the same path,
// since routing can be restarted with another.
func (r *record) decided(c fiber.Ctx, engine *cors.Engine) (d cors.Decision, found bool) {
	for ; r != nil; r = r.before {
		if r.engine == engine && r.isAbout(c) {
			return r.decision, true
		}
	}
	return d, false
}

// last returns the last decision that an engine has made, whatever path is left of the
// request since.
func (r *record) last(engine *cors.Engine) (d cors.Decision, found bool) {
	for ; r != nil; r = r.before {
		if r.engine == engine {
			return r.decision, true
		}
	}
	return d, false
}

// isAbout reports whether the decision is about the path of a request. One that is the
// same for many requests was made when the engine had no paths.
func (r *record) isAbout(c fiber.Ctx) bool {
	if r.request == nil {
		rest, same := strings.CutPrefix(c.OriginalURL(), c.Path())
		return !r.engine.HasPaths() || same && (rest == "" || rest[0] == '?')
	}
	return r.path == c.Path()
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
