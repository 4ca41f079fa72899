package conformance_test

import (
	"cmp"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/corskit/cors/conformance"
	"golang.org/x/net/publicsuffix"
)

// A mistake is a common mistake, and how to add it to a server that is otherwise right.
type mistake struct {
	that   string   // "a server that …"
	fails  []string // cases that catch it, as group/name; all of their groups are run
	breaks func(s *handwritten)
}

var mistakenGroups = []string{
	"classification", "origins", "origin-patterns", "origin-expressions", "credentials", "methods", "request-headers",
	"exposed-headers", "preflight-cache", "robustness",
}

func TestHandwrittenServerIsRight(t *testing.T) {
	for _, g := range groupsOf(t, mistakenGroups) {
		for name, err := range failures(t, g, func(*handwritten) {}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A broken server fails the cases that its row names. If they all pass, a case
// can't fail, and proves nothing.
func TestBrokenServers(t *testing.T) {
	groups := groupsOf(t, mistakenGroups)
	var mu sync.Mutex
	failed := make(map[string]bool)
	ran := 0
	t.Run("servers", func(t *testing.T) {
		for _, m := range mistakes {
			t.Run("that "+m.that, func(t *testing.T) {
				t.Parallel()
				caught := m.caught(t, groups)
				for _, name := range m.fails {
					if !slices.Contains(caught, name) {
						t.Errorf("a server that %s passes %s; it fails %q", m.that, name, caught)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				ran++
				for _, name := range caught {
					failed[name] = true
				}
			})
		}
	})
	if ran < len(mistakes) {
		return // -run selects some
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if name := g.Name + "/" + c.Name; !failed[name] {
				t.Errorf("%s: no broken server fails it: add the mistake that it is about", name)
			}
		}
	}
}

func groupsOf(t *testing.T, names []string) []conformance.Group {
	t.Helper()
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	groups = slices.DeleteFunc(groups, func(g conformance.Group) bool { return !slices.Contains(names, g.Name) })
	if len(groups) != len(names) {
		t.Fatalf("there are %d groups of %q", len(groups), names)
	}
	return groups
}

// caught returns the failed cases of the groups that the row names.
func (m *mistake) caught(t *testing.T, groups []conformance.Group) (caught []string) {
	for _, g := range groups {
		if slices.ContainsFunc(m.fails, func(name string) bool { return strings.HasPrefix(name, g.Name+"/") }) {
			for name := range failures(t, g, m.breaks) {
				caught = append(caught, name)
			}
		}
	}
	return caught
}

// failures runs a group, each case with a handwritten server of its own, and
// returns the errors by case.
func failures(t *testing.T, g conformance.Group, breaks func(*handwritten)) map[string]error {
	var current *handwritten
	server := httptest.NewUnstartedServer(recoverer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { current.ServeHTTP(w, r) })))
	server.Listener = lenientListener{server.Listener}
	server.Start()
	defer server.Close()
	failures := make(map[string]error)
	for i := range g.Cases {
		c := &g.Cases[i]
		current = newHandwritten(c.Policy[0])
		breaks(current)
		if err := c.Check(t.Context(), &conformance.Server{URL: server.URL, Transport: server.Client().Transport}); err != nil {
			failures[g.Name+"/"+c.Name] = err
		}
	}
	return failures
}

// Rows read as sentences: a server that …
var mistakes = []mistake{
	// Which requests are preflights, and what responds to them.
	{"treats every OPTIONS request as a preflight", []string{"classification/plain-options-is-not-a-preflight", "classification/a-script-uses-options-itself"},
		func(s *handwritten) { s.isPreflight = isOptions }},
	{"treats OPTIONS with Origin as a preflight", []string{"classification/options-without-request-method-is-not-a-preflight"},
		func(s *handwritten) {
			s.isPreflight = func(r *http.Request) bool { return isOptions(r) && r.Header.Get("Origin") != "" }
		}},
	{"treats OPTIONS with Access-Control-Request-Method as a preflight", []string{"classification/options-without-origin-is-not-a-preflight"},
		func(s *handwritten) {
			s.isPreflight = func(r *http.Request) bool { return isOptions(r) && requestMethod(r) != "" }
		}},
	{"treats every request with Access-Control-Request-Method as a preflight", []string{"classification/only-options-is-a-preflight"},
		func(s *handwritten) {
			s.isPreflight = func(r *http.Request) bool { return requestMethod(r) != "" }
		}},
	{"refuses requests without Origin", []string{"classification/no-origin-is-left-to-the-application"},
		before(func(_ *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return r.Header.Get("Origin") == "" && status(w, http.StatusForbidden)
		})},
	{"refuses requests of origins that are not listed, its own included", []string{"classification/a-page-of-the-server-itself-posts", "classification/a-page-of-the-server-itself-puts"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return r.Header.Get("Origin") != "" && !s.allowed(r.Header.Get("Origin")) && status(w, http.StatusForbidden)
		})},
	{"sends headers only for preflights, not for the requests after them", []string{"classification/a-preflight-and-its-request", "credentials/a-preflight-allows-credentials"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if !s.isPreflight(r) {
				h.Del("Access-Control-Allow-Origin")
			}
		})},
	{"sends headers only for requests, not for preflights", []string{"classification/a-preflight-for-a-safelisted-request", "classification/a-preflight-with-a-query", "classification/a-preflight-of-the-root"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if s.isPreflight(r) {
				h.Del("Access-Control-Allow-Origin")
			}
		})},
	{"sends headers only for GET and preflights", []string{"classification/head-is-answered-as-get-is", "classification/a-post-without-preflight", "credentials/the-header-is-true-for-posts"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			if r.Method != http.MethodGet && !isOptions(r) {
				h.Del("Access-Control-Allow-Origin")
			}
		})},
	{"always responds to preflights with 204", []string{"classification/the-answer-to-a-preflight-has-a-chosen-status"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			s.config.PreflightStatus = http.StatusNoContent
			return false
		})},
	{"responds to the preflights that it should pass on", []string{"classification/the-application-answers-preflights"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			s.config.PassPreflight = false
			return false
		})},
	{"leaves the headers of preflights that it passes on to the application", []string{"classification/the-application-answers-preflights"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if s.config.PassPreflight && s.isPreflight(r) {
				clear(h)
			}
		})},
	{"redirects preflights to the path with a slash at the end", []string{"classification/a-preflight-and-its-request", "credentials/a-cookie-after-a-preflight", "preflight-cache/per-url"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			if !s.isPreflight(r) || strings.HasSuffix(r.URL.Path, "/") {
				return false
			}
			w.Header().Set("Location", r.URL.Path+"/")
			return status(w, http.StatusPermanentRedirect)
		})},
	{"authenticates before it responds to preflights", []string{"credentials/a-cookie-after-a-preflight", "methods/every-method-with-credentials"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return s.isPreflight(r) && r.Header.Get("Cookie") == "" && status(w, http.StatusUnauthorized)
		})},
	{"recognizes preflights by the whole URL", []string{"classification/a-preflight-with-a-query", "preflight-cache/per-url"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return s.isPreflight(r) && r.URL.RawQuery != "" && status(w, http.StatusNotFound)
		})},
	{"responds only to preflights below the root", []string{"classification/a-preflight-of-the-root"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return s.isPreflight(r) && r.URL.Path == "/" && status(w, http.StatusNotFound)
		})},

	// Origins.
	{"returns every origin", []string{
		"classification/a-script-of-another-origin-does-not-read", "classification/a-denied-preflight-sends-nothing", "classification/a-passed-preflight-of-another-origin",
		"origins/a-denial-does-not-stick", "origins/null-that-is-not-listed", "origin-patterns/null-is-matched-by-no-pattern", "origin-expressions/not-matched",
		"credentials/the-user-of-another-origin", "credentials/null-is-not-included-in-credentials", "methods/every-method-of-no-other-origin",
		"request-headers/every-request-header-of-no-other-origin", "preflight-cache/a-denied-origin-is-not-kept", "robustness/a-huge-origin", "robustness/a-carriage-return",
		"robustness/a-list-and-a-hostile-origin",
	}, allow(func(*handwritten, string) bool { return true })},
	{"allows nobody", []string{
		"classification/a-script-of-an-allowed-origin-reads", "credentials/a-script-may-leave-credentials-out", "request-headers/safelisted-request-headers",
		"exposed-headers/safelisted-response-headers", "robustness/an-empty-method",
	}, allow(func(*handwritten, string) bool { return false })},
	{"treats a listed origin as a prefix", []string{"origins/a-host-that-begins-like-a-listed-one", "origins/a-longer-top-level-domain", "origins/a-longer-port", "origins/an-ipv4-address"},
		listed(func(listed, origin string) bool { return strings.HasPrefix(origin, listed) })},
	{"treats a listed origin as a prefix that ends at a word boundary", []string{"origins/a-hyphen-after-a-listed-host", "origins/a-port-that-is-not-listed"},
		listed(func(listed, origin string) bool { return search(`^`+regexp.QuoteMeta(listed)+`\b`, origin) })},
	{"treats a listed origin as a prefix that ends at a character that it doesn't expect in a host", []string{"origins/an-underscore-after-a-listed-host", "origins/a-backquote-after-a-listed-host"},
		listed(func(listed, origin string) bool {
			return search(`^`+regexp.QuoteMeta(listed)+`($|[^a-z0-9.:-])`, origin)
		})},
	{"treats a listed host as a suffix", []string{"origins/a-host-that-ends-like-a-listed-one"},
		listed(func(listed, origin string) bool { return strings.HasSuffix(origin, parsed(listed).Host) })},
	{"treats a listed origin as a suffix", []string{"origins/a-scheme-that-begins-like-http", "robustness/two-origins-the-hostile-one-first"},
		listed(func(listed, origin string) bool { return strings.HasSuffix(origin, listed) })},
	{"looks for a listed host in the origin", []string{"origins/a-listed-origin-as-a-label", "origins/user-info-before-a-listed-host"},
		listed(func(listed, origin string) bool { return strings.Contains(origin, parsed(listed).Host) })},
	{"looks for the origin in its list", []string{"origins/the-beginning-of-a-listed-origin", "origins/the-beginning-of-a-port", "origins/no-scheme"},
		allow(func(s *handwritten, origin string) bool {
			return strings.Contains(strings.Join(s.config.AllowOrigins, ","), origin)
		})},
	{"compares hosts by their ends, whichever is longer", []string{"origins/the-end-of-a-listed-host"},
		listed(func(listed, origin string) bool {
			return strings.HasSuffix(listed, parsed(origin).Host) || strings.HasSuffix(origin, listed)
		})},
	{"ignores case", []string{"origins/a-host-in-upper-case", "origins/a-scheme-in-upper-case", "origins/null-in-upper-case", "robustness/a-kelvin-sign"},
		listed(strings.EqualFold)},
	{"ignores the scheme", []string{"origins/another-scheme", "origins/a-safer-scheme", "origins/another-custom-scheme"},
		listed(func(listed, origin string) bool { return parsed(listed).Host == parsed(origin).Host })},
	{"treats all names of loopback as one", []string{"origins/loopback-has-several-names"},
		listed(func(listed, origin string) bool {
			loopback := strings.NewReplacer("127.0.0.1", "localhost", "[::1]", "localhost")
			return loopback.Replace(listed) == loopback.Replace(origin)
		})},
	{"ignores the port", []string{"origins/a-port-that-is-not-listed", "origins/a-port-is-missing", "origins/another-port", "origins/another-port-of-an-ipv6-address"},
		listed(func(listed, origin string) bool {
			l, o := parsed(listed), parsed(origin)
			return l.Scheme == o.Scheme && l.Hostname() == o.Hostname()
		})},
	{"compares origins after a URL parser", []string{"origins/a-path", "origins/a-trailing-slash", "origins/an-explicit-default-port", "origins/a-leading-zero-in-the-port"},
		listed(func(listed, origin string) bool {
			o := parsed(origin)
			port := strings.TrimPrefix(o.Port(), "0")
			if port == "443" {
				port = ""
			}
			return listed == o.Scheme+"://"+o.Hostname()+strings.TrimSuffix(":"+port, ":")
		})},
	{"treats the user info of a URL as its host", []string{"origins/user-info-that-looks-like-a-host"},
		listed(func(listed, origin string) bool { origin, _, _ = strings.Cut(origin, "@"); return listed == origin })},
	{"removes a dot at the end", []string{"origins/a-trailing-dot"},
		listed(func(listed, origin string) bool { return listed == strings.TrimSuffix(origin, ".") })},
	{"treats a listed origin as a regular expression", []string{"origins/a-dot-is-a-dot"},
		listed(func(listed, origin string) bool { return search(`^`+listed+`$`, origin) })},
	{"allows the subdomains of listed origins", []string{"origins/a-subdomain-of-a-listed-host"},
		listed(func(listed, origin string) bool {
			return listed == origin || strings.HasSuffix(origin, "."+parsed(listed).Host)
		})},
	{"allows every origin of the same site", []string{"origins/the-parent-of-a-listed-host", "origins/a-sibling-of-a-listed-host"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return slices.ContainsFunc(s.config.AllowOrigins, func(listed string) bool { return site(listed) == site(origin) })
		})},
	{"treats any member of a list as the origin", []string{"origins/a-comma-after-a-listed-host", "origins/origins-separated-by-commas", "origins/origins-separated-by-spaces", "robustness/two-origins-the-hostile-one-last", "robustness/the-same-origin-twice"},
		listed(func(listed, origin string) bool {
			return slices.Contains(strings.FieldsFunc(origin, func(c rune) bool { return c == ',' || c == ' ' }), listed)
		})},
	{"sends only the first listed origin", []string{"origins/every-listed-origin-reads", "origins/one-of-many", "origins/two-ports-of-one-host", "origins/two-schemes-of-one-host", "exposed-headers/exposed-to-every-listed-origin", "credentials/each-origin-its-own"},
		granted(func(s *handwritten, h http.Header, _ *http.Request) {
			if len(s.config.AllowOrigins) > 0 {
				h.Set("Access-Control-Allow-Origin", s.config.AllowOrigins[0])
			}
		})},
	{"sends the whole list", []string{"origins/every-listed-origin-reads", "origins/one-of-many", "preflight-cache/per-origin"},
		granted(func(s *handwritten, h http.Header, _ *http.Request) {
			h.Set("Access-Control-Allow-Origin", strings.Join(s.config.AllowOrigins, ", "))
		})},
	{"sends the header twice", []string{"classification/a-script-of-an-allowed-origin-reads", "origins/any-origin"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			h.Add("Access-Control-Allow-Origin", h.Get("Access-Control-Allow-Origin"))
		})},
	{"sends a slash at the end", []string{"origins/a-custom-scheme", "origins/a-browser-extension"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin")+"/")
		})},
	{"denies all once it has denied one", []string{"origins/a-denial-does-not-stick", "robustness/an-empty-origin"},
		func(s *handwritten) {
			var denied bool
			allow(func(s *handwritten, origin string) bool {
				denied = denied || !s.allowed(origin)
				return !denied
			})(s)
		}},
	{"allows all once it has allowed one", []string{"origins/an-allowance-does-not-stick"},
		func(s *handwritten) {
			var allowed bool
			allow(func(s *handwritten, origin string) bool {
				allowed = allowed || s.allowed(origin)
				return allowed
			})(s)
		}},
	{"knows only http and https", []string{"origins/a-custom-scheme", "origins/a-browser-extension", "origins/any-origin-with-a-custom-scheme", "origin-expressions/a-wide-expression"},
		onlyAllow(func(_ *handwritten, origin string) bool { return origin == "null" || strings.HasPrefix(origin, "http") })},
	{"splits host and port at the first colon", []string{"origins/an-ipv6-address", "origins/another-port-of-an-ipv6-address", "origin-patterns/any-port-of-an-ipv6-address", "origin-expressions/an-address-in-an-expression"},
		onlyAllow(func(_ *handwritten, origin string) bool { return strings.Count(origin, ":") < 3 })},
	{"expects only letters and dots in hosts", []string{"origins/punycode", "origins/an-underscore-in-a-listed-host", "origin-patterns/digits-and-hyphens"},
		onlyAllow(func(_ *handwritten, origin string) bool { return search(`^([a-z]+://[a-z.]+(:[0-9]+)?|null)$`, origin) })},
	{"allows null because it is harmless", []string{"origins/null-that-is-not-listed", "credentials/null-is-not-included-in-credentials", "origin-patterns/null-is-matched-by-no-pattern"},
		alsoAllow(func(_ *handwritten, origin string) bool { return origin == "null" })},
	{"never allows null", []string{"origins/null-that-is-listed", "origins/null-puts", "origins/any-origin-is-null-too", "credentials/null-with-credentials", "credentials/any-origin-with-credentials-null", "preflight-cache/null-is-kept"},
		onlyAllow(func(_ *handwritten, origin string) bool { return origin != "null" })},
	{"allows every origin if null is listed", []string{"origins/null-allows-nobody-else"},
		alsoAllow(func(s *handwritten, _ string) bool { return slices.Contains(s.config.AllowOrigins, "null") })},
	{"treats an Origin header of * as any origin", []string{"origins/an-asterisk-is-no-origin"},
		alsoAllow(func(_ *handwritten, origin string) bool { return origin == "*" })},
	{"knows no *", []string{"origins/any-origin", "origins/any-origin-puts", "preflight-cache/any-origin-is-kept", "exposed-headers/exposed-to-any-origin", "methods/every-method-of-any-origin", "request-headers/authorization-of-any-origin", "credentials/any-origin-with-credentials-or-without"},
		onlyAllow(func(s *handwritten, origin string) bool { return !s.anyOrigin() })},
	{"returns any Origin header if any origin is allowed", []string{"robustness/any-origin-and-a-hostile-value", "robustness/any-origin-with-credentials-and-a-hostile-value", "robustness/any-origin-with-credentials-and-two-origins"},
		func(s *handwritten) {
			s.isOrigin = func(string) bool { return true }
			s.granted = func(h http.Header, r *http.Request) { h.Set("Access-Control-Allow-Origin", s.origin(r)) }
		}},
	{"takes the first of several Origin headers", []string{"robustness/two-origins-the-hostile-one-last"},
		func(s *handwritten) { firstOf(s, func(lines []string) string { return lines[0] }) }},
	{"takes the last of several Origin headers", []string{"robustness/two-origins-the-hostile-one-first"},
		func(s *handwritten) { firstOf(s, func(lines []string) string { return lines[len(lines)-1] }) }},

	// Patterns.
	{"lets a wildcard match any characters", []string{"origin-patterns/a-path-before-the-domain", "origin-patterns/a-slash-and-a-fragment-before-the-domain", "origin-patterns/an-empty-label", "origin-patterns/a-label-in-upper-case", "origin-patterns/a-space-before-the-domain", "origin-patterns/a-comma-before-the-domain", "robustness/two-origins-the-hostile-one-last-with-a-pattern", "robustness/letters-beyond-ascii", "robustness/a-tab", "robustness/a-control-byte", "robustness/a-delete-byte", "robustness/a-script-tag"},
		wildcards(`.*\.`, `.*`, `:.*`)},
	{"lets a wildcard match any characters except the slash", []string{"origin-patterns/a-query-before-the-domain", "origin-patterns/a-fragment-before-the-domain", "origin-patterns/a-backslash-before-the-domain", "origin-patterns/within-a-label-no-dot"},
		wildcards(`[^/]+\.`, `[^/]+`, `:[^/]+`)},
	{"lets a wildcard match any characters except those that end a host", []string{"origin-patterns/user-info-before-the-domain", "origin-patterns/a-port-before-the-domain", "origin-patterns/a-bracket-before-the-domain", "origin-patterns/an-empty-label-between"},
		func(s *handwritten) {
			wildcards(`[^/?#\\]+\.`, `[^/?#\\]+`, `:[^/?#\\]+`)(s)
			s.isOrigin = func(origin string) bool { return true }
		}},
	{"lets a wildcard match one label", []string{"origin-patterns/several-labels", "origin-patterns/label-and-port"},
		wildcards(`[a-z0-9_-]+\.`, `[a-z0-9-]+`, `(?::[0-9]+)?`)},
	{"knows no underscore in hosts", []string{"origin-patterns/underscores"},
		wildcards(`([a-z0-9-]+\.)+`, `[a-z0-9-]+`, `(?::[0-9]+)?`)},
	{"lets *. match nothing, too", []string{"origin-patterns/the-domain-itself"},
		wildcards(`([a-z0-9_-]+\.)*`, `[a-z0-9-]+`, `(?::[0-9]+)?`)},
	{"treats a pattern as a suffix without its dot", []string{"origin-patterns/no-dot-before-the-domain", "origin-patterns/a-pattern-puts"},
		wildcards(`[a-z0-9._-]+`, `[a-z0-9-]+`, `(?::[0-9]+)?`)},
	{"leaves the end of a pattern open", []string{"origin-patterns/a-host-that-goes-on", "origin-patterns/a-top-level-domain-that-goes-on", "origin-patterns/a-port-that-is-not-in-the-pattern", "origin-patterns/within-a-label-a-host-that-goes-on", "origin-patterns/a-pattern-with-credentials"},
		func(s *handwritten) { s.syntax.end = "" }},
	{"leaves the beginning of a pattern open", []string{"origin-patterns/a-scheme-before-the-patterns"},
		func(s *handwritten) { s.syntax.begin = "" }},
	{"lets the dots of a pattern match any character", []string{"origin-patterns/a-dot-of-a-pattern-is-a-dot"},
		func(s *handwritten) { s.syntax.dot, s.syntax.labels = `.`, `([a-z0-9-]+.)+` }},
	{"ignores the scheme of a pattern", []string{"origin-patterns/a-scheme-that-is-not-the-patterns", "origin-patterns/any-port-of-another-scheme"},
		alsoAllow(func(s *handwritten, origin string) bool {
			other := strings.NewReplacer("http://", "https://", "https://", "http://").Replace(origin)
			return !slices.Contains(s.config.AllowOrigins, other) && s.allowed(other)
		})},
	{"allows a dot at the end of hosts in patterns", []string{"origin-patterns/a-trailing-dot-behind-a-pattern"},
		alsoAllow(func(s *handwritten, origin string) bool { return s.allowed(strings.TrimSuffix(origin, ".")) })},
	{"denies ports in patterns", []string{"origin-patterns/a-port-that-is-in-the-pattern", "origin-patterns/any-port"},
		onlyAllow(func(_ *handwritten, origin string) bool { return strings.Count(origin, ":") == 1 })},
	{"knows no wildcard port", []string{"origin-patterns/any-port", "origin-patterns/within-a-label-and-any-port"},
		wildcards(`([a-z0-9_-]+\.)+`, `[a-z0-9-]+`, `:\*`)},
	{"requires a port for a wildcard port", []string{"origin-patterns/any-port", "origin-patterns/label-and-port"},
		wildcards(`([a-z0-9_-]+\.)+`, `[a-z0-9-]+`, `:[0-9]+`)},
	{"lets a wildcard port match any characters", []string{"origin-patterns/any-port-of-a-longer-host", "origin-patterns/a-host-in-place-of-a-port", "origin-patterns/user-info-in-place-of-a-port", "origin-patterns/a-path-behind-any-port", "origin-patterns/letters-in-place-of-a-port", "origin-patterns/an-empty-port", "origin-patterns/a-host-behind-label-and-port"},
		wildcards(`([a-z0-9_-]+\.)+`, `[a-z0-9-]+`, `.*`)},
	{"accepts any digits as a port", []string{"origin-patterns/a-port-out-of-range"},
		func(s *handwritten) {
			s.isOrigin = func(origin string) bool { return search(`^[a-z.:/0-9-]+$`, origin) }
		}},
	{"allows the subdomains of any port", []string{"origin-patterns/any-port-of-a-subdomain"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return slices.Contains(s.config.AllowOrigins, "http://localhost:*") && strings.HasSuffix(parsed(origin).Hostname(), ".localhost")
		})},
	{"knows no wildcard within a label", []string{"origin-patterns/within-a-label", "origin-patterns/at-the-beginning-of-a-label", "origin-patterns/in-the-middle-of-a-label"},
		wildcards(`([a-z0-9_-]+\.)+`, `\*`, `(?::[0-9]+)?`)},
	{"lets a wildcard within a label be empty", []string{"origin-patterns/within-a-label-nothing"},
		wildcards(`([a-z0-9_-]+\.)+`, `[a-z0-9-]*`, `(?::[0-9]+)?`)},
	{"lets the texts before and after a wildcard overlap", []string{"origin-patterns/in-the-middle-of-a-label"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return slices.ContainsFunc(s.config.AllowOrigins, func(pattern string) bool {
				head, tail, found := strings.Cut(pattern, "*")
				return found && strings.HasPrefix(origin, head) && strings.HasSuffix(origin, tail) && len(origin) < len(head)+len(tail)
			})
		})},
	{"looks for a pattern within the label", []string{"origin-patterns/within-a-label-something-before"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return slices.ContainsFunc(s.config.AllowOrigins, func(pattern string) bool {
				return search(`^https://[a-z0-9.-]*`+strings.TrimPrefix(s.syntax.expression(pattern), `^https://`), origin)
			})
		})},
	{"sends the pattern", []string{"origin-patterns/a-pattern-is-never-sent", "origin-patterns/one-label"},
		granted(func(s *handwritten, h http.Header, _ *http.Request) {
			if i := slices.IndexFunc(s.config.AllowOrigins, func(listed string) bool { return strings.Contains(listed, "*.") }); i >= 0 {
				h.Set("Access-Control-Allow-Origin", s.config.AllowOrigins[i])
			}
		})},
	{"finds an Origin header that is a pattern in its list", []string{"origin-patterns/a-pattern-is-no-origin"},
		alsoAllow(func(s *handwritten, origin string) bool { return slices.Contains(s.config.AllowOrigins, origin) })},
	{"knows only the first pattern", []string{"origin-patterns/a-pattern-beside-others"},
		onlyAllow(func(s *handwritten, origin string) bool {
			first := *s
			first.config.AllowOrigins = s.config.AllowOrigins[:min(1, len(s.config.AllowOrigins))]
			return first.allowed(origin)
		})},

	// Expressions.
	{"leaves regular expressions open", []string{"origin-expressions/anchored-at-the-end", "origin-expressions/anchored-at-the-end-of-the-last-label", "origin-expressions/anchored-at-the-end-with-a-port", "origin-expressions/anchored-at-the-beginning", "origin-expressions/an-expression-puts", "origin-expressions/an-expression-with-credentials"},
		func(s *handwritten) { s.matches = search }},
	{"leaves the end of regular expressions open", []string{"origin-expressions/anchored-at-the-end", "origin-expressions/own-anchors-in-one-alternative"},
		func(s *handwritten) {
			s.matches = func(expression, origin string) bool { return search(`^(?:`+expression+`)`, origin) }
		}},
	{"puts anchors around a regular expression and not around its alternatives", []string{"origin-expressions/the-first-alternative-is-anchored", "origin-expressions/the-last-alternative-is-anchored"},
		func(s *handwritten) {
			s.matches = func(expression, origin string) bool { return search(`^`+expression+`$`, origin) }
		}},
	{"compares the first match with the origin", []string{"origin-expressions/a-longer-alternative"},
		func(s *handwritten) {
			s.matches = func(expression, origin string) bool {
				return regexp.MustCompile(expression).FindString(origin) == origin
			}
		}},
	{"treats anchors in a regular expression as characters", []string{"origin-expressions/own-anchors"},
		func(s *handwritten) {
			s.matches = func(expression, origin string) bool {
				return search(`^(?:`+strings.NewReplacer(`^`, `\^`, `$`, `\$`, `[^`, `[^`).Replace(expression)+`)$`, origin)
			}
		}},
	{"keeps the place of the last match, as a global regular expression in JavaScript does", []string{"origin-expressions/the-same-origin-again"},
		func(s *handwritten) {
			var last string
			s.matches = func(expression, origin string) bool {
				matches := search(`^(?:`+expression+`)$`, origin) && last != origin
				last = ""
				if matches {
					last = origin
				}
				return matches
			}
		}},
	{"knows only the first regular expression", []string{"origin-expressions/several-expressions"},
		func(s *handwritten) {
			s.config.AllowOriginRegexps = s.config.AllowOriginRegexps[:min(1, len(s.config.AllowOriginRegexps))]
		}},
	{"forgets the list if there are regular expressions", []string{"origin-expressions/beside-listed-origins"},
		func(s *handwritten) {
			if len(s.config.AllowOriginRegexps) > 0 {
				s.config.AllowOrigins = nil
			}
		}},
	{"knows no alternatives", []string{"origin-expressions/each-alternative-reads"},
		func(s *handwritten) {
			s.matches = func(expression, origin string) bool {
				return !strings.Contains(expression, "|") && search(`^(?:`+expression+`)$`, origin)
			}
		}},
	{"knows no regular expressions", []string{"origin-expressions/an-expression-matches", "origin-expressions/any-number-of-digits"},
		func(s *handwritten) { s.matches = func(string, string) bool { return false } }},
	{"treats http as https", []string{"origin-expressions/a-scheme-in-an-expression"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return s.allowed(strings.Replace(origin, "http://", "https://", 1))
		})},
	{"matches values that aren't origins", []string{"origin-expressions/a-wide-expression-and-a-path", "origin-expressions/a-wide-expression-and-a-fragment", "origin-expressions/a-wide-expression-and-user-info", "origin-expressions/a-wide-expression-and-a-list", "origin-expressions/a-wide-expression-and-a-space"},
		func(s *handwritten) { s.isOrigin = func(string) bool { return true } }},

	// Credentials.
	{"forgets Access-Control-Allow-Credentials", []string{"credentials/include-reads", "credentials/a-cookie-set-by-a-put", "credentials/plain-http-with-credentials", "credentials/loopback-with-credentials", "exposed-headers/exposed-with-credentials"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Del("Access-Control-Allow-Credentials") })},
	{"writes True", []string{"credentials/include-reads", "credentials/credentials-with-authorization"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			if h.Get("Access-Control-Allow-Credentials") != "" {
				h.Set("Access-Control-Allow-Credentials", "True")
			}
		})},
	{"allows credentials only in preflights", []string{"credentials/include-reads", "credentials/a-preflight-allows-credentials", "credentials/a-cookie-comes-back"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if !s.isPreflight(r) {
				h.Del("Access-Control-Allow-Credentials")
			}
		})},
	{"allows no credentials in preflights", []string{"credentials/a-preflight-allows-credentials", "credentials/any-origin-with-credentials-puts", "preflight-cache/with-credentials-serves-both"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if s.isPreflight(r) {
				h.Del("Access-Control-Allow-Credentials")
			}
		})},
	{"always allows credentials", []string{"credentials/include-is-denied-by-default", "credentials/a-preflight-denies-credentials"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			h.Set("Access-Control-Allow-Credentials", "true")
		})},
	{"always allows credentials, and returns the origin instead of *", []string{"credentials/any-origin-without-credentials", "credentials/any-origin-preflight-without-credentials"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Allow-Credentials", "true")
		})},
	{"sends * with credentials", []string{"credentials/any-origin-with-credentials", "credentials/any-origin-with-credentials-null"},
		granted(func(s *handwritten, h http.Header, _ *http.Request) {
			if s.anyOrigin() {
				h.Set("Access-Control-Allow-Origin", "*")
			}
		})},
	{"always sends *", []string{"credentials/include-reads", "credentials/each-origin-its-own", "origin-patterns/a-pattern-with-credentials"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Set("Access-Control-Allow-Origin", "*") })},
	{"requires credentials if they are allowed", []string{"credentials/a-script-may-leave-credentials-out", "credentials/a-cookie-is-left-out", "credentials/any-origin-with-credentials-or-without"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if s.config.AllowCredentials && r.Header.Get("Cookie") == "" {
				h.Del("Access-Control-Allow-Origin")
			}
		})},
	{"sends headers only if credentials are allowed", []string{"credentials/without-credentials-still-reads", "credentials/a-preflight-without-credentials"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if !s.config.AllowCredentials {
				h.Del("Access-Control-Allow-Origin")
			}
		})},
	{"removes the cookies of other origins", []string{"credentials/a-cookie-comes-back", "credentials/every-step-of-a-redirect", "exposed-headers/exposed-with-credentials-set-cookie"},
		before(func(_ *handwritten, _ http.ResponseWriter, r *http.Request) bool {
			r.Header.Del("Cookie")
			return false
		})},
	{"forgets the headers of redirects", []string{"credentials/every-step-of-a-redirect", "credentials/a-redirect-after-a-preflight", "exposed-headers/exposed-after-a-redirect"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			if r.URL.Query().Get("do") == "redirect" {
				h.Del("Access-Control-Allow-Origin")
			}
		})},

	// Methods.
	{"allows the safelisted methods and nothing else", []string{"methods/a-listed-method", "methods/every-listed-method", "methods/put-in-lower-case", "methods/methods-through-a-splitting-proxy", "methods/methods-through-a-joining-proxy"},
		methods(func(*handwritten, *http.Request) string { return "GET, HEAD, POST" })},
	{"returns the requested method", []string{"methods/nothing-listed", "methods/another-method", "methods/a-part-of-a-listed-method", "methods/patch-in-lower-case", "preflight-cache/a-denied-method-is-not-kept", "robustness/a-huge-method", "robustness/a-method-that-is-a-list"},
		methods(func(_ *handwritten, r *http.Request) string { return requestMethod(r) })},
	{"allows every common method by default", []string{"methods/nothing-listed"},
		methods(func(s *handwritten, r *http.Request) string {
			if len(s.config.AllowMethods) == 0 {
				return "GET, HEAD, POST, PUT, PATCH, DELETE"
			}
			return s.allowedMethods(r)
		})},
	{"returns the requested method if it is listed in whatever case", []string{"methods/patch-in-lower-case", "preflight-cache/a-complete-answer-serves-other-methods"},
		methods(func(s *handwritten, r *http.Request) string {
			if slices.ContainsFunc(s.config.AllowMethods, func(listed string) bool { return strings.EqualFold(listed, requestMethod(r)) }) {
				return requestMethod(r)
			}
			return s.allowedMethods(r)
		})},
	{"returns the requested method if it is found in the list", []string{"methods/a-part-of-a-listed-method"},
		methods(func(s *handwritten, r *http.Request) string {
			if strings.Contains(s.allowedMethods(r), requestMethod(r)) {
				return requestMethod(r)
			}
			return s.allowedMethods(r)
		})},
	{"writes methods in lower case", []string{"methods/a-listed-method", "methods/put-in-lower-case", "classification/a-preflight-and-its-request"},
		methods(func(s *handwritten, r *http.Request) string { return strings.ToLower(s.allowedMethods(r)) })},
	{"writes methods in upper case", []string{"methods/a-custom-method-keeps-its-case"},
		methods(func(s *handwritten, r *http.Request) string { return strings.ToUpper(s.allowedMethods(r)) })},
	{"knows only letters in methods", []string{"methods/a-custom-method-is-a-token"},
		methods(func(s *handwritten, r *http.Request) string {
			return regexp.MustCompile(`[^A-Za-z, *]`).ReplaceAllString(s.allowedMethods(r), "")
		})},
	{"knows only standard methods", []string{"methods/a-custom-method"},
		methods(func(s *handwritten, r *http.Request) string {
			return strings.Join(slices.DeleteFunc(strings.Split(s.allowedMethods(r), ", "), func(m string) bool {
				return !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "*"}, m)
			}), ", ")
		})},
	{"sends only the first listed method", []string{"methods/every-listed-method"},
		methods(func(s *handwritten, r *http.Request) string {
			if len(s.config.AllowMethods) == 0 {
				return ""
			}
			return s.config.AllowMethods[0]
		})},
	{"separates methods by semicolons", []string{"methods/every-listed-method", "preflight-cache/kept-through-a-proxy"},
		methods(func(s *handwritten, r *http.Request) string {
			return strings.ReplaceAll(s.allowedMethods(r), ",", ";")
		})},
	{"denies safelisted methods that are not listed", []string{"methods/get-needs-no-listing", "methods/head-needs-no-listing", "methods/post-needs-no-listing", "methods/a-safelisted-method-and-an-empty-list"},
		verdict(func(s *handwritten, method string, _ []string) bool {
			return slices.Contains(s.config.AllowMethods, method) || slices.Contains(s.config.AllowMethods, "*")
		})},
	{"sends * for methods with credentials", []string{"methods/every-method-with-credentials", "methods/every-method-with-credentials-in-turn"},
		methods(func(s *handwritten, r *http.Request) string {
			if slices.Contains(s.config.AllowMethods, "*") {
				return "*"
			}
			return s.allowedMethods(r)
		})},
	{"knows no * for methods", []string{"methods/every-method", "methods/every-method-of-any-origin", "methods/every-method-with-credentials-left-out", "preflight-cache/every-method-is-kept"},
		methods(func(s *handwritten, r *http.Request) string {
			if slices.Contains(s.config.AllowMethods, "*") {
				return "GET, HEAD, POST"
			}
			return s.allowedMethods(r)
		})},
	{"allows all request headers if a method is allowed", []string{"methods/methods-allow-no-headers"},
		headers(func(s *handwritten, r *http.Request) string { return requestHeaders(r) })},

	// Request headers.
	{"returns the requested request headers", []string{"request-headers/nothing-listed", "request-headers/another-request-header", "request-headers/one-of-two-is-not-listed", "request-headers/json-needs-listing", "request-headers/accept-with-an-unsafe-byte-unlisted", "request-headers/authorization-is-not-covered", "request-headers/an-override-is-a-request-header", "preflight-cache/a-denied-request-header-after-an-allowed-one", "preflight-cache/every-request-header-but-authorization", "robustness/a-list-with-markup"},
		headers(func(_ *handwritten, r *http.Request) string {
			return strings.Join(r.Header["Access-Control-Request-Headers"], ",")
		})},
	{"allows no request headers", []string{"request-headers/a-listed-request-header", "request-headers/json-is-listed", "request-headers/authorization", "request-headers/a-method-and-request-headers", "request-headers/listed-in-upper-case"},
		headers(func(*handwritten, *http.Request) string { return "" })},
	{"requires the requested list to be the listed one", []string{"request-headers/all-of-a-list", "request-headers/some-of-a-list", "request-headers/none-of-a-list", "preflight-cache/a-complete-answer-to-a-method-serves-request-headers"},
		verdict(func(s *handwritten, _ string, names []string) bool {
			return strings.Join(names, ",") == strings.ToLower(strings.Join(s.config.AllowHeaders, ","))
		})},
	{"requires the requested list to be sorted and in lower case", []string{"request-headers/asked-in-another-order", "request-headers/asked-in-upper-case", "request-headers/asked-with-a-name-twice"},
		verdict(func(_ *handwritten, _ string, names []string) bool {
			return slices.IsSorted(names) && len(slices.Compact(slices.Clone(names))) == len(names) && strings.ToLower(strings.Join(names, "")) == strings.Join(names, "")
		})},
	{"accepts no space in the requested list", []string{"request-headers/asked-with-spaces", "request-headers/asked-with-tabs", "request-headers/through-a-joining-proxy"},
		verdict(func(_ *handwritten, _ string, names []string) bool {
			return !strings.ContainsAny(strings.Join(names, ","), " \t")
		})},
	{"accepts no empty members in the requested list", []string{"request-headers/asked-with-an-empty-first-member", "request-headers/asked-with-an-empty-last-member", "request-headers/asked-with-empty-members-between", "request-headers/asked-with-an-empty-line"},
		verdict(func(_ *handwritten, method string, names []string) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return strings.TrimSpace(name) == "" })
		})},
	{"requires the requested list to be in one line", []string{"request-headers/asked-in-two-lines", "request-headers/through-a-splitting-proxy"},
		before(func(_ *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return len(r.Header["Access-Control-Request-Headers"]) > 1 && status(w, http.StatusBadRequest)
		})},
	{"returns the first line of the requested list", []string{"request-headers/every-request-header-through-a-splitting-proxy", "request-headers/asked-in-two-lines-for-every-header"},
		headers(func(s *handwritten, r *http.Request) string {
			if s.config.AllowCredentials && slices.Contains(s.config.AllowHeaders, "*") {
				return requestHeaders(r)
			}
			return s.allowedHeaders(r)
		})},
	{"splits the requested list at each comma and returns it if all members are names", []string{"request-headers/every-request-header-through-a-joining-proxy", "request-headers/asked-with-spaces-for-every-header"},
		headers(func(s *handwritten, r *http.Request) string {
			if s.config.AllowCredentials && slices.Contains(s.config.AllowHeaders, "*") && !search(`^([a-z0-9-]+,)*[a-z0-9-]+$`, requestHeaders(r)) {
				return ""
			}
			return s.allowedHeaders(r)
		})},
	{"compares names case-sensitively", []string{"request-headers/listed-in-upper-case", "request-headers/set-in-upper-case"},
		verdict(func(s *handwritten, _ string, names []string) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(s.config.AllowHeaders, name) })
		})},
	{"returns the requested names if each is found in the list", []string{"request-headers/the-beginning-of-a-listed-name"},
		headers(func(s *handwritten, r *http.Request) string {
			for name := range strings.SplitSeq(requestHeaders(r), ",") {
				if !strings.Contains(strings.ToLower(s.allowedHeaders(r)), name) {
					return s.allowedHeaders(r)
				}
			}
			return requestHeaders(r)
		})},
	{"returns the requested names if each begins like a listed one", []string{"request-headers/a-name-that-goes-on"},
		headers(func(s *handwritten, r *http.Request) string {
			for _, listed := range s.config.AllowHeaders {
				if strings.HasPrefix(requestHeaders(r), strings.ToLower(listed)) {
					return requestHeaders(r)
				}
			}
			return s.allowedHeaders(r)
		})},
	{"returns the requested names if one of them is listed", []string{"request-headers/one-of-two-is-not-listed"},
		headers(func(s *handwritten, r *http.Request) string {
			for _, listed := range s.config.AllowHeaders {
				if strings.Contains(requestHeaders(r), strings.ToLower(listed)) {
					return requestHeaders(r)
				}
			}
			return s.allowedHeaders(r)
		})},
	{"removes safelisted names from its list", []string{"request-headers/accept-with-an-unsafe-byte", "request-headers/accept-language-with-an-unsafe-byte", "request-headers/a-long-value", "request-headers/long-values-together", "request-headers/a-range-from-the-end", "request-headers/json-is-listed"},
		headers(func(s *handwritten, r *http.Request) string {
			return strings.Join(slices.DeleteFunc(strings.Split(s.allowedHeaders(r), ", "), func(name string) bool {
				return slices.Contains([]string{"accept", "accept-language", "content-language", "content-type", "range"}, name)
			}), ", ")
		})},
	{"knows only letters, digits and hyphens in names", []string{"request-headers/a-name-may-be-any-token"},
		headers(func(s *handwritten, r *http.Request) string {
			return regexp.MustCompile(`[^a-z0-9, *-]`).ReplaceAllString(s.allowedHeaders(r), "")
		})},
	{"knows twenty names at most", []string{"request-headers/many-request-headers", "request-headers/many-request-headers-with-credentials"},
		headers(func(s *handwritten, r *http.Request) string {
			names := strings.Split(s.allowedHeaders(r), ", ")
			return strings.Join(names[:min(len(names), 20)], ", ")
		})},
	{"applies its list to requests that need no preflight, too", []string{"request-headers/safelisted-request-headers"},
		before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
			return !isOptions(r) && r.Header.Get("Accept-Language") != "" && !slices.Contains(s.config.AllowHeaders, "Accept-Language") && status(w, http.StatusForbidden)
		})},
	{"sends * for request headers with credentials", []string{"request-headers/every-request-header-with-credentials"},
		headers(func(s *handwritten, r *http.Request) string {
			if slices.Contains(s.config.AllowHeaders, "*") {
				return "*"
			}
			return s.allowedHeaders(r)
		})},
	{"sends only * if Authorization is listed, too", []string{"request-headers/authorization-beside-the-wildcard", "request-headers/authorization-of-any-origin"},
		headers(func(s *handwritten, r *http.Request) string {
			if slices.Contains(s.config.AllowHeaders, "*") && !s.config.AllowCredentials {
				return "*"
			}
			return s.allowedHeaders(r)
		})},
	{"knows no * for request headers", []string{"request-headers/every-request-header", "preflight-cache/every-request-header-is-kept"},
		headers(func(s *handwritten, r *http.Request) string { return strings.ReplaceAll(s.allowedHeaders(r), "*", "") })},
	{"allows every method if a request header is allowed", []string{"request-headers/request-headers-allow-no-methods"},
		methods(func(*handwritten, *http.Request) string { return "*" })},
	{"separates names by spaces", []string{"request-headers/all-of-a-list", "preflight-cache/a-complete-answer-serves-other-request-headers"},
		headers(func(s *handwritten, r *http.Request) string {
			return strings.ReplaceAll(s.allowedHeaders(r), ",", "")
		})},
	{"caches its first preflight response for *", []string{"request-headers/every-request-header-with-credentials-in-turn", "methods/every-method-with-credentials-in-turn"},
		func(s *handwritten) {
			var methods, names string
			s.methods = func(r *http.Request) string { methods = cmp.Or(methods, s.allowedMethods(r)); return methods }
			s.headers = func(r *http.Request) string { names = cmp.Or(names, s.allowedHeaders(r)); return names }
		}},
	{"knows no private network", []string{"request-headers/a-private-network"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Del("Access-Control-Allow-Private-Network") })},
	{"always allows private network access", []string{"request-headers/no-private-network"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			if r.Header.Get("Access-Control-Request-Private-Network") != "" {
				h.Set("Access-Control-Allow-Private-Network", "true")
			}
		})},

	// Exposed headers.
	{"exposes nothing", []string{"exposed-headers/an-exposed-header", "exposed-headers/set-cookie-is-never-seen", "exposed-headers/exposed-in-several-lines", "exposed-headers/exposed-in-another-case", "exposed-headers/exposed-headers-that-are-not-there", "exposed-headers/exposed-by-name-and-left-out-credentials"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Del("Access-Control-Expose-Headers") })},
	{"exposes headers only in preflight responses", []string{"exposed-headers/exposed-after-a-preflight"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			expose := h.Get("Access-Control-Expose-Headers")
			h.Del("Access-Control-Expose-Headers")
			if s.isPreflight(r) {
				h.Set("Access-Control-Expose-Headers", expose)
			}
		})},
	{"exposes everything", []string{"exposed-headers/nothing-exposed", "exposed-headers/an-exposed-header"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			h.Set("Access-Control-Expose-Headers", "X-Handled, X-Total-Count, X-Secret")
		})},
	{"removes the response headers that it does not expose", []string{"exposed-headers/safelisted-response-headers"},
		func(s *handwritten) {
			app := s.app
			s.app = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inner := httptest.NewRecorder()
				app.ServeHTTP(inner, r)
				for _, name := range append(s.config.ExposeHeaders, "Content-Type") {
					w.Header()[name] = inner.Header()[name]
				}
				w.WriteHeader(inner.Code)
			})
		}},
	{"exposes headers only for GET", []string{"exposed-headers/exposed-to-a-post", "exposed-headers/exposed-to-a-head", "exposed-headers/exposed-after-a-preflight"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			if r.Method != http.MethodGet {
				h.Del("Access-Control-Expose-Headers")
			}
		})},
	{"exposes headers only on success", []string{"exposed-headers/exposed-on-an-error"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			if r.URL.Query().Get("status") != "" {
				h.Del("Access-Control-Expose-Headers")
			}
		})},
	{"exposes only the first name", []string{"exposed-headers/several-exposed-headers", "exposed-headers/exposed-through-a-splitting-proxy", "exposed-headers/exposed-through-a-joining-proxy"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			first, _, _ := strings.Cut(h.Get("Access-Control-Expose-Headers"), ",")
			h.Set("Access-Control-Expose-Headers", first)
		})},
	{"knows no * for exposed headers", []string{"exposed-headers/everything-exposed", "exposed-headers/everything-exposed-to-any-origin"},
		granted(func(_ *handwritten, h http.Header, r *http.Request) {
			h.Set("Access-Control-Expose-Headers", strings.Trim(h.Get("Access-Control-Expose-Headers"), "*"))
		})},
	{"exposes * with credentials", []string{"exposed-headers/exposed-with-credentials"},
		granted(func(s *handwritten, h http.Header, r *http.Request) {
			if s.config.AllowCredentials {
				h.Set("Access-Control-Expose-Headers", "*")
			}
		})},

	// The preflight cache.
	{"forgets Access-Control-Max-Age", []string{"preflight-cache/ten-minutes", "preflight-cache/as-long-as-the-browser-allows", "preflight-cache/not-at-all", "preflight-cache/one-second"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Del("Access-Control-Max-Age") })},
	{"forbids caching", []string{"preflight-cache/ten-minutes", "preflight-cache/a-complete-answer-with-credentials", "preflight-cache/every-method-is-kept"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Set("Access-Control-Max-Age", "0") })},
	{"lets everything be cached for a day", []string{"preflight-cache/ten-minutes", "preflight-cache/one-second", "preflight-cache/not-at-all"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) { h.Set("Access-Control-Max-Age", "86400") })},
	{"counts milliseconds", []string{"preflight-cache/ten-minutes", "preflight-cache/one-second"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			if age := h.Get("Access-Control-Max-Age"); age != "" {
				h.Set("Access-Control-Max-Age", age+"000")
			}
		})},
	{"writes a unit after the number", []string{"preflight-cache/ten-minutes"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			if age := h.Get("Access-Control-Max-Age"); age != "" {
				h.Set("Access-Control-Max-Age", age+"s")
			}
		})},
	{"writes a negative number", []string{"preflight-cache/not-at-all"},
		granted(func(_ *handwritten, h http.Header, _ *http.Request) {
			if h.Get("Access-Control-Max-Age") == "0" {
				h.Set("Access-Control-Max-Age", "-1")
			}
		})},
	{"names only the requested ones of the listed names", []string{"preflight-cache/a-complete-answer-serves-other-methods", "preflight-cache/a-complete-answer-serves-other-request-headers", "preflight-cache/a-complete-answer-to-a-method-serves-request-headers", "preflight-cache/a-complete-answer-to-a-request-header-serves-methods"},
		func(s *handwritten) {
			s.methods = func(r *http.Request) string {
				return strings.Join(requested(s.allowedMethods(r), requestMethod(r)), ", ")
			}
			s.headers = func(r *http.Request) string {
				return strings.Join(requested(s.allowedHeaders(r), requestHeaders(r)), ", ")
			}
		}},
	{"reuses the response for a URL, whatever the origin", []string{"preflight-cache/per-origin", "origins/every-listed-origin-reads"},
		func(s *handwritten) {
			seen := make(map[string]string)
			s.granted = func(h http.Header, r *http.Request) {
				key := r.Method + r.URL.String()
				seen[key] = cmp.Or(seen[key], h.Get("Access-Control-Allow-Origin"))
				h.Set("Access-Control-Allow-Origin", seen[key])
			}
		}},
	{"allows credentials only in the first preflight response", []string{"preflight-cache/per-credentials"},
		func(s *handwritten) {
			preflights := 0
			s.granted = func(h http.Header, r *http.Request) {
				if s.isPreflight(r) {
					preflights++
				}
				if preflights > 1 {
					h.Del("Access-Control-Allow-Credentials")
				}
			}
		}},
	{"allows every method after one is allowed", []string{"preflight-cache/a-denied-method-after-an-allowed-one"},
		func(s *handwritten) {
			preflights := 0
			s.methods = func(r *http.Request) string {
				if preflights++; preflights > 1 {
					return requestMethod(r)
				}
				return s.allowedMethods(r)
			}
		}},

	// Robustness.
	{"crashes on long origins", []string{"robustness/a-huge-origin", "robustness/a-huge-origin-that-looks-allowed", "robustness/a-thousand-labels"},
		crash(func(r *http.Request) bool { return len(r.Header.Get("Origin")) > 256 })},
	{"crashes on an empty origin", []string{"robustness/an-empty-origin", "robustness/an-empty-origin-preflight"},
		crash(func(r *http.Request) bool { return len(r.Header["Origin"]) > 0 && r.Header.Get("Origin") == "" })},
	{"allows an empty origin", []string{"robustness/an-empty-origin", "robustness/an-empty-origin-preflight"},
		alsoAllow(func(_ *handwritten, origin string) bool { return origin == "" })},
	{"crashes on long methods", []string{"robustness/a-huge-method", "robustness/a-long-method-within-limits"},
		crash(func(r *http.Request) bool { return len(requestMethod(r)) > 64 })},
	{"crashes on an empty method", []string{"robustness/an-empty-method"},
		crash(func(r *http.Request) bool {
			return len(r.Header["Access-Control-Request-Method"]) > 0 && requestMethod(r) == ""
		})},
	{"crashes on many members", []string{"robustness/a-huge-list", "robustness/ten-thousand-commas", "robustness/three-thousand-commas"},
		crash(func(r *http.Request) bool { return strings.Count(requestHeaders(r), ",") > 1000 })},
	{"crashes on many lines", []string{"robustness/a-hundred-lines"},
		crash(func(r *http.Request) bool { return len(r.Header["Access-Control-Request-Headers"]) > 64 })},
	{"crashes on non-ASCII bytes", []string{"robustness/letters-beyond-ascii", "robustness/bytes-that-are-not-text", "robustness/a-method-beyond-ascii", "robustness/a-list-beyond-ascii"},
		crash(func(r *http.Request) bool {
			return search(`[^\x00-\x7f]`, r.Header.Get("Origin")+requestMethod(r)+requestHeaders(r))
		})},
	{"matches non-ASCII letters in a label", []string{"robustness/letters-beyond-ascii"},
		func(s *handwritten) {
			wildcards(`([\pL0-9_-]+\.)+`, `[a-z0-9-]+`, ``)(s)
			s.isOrigin = func(string) bool { return true }
		}},
	{"normalizes an origin before it compares, and returns the original", []string{"robustness/an-ideographic-full-stop", "robustness/a-kelvin-sign"},
		alsoAllow(func(s *handwritten, origin string) bool {
			return s.allowed(strings.NewReplacer("\u3002", ".", "\u212a", "k").Replace(origin))
		})},
	{"treats an escaped byte as part of a label", []string{"robustness/an-escaped-line-break"},
		wildcards(`([a-z0-9_%:=-]+\.)+`, `[a-z0-9-]+`, `(?::[0-9]+)?`)},
	{"ends an origin at a NUL", []string{"robustness/a-nul-byte"},
		listed(func(listed, origin string) bool {
			origin, _, _ = strings.Cut(origin, "\x80")
			return listed == origin
		})},
	{"returns the requested values if all are allowed", []string{"robustness/a-method-that-is-a-list", "robustness/a-method-with-a-space", "robustness/a-method-with-markup", "robustness/a-method-beyond-ascii", "robustness/a-method-with-a-control-byte", "robustness/a-list-with-a-control-byte", "robustness/two-methods", "robustness/a-list-with-a-space-in-a-name", "robustness/a-list-with-a-colon", "robustness/a-list-beyond-ascii"},
		func(s *handwritten) {
			s.methods = func(r *http.Request) string {
				return strings.Join(r.Header["Access-Control-Request-Method"], ", ")
			}
			s.headers = requestHeaders
		}},
	{"treats GET as a preflight if it has the headers of one", []string{"robustness/a-request-with-preflight-headers"},
		func(s *handwritten) {
			s.granted = func(h http.Header, r *http.Request) {
				if requestMethod(r) != "" && r.Method == http.MethodGet {
					h.Set("Access-Control-Allow-Methods", requestMethod(r))
				}
			}
		}},
}

