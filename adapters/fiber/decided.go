package corsfiber

import (
	"sync"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

// A record holds a decision while the handlers of a request run. It is in the Locals
// of the request, where CheckOrigin, ErrorHandler and further middlewares find it, and
// has memory of its own: Fiber reuses that of the request, and handlers can overwrite
// it.
type record struct {
	engine   *cors.Engine
	decision cors.Decision
	origin   []byte
	path     []byte
	outer    *record // of the middleware around
	replaced bool    // a later decision has been applied
}

// records are reused, so that a request allocates none. After an error, they are left
// to ErrorHandler and the garbage collector.
var records = sync.Pool{New: func() any { return new(record) }}

type recordKey struct{}

func recorded(c *fiber.Ctx) *record {
	r, _ := c.Context().UserValue(recordKey{}).(*record)
	return r
}

// keep records a decision about a request, within that of a middleware around.
func keep(c *fiber.Ctx, engine *cors.Engine, d cors.Decision, r *cors.Request, outer *record) *record {
	kept := records.Get().(*record)
	kept.origin = append(kept.origin[:0], r.Origin...)
	kept.path = append(kept.path[:0], c.Path()...)
	kept.engine, kept.outer, kept.replaced = engine, outer, false
	kept.decision = d.WithOrigin(unsafe.String(unsafe.SliceData(kept.origin), len(kept.origin)))
	c.Context().SetUserValue(recordKey{}, kept)
	return kept
}

// finish applies the decision once more, unless a later one has replaced it. If the
// request has failed, the record stays.
func (r *record) finish(c *fiber.Ctx, failed bool) {
	if !r.replaced {
		apply(c, r.decision)
	}
	if r.replaced || r.decision.Governed() {
		r.outer.replace()
	}
	if failed {
		return
	}
	c.Context().SetUserValue(recordKey{}, r.outer)
	records.Put(r)
}

// replace notes that a later decision has been applied.
func (r *record) replace() {
	if r != nil {
		r.replaced = true
	}
}

// decided returns the decision that an engine has made. It is about the same path,
// since routing can be restarted with another.
func (r *record) decided(c *fiber.Ctx, engine *cors.Engine) (d cors.Decision, found bool) {
	for ; r != nil; r = r.outer {
		if r.engine == engine {
			return r.decision, string(r.path) == c.Path()
		}
	}
	return d, false
}

// lastDecided returns the last decision that applies to the request. If a later one
// has been applied and its record is gone, since its handlers have succeeded, it
// returns one that changes nothing.
func (r *record) lastDecided() (d cors.Decision, found bool) {
	for ; r != nil; r = r.outer {
		switch found = true; {
		case r.replaced:
			return cors.Decision{}, true
		case r.decision.Governed():
			return r.decision, true
		}
	}
	return d, found
}
