package cors

import (
	"context"
	"slices"
)

// A Config is a policy: which origins may do what, on which paths. It is data:
// encoding/json writes and reads all of it but the function.
//
// Everything that is not allowed is denied, so the zero Config allows nothing,
// and [New] refuses it.
type Config struct {
	// Paths are the paths that this Config applies to, together with those that
	// PathRegexps match; if both are empty, it applies to every path. A path
	// pattern is written as in net/http's ServeMux, without method and host:
	// exact ("/healthz"), a subtree ("/api/", which matches "/api" and all
	// below), with wildcards for whole segments ("/users/{id}/avatar"), with a
	// wildcard for the rest ("/files/{rest...}", which does not match "/files"),
	// or with a trailing slash that is meant as such ("/posts/{$}"). They are
	// compared with the path as the router routes it, which for most routers is
	// unescaped: "/a b" and not "/a%20b".
	//
	// If entries of several Configs match a path, the narrowest applies, as in
	// ServeMux: that whose paths are all paths of the others. Each entry counts by
	// itself, and regular expressions are compared as well. If none is narrower,
	// an attached Config comes before those given to New, and then the one given
	// first. Two Configs with the same paths are an error.
	Paths []string `json:"paths,omitempty"`

	// PathRegexps are regular expressions (RE2), each matched against the whole
	// path: they are anchored at both ends.
	PathRegexps []string `json:"pathRegexps,omitempty"`

	// AllowOrigins are serialized origins ("https://app.example.com"), or
	// patterns of them: "https://*.example.com" allows one or more labels before
	// the domain, "https://pr-*.example.com" a run of letters, digits and
	// hyphens within the leading label, "http://localhost:*" any port and none.
	// "*" alone allows any origin; "null" the opaque origin.
	AllowOrigins []string `json:"allowOrigins,omitempty"`

	// AllowOriginRegexps are RE2 expressions, each matched against the whole
	// serialized origin: they are anchored at both ends.
	AllowOriginRegexps []string `json:"allowOriginRegexps,omitempty"`

	// AllowOriginFunc is asked last, and only for the serialization of a tuple
	// origin (so neither for "null" nor for anything malformed). An error
	// denies; [Decision.Err] returns it. The function may keep the Request's
	// fields. Every header that it reads with [Request.Header] is named in Vary.
	AllowOriginFunc func(context.Context, *Request) (bool, error) `json:"-"`

	// AllowMethods are the methods allowed beyond the CORS-safelisted GET, HEAD
	// and POST, or "*" for all. Methods are case-sensitive.
	AllowMethods []string `json:"allowMethods,omitempty"`

	// AllowHeaders are the request-headers allowed beyond the CORS-safelisted
	// ones, or "*" for all. Without credentials, "*" does not cover
	// Authorization, which is then listed beside it (Fetch, "CORS
	// non-wildcard request-header name").
	AllowHeaders []string `json:"allowHeaders,omitempty"`

	// ExposeHeaders are the response-headers that scripts can read beyond the
	// CORS-safelisted ones, or "*" for all.
	ExposeHeaders []string `json:"exposeHeaders,omitempty"`

	// AllowCredentials lets requests carry cookies, TLS client certificates and
	// HTTP authentication, and lets scripts read the answers.
	AllowCredentials bool `json:"allowCredentials,omitempty"`

	// AllowPrivateNetwork answers preflights that ask for access to a private
	// network. It is kept for those who used it elsewhere: browsers no longer
	// send them. Chrome 142 replaced that preflight by a permission prompt
	// (Local Network Access).
	AllowPrivateNetwork bool `json:"allowPrivateNetwork,omitempty"`

	// MaxAge is for how many seconds a browser may keep the answer to a
	// preflight: up to 86400 (24 hours; Chromium keeps none for more than 2
	// hours). 0 leaves the header out, and browsers then keep it for 5 seconds;
	// a negative number says that it must not be kept.
	MaxAge int `json:"maxAge,omitempty"`

	// PreflightStatus is the status of the answer to an allowed preflight, from
	// 200 to 299; 0 stands for 204.
	PreflightStatus int `json:"preflightStatus,omitempty"`

	// PassPreflight sets the headers of preflights and leaves the answer to the
	// next handler, which must answer with a status from 200 to 299.
	PassPreflight bool `json:"passPreflight,omitempty"`

	// RejectDisallowed answers 403 to actual requests whose origin is denied,
	// before any handler runs. CORS alone does not: it keeps a page from reading
	// the answer, and the form that another site posts has changed what it
	// changes. Requests of the server's own pages pass (by Sec-Fetch-Site, or
	// else if the host of Origin is that of the request), those without Origin,
	// and navigations of the top-level page by GET or HEAD.
	//
	// WebKit (seen in 2.50) says of forms that a page posts to a new window that
	// they come from another site, even if it is the page's own. If the server's
	// pages have such forms (target="_blank"), list its own origin, too.
	RejectDisallowed bool `json:"rejectDisallowed,omitempty"`

	// AcceptRisks names the risks that are taken knowingly, each for the whole
	// Config, or for one entry of it: see [Risk.For]. [New] refuses a Config that
	// takes any other, and a risk that nothing takes.
	AcceptRisks []Risk `json:"acceptRisks,omitempty"`
}

