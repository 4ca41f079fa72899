package corsfiber

import (
	"context"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
)

// request reads what a decision needs. Its strings share the memory of the
// request, which Fiber reuses once the handlers have returned.
func request(c *fiber.Ctx) cors.Request {
	req := cors.Request{
		Method: c.Method(),
		Source: (*source)(c),
	}
	req.Origin, req.EmptyOrigin = header(c, fiber.HeaderOrigin)
	if req.Method == fiber.MethodOptions {
		req.AccessControlRequestMethod, _ = header(c, fiber.HeaderAccessControlRequestMethod)
		req.AccessControlRequestHeaders, _ = header(c, fiber.HeaderAccessControlRequestHeaders)
		req.AccessControlRequestPrivateNetwork, _ = header(c, "Access-Control-Request-Private-Network")
	}
	return req
}

// header returns the value of a request header, repeated lines combined, and
// whether it is there and empty.
func header(c *fiber.Ctx, name string) (value string, empty bool) {
	lines := c.Request().Header.PeekAll(name)
	switch len(lines) {
	case 0:
		return "", false
	case 1:
		return utils.UnsafeString(lines[0]), len(lines[0]) == 0
	}
	values := make([]string, len(lines))
	for i, line := range lines {
		values[i] = string(line)
	}
	return strings.Join(values, ", "), false
}

// A source reads a request inside of Fiber.
type source fiber.Ctx

func (s *source) Context() context.Context { return (*fiber.Ctx)(s).UserContext() }

func (s *source) RequestHeader(name string) string {
	value, _ := header((*fiber.Ctx)(s), name)
	return strings.Clone(value)
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
