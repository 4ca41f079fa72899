package corsfiber

import (
	"context"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
)

// read fills in what a decision needs. The strings share the memory of the
// request, which Fiber reuses once the handlers have returned.
func read(req *cors.Request, c *fiber.Ctx) {
	req.Method, req.Source = c.Method(), (*source)(c)
	req.Host = utils.UnsafeString(c.Request().Header.Host())
	origins := c.Request().Header.PeekAll(fiber.HeaderOrigin)
	if len(origins) == 1 {
		req.Origin = value(origins[0])
	}
	req.MalformedOrigin = req.Origin == "" && len(origins) > 0
	if req.Method == fiber.MethodOptions {
		req.AccessControlRequestMethod = header(c, fiber.HeaderAccessControlRequestMethod)
	}
}

// header returns the value of a request header, repeated lines combined.
func header(c *fiber.Ctx, name string) string {
	lines := c.Request().Header.PeekAll(name)
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return value(lines[0])
	}
	values := make([]string, len(lines))
	for i, line := range lines {
		values[i] = value(line)
	}
	return cors.Combine(values)
}

// value returns the value of a header without the white space around it, of
// which fasthttp leaves the tabs.
func value(line []byte) string {
	s := utils.UnsafeString(line)
	if s != "" && (s[0] == '\t' || s[len(s)-1] == '\t') {
		return strings.Trim(s, " \t")
	}
	return s
}

// A source reads a request inside of Fiber.
type source fiber.Ctx

func (s *source) Context() context.Context { return (*fiber.Ctx)(s).UserContext() }

func (s *source) RequestHeader(name string) string {
	return strings.Clone(header((*fiber.Ctx)(s), name))
}

// Route returns the path as Fiber routes it, which depends on options of the
// app: by default it ignores case and slashes at the end.
func (s *source) Route() (path string, folding cors.PathFolding) {
	c := (*fiber.Ctx)(s)
	config := c.App().Config()
	folding = cors.FoldEmptyRest
	if !config.CaseSensitive {
		folding |= cors.FoldCase
	}
	if !config.StrictRouting {
		folding |= cors.FoldTrailingSlash
	}
	return c.Path(), folding
}
