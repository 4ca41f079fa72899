package fetch

import "fmt"

// maxRedirects is the largest number of redirects that are followed (Fetch,
// "HTTP-redirect fetch").
const maxRedirects = 20

// httpRedirectFetch is Fetch, "HTTP-redirect fetch". A request's body is always
// a byte slice that can be sent again, so the steps for a body whose source is
// null do not apply.
func (p *fetchParams) httpRedirectFetch(response *response) (*response, *NetworkError) {
	request := p.request
	if !response.headers.contains("Location") {
		return response, nil
	}
	response.close()
	locationURL, failure := response.locationURL(request.currentURL().fragment)
	if failure != nil {
		return nil, failure
	}
	if !locationURL.hasHTTPScheme() {
		return nil, locationError(response, StepRedirectScheme, 6,
			fmt.Sprintf("The redirect leads to a URL whose scheme is %s", quote(locationURL.scheme)),
			"Redirect to an http or https URL.")
	}
	if request.redirectCount == maxRedirects {
		return nil, locationError(response, StepRedirectCount, 7,
			fmt.Sprintf("There were more than %d redirects", maxRedirects),
			"End the chain of redirects, which may be a loop.")
	}
	request.redirectCount++
	isCrossOrigin := !isSameOrigin(request.origin, locationURL.origin())
	if request.mode == ModeCORS && locationURL.includesCredentials() && isCrossOrigin {
		return nil, locationError(response, StepRedirectCredentials, 9,
			"The redirect leads to another origin with a username or password in the URL",
			"Redirect to a URL without them.")
	}
	// A resource of another origin may redirect to the page's origin, but not
	// log the user in there.
	if request.responseTainting == taintingCORS && locationURL.includesCredentials() {
		return nil, locationError(response, StepRedirectCredentials, 10,
			"A cross-origin response redirects to a URL that has a username or password",
			"Redirect to a URL without them.")
	}
	if becomesGET(response.status, request.method) {
		request.method = "GET"
		request.body = nil
		for _, name := range requestBodyHeaderNames {
			request.headers.delete(name)
		}
	}
	// At the first redirect to another origin, the credentials that a script
	// attached to the request are dropped.
	if !isSameOrigin(request.currentURL().origin(), locationURL.origin()) {
		request.headers.delete("Authorization")
	}
	request.urlList = append(request.urlList, locationURL)
	return p.mainFetchRecursive()
}

// becomesGET is Fetch, "HTTP-redirect fetch", the condition of step 12.
func becomesGET(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == "POST"
	case 303:
		return method != "GET" && method != "HEAD"
	}
	return false
}

// locationURL is Fetch, "location URL", for a redirect status and at least one
// Location header.
func (r *response) locationURL(requestFragment string) (*urlRecord, *NetworkError) {
	locations := r.headers.values("Location")
	if len(locations) > 1 {
		return nil, locationError(r, StepRedirectLocation, 5,
			fmt.Sprintf("The response has %d Location headers", len(locations)),
			"Send one.")
	}
	// Like browsers, the URL parser accepts more than Location's ABNF allows.
	url, err := parseURL(locations[0], r.url())
	if err != nil {
		failure := locationError(r, StepRedirectLocation, 5,
			"The Location header is not a URL: "+printable(err.Error()),
			"Send a URL, absolute or relative to the one requested.")
		failure.Err = err
		return nil, failure
	}
	if url.fragment == "" {
		url.fragment = requestFragment
	}
	return url, nil
}
