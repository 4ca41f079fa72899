package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
)

// apply sets the headers of a decision and adds to Vary.
func apply(c *fiber.Ctx, d *cors.Decision) {
	h := &c.Response().Header
	for name, value := range d.Headers {
		// The names are in canonical form, and the bytes are copied.
		h.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
	}
	addVary(c, d)
}

func addVary(c *fiber.Ctx, d *cors.Decision) {
	vary := d.Vary()
	if vary == "" {
		return
	}
	h := &c.Response().Header
	if present := h.PeekAll(fiber.HeaderVary); len(present) > 0 {
		if string(present[0]) == vary {
			return
		}
		lines := make([]string, len(present))
		for i, line := range present {
			lines[i] = string(line)
		}
		vary = cors.MissingVary(lines, vary)
	}
	if vary != "" {
		h.Add(fiber.HeaderVary, vary)
	}
}

// restore puts back what a handler took out of the response. If that is the
// allowed origin, the decision is made anew: Fiber reuses the memory behind the
// old one's strings, and the handler may have changed the request.
func restore(c *fiber.Ctx, engine *cors.Engine, d *cors.Decision) {
	if d.Allowed() && len(c.Response().Header.Peek(fiber.HeaderAccessControlAllowOrigin)) == 0 {
		req := request(c)
		again := engine.Decide(&req)
		apply(c, &again)
		return
	}
	addVary(c, d)
}
