package fetch

import (
	"sync"
	"time"
)

// maxCacheEntries bounds the CORS-preflight cache against servers that allow
// long lists. The standard lets entries be removed at any time.
const maxCacheEntries = 10_000

// preflightCache is Fetch, "CORS-preflight cache". The network partition key is
// not part of an entry's key, because each agent has one partition and one
// cache.
type preflightCache struct {
	mu      sync.Mutex
	entries map[cacheKey]cacheEntry
}

// A cacheKey identifies a cache entry. Either method or headerName is empty,
// where the standard has null.
type cacheKey struct {
	origin      string
	url         string
	credentials bool
	method      string
	headerName  string // lower case
}

type cacheEntry struct {
	stored time.Time
	maxAge time.Duration
}

// scopeOf returns the part of the key that entries for request have in common.
func scopeOf(request *request) cacheKey {
	return cacheKey{
		origin:      request.serializeOrigin(),
		url:         request.currentURL().String(),
		credentials: request.credentials == CredentialsInclude,
	}
}

func (key cacheKey) withMethod(method string) cacheKey {
	key.method = method
	return key
}

func (key cacheKey) withHeaderName(headerName string) cacheKey {
	key.headerName = byteLowercase(headerName)
	return key
}

// hasMethodMatch is Fetch, "method cache entry match".
func (c *preflightCache) hasMethodMatch(request *request, now time.Time, method string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.methodMatches(scopeOf(request), now, method)) > 0
}

// hasHeaderNameMatch is Fetch, "header-name cache entry match".
func (c *preflightCache) hasHeaderNameMatch(request *request, now time.Time, headerName string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.headerNameMatches(scopeOf(request), now, headerName)) > 0
}

// methodMatches returns the keys of the entries that match. An entry for "*"
// matches whether or not the request includes credentials: the standard makes
// that distinction when it checks the preflight response, not here.
func (c *preflightCache) methodMatches(scope cacheKey, now time.Time, method string) []cacheKey {
	return c.matches(now, scope.withMethod(method), scope.withMethod("*"))
}

func (c *preflightCache) headerNameMatches(scope cacheKey, now time.Time, headerName string) []cacheKey {
	key := scope.withHeaderName(headerName)
	if isCORSNonWildcardRequestHeaderName(headerName) {
		return c.matches(now, key)
	}
	return c.matches(now, key, scope.withHeaderName("*"))
}

// matches is Fetch, "cache entry match", for entries with one of keys: an entry
// for a request with credentials also covers one without, not the other way
// round.
func (c *preflightCache) matches(now time.Time, keys ...cacheKey) []cacheKey {
	var matches []cacheKey
	for _, key := range keys {
		requestIncludesCredentials := key.credentials
		key.credentials = true
		if entry, ok := c.entries[key]; ok && !entry.isExpired(now) {
			matches = append(matches, key)
		}
		key.credentials = false
		if entry, ok := c.entries[key]; ok && !entry.isExpired(now) && !requestIncludesCredentials {
			matches = append(matches, key)
		}
	}
	return matches
}

func (e cacheEntry) isExpired(now time.Time) bool { return now.Sub(e.stored) >= e.maxAge }

// update is Fetch, "CORS-preflight fetch", steps 7.12 to 7.15. As there, a new
// max-age counts from the time an entry was first stored.
func (c *preflightCache) update(request *request, now time.Time, maxAge time.Duration, methods, headerNames []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	scope := scopeOf(request)
	for _, method := range methods {
		c.setMaxAge(c.methodMatches(scope, now, method), maxAge)
	}
	for _, method := range methods {
		if len(c.methodMatches(scope, now, method)) == 0 {
			c.create(scope.withMethod(method), now, maxAge)
		}
	}
	for _, headerName := range headerNames {
		c.setMaxAge(c.headerNameMatches(scope, now, headerName), maxAge)
	}
	for _, headerName := range headerNames {
		if len(c.headerNameMatches(scope, now, headerName)) == 0 {
			c.create(scope.withHeaderName(headerName), now, maxAge)
		}
	}
}

func (c *preflightCache) setMaxAge(keys []cacheKey, maxAge time.Duration) {
	for _, key := range keys {
		entry := c.entries[key]
		entry.maxAge = maxAge
		c.entries[key] = entry
	}
}

// create is Fetch, "create a new cache entry".
func (c *preflightCache) create(key cacheKey, now time.Time, maxAge time.Duration) {
	if c.entries == nil || len(c.entries) >= maxCacheEntries {
		c.entries = map[cacheKey]cacheEntry{}
	}
	c.entries[key] = cacheEntry{stored: now, maxAge: maxAge}
}

// clear is Fetch, "clear cache entries".
func (c *preflightCache) clear(request *request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	scope := scopeOf(request)
	for key := range c.entries {
		if key.origin == scope.origin && key.url == scope.url {
			delete(c.entries, key)
		}
	}
}
