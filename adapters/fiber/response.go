package corsfiber

import (
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
	"github.com/valyala/fasthttp"
)

// apply gives the response the headers of a decision: it sets them, adds to Vary,
// and removes every other header of CORS. Where they are right already, it only
// looks.
func apply(c *fiber.Ctx, d cors.Decision) {
	if !d.HasPolicy() {
		return
	}
	h := &c.Response().Header
	right, wrong := 0, false // those of CORS are right if they are d's, in order
	lines, complete := 0, false
	h.VisitAll(func(key, value []byte) {
		switch name := utils.UnsafeString(key); {
		case right < d.Len() && isHeader(d, right, name, utils.UnsafeString(value)):
			right++
		case cors.IsResponseHeader(name):
			wrong = true
		case name == fiber.HeaderVary:
			lines++
			complete = string(value) == d.Vary()
		}
	})
	if wrong {
		remove(c, cors.IsResponseHeader)
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
		addVary(c, vary)
	}
}

// isHeader reports whether header i of a decision is this one.
func isHeader(d cors.Decision, i int, name, value string) bool {
	n, v := d.Header(i)
	return n == name && v == value
}

// remove removes the headers that isRemoved names, in whatever case. fasthttp moves
// the last line into the place of a line that it deletes, so headers with several
// lines, whose order matters, are deleted and added again.
func remove(c *fiber.Ctx, isRemoved func(name string) bool) {
	type line struct{ name, value string }
	h := &c.Response().Header
	var all []line
	lines := make(map[string]int) // by the name in lower case
	h.VisitAll(func(key, value []byte) {
		all = append(all, line{string(key), string(value)})
		lines[strings.ToLower(string(key))]++
	})
	if !readOptions(c).anyCase {
		h.DisableNormalizing()
		defer h.EnableNormalizing()
	}
	isMoved := func(l line) bool { return lines[strings.ToLower(l.name)] > 1 }
	for _, l := range all {
		if isRemoved(l.name) || isMoved(l) {
			h.Del(l.name)
		}
	}
	for _, l := range all {
		if !isRemoved(l.name) && isMoved(l) {
			h.Add(l.name, l.value)
		}
	}
}

// setHeader sets a header whose name is in canonical form. The bytes are copied.
func setHeader(h *fasthttp.ResponseHeader, name, value string) {
	h.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value))
}

// addVary adds names to Vary, which has some.
func addVary(c *fiber.Ctx, names string) {
	h := &c.Response().Header
	var lines []string
	for _, line := range h.PeekAll(fiber.HeaderVary) {
		lines = append(lines, string(line))
	}
	if len(lines) > 1 {
		remove(c, func(name string) bool { return name == fiber.HeaderVary })
	}
	setHeader(h, fiber.HeaderVary, cors.MergeVary(lines, names))
}
