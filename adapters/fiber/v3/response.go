package corsfiber

import (
	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/utils/v2"
	"github.com/valyala/fasthttp"
)

// apply gives the response the headers of a decision: it sets them, adds to Vary,
// and removes every other header of CORS. Where they are right already, it only
// looks.
func apply(c fiber.Ctx, d cors.Decision) {
	if !d.HasPolicy() {
		return
	}
	h := &c.Response().Header
	right, wrong := 0, false // those of CORS are right if they are d's, in order
	lines, complete := 0, false
	for key, value := range h.All() {
		switch name := utils.UnsafeString(key); {
		case right < d.Len() && isHeader(d, right, name, utils.UnsafeString(value)):
			right++
		case cors.IsResponseHeader(name):
			wrong = true
		case name == fiber.HeaderVary:
			lines++
			complete = string(value) == d.Vary()
		}
	}
	if wrong {
		removeAll(c)
	}
	if wrong || right < d.Len() {
		for i := range d.Len() {
			name, value := d.Header(i)
			setHeader(h, name, value)
		}
	}
	switch vary := d.Vary(); {
	case vary == "" || lines == 1 && complete:
	case lines == 0:
		setHeader(h, fiber.HeaderVary, vary)
	default:
		addVary(h, vary)
	}
}

// isHeader reports whether header i of a decision is this one.
func isHeader(d cors.Decision, i int, name, value string) bool {
	n, v := d.Header(i)
	return n == name && v == value
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
func setHeader(h *fasthttp.ResponseHeader, name, value string) {
	h.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
}

// addVary adds names to Vary, which has some.
func addVary(h *fasthttp.ResponseHeader, names string) {
	var lines []string
	for _, line := range h.PeekAll(fiber.HeaderVary) {
		lines = append(lines, string(line))
	}
	h.Del(fiber.HeaderVary) // which setHeader would leave all but the first of
	setHeader(h, fiber.HeaderVary, cors.MergeVary(lines, names))
}
