package fetch

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// ThirdPartyCookies says what a browser does with third-party cookies: cookies
// of a site other than the page's.
type ThirdPartyCookies uint8

// The ways in which browsers treat third-party cookies.
const (
	// ThirdPartyAllowed: cookies with SameSite=None and Secure are kept and
	// sent, as Chromium does by default.
	ThirdPartyAllowed ThirdPartyCookies = iota
	// ThirdPartyBlocked: only cookies that also have Partitioned are kept,
	// separately for each page's site, as Chromium does if third-party cookies
	// are blocked.
	ThirdPartyBlocked
	// ThirdPartyPartitioned: all cookies with SameSite=None and Secure are
	// kept, separately for each page's site, as Firefox does by default.
	ThirdPartyPartitioned
)

// A CookieJar keeps cookies as browsers do. Third-party cookies are sent only
// if they have SameSite=None and Secure (RFC 6265bis, "The SameSite Attribute";
// a cookie without SameSite counts as Lax) and [Agent.ThirdPartyCookies] allows
// them.
//
// As an [http.CookieJar], it has first-party cookies: SetCookies does what a
// visit to the site does.
type CookieJar struct {
	own, thirdParty *cookiejar.Jar

	mu         sync.Mutex
	partitions map[string]*cookiejar.Jar // by the site of the page
}

// NewCookieJar returns an empty CookieJar that knows the public suffixes.
func NewCookieJar() *CookieJar {
	return &CookieJar{own: newJar(), thirdParty: newJar(), partitions: make(map[string]*cookiejar.Jar)}
}

func newJar() *cookiejar.Jar {
	jar, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails
	return jar
}

// Cookies implements http.CookieJar.
func (j *CookieJar) Cookies(u *url.URL) []*http.Cookie { return j.own.Cookies(u) }

// SetCookies implements http.CookieJar.
func (j *CookieJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		isForAnySite := c.SameSite == http.SameSiteNoneMode && c.Secure
		if c.SameSite == http.SameSiteNoneMode && !c.Secure {
			continue
		}
		j.own.SetCookies(u, []*http.Cookie{c})
		if !isForAnySite || c.Partitioned {
			c = expired(c)
		}
		j.thirdParty.SetCookies(u, []*http.Cookie{c})
	}
}

// expired returns a cookie that deletes c.
func expired(c *http.Cookie) *http.Cookie {
	gone := *c
	gone.MaxAge, gone.Expires = -1, time.Time{}
	return &gone
}

// partition returns the jar of third-party cookies for pages of a site.
func (j *CookieJar) partition(site string) *cookiejar.Jar {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.partitions[site] == nil {
		j.partitions[site] = newJar()
	}
	return j.partitions[site]
}

// thirdPartyCookies returns the cookies for a request from a page of site to another site.
func (j *CookieJar) thirdPartyCookies(u *url.URL, site string, how ThirdPartyCookies) []*http.Cookie {
	cookies := j.partition(site).Cookies(u)
	if how == ThirdPartyAllowed {
		cookies = append(j.thirdParty.Cookies(u), cookies...)
	}
	return cookies
}

// setThirdPartyCookies keeps the cookies that another site sets in a page of site.
func (j *CookieJar) setThirdPartyCookies(u *url.URL, site string, how ThirdPartyCookies, cookies []*http.Cookie) {
	for _, c := range cookies {
		switch {
		case c.SameSite != http.SameSiteNoneMode || !c.Secure:
		case c.Partitioned || how == ThirdPartyPartitioned:
			j.partition(site).SetCookies(u, []*http.Cookie{c})
		case how == ThirdPartyAllowed:
			j.SetCookies(u, []*http.Cookie{c})
		}
	}
}

// cookies returns the cookies that the agent sends to a URL.
func (a *Agent) cookies(u *urlRecord) []*http.Cookie {
	if jar, ok := a.Jar.(*CookieJar); ok && !isSameSite(a.Origin, u) {
		return jar.thirdPartyCookies(u.goURL(), site(a.Origin), a.ThirdPartyCookies)
	}
	return a.Jar.Cookies(u.goURL())
}

// setCookies keeps the cookies that the response of a URL sets.
func (a *Agent) setCookies(u *urlRecord, cookies []*http.Cookie) {
	if jar, ok := a.Jar.(*CookieJar); ok && !isSameSite(a.Origin, u) {
		jar.setThirdPartyCookies(u.goURL(), site(a.Origin), a.ThirdPartyCookies, cookies)
		return
	}
	a.Jar.SetCookies(u.goURL(), cookies)
}

// isSameSite is HTML, "same site", for a serialized origin and the origin of an HTTP(S)
// URL.
func isSameSite(origin string, u *urlRecord) bool {
	return strings.HasPrefix(origin, u.scheme+"://") && isSchemelesslySameSite(origin, u)
}

// site is HTML, "obtain a site", for a serialized origin.
func site(origin string) string {
	scheme, authority, _ := strings.Cut(origin, "://")
	host, _ := cutPort(authority)
	if domain := registrableDomain(host); domain != "" {
		host = domain
	}
	return scheme + "://" + host
}
