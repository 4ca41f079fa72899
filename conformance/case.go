package conformance

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
)

//go:embed cases/*.json
var caseFiles embed.FS

// A Group is a set of cases about one subject: the cases of one file.
type Group struct {
	// Name is the file's name without its ending.
	Name string `json:"-"`
	// Title says in a sentence what the group is about.
	Title string `json:"title"`
	Cases []Case `json:"cases"`
}

// A Case is a policy and what must happen at a server that has it.
type Case struct {
	// Name is unique in the group: lower-case words joined by hyphens. Group and name
	// are the case's ID, which never changes.
	Name string `json:"name"`
	// Title is what the case claims, as a sentence.
	Title string `json:"title"`
	// Profile says what the case counts for.
	Profile Profile `json:"profile"`
	// Requires is the section of the Fetch standard, or of another document,
	// that requires it: a name of [Reference].
	Requires string `json:"requires"`
	// Vulnerability is the identifier of a published vulnerability that the case
	// guards against.
	Vulnerability string `json:"vulnerability,omitempty"`
	// Policy is the server's policy, in the form of cors.Config.
	Policy []cors.Config `json:"policy"`
	// Needs are the features that the case needs in addition to those that its policy uses.
	Needs []Feature `json:"needs,omitempty"`
	// Steps run in order.
	Steps []Step `json:"steps"`
}

// A Feature is something that a server may be unable to do.
type Feature string

// The features.
const (
	// FeatureGroups: several policies, and those for subtrees of paths, such as /api/, which a middleware can
	// have by itself or share with a group of its router.
	FeatureGroups Feature = "group-policies"
	// FeaturePaths: policies for other paths: exact ones, and those with wildcards.
	FeaturePaths Feature = "paths"
	// FeaturePathRegexps: paths as regular expressions.
	FeaturePathRegexps Feature = "path-regexps"
	// FeatureSubdomains: origins such as https://*.example.com, for one or more labels.
	FeatureSubdomains Feature = "origin-pattern-subdomain"
	// FeatureLabels: origins such as https://pr-*.example.com, within a label.
	FeatureLabels Feature = "origin-pattern-label"
	// FeaturePorts: origins such as http://localhost:*, for any port and none.
	FeaturePorts Feature = "origin-pattern-port"
	// FeatureNull: the origin null, of sandboxed frames.
	FeatureNull Feature = "null-origin"
	// FeatureCustomSchemes: origins whose scheme is neither http nor https.
	FeatureCustomSchemes Feature = "custom-scheme-origin"
	// FeatureAnyOriginWithCredentials: every origin, with credentials.
	FeatureAnyOriginWithCredentials Feature = "any-origin-with-credentials"
	// FeatureAnyMethod and the next two: * as a list, without credentials.
	FeatureAnyMethod        Feature = "any-method"
	FeatureAnyHeader        Feature = "any-header"
	FeatureAnyExposedHeader Feature = "any-exposed-header"
	// FeatureAnyMethodWithCredentials and the next two: * as a list that means
	// all with credentials, too, where the header's * does not.
	FeatureAnyMethodWithCredentials        Feature = "any-method-with-credentials"
	FeatureAnyHeaderWithCredentials        Feature = "any-header-with-credentials"
	FeatureAnyExposedHeaderWithCredentials Feature = "any-exposed-header-with-credentials"
	// FeatureOriginRegexps: origins as regular expressions.
	FeatureOriginRegexps Feature = "origin-regexps"
	// FeatureReconfigure: a new policy while running.
	FeatureReconfigure Feature = "reconfigure"
	// FeaturePassPreflight: the application responds to preflights.
	FeaturePassPreflight Feature = "pass-preflight"
	// FeaturePreflightStatus: the policy sets the status of preflight responses.
	FeaturePreflightStatus Feature = "preflight-status"
	// FeaturePrivateNetwork: Access-Control-Allow-Private-Network.
	FeaturePrivateNetwork Feature = "private-network"
	// FeatureNoCache: MaxAge below zero, for preflight responses that must not be cached.
	FeatureNoCache Feature = "no-preflight-cache"
	// FeatureOwnOptions: the application has OPTIONS routes of its own.
	FeatureOwnOptions Feature = "own-options"
	// FeaturePanic: the application recovers from crashes of its handlers.
	FeaturePanic Feature = "panic"
	// FeatureRouting: the router itself responds with 404 and 405.
	FeatureRouting Feature = "routing"
	// FeatureExactPaths: the router tells /a from /A, and from /a/.
	FeatureExactPaths Feature = "exact-paths"
	// FeatureOwnedHeaders: CORS headers that the application sets are replaced.
	FeatureOwnedHeaders Feature = "owned-headers"
)

