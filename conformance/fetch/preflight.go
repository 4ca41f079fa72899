package fetch

import (
	"slices"
	"strings"
	"time"
)

// defaultMaxAge is max-age if a preflight response has no valid one (Fetch,
// "CORS-preflight fetch", step 7.9).
const defaultMaxAge = 5 * time.Second

// corsPreflightFetch is Fetch, "CORS-preflight fetch".
func (p *fetchParams) corsPreflightFetch() *NetworkError {
	request := p.request
	preflight := &fetchParams{
		ctx:         p.ctx,
		agent:       p.agent,
		request:     newCORSPreflightRequest(request),
		trace:       p.trace,
		isPreflight: true,
	}
	response, failure := preflight.httpNetworkOrCacheFetch()
	if failure != nil {
		return failure
	}
	response.close()
	if failure := preflightStatusCheck(request, response); failure != nil {
		return failure
	}

	methods, err := extractTokens(response.headers, "Access-Control-Allow-Methods")
	if err != nil {
		return preflightListError(response, "Access-Control-Allow-Methods", StepPreflightMethods, err)
	}
	headerNames, err := extractTokens(response.headers, "Access-Control-Allow-Headers")
	if err != nil {
		return preflightListError(response, "Access-Control-Allow-Headers", StepPreflightHeaders, err)
	}
	if methods == nil && request.useCORSPreflight {
		methods = []string{request.method}
	}
	includesCredentials := request.credentials == CredentialsInclude

	if !slices.Contains(methods, request.method) &&
		!isCORSSafelistedMethod(request.method) &&
		(includesCredentials || !slices.Contains(methods, "*")) {
		return methodNotAllowedError(request, response, methods)
	}

	allowed := make(map[string]bool, len(headerNames))
	for _, name := range headerNames {
		allowed[byteLowercase(name)] = true
	}
	for _, h := range request.headers {
		if isCORSNonWildcardRequestHeaderName(h.Name) && !allowed[byteLowercase(h.Name)] {
			return headerNotAllowedError(request, response, h.Name, allowed["*"])
		}
	}
	for _, unsafeName := range corsUnsafeRequestHeaderNames(request.headers) {
		if !allowed[unsafeName] && (includesCredentials || !allowed["*"]) {
			return headerNotAllowedError(request, response, unsafeName, allowed["*"])
		}
	}

	maxAge, ok := extractMaxAge(response.headers)
	if !ok {
		maxAge = defaultMaxAge
	}
	maxAge = min(maxAge, p.agent.maxAgeLimit())
	p.agent.preflightCache.update(request, p.agent.now(), maxAge, methods, headerNames)
	return nil
}

// newCORSPreflightRequest is Fetch, "CORS-preflight fetch", steps 1 to 5. The
// whole URL list is copied, because the redirects in it may make the origin
// opaque.
func newCORSPreflightRequest(r *request) *request {
	preflight := &request{
		method:           "OPTIONS",
		urlList:          slices.Clone(r.urlList),
		origin:           r.origin,
		mode:             ModeCORS,
		credentials:      CredentialsSameOrigin,
		responseTainting: taintingCORS,
	}
	preflight.headers.append("Accept", "*/*")
	preflight.headers.append("Access-Control-Request-Method", r.method)
	if headers := corsUnsafeRequestHeaderNames(r.headers); len(headers) > 0 {
		// Not ", ": browsers have never sent the space.
		preflight.headers.append("Access-Control-Request-Headers", strings.Join(headers, ","))
	}
	return preflight
}

// preflightStatusCheck is the condition of Fetch, "CORS-preflight fetch", step
// 7: the CORS check succeeds and the status is an ok status. The CORS check is
// that of the request, not of the preflight, which is always without
// credentials. A redirect is reported first, because it is what has to be
// fixed: the CORS headers may be right at its target.
func preflightStatusCheck(request *request, response *response) *NetworkError {
	if isRedirectStatus(response.status) {
		return preflightRedirectError(response)
	}
	if failure := corsCheck(request, response); failure != nil {
		return failure
	}
	if !isOKStatus(response.status) {
		return preflightNotOKError(response)
	}
	return nil
}
