package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
)

// apply sets the headers of a decision and adds to Vary.
func apply(c *fiber.Ctx, d cors.Decision) {
	for name, value := range d.Headers {
		set(c, name, value)
	}
	addVary(c, d)
}

// set sets a header whose name is in canonical form. The bytes are copied.
func set(c *fiber.Ctx, name, value string) {
	c.Response().Header.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
}

func addVary(c *fiber.Ctx, d cors.Decision) {
	vary := d.Vary()
	if vary == "" {
		return
	}
	present := c.Response().Header.PeekAll(fiber.HeaderVary)
	switch {
	case len(present) == 0:
		set(c, fiber.HeaderVary, vary)
		return
	case len(present) == 1 && string(present[0]) == vary:
		return
	}
	lines := make([]string, len(present))
	for i, line := range present {
		lines[i] = string(line)
	}
	c.Response().Header.Del(fiber.HeaderVary) // which set would leave all but the first of
	set(c, fiber.HeaderVary, cors.JoinVary(lines, vary))
}

// restore puts back what a handler took out of the response. If that is the
// allowed origin, the decision is made anew: Fiber reuses the memory behind the
// old one's strings, and the handler may have changed the request.
func restore(c *fiber.Ctx, engine *cors.Engine, d cors.Decision) {
	if d.Allowed() && len(c.Response().Header.Peek(fiber.HeaderAccessControlAllowOrigin)) == 0 {
		var req cors.Request
		read(&req, c)
		apply(c, engine.Decide(&req))
		return
	}
	addVary(c, d)
}