// Features are all features.
var Features = []Feature{
	FeatureGroups, FeaturePaths, FeaturePathRegexps, FeatureSubdomains, FeatureLabels, FeaturePorts, FeatureNull, FeatureCustomSchemes,
	FeatureAnyOriginWithCredentials, FeatureAnyMethod, FeatureAnyHeader, FeatureAnyExposedHeader,
	FeatureAnyMethodWithCredentials, FeatureAnyHeaderWithCredentials, FeatureAnyExposedHeaderWithCredentials,
	FeatureOriginRegexps, FeatureReconfigure,
	FeaturePassPreflight, FeaturePreflightStatus, FeaturePrivateNetwork, FeatureNoCache, FeatureOwnOptions,
	FeaturePanic, FeatureRouting, FeatureExactPaths, FeatureOwnedHeaders,
}

// A Step is one thing that happens: exactly one of its fields is set.
type Step struct {
	// Script is a fetch by a script, and what the script must see.
	Script *Script `json:"script,omitempty"`
	// Request is an HTTP request, written byte by byte, and what its response must be.
	Request *Request `json:"request,omitempty"`
	// Reconfigure gives the running server another policy.
	Reconfigure []cors.Config `json:"reconfigure,omitempty"`
}

// A Script is a fetch by a script of some origin. The scripts of one origin in
// one case share a browser: its preflight cache and its cookies.
type Script struct {
	Origin      string      `json:"origin"`                // serialized, "null", or "self" for the server's own
	Method      string      `json:"method,omitempty"`      // default GET
	Path        string      `json:"path,omitempty"`        // of the application, default /data
	Headers     [][2]string `json:"headers,omitempty"`     // that the script sets
	Body        string      `json:"body,omitempty"`        // of the request
	Credentials string      `json:"credentials,omitempty"` // default same-origin
	Mode        string      `json:"mode,omitempty"`        // default cors
	Redirect    string      `json:"redirect,omitempty"`    // default follow
	Preflight   bool        `json:"preflight,omitempty"`   // send a preflight in any case
	After       int         `json:"after,omitempty"`       // seconds on the browser's clock since the last step
	Through     string      `json:"through,omitempty"`     // "cache": through a shared cache; "splitting" or "joining": through a proxy that rewrites header lines
	Rewritten   []string    `json:"rewritten,omitempty"`   // through a proxy that replaces Access-Control-Request-Headers with these lines
	Expect      Expectation `json:"expect"`
	// Departures say which browser engines do something else.
	Departures []Departure `json:"departures,omitempty"`
}

// path returns the path and the query.
func (s *Script) path() string {
	if s.Path == "" {
		return "/data"
	}
	return s.Path
}

// A Departure is what browser engines do that differs from the standard.
// Package fetch follows the standard. In a browser of such an engine, the
// script must see this instead. If it sees what the standard says, the case
// fails, too: the departure is then out of date.
type Departure struct {
	Engines   []string    `json:"engines"`   // as in [Engines]
	Does      string      `json:"does"`      // what they do, as a sentence
	Reference string      `json:"reference"` // the https address of what says so: a bug, or an engine's source
	Expect    Expectation `json:"expect"`    // what the script must see there
}

// Engines are the engines that can depart.
var Engines = []string{"chromium", "firefox", "webkit"}

// departure returns the departure of an engine, or nil.
func (s *Script) departure(engine string) *Departure {
	for i := range s.Departures {
		if slices.Contains(s.Departures[i].Engines, engine) {
			return &s.Departures[i]
		}
	}
	return nil
}

// An Expectation is what a script must see.
type Expectation struct {
	// Result is "readable", "opaque" (sent, and hidden from the script),
	// "blocked" (a network error), or "any", if the result depends on the
	// router and only Unseen matters.
	Result string `json:"result"`
	// Step is the step of the standard at which a blocked fetch must fail, as
	// package fetch names it. If empty, it may be any step of CORS.
	Step string `json:"step,omitempty"`
	// Status is the status that the script must see.
	Status string `json:"status,omitempty"`
	// Visible are response headers that the script must see, with their values;
	// Hidden those that it must not.
	Visible map[string]string `json:"visible,omitempty"`
	Hidden  []string          `json:"hidden,omitempty"`
	// Body is a part of the body that the script must see, and Unseen one that
	// it must not.
	Body   string `json:"body,omitempty"`
	Unseen string `json:"unseen,omitempty"`
	// Preflights and Requests are how many of each must have been sent.
	Preflights *int `json:"preflights,omitempty"`
	Requests   *int `json:"requests,omitempty"`
}

// A Request is an HTTP request as it goes over the wire.
type Request struct {
	Method string `json:"method,omitempty"` // default GET
	Path   string `json:"path,omitempty"`   // default /data
	// Headers are sent unchanged and in this order. A value may be anything,
	// spaces and control bytes included.
	Headers [][2]string `json:"headers,omitempty"`
	// Repeat is how many times the value of the last header is repeated.
	Repeat int                 `json:"repeat,omitempty"`
	Expect ResponseExpectation `json:"expect"`
}

