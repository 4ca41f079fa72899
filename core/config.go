package cors

import (
	"context"
	"slices"
)

// A Config is a policy: which origins may do what, on which paths. It is data:
// encoding/json writes and reads all of it but the function.
//
// AllowOrigins alone is enough for most sites. The zero Config allows no origin, and
// [New] refuses it.
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

	// AllowOrigins are the origins whose scripts may read responses, as browsers send
	// them ("https://app.example.com"), or patterns: "https://*.example.com" allows
	// one or more labels before the domain, "https://pr-*.example.com" a run of
	// letters, digits and hyphens within the leading label, "http://localhost:*" any
	// port and none. "*" alone allows any origin. "null" allows the opaque origin,
	// which any site can send from a sandboxed frame; "file://" and "app://." allow
	// the pages of apps with an embedded browser that sends those (Android's WebView,
	// Cordova, Electron).
	AllowOrigins []string `json:"allowOrigins,omitempty"`

	// AllowOriginRegexps are regular expressions (RE2), each matched against the
	// whole origin: they are anchored at both ends.
	AllowOriginRegexps []string `json:"allowOriginRegexps,omitempty"`

	// AllowOriginFunc is called if nothing else allows the origin. An error denies;
	// [Decision.Err] returns it. The function may keep the Request's fields. Headers
	// that it reads with [Request.Header] are named in Vary.
	//
	// It isn't called for malformed origins, nor for "null", "file://" and "app://.",
	// which don't say whose page it is. To decide about those three too, add
	// RiskNullWithCredentials.For("AllowOriginFunc") to AcceptRisks.
	AllowOriginFunc func(context.Context, *Request) (bool, error) `json:"-"`

	// AllowMethods are the methods that scripts may use, or "*" for all. The
	// CORS-safelisted ones (GET, HEAD and POST) are always allowed. If nil,
	// [DefaultMethods] are allowed; if empty and not nil, only the safelisted
	// ones. Methods are case-sensitive.
	AllowMethods []string `json:"allowMethods,omitzero"`

	// AllowHeaders are the request headers that scripts may set, or "*" for all.
	// The CORS-safelisted ones are always allowed, such as Accept, and
	// Content-Type for forms and plain text. If nil, [DefaultHeaders] are allowed;
	// if empty and not nil, only the safelisted ones. Without credentials, "*"
	// doesn't cover Authorization: list it beside "*" (Fetch, "CORS non-wildcard
	// request-header name").
	AllowHeaders []string `json:"allowHeaders,omitzero"`

	// ExposeHeaders are the response headers that scripts may read beyond the
	// CORS-safelisted ones, such as Content-Type and Content-Length, or "*" for all.
	ExposeHeaders []string `json:"exposeHeaders,omitempty"`

	// AllowCredentials lets scripts send requests with the user's cookies, TLS client
	// certificates and HTTP authentication, and read the responses. Browsers send
	// a cookie to another site only if it was set with SameSite=None and Secure;
	// if they block third-party cookies, only if it was also set with Partitioned.
	AllowCredentials bool `json:"allowCredentials,omitempty"`

	// AllowPrivateNetwork allows preflights that ask for access to a private
	// network.
	//
	// Deprecated: browsers no longer send these preflights. Chrome 142 replaced them
	// with a permission prompt, Local Network Access, which needs nothing from the
	// server: the page must be served over https, and the user must agree.
	AllowPrivateNetwork bool `json:"allowPrivateNetwork,omitempty"`

	// MaxAge is how long, in seconds, browsers may cache a preflight response: up
	// to 86400 (24 hours). 0 means [DefaultMaxAge]; a negative number tells
	// browsers not to cache it.
	MaxAge int `json:"maxAge,omitempty"`

	// PreflightStatus is the status of the response to an allowed preflight, from
	// 200 to 299. 0 means 204.
	PreflightStatus int `json:"preflightStatus,omitempty"`

	// PassPreflight sets the headers of preflight responses and leaves the rest to
	// the next handler, which must respond with a status from 200 to 299.
	PassPreflight bool `json:"passPreflight,omitempty"`

	// RejectDisallowed responds with 403 to actual requests from denied origins before any
	// handler runs. CORS alone doesn't: it keeps a page from reading the response,
	// but a form that another site posts has changed what it changes. Requests of
	// the server's own pages pass (by Sec-Fetch-Site, or else if the host of Origin
	// is that of the request), requests without Origin, and navigations of the
	// top-level page by GET or HEAD.
	//
	// A page of another site that has been granted storage access (the Storage
	// Access API) sends the user's cookies even where third-party cookies are
	// blocked. Its origin is still its own, so RejectDisallowed stops it too.
	//
	// WebKit (seen in 2.50) says that a form which a page posts to a new window
	// comes from another site, even if the page is the server's own. If the
	// server's pages have such forms (target="_blank"), list their origin.
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
	// RiskNullWithCredentials: any site can send "null" from a sandboxed frame, and
	// any page in an app's embedded browser "file://" or "app://.", and then read as
	// the user; or write as the user, where RejectDisallowed or CheckOrigin trusts it.
	RiskNullWithCredentials Risk = "null-with-credentials"
	// RiskInsecureOriginWithCredentials: anyone who controls the user's network
	// can speak for an origin of plain http, with the same harm.
	RiskInsecureOriginWithCredentials Risk = "insecure-origin-with-credentials"
	// RiskPublicSuffix: anyone can register a name directly under a public
	// suffix such as github.io, and so an origin that is allowed.
	RiskPublicSuffix Risk = "public-suffix"
	// RiskUnconfinedRegexp: a regular expression matches origins of registrable
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

// DefaultMaxAge is how long, in seconds, browsers may cache a preflight response if
// MaxAge is 0: 2 hours, the longest that Chromium does.
const DefaultMaxAge = 7200

// DefaultMethods returns the methods that are allowed if AllowMethods is nil: those
// of django-cors-headers. Append to it to allow more.
func DefaultMethods() []string {
	return []string{"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"}
}

// DefaultHeaders returns the request headers that are allowed if AllowHeaders is nil:
// those of django-cors-headers, and X-CSRF-Token. Append to it to allow more.
func DefaultHeaders() []string {
	return []string{"accept", "authorization", "content-type", "user-agent", "x-csrf-token", "x-csrftoken", "x-requested-with"}
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