// Parts of mistakes.

func allow(allows func(s *handwritten, origin string) bool) func(*handwritten) {
	return func(s *handwritten) { s.allows = func(origin string) bool { return allows(s, origin) } }
}

// alsoAllow allows more than it should.
func alsoAllow(allows func(s *handwritten, origin string) bool) func(*handwritten) {
	return allow(func(s *handwritten, origin string) bool { return s.allowed(origin) || allows(s, origin) })
}

// onlyAllow allows less than it should.
func onlyAllow(allows func(s *handwritten, origin string) bool) func(*handwritten) {
	return allow(func(s *handwritten, origin string) bool { return s.allowed(origin) && allows(s, origin) })
}

func listed(isListed func(listed, origin string) bool) func(*handwritten) {
	return func(s *handwritten) { s.isListed = isListed }
}

func granted(change func(s *handwritten, h http.Header, r *http.Request)) func(*handwritten) {
	return func(s *handwritten) { s.granted = func(h http.Header, r *http.Request) { change(s, h, r) } }
}

func before(responds func(s *handwritten, w http.ResponseWriter, r *http.Request) bool) func(*handwritten) {
	return func(s *handwritten) {
		s.before = func(w http.ResponseWriter, r *http.Request) bool { return responds(s, w, r) }
	}
}