// A ResponseExpectation is what an HTTP response must be.
type ResponseExpectation struct {
	// Status is the status, or a class: "2xx", "4xx", "not 2xx", "not 5xx".
	Status string `json:"status,omitempty"`
	// Handled says whether the application must have seen the request.
	Handled *bool `json:"handled,omitempty"`
	// Headers must have these values, lines joined by ", ".
	Headers map[string]string `json:"headers,omitempty"`
	// Contains are parts that headers must have.
	Contains map[string]string `json:"contains,omitempty"`
	// Absent headers must be missing. A name may end in "*".
	Absent []string `json:"absent,omitempty"`
	// Vary must have these members; NoVary must not have those.
	Vary   []string `json:"vary,omitempty"`
	NoVary []string `json:"noVary,omitempty"`
	// SameAs is the number of an earlier step, from 1, whose response must have
	// had the same CORS headers.
	SameAs int `json:"sameAs,omitempty"`
	// Lacks are texts that no header may contain, in upper or lower case.
	Lacks []string `json:"lacks,omitempty"`
	// Once are headers that must have exactly one line.
	Once []string `json:"once,omitempty"`
	// Refusal allows the server to refuse the request as malformed: a 4xx
	// status without any CORS header, or no response, then counts as right.
	Refusal bool `json:"refusal,omitempty"`
}

// Groups returns all cases, by group.
func Groups() ([]Group, error) {
	return readGroups(caseFiles, "cases")
}

// CaseFile returns the JSON of a group's file.
func CaseFile(group string) ([]byte, error) { return caseFiles.ReadFile("cases/" + group + ".json") }

// readGroups reads every file of a folder. Unknown fields, repeated names and
// steps that do nothing are errors.
func readGroups(files fs.FS, dir string) ([]Group, error) {
	names, err := fs.Glob(files, dir+"/*.json")
	if err != nil {
		return nil, err
	}
	var groups []Group
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		g := Group{Name: strings.TrimSuffix(path.Base(name), ".json")}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&g); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := g.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

var caseName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (g *Group) check() error {
	if g.Title == "" {
		return fmt.Errorf("title: is missing")
	}
	seen := make(map[string]bool)
	for i := range g.Cases {
		c := &g.Cases[i]
		if seen[c.Name] {
			return fmt.Errorf("case %q: appears twice", c.Name)
		}
		seen[c.Name] = true
		if err := c.check(); err != nil {
			return fmt.Errorf("case %q: %w", c.Name, err)
		}
	}
	return nil
}

func (c *Case) check() error {
	switch {
	case !caseName.MatchString(c.Name):
		return fmt.Errorf("name: write lower-case words joined by hyphens")
	case c.Title == "":
		return fmt.Errorf("title: is missing")
	case !slices.Contains(Profiles, c.Profile):
		return fmt.Errorf("profile: %q isn't one: write one of %q", c.Profile, Profiles)
	case c.Reference().URL == "":
		return fmt.Errorf("requires: %q isn't in references.json", c.Requires)
	case len(c.Policy) == 0 || len(c.Steps) == 0:
		return fmt.Errorf("policy and steps: both are needed")
	}
	for _, f := range c.Needs {
		if !slices.Contains(Features, f) {
			return fmt.Errorf("needs: %q isn't a feature; write one of %q", f, Features)
		}
	}
	for i, s := range c.Steps {
		if err := s.check(i); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		emptyLists(s.Reconfigure)
	}
	emptyLists(c.Policy)
	return nil
}

// emptyLists makes the missing lists of a policy empty. In a [cors.Config], a
// nil list means the defaults, which other servers don't have.
func emptyLists(policy []cors.Config) {
	for i := range policy {
		for _, list := range []*[]string{&policy[i].AllowMethods, &policy[i].AllowHeaders} {
			if *list == nil {
				*list = []string{}
			}
		}
	}
}

func (s *Step) check(i int) error {
	set := 0
	for _, is := range []bool{s.Script != nil, s.Request != nil, s.Reconfigure != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("set exactly one of script, request and reconfigure")
	}
	if s.Script != nil {
		if err := s.Script.Expect.check(); err != nil {
			return err
		}
		if err := checkDepartures(s.Script.Departures); err != nil {
			return err
		}
		if !slices.Contains([]string{"", "cache", "splitting", "joining"}, s.Script.Through) {
			return fmt.Errorf(`through: %q is neither "cache", "splitting" nor "joining"`, s.Script.Through)
		}
	}
	if s.Request != nil && s.Request.Expect.SameAs > i {
		return fmt.Errorf("expect.sameAs: %d is not an earlier step", s.Request.Expect.SameAs)
	}
	return nil
}

