package probe

import (
	"strings"
	"testing"
)

func TestCutList(t *testing.T) {
	tests := []struct{ title, value, want string }{
		{"a short list", "PUT,, PATCH", "PUT,, PATCH"},
		{"41 names", strings.Repeat("a, ", 40) + "b", strings.Repeat("a, ", 40) + "and 1 more"},
		{"41 members, one empty", strings.Repeat("a, ", 40), strings.Repeat("a, ", 39) + "a"},
		{"long names", strings.Repeat(strings.Repeat("a", 100)+", ", 20), strings.Repeat(strings.Repeat("a", 100)+", ", 10) + "and 10 more"},
		{"a name too long", "b, " + strings.Repeat("a", 2000), "b, " + strings.Repeat("a", maxName) + "... (2000 bytes)"},
		{"commas", strings.Repeat(",", 500), strings.Repeat(",", maxValue) + "... (500 bytes)"},
	}
	for _, test := range tests {
		if got := cutList(test.value); got != test.want {
			t.Errorf("%s: got %q, want %q", test.title, got, test.want)
		}
	}
}

func TestPrefixEndsWithAWholeCharacter(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abc", 2, "ab"},
		{"aéb", 7, "a"},
		{"aéb", 14, "aéb"},
		{"\xff\xff", 6, "\xff"},
	} {
		if got := prefix(test.text, test.limit); got != test.want {
			t.Errorf("%q, %d: got %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
