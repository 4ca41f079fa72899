package caches

import (
	"context"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// The requesters. Every policy allows the first two; only policies for any
// origin allow the third. Images make requests without Origin.
const (
	appOrigin      = "https://app.example.com"
	shopOrigin     = "https://shop.example.com"
	strangerOrigin = "https://app.example.com.evil.example"
	noOrigin       = ""
)

var requesters = []string{appOrigin, shopOrigin, strangerOrigin, noOrigin}

// A policy is a Config for the paths /class/name/.
type policy struct {
	name   string
	config cors.Config
	// variesOn returns the request headers on which the response to an actual
	// request of an origin depends, if the request reaches the application.
	variesOn func(origin string) []string
}

// Every policy allows and exposes these, and has to list all others itself.
const (
	allowedMethod = "PUT"
	allowedHeader = "X-Request"
	exposedHeader = "X-Total"
)

var policies = []policy{
	{
		name:     "any",
		config:   cors.Config{AllowOrigins: []string{"*"}},
		variesOn: func(string) []string { return nil },
	},
	{
		name:     "listed",
		config:   cors.Config{AllowOrigins: []string{appOrigin, shopOrigin}},
		variesOn: onOrigin,
	},
	{
		name:     "listed-credentials",
		config:   cors.Config{AllowOrigins: []string{appOrigin, shopOrigin}, AllowCredentials: true},
		variesOn: onOrigin,
	},
	{
		name:     "pattern",
		config:   cors.Config{AllowOrigins: []string{"https://*.example.com"}},
		variesOn: onOrigin,
	},
	{
		// Its preflight responses repeat the requested values.
		name: "pattern-credentials-everything",
		config: cors.Config{
			AllowOrigins:     []string{"https://*.example.com"},
			AllowCredentials: true,
			AllowMethods:     []string{"*"},
			AllowHeaders:     []string{"*"},
		},
		variesOn: onOrigin,
	},
	{
		name:     "expression",
		config:   cors.Config{AllowOriginRegexps: []string{`https://(app|shop)\.example\.com`}},
		variesOn: onOrigin,
	},
	{
		name:     "function",
		config:   cors.Config{AllowOriginFunc: allowReading("X-Tenant")},
		variesOn: onRead("X-Tenant"),
	},
	{
		name:     "function-reading-much",
		config:   cors.Config{AllowOriginFunc: allowReading(manyHeaders...), AllowCredentials: true},
		variesOn: onRead(manyHeaders...),
	},
	{
		name:   "rejecting",
		config: cors.Config{AllowOrigins: []string{appOrigin, shopOrigin}, RejectDisallowed: true},
		variesOn: func(origin string) []string {
			if origin == strangerOrigin {
				return []string{"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"}
			}
			return []string{"Origin"}
		},
	},
}

// manyHeaders result in a Vary that is longer than nginx can store.
var manyHeaders = []string{
	"Accept-Language", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip",
	"X-Region", "X-Client-Version", "X-Experiment", "X-Tenant",
}

func onOrigin(string) []string { return []string{"Origin"} }

// onRead is for a function, which is called only if there is an Origin.
func onRead(names ...string) func(origin string) []string {
	return func(origin string) []string {
		if origin == noOrigin {
			return []string{"Origin"}
		}
		return append([]string{"Origin"}, names...)
	}
}

// closed is the value of X-Tenant with which a function allows nothing.
const closed = "closed"

func allowReading(names ...string) func(context.Context, *cors.Request) (bool, error) {
	return func(_ context.Context, r *cors.Request) (bool, error) {
		for _, name := range names {
			if r.Header(name) == closed {
				return false, nil
			}
		}
		return r.Origin == appOrigin || r.Origin == shopOrigin, nil
	}
}

// allowsAny reports whether any origin is allowed.
func (p *policy) allowsAny() bool { return slices.Contains(p.config.AllowOrigins, "*") }

// may reports whether a script may send the request and read the response.
func (p *policy) may(q question) bool {
	c := p.config
	if q.way.credentials && !c.AllowCredentials || !p.allowsAny() && q.origin != appOrigin && q.origin != shopOrigin {
		return false
	}
	if !slices.Contains([]string{"GET", "HEAD", allowedMethod}, q.way.method) && !slices.Contains(c.AllowMethods, "*") {
		return false
	}
	if c.AllowOriginFunc != nil && q.way.add.Get("X-Tenant") == closed {
		return false
	}
	return !slices.ContainsFunc(q.way.set, func(h fetch.Header) bool {
		return h.Name != allowedHeader && !slices.Contains(c.AllowHeaders, "*")
	})
}

// rejects reports whether the application never sees an actual request.
func (p *policy) rejects(q question) bool {
	return p.config.RejectDisallowed && q.origin == strangerOrigin && q.way.add.Get("Sec-Fetch-Site") != "same-origin"
}

// path returns a path to which p applies.
func (p *policy) path(class, resource string) string {
	return "/" + class + "/" + p.name + "/" + resource
}

// isOf reports whether a path has a class or a resource.
func isOf(path, part string) bool { return slices.Contains(strings.Split(path, "/"), part) }

// configs returns a Config for each policy.
func configs() []cors.Config {
	var configs []cors.Config
	for _, p := range policies {
		c := p.config
		c.Paths = []string{"/{class}/" + p.name + "/"}
		if !slices.Contains(c.AllowMethods, "*") {
			c.AllowMethods = append(slices.Clone(c.AllowMethods), allowedMethod)
			c.AllowHeaders = append(slices.Clone(c.AllowHeaders), allowedHeader)
		}
		c.ExposeHeaders = []string{exposedHeader}
		configs = append(configs, c)
	}
	return configs
}
