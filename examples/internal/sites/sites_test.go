package sites

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

var trusted = Site{Trusted: true, Origin: "http://localhost:8081", API: "http://localhost:8080", Other: "http://localhost:8082"}

func serve(h http.Handler, method, path, body string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryAnswerIsSecured(t *testing.T) {
	h := Handler(trusted)
	for path, contentType := range map[string]string{
		"/":         "text/html; charset=utf-8",
		"/page.css": "text/css; charset=utf-8",
		"/page.js":  "text/javascript; charset=utf-8",
		"/icon.svg": "image/svg+xml",
		"/results":  "",
		"/nowhere":  "text/plain; charset=utf-8",
	} {
		t.Run(path, func(t *testing.T) {
			header := serve(h, "GET", path, "", nil).Header()
			for name, want := range map[string]string{
				"Content-Type":                 contentType,
				"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' http://localhost:8080; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Referrer-Policy":              "no-referrer",
				"X-Content-Type-Options":       "nosniff",
				"Cache-Control":                "no-store",
				"Access-Control-Allow-Origin":  "",
			} {
				if got := header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestThePageSaysWhoseItIs(t *testing.T) {
	untrusted := Site{Trusted: false, Origin: trusted.Other, API: trusted.API, Other: trusted.Origin}
	for _, tt := range []struct {
		name string
		site Site
		has  []string
	}{
		{"the trusted site", trusted, []string{
			`data-site="trusted" data-api="http://localhost:8080"`, "<h1>The trusted site</h1>", `<code>http://localhost:8081</code>`, `href="http://localhost:8082"`,
		}},
		{"the untrusted site", untrusted, []string{
			`data-site="untrusted" data-api="http://localhost:8080"`, "<h1>The untrusted site</h1>", `<code>http://localhost:8082</code>`, `href="http://localhost:8081"`, "so the browser hides them from the page’s script",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			html := serve(Handler(tt.site), "GET", "/", "", nil).Body.String()
			for _, want := range tt.has {
				if !strings.Contains(html, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
		})
	}
}

func TestResultsAreTheLastThatThePagePosted(t *testing.T) {
	h := Handler(trusted)
	ownPage := map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
	otherPage := map[string]string{"Sec-Fetch-Site": "same-site", "Content-Type": "text/plain"}
	for _, step := range []struct {
		name         string
		method, body string
		header       map[string]string
		status       int
		id           string // of the only call in the response
	}{
		{"at first there are none", "GET", "", nil, 204, ""},
		{"the page posts some", "POST", `{"calls":[{"id":"first","outcome":"worked"}]}`, ownPage, 204, ""},
		{"they are returned", "GET", "", nil, 200, "first"},
		{"the page of another origin cannot post any", "POST", `{"calls":[{"id":"forged"}]}`, otherPage, 403, ""},
		{"what is no report is refused", "POST", `{"calls":`, ownPage, 400, ""},
		{"what is too long is refused", "POST", `{"calls":[{"id":"` + strings.Repeat("a", 64<<10) + `"}]}`, ownPage, 400, ""},
		{"those that were posted are still returned", "GET", "", nil, 200, "first"},
		{"the page posts others", "POST", `{"calls":[{"id":"second","outcome":"blocked"}]}`, ownPage, 204, ""},
		{"those are returned", "GET", "", nil, 200, "second"},
	} {
		w := serve(h, step.method, "/results", step.body, step.header)
		if w.Code != step.status {
			t.Errorf("%s: status is %d, want %d", step.name, w.Code, step.status)
		}
		if step.id == "" {
			continue
		}
		var r Report
		if err := json.NewDecoder(w.Body).Decode(&r); err != nil && err != io.EOF {
			t.Errorf("%s: %v", step.name, err)
		}
		if len(r.Calls) != 1 || r.Calls[0].ID != step.id {
			t.Errorf("%s: calls are %+v, want %q", step.name, r.Calls, step.id)
		}
	}
}
