package watch

import (
	"context"

	cors "github.com/corskit/cors/core"
)

// contextOf returns the context of a request. It may be nil, which slog takes for
// the background.
func contextOf(r *cors.Request) context.Context {
	if r.Reader == nil {
		return context.Background()
	}
	return r.Reader.Context()
}

// pathOf returns the path as the router routes it.
func pathOf(r *cors.Request) string {
	if r.Path == "" && r.Reader != nil {
		path, _ := r.Reader.Route()
		return path
	}
	return r.Path
}

// originOf returns the value of the header Origin, also where that is malformed.
func originOf(r *cors.Request) string {
	if r.MalformedOrigin && r.Reader != nil {
		return r.Reader.RequestHeader("Origin")
	}
	return r.Origin
}
