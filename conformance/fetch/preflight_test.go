package fetch

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What makes a request need a preflight, and what the preflight says.
func TestPreflightRequest(t *testing.T) {
	tests := []struct {
		title   string
		request Request
		want    []string // the preflight's CORS headers; nil for no preflight
	}{
		{"GET", Request{}, nil},
		{"HEAD", Request{Method: "HEAD"}, nil},
		{"POST", Request{Method: "POST", Body: []byte("a")}, nil},
		{"post in lower case", Request{Method: "post"}, nil},
		{"a form", Request{Method: "POST", Headers: HeaderList{{"Content-Type", "application/x-www-form-urlencoded"}}}, nil},
		{"all safelisted request-headers", Request{Headers: HeaderList{
			{"Accept", "text/html"}, {"Accept-Language", "en"}, {"Content-Language", "en"},
			{"Content-Type", "text/plain"}, {"Range", "bytes=0-9"}}}, nil},
		{"a header that is forbidden and dropped", Request{Headers: HeaderList{{"Cookie", "a=b"}, {"Sec-Token", "1"}}}, nil},

		{"PUT", Request{Method: "PUT"}, []string{"Access-Control-Request-Method: PUT"}},
		{"put in lower case", Request{Method: "put"}, []string{"Access-Control-Request-Method: PUT"}},
		{"patch in lower case", Request{Method: "patch"}, []string{"Access-Control-Request-Method: patch"}},
		{"OPTIONS", Request{Method: "OPTIONS"}, []string{"Access-Control-Request-Method: OPTIONS"}},
		{"an unheard-of method", Request{Method: "CHICKEN"}, []string{"Access-Control-Request-Method: CHICKEN"}},
		{"GET with a custom header", Request{Headers: HeaderList{{"X-Token", "1"}}},
			[]string{"Access-Control-Request-Headers: x-token", "Access-Control-Request-Method: GET"}},
		{"headers sorted, in lower case, without spaces", Request{Method: "DELETE", Headers: HeaderList{
			{"X-B", "1"}, {"Content-Type", "application/json"}, {"X-A", "1"}, {"Authorization", "x"}, {"x-b", "2"}}},
			[]string{"Access-Control-Request-Headers: authorization,content-type,x-a,x-b", "Access-Control-Request-Method: DELETE"}},
		{"a User-Agent set by the script", Request{Headers: HeaderList{{"user-agent", "x"}}},
			[]string{"Access-Control-Request-Headers: user-agent", "Access-Control-Request-Method: GET"}},
		{"JSON", Request{Method: "POST", Headers: HeaderList{{"Content-Type", "application/json"}}},
			[]string{"Access-Control-Request-Headers: content-type", "Access-Control-Request-Method: POST"}},
		{"GET with the use-CORS-preflight flag", Request{UseCORSPreflight: true}, []string{"Access-Control-Request-Method: GET"}},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var preflight *http.Request
		w.site(api, func(rw http.ResponseWriter, r *http.Request) {
			lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}
			if r.Header.Get("Access-Control-Request-Method") != "" {
				preflight = r
				lines = append(lines, "Access-Control-Allow-Headers: "+r.Header.Get("Access-Control-Request-Headers"),
					"Access-Control-Allow-Methods: "+r.Header.Get("Access-Control-Request-Method"))
			}
			respond(rw, lines...)
		})
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				preflight = nil
				agent := w.agent(app)
				u, _ := parseURL(api, nil)
				agent.Jar.SetCookies(u.goURL(), []*http.Cookie{{Name: "session", Value: "1"}})
				request := test.request
				request.URL = api + "/a%2Fb?c"
				request.Credentials = CredentialsInclude
				response, err := agent.Fetch(t.Context(), &request)
				if got := outcome(t, response, err); got != "cors 200" {
					t.Fatalf("got %s (%v)", got, err)
				}
				if preflight == nil {
					if test.want != nil {
						t.Fatal("no preflight")
					}
					return
				}
				var got []string
				for _, name := range []string{"Access-Control-Request-Headers", "Access-Control-Request-Method"} {
					for _, value := range preflight.Header[name] {
						got = append(got, name+": "+value)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("the preflight says %q, want %q", got, test.want)
				}
				if preflight.Method != "OPTIONS" || preflight.RequestURI != "/a%2Fb?c" || preflight.ContentLength != 0 {
					t.Errorf("the preflight is %s %s with %d bytes", preflight.Method, preflight.RequestURI, preflight.ContentLength)
				}
				if accept := preflight.Header["Accept"]; !slices.Equal(accept, []string{"*/*"}) {
					t.Errorf("Accept: %q", accept)
				}
				if origin := preflight.Header["Origin"]; !slices.Equal(origin, []string{app}) {
					t.Errorf("Origin: %q", origin)
				}
				for _, name := range []string{"Cookie", "Authorization", "Content-Type"} {
					if value := preflight.Header.Get(name); value != "" {
						t.Errorf("the preflight carries %s: %s", name, value)
					}
				}
			})
		}
	})
}