// A Risk is a way in which a Config can let a stranger read a user's data.
type Risk string

// The risks that a Config can accept.
const (
	// RiskAnyOriginWithCredentials: any site that a user visits can read, as
	// that user, whatever the user can read.
	RiskAnyOriginWithCredentials Risk = "any-origin-with-credentials"
	// RiskNullWithCredentials: any site can send "null" by means of a
	// sandboxed frame, and then read as the user; or write as the user, where
	// RejectDisallowed or CheckOrigin trusts it.
	RiskNullWithCredentials Risk = "null-with-credentials"
	// RiskInsecureOriginWithCredentials: anyone who controls the user's network
	// can speak for an origin of plain http, with the same harm.
	RiskInsecureOriginWithCredentials Risk = "insecure-origin-with-credentials"
	// RiskPublicSuffix: anyone can register a name directly under a public
	// suffix such as github.io, and so an origin that is allowed.
	RiskPublicSuffix Risk = "public-suffix"
	// RiskUnconfinedRegexp: an expression matches origins of registrable
	// domains that it does not spell out.
	RiskUnconfinedRegexp Risk = "unconfined-regexp"
)

// For returns the risk of one entry of AllowOrigins or AllowOriginRegexps. To accept
// it accepts no other entry's:
//
//	AcceptRisks: []cors.Risk{cors.RiskPublicSuffix.For("https://pr-*.vercel.app")}
//
// In JSON and in the environment that is "public-suffix=https://pr-*.vercel.app".
func (r Risk) For(entry string) Risk { return r + "=" + Risk(entry) }

// CommonMethods returns the methods that django-cors-headers allows by
// default, to use or to extend.
func CommonMethods() []string {
	return []string{"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"}
}

// CommonHeaders returns the request-headers that django-cors-headers allows by
// default, to use or to extend.
func CommonHeaders() []string {
	return []string{"accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"}
}

// clone returns a copy of c that shares nothing with it.
func (c Config) clone() Config {
	c.Paths = slices.Clone(c.Paths)
	c.PathRegexps = slices.Clone(c.PathRegexps)
	c.AllowOrigins = slices.Clone(c.AllowOrigins)
	c.AllowOriginRegexps = slices.Clone(c.AllowOriginRegexps)
	c.AllowMethods = slices.Clone(c.AllowMethods)
	c.AllowHeaders = slices.Clone(c.AllowHeaders)
	c.ExposeHeaders = slices.Clone(c.ExposeHeaders)
	c.AcceptRisks = slices.Clone(c.AcceptRisks)
	return c
}
