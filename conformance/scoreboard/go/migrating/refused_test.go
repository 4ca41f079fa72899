package migrating

import (
	"strings"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// link is where the errors about settings of other libraries lead.
const link = "https://github.com/corskit/cors/blob/main/conformance/scoreboard/go/migrating/README.md#what-new-refuses"

// What the documentation of other libraries says, field by field in a Config.
var refused = []struct {
	says     string
	policy   cors.Config
	messages []string // their beginnings, which the page shows
	isLinked bool
	instead  cors.Config
}{
	{
		"the example in gin-contrib's README",
		cors.Config{AllowOrigins: []string{"https://foo.com"}, AllowMethods: []string{"PUT", "PATCH"}, AllowHeaders: []string{"Origin"}, ExposeHeaders: []string{"Content-Length"}, AllowCredentials: true, MaxAge: int(12 * time.Hour)},
		[]string{`AllowHeaders[0] "Origin": is a header that browsers set themselves`, `MaxAge "43200000000000": is in nanoseconds, as a time.Duration is, and MaxAge is in seconds`}, true,
		cors.Config{AllowOrigins: []string{"https://foo.com"}, AllowMethods: []string{"PUT", "PATCH"}, ExposeHeaders: []string{"Content-Length"}, AllowCredentials: true, MaxAge: 43200},
	},
	{
		"gin-contrib's DefaultConfig",
		cors.Config{AllowOrigins: []string{"http://google.com"}, AllowMethods: []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, AllowHeaders: []string{"Content-Length", "Content-Type"}, MaxAge: 43200},
		[]string{`AllowHeaders[0] "Content-Length": is a header that browsers set themselves`}, true,
		cors.Config{AllowOrigins: []string{"http://google.com"}, AllowMethods: []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, AllowHeaders: []string{"Content-Type"}, MaxAge: 43200},
	},
	{
		"every site with cookies",
		cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true},
		[]string{`AllowOrigins[0] "*": with AllowCredentials lets any site read`}, true,
		cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowCredentials: true},
	},
	{
		"Fiber v2's strings",
		cors.Config{AllowOrigins: []string{"https://a.example, https://b.example"}, AllowMethods: []string{"GET,POST,HEAD,PUT,DELETE,PATCH"}, AllowHeaders: []string{"Origin, Content-Type, Accept"}},
		[]string{
			`AllowOrigins[0] "https://a.example, https://b.example": is several origins in one string`,
			`AllowMethods[0] "GET,POST,HEAD,PUT,DELETE,PATCH": is several methods in one string`,
			`AllowHeaders[0] "Origin, Content-Type, Accept": is several headers in one string`,
		}, true,
		cors.Config{AllowOrigins: []string{"https://a.example", "https://b.example"}, AllowMethods: []string{"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH"}, AllowHeaders: []string{"Content-Type", "Accept"}},
	},
	{
		"the methods of Fiber v2 alone",
		cors.Config{AllowOrigins: []string{"https://a.example"}, AllowMethods: []string{"GET,POST,HEAD,PUT,DELETE,PATCH"}},
		[]string{`AllowMethods[0] "GET,POST,HEAD,PUT,DELETE,PATCH": is several methods in one string`}, true,
		cors.Config{AllowOrigins: []string{"https://a.example"}},
	},
	{
		"the headers of Echo's documentation",
		cors.Config{AllowOrigins: []string{"https://labstack.com", "https://labstack.net"}, AllowHeaders: []string{"Origin", "Content-Type", "Accept"}},
		[]string{`AllowHeaders[0] "Origin": is a header that browsers set themselves`}, true,
		cors.Config{AllowOrigins: []string{"https://labstack.com", "https://labstack.net"}, AllowHeaders: []string{"Content-Type", "Accept"}},
	},
	{
		"the example in go-chi's README",
		cors.Config{AllowOrigins: []string{"https://*", "http://*"}, AllowMethods: []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"}, AllowHeaders: []string{"Accept", "Authorization", "Content-Type", "X-CSRF-Token"}, ExposeHeaders: []string{"Link"}, MaxAge: 300},
		[]string{`AllowOrigins[0] "https://*": has a wildcard and no domain`}, true,
		cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"}, AllowHeaders: []string{"Accept", "Authorization", "Content-Type", "X-CSRF-Token"}, ExposeHeaders: []string{"Link"}, MaxAge: 300},
	},
	{
		"a wildcard of gin-contrib and Echo v4",
		cors.Config{AllowOrigins: []string{"https://api.*"}},
		[]string{`AllowOrigins[0] "https://api.*": only the leading label can have a wildcard`}, true,
		cors.Config{AllowOrigins: []string{"https://api.example.com", "https://api.example.org"}},
	},
	{
		"a regular expression of gin-contrib",
		cors.Config{AllowOrigins: []string{`/https?://.*\.example\.com/`}},
		[]string{`AllowOrigins[0] "/https?://.*\\.example\\.com/": is a regular expression`}, true,
		cors.Config{AllowOriginRegexps: []string{`https?://.*\.example\.com`}},
	},
	{
		"a question mark of Echo v4",
		cors.Config{AllowOrigins: []string{"https://app?.example.com"}},
		[]string{`AllowOrigins[0] "https://app?.example.com": an origin has no query`}, false,
		cors.Config{AllowOriginRegexps: []string{`https://app[0-9]\.example\.com`}},
	},
	{
		"the domain in the documentation of package rs/cors",
		cors.Config{AllowOrigins: []string{"foo.com"}},
		[]string{`AllowOrigins[0] "foo.com": has no scheme`}, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}},
	},
	{
		"the example in the README of rs/cors",
		cors.Config{AllowOrigins: []string{"http://foo.com", "http://foo.com:8080"}, AllowCredentials: true},
		[]string{`AllowOrigins[0] "http://foo.com": with AllowCredentials lets anyone who controls the user's network`}, true,
		cors.Config{AllowOrigins: []string{"https://foo.com", "https://foo.com:8080"}, AllowCredentials: true},
	},
	{
		"a trailing slash, which Fiber strips",
		cors.Config{AllowOrigins: []string{"https://foo.com/"}},
		[]string{`AllowOrigins[0] "https://foo.com/": an origin has no path`}, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}},
	},
	{
		"a WebSocket's URL, which gin-contrib takes with AllowWebSockets",
		cors.Config{AllowOrigins: []string{"wss://foo.com"}},
		[]string{`AllowOrigins[0] "wss://foo.com": browsers open WebSockets with the origin of the page`}, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}},
	},
	{
		"a method in lower case, which gin-contrib, go-chi and gorilla turn into upper case",
		cors.Config{AllowOrigins: []string{"https://foo.com"}, AllowMethods: []string{"put"}},
		[]string{`AllowMethods[0] "put": isn't in upper case`}, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}, AllowMethods: []string{"PUT"}},
	},
	{
		"mistakes that no library documents",
		cors.Config{AllowOrigins: []string{"https://foo.com"}, AllowMethods: []string{""}, AllowHeaders: []string{"X:Y"}, ExposeHeaders: []string{"Set-Cookie"}},
		nil, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}},
	},
	{
		"a long time, which no browser caches for",
		cors.Config{AllowOrigins: []string{"https://foo.com"}, MaxAge: 604800},
		nil, false,
		cors.Config{AllowOrigins: []string{"https://foo.com"}, MaxAge: 86400},
	},
}

