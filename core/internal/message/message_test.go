package message

import (
	"errors"
	"strings"
	"testing"
)

func TestIn(t *testing.T) {
	json := Style{Field: func(name string) string { return strings.ToLower(name[:1]) + name[1:] }}
	shell := Style{
		Field:     func(name string) string { return "CORS_" + strings.ToUpper(name) },
		Quote:     func(text string) string { return "'" + text + "'" },
		AnyOrigin: "set ALL to true",
	}
	tests := []struct {
		name             string
		message          Message
		inGo, json, bash string
	}{
		{"a field", New("leave @AllowOrigins out"), "leave AllowOrigins out", "leave allowOrigins out", "leave CORS_ALLOWORIGINS out"},
		{"a text", New("write %q", "a b"), `write "a b"`, `write "a b"`, `write 'a b'`},
		{"a text that is a field with an @", New("write %q", "@MaxAge"), `write "@MaxAge"`, `write "@MaxAge"`, `write '@MaxAge'`},
		{"a text with quotes", New("%q isn't an origin", `"a"`), `"\"a\"" isn't an origin`, `"\"a\"" isn't an origin`, `'"a"' isn't an origin`},
		{"a text with a verb", New("write %q", "100%s"), `write "100%s"`, `write "100%s"`, `write '100%s'`},
		{"a text without quotes", New("the port %s", "80"), "the port 80", "the port 80", "the port 80"},
		{"a regular expression", New("write %#q", `a\.b`), "write `a\\.b`", "write `a\\.b`", `write 'a\.b'`},
		{"quotes in the format", New("write \"*\" or `.*`"), "write \"*\" or `.*`", "write \"*\" or `.*`", "write '*' or '.*'"},
		{"a verb within quotes", New(`write "%s://app"`, "https"), `write "https://app"`, `write "https://app"`, `write 'https://app'`},
		{"a list", New("write %v", List{"a", "b"}), `write "a", "b"`, `write "a", "b"`, `write 'a', 'b'`},
		{"a message in another", New("the part %v", New("has @Paths %q", "/")), `the part has Paths "/"`, `the part has paths "/"`, `the part has CORS_PATHS '/'`},
		{"any origin", New("list the origins, or @* for all"), `list the origins, or write "*" for all`, `list the origins, or write "*" for all`, "list the origins, or set ALL to true for all"},
		{"an error", New("%v; shorten it", errors.New(`"a" is long`)), `"a" is long; shorten it`, `"a" is long; shorten it`, `"a" is long; shorten it`},
		{"a number and a byte", New("%d is %q", 5, byte('x')), "5 is 'x'", "5 is 'x'", "5 is 'x'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.message.Error(); got != tt.inGo {
				t.Errorf("in Go: %s, want %s", got, tt.inGo)
			}
			if got := tt.message.In(json); got != tt.json {
				t.Errorf("in JSON: %s, want %s", got, tt.json)
			}
			if got := tt.message.In(shell); got != tt.bash {
				t.Errorf("in a shell: %s, want %s", got, tt.bash)
			}
		})
	}
}
