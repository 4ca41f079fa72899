package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// severalPolicies is handwritten CORS for one server, with another style of
// headers than the engine's. It is right; each broken server has a mistake in
// one of the fields after app.
type severalPolicies struct {
	app http.Handler

	// path is the path to which policies are compared.
	path func(r *http.Request) string
	// serves is the path that the router serves instead of the requested one.
	serves func(path string) string
	// choose returns the policy that applies, or nil.
	choose func(policy []cors.Config, r *http.Request) *cors.Config
	// appliesTo and allows compare a policy with a path and an origin.
	appliesTo func(c *cors.Config, path string) bool
	allows    func(c *cors.Config, r *http.Request, origin string) bool
	// reads prepares a policy before it is used.
	reads func(c cors.Config) cors.Config
	// intercepts responds to a request instead of everything else.
	intercepts func(w http.ResponseWriter, r *http.Request) bool
	// preflight reports whether a request is one.
	preflight func(r *http.Request) bool
	// before changes the headers before the handler runs; written changes them
	// after the handler has set the status.
	before  func(x exchange)
	written func(h http.Header, r *http.Request, status int)
	// put sets a header.
	put func(h http.Header, name, value string)
	// own changes the headers before they are written to what the policy granted.
	own func(h, granted http.Header)
	// reloads returns the policy that is in force after a reload.
	reloads func(old, given []cors.Config) []cors.Config

	owns   bool // own is called; other cases are about headers that handlers set
	mu     sync.Mutex
	policy []cors.Config
}

// ownHeaders removes all CORS headers that were not granted, and completes Vary.
func ownHeaders(h, granted http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
	for name, values := range granted {
		switch {
		case strings.HasPrefix(name, "Access-Control-"):
			h[name] = values
		case name == "Vary" && !slices.Contains(h["Vary"], "Origin"):
			h["Vary"] = append(h["Vary"], values...)
		}
	}
}

// An exchange is the state before the handler runs.
type exchange struct {
	header  http.Header // of the response
	request *http.Request
	policy  *cors.Config
	allowed bool
}

func newSeveral(app http.Handler, policy []cors.Config) *severalPolicies {
	s := &severalPolicies{
		app:       app,
		path:      routedPath,
		appliesTo: appliesTo,
		allows: func(c *cors.Config, _ *http.Request, origin string) bool {
			return allows(c, origin)
		},
		preflight: func(r *http.Request) bool {
			return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
		},
		put:    http.Header.Set,
		own:    ownHeaders,
		policy: policy,
	}
	s.choose = func(policy []cors.Config, r *http.Request) *cors.Config { return s.narrowest(policy, s.path(r)) }
	return s
}

// appliesTo, allows and routedPath call the engine, which other tests cover.
func appliesTo(c *cors.Config, path string) bool {
	engine, err := cors.New(cors.Config{Paths: c.Paths, PathRegexps: c.PathRegexps, AllowOrigins: []string{"*"}})
	if err != nil {
		panic(err)
	}
	d := engine.Decide(&cors.Request{Method: http.MethodGet, Path: path})
	return d.HasPolicy()
}

func allows(c *cors.Config, origin string) bool {
	engine, err := cors.New(cors.Config{
		AllowOrigins: c.AllowOrigins, AllowOriginRegexps: c.AllowOriginRegexps,
		AllowCredentials: c.AllowCredentials, AcceptRisks: c.AcceptRisks,
	})
	if err != nil {
		panic(err)
	}
	d := engine.Decide(&cors.Request{Method: http.MethodGet, Origin: origin})
	return origin != "" && d.Allowed()
}

func routedPath(r *http.Request) string {
	var req cors.Request
	req.ReadHTTP(r, nil)
	path, _ := req.Reader.Route()
	return path
}

// narrowest returns the policy with the narrowest matching paths, as the engine
// compares them.
func (s *severalPolicies) narrowest(policy []cors.Config, path string) *cors.Config {
	var matching []*cors.Config
	var paths []cors.Config
	for i := range policy {
		if c := &policy[i]; s.appliesTo(c, path) {
			if !appliesTo(c, path) {
				return c // to its own way of matching, it is as narrow as any
			}
			matching = append(matching, c)
			paths = append(paths, cors.Config{Paths: c.Paths, PathRegexps: c.PathRegexps, AllowOrigins: []string{"*"}})
		}
	}
	if len(matching) == 0 {
		return nil
	}
	engine, err := cors.New(paths...)
	if err != nil {
		panic(err)
	}
	d := engine.Decide(&cors.Request{Method: http.MethodGet, Path: path})
	return matching[max(d.Config(), 0)]
}

func (s *severalPolicies) first(policy []cors.Config, path string) *cors.Config {
	for i := range policy {
		if s.appliesTo(&policy[i], path) {
			return &policy[i]
		}
	}
	return nil
}

func (s *severalPolicies) reload(given []cors.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reloads != nil {
		given = s.reloads(s.policy, given)
	}
	s.policy = given
	return nil
}

func (s *severalPolicies) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.intercepts != nil && s.intercepts(w, r) {
		return
	}
	s.mu.Lock()
	c := s.choose(s.policy, r)
	s.mu.Unlock()
	if c == nil {
		s.next(w, r)
		return
	}
	if s.reads != nil {
		changed := s.reads(*c)
		c = &changed
	}
	var (
		origin    = strings.Join(r.Header.Values("Origin"), ", ")
		anyOrigin = slices.Contains(c.AllowOrigins, "*") && !c.AllowCredentials
		allowed   = anyOrigin || s.allows(c, r, origin)
		preflight = s.preflight(r)
		h         = w.Header()
	)
	if !anyOrigin {
		s.put(h, "Vary", "Origin")
	}
	if allowed {
		if anyOrigin {
			origin = "*"
		}
		s.put(h, "Access-Control-Allow-Origin", origin)
		if c.AllowCredentials {
			s.put(h, "Access-Control-Allow-Credentials", "true")
		}
		if preflight {
			s.describe(h, r, c)
		} else if len(c.ExposeHeaders) > 0 {
			s.put(h, "Access-Control-Expose-Headers", strings.Join(c.ExposeHeaders, ", "))
		}
	}
	if preflight {
		s.varyOfPreflight(h, c)
	}
	if s.before != nil {
		s.before(exchange{h, r, c, allowed})
	}
	if s.owns {
		granted := h.Clone()
		w = &watching{ResponseWriter: w, request: r, written: func(h http.Header, _ *http.Request, _ int) { s.own(h, granted) }}
	}
	if preflight && !c.PassPreflight {
		status := c.PreflightStatus
		if status == 0 {
			status = http.StatusNoContent
		}
		if s.written != nil {
			s.written(h, r, status)
		}
		w.WriteHeader(status)
		return
	}
	s.next(w, r)
}

// describe sets the headers that say what an allowed preflight allows.
func (s *severalPolicies) describe(h http.Header, r *http.Request, c *cors.Config) {
	methods, headers := c.AllowMethods, c.AllowHeaders
	if c.AllowCredentials && slices.Contains(methods, "*") {
		methods = token.FindAllString(r.Header.Get("Access-Control-Request-Method"), -1)
	}
	if c.AllowCredentials && slices.Contains(headers, "*") {
		headers = nil
		for name := range strings.SplitSeq(strings.Join(r.Header.Values("Access-Control-Request-Headers"), ","), ",") {
			headers = append(headers, token.FindAllString(strings.TrimSpace(name), -1)...)
		}
	}
	if len(methods) > 0 {
		s.put(h, "Access-Control-Allow-Methods", strings.Join(methods, ", "))
	}
	if len(headers) > 0 {
		s.put(h, "Access-Control-Allow-Headers", strings.Join(headers, ", "))
	}
	if c.AllowPrivateNetwork && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		s.put(h, "Access-Control-Allow-Private-Network", "true")
	}
	if c.MaxAge != 0 {
		s.put(h, "Access-Control-Max-Age", strconv.Itoa(max(c.MaxAge, 0)))
	}
}

