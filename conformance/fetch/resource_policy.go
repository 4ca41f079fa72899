package fetch

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// crossOriginResourcePolicyCheck is Fetch, "cross-origin resource policy check",
// for a page without an embedder policy. It returns nil for allowed.
func crossOriginResourcePolicyCheck(origin string, response *response) *NetworkError {
	policy, _ := response.headers.Get("Cross-Origin-Resource-Policy")
	url := response.url()
	switch policy {
	case "same-origin":
		if !isSameOrigin(origin, url.origin()) {
			return resourcePolicyError(response, policy)
		}
	case "same-site":
		isSecureEnough := strings.HasPrefix(origin, "https://") || url.scheme != "https"
		if !isSchemelesslySameSite(origin, url) || !isSecureEnough {
			return resourcePolicyError(response, policy)
		}
	}
	return nil
}

// isSchemelesslySameSite is HTML, "schemelessly same site", for a serialized
// origin and the origin of an HTTP(S) URL.
func isSchemelesslySameSite(origin string, url *urlRecord) bool {
	_, authority, ok := strings.Cut(origin, "://")
	if !ok {
		return false
	}
	host, _ := cutPort(authority)
	return host == url.host || registrableDomain(host) != "" && registrableDomain(host) == registrableDomain(url.host)
}

// registrableDomain is URL, "registrable domain", empty for null: an address or
// a public suffix has none.
func registrableDomain(host string) string {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}
