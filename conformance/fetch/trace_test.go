package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestTracePrints(t *testing.T) {
	w := newWeb(t)
	w.site("http://api.example.com", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header()["Date"] = nil
		lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Methods: PUT", "Vary: Origin"}
		if r.Method == "PUT" {
			lines = append(lines, "Status: 404", "Content-Type: text/plain", "X-Long: "+strings.Repeat("x", 2000), "X-Odd: \xff")
		}
		respond(rw, lines...)
	})
	agent := w.agent(app)
	agent.UserAgent = "test"
	response, err := agent.Fetch(t.Context(), &Request{URL: "http://api.example.com/a?b#c", Method: "PUT", Body: []byte("data")})
	if got := outcome(t, response, err); got != "cors 404" {
		t.Fatalf("got %s (%v)", got, err)
	}
	want := `> OPTIONS /a?b
> Host: api.example.com
> Accept: */*
> Access-Control-Request-Method: PUT
> Origin: https://app.example.com
> User-Agent: test
> Accept-Encoding: gzip
< HTTP/1.1 200 OK
< Access-Control-Allow-Methods: PUT
< Access-Control-Allow-Origin: https://app.example.com
< Content-Length: 5
< Content-Type: text/plain; charset=utf-8
< Vary: Origin

> PUT /a?b
> Host: api.example.com
> Accept: */*
> Content-Length: 4
> Origin: https://app.example.com
> User-Agent: test
> Accept-Encoding: gzip
> (4 bytes of body)
< HTTP/1.1 404 Not Found
< Access-Control-Allow-Methods: PUT
< Access-Control-Allow-Origin: https://app.example.com
< Content-Type: text/plain
< Vary: Origin
< X-Long: ` + strings.Repeat("x", 1024) + `… (2000 bytes)
< X-Odd: \xff
`
	got := strings.ReplaceAll(response.Trace.String(), "< Content-Length: 5\n< Content-Type: text/plain\n", "< Content-Type: text/plain\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !response.Trace[0].Preflight || response.Trace[1].Preflight {
		t.Error("the wrong exchange is the preflight")
	}
}

func TestTraceOfAFailureHasTheFailure(t *testing.T) {
	w := newWeb(t)
	_, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/"})
	var networkError *NetworkError
	if !errors.As(err, &networkError) {
		t.Fatal(err)
	}
	if printed := networkError.Trace.String(); !strings.HasSuffix(printed, "< (no response: no site at api.example.com:443)\n") {
		t.Errorf("got\n%s", printed)
	}
}

func TestTraceIsTheCallersOwn(t *testing.T) {
	w := newWeb(t)
	w.site(api, shareAll)
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/"})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	before := fmt.Sprint(response.Trace)
	for i := range response.Headers {
		response.Headers[i].Value = "changed"
	}
	if fmt.Sprint(response.Trace) != before {
		t.Error("the trace shares memory with the visible headers")
	}
}

// The sentences a developer reads. One of each kind.
func TestNetworkErrorSaysWhatToSend(t *testing.T) {
	tests := []struct {
		title     string
		request   Request
		responses responses
		want      string
	}{
		{"no origin", Request{}, responses{},
			"fetch: GET https://api.example.com/ from origin https://app.example.com: No Access-Control-Allow-Origin header is present on the response. Send Access-Control-Allow-Origin: https://app.example.com, once, or *. (Fetch, \"CORS check\", step 2)"},
		{"another origin at the preflight", Request{Method: "PUT"}, responses{preflight: []string{"Access-Control-Allow-Origin: " + other}},
			"fetch: PUT https://api.example.com/ from origin https://app.example.com: preflight: The Access-Control-Allow-Origin header is \"https://other.example.net\", which is not the origin \"https://app.example.com\". Send Access-Control-Allow-Origin: https://app.example.com, once, or *. (Fetch, \"CORS check\", step 4)"},
		{"the wildcard with credentials", Request{Credentials: CredentialsInclude}, responses{request: []string{"Access-Control-Allow-Origin: *"}},
			"fetch: GET https://api.example.com/ from origin https://app.example.com: The Access-Control-Allow-Origin header must not be the wildcard * when the request's credentials mode is include. Send Access-Control-Allow-Origin: https://app.example.com, once. (Fetch, \"CORS check\", step 4)"},
		{"two origins", Request{}, responses{request: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: *"}},
			"appears 2 times, which browsers read as \"*, *\", and only one value is allowed"},
		{"an origin with a slash", Request{}, responses{request: []string{"Access-Control-Allow-Origin: " + app + "/"}}, "has no slash at its end"},
		{"an origin in another case", Request{}, responses{request: []string{"Access-Control-Allow-Origin: HTTPS://app.example.com"}}, "differs from the origin \"https://app.example.com\" in upper and lower case"},
		{"no credentials", Request{Credentials: CredentialsInclude}, responses{request: []string{"Access-Control-Allow-Origin: " + app}},
			"No Access-Control-Allow-Credentials header is present on the response, but the request's credentials mode is include. Send Access-Control-Allow-Credentials: true, once, in lower case. (Fetch, \"CORS check\", step 8)"},
		{"credentials called TRUE", Request{Credentials: CredentialsInclude}, responses{request: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: TRUE"}},
			"The Access-Control-Allow-Credentials header is \"TRUE\", not true"},
		{"a preflight that is redirected", Request{Method: "PUT"}, responses{preflight: []string{"Status: 301", "Location: /x"}},
			"preflight: The response has status 301, and a preflight must not be redirected. Respond to the OPTIONS request itself"},
		{"a preflight that is unauthorized", Request{Method: "PUT"}, responses{preflight: append([]string{"Status: 401"}, allow...)},
			"preflight: The response has status 401, which isn't an ok status. Respond to the OPTIONS request with a status from 200 to 299"},
		{"a method", Request{Method: "PUT"}, responses{preflight: []string{"Access-Control-Allow-Origin: *"}},
			"preflight: Method PUT is not allowed by the Access-Control-Allow-Methods header. Send Access-Control-Allow-Methods: PUT, among others. (Fetch, \"CORS-preflight fetch\", step 7.5)"},
		{"a method in another case", Request{Method: "patch"}, responses{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PATCH"}},
			"; it has PATCH, and methods are compared byte by byte."},
		{"a header", Request{Headers: HeaderList{{"X-A", ""}}}, responses{preflight: []string{"Access-Control-Allow-Origin: *"}},
			"preflight: Request-header x-a is not allowed by the Access-Control-Allow-Headers header. Send Access-Control-Allow-Headers: x-a, among others. (Fetch, \"CORS-preflight fetch\", step 7.7)"},
		{"Authorization and the wildcard", Request{Headers: HeaderList{{"Authorization", ""}}}, responses{preflight: allow[:2:2]},
			"preflight: Request-header authorization is not allowed by the Access-Control-Allow-Headers header. Send"},
		{"a list that cannot be parsed", Request{Method: "PUT"}, responses{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT; GET"}},
			"preflight: The Access-Control-Allow-Methods header cannot be parsed: \"PUT; GET\" is not a token. Send a list of tokens separated by commas"},
	}
	w := newWeb(t)
	var current responses
	w.site(api, func(rw http.ResponseWriter, r *http.Request) { current.ServeHTTP(rw, r) })
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			current = test.responses
			test.request.URL = api + "/"
			response, err := w.agent(app).Fetch(t.Context(), &test.request)
			outcome(t, response, err)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}
