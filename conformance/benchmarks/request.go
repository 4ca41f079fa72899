package benchmarks

import (
	"net/http"
	"strings"
)

const (
	allowed = "https://app.example.com" // an origin that Policy allows
	denied  = "https://app.example.org" // an origin that Policy denies
)

// A Request is a request as it is sent.
type Request struct {
	Name   string // in the names of benchmarks
	Title  string // in tables
	Method string
	Wire   string
}

// Requests are the five kinds of request, as browsers send them.
var Requests = []Request{
	request("no-origin", "no Origin", http.MethodGet, "/profile"),
	request("actual-allowed", "actual, allowed", http.MethodGet, "/profile", "Origin: "+allowed),
	request("actual-denied", "actual, denied", http.MethodGet, "/profile", "Origin: "+denied),
	preflight("preflight-allowed", "preflight, allowed", allowed),
	preflight("preflight-denied", "preflight, denied", denied),
}

// WithHeaders are the requests that reach a handler, for the handler that sets
// five headers.
var WithHeaders = []Request{
	request("no-origin", "no Origin", http.MethodGet, withHeaders),
	request("actual-allowed", "actual, allowed", http.MethodGet, withHeaders, "Origin: "+allowed),
	request("actual-denied", "actual, denied", http.MethodGet, withHeaders, "Origin: "+denied),
}

func preflight(name, title, origin string) Request {
	return request(name, title, http.MethodOptions, "/profile",
		"Origin: "+origin,
		"Access-Control-Request-Method: PUT",
		"Access-Control-Request-Headers: authorization,content-type",
	)
}

// request returns a request with the headers that browsers send with every
// request: finding a header among many takes longer than finding it alone.
func request(name, title, method, target string, fields ...string) Request {
	lines := []string{
		method + " " + target + " HTTP/1.1",
		"Host: api.example.com",
		"Connection: keep-alive",
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Accept: */*",
		"Sec-Fetch-Site: cross-site",
		"Sec-Fetch-Mode: cors",
		"Sec-Fetch-Dest: empty",
		"Referer: https://app.example.com/",
		"Accept-Encoding: gzip, deflate, br, zstd",
		"Accept-Language: en-GB,en;q=0.9",
	}
	lines = append(lines, fields...)
	return Request{name, title, method, strings.Join(lines, "\r\n") + "\r\n\r\n"}
}

// IsPreflight reports whether r is a CORS-preflight request.
func (r Request) IsPreflight() bool { return r.Method == http.MethodOptions }
