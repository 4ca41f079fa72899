package fetch

import (
	"net/http"
	"strings"
	"testing"
)

func TestCookies(t *testing.T) {
	tests := []struct {
		title       string
		url         string
		credentials CredentialsMode
		sent, kept  bool
	}{
		{"own origin, omit", app, CredentialsOmit, false, false},
		{"own origin, same-origin", app, CredentialsSameOrigin, true, true},
		{"own origin, include", app, CredentialsInclude, true, true},
		{"another origin, omit", api, CredentialsOmit, false, false},
		{"another origin, same-origin", api, CredentialsSameOrigin, false, false},
		{"another origin, include", api, CredentialsInclude, true, true},
	}
	eachProtocol(t, func(t *testing.T, w *web) {
		var preflightCookie, cookie string
		site := func(rw http.ResponseWriter, r *http.Request) {
			lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}
			if r.Method == "OPTIONS" {
				preflightCookie = r.Header.Get("Cookie")
				lines = append(lines, "Access-Control-Allow-Methods: PUT", "Set-Cookie: preflight=1")
			} else {
				cookie = r.Header.Get("Cookie")
				lines = append(lines, "Set-Cookie: new=2; HttpOnly")
			}
			respond(rw, lines...)
		}
		w.site(app, site)
		w.site(api, site)
		for _, test := range tests {
			t.Run(test.title, func(t *testing.T) {
				preflightCookie, cookie = "", ""
				agent := w.agent(app)
				u, _ := parseURL(test.url, nil)
				agent.Jar.SetCookies(u.goURL(), []*http.Cookie{{Name: "old", Value: "1"}, {Name: "quoted", Value: "a b", Quoted: true}})
				response, err := agent.Fetch(t.Context(), &Request{URL: test.url + "/", Method: "PUT", Credentials: test.credentials})
				outcome(t, response, err)
				if err != nil {
					t.Fatal(err)
				}
				if sent := strings.Contains(cookie, `old=1; quoted="a b"`); sent != test.sent || !test.sent && cookie != "" {
					t.Errorf("Cookie: %q, want cookies %t", cookie, test.sent)
				}
				if preflightCookie != "" {
					t.Errorf("the preflight carried %q", preflightCookie)
				}
				var names []string
				for _, c := range agent.Jar.Cookies(u.goURL()) {
					names = append(names, c.Name)
				}
				jar := strings.Join(names, " ")
				if kept := strings.Contains(jar, "new"); kept != test.kept {
					t.Errorf("the jar has %q, want the new cookie %t", jar, test.kept)
				}
				if strings.Contains(jar, "preflight") {
					t.Errorf("the jar has %q, one from the preflight", jar)
				}
			})
		}
	})
}

// Cookies are kept even from a response that the script may not see.
func TestCookiesOfRefusedResponses(t *testing.T) {
	w := newWeb(t)
	w.site(api, responses{request: []string{"Set-Cookie: a=b"}}.ServeHTTP)
	agent := w.agent(app)
	response, err := agent.Fetch(t.Context(), &Request{URL: api + "/", Credentials: CredentialsInclude})
	if got := outcome(t, response, err); !strings.Contains(got, "origin missing") {
		t.Errorf("got %s", got)
	}
	u, _ := parseURL(api, nil)
	if len(agent.Jar.Cookies(u.goURL())) != 1 {
		t.Error("the cookie is gone")
	}
}

func TestAgentWithoutAJar(t *testing.T) {
	w := newWeb(t)
	w.site(app, func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was sent")
		}
		respond(rw, "Set-Cookie: a=b")
	})
	agent := &Agent{Origin: app, Transport: w.transport}
	for range 2 {
		response, err := agent.Fetch(t.Context(), &Request{URL: app + "/", Credentials: CredentialsInclude})
		if got := outcome(t, response, err); got != "basic 200" {
			t.Errorf("got %s (%v)", got, err)
		}
	}
}

// The credentials mode applies to every request of a chain of redirects.
func TestCookiesAcrossRedirects(t *testing.T) {
	w := newWeb(t)
	var cookie string
	w.site(app, func(rw http.ResponseWriter, r *http.Request) {
		respond(rw, "Status: 302", "Location: "+api+"/")
	})
	w.site(api, func(rw http.ResponseWriter, r *http.Request) {
		cookie = r.Header.Get("Cookie")
		respond(rw, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: true")
	})
	for credentials, want := range map[CredentialsMode]string{CredentialsSameOrigin: "", CredentialsInclude: "a=b"} {
		agent := w.agent(app)
		u, _ := parseURL(api, nil)
		agent.Jar.SetCookies(u.goURL(), []*http.Cookie{{Name: "a", Value: "b"}})
		response, err := agent.Fetch(t.Context(), &Request{URL: app + "/", Credentials: credentials})
		outcome(t, response, err)
		if cookie != want {
			t.Errorf("%s: Cookie: %q, want %q", credentials, cookie, want)
		}
	}
}
