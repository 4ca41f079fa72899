package watch_test

import (
	"context"
	"testing"

	cors "github.com/corskit/cors/core"
)

const trusted = "https://app.example.com"

func mustNew(t testing.TB, cfgs ...cors.Config) *cors.Engine {
	t.Helper()
	e, err := cors.New(cfgs...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// serve does what middleware does with a request.
func serve(e *cors.Engine, r cors.Request) cors.Decision {
	d := e.Decide(&r)
	e.Observe(&r, d)
	return d
}

func actual(path, origin string) cors.Request {
	return cors.Request{Method: "GET", Path: path, Origin: origin}
}

func preflight(path, origin string) cors.Request {
	return cors.Request{Method: "OPTIONS", Path: path, Origin: origin, AccessControlRequestMethod: "PUT"}
}

// A source is asked for what a Request does not say.
type source struct {
	ctx    context.Context
	path   string
	origin string
}

func (s *source) Context() context.Context          { return s.ctx }
func (s *source) Route() (string, cors.PathFolding) { return s.path, 0 }
func (s *source) RequestHeader(name string) string {
	if name == "Origin" {
		return s.origin
	}
	return ""
}
