package differential

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
)

// A preflightCache is an engine's CORS-preflight cache, which replaces the
// standard's. A scenario is short: a response is cached until its end, or not
// at all.
type preflightCache interface {
	// allows reports whether a request may be sent without its preflight.
	allows(question) bool
	// store stores a preflight response, and the step at which it failed, if it did.
	store(q question, answer http.Header, failure fetch.Step)
	// fail stores the step at which a request for a URL failed after its preflight.
	fail(page, url string, failure fetch.Step)
}

// A question is the permission that a request needs from its preflight.
type question struct {
	step        *step
	isPreflight bool
	page, url   string
	fragment    string
	tainted     bool // by redirects, which make the origin opaque
	hasMoved    bool // by a redirect to another origin
	credentials bool
	method      string
	headers     []string // CORS-unsafe names, in lower case
}

func newQuestion(s *step, request *http.Request, from *exchange) question {
	q := question{
		step:        s,
		page:        s.page(),
		url:         request.URL.Scheme + "://" + request.Host + request.URL.RequestURI(),
		tainted:     request.Header.Get("Origin") == "null" && s.page() != "null",
		credentials: s.Credentials == fetch.CredentialsInclude,
		method:      request.Method,
		fragment:    fragment(s.url()),
		isPreflight: isPreflight(request),
	}
	if from != nil {
		if q.fragment = fragment(from.response.Header.Get("Location")); q.fragment == "" {
			q.fragment = from.fragment
		}
		q.hasMoved = from.hasMoved || from.request.URL.Host != request.URL.Host
	}
	if q.isPreflight {
		q.method = request.Header.Get("Access-Control-Request-Method")
	}
	if names := request.Header.Get("Access-Control-Request-Headers"); names != "" {
		q.headers = strings.Split(names, ",")
	}
	return q
}

// allowed returns a response that allows a request, or the request of a preflight.
func (e *exchange) allowed() *http.Response {
	return &http.Response{
		StatusCode: 204,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Body:       http.NoBody,
		Request:    e.request,
		Header: http.Header{
			"Access-Control-Allow-Origin":      {e.request.Header.Get("Origin")},
			"Access-Control-Allow-Credentials": {"true"},
			"Access-Control-Allow-Methods":     {e.method},
			"Access-Control-Allow-Headers":     {strings.Join(e.headers, ",")},
		},
	}
}

// members returns the members of a list that is a header's value, which may be
// on several lines.
func members(header http.Header, name string) []string {
	var list []string
	for _, line := range header.Values(name) {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.Trim(member, " \t"); member != "" {
				list = append(list, member)
			}
		}
	}
	return list
}

func isSafelistedMethod(method string) bool {
	return slices.Contains([]string{"GET", "HEAD", "POST"}, method)
}

// An answerCache keeps only the newest preflight response for a page and a URL
// with its fragment.
// A request that it does not allow removes it; a request that fails does not.
type answerCache struct {
	answers map[[2]string]keptAnswer
	// keepsRefusals says that a response is cached even if it does not allow its request.
	keepsRefusals bool
	// forgetsOpaque says that responses for opaque origins are not cached,
	// except for the redirects of one call between URLs of the same origin.
	// Otherwise, responses for origins that redirects made opaque are cached
	// during the call.
	forgetsOpaque bool
	// sparesAuthorization says that the wildcard does not cover Authorization.
	sparesAuthorization bool
}

type keptAnswer struct {
	credentials      bool
	methods, headers []string
}

func (c *answerCache) allows(q question) bool {
	key := c.key(q)
	a, ok := c.answers[key]
	if !ok {
		return false
	}
	if (a.credentials || !q.credentials) && a.allowsMethod(q) && a.allowsHeaders(q, c.sparesAuthorization) {
		return true
	}
	delete(c.answers, key)
	return false
}

func (c *answerCache) key(q question) [2]string {
	page := q.page
	if q.tainted || c.forgetsOpaque && page == "null" {
		page = fmt.Sprintf("%p", q.step)
	}
	return [2]string{page, q.url + q.fragment}
}

