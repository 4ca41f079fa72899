package methods

import (
	"slices"
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestAllowed(t *testing.T) {
	for _, test := range []struct{ policy, want []string }{
		{nil, []string{"GET", "HEAD", "POST"}},
		{[]string{"PUT", "POST"}, []string{"GET", "HEAD", "POST", "PUT"}},
		{[]string{"*"}, []string{"*"}},
	} {
		if got := Allowed(cors.Config{AllowMethods: test.policy}); !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.policy, got, test.want)
		}
	}
}
