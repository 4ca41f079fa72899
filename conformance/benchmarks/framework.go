package benchmarks

import (
	cors "github.com/corskit/cors/core"
)

// A Framework is a router with the ways to give it CORS.
type Framework struct {
	Name            string // as in the names of benchmarks
	Title           string // as in tables
	Module          string // empty for the standard library
	Implementations []Implementation

	// bare returns the router without CORS.
	bare func() Server
	// answering returns the router with what answers every OPTIONS request in
	// the place where CORS stands, and does nothing else.
	answering func() Server
}

// An Implementation is a way to give a router CORS.
type Implementation struct {
	Name   string // as in the names of benchmarks
	Title  string // as in tables
	Module string // empty for the standard library

	// New returns the router of the framework behind CORS. Floors are written
	// for [Policy] and no other.
	New func(cors.Config) Server

	// Differs says in what the answers to Requests differ from what they should
	// be: the name of the request, and what comes of it.
	Differs []string

	// Linear says that a decision takes time or memory in proportion to the
	// number of origins, so that a million of them are not tried.
	Linear bool
}

// The names of the implementations that others are compared with.
const (
	none  = "none"  // the router without CORS
	floor = "floor" // the least code that answers correctly
	ours  = "corskit"
)

// isFloor reports whether i is written by hand for Policy.
func (i Implementation) isFloor() bool { return i.Name == floor || i.Name == floorOwned }

// floorOwned is a floor that keeps our rule that no value is shared between
// responses; the other does not.
const floorOwned = "floor-owned"

// Frameworks are the routers that are measured.
var Frameworks = []Framework{NetHTTP, Chi, Gin, Echo, Fiber}

// Policy is what every implementation answers by: that of a typical
// application with three front ends.
var Policy = cors.Config{
	AllowOrigins:     []string{allowed, "https://admin.example.com", "https://www.example.net"},
	AllowMethods:     []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
	AllowHeaders:     []string{"Authorization", "Content-Type"},
	ExposeHeaders:    []string{"Link", "X-Total-Count"},
	AllowCredentials: true,
	MaxAge:           3600,
}

// without returns the router without CORS, for a request. What answers a
// preflight where CORS does is compared with something that answers it there,
// too: routers without any would look for a route, answer with an error, and
// make CORS look faster than nothing.
func (f Framework) without(r Request) Server {
	if r.IsPreflight() {
		return f.answering()
	}
	return f.bare()
}

// The parts of Policy, as the floors write them.
const (
	methods     = "GET,POST,PUT,PATCH,DELETE"
	headers     = "Authorization,Content-Type"
	expose      = "Link,X-Total-Count"
	maxAge      = "3600"
	credentials = "true"
)

// isAllowed is how a person who writes the least code looks an origin up.
func isAllowed(origin string) bool {
	switch origin {
	case allowed, "https://admin.example.com", "https://www.example.net":
		return true
	}
	return false
}
