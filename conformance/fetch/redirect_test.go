package fetch

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// allow is the headers of a response that shares everything with every origin.
var allow = []string{
	"Access-Control-Allow-Origin: *",
	"Access-Control-Allow-Methods: *",
	"Access-Control-Allow-Headers: *, Authorization",
}

// redirectTo responds to every request with a redirect that shares everything,
// and allows every preflight. Without a location, the response isn't a
// redirect.
func redirectTo(status int, location string) http.HandlerFunc {
	return responses{
		preflight: allow,
		request:   slices.Concat(allow, []string{fmt.Sprint("Status: ", status), "Location: " + location}),
	}.ServeHTTP
}

func shareAll(w http.ResponseWriter, _ *http.Request) { respond(w, allow...) }

func TestRedirects(t *testing.T) {
	const (
		location    = "network error: redirect: location: Location"
		credentials = "network error: redirect: credentials in the URL: Location"
	)
	tests := []struct {
		title   string
		request Request
		status  int
		lead    string // the Location of /lead
		want    string
		wire    []string
	}{
		{"within another origin", Request{URL: api + "/lead"}, 302, "/", "cors 200",
			[]string{"GET " + api + "/lead 302", "GET " + api + "/ 200"}},
		{"within the own origin", Request{URL: app + "/lead"}, 302, app + "/", "basic 200",
			[]string{"GET " + app + "/lead 302", "GET " + app + "/ 200"}},
		{"from the own origin to another", Request{URL: app + "/lead"}, 302, api + "/", "cors 200",
			[]string{"GET " + app + "/lead 302", "GET " + api + "/ 200"}},
		{"from another origin to the own", Request{URL: api + "/lead"}, 302, app + "/", "cors 200",
			[]string{"GET " + api + "/lead 302", "GET " + app + "/ 200"}},
		{"a fragment is inherited", Request{URL: api + "/lead#here"}, 302, "/", "cors 200",
			[]string{"GET " + api + "/lead#here 302", "GET " + api + "/#here 200"}},
		{"a fragment of the location wins", Request{URL: api + "/lead#here"}, 302, "/#there", "cors 200",
			[]string{"GET " + api + "/lead#here 302", "GET " + api + "/#there 200"}},
		{"an empty fragment of the location wins", Request{URL: api + "/lead#here"}, 302, "/#", "cors 200",
			[]string{"GET " + api + "/lead#here 302", "GET " + api + "/# 200"}},
		{"a location as browsers read it", Request{URL: api + "/lead"}, 302, `\\other.example.net/a/%2e%2e/`, "cors 200",
			[]string{"GET " + api + "/lead 302", "GET " + other + "/ 200"}},

		{"301 turns POST into GET", Request{URL: api + "/lead", Method: "POST"}, 301, "/", "cors 200",
			[]string{"POST " + api + "/lead 301", "GET " + api + "/ 200"}},
		{"302 turns POST into GET", Request{URL: api + "/lead", Method: "POST"}, 302, "/", "cors 200",
			[]string{"POST " + api + "/lead 302", "GET " + api + "/ 200"}},
		{"303 turns POST into GET", Request{URL: api + "/lead", Method: "POST"}, 303, "/", "cors 200",
			[]string{"POST " + api + "/lead 303", "GET " + api + "/ 200"}},
		{"303 turns PUT into GET, which needs no preflight", Request{URL: api + "/lead", Method: "PUT"}, 303, "/", "cors 200",
			[]string{"OPTIONS " + api + "/lead 200", "PUT " + api + "/lead 303", "GET " + api + "/ 200"}},
		{"303 leaves HEAD", Request{URL: api + "/lead", Method: "HEAD"}, 303, "/", "cors 200",
			[]string{"HEAD " + api + "/lead 303", "HEAD " + api + "/ 200"}},
		{"302 leaves PUT, which is preflighted again", Request{URL: api + "/lead", Method: "PUT"}, 302, "/", "cors 200",
			[]string{"OPTIONS " + api + "/lead 200", "PUT " + api + "/lead 302", "OPTIONS " + api + "/ 200", "PUT " + api + "/ 200"}},
		{"307 leaves POST", Request{URL: api + "/lead", Method: "POST"}, 307, "/", "cors 200",
			[]string{"POST " + api + "/lead 307", "POST " + api + "/ 200"}},
		{"308 leaves POST", Request{URL: api + "/lead", Method: "POST"}, 308, "/", "cors 200",
			[]string{"POST " + api + "/lead 308", "POST " + api + "/ 200"}},
		{"an own PUT is preflighted once it leaves", Request{URL: app + "/lead", Method: "PUT"}, 307, api + "/", "cors 200",
			[]string{"PUT " + app + "/lead 307", "OPTIONS " + api + "/ 200", "PUT " + api + "/ 200"}},

		{"another origin's PUT is preflighted at the own origin", Request{URL: api + "/lead", Method: "PUT"}, 307, app + "/", "cors 200",
			[]string{"OPTIONS " + api + "/lead 200", "PUT " + api + "/lead 307", "OPTIONS " + app + "/ 200", "PUT " + app + "/ 200"}},

		{"300 is no redirect", Request{URL: api + "/lead"}, 300, "/", "cors 300", []string{"GET " + api + "/lead 300"}},
		{"304 is no redirect", Request{URL: api + "/lead"}, 304, "/", "cors 304", []string{"GET " + api + "/lead 304"}},

		{"a URL that cannot be parsed", Request{URL: api + "/lead"}, 302, "https://", location, []string{"GET " + api + "/lead 302"}},
		{"another scheme", Request{URL: api + "/lead"}, 302, "data:text/plain,a", "network error: redirect: scheme: Location", []string{"GET " + api + "/lead 302"}},
		{"a loop", Request{URL: api + "/lead"}, 302, "", "network error: redirect: count: Location", slices.Repeat([]string{"GET " + api + "/lead 302"}, 21)},
		{"credentials in the URL, to another origin", Request{URL: api + "/lead"}, 302, "https://u:p@other.example.net/", credentials, []string{"GET " + api + "/lead 302"}},
		{"a username only, within another origin", Request{URL: api + "/lead"}, 302, "https://u@api.example.com/", credentials, []string{"GET " + api + "/lead 302"}},
		{"credentials in the URL, from the own origin to another", Request{URL: app + "/lead"}, 302, "https://u:p@api.example.com/", credentials, []string{"GET " + app + "/lead 302"}},
		{"credentials in the URL, from another origin to the own", Request{URL: api + "/lead"}, 302, "https://u:p@app.example.com/", credentials, []string{"GET " + api + "/lead 302"}},
		{"credentials in the URL, within the own origin", Request{URL: app + "/lead"}, 302, "https://u:p@app.example.com/", "basic 200",
			[]string{"GET " + app + "/lead 302", "GET https://u:p@app.example.com/ 200"}},

		{"redirect mode error", Request{URL: api + "/lead", Redirect: RedirectError}, 302, "/", "network error: redirect mode: Location", []string{"GET " + api + "/lead 302"}},
		{"redirect mode manual", Request{URL: api + "/lead", Redirect: RedirectManual}, 302, "/", "opaqueredirect 0", []string{"GET " + api + "/lead 302"}},
		{"redirect mode error and no redirect", Request{URL: api + "/", Redirect: RedirectError}, 302, "/", "cors 200", []string{"GET " + api + "/ 200"}},
		{"mode same-origin, to another origin", Request{URL: app + "/lead", Mode: ModeSameOrigin}, 302, api + "/", "network error: same-origin mode", []string{"GET " + app + "/lead 302"}},
		{"mode no-cors, from the own origin to another", Request{URL: app + "/lead", Mode: ModeNoCORS}, 302, api + "/", "opaque 0",
			[]string{"GET " + app + "/lead 302", "GET " + api + "/ 200"}},
		{"a bad port", Request{URL: api + "/lead"}, 302, "https://api.example.com:6000/", "network error: bad port", []string{"GET " + api + "/lead 302"}},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var lead http.HandlerFunc
		site := func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/lead" {
				lead(rw, r)
				return
			}
			shareAll(rw, r)
		}
		w.site(app, site)
		w.site(api, site)
		w.site(other, site)
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				lead = redirectTo(test.status, test.lead)
				response, err := w.agent(app).Fetch(t.Context(), &test.request)
				if got := outcome(t, response, err); got != test.want {
					t.Errorf("got %s (%v), want %s", got, err, test.want)
				}
				expectWire(t, wire(response, err), test.wire...)
				if err == nil && response.Redirected != (len(test.wire) > 1) && test.request.Mode != ModeNoCORS {
					t.Errorf("redirected %t", response.Redirected)
				}
				if err == nil && strings.Contains(response.URL, "#") {
					t.Errorf("the URL %s has a fragment", response.URL)
				}
			})
		}
	})
}