// crash crashes on some requests.
func crash(on func(r *http.Request) bool) func(*handwritten) {
	return before(func(_ *handwritten, _ http.ResponseWriter, r *http.Request) bool {
		if on(r) {
			panic("crash")
		}
		return false
	})
}

func methods(allowed func(s *handwritten, r *http.Request) string) func(*handwritten) {
	return func(s *handwritten) { s.methods = func(r *http.Request) string { return allowed(s, r) } }
}

func headers(allowed func(s *handwritten, r *http.Request) string) func(*handwritten) {
	return func(s *handwritten) { s.headers = func(r *http.Request) string { return allowed(s, r) } }
}

// verdict denies preflights that ask for more than a server accepts.
func verdict(accepts func(s *handwritten, method string, names []string) bool) func(*handwritten) {
	return before(func(s *handwritten, w http.ResponseWriter, r *http.Request) bool {
		names := strings.Split(r.Header.Get("Access-Control-Request-Headers"), ",")
		if !s.isPreflight(r) || accepts(s, r.Header.Get("Access-Control-Request-Method"), names) {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	})
}

func parsed(origin string) *url.URL {
	u, err := url.Parse(origin)
	if err != nil {
		return new(url.URL)
	}
	return u
}

func site(origin string) string {
	domain, err := publicsuffix.EffectiveTLDPlusOne(parsed(origin).Hostname())
	if err != nil {
		return origin
	}
	return domain
}

func requestMethod(r *http.Request) string  { return r.Header.Get("Access-Control-Request-Method") }
func requestHeaders(r *http.Request) string { return r.Header.Get("Access-Control-Request-Headers") }
func isOptions(r *http.Request) bool        { return r.Method == http.MethodOptions }

// firstOf makes s compare one of several Origin headers, and return them all.
func firstOf(s *handwritten, choose func(lines []string) string) {
	s.origin = func(r *http.Request) string {
		lines := r.Header["Origin"]
		if len(lines) == 0 {
			return ""
		}
		return choose(lines)
	}
	s.granted = func(h http.Header, r *http.Request) {
		h.Set("Access-Control-Allow-Origin", strings.Join(r.Header["Origin"], ", "))
	}
}

// wildcards gives the wildcards of patterns another meaning, and checks nothing
// else about an origin.
func wildcards(labels, within, port string) func(*handwritten) {
	return func(s *handwritten) {
		s.syntax.labels, s.syntax.within, s.syntax.port = labels, within, port
		s.isOrigin = func(string) bool { return true }
	}
}

// requested returns the members of an allowed list that are requested.
func requested(allowed, request string) []string {
	return slices.DeleteFunc(strings.Split(allowed, ", "), func(name string) bool {
		return !slices.ContainsFunc(strings.Split(request, ","), func(r string) bool { return strings.EqualFold(r, name) })
	})
}

func status(w http.ResponseWriter, code int) bool {
	w.WriteHeader(code)
	return true
}

// A lenientListener lets control bytes through, like other servers: it replaces
// them with non-ASCII bytes, which net/http accepts.
type lenientListener struct{ net.Listener }

type lenientConn struct{ net.Conn }

func (l lenientListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return lenientConn{conn}, err
}

func (c lenientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for i, b := range p[:n] {
		isBareReturn := b == '\r' && i+1 < n && p[i+1] != '\n'
		if b == 0 || b == 1 || b == 0x7f || isBareReturn {
			p[i] |= 0x80
		}
	}
	return n, err
}
