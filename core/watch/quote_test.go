package watch

import (
	"strconv"
	"strings"
	"testing"
)

func TestQuoteLeavesWhatIsPlainAndQuotesTheRest(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"an origin stays as it is", "https://app.example.com:8443", "https://app.example.com:8443"},
		{"an IPv6 address stays as it is", "http://[::1]:3000", "http://[::1]:3000"},
		{"a path stays as it is", "/users/42/photo,2;x:y@z!$&()*+~%20", "/users/42/photo,2;x:y@z!$&()*+~%20"},
		{"nothing stays nothing", "", ""},
		{"a value of 200 bytes stays as it is", strings.Repeat("a", 200), strings.Repeat("a", 200)},
		{"a longer one is cut, which the dots say", strings.Repeat("a", 201), `"` + strings.Repeat("a", 200) + `"...`},
		{"a longer one is cut within a character, too", strings.Repeat("a", 199) + "éa", `"` + strings.Repeat("a", 199) + `\xc3"...`},
		{"a space could end the value", "https://a.example level", `"https://a.example level"`},
		{"an equals sign could begin another value", "/a=b", `"/a=b"`},
		{"a quote could end a quoted value", `/"`, `"/\""`},
		{"a backslash could escape what follows", `/\`, `"/\\"`},
		{"a line break could begin another record", "/\nlevel=ERROR", `"/\nlevel=ERROR"`},
		{"a carriage return could overwrite the line", "/\r/", `"/\r/"`},
		{"a NUL byte could end the line", "/\x00", `"/\x00"`},
		{"an escape sequence could clear the terminal", "/\x1b[2J", `"/\x1b[2J"`},
		{"a C1 control character could, too", "/\u009b2J", `"/\u009b2J"`},
		{"a right-to-left override could turn the line around", "/\u202etxt", `"/\u202etxt"`},
		{"a zero-width space could hide", "/a\u200bb", `"/a\u200bb"`},
		{"a line separator could be taken for a line break", "/\u2028", `"/\u2028"`},
		{"a letter could look like another", "https://еxample.com", `"https://\u0435xample.com"`},
		{"bytes that are no UTF-8 could swallow what follows", "/\xff\xc3", `"/\xff\xc3"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := quote(tt.value); got != tt.want {
				t.Errorf("quote(%q) is %s, want %s", tt.value, got, tt.want)
			}
		})
	}
}

func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"", "https://a.example", "/a b", "\x1b[0m\n", "\u202e", "\xff", `"..."`, strings.Repeat("é", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		quoted := quote(value)
		if len(quoted) > 4*maxValue+5 {
			t.Errorf("%d bytes", len(quoted))
		}
		for i := range len(quoted) {
			if quoted[i] < ' ' || quoted[i] > '~' {
				t.Fatalf("%q is not printable ASCII", quoted)
			}
		}
		inner, isCut := strings.CutSuffix(quoted, "...")
		if !strings.HasPrefix(quoted, `"`) {
			if quoted != value || strings.ContainsAny(quoted, "\"'`\\ =") {
				t.Errorf("%q is written %s", value, quoted)
			}
			return
		}
		if !isCut {
			inner = quoted
		}
		if back, err := strconv.Unquote(inner); err != nil || back != value[:min(len(value), maxValue)] || isCut != (len(value) > maxValue) {
			t.Errorf("%q is written %s, which reads %q (%v)", value, quoted, back, err)
		}
	})
}
