package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// maxResponseHeaderBytes limits the names and values of a response's headers;
// it is Chromium's limit. A fetch makes at most maxRedirects+1 requests, each
// with a preflight, so this also limits the memory of a fetch.
const maxResponseHeaderBytes = 256 << 10

// httpNetworkOrCacheFetch is Fetch, "HTTP-network-or-cache fetch", without an
// HTTP cache and without a user to prompt.
func (p *fetchParams) httpNetworkOrCacheFetch() (*response, *NetworkError) {
	request := p.request
	headers := slices.Clone(request.headers)

	includeCredentials := request.credentials == CredentialsInclude ||
		request.credentials == CredentialsSameOrigin && request.responseTainting == taintingBasic

	if request.body != nil || request.method == "POST" || request.method == "PUT" {
		headers.append("Content-Length", strconv.Itoa(len(request.body)))
	}
	request.appendOriginHeader(&headers)
	if !headers.contains("User-Agent") {
		headers.append("User-Agent", p.agent.userAgent())
	}
	// Set in any case, so that the transport leaves the body and its coding headers alone.
	if headers.contains("Range") {
		headers.append("Accept-Encoding", "identity")
	} else {
		headers.append("Accept-Encoding", "gzip")
	}
	if includeCredentials && p.agent.Jar != nil {
		p.appendCookieHeader(&headers)
	}

	response, failure := p.httpNetworkFetch(headers, includeCredentials)
	if failure != nil {
		return nil, failure
	}
	response.urlList = slices.Clone(request.urlList)
	if response.status == http.StatusProxyAuthRequired {
		response.close()
		return nil, proxyAuthenticationError(response)
	}
	return response, nil
}

// appendCookieHeader is Fetch, "append a request Cookie header".
func (p *fetchParams) appendCookieHeader(headers *HeaderList) {
	serializer := http.Request{Header: http.Header{}}
	for _, cookie := range p.agent.cookies(p.request.currentURL()) {
		serializer.AddCookie(cookie)
	}
	if value := serializer.Header.Get("Cookie"); value != "" {
		headers.append("Cookie", value)
	}
}

// ErrControlByte is the cause of a [NetworkError] if a script sets a header to
// a value with a control byte. Browsers send such a value, but net/http
// doesn't.
var ErrControlByte = errors.New("net/http sends no header value with a control byte")

// httpNetworkFetch is Fetch, "HTTP-network fetch".
func (p *fetchParams) httpNetworkFetch(headers HeaderList, includeCredentials bool) (*response, *NetworkError) {
	request := p.request
	url := request.currentURL()
	exchange := newExchange(p.isPreflight, request, headers)
	*p.trace = append(*p.trace, exchange)
	recorded := &(*p.trace)[len(*p.trace)-1]

	httpResponse, err := p.agent.transport().RoundTrip(newHTTPRequest(p.ctx, request, headers))
	if err == nil {
		err = checkHTTPResponse(httpResponse)
	}
	if err != nil {
		if httpResponse != nil && httpResponse.Body != nil {
			httpResponse.Body.Close()
		}
		if slices.ContainsFunc(headers, func(h Header) bool { return !httpguts.ValidHeaderFieldValue(h.Value) }) {
			err = fmt.Errorf("%w: %w", ErrControlByte, err)
		}
		recorded.Err = err
		return nil, networkFetchError(url, err)
	}

	response := &response{
		status:  httpResponse.StatusCode,
		headers: newHeaderList(httpResponse.Header),
		body:    httpResponse.Body,
	}
	if httpResponse.ProtoMajor < 2 {
		response.statusMessage = strings.TrimPrefix(httpResponse.Status, strconv.Itoa(response.status)+" ")
	}
	recorded.Proto = httpResponse.Proto
	recorded.Status, recorded.StatusText = response.status, response.statusMessage
	recorded.ResponseHeaders = response.headers

	if includeCredentials && p.agent.Jar != nil {
		if cookies := httpResponse.Cookies(); len(cookies) > 0 {
			p.agent.setCookies(url, cookies)
		}
	}
	if response.body != nil && isGzip(response.headers) {
		response.body = &decodingBody{encoded: response.body}
	}
	return response, nil
}

// newHTTPRequest returns request in the form for a RoundTripper. Host and
// Content-Length are fields there, not headers.
func newHTTPRequest(ctx context.Context, request *request, headers HeaderList) *http.Request {
	url := request.currentURL().goURL()
	r := &http.Request{
		Method:     request.method,
		URL:        url,
		Host:       url.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{},
	}
	for _, h := range headers {
		if h.Name != "Content-Length" {
			r.Header.Add(h.Name, h.Value)
		}
	}
	if request.body != nil {
		r.ContentLength = int64(len(request.body))
		r.GetBody = func() (io.ReadCloser, error) {
			if len(request.body) == 0 {
				return http.NoBody, nil
			}
			return io.NopCloser(bytes.NewReader(request.body)), nil
		}
		r.Body, _ = r.GetBody()
	}
	return r.WithContext(ctx)
}

// checkHTTPResponse returns an error if a transport's response isn't one: the
// standard waits for a final response after an informational one, and a status
// is a number from 0 to 999.
func checkHTTPResponse(r *http.Response) error {
	if r == nil {
		return fmt.Errorf("the transport returned neither a response nor an error")
	}
	if r.StatusCode < 0 || r.StatusCode > 999 {
		return fmt.Errorf("%d is not a status", r.StatusCode)
	}
	if 100 <= r.StatusCode && r.StatusCode <= 199 {
		return fmt.Errorf("the response ends with the informational status %d", r.StatusCode)
	}
	size := len(r.Status)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	if size > maxResponseHeaderBytes {
		return fmt.Errorf("the response has %d bytes of headers, more than %d", size, maxResponseHeaderBytes)
	}
	return nil
}

// newHeaderList returns header sorted by name: net/http doesn't keep the order
// of different names.
func newHeaderList(header http.Header) HeaderList {
	var list HeaderList
	for name, values := range header {
		for _, value := range values {
			list = append(list, Header{name, normalize(value)})
		}
	}
	slices.SortStableFunc(list, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// sentHeaders returns headers as net/http writes them over HTTP/1.1: canonical
// names, Host first.
func sentHeaders(request *request, headers HeaderList) HeaderList {
	sent := HeaderList{{"Host", request.currentURL().hostAndPort()}}
	for _, h := range headers {
		sent = append(sent, Header{textproto.CanonicalMIMEHeaderKey(h.Name), h.Value})
	}
	return sent
}