// Settings that other libraries document get an error that says what to write, is on the
// page, and leads there.
func TestSettingsOfOtherLibraries(t *testing.T) {
	section := sections(t)["What New refuses"]
	for _, r := range refused {
		_, err := cors.New(r.policy)
		if err == nil {
			t.Errorf("%s: no error", r.says)
			continue
		}
		text := err.Error()
		for _, message := range r.messages {
			if !strings.Contains(text, "cors: "+message) {
				t.Errorf("%s: no message begins %s:\n%s", r.says, message, text)
			}
			if !strings.Contains(section, "| `"+message+"` |") {
				t.Errorf("%s: the page doesn't show %s", r.says, message)
			}
		}
		want := 0
		if r.isLinked {
			want = 1
		}
		if n := strings.Count(text, link); n != want || r.isLinked && !strings.HasSuffix(text, link) {
			t.Errorf("%s: %d links to the page, want %d, at the end:\n%s", r.says, n, want, text)
		}
		if _, err := cors.New(r.instead); err != nil {
			t.Errorf("%s: what to write instead is refused: %v", r.says, err)
		}
	}
	rows := strings.Count(section, "\n| ") - len([]string{"heading"})
	shown := make(map[string]bool)
	for _, r := range refused {
		for _, message := range r.messages {
			shown[message] = true
		}
	}
	if rows != len(shown) {
		t.Errorf("the page has %d messages, and the test %d", rows, len(shown))
	}
}

// Origins that some libraries allow by options of their own.
func TestOriginsThatNeedNoOption(t *testing.T) {
	table := sections(t)["gin-contrib/cors"]
	for _, origin := range []string{"chrome-extension://abcdefgh", "tauri://localhost", "file://"} {
		if _, err := cors.New(cors.Config{AllowOrigins: []string{origin}}); err != nil {
			t.Error(err)
		}
		if !strings.Contains(table, "`"+origin+"`") {
			t.Errorf("the page doesn't show %s", origin)
		}
	}
}
