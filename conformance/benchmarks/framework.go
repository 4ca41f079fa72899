package benchmarks

import (
	cors "github.com/corskit/cors/core"
)

// A Framework is a router and the implementations of CORS for it.
type Framework struct {
	Name            string // in the names of benchmarks
	Title           string // in tables
	Module          string // empty for the standard library
	Implementations []Implementation

	// bare returns the router without CORS.
	bare func() Server
	// responding returns the router with a middleware that responds to OPTIONS
	// requests and does nothing else.
	responding func() Server
}

// An Implementation puts CORS in front of a router.
type Implementation struct {
	Name   string // in the names of benchmarks
	Title  string // in tables
	Module string // empty for this module and the standard library

	// New returns the router with a policy. The handwritten implementations
	// ignore the argument: they are written for [Policy].
	New func(cors.Config) Server

	// Differs lists what is wrong with the responses to [Requests], each with
	// the requests that it concerns.
	Differs []string
}

// The names of the implementations with which the others are compared.
const (
	Handwritten = "handwritten"
	Corskit     = "corskit"
)

// Frameworks are the routers that are measured.
var Frameworks = []Framework{NetHTTP, Gin, Echo, Echo5, Chi, Fiber, Fiber3}

// Policy is the policy of a typical application with three front ends.
var Policy = cors.Config{
	AllowOrigins:     []string{allowed, "https://admin.example.com", "https://www.example.net"},
	AllowMethods:     []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
	AllowHeaders:     []string{"Authorization", "Content-Type"},
	ExposeHeaders:    []string{"Link", "X-Total-Count"},
	AllowCredentials: true,
	MaxAge:           3600,
}

// without returns the router without CORS, for a request. The cost of a
// preflight is compared with that of a middleware that responds to any OPTIONS
// request: a router alone would look for a route and respond with an error,
// which can take longer than CORS does.
func (f Framework) without(r Request) Server {
	if r.IsPreflight() {
		return f.responding()
	}
	return f.bare()
}
