package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/utils/v2"
)

// apply gives the response the headers of a decision: it sets them, adds to Vary,
// and removes every other header of CORS. Where they are right already, it only
// looks.
func apply(c fiber.Ctx, d cors.Decision) {
	if !d.HasPolicy() {
		return
	}
	var right uint
	wrong, lines, complete := false, 0, false
	for key, value := range c.Response().Header.All() {
		switch name := utils.UnsafeString(key); {
		case cors.IsResponseHeader(name):
			i := d.Sets(name, utils.UnsafeString(value))
			wrong = wrong || i < 0 || right&(1<<i) != 0
			right |= 1 << max(i, 0)
		case name == fiber.HeaderVary:
			lines++
			complete = string(value) == d.Vary()
		}
	}
	if wrong {
		removeAll(c)
	}
	if wrong || right != 1<<d.Len()-1 {
		for name, value := range d.Headers() {
			setHeader(c, name, value)
		}
	}
	switch vary := d.Vary(); {
	case vary == "" || lines == 1 && complete:
	case lines == 0:
		setHeader(c, fiber.HeaderVary, vary)
	default:
		addVary(c, vary)
	}
}

// removeAll removes all headers of CORS.
func removeAll(c fiber.Ctx) {
	var names []string
	for key := range c.Response().Header.All() {
		if name := string(key); cors.IsResponseHeader(name) {
			names = append(names, name)
		}
	}
	// Names are deleted as they are, in whatever case.
	if !readOptions(c).anyCase {
		c.Response().Header.DisableNormalizing()
		defer c.Response().Header.EnableNormalizing()
	}
	for _, name := range names {
		c.Response().Header.Del(name)
	}
}

// setHeader sets a header whose name is in canonical form. The bytes are copied.
func setHeader(c fiber.Ctx, name, value string) {
	c.Response().Header.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
}

// addVary adds names to Vary, which has some.
func addVary(c fiber.Ctx, names string) {
	var lines []string
	for _, line := range c.Response().Header.PeekAll(fiber.HeaderVary) {
		lines = append(lines, string(line))
	}
	c.Response().Header.Del(fiber.HeaderVary) // which setHeader would leave all but the first of
	setHeader(c, fiber.HeaderVary, cors.MergeVary(lines, names))
}