func TestTwoLocationsAreAnError(t *testing.T) {
	w := newWeb(t)
	w.site(api, func(rw http.ResponseWriter, r *http.Request) {
		respond(rw, "Status: 302", "Access-Control-Allow-Origin: *", "Location: /a", "Location: /a")
	})
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/"})
	if got := outcome(t, response, err); got != "network error: redirect: location: Location" {
		t.Errorf("got %s", got)
	}
}

func TestRedirectWithoutLocationIsAResponse(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{request: []string{"Status: 302", "Access-Control-Allow-Origin: *"}}.ServeHTTP)
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if response.Status != 302 || string(body) != "hello" || err != nil {
		t.Errorf("got %d, %q, %v", response.Status, body, err)
	}
	response.Body.Close()
}

func TestTwentyRedirectsAreFollowed(t *testing.T) {
	w := newWeb(t)
	w.site(api, func(rw http.ResponseWriter, r *http.Request) {
		lines := []string{"Access-Control-Allow-Origin: *"}
		if hops := len(r.URL.Path) - 1; hops > 0 {
			lines = append(lines, "Status: 302", "Location: /"+strings.Repeat("x", hops-1))
		}
		respond(rw, lines...)
	})
	for hops, want := range map[int]string{20: "cors 200", 21: "network error: redirect: count: Location"} {
		response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/" + strings.Repeat("x", hops)})
		if got := outcome(t, response, err); got != want {
			t.Errorf("%d redirects: got %s, want %s", hops, got, want)
		}
	}
}

