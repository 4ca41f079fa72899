package fetch

import "testing"

func TestForbiddenMethod(t *testing.T) {
	for method, want := range map[string]bool{
		"CONNECT": true, "TRACE": true, "TRACK": true, "trace": true, "Track": true,
		"GET": false, "OPTIONS": false, "TRACES": false, "CHICKEN": false,
	} {
		if got := isForbiddenMethod(method); got != want {
			t.Errorf("%q: forbidden %t, want %t", method, got, want)
		}
	}
}

func TestNormalizeMethod(t *testing.T) {
	for method, want := range map[string]string{
		"delete": "DELETE", "Get": "GET", "head": "HEAD", "oPTIONS": "OPTIONS", "post": "POST", "put": "PUT",
		"patch": "patch", "PATCH": "PATCH", "Egg": "Egg", "query": "query",
	} {
		if got := normalizeMethod(method); got != want {
			t.Errorf("%q normalizes to %q, want %q", method, got, want)
		}
	}
}

func TestForbiddenRequestHeader(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"Accept-Charset", "", true},
		{"accept-encoding", "", true},
		{"Access-Control-Request-Headers", "", true},
		{"Access-Control-Request-Method", "", true},
		{"Connection", "", true},
		{"Content-Length", "", true},
		{"Cookie", "", true},
		{"Cookie2", "", true},
		{"Date", "", true},
		{"DNT", "", true},
		{"Expect", "", true},
		{"Host", "", true},
		{"Keep-Alive", "", true},
		{"ORIGIN", "", true},
		{"Referer", "", true},
		{"Set-Cookie", "", true},
		{"TE", "", true},
		{"Trailer", "", true},
		{"Transfer-Encoding", "", true},
		{"Upgrade", "", true},
		{"Via", "", true},
		{"Proxy-", "", true},
		{"proxy-authorization", "", true},
		{"Sec-", "", true},
		{"SEC-Fetch-Site", "", true},
		{"X-HTTP-Method", "TRACE", true},
		{"X-HTTP-Method-Override", "GET, track", true},
		{"x-method-override", "connect", true},
		{"X-HTTP-Method-Override", "PUT", false},
		{"X-HTTP-Method-Override", `"TRACE"`, false},
		{"X-HTTP-Method-Override", "", false},
		{"X-Other", "TRACE", false},
		{"Accept", "", false},
		{"Authorization", "", false},
		{"User-Agent", "", false},
		{"Set-Cookie2", "", false},
		{"Access-Control-Request-Private-Network", "", false},
		{"Section", "", false},
		{"Proxy", "", false},
	}
	for _, test := range tests {
		if got := isForbiddenRequestHeader(Header{test.name, test.value}); got != test.want {
			t.Errorf("%s: %q: forbidden %t, want %t", test.name, test.value, got, test.want)
		}
	}
}
