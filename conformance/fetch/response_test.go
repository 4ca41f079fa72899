package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestVisibleHeaders(t *testing.T) {
	sent := []string{
		"Cache-Control: no-cache", "Content-Language: en", "Content-Type: text/x", "Expires: 0", "Last-Modified: 0", "Pragma: x",
		"ETag: 1", "X-Total: 7", "X-Total: 8", "Set-Cookie: a=b", "Set-Cookie2: c=d", "Date: now",
	}
	safelisted := []string{"Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Expires", "Last-Modified", "Pragma"}
	everything := []string{
		"Access-Control-Allow-Credentials", "Access-Control-Allow-Origin", "Cache-Control", "Content-Language", "Content-Length",
		"Content-Type", "Date", "Etag", "Expires", "Last-Modified", "Pragma", "X-Total", "X-Total",
	}
	with := func(list []string, names ...string) []string {
		list = append(slices.Clone(list), names...)
		slices.Sort(list)
		return list
	}
	tests := []struct {
		title       string
		url         string
		credentials CredentialsMode
		expose      []string
		want        []string
	}{
		{"the safelisted ones by themselves", api, CredentialsSameOrigin, nil, safelisted},
		{"an exposed one, with all its lines", api, CredentialsSameOrigin, []string{"X-Total"}, with(safelisted, "X-Total", "X-Total")},
		{"exposed in another case", api, CredentialsSameOrigin, []string{"x-TOTAL, etag"}, with(safelisted, "X-Total", "X-Total", "Etag")},
		{"exposed in two lines, with empty members", api, CredentialsSameOrigin, []string{",X-Total,", "", "ETag"}, with(safelisted, "X-Total", "X-Total", "Etag")},
		{"exposed but not sent", api, CredentialsSameOrigin, []string{"X-Other"}, safelisted},
		{"a list that cannot be parsed exposes nothing", api, CredentialsSameOrigin, []string{"X-Total, no no"}, safelisted},
		{"one bad line spoils the good ones", api, CredentialsSameOrigin, []string{"X-Total", `"ETag"`}, safelisted},
		{"Set-Cookie cannot be exposed", api, CredentialsSameOrigin, []string{"Set-Cookie, Set-Cookie2"}, safelisted},
		{"the wildcard", api, CredentialsSameOrigin, []string{"*"}, with(everything, "Access-Control-Expose-Headers")},
		{"the wildcard in mode omit", api, CredentialsOmit, []string{"a, *"}, with(everything, "Access-Control-Expose-Headers")},
		{"the wildcard with credentials", api, CredentialsInclude, []string{"*"}, with(safelisted, "*")},
		{"a name beside the wildcard with credentials", api, CredentialsInclude, []string{"*, ETag"}, with(safelisted, "*", "Etag")},
		{"the own origin sees all but Set-Cookie", app, CredentialsSameOrigin, nil, with(everything, "*")},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var expose []string
		site := func(rw http.ResponseWriter, r *http.Request) {
			lines := append(slices.Clone(sent), "Content-Length: 5", "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: true", "*: star")
			for _, value := range expose {
				lines = append(lines, "Access-Control-Expose-Headers: "+value)
			}
			respond(rw, lines...)
		}
		w.site(api, site)
		w.site(app, site)
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				expose = test.expose
				response, err := w.agent(app).Fetch(t.Context(), &Request{URL: test.url + "/", Credentials: test.credentials})
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				want := test.want
				if slices.Contains(want, "Access-Control-Expose-Headers") {
					want = with(want, "*")
				}
				var got []string
				for _, h := range response.Headers {
					got = append(got, h.Name)
				}
				if !slices.Equal(got, want) {
					t.Errorf("visible are %q,\nwant %q", got, want)
				}
				if value, ok := response.Headers.Get("x-total"); ok && value != "7, 8" {
					t.Errorf("X-Total: %q", value)
				}
				hidden, _ := response.Trace[0].ResponseHeaders.Get("Set-Cookie")
				if hidden != "a=b" {
					t.Errorf("the trace has Set-Cookie: %q", hidden)
				}
			})
		}
	})
}

