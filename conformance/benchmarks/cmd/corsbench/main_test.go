package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadme(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-frameworks", "nethttp,fiber", "-rounds", "1", "-duration", "1us", "-markdown", "-readme", file}

	write("# Title\n")
	if err := run(args, new(bytes.Buffer), new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), begin) {
		t.Errorf("without the lines: %v", err)
	}

	write("# Title\n" + begin + "\nwhat was measured before\n" + end + "\nbelow\n")
	for range 2 { // what is there is replaced, whatever it is
		if err := run(args, new(bytes.Buffer), new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
		content, _ := os.ReadFile(file)
		got := string(content)
		if !strings.HasPrefix(got, "# Title\n"+begin+"\n") || !strings.HasSuffix(got, "\n"+end+"\nbelow\n") {
			t.Errorf("what is around the tables has changed:\n%s", got)
		}
		if strings.Contains(got, "measured before") || !strings.Contains(got, "| **net/http** ") || !strings.Contains(got, "| corskit ") {
			t.Errorf("not the tables:\n%s", got)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-frameworks rails", `no framework "rails"`},
		{"-tables chairs", `no table "chairs"`},
		{"-rounds 0", "-rounds"},
		{"-readme README.md", "-markdown"},
		{"fast", `no argument "fast"`},
	} {
		err := run(strings.Fields(test.args), new(bytes.Buffer), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.args, err)
		}
	}
}
