package probe

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
)

// A cacheProbe is the requests that detect a cache between corscheck and the
// server that serves one origin's response to another. A URL that nobody has
// requested before is cold; the URL itself may be warm. Two origins request the
// same cold URL, which shows what a cache does. Each also requests a cold URL
// of its own, which shows what the server sends.
type cacheProbe struct {
	first, firstCold                Request // of one origin
	second, secondAfter, secondCold Request // of another
	token                           string
}

// probeCache plans the requests of a cacheProbe. They have to be the first: a
// request from a denied origin, or without Origin, would fill the cache.
func (p *Plan) probeCache(first, second string) {
	c := &cacheProbe{token: rand.Text()[:10]}
	by := func(origin string) script { return reading(origin, p.target.method()) }
	c.first = p.ask(by(first), "")
	c.firstCold = p.ask(by(first), c.query(1))
	c.secondAfter = p.ask(by(second), c.query(1))
	c.secondCold = p.ask(by(second), c.query(2))
	c.second = p.ask(by(second), "")
	p.cache = c
}

func (c *cacheProbe) query(n int) string { return fmt.Sprintf("%s=%s%d", label, c.token, n) }

// withQuery returns u with a query added.
func withQuery(u *url.URL, query string) *url.URL {
	added := *u
	if added.RawQuery != "" {
		added.RawQuery += "&"
	}
	added.RawQuery += query
	return &added
}

// judge returns a finding if a cache replays responses. If that can't be
// checked, it says why.
func (c *cacheProbe) judge(b *browser) (f *Finding, unchecked string) {
	responses := b.responses
	first, firstCold := responses[c.first], responses[c.firstCold]
	second, secondAfter, secondCold := responses[c.second], responses[c.secondAfter], responses[c.secondCold]
	if first.status != firstCold.status || secondAfter.status != secondCold.status {
		return nil, fmt.Sprintf("Caches aren't checked: the status is %d, and %d with the query ?%s, which no cache has seen.",
			first.status, firstCold.status, c.firstCold.Query)
	}
	const (
		why = "The cache doesn't tell requests apart by Origin. It serves the first origin's response to all others, whose scripts get a network error, since Access-Control-Allow-Origin isn't theirs or is missing. If the first request has no Origin, that happens to every origin."
		fix = "Send Vary: Origin with every response, and make the cache obey it. If it can't, add the request header Origin to the cache key, or don't cache these responses (Cache-Control: no-store)."
	)
	say := func(sent Request, title string) (*Finding, string) {
		return b.finding(sent).say(Fault, "cache-replay", title, why, fix), ""
	}
	older := func(sent Request) (*Finding, string) {
		return say(sent, fmt.Sprintf("A cache replays an older response to %s: from a URL that no cache has seen, its CORS headers differ.", sent.Origin))
	}
	switch {
	case !sameCORS(secondAfter.header, secondCold.header) && sameCORS(secondAfter.header, firstCold.header):
		return say(c.secondAfter, fmt.Sprintf("A cache replays the response to %s when %s requests the same URL.", c.first.Origin, c.second.Origin))
	case !sameCORS(first.header, firstCold.header):
		return older(c.first)
	case !sameCORS(second.header, secondCold.header):
		return older(c.second)
	}
	return nil, ""
}

// bypass replaces responses from a cache with the server's own.
func (c *cacheProbe) bypass(responses map[Request]*response) {
	responses[c.first], responses[c.second] = responses[c.firstCold], responses[c.secondCold]
}

// bypassing returns r with a query that no cache has seen.
func (c *cacheProbe) bypassing(r *http.Request, n int) *http.Request {
	cold := r.Clone(r.Context())
	cold.URL = withQuery(r.URL, c.query(n))
	return cold
}
