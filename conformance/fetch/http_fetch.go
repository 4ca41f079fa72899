package fetch

import "slices"

// httpFetch is Fetch, "HTTP fetch".
func (p *fetchParams) httpFetch(makeCORSPreflight bool) (*response, *NetworkError) {
	request := p.request
	if makeCORSPreflight && p.needsCORSPreflight() {
		if failure := p.corsPreflightFetch(); failure != nil {
			failure.Preflight = true
			return nil, failure
		}
	}
	response, failure := p.httpNetworkOrCacheFetch()
	if failure != nil {
		return nil, failure
	}
	switch request.responseTainting {
	case taintingCORS:
		failure = corsCheck(request, response)
	case taintingOpaque:
		failure = crossOriginResourcePolicyCheck(request.origin, response)
	}
	if failure != nil {
		response.close()
		return nil, failure
	}
	if !isRedirectStatus(response.status) {
		return response, nil
	}
	switch request.redirect {
	case RedirectError:
		response.close()
		return nil, redirectModeError(response)
	case RedirectManual:
		return response.filter(ResponseOpaqueRedirect), nil
	default:
		return p.httpRedirectFetch(response)
	}
}

// needsCORSPreflight reports whether the CORS-preflight cache doesn't cover the
// request (Fetch, "HTTP fetch").
func (p *fetchParams) needsCORSPreflight() bool {
	request, cache, now := p.request, &p.agent.preflightCache, p.agent.now()
	if (!isCORSSafelistedMethod(request.method) || request.useCORSPreflight) &&
		!cache.hasMethodMatch(request, now, request.method) {
		return true
	}
	return slices.ContainsFunc(corsUnsafeRequestHeaderNames(request.headers), func(name string) bool {
		return !cache.hasHeaderNameMatch(request, now, name)
	})
}