// A redirect is a response like any other: its origin has to share it.
func TestEachRedirectIsCORSChecked(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{request: []string{"Status: 302", "Location: " + other + "/"}}.ServeHTTP)
	w.site(other, shareAll)
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/"})
	if got := outcome(t, response, err); got != "network error: CORS check: origin missing: Access-Control-Allow-Origin" {
		t.Errorf("got %s", got)
	}
}

// What a server sees of a request that another origin redirected.
func TestRedirectedRequest(t *testing.T) {
	full := HeaderList{
		{"Authorization", "Bearer x"}, {"X-Token", "1"}, {"Content-Type", "text/plain"},
		{"Content-Language", "en"}, {"Content-Encoding", "x"}, {"Content-Location", "/"},
	}
	tests := []struct {
		title   string
		from    string
		status  int
		to      string
		origin  string
		headers []string // those of full that arrive
		body    string
	}{
		{"307 within another origin keeps everything", api, 307, api, app,
			[]string{"Authorization", "X-Token", "Content-Type", "Content-Language", "Content-Encoding", "Content-Location"}, "data"},
		{"308 to a third origin loses Authorization and the origin", api, 308, other, "null",
			[]string{"X-Token", "Content-Type", "Content-Language", "Content-Encoding", "Content-Location"}, "data"},
		{"307 from the own origin to another keeps the origin", app, 307, api, app,
			[]string{"X-Token", "Content-Type", "Content-Language", "Content-Encoding", "Content-Location"}, "data"},
		{"307 from another origin to the own loses the origin", api, 307, app, "null",
			[]string{"X-Token", "Content-Type", "Content-Language", "Content-Encoding", "Content-Location"}, "data"},
		{"302 of POST loses the body and its headers", api, 302, api, app, []string{"Authorization", "X-Token"}, ""},
		{"303 to a third origin loses all of them", api, 303, other, "null", []string{"X-Token"}, ""},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var lead http.HandlerFunc
		var arrived *http.Request
		var body []byte
		site := func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/lead" && r.Method != "OPTIONS" {
				lead(rw, r)
				return
			}
			if r.Method != "OPTIONS" {
				arrived = r
				body, _ = io.ReadAll(r.Body)
			}
			respond(rw, append(slices.Clone(allow), "Access-Control-Allow-Headers: Authorization, X-Token")...)
		}
		for _, origin := range []string{app, api, other} {
			w.site(origin, site)
		}
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				lead = redirectTo(test.status, test.to+"/")
				response, err := w.agent(app).Fetch(t.Context(), &Request{URL: test.from + "/lead", Method: "POST", Headers: full, Body: []byte("data")})
				if got := outcome(t, response, err); got != "cors 200" {
					t.Fatalf("got %s (%v)", got, err)
				}
				if got := arrived.Header.Get("Origin"); got != test.origin {
					t.Errorf("Origin: %s, want %s", got, test.origin)
				}
				for _, h := range full {
					got, want := arrived.Header.Get(h.Name), ""
					if slices.Contains(test.headers, h.Name) {
						want = h.Value
					}
					if got != want {
						t.Errorf("%s: %q, want %q", h.Name, got, want)
					}
				}
				if string(body) != test.body {
					t.Errorf("body %q, want %q", body, test.body)
				}
				if response.URL != test.to+"/" {
					t.Errorf("the final URL is %s", response.URL)
				}
			})
		}
	})
}

// A preflight has the origin of the request it is for.
func TestPreflightAfterRedirectsHasTheOpaqueOrigin(t *testing.T) {
	w := newWeb(t)
	w.site(api, redirectTo(307, other+"/"))
	var origin string
	w.site(other, func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == "OPTIONS" {
			origin = r.Header.Get("Origin")
		}
		shareAll(rw, r)
	})
	response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/", Method: "PUT"})
	if got := outcome(t, response, err); got != "cors 200" || origin != "null" {
		t.Errorf("got %s, Origin: %s", got, origin)
	}
}

// After redirects through two other origins, only null or the wildcard allows the response.
func TestOpaqueOriginAfterRedirects(t *testing.T) {
	tests := []struct {
		title, allowed string
		credentials    CredentialsMode
		want           string
	}{
		{"null", "null", CredentialsSameOrigin, "cors 200"},
		{"null with credentials", "null", CredentialsInclude, "cors 200"},
		{"the wildcard", "*", CredentialsSameOrigin, "cors 200"},
		{"the page's origin", app, CredentialsSameOrigin, "network error: CORS check: origin: Access-Control-Allow-Origin"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			w := newWeb(t)
			w.site(api, responses{request: []string{"Status: 302", "Location: " + other + "/", "Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}}.ServeHTTP)
			w.site(other, responses{request: []string{"Access-Control-Allow-Origin: " + test.allowed, "Access-Control-Allow-Credentials: true"}}.ServeHTTP)
			response, err := w.agent(app).Fetch(t.Context(), &Request{URL: api + "/", Credentials: test.credentials})
			if got := outcome(t, response, err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}
