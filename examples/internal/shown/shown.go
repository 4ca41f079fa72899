// Package shown checks programs and commands that readers are shown.
package shown

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Vet runs go vet on programs, in one run and with the modules of the workspace, and
// reports those that don't compile.
func Vet(t *testing.T, programs []string) {
	t.Helper()
	workspace, err := exec.Command("go", "env", "GOWORK").Output()
	if err != nil {
		t.Fatal(err)
	}
	work := string(bytes.TrimSpace(workspace))
	if work == "" || work == "off" {
		t.Fatal("go env GOWORK names no workspace; run the test where go.work is in force")
	}
	dir := t.TempDir()
	write := func(name string, text []byte) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(work)
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(work + ".sum")
	if err != nil {
		t.Fatal(err)
	}
	write("go.work", bytes.ReplaceAll(text, []byte("./"), []byte(filepath.Dir(work)+"/")))
	write("go.work.sum", sums)
	write("shown/go.mod", []byte("module shown\n\ngo 1.25.0\n"))
	for i, program := range programs {
		write(filepath.Join("shown", strconv.Itoa(i), "main.go"), []byte(program))
	}
	for _, args := range [][]string{{"work", "use", "shown"}, {"vet", "shown/..."}} {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = dir
		command.Env = append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"))
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %q: %v\n%s", args, err, out)
		}
	}
}
