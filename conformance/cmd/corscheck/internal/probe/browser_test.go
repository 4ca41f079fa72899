package probe

import (
	"net/http"
	"testing"
)

// A request header of any name must cause a preflight.
func TestUnsafeValuesNeedAPreflight(t *testing.T) {
	for _, name := range []string{"accept", "Accept-Language", "content-language", "Content-Type", "range", "authorization", "x-token", "user-agent"} {
		r, err := draft("https://api.example.com/", script{origin: "https://app.example.com", method: "GET", headers: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		if sent := requestOf(r); !sent.IsPreflight() || sent.RequestHeaders == "" {
			t.Errorf("%s: %s", name, sent)
		}
	}
}

// A script that passes the preflight continues, and nothing is sent.
func TestActualRequestsAreAnsweredHere(t *testing.T) {
	s := script{origin: "https://app.example.com", method: "DELETE", headers: []string{"authorization"}, credentials: true}
	preflight := Request{Method: "OPTIONS", Origin: s.origin, RequestMethod: "DELETE", RequestHeaders: "authorization"}
	tests := []struct {
		title  string
		header http.Header
		want   bool
	}{
		{"allowed", http.Header{
			"Access-Control-Allow-Origin": {s.origin}, "Access-Control-Allow-Credentials": {"true"},
			"Access-Control-Allow-Methods": {"DELETE"}, "Access-Control-Allow-Headers": {"authorization"},
		}, true},
		{"without credentials", http.Header{
			"Access-Control-Allow-Origin": {s.origin}, "Access-Control-Allow-Methods": {"DELETE"}, "Access-Control-Allow-Headers": {"authorization"},
		}, false},
		{"refused", http.Header{}, false},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			// A request for the missing response to DELETE would panic.
			b := &browser{url: "https://api.example.com/", method: "GET", responses: map[Request]*response{preflight: {status: 204, header: test.header}}}
			if failure := b.passes(s); (failure == nil) != test.want {
				t.Errorf("passes: %v", failure)
			}
		})
	}
}

func TestOriginOfAURL(t *testing.T) {
	tests := []struct{ url, want string }{
		{"https://api.example.com/orders?all", "https://api.example.com"},
		{"https://b\u00fccher.example/", "https://xn--bcher-kva.example"},
		{"https://API.example.com:443/", "https://api.example.com"},
		{"http://api.example.com:80", "http://api.example.com"},
		{"http://api.example.com:443/", "http://api.example.com:443"},
		{"http://[::1]:8080/", "http://[::1]:8080"},
	}
	for _, test := range tests {
		p, err := newPlan(&Target{URL: test.url})
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
		} else if p.origin != test.want {
			t.Errorf("%s: %s, want %s", test.url, p.origin, test.want)
		}
	}
	for _, url := range []string{"", "api.example.com", "ftp://api.example.com", "https://user@api.example.com/", "https://api.example.com:x/"} {
		if _, err := Survey(&Target{URL: url}, nil); err == nil {
			t.Errorf("%q is accepted", url)
		}
	}
}

// Every request goes to the URL as browsers read it.
func TestURLOfRequests(t *testing.T) {
	p, err := Survey(&Target{URL: "https://api.example.com/a/../orders?all#top"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.requests {
		want := "/orders?all"
		if r.key.Query != "" {
			want += "&" + r.key.Query
		}
		if r.URL.Host != "api.example.com" || r.URL.RequestURI() != want {
			t.Errorf("%s goes to %s", r.key, r.URL)
		}
	}
}
