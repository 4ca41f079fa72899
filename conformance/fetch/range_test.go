package fetch

import (
	"strings"
	"testing"
)

func TestParseSingleRangeHeaderValue(t *testing.T) {
	huge := strings.Repeat("9", 50)
	tests := []struct {
		value, start, end string
		ok                bool
	}{
		{"bytes=0-", "0", "", true},
		{"bytes=-500", "", "500", true},
		{"bytes=1-2", "1", "2", true},
		{"bytes=2-2", "2", "2", true},
		{"bytes=002-10", "002", "10", true},
		{"bytes=0-" + huge, "0", huge, true},
		{"bytes=" + huge + "-1" + huge, huge, "1" + huge, true},
		{"bytes=1" + huge + "-" + huge, "", "", false},
		{"bytes=3-2", "", "", false},
		{"bytes=-", "", "", false},
		{"bytes=", "", "", false},
		{"bytes", "", "", false},
		{"", "", "", false},
		{"bytes=0", "", "", false},
		{"bytes=0-1-2", "", "", false},
		{"bytes=0-1,2-3", "", "", false},
		{"bytes=a-b", "", "", false},
		{"bytes = 0-1", "", "", false},
		{"bytes=0 -1", "", "", false},
		{"bytes=0-1 ", "", "", false},
		{"BYTES=0-1", "", "", false},
		{"bytes=+1-2", "", "", false},
	}
	for _, test := range tests {
		start, end, ok := parseSingleRangeHeaderValue(test.value)
		if start != test.start || end != test.end || ok != test.ok {
			t.Errorf("%q parses to %q, %q, %t, want %q, %q, %t", test.value, start, end, ok, test.start, test.end, test.ok)
		}
	}
}

func FuzzParseSingleRangeHeaderValue(f *testing.F) {
	f.Add("bytes=0-499")
	f.Add("bytes=-500")
	f.Add("bytes=5-4")
	f.Fuzz(func(t *testing.T, value string) {
		start, end, ok := parseSingleRangeHeaderValue(value)
		if !ok {
			if start != "" || end != "" {
				t.Errorf("%q: a failure with a range", value)
			}
			return
		}
		if value != "bytes="+start+"-"+end {
			t.Errorf("%q parses to %q and %q", value, start, end)
		}
		if start == "" && end == "" || start != "" && end != "" && compareDecimals(start, end) > 0 {
			t.Errorf("%q is no range", value)
		}
	})
}
