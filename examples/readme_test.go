package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

var fences = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// Every Go program in the README compiles.
func TestProgramsOfTheReadmeCompile(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	frameworks := map[string]bool{}
	for _, fence := range fences.FindAllStringSubmatch(string(readme), -1) {
		language, program := fence[1], fence[2]
		if language != "go" {
			continue
		}
		imported := regexp.MustCompile(`"github.com/corskit/cors/(?:adapters/)?(\w+)"`).FindStringSubmatch(program)
		if imported == nil {
			t.Fatalf("a program that uses none of this:\n%s", program)
		}
		frameworks[imported[1]] = true
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		if output, err := exec.Command("go", "build", "-o", os.DevNull, file).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, output, program)
		}
	}
	if len(frameworks) != 5 {
		t.Errorf("the README has programs for %v only", frameworks)
	}
}

// The errors that the README shows are those that New returns.
func TestErrorsOfTheReadmeAreReal(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := cors.New(
		cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true},
		cors.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/api/"}},
	)
	if problems == nil {
		t.Fatal("no error")
	}
	for line := range strings.SplitSeq(problems.Error(), "\n") {
		if !strings.Contains(string(readme), line+"\n") {
			t.Errorf("the README does not show %s", line)
		}
	}
}
