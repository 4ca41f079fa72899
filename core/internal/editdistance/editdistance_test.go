package editdistance

import "testing"

func TestBetween(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"https", "https", 0}, {"htps", "https", 1}, {"http2", "http", 1}, {"http2", "https", 1},
		{"hhtps", "https", 1}, {"hpps", "https", 2}, {"tp", "http", 2}, {"app", "http", 3}, {"kitten", "sitting", 3},
	} {
		if got := Between(tt.a, tt.b); got != tt.want {
			t.Errorf("Between(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