var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (s *severalPolicies) varyOfPreflight(h http.Header, c *cors.Config) {
	names := h.Values("Vary")
	if c.AllowCredentials && slices.Contains(c.AllowMethods, "*") {
		names = append(names, "Access-Control-Request-Method")
	}
	if c.AllowCredentials && slices.Contains(c.AllowHeaders, "*") {
		names = append(names, "Access-Control-Request-Headers")
	}
	if c.AllowPrivateNetwork {
		names = append(names, "Access-Control-Request-Private-Network")
	}
	if len(names) > 0 {
		s.put(h, "Vary", strings.Join(names, ", "))
	}
}

// next runs the router and the application.
func (s *severalPolicies) next(w http.ResponseWriter, r *http.Request) {
	if s.serves != nil {
		r = r.Clone(r.Context())
		r.URL = &url.URL{Path: s.serves(r.URL.Path), RawQuery: r.URL.RawQuery}
	}
	if s.written != nil {
		w = &watching{ResponseWriter: w, request: r, written: s.written}
	}
	s.app.ServeHTTP(w, r)
}

// watching calls a function before the headers are written.
type watching struct {
	http.ResponseWriter
	request *http.Request
	written func(h http.Header, r *http.Request, status int)
	done    bool
}

func (w *watching) WriteHeader(status int) {
	if !w.done {
		w.done = true
		w.written(w.Header(), w.request, status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watching) Write(data []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(data)
}

func (w *watching) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// application is the application in net/http, which recovers from crashes.
func application(policy []cors.Config) http.Handler {
	return recoverer(conformance.AppMux(policy[0].PassPreflight))
}

// A brokenServer is severalPolicies with a mistake.
type brokenServer struct {
	mistake string   // completes "A server that …"
	fails   []string // cases, as group/name, that it fails; others may fail, too
	spoil   func(s *severalPolicies)
}

func removeCORS(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
}

func removeAll(h http.Header) { removeCORS(h); h.Del("Vary") }

func isCORS(r *http.Request) bool { return r.Header.Get("Origin") != "" }

// onStatus returns a server that loses its headers on some statuses.
func onStatus(lost func(status int) bool) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.written = func(h http.Header, _ *http.Request, status int) {
			if lost(status) {
				removeAll(h)
			}
		}
	}
}

// onDo returns a server that changes the headers when the handler is asked to do
// something.
func onDo(do string, change func(h http.Header)) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.written = func(h http.Header, r *http.Request, _ int) {
			if r.URL.Query().Get("do") == do {
				change(h)
			}
		}
	}
}

// host returns the host of an origin, cut out naively.
func host(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}

// comparing returns a server that compares each listed origin in its own way.
func comparing(matches func(listed, origin string) bool) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.allows = func(c *cors.Config, _ *http.Request, origin string) bool {
			return origin != "" && (allows(c, origin) || slices.ContainsFunc(c.AllowOrigins, func(listed string) bool { return matches(listed, origin) }))
		}
	}
}

// matchingExpressions returns a server that wraps its regular expressions for origins.
func matchingExpressions(before, after string) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.allows = func(c *cors.Config, _ *http.Request, origin string) bool {
			return allows(c, origin) || slices.ContainsFunc(c.AllowOriginRegexps, func(x string) bool {
				return regexp.MustCompile(before + x + after).MatchString(origin)
			})
		}
	}
}

// matchingPaths returns a server that wraps its regular expressions for paths.
func matchingPaths(before, after string) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.appliesTo = func(c *cors.Config, path string) bool {
			return appliesTo(c, path) || slices.ContainsFunc(c.PathRegexps, func(x string) bool {
				return regexp.MustCompile(before + x + after).MatchString(path)
			})
		}
	}
}

// owning returns a server that owns the headers in its own way.
func owning(own func(h, granted http.Header)) func(s *severalPolicies) {
	return func(s *severalPolicies) { s.own = own }
}

// applying returns a server that compares each listed path in its own way, too.
func applying(matches func(listed, path string) bool) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.appliesTo = func(c *cors.Config, path string) bool {
			return appliesTo(c, path) || slices.ContainsFunc(c.Paths, func(listed string) bool { return matches(listed, path) })
		}
	}
}

// routing returns a server whose router serves a path other than the one to
// which policies are compared.
func routing(serves func(path string) string) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.path = func(r *http.Request) string { return r.URL.EscapedPath() }
		s.serves = serves
	}
}

func cutAt(separator string) func(path string) string {
	return func(path string) string {
		path, _, _ = strings.Cut(path, separator)
		return path
	}
}

// treeOfEndings returns what a tree of hosts matches that splits them where
// they differ, and continues at the wrong node: any number of the parts.
func treeOfEndings(origins []string) *regexp.Regexp {
	var hosts []string
	subdomains := ""
	for _, origin := range origins {
		name, isPattern := strings.CutPrefix(host(origin), "*.")
		if isPattern {
			subdomains = `(?:.+\.)?`
		}
		hosts = append(hosts, name)
	}
	ending := hosts[0]
	for _, name := range hosts {
		for !strings.HasSuffix(name, ending) {
			ending = ending[1:]
		}
	}
	for i, name := range hosts {
		hosts[i] = regexp.QuoteMeta(strings.TrimSuffix(name, ending))
	}
	return regexp.MustCompile("^" + subdomains + "(?:" + strings.Join(hosts, "|") + ")+" + regexp.QuoteMeta(ending) + "$")
}

// reading returns a server that misreads its policy.
func reading(change func(c *cors.Config)) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.reads = func(c cors.Config) cors.Config {
			change(&c)
			return c
		}
	}
}

// adding returns a server that changes the headers before the handler runs.
func adding(change func(x exchange)) func(s *severalPolicies) {
	return func(s *severalPolicies) { s.before = change }
}

// reloading returns a server that keeps something of the old policy on a reload.
func reloading(change func(old, given *cors.Config)) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.reloads = func(old, given []cors.Config) []cors.Config {
			merged := slices.Clone(given)
			change(&old[0], &merged[0])
			return merged
		}
	}
}

// union returns the entries of two lists, once each.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

