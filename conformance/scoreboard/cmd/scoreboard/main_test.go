package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files returns arguments for one entry, with its expected failures in a folder
// of its own. Without fails, there is no such file.
func files(t *testing.T, fails string) (folder string, args []string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "expect"), 0o777); err != nil {
		t.Fatal(err)
	}
	if fails != "" {
		if err := os.WriteFile(filepath.Join(folder, "expect", "corskit-net-http.json"), []byte(fails), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return folder, []string{"-root", "../..", "-files", folder, "-only", "corskit-net-http"}
}

func TestRunComparesWithWhatIsKnown(t *testing.T) {
	for _, tt := range []struct {
		name, fails string
		differs     bool
		says        string
	}{
		{"as expected", `{"fails": {}}`, false, "corskit-net-http"},
		{"a failure that is fixed", `{"fails": {"methods/a-listed-method": "It was broken."}}`, true, "! methods/a-listed-method is expected to fail, but is passed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			_, args := files(t, tt.fails)
			differs, err := run(t.Context(), args, &out)
			if err != nil {
				t.Fatal(err)
			}
			if differs != tt.differs || !strings.Contains(out.String(), tt.says) {
				t.Errorf("it differs: %t, want %t\n%s", differs, tt.differs, &out)
			}
		})
	}
}

func TestWriteKeepsWhatFails(t *testing.T) {
	folder, args := files(t, "")
	var out bytes.Buffer
	if _, err := run(t.Context(), append(args, "-write"), &out); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "expect", "corskit-net-http.json")); err != nil || string(text) != "{\n  \"fails\": {}\n}\n" {
		t.Errorf("it writes %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "scoreboard.md")); err == nil {
		t.Error("it writes scoreboard.md although it ran only one entry")
	}
}

func TestMistakes(t *testing.T) {
	_, unknown := files(t, "")
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"an ID that isn't one", []string{"-only", "rs"}, `"rs" isn't the ID of an entry`},
		{"an entry without a file in expect", unknown, "no such file"},
		{"servers in Go that can't be built", []string{"-root", t.TempDir(), "-only", "rs-cors"}, "rs-cors: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if _, err := run(t.Context(), tt.args, &out); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the error is %v, want one that says %q", err, tt.says)
			}
		})
	}
}