func TestModes(t *testing.T) {
	const resourcePolicy = "network error: cross-origin resource policy check: Cross-Origin-Resource-Policy"
	tests := []struct {
		title   string
		origin  string
		request Request
		headers []string
		want    string
		header  string // the request's Origin header
	}{
		{"GET to the own origin has no Origin header", app, Request{URL: app + "/"}, nil, "basic 200", ""},
		{"POST to the own origin has one", app, Request{URL: app + "/", Method: "POST"}, nil, "basic 200", app},
		{"PUT to the own origin needs no preflight", app, Request{URL: app + "/", Method: "PUT", Headers: HeaderList{{"X-A", ""}}}, nil, "basic 200", app},
		{"GET to another origin has an Origin header", app, Request{URL: api + "/"}, allow, "cors 200", app},
		{"the own host on another port is another origin", app, Request{URL: app + ":8443/"}, nil, "network error: CORS check: origin missing: Access-Control-Allow-Origin", app},
		{"an opaque origin has no own origin", "null", Request{URL: app + "/"}, nil, "network error: CORS check: origin missing: Access-Control-Allow-Origin", "null"},
		{"an app's scheme is an origin as well", "capacitor://localhost", Request{URL: api + "/"}, []string{"Access-Control-Allow-Origin: capacitor://localhost"}, "cors 200", "capacitor://localhost"},

		{"mode same-origin, the own origin", app, Request{URL: app + "/", Mode: ModeSameOrigin}, nil, "basic 200", ""},
		{"mode same-origin, another origin", app, Request{URL: api + "/", Mode: ModeSameOrigin}, allow, "network error: same-origin mode", ""},
		{"mode same-origin, an opaque origin", "null", Request{URL: api + "/", Mode: ModeSameOrigin}, allow, "network error: same-origin mode", ""},

		{"mode same-origin, an opaque origin and an opaque URL", "null", Request{URL: "ftp://api.example.com/", Mode: ModeSameOrigin}, nil, "network error: same-origin mode", ""},

		{"mode no-cors, the own origin", app, Request{URL: app + "/", Mode: ModeNoCORS}, nil, "basic 200", ""},
		{"mode no-cors, another origin", app, Request{URL: api + "/", Mode: ModeNoCORS}, nil, "opaque 0", ""},
		{"mode no-cors, POST to another origin", app, Request{URL: api + "/", Mode: ModeNoCORS, Method: "POST"}, nil, "opaque 0", app},
		{"mode no-cors, POST from https to http", app, Request{URL: "http://plain.example.com/", Mode: ModeNoCORS, Method: "POST"}, nil, "opaque 0", "null"},
		{"mode no-cors, POST from http to http", "http://app.example.com", Request{URL: "http://plain.example.com/", Mode: ModeNoCORS, Method: "POST"}, nil, "opaque 0", "http://app.example.com"},
		{"mode no-cors drops headers that are not safelisted", app, Request{URL: api + "/", Mode: ModeNoCORS, Headers: HeaderList{{"X-A", "1"}}}, nil, "opaque 0", ""},
		{"mode no-cors, redirect mode error", app, Request{URL: api + "/", Mode: ModeNoCORS, Redirect: RedirectError}, nil, "network error: redirect mode", ""},
		{"mode no-cors, redirect mode error, the own origin", app, Request{URL: app + "/", Mode: ModeNoCORS, Redirect: RedirectError}, nil, "basic 200", ""},

		{"a resource for everyone", app, Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: cross-origin"}, "opaque 0", ""},
		{"a resource for the same site", app, Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, "opaque 0", ""},
		{"a resource for the same site, from another", "https://app.example.org", Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same site, from an opaque origin", "null", Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same site, from http to https", "http://app.example.com", Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same site, from another below a public suffix", "https://a.github.io", Request{URL: "https://b.github.io/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same site, from the public suffix itself", "https://github.io", Request{URL: "https://b.github.io/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same site, from another port of an address", "http://127.0.0.2", Request{URL: "http://127.0.0.2:8080/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, "opaque 0", ""},
		{"a resource for the same site, from another address", "http://127.0.1.2", Request{URL: "http://127.0.0.2:8080/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-site"}, resourcePolicy, ""},
		{"a resource for the same origin", app, Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-origin"}, resourcePolicy, ""},
		{"a resource with two policies", app, Request{URL: api + "/", Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin"}, "opaque 0", ""},
		{"the policy does not matter to CORS", app, Request{URL: api + "/"}, []string{"Cross-Origin-Resource-Policy: same-origin", "Access-Control-Allow-Origin: *"}, "cors 200", app},

		{"a scheme that is not HTTP", app, Request{URL: "ftp://api.example.com/"}, nil, "network error: scheme", ""},
		{"such a scheme in mode no-cors", app, Request{URL: "data:,a", Mode: ModeNoCORS}, nil, "network error: scheme", ""},
		{"a bad port", app, Request{URL: "http://api.example.com:25/"}, nil, "network error: bad port", ""},
		{"a host that is not there", app, Request{URL: "https://gone.example.com/"}, nil, "network error: network", ""},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var lines []string
		var arrived *http.Request
		site := func(rw http.ResponseWriter, r *http.Request) {
			arrived = r
			respond(rw, lines...)
		}
		for _, origin := range []string{app, app + ":8443", api, "http://plain.example.com", "https://b.github.io", "http://127.0.0.2:8080"} {
			w.site(origin, site)
		}
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				lines, arrived = test.headers, nil
				response, err := w.agent(test.origin).Fetch(t.Context(), &test.request)
				if got := outcome(t, response, err); got != test.want {
					t.Fatalf("got %s (%v), want %s", got, err, test.want)
				}
				if arrived == nil {
					return
				}
				if got := arrived.Header["Origin"]; strings.Join(got, ",") != test.header {
					t.Errorf("Origin: %q, want %q", got, test.header)
				}
				if len(wire(response, err)) != 1 {
					t.Errorf("exchanges: %q", wire(response, err))
				}
				if test.request.Mode == ModeNoCORS && arrived.Header.Get("X-A") != "" {
					t.Error("X-A arrived")
				}
			})
		}
	})
}

// In mode no-cors, the combined lines of one header must be safelisted.
func TestNoCORSHeadersAreJudgedTogether(t *testing.T) {
	long := strings.Repeat("a", 100)
	r, err := newRequest(app, &Request{URL: api, Mode: ModeNoCORS, Headers: HeaderList{
		{"Accept", long}, {"Accept", "b"}, {"accept", long}, {"Content-Type", "application/json"}, {"Range", "bytes=0-"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (HeaderList{{"Accept", long}, {"Accept", "b"}}); !slices.Equal(r.headers, want) {
		t.Errorf("got %q, want %q", r.headers, want)
	}
}

func TestRequestErrorIsPrintable(t *testing.T) {
	_, err := newRequest(app, &Request{URL: api, Method: "GET\x1b[2J"})
	if want := `fetch: TypeError: Method "GET\x1b[2J": it is not a token (Fetch, "method")`; err.Error() != want {
		t.Errorf("got %s, want %s", err, want)
	}
}

func TestOpaqueResponseHidesEverything(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{request: append(slices.Clone(allow), "Content-Type: text/plain")}.ServeHTTP)
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/", Mode: ModeNoCORS})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if response.Status != 0 || response.StatusText != "" || response.URL != "" || len(response.Headers) > 0 || len(body) > 0 || err != nil {
		t.Errorf("visible: %+v %q %v", response, body, err)
	}
}

func TestRequestErrors(t *testing.T) {
	tests := []struct {
		title   string
		request Request
		want    string
	}{
		{"no URL", Request{}, "URL"},
		{"a relative URL", Request{URL: "/a"}, "URL"},
		{"a URL with a password", Request{URL: "https://u:p@api.example.com/"}, "URL"},
		{"a URL with a username", Request{URL: "https://u@api.example.com/"}, "URL"},
		{"a forbidden method", Request{URL: api, Method: "TRACE"}, "Method"},
		{"a forbidden method in lower case", Request{URL: api, Method: "connect"}, "Method"},
		{"a method that isn't a token", Request{URL: api, Method: "GET /"}, "Method"},
		{"a method too many for no-cors", Request{URL: api, Method: "PUT", Mode: ModeNoCORS}, "Method"},
		{"a header name that isn't a token", Request{URL: api, Headers: HeaderList{{"X A", ""}}}, "Headers"},
		{"an empty header name", Request{URL: api, Headers: HeaderList{{"", "a"}}}, "Headers"},
		{"a header value with a newline", Request{URL: api, Headers: HeaderList{{"X-A", "a\r\nX-B: b"}}}, "Headers"},
		{"a header value with a NUL", Request{URL: api, Headers: HeaderList{{"X-A", "a\x00"}}}, "Headers"},
		{"a bad value of a forbidden header", Request{URL: api, Headers: HeaderList{{"Cookie", "a\nb"}}}, "Headers"},
		{"GET with a body", Request{URL: api, Body: []byte("a")}, "Body"},
		{"HEAD with an empty body", Request{URL: api, Method: "head", Body: []byte{}}, "Body"},
		{"mode navigate", Request{URL: api, Mode: "navigate"}, "Mode"},
		{"a credentials mode that is none", Request{URL: api, Credentials: "always"}, "Credentials"},
		{"a redirect mode that is none", Request{URL: api, Redirect: "never"}, "Redirect"},
	}
	agent, err := NewAgent(app)
	if err != nil {
		t.Fatal(err)
	}
	agent.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return nil, io.EOF
	})
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			response, err := agent.Fetch(t.Context(), &test.request)
			if got := outcome(t, response, err); got != "request error: "+test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
			var networkError *NetworkError
			if errors.As(err, &networkError) {
				t.Error("it is a network error as well")
			}
		})
	}
	if _, err := new(Agent).Fetch(t.Context(), &Request{URL: api}); err == nil {
		t.Error("an agent without an origin fetches")
	}
}

