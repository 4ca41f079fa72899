package fetch

// mainFetch is Fetch, "Main fetch".
func (p *fetchParams) mainFetch() (*response, *NetworkError) {
	request := p.request
	response, failure := p.mainFetchRecursive()
	if failure != nil {
		return nil, failure
	}
	if response.kind == "" {
		if request.method == "HEAD" || isNullBodyStatus(response.status) {
			response.close()
		}
		switch request.responseTainting {
		case taintingBasic:
			response = response.filter(ResponseBasic)
		case taintingCORS:
			response.setExposedHeaderNames(request.credentials)
			response = response.filter(ResponseCORS)
		case taintingOpaque:
			response = response.filter(ResponseOpaque)
		}
	}
	return response, nil
}

// mainFetchRecursive is Fetch, "Main fetch", with recursive true: the steps that
// run again for the target of each redirect, as they settle the response
// tainting.
func (p *fetchParams) mainFetchRecursive() (*response, *NetworkError) {
	request := p.request
	url := request.currentURL()
	if url.hasHTTPScheme() && url.isBadPort() {
		return nil, badPortError(url)
	}
	switch {
	case isSameOrigin(url.origin(), request.origin) && request.responseTainting == taintingBasic:
		return p.schemeFetch()

	case request.mode == ModeSameOrigin:
		return nil, sameOriginModeError(request)

	case request.mode == ModeNoCORS:
		if request.redirect != RedirectFollow {
			return nil, noCORSRedirectModeError(request)
		}
		request.responseTainting = taintingOpaque
		return p.schemeFetch()

	case !url.hasHTTPScheme():
		return nil, schemeError(url)

	case request.useCORSPreflight,
		!isCORSSafelistedMethod(request.method),
		len(corsUnsafeRequestHeaderNames(request.headers)) > 0:
		request.responseTainting = taintingCORS
		response, failure := p.httpFetch(true)
		if failure != nil {
			p.agent.preflightCache.clear(request)
		}
		return response, failure

	default:
		request.responseTainting = taintingCORS
		return p.httpFetch(false)
	}
}

// schemeFetch is Fetch, "Scheme fetch".
func (p *fetchParams) schemeFetch() (*response, *NetworkError) {
	if url := p.request.currentURL(); !url.hasHTTPScheme() {
		return nil, schemeError(url)
	}
	return p.httpFetch(false)
}
