package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
)

// apply gives the response the headers of a decision: it sets them, adds to Vary,
// and removes every other header of CORS. Where they are right already, it only
// looks.
func apply(c *fiber.Ctx, d cors.Decision) {
	if !d.Governed() {
		return
	}
	var want, right uint
	for range d.Headers {
		want = want<<1 | 1
	}
	wrong, lines, complete := false, 0, false
	c.Response().Header.VisitAll(func(key, value []byte) {
		switch name := utils.UnsafeString(key); {
		case cors.IsResponseHeader(name):
			bit := bitOf(d, name, utils.UnsafeString(value))
			wrong = wrong || bit == 0 || right&bit != 0
			right |= bit
		case name == fiber.HeaderVary:
			lines++
			complete = string(value) == d.Vary()
		}
	})
	if wrong {
		removeAll(c)
	}
	if wrong || right != want {
		for name, value := range d.Headers {
			set(c, name, value)
		}
	}
	if d.Vary() != "" && (lines != 1 || !complete) {
		addVary(c, d.Vary(), lines)
	}
}

// bitOf returns the bit of the header that a decision sets to a value, or 0.
func bitOf(d cors.Decision, name, value string) uint {
	bit := uint(1)
	for n, v := range d.Headers {
		if n == name && v == value {
			return bit
		}
		bit <<= 1
	}
	return 0
}

// removeAll removes all headers of CORS.
func removeAll(c *fiber.Ctx) {
	var names []string
	c.Response().Header.VisitAll(func(key, _ []byte) {
		if name := string(key); cors.IsResponseHeader(name) {
			names = append(names, name)
		}
	})
	for _, name := range names {
		c.Response().Header.Del(name)
	}
}

// set sets a header whose name is in canonical form. The bytes are copied.
func set(c *fiber.Ctx, name, value string) {
	c.Response().Header.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
}

// addVary adds names to Vary, which has so many lines.
func addVary(c *fiber.Ctx, names string, lines int) {
	if lines == 0 {
		set(c, fiber.HeaderVary, names)
		return
	}
	var present []string
	for _, line := range c.Response().Header.PeekAll(fiber.HeaderVary) {
		present = append(present, string(line))
	}
	c.Response().Header.Del(fiber.HeaderVary) // which set would leave all but the first of
	set(c, fiber.HeaderVary, cors.JoinVary(present, names))
}