// What a script sets and what arrives.
func TestRequestHeaders(t *testing.T) {
	eachProtocol(t, func(t *testing.T, w *web) {
		var arrived *http.Request
		var body []byte
		w.site(app, func(rw http.ResponseWriter, r *http.Request) {
			arrived = r
			body, _ = io.ReadAll(r.Body)
			respond(rw)
		})
		fetch := func(request Request) http.Header {
			t.Helper()
			request.URL = app + "/"
			response, err := w.agent(app).Fetch(t.Context(), &request)
			if got := outcome(t, response, err); got != "basic 200" {
				t.Fatalf("got %s (%v)", got, err)
			}
			return arrived.Header
		}
		expect := func(header http.Header, name, want string) {
			t.Helper()
			if got := strings.Join(header[name], "|"); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}

		header := fetch(Request{})
		expect(header, "Accept", "*/*")
		expect(header, "User-Agent", DefaultUserAgent)
		expect(header, "Accept-Encoding", "gzip")
		expect(header, "Content-Length", "")

		header = fetch(Request{Method: "POST", Body: []byte("data"), Headers: HeaderList{
			{"Accept", " text/html "}, {"x-list", "1"}, {"X-List", "2"}, {"user-agent", "mine"}, {"Range", "bytes=0-1"},
			{"Cookie", "a=b"}, {"Host", "evil.example"}, {"Origin", "https://evil.example"}, {"Referer", "x"},
			{"Sec-Fetch-Site", "same-origin"}, {"Proxy-Authorization", "x"}, {"X-HTTP-Method-Override", "TRACE"},
			{"Access-Control-Request-Method", "PUT"}, {"Content-Length", "99"}, {"Accept-Encoding", "br"},
		}})
		expect(header, "Accept", "text/html")
		expect(header, "X-List", "1|2")
		expect(header, "User-Agent", "mine")
		expect(header, "Accept-Encoding", "identity")
		expect(header, "Origin", app)
		expect(header, "Content-Length", "4")
		expect(header, "Content-Type", "")
		for _, name := range []string{"Cookie", "Referer", "Sec-Fetch-Site", "Proxy-Authorization", "X-Http-Method-Override", "Access-Control-Request-Method"} {
			expect(header, name, "")
		}
		if arrived.Host != "app.example.com" || string(body) != "data" {
			t.Errorf("host %q, body %q", arrived.Host, body)
		}

		header = fetch(Request{Method: "PUT"})
		expect(header, "Content-Length", "0")
		header = fetch(Request{Method: "PATCH", Body: []byte{}})
		expect(header, "Content-Length", "0")
	})
}

