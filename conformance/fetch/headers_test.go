package fetch

import (
	"slices"
	"strings"
	"testing"
)

func TestHeaderListGet(t *testing.T) {
	list := HeaderList{{"A", "1"}, {"B", ""}, {"a", "2"}, {"\u212a", "Kelvin"}}
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"A", "1, 2", true},
		{"a", "1, 2", true},
		{"B", "", true},
		{"C", "", false},
		{"K", "", false},
	}
	for _, test := range tests {
		if got, ok := list.Get(test.name); got != test.want || ok != test.ok {
			t.Errorf("Get(%q) = %q, %t, want %q, %t", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestAppendKeepsTheFirstCasing(t *testing.T) {
	var list HeaderList
	list.append("X-Token", "1")
	list.append("x-token", "2")
	if want := (HeaderList{{"X-Token", "1"}, {"X-Token", "2"}}); !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
	list.delete("x-TOKEN")
	if len(list) != 0 {
		t.Errorf("delete left %q", list)
	}
}

// The rows are the examples of the standard.
func TestGetDecodeAndSplit(t *testing.T) {
	tests := []struct {
		value string
		want  []string
	}{
		{"nosniff,", []string{"nosniff", ""}},
		{"", []string{""}},
		{`text/html;", x/x`, []string{`text/html;", x/x`}},
		{`x/x;test="hi",y/y`, []string{`x/x;test="hi"`, "y/y"}},
		{"x / x,,,1", []string{"x / x", "", "", "1"}},
		{`"1,2", 3`, []string{`"1,2"`, "3"}},
		{`"\",", 3`, []string{`"\","`, "3"}},
		{`"\`, []string{`"\`}},
		{"\t a \t,b", []string{"a", "b"}},
	}
	for _, test := range tests {
		if got := getDecodeAndSplit(test.value); !slices.Equal(got, test.want) {
			t.Errorf("%q splits into %q, want %q", test.value, got, test.want)
		}
	}
}

func FuzzGetDecodeAndSplit(f *testing.F) {
	f.Add(`a, "b,c" , d`)
	f.Add(`"\`)
	f.Fuzz(func(t *testing.T, value string) {
		values := getDecodeAndSplit(value)
		if len(values) == 0 || len(values) > strings.Count(value, ",")+1 {
			t.Errorf("%q splits into %d values", value, len(values))
		}
		if !strings.Contains(value, `"`) && len(values) != strings.Count(value, ",")+1 {
			t.Errorf("without quotation marks each comma splits: %q, %q", value, values)
		}
		for _, v := range values {
			if v != strings.Trim(v, "\t ") || !strings.Contains(value, v) {
				t.Errorf("%q is not a trimmed part of %q", v, value)
			}
		}
	})
}