func (a keptAnswer) allowsMethod(q question) bool {
	return isSafelistedMethod(q.method) || slices.Contains(a.methods, q.method) || slices.Contains(a.methods, "*") && !q.credentials
}

func (a keptAnswer) allowsHeaders(q question, sparesAuthorization bool) bool {
	for _, name := range q.headers {
		isWild := slices.Contains(a.headers, "*") && !q.credentials && !(sparesAuthorization && name == "authorization")
		if !isWild && !slices.Contains(a.headers, name) {
			return false
		}
	}
	return true
}

func (c *answerCache) store(q question, answer http.Header, failure fetch.Step) {
	switch failure {
	case "":
	case fetch.StepPreflightMethod, fetch.StepPreflightHeader, fetch.StepPreflightAuthorization:
		if !c.keepsRefusals {
			return
		}
	default:
		return
	}
	if c.forgetsOpaque && (q.tainted || q.page == "null" && q.hasMoved) {
		return
	}
	key := c.key(q)
	delete(c.answers, key)
	// A value that isn't a number is ignored, and the response kept for a few seconds.
	maxAge, err := strconv.ParseInt(strings.Join(answer.Values("Access-Control-Max-Age"), ", "), 10, 64)
	if err == nil && maxAge <= 0 {
		return
	}
	names := members(answer, "Access-Control-Allow-Headers")
	for i := range names {
		names[i] = strings.ToLower(names[i])
	}
	c.answers[key] = keptAnswer{q.credentials, members(answer, "Access-Control-Allow-Methods"), names}
}

func (c *answerCache) fail(page, url string, failure fetch.Step) {}

// newChromiumCache is services/network/cors/preflight_cache.cc.
func newChromiumCache() preflightCache {
	return &answerCache{answers: map[[2]string]keptAnswer{}, forgetsOpaque: true, sparesAuthorization: true}
}

// newWebKitCache is Source/WebCore/loader/CrossOriginPreflightResultCache.cpp.
func newWebKitCache() preflightCache {
	return &answerCache{answers: map[[2]string]keptAnswer{}, keepsRefusals: true}
}

// A tokenCache is Firefox's cache: tokens for a page, a URL and whether
// credentials are included (netwerk/protocol/http/nsCORSListenerProxy.cpp).
// Tokens add up; a wildcard is a token that matches nothing; HEAD needs a token
// like any method except GET and POST. A response whose Access-Control-Max-Age
// isn't a number is not cached.
type tokenCache map[tokenKey]map[string]bool

type tokenKey struct {
	page, url   string
	credentials bool
}

func (q question) tokenKey() tokenKey { return tokenKey{q.page, q.url, q.credentials} }

func (c tokenCache) allows(q question) bool {
	tokens, ok := c[q.tokenKey()]
	if !ok || q.method != "GET" && q.method != "POST" && !tokens["method "+q.method] {
		return false
	}
	return !slices.ContainsFunc(q.headers, func(name string) bool { return !tokens["header "+name] })
}

func (c tokenCache) store(q question, answer http.Header, failure fetch.Step) {
	maxAge := strings.Join(answer.Values("Access-Control-Max-Age"), ", ")
	if failure != "" {
		c.remove(q.page, q.url)
		return
	}
	if maxAge != "" && strings.Trim(maxAge, "0123456789") != "" || maxAge != "" && strings.Trim(maxAge, "0") == "" {
		return
	}
	key := q.tokenKey()
	if c[key] == nil {
		c[key] = map[string]bool{}
	}
	for _, method := range members(answer, "Access-Control-Allow-Methods") {
		c[key]["method "+method] = true
	}
	for _, name := range members(answer, "Access-Control-Allow-Headers") {
		c[key]["header "+strings.ToLower(name)] = true
	}
}

func (c tokenCache) fail(page, url string, failure fetch.Step) {
	switch failure {
	case fetch.StepAllowOriginMissing, fetch.StepAllowOrigin, fetch.StepAllowCredentials, fetch.StepRedirectCount:
		c.remove(page, url)
	}
}

func (c tokenCache) remove(page, url string) {
	maps.DeleteFunc(c, func(key tokenKey, _ map[string]bool) bool { return key.page == page && key.url == url })
}