func TestBodies(t *testing.T) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	io.WriteString(writer, "hello")
	writer.Close()
	tests := []struct {
		title  string
		method string
		status int
		coding string
		body   string
		want   string
		fails  bool
	}{
		{"a body as it is", "GET", 200, "", "hello", "hello", false},
		{"the body of an error", "GET", 500, "", "oh no", "oh no", false},
		{"a body coded with gzip", "GET", 200, "gzip", packed.String(), "hello", false},
		{"a body coded with gzip under another name", "GET", 200, "X-GZIP", packed.String(), "hello", false},
		{"a body that is not what its coding says", "GET", 200, "gzip", "hello", "", true},
		{"a coding the agent does not know", "GET", 200, "br", "hello", "hello", false},
		{"two codings", "GET", 200, "gzip, gzip", "hello", "hello", false},
		{"HEAD has no body", "HEAD", 200, "gzip", packed.String(), "", false},
		{"a 204 has no body", "GET", 204, "", "", "", false},
		{"a 205 has no body", "GET", 205, "", "hello", "", false},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var handler http.HandlerFunc
		w.site(app, func(rw http.ResponseWriter, r *http.Request) { handler(rw, r) })
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				handler = func(rw http.ResponseWriter, r *http.Request) {
					if test.coding != "" {
						rw.Header().Set("Content-Encoding", test.coding)
					}
					rw.WriteHeader(test.status)
					io.WriteString(rw, test.body)
				}
				response, err := w.agent(app).Fetch(t.Context(), &Request{URL: app + "/", Method: test.method})
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if string(body) != test.want || (err != nil) != test.fails {
					t.Errorf("body %q (%v), want %q", body, err, test.want)
				}
				if coding, _ := response.Headers.Get("Content-Encoding"); coding != test.coding {
					t.Errorf("Content-Encoding: %q", coding)
				}
			})
		}
	})
}

