package corsfiber

import (
	"context"
	"strings"
	"sync/atomic"

	cors "github.com/corskit/cors/core"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/utils/v2"
)

// read fills in what a decision needs. The strings share the memory of the
// request, which Fiber reuses once the handlers have returned.
func read(req *cors.Request, c fiber.Ctx, anyCase bool) {
	req.Method, req.Reader = c.Method(), reader(c)
	req.Host = utils.UnsafeString(c.Request().Header.Host())
	origins, methods := 0, 0
	if req.Method != fiber.MethodOptions && !anyCase {
		for _, line := range c.Request().Header.PeekAll(fiber.HeaderOrigin) {
			req.Origin = value(line)
			origins++
		}
	} else { // one pass for both: fasthttp takes long to prepare the search for a name
		for key, line := range c.Request().Header.All() {
			switch {
			case isName(key, fiber.HeaderOrigin, anyCase):
				req.Origin = value(line)
				origins++
			case req.Method == fiber.MethodOptions && isName(key, fiber.HeaderAccessControlRequestMethod, anyCase):
				switch methods++; methods { // two lines show as well as all of them that it is not one method
				case 1:
					req.AccessControlRequestMethod = value(line)
				case 2:
					req.AccessControlRequestMethod = cors.JoinLines([]string{req.AccessControlRequestMethod, value(line)})
				}
			}
		}
	}
	if origins > 1 {
		req.Origin = ""
	}
	req.MalformedOrigin = req.Origin == "" && origins > 0
}

// isName reports whether a name is that of a request header, in any case if the app
// doesn't normalize names.
func isName(key []byte, name string, anyCase bool) bool {
	return string(key) == name || anyCase && strings.EqualFold(utils.UnsafeString(key), name)
}

// options keep what the options of an app say, since reading them copies them all.
type options struct{ kept atomic.Pointer[appOptions] }

type appOptions struct {
	app     *fiber.App
	anyCase bool // names of request headers are as the client sent them
	folding cors.PathFolding
}

func (o *options) of(c fiber.Ctx) *appOptions {
	app := o.kept.Load()
	if app == nil || app.app != c.App() {
		read := readOptions(c)
		app = &read
		o.kept.Store(app)
	}
	return app
}

func readOptions(c fiber.Ctx) appOptions {
	config := c.App().Config()
	app := appOptions{app: c.App(), anyCase: config.DisableHeaderNormalizing, folding: cors.FoldEmptyRest}
	if !config.CaseSensitive {
		app.folding |= cors.FoldCase
	}
	if !config.StrictRouting {
		app.folding |= cors.FoldTrailingSlash
	}
	return app
}

// lines returns the values of a request header.
func lines(c fiber.Ctx, name string, anyCase bool) (values [][]byte) {
	if !anyCase {
		return c.Request().Header.PeekAll(name)
	}
	for key, value := range c.Request().Header.All() {
		if isName(key, name, anyCase) {
			values = append(values, value)
		}
	}
	return values
}

// combine returns the value of a header, repeated lines combined.
func combine(lines [][]byte) string {
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
	return cors.JoinLines(values)
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

// reader returns what reads a request inside of Fiber. A Ctx of the application's own
// type costs an allocation.
func reader(c fiber.Ctx) cors.RequestReader {
	if own, ok := c.(*fiber.DefaultCtx); ok {
		return (*source)(own)
	}
	return customSource{c}
}

// A source reads a request inside of Fiber.
type source fiber.DefaultCtx

func (s *source) Context() context.Context { return (*fiber.DefaultCtx)(s).Context() }

func (s *source) RequestHeader(name string) string {
	return customSource{(*fiber.DefaultCtx)(s)}.RequestHeader(name)
}

func (s *source) Route() (path string, folding cors.PathFolding) {
	return customSource{(*fiber.DefaultCtx)(s)}.Route()
}

// A customSource is a source for any type of Ctx.
type customSource struct{ fiber.Ctx }

func (s customSource) RequestHeader(name string) string {
	return strings.Clone(combine(lines(s.Ctx, name, readOptions(s.Ctx).anyCase)))
}

// Route returns the path as Fiber routes it, which depends on options of the
// app: by default it ignores case and slashes at the end.
func (s customSource) Route() (path string, folding cors.PathFolding) {
	return s.Path(), readOptions(s.Ctx).folding
}