func TestPreflightResponse(t *testing.T) {
	const (
		allowOrigin      = "Access-Control-Allow-Origin: " + app
		allowAny         = "Access-Control-Allow-Origin: *"
		allowCredentials = "Access-Control-Allow-Credentials: true"
		shared           = "cors 200"
		badMethod        = "network error: preflight: method: Access-Control-Allow-Methods"
		badHeader        = "network error: preflight: request-header: Access-Control-Allow-Headers"
		badAuthorization = "network error: preflight: non-wildcard request-header: Access-Control-Allow-Headers"
	)
	put := Request{Method: "PUT"}
	putWithCredentials := Request{Method: "PUT", Credentials: CredentialsInclude}
	token := Request{Headers: HeaderList{{"X-Token", "1"}}}
	tokenWithCredentials := Request{Headers: HeaderList{{"X-Token", "1"}}, Credentials: CredentialsInclude}
	authorization := Request{Headers: HeaderList{{"Authorization", "Bearer x"}}}
	flagged := Request{UseCORSPreflight: true}
	tests := []struct {
		title   string
		request Request
		headers []string
		want    string
	}{
		{"the method is allowed", put, []string{allowOrigin, "Access-Control-Allow-Methods: PUT"}, shared},
		{"the method is allowed among others", put, []string{allowOrigin, "Access-Control-Allow-Methods: GET ,\tPUT,, DELETE"}, shared},
		{"the method is allowed in a second line", put, []string{allowOrigin, "Access-Control-Allow-Methods: GET", "Access-Control-Allow-Methods: PUT"}, shared},
		{"the method is not allowed", put, []string{allowOrigin, "Access-Control-Allow-Methods: GET, POST"}, badMethod},
		{"no methods are named", put, []string{allowOrigin}, badMethod},
		{"an empty list of methods", put, []string{allowOrigin, "Access-Control-Allow-Methods:"}, badMethod},
		{"the method in lower case", put, []string{allowOrigin, "Access-Control-Allow-Methods: put"}, badMethod},
		{"patch is not PATCH", Request{Method: "patch"}, []string{allowOrigin, "Access-Control-Allow-Methods: PATCH"}, badMethod},
		{"patch is patch", Request{Method: "patch"}, []string{allowOrigin, "Access-Control-Allow-Methods: patch"}, shared},
		{"the Allow header does not count", put, []string{allowOrigin, "Allow: PUT"}, badMethod},
		{"any method", put, []string{allowAny, "Access-Control-Allow-Methods: *"}, shared},
		{"any method among others", put, []string{allowAny, "Access-Control-Allow-Methods: GET, *"}, shared},
		{"any method, with credentials", putWithCredentials, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Methods: *"}, badMethod},
		{"any method and the method, with credentials", putWithCredentials, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Methods: *, PUT"}, shared},
		{"a method called *, with credentials", Request{Method: "*", Credentials: CredentialsInclude}, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Methods: *"}, shared},
		{"a safelisted method need not be named", token, []string{allowOrigin, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-token"}, shared},
		{"a list of methods that cannot be parsed", put, []string{allowOrigin, "Access-Control-Allow-Methods: PUT, no no"},
			"network error: preflight: extract Access-Control-Allow-Methods: Access-Control-Allow-Methods"},
		{"such a list matters to safelisted methods as well", token, []string{allowOrigin, "Access-Control-Allow-Methods: @", "Access-Control-Allow-Headers: x-token"},
			"network error: preflight: extract Access-Control-Allow-Methods: Access-Control-Allow-Methods"},

		{"the header is allowed", token, []string{allowOrigin, "Access-Control-Allow-Headers: x-token"}, shared},
		{"the header is allowed in another case", token, []string{allowOrigin, "Access-Control-Allow-Headers: X-TOKEN"}, shared},
		{"the header is allowed among others", token, []string{allowOrigin, "Access-Control-Allow-Headers: a,, X-Token ,b"}, shared},
		{"the header is allowed in a second line", token, []string{allowOrigin, "Access-Control-Allow-Headers:", "Access-Control-Allow-Headers: X-Token"}, shared},
		{"the header is not allowed", token, []string{allowOrigin, "Access-Control-Allow-Headers: X-Other"}, badHeader},
		{"no headers are named", token, []string{allowOrigin}, badHeader},
		{"one of two headers is not allowed", Request{Headers: HeaderList{{"X-A", ""}, {"X-B", ""}}}, []string{allowOrigin, "Access-Control-Allow-Headers: X-A"}, badHeader},
		{"any header", token, []string{allowAny, "Access-Control-Allow-Headers: *"}, shared},
		{"any header, with credentials", tokenWithCredentials, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Headers: *"}, badHeader},
		{"any header and the header, with credentials", tokenWithCredentials, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Headers: *, x-token"}, shared},
		{"a header called *, with credentials", Request{Headers: HeaderList{{"*", "1"}}, Credentials: CredentialsInclude}, []string{allowOrigin, allowCredentials, "Access-Control-Allow-Headers: *"}, shared},
		{"a list of headers that cannot be parsed", token, []string{allowOrigin, "Access-Control-Allow-Headers: x-token; x"},
			"network error: preflight: extract Access-Control-Allow-Headers: Access-Control-Allow-Headers"},
		{"such a list matters without unsafe headers as well", put, []string{allowOrigin, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: ()"},
			"network error: preflight: extract Access-Control-Allow-Headers: Access-Control-Allow-Headers"},
		{"no wildcard covers Authorization", authorization, []string{allowAny, "Access-Control-Allow-Headers: *"}, badAuthorization},
		{"Authorization is named", authorization, []string{allowAny, "Access-Control-Allow-Headers: authorization"}, shared},
		{"Authorization is named beside the wildcard", authorization, []string{allowAny, "Access-Control-Allow-Headers: *, AUTHORIZATION"}, shared},
		{"Authorization is checked before the others", Request{Headers: HeaderList{{"A", ""}, {"Authorization", ""}}}, []string{allowAny}, badAuthorization},
		{"the method is checked before the headers", Request{Method: "PUT", Headers: HeaderList{{"Authorization", ""}}}, []string{allowAny}, badMethod},

		{"status 204", put, []string{"Status: 204", allowOrigin, "Access-Control-Allow-Methods: PUT"}, shared},
		{"status 299", put, []string{"Status: 299", allowOrigin, "Access-Control-Allow-Methods: PUT"}, shared},
		{"status 300", put, []string{"Status: 300", allowOrigin, "Access-Control-Allow-Methods: PUT"}, "network error: preflight status"},
		{"status 403", put, []string{"Status: 403", allowOrigin, "Access-Control-Allow-Methods: PUT"}, "network error: preflight status"},
		{"status 500", put, []string{"Status: 500", allowOrigin, "Access-Control-Allow-Methods: PUT"}, "network error: preflight status"},
		{"status 403 without the headers", put, []string{"Status: 403"}, "network error: preflight: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"a redirect", put, []string{"Status: 307", "Location: /x", allowOrigin, "Access-Control-Allow-Methods: PUT"}, "network error: preflight status: Location"},
		{"a redirect without the headers", put, []string{"Status: 301", "Location: /x"}, "network error: preflight status: Location"},
		{"status 407", put, []string{"Status: 407", allowOrigin, "Access-Control-Allow-Methods: PUT"}, "network error: preflight: network: Proxy-Authenticate"},

		{"another origin", put, []string{"Access-Control-Allow-Origin: " + other, "Access-Control-Allow-Methods: PUT"},
			"network error: preflight: CORS check: origin: Access-Control-Allow-Origin"},
		{"any origin, with credentials", putWithCredentials, []string{allowAny, allowCredentials, "Access-Control-Allow-Methods: PUT"},
			"network error: preflight: CORS check: origin: Access-Control-Allow-Origin"},
		{"no credentials allowed, with credentials", putWithCredentials, []string{allowOrigin, "Access-Control-Allow-Methods: PUT"},
			"network error: preflight: CORS check: credentials: Access-Control-Allow-Credentials"},

		{"a flagged GET and no list of methods", flagged, []string{allowOrigin}, shared},
		{"a flagged GET and another method", flagged, []string{allowOrigin, "Access-Control-Allow-Methods: PUT"}, shared},
		{"a flagged PUT and no list of methods", Request{Method: "PUT", UseCORSPreflight: true}, []string{allowOrigin}, shared},
		{"a flagged PUT and an empty list of methods", Request{Method: "PUT", UseCORSPreflight: true}, []string{allowOrigin, "Access-Control-Allow-Methods:"}, badMethod},
		{"a flagged GET and no headers at all", flagged, nil, "network error: preflight: CORS check: origin missing: Access-Control-Allow-Origin"},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var current responses
		w.site(api, func(rw http.ResponseWriter, r *http.Request) { current.ServeHTTP(rw, r) })
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				current = responses{
					preflight: test.headers,
					request:   []string{allowOrigin, allowCredentials},
				}
				request := test.request
				request.URL = api + "/"
				response, err := w.agent(app).Fetch(t.Context(), &request)
				if got := outcome(t, response, err); got != test.want {
					t.Fatalf("got %s (%v), want %s", got, err, test.want)
				}
				exchanges := wire(response, err)
				if !strings.HasPrefix(exchanges[0], "OPTIONS ") || len(exchanges) == 2 != (err == nil) {
					t.Errorf("exchanges: %q", exchanges)
				}
			})
		}
	})
}

func TestRefusedNamesTheCulprit(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{preflight: []string{
		"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-a"}}.ServeHTTP)
	for _, test := range []struct {
		request Request
		refused string
		value   string
	}{
		{Request{Method: "DELETE"}, "DELETE", "PUT"},
		{Request{Headers: HeaderList{{"X-A", ""}, {"X-B", ""}}}, "x-b", "x-a"},
		{Request{Headers: HeaderList{{"Authorization", ""}}}, "authorization", "x-a"},
	} {
		test.request.URL = api + "/"
		_, err := w.agent(app).Fetch(t.Context(), &test.request)
		e := err.(*NetworkError)
		if e.Refused != test.refused || e.Value != test.value || !e.Present || !e.Preflight {
			t.Errorf("refused %q (%q, %t, %t), want %q", e.Refused, e.Value, e.Present, e.Preflight, test.refused)
		}
		if !strings.Contains(e.Error(), test.refused) {
			t.Errorf("%q does not say %s", e.Error(), test.refused)
		}
	}
}