func (e *Expectation) check() error {
	if !slices.Contains([]string{"readable", "opaque", "blocked", "any"}, e.Result) {
		return fmt.Errorf(`expect.result: %q is neither "readable", "opaque", "blocked" nor "any"`, e.Result)
	}
	return nil
}

func checkDepartures(departures []Departure) error {
	var seen []string
	for i, d := range departures {
		for _, engine := range d.Engines {
			if !slices.Contains(Engines, engine) || slices.Contains(seen, engine) {
				return fmt.Errorf("departures: engine %q: write each of %q at most once", engine, Engines)
			}
			seen = append(seen, engine)
		}
		switch {
		case len(d.Engines) == 0:
			return fmt.Errorf("departures: engines: number %d has none: write some of %q", i+1, Engines)
		case d.Does == "":
			return fmt.Errorf("departures: does: is missing: write what %q do", d.Engines)
		case !strings.HasPrefix(d.Reference, "https://"):
			return fmt.Errorf("departures: reference %q: write the https URL of a page that says so", d.Reference)
		}
		if err := d.Expect.check(); err != nil {
			return fmt.Errorf("departures: %w", err)
		}
	}
	return nil
}

// Needed returns every feature that c needs, sorted.
func (c *Case) Needed() []Feature {
	needs := slices.Clone(c.Needs)
	policies := [][]cors.Config{c.Policy}
	for _, s := range c.Steps {
		if s.Reconfigure != nil {
			needs = append(needs, FeatureReconfigure)
			policies = append(policies, s.Reconfigure)
		}
	}
	for _, policy := range policies {
		if len(policy) > 1 {
			needs = append(needs, FeatureGroups)
		}
		for i := range policy {
			needs = append(needs, configNeeds(&policy[i])...)
		}
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

var (
	labelPattern = regexp.MustCompile(`://[^:]*(\*[^.:]|[^/*:]\*)`) // a * beside other characters of a label
	customScheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://`)
)

func configNeeds(c *cors.Config) (needs []Feature) {
	need := func(f Feature, yes bool) {
		if yes {
			needs = append(needs, f)
		}
	}
	for _, path := range c.Paths {
		subtree := strings.HasSuffix(path, "/") && !strings.Contains(path, "{")
		need(FeatureGroups, subtree)
		need(FeaturePaths, !subtree)
	}
	need(FeaturePathRegexps, len(c.PathRegexps) > 0)
	need(FeatureOriginRegexps, len(c.AllowOriginRegexps) > 0)
	for _, o := range c.AllowOrigins {
		need(FeatureSubdomains, strings.Contains(o, "://*."))
		need(FeatureLabels, labelPattern.MatchString(o))
		need(FeaturePorts, strings.HasSuffix(o, ":*"))
		need(FeatureNull, o == "null")
		need(FeatureCustomSchemes, customScheme.MatchString(o) && !strings.HasPrefix(o, "http://") && !strings.HasPrefix(o, "https://"))
	}
	any := func(list []string) bool { return slices.Contains(list, "*") }
	need(FeatureAnyOriginWithCredentials, any(c.AllowOrigins) && c.AllowCredentials)
	for _, l := range []struct {
		list                     []string
		without, withCredentials Feature
	}{
		{c.AllowMethods, FeatureAnyMethod, FeatureAnyMethodWithCredentials},
		{c.AllowHeaders, FeatureAnyHeader, FeatureAnyHeaderWithCredentials},
		{c.ExposeHeaders, FeatureAnyExposedHeader, FeatureAnyExposedHeaderWithCredentials},
	} {
		need(l.without, any(l.list) && !c.AllowCredentials)
		need(l.withCredentials, any(l.list) && c.AllowCredentials)
	}
	need(FeaturePassPreflight, c.PassPreflight)
	need(FeaturePreflightStatus, c.PreflightStatus != 0)
	need(FeaturePrivateNetwork, c.AllowPrivateNetwork)
	need(FeatureNoCache, c.MaxAge < 0)
	return needs
}

// MayRefuse reports whether a server may refuse the policy of c, which is
// neither a pass nor a failure. It has to accept plain policies: listed http
// and https origins, or * without credentials, with listed methods and headers.
func (c *Case) MayRefuse() bool { return mayRefuse(c.Policy) }

func mayRefuse(policy []cors.Config) bool {
	return slices.ContainsFunc(policy, func(p cors.Config) bool {
		return len(p.AcceptRisks) > 0 || len(configNeeds(&p)) > 0
	})
}

var mutation = regexp.MustCompile(`[?&]do=(mutate|reset)\b`)

// Mutates reports whether the application of c changes existing response
// headers. That spoils servers that share header values between responses.
func (c *Case) Mutates() bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool {
		return s.Script != nil && mutation.MatchString(s.Script.Path) || s.Request != nil && mutation.MatchString(s.Request.Path)
	})
}
