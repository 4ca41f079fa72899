package fetch

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestExtractTokens(t *testing.T) {
	tests := []struct {
		title   string
		lines   []string
		want    []string
		failure bool
	}{
		{"no header is null", nil, nil, false},
		{"an empty header is an empty list", []string{""}, []string{}, false},
		{"one member", []string{"X-A"}, []string{"X-A"}, false},
		{"members keep order and case", []string{"X-B,x-a"}, []string{"X-B", "x-a"}, false},
		{"spaces and tabs around members", []string{" X-A\t, \tX-B "}, []string{"X-A", "X-B"}, false},
		{"empty members are ignored", []string{",X-A,, ,X-B,"}, []string{"X-A", "X-B"}, false},
		{"nothing but empty members", []string{", ,"}, []string{}, false},
		{"repeated lines are one list", []string{"X-A", "", "X-B, X-C"}, []string{"X-A", "X-B", "X-C"}, false},
		{"a wildcard is a token", []string{"*"}, []string{"*"}, false},
		{"every kind of token byte", []string{"aZ09!#$%&'*+-.^_`|~"}, []string{"aZ09!#$%&'*+-.^_`|~"}, false},
		{"a member with a space fails", []string{"X-A X-B"}, nil, true},
		{"a quoted member fails", []string{`"X-A"`}, nil, true},
		{"a member with a semicolon fails", []string{"X-A;q=1"}, nil, true},
		{"a byte beyond ASCII fails", []string{"X-\xe9"}, nil, true},
		{"a form feed is no space", []string{"X-A\f"}, nil, true},
		{"one bad line spoils the good ones", []string{"X-A", "no no", "X-B"}, nil, true},
		{"one bad member spoils the good ones", []string{"X-A, @, X-B"}, nil, true},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			list := HeaderList{{"Other", "@"}}
			for _, line := range test.lines {
				list = append(list, Header{"access-control-allow-HEADERS", line})
			}
			got, err := extractTokens(list, "Access-Control-Allow-Headers")
			if (err != nil) != test.failure {
				t.Fatalf("failure %v, want %t", err, test.failure)
			}
			if !slices.Equal(got, test.want) || (got == nil) != (test.want == nil) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

func TestExtractMaxAge(t *testing.T) {
	longest := math.MaxInt64 / time.Second * time.Second
	tests := []struct {
		title string
		lines []string
		want  time.Duration
		ok    bool
	}{
		{"no header", nil, 0, false},
		{"a number", []string{"600"}, 600 * time.Second, true},
		{"zero", []string{"0"}, 0, true},
		{"leading zeros", []string{"00060"}, time.Minute, true},
		{"more digits than any integer", []string{strings.Repeat("9", 100)}, longest, true},
		{"an empty value", []string{""}, 0, false},
		{"a negative number", []string{"-1"}, 0, false},
		{"a sign", []string{"+1"}, 0, false},
		{"a fraction", []string{"1.5"}, 0, false},
		{"a unit", []string{"10s"}, 0, false},
		{"two numbers", []string{"10, 20"}, 0, false},
		{"two lines, even of one value", []string{"10", "10"}, 0, false},
		{"digits of another script", []string{"\u0661"}, 0, false},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			var list HeaderList
			for _, line := range test.lines {
				list = append(list, Header{"Access-Control-Max-Age", line})
			}
			if got, ok := extractMaxAge(list); got != test.want || ok != test.ok {
				t.Errorf("got %v, %t, want %v, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

func FuzzExtractTokens(f *testing.F) {
	f.Add("X-A, X-B", "")
	f.Add("*", ",,")
	f.Add("bad member", "X-A")
	f.Fuzz(func(t *testing.T, first, second string) {
		values, err := extractTokens(HeaderList{{"A", first}, {"a", second}}, "A")
		if err != nil {
			if values != nil {
				t.Error("a failure with values")
			}
			return
		}
		if values == nil {
			t.Error("null for a header that is present")
		}
		for _, value := range values {
			if !isHeaderName(value) {
				t.Errorf("%q is not a token", value)
			}
		}
		joined, err := extractTokens(HeaderList{{"A", first + "," + second}}, "A")
		if err != nil || !slices.Equal(joined, values) {
			t.Errorf("two lines give %q, one line %q", values, joined)
		}
	})
}

func FuzzExtractMaxAge(f *testing.F) {
	f.Add("600")
	f.Add("-1")
	f.Add("99999999999999999999")
	f.Fuzz(func(t *testing.T, value string) {
		maxAge, ok := extractMaxAge(HeaderList{{"Access-Control-Max-Age", value}})
		if maxAge < 0 || maxAge%time.Second != 0 {
			t.Errorf("%q gives %v", value, maxAge)
		}
		isNumber := value != "" && strings.Trim(value, "0123456789") == ""
		if ok != isNumber {
			t.Errorf("%q: ok %t", value, ok)
		}
		longer, _ := extractMaxAge(HeaderList{{"Access-Control-Max-Age", "1" + value}})
		if ok && longer < maxAge {
			t.Errorf("a digit before %q makes it smaller", value)
		}
	})
}
