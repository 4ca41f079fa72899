package corsfiber

import (
	"strings"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
)

// A decision about a request is left in its Locals where something may look for it
// later: CheckOrigin, ErrorHandler, or another middleware of the same engine.
type leftDecision struct {
	engine   *cors.Engine
	path     string
	decision cors.Decision
	next     *leftDecision
}

type (
	leftKey  struct{} // of the *leftDecision
	ownerKey struct{} // of the number of the middleware that has decided last
)

func left(c *fiber.Ctx) *leftDecision {
	l, _ := c.Locals(leftKey{}).(*leftDecision)
	return l
}

// leave leaves a decision about an origin, in memory of its own.
func leave(c *fiber.Ctx, engine *cors.Engine, d cors.Decision, origin string) {
	if _, found := decided(c, engine); !found {
		c.Locals(leftKey{}, &leftDecision{engine, strings.Clone(c.Path()), d.WithOrigin(strings.Clone(origin)), left(c)})
	}
}

// decided returns the decision that an engine has left. It is about the same path,
// since routing can be restarted with another.
func decided(c *fiber.Ctx, engine *cors.Engine) (d cors.Decision, found bool) {
	for l := left(c); l != nil; l = l.next {
		if l.engine == engine {
			return l.decision, l.path == c.Path()
		}
	}
	return d, false
}

// owner returns the decision that was left last and applies to the request.
func owner(c *fiber.Ctx) (d cors.Decision, found bool) {
	for l := left(c); l != nil; l = l.next {
		if found = true; l.decision.Governed() {
			return l.decision, true
		}
	}
	return d, found
}

// own makes the decision that is applied last the owner of the response. It returns
// the number by which isOwner knows it.
func own(c *fiber.Ctx, d cors.Decision) (number uint8) {
	if !d.Governed() {
		return 0
	}
	last, _ := c.Locals(ownerKey{}).(uint8)
	c.Locals(ownerKey{}, last+1)
	return last + 1
}

// isOwner reports whether no other decision has been applied since.
func isOwner(c *fiber.Ctx, number uint8) bool {
	last, _ := c.Locals(ownerKey{}).(uint8)
	return number != 0 && last == number
}

// maxOrigin is the length of the longest origin that can be allowed.
const maxOrigin = 326

// keepOrigin copies the origin of a decision that allows it.
func keepOrigin(memory *[maxOrigin]byte, d cors.Decision, r *cors.Request) string {
	if !d.Allowed() || len(r.Origin) > maxOrigin {
		return ""
	}
	return unsafe.String(&memory[0], copy(memory[:], r.Origin))
}