func TestStatusText(t *testing.T) {
	for title, w := range map[string]*web{"OK": newWeb(t), "": newWeb(t).overHTTP2()} {
		w.site(app, shareAll)
		response, err := w.agent(app).Fetch(t.Context(), &Request{URL: app + "/"})
		outcome(t, response, err)
		if response.StatusText != title {
			t.Errorf("%s: status text %q, want %q", response.Trace[0].Proto, response.StatusText, title)
		}
	}
}

// Either the script closes a body, or it is already closed.
func TestBodiesAreClosed(t *testing.T) {
	tests := []struct {
		title   string
		request Request
		lines   []string // of each response
		want    string
	}{
		{"a preflight's", Request{Method: "PUT"}, allow, "cors 200"},
		{"a failed preflight's", Request{Method: "PUT"}, nil, "network error: preflight: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"one the script may not see", Request{}, nil, "network error: CORS check: origin missing: Access-Control-Allow-Origin"},
		{"an opaque response's", Request{Mode: ModeNoCORS}, nil, "opaque 0"},
		{"one blocked by its policy", Request{Mode: ModeNoCORS}, []string{"Cross-Origin-Resource-Policy: same-origin"}, "network error: cross-origin resource policy check: Cross-Origin-Resource-Policy"},
		{"redirects'", Request{}, []string{"Access-Control-Allow-Origin: *", "Location: /", "Status: 302"}, "network error: redirect: count: Location"},
		{"a redirect's that is not followed", Request{Redirect: RedirectManual}, []string{"Access-Control-Allow-Origin: *", "Location: /", "Status: 302"}, "opaqueredirect 0"},
		{"a redirect's that is an error", Request{Redirect: RedirectError}, []string{"Access-Control-Allow-Origin: *", "Location: /", "Status: 302"}, "network error: redirect mode: Location"},
		{"that of HEAD, which has none", Request{Method: "HEAD"}, allow, "cors 200"},
		{"that of a 204, which has none", Request{}, []string{"Access-Control-Allow-Origin: *", "Status: 204"}, "cors 204"},
		{"a 407's", Request{}, []string{"Access-Control-Allow-Origin: *", "Status: 407"}, "network error: network: Proxy-Authenticate"},
		{"an informational response's", Request{}, []string{"Status: 199"}, "network error: network"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			open := 0
			agent := &Agent{Origin: app, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				open++
				recorder := httptest.NewRecorder()
				responses{preflight: test.lines, request: test.lines}.ServeHTTP(recorder, r)
				response := recorder.Result()
				response.Body = closeFunc{strings.NewReader("hello"), func() { open-- }}
				return response, nil
			})}
			test.request.URL = api
			response, err := agent.Fetch(t.Context(), &test.request)
			if err == nil && test.request.Method == "HEAD" {
				if body, _ := io.ReadAll(response.Body); len(body) > 0 {
					t.Errorf("body %q", body)
				}
			}
			if got := outcome(t, response, err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
			if open != 0 {
				t.Errorf("%d bodies are open", open)
			}
		})
	}
}

type closeFunc struct {
	io.Reader
	close func()
}

func (c closeFunc) Close() error { c.close(); return nil }

func TestBodiesStream(t *testing.T) {
	eachProtocol(t, func(t *testing.T, w *web) {
		more := make(chan struct{})
		w.site(api, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Access-Control-Allow-Origin", "*")
			io.WriteString(rw, "one")
			rw.(http.Flusher).Flush()
			select {
			case <-more:
				io.WriteString(rw, "two")
				rw.(http.Flusher).Flush()
				// Not until the request's context is done: a server that sees
				// the client leave ends its body, and that end may still reach
				// the client.
				<-t.Context().Done()
			case <-t.Context().Done():
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		response, err := w.agent(app).Fetch(ctx, &Request{URL: api + "/"})
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		for _, want := range []string{"one", "two"} {
			got := make([]byte, len(want))
			if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != want {
				t.Fatalf("read %q, %v, want %q", got, err, want)
			}
			if want == "one" {
				close(more)
			}
		}
		cancel()
		if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("after the context is done: %v", err)
		}
	})
}
