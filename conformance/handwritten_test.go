package conformance_test

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// A handwritten server implements CORS itself, for one Config, as many
// applications do, and in another style than the engine: it responds to every
// preflight with 200, lists the safelisted methods, and writes names in lower
// case. It is right; a mistake replaces one of its parts.
type handwritten struct {
	config cors.Config
	app    http.Handler

	isPreflight func(r *http.Request) bool
	origin      func(r *http.Request) string // the origin that it reads
	isOrigin    func(s string) bool          // whether that is one at all
	allows      func(origin string) bool     // whether it may read: by one of the three below
	isListed    func(listed, origin string) bool
	syntax      syntax // of patterns
	matches     func(expression, origin string) bool
	methods     func(r *http.Request) string // Access-Control-Allow-Methods
	headers     func(r *http.Request) string // Access-Control-Allow-Headers
	// before comes first, and reports whether it responded; granted comes after
	// the headers are set for an origin that is allowed. Both may be nil.
	before  func(w http.ResponseWriter, r *http.Request) bool
	granted func(h http.Header, r *http.Request)
}

// A syntax has the regular expressions for the parts of a pattern.
type syntax struct{ begin, labels, within, dot, port, end string }

func newHandwritten(config cors.Config) *handwritten {
	s := &handwritten{config: config, app: conformance.AppMux(config.PassPreflight)}
	s.isPreflight = func(r *http.Request) bool {
		return r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && r.Header.Get("Access-Control-Request-Method") != ""
	}
	s.origin = func(r *http.Request) string { return strings.Join(r.Header["Origin"], ", ") }
	s.isOrigin = isSerializedOrigin
	s.isListed = func(listed, origin string) bool { return listed == origin }
	s.syntax = syntax{begin: `^`, labels: `(?:[a-z0-9_-]+\.)+`, within: `[a-z0-9-]+`, dot: `\.`, port: `(?::[0-9]+)?`, end: `$`}
	s.matches = func(expression, origin string) bool { return search(`^(?:`+expression+`)$`, origin) }
	s.allows = s.allowed
	s.methods = s.allowedMethods
	s.headers = s.allowedHeaders
	return s
}

func (s *handwritten) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.before != nil && s.before(w, r) {
		return
	}
	h := w.Header()
	h.Add("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	origin, isPreflight := s.origin(r), s.isPreflight(r)
	if len(r.Header["Origin"]) > 0 && s.allows(origin) {
		s.grant(h, r, origin, isPreflight)
		if s.granted != nil {
			s.granted(h, r)
		}
	}
	if isPreflight && !s.config.PassPreflight {
		w.WriteHeader(max(s.config.PreflightStatus, http.StatusOK))
		return
	}
	s.app.ServeHTTP(w, r)
}

func (s *handwritten) grant(h http.Header, r *http.Request, origin string, isPreflight bool) {
	h.Set("Access-Control-Allow-Origin", origin)
	if s.anyOrigin() && !s.config.AllowCredentials {
		h.Set("Access-Control-Allow-Origin", "*")
	}
	if s.config.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if !isPreflight {
		h.Set("Access-Control-Expose-Headers", strings.Join(s.config.ExposeHeaders, ", "))
		return
	}
	h.Set("Access-Control-Allow-Methods", s.methods(r))
	h.Set("Access-Control-Allow-Headers", s.headers(r))
	if s.config.MaxAge != 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(max(s.config.MaxAge, 0)))
	}
	if s.config.AllowPrivateNetwork && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
}

func (s *handwritten) anyOrigin() bool { return slices.Contains(s.config.AllowOrigins, "*") }

func (s *handwritten) allowed(origin string) bool {
	if s.anyOrigin() {
		return !s.config.AllowCredentials || origin == "null" || s.isOrigin(origin)
	}
	for _, listed := range s.config.AllowOrigins {
		if isPattern := strings.Contains(listed, "*"); !isPattern && s.isListed(listed, origin) ||
			isPattern && s.isOrigin(origin) && search(s.syntax.expression(listed), origin) {
			return true
		}
	}
	return s.isOrigin(origin) && slices.ContainsFunc(s.config.AllowOriginRegexps, func(expression string) bool { return s.matches(expression, origin) })
}

// expression returns the regular expression for a pattern.
func (s *syntax) expression(pattern string) string {
	const labels, within, port = "\x01", "\x02", "\x03"
	pattern = strings.Replace(pattern, "://*.", "://"+labels, 1)
	pattern = strings.Replace(pattern, ":*", port, 1)
	pattern = strings.Replace(pattern, "*", within, 1)
	return s.begin + strings.NewReplacer(`\.`, s.dot, labels, s.labels, within, s.within, port, s.port).Replace(regexp.QuoteMeta(pattern)) + s.end
}

func (s *handwritten) allowedMethods(r *http.Request) string {
	if !slices.Contains(s.config.AllowMethods, "*") {
		return strings.Join(append([]string{"GET", "HEAD", "POST"}, s.config.AllowMethods...), ", ")
	}
	if !s.config.AllowCredentials {
		return "*"
	}
	if requested := tokens(r.Header["Access-Control-Request-Method"]); len(requested) == 1 {
		return requested[0]
	}
	return ""
}

func (s *handwritten) allowedHeaders(r *http.Request) string {
	if s.config.AllowCredentials && slices.Contains(s.config.AllowHeaders, "*") {
		return strings.Join(tokens(r.Header["Access-Control-Request-Headers"]), ", ")
	}
	return strings.ToLower(strings.Join(s.config.AllowHeaders, ", "))
}

// tokens returns the members of a list if all are tokens, and there are not too many.
func tokens(lines []string) (members []string) {
	for member := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if member = strings.Trim(member, " \t"); member == "" {
			continue
		}
		if !search("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", member) || len(member) > 100 || len(members) == 100 {
			return nil
		}
		members = append(members, member)
	}
	return members
}

func isSerializedOrigin(s string) bool {
	parts := regexp.MustCompile(`^[a-z][a-z0-9+.-]*://(?:\[[0-9a-f:]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::([1-9][0-9]{0,4}))?$`).FindStringSubmatch(s)
	if parts == nil {
		return false
	}
	port, _ := strconv.Atoi(parts[1])
	return port <= 65535
}

func search(expression, s string) bool { return regexp.MustCompile(expression).MatchString(s) }