var moreBrokenServers = []brokenServer{
	// Vary
	{"does not send Vary", []string{
		"vary-and-caches/two-allowed-origins-share-a-cache",
		"vary-and-caches/two-allowed-origins-take-turns",
		"vary-and-caches/two-origins-with-credentials-share-a-cache",
		"vary-and-caches/null-and-an-origin-share-a-cache",
		"vary-and-caches/schemes-of-one-host-share-a-cache",
		"vary-and-caches/subdomains-of-a-pattern-share-a-cache",
		"vary-and-caches/vary-names-origin-when-allowed",
		"vulnerabilities/an-answer-that-depends-on-origin-says-so",
	},
		adding(func(x exchange) { x.header.Del("Vary") })},
	{"sends Vary only to origins that are allowed", []string{
		"vary-and-caches/a-denied-origin-does-not-spoil-the-cache",
		"vary-and-caches/a-denied-origin-with-credentials-first",
		"vary-and-caches/vary-names-origin-when-denied",
		"vulnerabilities/a-denied-answer-does-not-poison-a-cache",
	},
		adding(func(x exchange) {
			if !x.allowed {
				x.header.Del("Vary")
			}
		})},
	{"sends Vary only where there is an Origin", []string{
		"vary-and-caches/an-image-first-does-not-spoil-the-cache",
		"vary-and-caches/an-image-in-between-does-not-mix-copies",
		"vary-and-caches/vary-names-origin-without-origin",
	},
		adding(func(x exchange) {
			if !isCORS(x.request) {
				x.header.Del("Vary")
			}
		})},
	{"sends Vary only if a well-formed Origin is refused", []string{"vary-and-caches/vary-names-origin-for-a-malformed-origin"},
		adding(func(x exchange) {
			if isCORS(x.request) && !strings.Contains(x.request.Header.Get("Origin"), "://") {
				x.header.Del("Vary")
			}
		})},
	{"overwrites the application's Vary when the header is written", []string{
		"non-interference/vary-of-the-application-is-kept",
		"non-interference/a-replaced-vary-is-kept",
		"vulnerabilities/vary-of-the-application-survives",
	},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, _ int) { h.Set("Vary", "Origin") }
		}},
	{"keeps only the last line of Vary", []string{"non-interference/several-vary-lines-are-kept"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, _ int) {
				if lines := h.Values("Vary"); len(lines) > 1 {
					h.Set("Vary", lines[len(lines)-1])
				}
			}
		}},
	{"removes Vary from public resources", []string{"non-interference/vary-of-a-public-resource-is-kept"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, _ int) {
				if h.Get("Access-Control-Allow-Origin") == "*" {
					h.Del("Vary")
				}
			}
		}},
	{"sends Vary twice", []string{"vary-and-caches/vary-stands-in-one-line"},
		adding(func(x exchange) { x.header.Add("Vary", "Origin") })},
	{"names Origin in Vary on public resources", []string{"vary-and-caches/public-answers-do-not-vary", "vary-and-caches/a-public-preflight-does-not-name-origin"},
		adding(func(x exchange) {
			if x.header.Get("Vary") == "" {
				x.header.Set("Vary", "Origin")
			}
		})},
	{"names nothing but Origin in the Vary of preflights", []string{
		"vary-and-caches/echoed-headers-are-named",
		"vary-and-caches/echoed-methods-are-named",
		"vary-and-caches/a-private-network-answer-is-named",
	},
		adding(func(x exchange) {
			if x.header.Get("Vary") != "" {
				x.header.Set("Vary", "Origin")
			}
		})},
	{"names the private network only if the request does", []string{"vary-and-caches/a-private-network-answer-is-named"},
		adding(func(x exchange) {
			if x.request.Header.Get("Access-Control-Request-Private-Network") == "" && x.header.Get("Vary") != "" {
				x.header.Set("Vary", "Origin")
			}
		})},
	{"leaves Vary out of preflights", []string{"vary-and-caches/an-allowed-preflight-names-origin", "vary-and-caches/a-denied-preflight-names-origin"},
		adding(func(x exchange) {
			if x.request.Method == http.MethodOptions {
				x.header.Del("Vary")
			}
		})},
	{"repeats the Vary of the request", []string{"vulnerabilities/vary-of-the-request-is-not-repeated"},
		adding(func(x exchange) {
			for _, name := range x.request.Header.Values("Vary") {
				x.header.Add("Vary", name)
			}
		})},
	{"allows private networks to all allowed origins, unasked", []string{
		"vulnerabilities/a-private-network-is-not-allowed-by-default",
		"vulnerabilities/a-private-network-is-not-allowed-without-being-asked",
	},
		adding(func(x exchange) {
			if x.allowed {
				x.header.Set("Access-Control-Allow-Private-Network", "true")
			}
		})},
	{"forbids caches to store anything", []string{"non-interference/nothing-is-added-to-cache-control"},
		adding(func(x exchange) { x.header.Set("Cache-Control", "no-store") })},
	{"sends the first origin's response to every other allowed origin", []string{
		"vary-and-caches/two-allowed-origins-share-a-cache",
		"disclosure/an-allowed-origin-learns-of-itself-only",
	},
		func(s *severalPolicies) {
			var mu sync.Mutex
			first := ""
			s.before = func(x exchange) {
				mu.Lock()
				defer mu.Unlock()
				if first == "" {
					first = x.header.Get("Access-Control-Allow-Origin")
				}
				if x.allowed {
					x.header.Set("Access-Control-Allow-Origin", first)
				}
			}
		}},
	{"sends * only to requests with Origin", []string{
		"vary-and-caches/an-image-first-leaves-a-public-copy",
		"vary-and-caches/public-answers-are-the-same-for-all",
	},
		adding(func(x exchange) {
			if !isCORS(x.request) {
				removeCORS(x.header)
			}
		})},
	{"exposes headers only to requests with Origin", []string{"vary-and-caches/an-image-first-leaves-exposed-headers"},
		adding(func(x exchange) {
			if !isCORS(x.request) {
				x.header.Del("Access-Control-Expose-Headers")
			}
		})},
	{"allows credentials only to requests that have a cookie", []string{"vary-and-caches/a-copy-made-without-credentials-serves-with-them"},
		adding(func(x exchange) {
			if x.request.Header.Get("Cookie") == "" {
				x.header.Del("Access-Control-Allow-Credentials")
			}
		})},
	{"compares hosts without their ports", []string{"vary-and-caches/ports-of-one-host-share-a-cache"},
		comparing(func(listed, origin string) bool {
			a, errA := url.Parse(listed)
			b, errB := url.Parse(origin)
			return errA == nil && errB == nil && a.Hostname() == b.Hostname() && a.Hostname() != ""
		})},

	// Statuses
	{"sets headers only on responses with status 200", []string{
		"non-interference/a-missing-resource-is-readable",
		"non-interference/no-content-is-readable",
		"non-interference/a-redirect-is-followed",
		"vary-and-caches/vary-on-not-modified",
	},
		onStatus(func(status int) bool { return status != http.StatusOK })},
	{"loses its headers on client errors", []string{
		"non-interference/an-unauthorized-answer-is-readable",
		"non-interference/a-bad-request-is-readable",
		"vary-and-caches/cached-errors-are-read-by-every-allowed-origin",
	},
		onStatus(func(status int) bool { return 400 <= status && status < 500 })},
	{"loses its headers on server errors", []string{
		"non-interference/a-failing-handler-is-readable",
		"non-interference/an-unavailable-service-is-readable",
		"vary-and-caches/vary-on-an-error-status",
		"vary-and-caches/vary-on-a-failing-handler",
	},
		onStatus(func(status int) bool { return status >= 500 })},
	{"loses its headers when the handler crashes", []string{"non-interference/a-crash-is-readable", "vary-and-caches/vary-on-a-crash"}, onDo("panic", removeAll)},
	{"opens errors to everyone", []string{"non-interference/a-crash-is-closed-to-others", "disclosure/an-error-discloses-nothing"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, status int) {
				if status >= 500 {
					h.Set("Access-Control-Allow-Origin", "*")
				}
			}
		}},
	{"runs after the router, so that a path without a route has no headers", []string{
		"non-interference/a-missing-route-is-readable",
		"vary-and-caches/vary-on-not-found",
		"non-interference/a-missing-route-answers-preflights",
	},
		func(s *severalPolicies) {
			right := s.choose
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				if strings.Count(r.URL.Path, "/") > 3 {
					return nil
				}
				return right(policy, r)
			}
		}},
	{"runs after the router, so that a method without a route has no headers", []string{
		"non-interference/a-missing-method-is-readable",
		"vary-and-caches/vary-on-a-method-without-route",
	},
		onStatus(func(status int) bool { return status == http.StatusMethodNotAllowed })},
	{"loses its headers on redirects", []string{
		"non-interference/a-redirect-is-followed",
		"non-interference/a-redirect-keeps-the-method",
		"non-interference/a-redirect-to-an-error-is-readable",
		"vary-and-caches/vary-on-a-redirect",
		"several-policies/a-redirect-between-open-paths",
	},
		onStatus(func(status int) bool { return 300 <= status && status < 304 || status == 307 })},
	{"opens redirects to everyone", []string{"non-interference/a-redirect-is-closed-to-others", "disclosure/a-denied-script-cannot-tell-answers-apart"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, status int) {
				if status/100 == 3 {
					h.Set("Access-Control-Allow-Origin", "*")
				}
			}
		}},
	{"loses its headers on 304", []string{
		"vary-and-caches/vary-on-not-modified",
		"vary-and-caches/not-modified-says-what-the-full-answer-said",
		"non-interference/not-modified-is-readable",
	},
		onStatus(func(status int) bool { return status == http.StatusNotModified })},
	{"loses its headers on 201", []string{"non-interference/a-created-resource-is-readable"},
		onStatus(func(status int) bool { return status == http.StatusCreated })},
	{"exposes headers only on successful responses", []string{"non-interference/exposed-headers-on-errors"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, status int) {
				if status >= 400 {
					h.Del("Access-Control-Expose-Headers")
				}
			}
		}},
	{"hides redirects behind a 200", []string{"non-interference/a-redirect-can-be-stopped-at", "non-interference/a-redirect-is-followed"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("do") != "redirect" {
					return false
				}
				w.Header().Set("Access-Control-Allow-Origin", "*")
				fmt.Fprintln(w, "go to", r.URL.Query().Get("to"))
				return true
			}
		}},
	{"sets headers after the handler, when a stream has begun", []string{
		"non-interference/a-stream-is-readable",
		"non-interference/a-stream-names-origin-in-vary",
	}, onDo("stream", removeAll)},
	{"ignores HEAD", []string{"non-interference/head-is-readable", "vary-and-caches/vary-on-head"},
		adding(func(x exchange) {
			if x.request.Method == http.MethodHead {
				removeAll(x.header)
			}
		})},

	// The application's own responses
	{"responds to every OPTIONS request itself", []string{
		"non-interference/own-options-without-origin",
		"non-interference/own-options-of-a-denied-origin",
		"non-interference/a-script-calls-own-options",
		"vary-and-caches/vary-on-own-options",
		"paths/an-ungoverned-preflight-is-the-applications",
	},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") != "" && s.choose(s.policy, r) != nil && isCORS(r) {
					return false
				}
				w.WriteHeader(http.StatusNoContent)
				return true
			}
		}},
	{"treats OPTIONS with a requested method as a preflight, Origin or not", []string{"non-interference/own-options-without-origin-with-a-method"},
		func(s *severalPolicies) {
			s.preflight = func(r *http.Request) bool {
				return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
			}
		}},
	{"leaves preflights to the application, always", []string{
		"non-interference/a-preflight-does-not-reach-the-application",
		"non-interference/a-preflight-has-the-chosen-status",
	},
		reading(func(c *cors.Config) { c.PassPreflight = true })},
	{"never leaves preflights to the application", []string{
		"non-interference/a-passed-preflight-reaches-the-application",
		"non-interference/a-passed-preflight-that-the-application-refuses",
	},
		reading(func(c *cors.Config) { c.PassPreflight = false })},
	{"opens the preflights that it passes on to everyone", []string{"non-interference/a-passed-preflight-of-a-denied-origin"},
		adding(func(x exchange) {
			if x.policy.PassPreflight {
				x.header.Set("Access-Control-Allow-Origin", x.request.Header.Get("Origin"))
				x.header.Set("Access-Control-Allow-Methods", strings.Join(x.policy.AllowMethods, ", "))
			}
		})},
	{"sends preflights to the handler of the requested method", []string{
		"non-interference/an-error-after-a-preflight-is-readable",
		"non-interference/a-missing-route-answers-preflights",
	},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if !s.preflight(r) || s.policy[0].PassPreflight {
					return false
				}
				r = r.Clone(r.Context())
				r.Method = r.Header.Get("Access-Control-Request-Method")
				r.Header.Del("Access-Control-Request-Method")
				s.ServeHTTP(w, r)
				return true
			}
		}},
	{"refuses requests that have no Origin", []string{"non-interference/every-method-passes-without-origin"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if !isCORS(r) && r.Method != http.MethodGet {
					w.WriteHeader(http.StatusForbidden)
					return true
				}
				return false
			}
		}},
	{"refuses requests of origins that are not allowed", []string{
		"non-interference/a-request-of-a-denied-origin-passes",
		"disclosure/every-denied-request-is-answered-alike",
	},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				c := s.choose(s.policy, r)
				if c != nil && isCORS(r) && !s.preflight(r) && !allows(c, r.Header.Get("Origin")) {
					w.WriteHeader(http.StatusForbidden)
					return true
				}
				return false
			}
		}},
	{"removes the application's headers", []string{
		"non-interference/own-headers-are-untouched",
		"vary-and-caches/exposed-headers-survive-a-copy",
		"non-interference/a-stream-is-readable",
	},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, _ int) {
				h.Del("X-Total-Count")
				h.Del("X-Frame-Options")
			}
		}},
	{"removes cookies", []string{"non-interference/cookies-pass-both-ways"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, _ *http.Request, _ int) { h.Del("Set-Cookie") }
		}},
	{"removes the application's CORS headers if it has none itself", []string{"paths/an-application-answers-cors-where-no-policy-does"},
		func(s *severalPolicies) {
			s.written = func(h http.Header, r *http.Request, _ int) {
				if s.choose(s.policy, r) == nil {
					removeCORS(h)
				}
			}
		}},
	{"shares the slices of its headers between requests", []string{
		"non-interference/a-handler-that-overwrites-headers-changes-no-later-answer",
		"non-interference/an-overwritten-vary-changes-no-later-answer",
		"non-interference/an-overwritten-header-changes-no-later-preflight",
		"non-interference/an-overwritten-public-header-changes-no-later-answer",
		"reconfiguration/an-overwritten-header-changes-no-new-policy",
	},
		func(s *severalPolicies) {
			var mu sync.Mutex
			shared := make(map[string][]string)
			s.put = func(h http.Header, name, value string) {
				mu.Lock()
				defer mu.Unlock()
				if shared[name+value] == nil {
					shared[name+value] = []string{value}
				}
				h[name] = shared[name+value]
			}
		}},
	{"sends no more headers after a handler has removed them", []string{"non-interference/a-reset-response-changes-no-later-answer"},
		func(s *severalPolicies) {
			var mu sync.Mutex
			gone := false
			s.written = func(h http.Header, _ *http.Request, _ int) {
				mu.Lock()
				defer mu.Unlock()
				if gone = gone || h.Get("Access-Control-Allow-Origin") == "" && h.Get("Vary") == ""; gone {
					removeAll(h)
				}
			}
		}},

	// Paths
	{"ignores paths", []string{
		"paths/other-paths-are-untouched",
		"paths/a-preflight-follows-its-path",
		"several-policies/each-path-has-its-policy",
		"vulnerabilities/a-closed-route-fails-its-preflight",
		"paths/dots-are-resolved-before-the-policy-looks",
	},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, _ *http.Request) *cors.Config { return &policy[0] }
		}},
	{"never matches a path", []string{"paths/an-exact-path-is-governed", "paths/a-subtree-is-governed", "paths/the-root-and-all-below"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, _ string) bool { return len(c.Paths)+len(c.PathRegexps) == 0 }
		}},
	{"compares the beginning of paths", []string{
		"paths/an-exact-path-is-no-prefix",
		"paths/an-exact-path-is-no-subtree",
		"several-policies/a-subtree-with-an-exception",
		"paths/the-root-alone",
	},
		applying(func(listed, path string) bool { return strings.HasPrefix(path, strings.TrimSuffix(listed, "{$}")) })},
	{"compares the beginning of subtrees without the slash", []string{"paths/a-subtree-is-no-prefix"},
		applying(func(listed, path string) bool {
			return strings.HasSuffix(listed, "/") && strings.HasPrefix(path, strings.TrimSuffix(listed, "/"))
		})},
	{"compares the end of paths", []string{"paths/an-exact-path-is-no-suffix"},
		applying(func(listed, path string) bool { return strings.HasSuffix(path, listed) })},
	{"looks for the path anywhere", []string{"paths/a-subtree-begins-at-the-root"},
		applying(func(listed, path string) bool { return strings.Contains(path, listed) })},
	{"does not match the root of a subtree", []string{"paths/a-subtree-governs-its-root"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				return appliesTo(c, path) && !slices.Contains(c.Paths, path+"/")
			}
		}},
	{"lets a wildcard match several segments", []string{"paths/a-wildcard-is-one-segment"},
		applying(func(listed, path string) bool {
			return regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(listed, ".+") + "$").MatchString(path)
		})},
	{"lets a wildcard match nothing", []string{"paths/a-wildcard-is-not-nothing"},
		applying(func(listed, path string) bool {
			return regexp.MustCompile("^" + regexp.MustCompile(`/\{\w+\}`).ReplaceAllString(listed, "(/[^/]+)?") + "$").MatchString(path)
		})},
	{"takes wildcards literally", []string{"paths/a-wildcard-is-any-segment", "paths/a-wildcard-for-the-rest"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				return appliesTo(c, path) && !slices.ContainsFunc(c.Paths, func(p string) bool { return strings.Contains(p, "{") })
			}
		}},
	{"looks only at the first of several paths", []string{"paths/several-paths-in-one-policy", "reconfiguration/a-path-is-governed-from-now-on"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				first := *c
				if len(c.Paths) > 1 {
					first.Paths = c.Paths[:1]
				}
				return appliesTo(&first, path)
			}
		}},
	{"ignores regular expressions if there are paths", []string{"paths/paths-and-expressions-together"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				listed := *c
				if len(c.Paths) > 0 {
					listed.PathRegexps = nil
				}
				return appliesTo(&listed, path)
			}
		}},
	{"searches paths for its regular expressions", []string{
		"paths/an-expression-is-anchored-at-the-start",
		"paths/an-expression-is-anchored-at-the-end",
		"paths/alternatives-are-anchored-each",
	}, matchingPaths("", "")},
	{"anchors regular expressions for paths without grouping them", []string{"paths/alternatives-are-anchored-each"}, matchingPaths("^", "$")},
	{"matches paths with the query", []string{"paths/the-query-is-no-part-of-the-path"},
		func(s *severalPolicies) { s.path = func(r *http.Request) string { return r.URL.RequestURI() } }},
	{"never matches a regular expression for paths", []string{"paths/an-expression-governs"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool { return appliesTo(c, path) && len(c.PathRegexps) == 0 }
		}},
	{"ignores the case of paths", []string{
		"paths/paths-are-case-sensitive",
		"paths/wildcard-paths-are-case-sensitive",
		"paths/expressions-are-case-sensitive",
		"vulnerabilities/a-path-keeps-its-case",
	},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				return appliesTo(c, path) || appliesTo(c, strings.ToLower(path))
			}
		}},
	{"folds letters of all scripts in paths", []string{"paths/letters-of-other-scripts-are-not-folded"}, applying(strings.EqualFold)},
	{"ignores a slash at the end of paths", []string{"paths/a-trailing-slash-is-another-path"},
		applying(func(listed, path string) bool { return listed == strings.TrimRight(path, "/") })},
	{"compares the path as it was sent with a router that ignores slashes at the end", []string{
		"paths/a-trailing-slash-does-not-open",
		"paths/two-slashes-at-the-end-do-not-open",
	},
		routing(func(path string) string { return "/" + strings.Trim(path, "/") })},
	{"compares the path as it was sent with a router that merges slashes", []string{"paths/two-slashes-do-not-open"},
		routing(func(path string) string { return regexp.MustCompile("/+").ReplaceAllString(path, "/") })},
	{"compares the path as it was sent with a router that resolves dots after unescaping", []string{
		"paths/an-escaped-slash-after-dots-does-not-open",
		"paths/escaped-dots-and-slash-do-not-open",
		"vulnerabilities/dots-after-a-governed-prefix-do-not-open",
		"vulnerabilities/a-path-is-matched-in-the-form-that-is-served",
	},
		routing(path.Clean)},
	{"unescapes the path before comparing and resolves no dots, with a router that does", []string{
		"paths/escaped-slashes-throughout-do-not-open",
		"vulnerabilities/a-path-is-matched-in-the-form-that-is-served",
	},
		func(s *severalPolicies) {
			s.path = func(r *http.Request) string { return r.URL.Path }
			s.serves = path.Clean
		}},
	{"compares the path as it was sent with a router that reads backslashes as slashes", []string{"paths/an-escaped-backslash-does-not-open"},
		routing(func(p string) string { return path.Clean(strings.ReplaceAll(p, `\`, "/")) })},
	{"compares the path as it was sent with a router that removes parameters", []string{"paths/a-path-parameter-does-not-open"}, routing(cutAt(";"))},
	{"compares the path as it was sent with a router that ends it at a zero byte", []string{"paths/a-zero-byte-does-not-open"}, routing(cutAt("\x00"))},
	{"compares the path as it was sent with a router that trims spaces", []string{"paths/a-space-at-the-end-does-not-open"}, routing(strings.TrimSpace)},
	{"compares the path as it was sent with a router that parses it twice", []string{"paths/an-escaped-question-mark-does-not-open"}, routing(cutAt("?"))},
	{"compares the path as it was sent with a router that unescapes it twice", []string{"paths/a-double-escape-does-not-open"},
		routing(func(path string) string {
			if twice, err := url.PathUnescape(path); err == nil {
				return twice
			}
			return path
		})},
	{"unescapes slashes that the router does not", []string{
		"paths/an-escaped-slash-is-read-as-the-router-reads-it",
		"paths/a-preflight-reads-an-escaped-slash-as-the-router-does",
	},
		func(s *severalPolicies) { s.path = func(r *http.Request) string { return r.URL.Path } }},
	{"reads a plus sign in a path as a space", []string{"vulnerabilities/a-plus-sign-is-no-space", "vulnerabilities/a-space-is-no-plus-sign"},
		func(s *severalPolicies) {
			s.path = func(r *http.Request) string { return strings.ReplaceAll(r.URL.Path, "+", " ") }
		}},
	{"lets no dot in a regular expression for paths match a line break", []string{"vulnerabilities/a-governed-path-with-a-line-break-is-governed"},
		func(s *severalPolicies) {
			s.appliesTo = func(c *cors.Config, path string) bool {
				return appliesTo(c, path) && (len(c.PathRegexps) == 0 || !strings.ContainsAny(path, "\r\n"))
			}
		}},

	// Several policies
	{"lets the longest regular expression decide", []string{"several-policies/the-longer-expression-does-not-win", "vulnerabilities/the-longest-expression-does-not-win"},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				sorted := slices.Clone(policy)
				slices.SortStableFunc(sorted, func(a, b cors.Config) int { return longest(b.PathRegexps) - longest(a.PathRegexps) })
				return s.first(sorted, s.path(r))
			}
		}},
	{"lets the last policy decide", []string{
		"several-policies/the-order-decides",
		"several-policies/three-policies",
		"reconfiguration/policies-change-places",
		"reconfiguration/a-path-is-closed",
	},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				reversed := slices.Clone(policy)
				slices.Reverse(reversed)
				return s.first(reversed, s.path(r))
			}
		}},
	{"lets the first policy decide, whichever is narrower", []string{
		"several-policies/a-path-within-an-expression",
		"several-policies/a-subtree-within-an-expression",
		"several-policies/an-expression-within-a-subtree",
		"several-policies/an-expression-within-an-expression",
		"several-policies/a-subtree-within-a-subtree",
		"several-policies/the-narrowest-of-three",
		"several-policies/each-path-of-a-policy-counts-by-itself",
	},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config { return s.first(policy, s.path(r)) }
		}},
	{"looks at paths before regular expressions", []string{"several-policies/an-expression-within-a-subtree"},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				sorted := slices.Clone(policy)
				slices.SortStableFunc(sorted, func(a, b cors.Config) int { return len(a.PathRegexps) - len(b.PathRegexps) })
				return s.first(sorted, s.path(r))
			}
		}},
	{"looks at regular expressions before paths", []string{"several-policies/a-path-within-an-expression", "several-policies/a-subtree-within-an-expression"},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				sorted := slices.Clone(policy)
				slices.SortStableFunc(sorted, func(a, b cors.Config) int { return len(b.PathRegexps) - len(a.PathRegexps) })
				return s.first(sorted, s.path(r))
			}
		}},

	// Headers that the application sets
	{"sets its headers before the handler runs and never looks again", []string{
		"ownership/a-handler-cannot-allow-any-origin",
		"ownership/a-handler-cannot-allow-an-origin",
		"ownership/a-second-value-does-not-block",
		"ownership/an-upstream-for-other-origins-does-not-block",
		"ownership/a-handler-cannot-allow-credentials",
		"ownership/a-handler-cannot-expose-headers",
		"ownership/a-handler-cannot-replace-exposed-headers",
		"ownership/removed-headers-come-back",
		"ownership/an-error-page-cannot-allow-any-origin",
		"ownership/a-stream-cannot-allow-any-origin",
		"ownership/a-request-without-origin-gets-no-allowance",
		"ownership/replaced-vary-still-names-origin",
	}, owning(func(_, _ http.Header) {})},
	{"restores only the allowed origin", []string{
		"ownership/a-handler-cannot-allow-credentials", "ownership/a-handler-cannot-expose-headers",
		"ownership/a-handler-cannot-replace-exposed-headers", "ownership/removed-headers-come-back",
	}, owning(func(h, granted http.Header) {
		const name = "Access-Control-Allow-Origin"
		delete(h, name)
		if values := granted[name]; values != nil {
			h[name] = values
		}
	})},
	{"restores missing headers and keeps the handler's", []string{
		"ownership/a-handler-cannot-allow-any-origin", "ownership/an-upstream-for-other-origins-does-not-block", "ownership/a-handler-cannot-replace-exposed-headers",
	}, owning(func(h, granted http.Header) {
		for name, values := range granted {
			if len(h[name]) == 0 {
				h[name] = values
			}
		}
	})},
	{"owns the headers of paths without a policy", []string{"ownership/paths-without-a-policy-keep-their-own-headers"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				s.app.ServeHTTP(&watching{ResponseWriter: w, request: r, written: func(h http.Header, _ *http.Request, _ int) { s.own(h, nil) }}, r)
				return true
			}
		}},
	{"tries the next policy if one denies", []string{
		"several-policies/a-denial-does-not-fall-through",
		"several-policies/a-private-path-beside-public-ones",
		"vulnerabilities/a-narrow-policy-does-not-inherit-any-origin",
	},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				for i := range policy {
					if appliesTo(&policy[i], s.path(r)) && allows(&policy[i], r.Header.Get("Origin")) {
						return &policy[i]
					}
				}
				return s.first(policy, s.path(r))
			}
		}},
	{"adds its headers on every path if any policy would", []string{
		"several-policies/between-policies-nothing-is-touched",
		"several-policies/a-redirect-out-of-a-policy",
		"several-policies/a-redirect-into-a-closed-path",
		"reconfiguration/a-path-is-no-longer-governed",
	},
		func(s *severalPolicies) {
			s.choose = func(policy []cors.Config, r *http.Request) *cors.Config {
				if c := s.first(policy, s.path(r)); c != nil && len(policy) == 1 {
					return c
				}
				return &policy[len(policy)-1]
			}
		}},
	{"allows credentials on every path if one policy does", []string{"several-policies/credentials-by-path"}, inheriting(func(c, other *cors.Config) { c.AllowCredentials = c.AllowCredentials || other.AllowCredentials })},
	{"allows the methods of all policies on every path", []string{"several-policies/methods-by-path"}, inheriting(func(c, other *cors.Config) { c.AllowMethods = union(c.AllowMethods, other.AllowMethods) })},
	{"allows the request headers of all policies on every path", []string{"several-policies/request-headers-by-path"}, inheriting(func(c, other *cors.Config) { c.AllowHeaders = union(c.AllowHeaders, other.AllowHeaders) })},
	{"exposes the headers of all policies on every path", []string{"several-policies/exposed-headers-by-path"}, inheriting(func(c, other *cors.Config) { c.ExposeHeaders = union(c.ExposeHeaders, other.ExposeHeaders) })},
	{"has one max-age for all paths", []string{"several-policies/max-age-by-path"}, inheriting(func(c, other *cors.Config) { c.MaxAge = max(c.MaxAge, other.MaxAge) })},
	{"marks a private path public for requests without Origin", []string{
		"several-policies/a-private-path-is-not-public-without-origin",
		"several-policies/private-and-public-paths-in-one-cache",
	},
		adding(func(x exchange) {
			if !isCORS(x.request) || x.header.Get("Access-Control-Allow-Origin") == "" {
				x.header.Set("Access-Control-Allow-Origin", "*")
			}
		})},

	// Disclosure
	{"describes its policy to every preflight", []string{
		"disclosure/a-denied-preflight-has-no-cors-header",
		"disclosure/a-denied-preflight-does-not-name-methods-and-headers",
	},
		func(s *severalPolicies) {
			s.before = func(x exchange) {
				if s.preflight(x.request) {
					s.describe(x.header, x.request, x.policy)
				}
			}
		}},
	{"sends credentials and exposed headers to everyone", []string{
		"disclosure/a-denied-request-has-no-cors-header",
		"disclosure/a-denied-request-does-not-name-exposed-headers",
		"disclosure/a-request-without-origin-learns-nothing",
	},
		adding(func(x exchange) {
			x.header.Set("Access-Control-Allow-Credentials", "true")
			x.header.Set("Access-Control-Expose-Headers", strings.Join(x.policy.ExposeHeaders, ", "))
		})},
	{"sends the first allowed origin to denied origins", []string{
		"disclosure/a-denied-preflight-does-not-name-allowed-origins",
		"disclosure/a-denied-request-does-not-name-allowed-origins",
		"disclosure/a-denied-path-does-not-name-its-origins",
		"disclosure/a-former-origin-learns-nothing",
	},
		adding(func(x exchange) {
			if !x.allowed && len(x.policy.AllowOrigins) > 0 {
				x.header.Set("Access-Control-Allow-Origin", x.policy.AllowOrigins[0])
			}
		})},
	{"lists all origins for everyone", []string{
		"disclosure/an-allowed-origin-learns-of-itself-only",
		"disclosure/an-expression-is-not-disclosed",
		"disclosure/a-pattern-is-not-disclosed",
		"disclosure/an-error-discloses-nothing",
	},
		adding(func(x exchange) {
			x.header.Set("X-Allowed-Origins", strings.Join(slices.Concat(x.policy.AllowOrigins, x.policy.AllowOriginRegexps), " "))
		})},
	{"discloses how close a denied origin is", []string{"disclosure/every-denied-preflight-is-answered-alike", "disclosure/every-denied-request-is-answered-alike"},
		adding(func(x exchange) {
			for _, listed := range x.policy.AllowOrigins {
				if !x.allowed && strings.Contains(x.request.Header.Get("Origin"), host(listed)) {
					x.header.Add("Vary", "X-Nearly-Allowed")
				}
			}
		})},
	{"discloses to denied origins which methods exist", []string{"disclosure/a-denied-preflight-is-answered-alike-for-every-question"},
		adding(func(x exchange) {
			if method := x.request.Header.Get("Access-Control-Request-Method"); !x.allowed && slices.Contains(x.policy.AllowMethods, method) {
				x.header.Set("Access-Control-Allow-Methods", method)
			}
		})},
	{"responds to a preflight only if there is a route", []string{"disclosure/a-denied-preflight-does-not-tell-which-paths-exist"},
		adding(func(x exchange) {
			if strings.Count(x.request.URL.Path, "/") > 3 {
				removeAll(x.header)
			}
		})},
	{"corrects origins that are almost right", []string{"disclosure/a-near-miss-is-not-corrected"},
		adding(func(x exchange) {
			for _, listed := range x.policy.AllowOrigins {
				if !x.allowed && strings.EqualFold(strings.TrimSuffix(x.request.Header.Get("Origin"), "/"), listed) {
					x.header.Set("Access-Control-Allow-Origin", listed)
				}
			}
		})},
	{"tells everyone that private networks are allowed", []string{"disclosure/a-denied-private-network-request-learns-nothing"},
		adding(func(x exchange) {
			if x.policy.AllowPrivateNetwork && x.request.Header.Get("Access-Control-Request-Private-Network") == "true" {
				x.header.Set("Access-Control-Allow-Private-Network", "true")
			}
		})},
	{"lets images of errors fail, so that a page can tell errors apart", []string{"disclosure/an-image-tells-nothing"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if !isCORS(r) && r.URL.Query().Has("status") {
					w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
				}
				return false
			}
		}},

	// Reconfiguration
	{"keeps the first policy for ever", []string{
		"reconfiguration/a-new-origin-is-allowed",
		"reconfiguration/a-method-is-added",
		"reconfiguration/listed-origins-become-any",
		"reconfiguration/a-cache-keeps-origins-apart-across-policies",
	},
		func(s *severalPolicies) {
			s.reloads = func(old, _ []cors.Config) []cors.Config { return old }
		}},
	{"remembers the origins of the old policy", []string{
		"reconfiguration/an-old-origin-is-denied",
		"reconfiguration/an-old-origin-fails-its-preflight",
		"reconfiguration/a-cached-preflight-does-not-open",
		"reconfiguration/the-first-policy-comes-back",
		"reconfiguration/a-pattern-becomes-an-origin",
		"reconfiguration/any-origin-becomes-a-list",
	},
		reloading(func(old, given *cors.Config) { given.AllowOrigins = union(old.AllowOrigins, given.AllowOrigins) })},
	{"remembers the regular expressions of the old policy", []string{"reconfiguration/an-expression-is-replaced"},
		reloading(func(old, given *cors.Config) {
			given.AllowOriginRegexps = union(old.AllowOriginRegexps, given.AllowOriginRegexps)
		})},
	{"remembers the methods of the old policy", []string{"reconfiguration/a-method-is-removed"},
		reloading(func(old, given *cors.Config) { given.AllowMethods = union(old.AllowMethods, given.AllowMethods) })},
	{"remembers the request headers of the old policy", []string{"reconfiguration/a-header-is-removed", "reconfiguration/the-policy-is-replaced-and-not-extended"},
		reloading(func(old, given *cors.Config) { given.AllowHeaders = union(old.AllowHeaders, given.AllowHeaders) })},
	{"does not accept new request headers", []string{"reconfiguration/a-header-is-added"},
		reloading(func(old, given *cors.Config) { given.AllowHeaders = old.AllowHeaders })},
	{"does not accept a new max-age", []string{"reconfiguration/max-age-changes"},
		reloading(func(old, given *cors.Config) { given.MaxAge = old.MaxAge })},
	{"does not allow credentials later", []string{"reconfiguration/credentials-are-turned-on"},
		reloading(func(old, given *cors.Config) { given.AllowCredentials = given.AllowCredentials && old.AllowCredentials })},
	{"does not forbid credentials later", []string{"reconfiguration/credentials-are-turned-off"},
		reloading(func(old, given *cors.Config) { given.AllowCredentials = given.AllowCredentials || old.AllowCredentials })},
	{"does not accept new exposed headers", []string{"reconfiguration/exposed-headers-change"},
		reloading(func(old, given *cors.Config) { given.ExposeHeaders = old.ExposeHeaders })},
	{"does not accept new paths", []string{"reconfiguration/a-path-is-no-longer-governed", "reconfiguration/a-path-is-governed-from-now-on"},
		reloading(func(old, given *cors.Config) { given.Paths = old.Paths })},
	{"denies every origin after a change until it restarts", []string{"reconfiguration/a-cached-preflight-outlives-the-policy"},
		reloading(func(_, given *cors.Config) { given.AllowOrigins = []string{"https://nobody.example"} })},

	// Vulnerabilities
	{"reflects any origin if all are allowed", []string{
		"vary-and-caches/any-origin-reads-one-copy",
		"vulnerabilities/any-origin-is-not-reflected",
		"vulnerabilities/a-preflight-does-not-reflect-any-origin",
		"vulnerabilities/all-origins-are-not-trusted-by-default",
		"vulnerabilities/an-invalid-origin-is-not-handed-back",
		"vulnerabilities/the-requester-does-not-choose-the-answer",
	},
		adding(func(x exchange) {
			if origin := x.request.Header.Get("Origin"); origin != "" && x.header.Get("Access-Control-Allow-Origin") == "*" {
				x.header.Set("Access-Control-Allow-Origin", origin)
			}
		})},
	{"reflects any origin, with credentials", []string{
		"vary-and-caches/an-allowed-origin-does-not-open-the-cache",
		"vulnerabilities/no-origin-is-reflected-by-default",
		"vulnerabilities/a-default-origin-is-not-reflected-with-credentials",
		"vulnerabilities/a-list-is-not-overridden-by-a-default",
		"vulnerabilities/a-cookie-does-not-open",
	},
		adding(func(x exchange) {
			if isCORS(x.request) {
				x.header.Set("Access-Control-Allow-Origin", x.request.Header.Get("Origin"))
				x.header.Set("Access-Control-Allow-Credentials", "true")
			}
		})},
	{"does not look at the origin of requests with a cookie", []string{"vulnerabilities/a-cookie-does-not-open"},
		func(s *severalPolicies) {
			s.allows = func(c *cors.Config, r *http.Request, origin string) bool {
				return allows(c, origin) || origin != "" && r.Header.Get("Cookie") != ""
			}
		}},
	{"sends a wildcard with credentials", []string{
		"vulnerabilities/any-origin-with-credentials-is-usable-or-refused",
		"vary-and-caches/risky-reflection-is-kept-apart",
	},
		adding(func(x exchange) {
			if slices.Contains(x.policy.AllowOrigins, "*") {
				x.header.Set("Access-Control-Allow-Origin", "*")
			}
		})},
	{"allows credentials together with a wildcard", []string{"vulnerabilities/any-origin-does-not-allow-credentials"},
		adding(func(x exchange) {
			if x.allowed {
				x.header.Set("Access-Control-Allow-Credentials", "true")
			}
		})},
	{"cuts the character before a wildcard at the end", []string{
		"vulnerabilities/a-wildcard-port-does-not-begin-a-domain",
		"vulnerabilities/a-wildcard-port-does-not-lengthen-a-domain",
	},
		comparing(func(listed, origin string) bool {
			prefix, isPattern := strings.CutSuffix(listed, ":*")
			return isPattern && strings.HasPrefix(origin, prefix)
		})},
	{"compares the end of hosts", []string{"vulnerabilities/a-domain-is-no-suffix", "vulnerabilities/a-hyphen-begins-another-domain"},
		comparing(func(listed, origin string) bool {
			return strings.HasSuffix(host(origin), strings.TrimPrefix(host(listed), "*."))
		})},
	{"compares the beginning of origins", []string{"vulnerabilities/a-listed-origin-is-no-prefix", "vulnerabilities/a-host-prefix-is-no-host"},
		comparing(func(listed, origin string) bool { return strings.HasPrefix(origin, listed) })},
	{"looks for one origin in the other", []string{"vulnerabilities/a-part-of-an-origin-is-no-origin"},
		comparing(func(listed, origin string) bool {
			return strings.Contains(host(listed), host(origin)) || strings.Contains(host(origin), host(listed))
		})},
	{"treats listed origins as regular expressions", []string{"vulnerabilities/a-dot-in-an-origin-is-a-dot", "vulnerabilities/a-listed-origin-is-no-expression"},
		comparing(func(listed, origin string) bool {
			return !strings.Contains(listed, "*") && regexp.MustCompile("^"+listed).MatchString(origin)
		})},
	{"keeps hosts in a tree of suffixes, and starts again at each node", []string{
		"vulnerabilities/two-origins-do-not-make-a-third",
		"vulnerabilities/two-patterns-do-not-make-a-third",
	},
		func(s *severalPolicies) {
			s.allows = func(c *cors.Config, _ *http.Request, origin string) bool {
				return allows(c, origin) || treeOfEndings(c.AllowOrigins).MatchString(host(origin))
			}
		}},
	{"anchors regular expressions for origins only at the start", []string{
		"vulnerabilities/an-expression-ends-where-it-ends",
		"vulnerabilities/an-expression-does-not-leave-the-port-open",
		"vary-and-caches/origins-of-an-expression-share-a-cache",
	},
		func(s *severalPolicies) {
			matchingExpressions("^", "")(s)
			s.before = func(x exchange) { x.header.Del("Vary") }
		}},
	{"treats null as a local origin", []string{"vulnerabilities/null-is-not-a-local-origin"},
		comparing(func(_, origin string) bool { return origin == "null" })},
	{"returns the requested list of request headers unchanged", []string{
		"vulnerabilities/many-commas-are-not-answered",
		"vulnerabilities/an-empty-list-does-not-repeat-the-question",
		"vulnerabilities/a-header-that-cannot-be-written-harms-no-one",
	},
		adding(func(x exchange) {
			if names := x.request.Header.Get("Access-Control-Request-Headers"); names != "" {
				x.header.Set("Access-Control-Allow-Headers", names)
			}
		})},
	{"returns the requested method unchanged", []string{"vulnerabilities/one-method-is-asked-for"},
		adding(func(x exchange) {
			if method := x.request.Header.Get("Access-Control-Request-Method"); method != "" {
				x.header.Set("Access-Control-Allow-Methods", method)
			}
		})},
	{"fails on a path that it cannot log", []string{"vulnerabilities/a-line-break-in-the-path-is-harmless"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.ContainsAny(r.URL.Path, "\r\n") {
					return false
				}
				w.WriteHeader(http.StatusInternalServerError)
				return true
			}
		}},
	{"applies one policy to the preflights of all routes", []string{"vulnerabilities/a-closed-route-fails-its-preflight", "paths/a-preflight-follows-its-path"},
		func(s *severalPolicies) {
			s.intercepts = func(w http.ResponseWriter, r *http.Request) bool {
				if !s.preflight(r) {
					return false
				}
				r = r.Clone(r.Context())
				h := w.Header()
				h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				s.describe(h, r, &s.policy[0])
				w.WriteHeader(http.StatusNoContent)
				return true
			}
		}},
	{"completes a policy with defaults that allow everything", []string{"vulnerabilities/a-narrow-policy-does-not-inherit-any-origin"},
		reading(func(c *cors.Config) {
			if len(c.AllowMethods) == 0 {
				c.AllowMethods = []string{"*"}
			}
		})},
}

// inheriting returns a server in which every policy inherits something from the others.
func inheriting(take func(c, other *cors.Config)) func(s *severalPolicies) {
	return func(s *severalPolicies) {
		s.reads = func(c cors.Config) cors.Config {
			for i := range s.policy {
				take(&c, &s.policy[i])
			}
			return c
		}
	}
}

func longest(texts []string) (n int) {
	for _, text := range texts {
		n = max(n, len(text))
	}
	return n
}

// moreGroups are the groups that moreBrokenServers are for.
var moreGroups = []string{"vary-and-caches", "paths", "several-policies", "non-interference", "ownership", "disclosure", "reconfiguration", "vulnerabilities"}

// checkSeveral runs a case against a server for it.
func checkSeveral(t *testing.T, c *conformance.Case, spoil func(s *severalPolicies)) error {
	s := newSeveral(application(c.Policy), c.Policy)
	s.owns = slices.Contains(c.Needs, conformance.FeatureOwnedHeaders)
	if spoil != nil {
		spoil(s)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	return c.Check(t.Context(), &conformance.Server{URL: server.URL, Transport: server.Client().Transport, Reconfigure: s.reload})
}

// moreCases returns the cases of moreGroups by group/name, and the names in
// order.
func moreCases(t *testing.T) (cases map[string]*conformance.Case, names []string) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	cases = make(map[string]*conformance.Case)
	for _, g := range groups {
		if slices.Contains(moreGroups, g.Name) {
			for i := range g.Cases {
				name := g.Name + "/" + g.Cases[i].Name
				cases[name] = &g.Cases[i]
				names = append(names, name)
			}
		}
	}
	return cases, names
}

func TestHandwrittenPoliciesConform(t *testing.T) {
	cases, names := moreCases(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			if err := checkSeveral(t, cases[name], nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMoreBrokenServersFail(t *testing.T) {
	cases, _ := moreCases(t)
	for _, b := range moreBrokenServers {
		t.Run(b.mistake, func(t *testing.T) {
			t.Parallel()
			for _, name := range b.fails {
				c := cases[name]
				if c == nil {
					t.Errorf("there is no case %s", name)
				} else if checkSeveral(t, c, b.spoil) == nil {
					t.Errorf("A server that %s passes %s", b.mistake, name)
				}
			}
		})
	}
}

// Every case can fail: there is a broken server for it.
func TestEveryCaseOfMoreGroupsCanFail(t *testing.T) {
	failed := make(map[string]bool)
	for _, b := range moreBrokenServers {
		for _, name := range b.fails {
			failed[name] = true
		}
	}
	_, names := moreCases(t)
	for _, name := range names {
		if !failed[name] {
			t.Errorf("no broken server fails the case %s", name)
		}
	}
}
