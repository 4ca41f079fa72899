package fetch

import (
	"slices"
	"strings"
	"testing"
)

func TestCORSSafelistedRequestHeader(t *testing.T) {
	bytes := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		title       string
		name, value string
		want        bool
	}{
		{"Accept of anything", "Accept", "*/*", true},
		{"a name in another case", "aCCePT", "text/html", true},
		{"an empty Accept", "Accept", "", true},
		{"Accept of 128 bytes", "Accept", bytes(128), true},
		{"Accept of 129 bytes", "Accept", bytes(129), false},
		{"Accept with a tab", "Accept", "a\tb", true},
		{"Accept with another control byte", "Accept", "a\x01b", false},
		{"Accept with a DEL", "Accept", "a\x7f", false},
		{"Accept with a byte beyond ASCII", "Accept", "caf\xe9", true},
		{"Accept with a quotation mark", "Accept", `a;b="c"`, false},
		{"Accept with a parenthesis", "Accept", "(", false},
		{"Accept with a colon", "Accept", "a:b", false},
		{"Accept with a less-than sign", "Accept", "<", false},
		{"Accept with a question mark", "Accept", "?", false},
		{"Accept with an at sign", "Accept", "@", false},
		{"Accept with brackets", "Accept", "[]", false},
		{"Accept with a backslash", "Accept", `\`, false},
		{"Accept with braces", "Accept", "{}", false},
		{"Accept with a semicolon, a comma, an equals sign", "Accept", "a;q=1,b", true},

		{"Accept-Language of tags and weights", "Accept-Language", "en-GB, en;q=0.8, *;q=0.1", true},
		{"Accept-Language with an underscore", "Accept-Language", "en_GB", false},
		{"Accept-Language with a tab", "Accept-Language", "en\tde", false},
		{"Accept-Language with a byte beyond ASCII", "Accept-Language", "\xe9", false},
		{"Accept-Language of 129 bytes", "Accept-Language", bytes(129), false},
		{"Content-Language", "Content-Language", "de, en", true},
		{"Content-Language with a slash", "Content-Language", "a/b", false},

		{"a form's Content-Type", "Content-Type", "application/x-www-form-urlencoded", true},
		{"a multipart form's Content-Type", "Content-Type", "multipart/form-data; boundary=abc", true},
		{"plain text", "Content-Type", "text/plain;charset=UTF-8", true},
		{"plain text in upper case", "Content-Type", "TEXT/PLAIN", true},
		{"plain text with nonsense for parameters", "Content-Type", "text/plain;;;=,", true},
		{"JSON", "Content-Type", "application/json", false},
		{"JSON disguised by a second type", "Content-Type", "application/json, text/plain", false},
		{"plain text with a second type", "Content-Type", "text/plain, application/json", false},
		{"a quoted boundary", "Content-Type", `multipart/form-data; boundary="abc"`, false},
		{"no slash", "Content-Type", "text", false},
		{"an empty Content-Type", "Content-Type", "", false},
		{"a long parameter", "Content-Type", "text/plain; a=" + bytes(128-14), true},
		{"one byte more", "Content-Type", "text/plain; a=" + bytes(128-13), false},

		{"a range with a start", "Range", "bytes=0-", true},
		{"a range with a start and an end", "Range", "bytes=10-20", true},
		{"a range of one byte", "Range", "bytes=7-7", true},
		{"a suffix range", "Range", "bytes=-500", false},
		{"a range backwards", "Range", "bytes=20-10", false},
		{"two ranges", "Range", "bytes=0-1,5-6", false},
		{"a range with a space", "Range", "bytes= 0-", false},
		{"a range of another unit", "Range", "items=0-1", false},
		{"a unit in upper case", "Range", "Bytes=0-1", false},
		{"a range with nothing", "Range", "bytes=-", false},

		{"any other name", "X-Token", "", false},
		{"Authorization", "Authorization", "Bearer x", false},
		{"a safelisted response-header", "Cache-Control", "no-cache", false},
		{"DPR, once safelisted", "DPR", "2", false},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := isCORSSafelistedRequestHeader(Header{test.name, test.value}); got != test.want {
				t.Errorf("%s: %q: safelisted %t, want %t", test.name, test.value, got, test.want)
			}
		})
	}
}

func TestCORSUnsafeRequestHeaderNames(t *testing.T) {
	accepts := func(count, size int) HeaderList {
		return slices.Repeat(HeaderList{{"Accept", strings.Repeat("a", size)}}, count)
	}
	tests := []struct {
		title   string
		headers HeaderList
		want    []string
	}{
		{"none of none", nil, nil},
		{"none of safelisted ones", HeaderList{{"Accept", "*/*"}, {"Content-Type", "text/plain"}}, nil},
		{"sorted, in lower case, once each",
			HeaderList{{"X-B", ""}, {"authorization", ""}, {"X-A", ""}, {"x-b", ""}, {"Accept", "*/*"}},
			[]string{"authorization", "x-a", "x-b"}},
		{"sorted by bytes, so that a hyphen comes before a letter",
			HeaderList{{"xa", ""}, {"x-a", ""}, {"x_a", ""}}, []string{"x-a", "x_a", "xa"}},
		{"a safelisted name with an unsafe value", HeaderList{{"Content-Type", "application/json"}}, []string{"content-type"}},
		{"1024 bytes of safelisted values", accepts(8, 128), nil},
		{"1025 bytes of safelisted values", append(accepts(8, 128), Header{"Accept-Language", "e"}), []string{"accept", "accept-language"}},
		{"unsafe values do not count", append(accepts(8, 128), Header{"X-A", "a"}), []string{"x-a"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := corsUnsafeRequestHeaderNames(test.headers); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCORSSafelistedMethod(t *testing.T) {
	for method, want := range map[string]bool{
		"GET": true, "HEAD": true, "POST": true,
		"PUT": false, "DELETE": false, "OPTIONS": false, "PATCH": false, "get": false, "": false,
	} {
		if got := isCORSSafelistedMethod(method); got != want {
			t.Errorf("%q: safelisted %t, want %t", method, got, want)
		}
	}
}

func FuzzCORSSafelistedRequestHeader(f *testing.F) {
	f.Add("Accept", "*/*")
	f.Add("Content-Type", "text/plain; charset=utf-8")
	f.Add("Range", "bytes=0-499")
	f.Add("Content-Language", "de")
	f.Fuzz(func(t *testing.T, name, value string) {
		safelisted := isCORSSafelistedRequestHeader(Header{name, value})
		if safelisted != isCORSSafelistedRequestHeader(Header{byteUppercase(name), value}) {
			t.Error("the case of the name matters")
		}
		names := corsUnsafeRequestHeaderNames(HeaderList{{name, value}})
		if safelisted == slices.Contains(names, byteLowercase(name)) {
			t.Error("safelisted and unsafe at once, or neither")
		}
		if !safelisted {
			return
		}
		if len(value) > 128 {
			t.Errorf("%d bytes are safelisted", len(value))
		}
		if strings.ContainsAny(value, "\x00\r\n\"():<>?@[\\]{}\x7f") {
			t.Errorf("an unsafe byte is safelisted: %q", value)
		}
		if isNoCORSSafelistedRequestHeader(Header{name, value}) == byteCaseInsensitiveMatch(name, "Range") {
			t.Error("no-CORS safelisting differs in more than Range")
		}
	})
}
