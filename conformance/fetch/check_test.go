package fetch

import (
	"net/http"
	"testing"
)

// A simple request, so that only the CORS check decides.
func TestCORSCheck(t *testing.T) {
	const (
		missing     = "network error: CORS check: origin missing: Access-Control-Allow-Origin"
		wrongOrigin = "network error: CORS check: origin: Access-Control-Allow-Origin"
		noCreds     = "network error: CORS check: credentials: Access-Control-Allow-Credentials"
		shared      = "cors 200"
	)
	tests := []struct {
		title       string
		origin      string
		credentials CredentialsMode
		headers     []string
		want        string
	}{
		{"no header", app, CredentialsSameOrigin, nil, missing},
		{"the wildcard", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: *"}, shared},
		{"the wildcard in mode omit", app, CredentialsOmit, []string{"Access-Control-Allow-Origin: *"}, shared},
		{"the wildcard with credentials", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"}, wrongOrigin},
		{"the wildcard for an opaque origin", "null", CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: *"}, shared},
		{"the origin", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app}, shared},
		{"the origin with spaces around", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: \t" + app + " \t"}, shared},
		{"the header in lower case", app, CredentialsSameOrigin, []string{"access-control-allow-origin: " + app}, shared},
		{"another origin", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + other}, wrongOrigin},
		{"the origin's parent domain", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: https://example.com"}, wrongOrigin},
		{"a pattern, which browsers do not know", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: https://*.example.com"}, wrongOrigin},
		{"the origin with another scheme", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: http://app.example.com"}, wrongOrigin},
		{"the origin with its default port", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app + ":443"}, wrongOrigin},
		{"the origin with a slash", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app + "/"}, wrongOrigin},
		{"the origin in another case", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: https://APP.example.com"}, wrongOrigin},
		{"an empty value", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin:"}, wrongOrigin},
		{"two origins in one line", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app + ", " + other}, wrongOrigin},
		{"two origins separated by a space", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app + " " + other}, wrongOrigin},
		{"the origin in two lines", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Origin: " + app}, wrongOrigin},
		{"the wildcard in two lines", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: *"}, wrongOrigin},
		{"null for an opaque origin", "null", CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: null"}, shared},
		{"null for an opaque origin, with credentials", "null", CredentialsInclude, []string{"Access-Control-Allow-Origin: null", "Access-Control-Allow-Credentials: true"}, shared},
		{"null in another case", "null", CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: NULL"}, wrongOrigin},
		{"null for a tuple origin", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: null"}, wrongOrigin},
		{"a tuple origin for an opaque one", "null", CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app}, wrongOrigin},
		{"no header for an opaque origin", "null", CredentialsSameOrigin, nil, missing},

		{"credentials allowed", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}, shared},
		{"credentials allowed, with spaces around", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials:  true "}, shared},
		{"credentials not allowed", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + app}, noCreds},
		{"credentials not allowed, and none included", app, CredentialsSameOrigin, []string{"Access-Control-Allow-Origin: " + app}, shared},
		{"True in another case", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: True"}, noCreds},
		{"true in two lines", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Credentials: true"}, noCreds},
		{"credentials allowed to another origin", app, CredentialsInclude, []string{"Access-Control-Allow-Origin: " + other, "Access-Control-Allow-Credentials: true"}, wrongOrigin},

		{"an error status is shared all the same", app, CredentialsSameOrigin, []string{"Status: 403", "Access-Control-Allow-Origin: *"}, "cors 403"},
		{"an error status without the header", app, CredentialsSameOrigin, []string{"Status: 500"}, missing},
		{"a 304 is checked too", app, CredentialsSameOrigin, []string{"Status: 304"}, missing},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var current responses
		w.site(api, func(rw http.ResponseWriter, r *http.Request) { current.ServeHTTP(rw, r) })
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				current = responses{request: test.headers}
				response, err := w.agent(test.origin).Fetch(t.Context(), &Request{URL: api + "/", Credentials: test.credentials})
				if got := outcome(t, response, err); got != test.want {
					t.Errorf("got %s (%v), want %s", got, err, test.want)
				}
			})
		}
	})
}
