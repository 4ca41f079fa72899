package fetch

import (
	"strings"
	"testing"
)

func TestParseMIMETypeEssence(t *testing.T) {
	tests := []struct {
		input, want string
		ok          bool
	}{
		{"text/plain", "text/plain", true},
		{"Text/Plain", "text/plain", true},
		{" \t\r\ntext/plain \n", "text/plain", true},
		{"text/plain ;charset=utf-8", "text/plain", true},
		{"text/plain;", "text/plain", true},
		{"text/plain;charset=\"", "text/plain", true},
		{"x/y+z", "x/y+z", true},
		{"", "", false},
		{"text", "", false},
		{"/plain", "", false},
		{"text/", "", false},
		{"text/;a=b", "", false},
		{"text /plain", "", false},
		{"text/ plain", "", false},
		{"text/plain, text/html", "", false},
		{"text/pl/ain", "", false},
		{"*/*", "*/*", true},
	}
	for _, test := range tests {
		if got, ok := parseMIMETypeEssence(test.input); got != test.want || ok != test.ok {
			t.Errorf("%q parses to %q, %t, want %q, %t", test.input, got, ok, test.want, test.ok)
		}
	}
}

func FuzzParseMIMETypeEssence(f *testing.F) {
	f.Add("text/plain; charset=utf-8")
	f.Add("multipart/form-data")
	f.Fuzz(func(t *testing.T, input string) {
		essence, ok := parseMIMETypeEssence(input)
		if !ok {
			return
		}
		mimeType, subtype, _ := strings.Cut(essence, "/")
		if !isHeaderName(mimeType) || !isHeaderName(subtype) || essence != byteLowercase(essence) {
			t.Errorf("%q has the essence %q", input, essence)
		}
		if again, ok := parseMIMETypeEssence(essence); !ok || again != essence {
			t.Errorf("the essence %q parses to %q", essence, again)
		}
	})
}
