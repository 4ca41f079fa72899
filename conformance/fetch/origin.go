package fetch

import (
	"fmt"
	"slices"
	"strings"
)

// opaqueOrigin is the serialization of every opaque origin. An opaque origin is
// same origin with nothing that an agent can fetch, so its identity isn't kept.
const opaqueOrigin = "null"

// validateOrigin returns an error unless origin is the serialization of an
// origin that a page can have: "null", or a scheme, host and port as the URL
// parser leaves them. Any scheme is valid, because apps run at origins like
// capacitor://localhost.
func validateOrigin(origin string) error {
	if origin == opaqueOrigin {
		return nil
	}
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || scheme == "file" || scheme != byteLowercase(scheme) {
		return originError(origin)
	}
	if parsed, rest := cutScheme(scheme + ":"); parsed != scheme || rest != "" {
		return originError(origin)
	}
	u := &urlRecord{scheme: scheme}
	if err := u.setAuthority(host); err != nil || origin != scheme+"://"+u.hostAndPort() {
		return originError(origin)
	}
	return nil
}

func originError(origin string) error {
	return fmt.Errorf("fetch: %s is not a serialized origin: write it as browsers send it, like https://app.example.com or http://localhost:8080, or null for an opaque origin", quote(origin))
}

// isSameOrigin is HTML, "same origin", for serialized origins. Two opaque
// origins look alike but aren't the same.
func isSameOrigin(a, b string) bool { return a == b && a != opaqueOrigin }

// redirectTaint is Fetch, "compute the redirect-taint". It reports whether the
// result is other than "same-origin".
func (r *request) redirectTaint() bool {
	for i, url := range r.urlList[1:] {
		lastURL := r.urlList[i]
		if !isSameOrigin(url.origin(), lastURL.origin()) && !isSameOrigin(r.origin, lastURL.origin()) {
			return true
		}
	}
	return false
}

// serializeOrigin is Fetch, "serializing a request origin".
func (r *request) serializeOrigin() string {
	if r.redirectTaint() {
		return opaqueOrigin
	}
	return r.origin
}

// appendOriginHeader is Fetch, "append a request Origin header", to headers. The
// referrer policy is the default of every page,
// "strict-origin-when-cross-origin".
func (r *request) appendOriginHeader(headers *HeaderList) {
	serializedOrigin := r.serializeOrigin()
	if r.responseTainting == taintingCORS {
		headers.append("Origin", serializedOrigin)
		return
	}
	if slices.Contains([]string{"GET", "HEAD"}, r.method) {
		return
	}
	if r.mode != ModeCORS && strings.HasPrefix(r.origin, "https://") && r.currentURL().scheme != "https" {
		serializedOrigin = opaqueOrigin
	}
	headers.append("Origin", serializedOrigin)
}
