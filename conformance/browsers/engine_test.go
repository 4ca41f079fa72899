package browsers_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/browsers"
)

func TestMissing(t *testing.T) {
	t.Setenv("PATH", "")
	tests := map[browsers.Engine][]string{
		browsers.Chromium: {"chromium"},
		browsers.Firefox:  {"firefox-esr", "libnss3-tools"},
		browsers.WebKit:   {"xvfb"}, // MiniBrowser is in no PATH
	}
	for _, e := range browsers.Engines {
		missing := e.Missing()
		for _, want := range tests[e] {
			if !slices.Contains(missing, want) {
				t.Errorf("without programs, %q are missing for %s, want %s among them", missing, e, want)
			}
		}
	}
}

// A recorder is a test that records how it ended.
type recorder struct {
	testing.TB
	end string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatal(args ...any) {
	r.end = "fails: " + fmt.Sprint(args...)
	runtime.Goexit()
}

func (r *recorder) Skip(args ...any) {
	r.end = "is skipped: " + fmt.Sprint(args...)
	runtime.Goexit()
}

func TestRequire(t *testing.T) {
	require := func(e browsers.Engine) string {
		r := &recorder{TB: t, end: "goes on"}
		done := make(chan bool)
		go func() {
			defer close(done)
			browsers.Require(r, e)
		}()
		<-done
		return r.end
	}
	t.Setenv("CI", "")
	for _, e := range browsers.Engines {
		if e.Missing() == nil {
			if got := require(e); got != "goes on" {
				t.Errorf("%s is installed, and its test %s", e, got)
			}
		}
	}
	t.Setenv("PATH", "")
	tests := []struct{ ci, want string }{
		{"", "is skipped: firefox is not installed: install the Debian packages firefox-esr, libnss3-tools"},
		{"true", "fails: firefox is not installed: install the Debian packages firefox-esr, libnss3-tools"},
	}
	for _, tt := range tests {
		t.Setenv("CI", tt.ci)
		if got := require(browsers.Firefox); !strings.HasPrefix(got, tt.want) {
			t.Errorf("with CI=%q, the test %s, want: %s", tt.ci, got, tt.want)
		}
	}
}
