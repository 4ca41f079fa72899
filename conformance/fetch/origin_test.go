package fetch

import "testing"

func TestValidateOrigin(t *testing.T) {
	for _, origin := range []string{
		"https://app.example.com", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:3000", "null",
		"https://example.com:80", "http://a_b.example.com", "https://xn--bcher-kva.example", "capacitor://localhost",
		"chrome-extension://abcdefghijklmnop",
	} {
		if _, err := NewAgent(origin); err != nil {
			t.Errorf("%q is refused: %v", origin, err)
		}
	}
	for _, origin := range []string{
		"", "*", "Null", "example.com", "https://", "https://example.com/", "https://example.com/a", "https://Example.com",
		"HTTPS://example.com", "https://example.com:443", "http://example.com:80", "https://example.com:", "https://u@example.com",
		"https://example.com?", "https://example.com#", "https://example.com:65536", "file://",
		"https://b\u00fccher.example", "http://127.1", "http://[0:0::1]", " https://example.com", "1a://b", "https://a b",
	} {
		if _, err := NewAgent(origin); err == nil {
			t.Errorf("%q is accepted", origin)
		}
	}
}

func TestRedirectTaint(t *testing.T) {
	const (
		a = "https://a.example/"
		b = "https://b.example/"
		c = "https://c.example/"
	)
	tests := []struct {
		title  string
		origin string
		urls   []string
		want   string
	}{
		{"no redirect", "https://a.example", []string{b}, "https://a.example"},
		{"within the own origin", "https://a.example", []string{a, a}, "https://a.example"},
		{"from the own origin to another", "https://a.example", []string{a, b}, "https://a.example"},
		{"within another origin", "https://a.example", []string{b, b}, "https://a.example"},
		{"from another origin to a third", "https://a.example", []string{b, c}, "null"},
		{"from another origin to the own", "https://a.example", []string{b, a}, "null"},
		{"out, and within", "https://a.example", []string{a, b, b}, "https://a.example"},
		{"out, and on to a third", "https://a.example", []string{a, b, c}, "null"},
		{"out, and back home, and within", "https://a.example", []string{a, b, a, a}, "null"},
		{"to another port", "https://a.example", []string{b, "https://b.example:8443/"}, "null"},
		{"to another scheme", "https://a.example", []string{b, "http://b.example/"}, "null"},
		{"an opaque origin", "null", []string{a}, "null"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			r := &request{origin: test.origin}
			for _, input := range test.urls {
				u, err := parseURL(input, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.urlList = append(r.urlList, u)
			}
			if got := r.serializeOrigin(); got != test.want {
				t.Errorf("the origin is %s, want %s", got, test.want)
			}
		})
	}
}
