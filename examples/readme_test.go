package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/shown"
)

var fences = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// Every Go program in the README, and in the pages that it links, compiles.
func TestProgramsOfTheReadmeCompile(t *testing.T) {
	var programs []string
	for _, page := range []string{"README.md", "adapters/README.md", "core/POLICIES.md", "core/config/README.md", "core/watch/README.md"} {
		text, err := os.ReadFile(filepath.Join("..", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, fence := range fences.FindAllStringSubmatch(string(text), -1) {
			language, program := fence[1], fence[2]
			if language != "go" {
				continue
			}
			if !strings.HasPrefix(program, "package main\n") {
				t.Errorf("%s: not a whole program, so that it can't be tried:\n%s", page, program)
				continue
			}
			programs = append(programs, program)
		}
	}
	if len(programs) < 10 {
		t.Errorf("found %d programs only", len(programs))
	}
	shown.Vet(t, programs)
}

// The README is short, and its links work.
func TestLinksOfTheReadme(t *testing.T) {
	for _, page := range []string{"README.md", "adapters/README.md", "core/POLICIES.md", "core/README.md", "core/watch/README.md", "core/config/README.md", "CONTRIBUTING.md", "conformance/RUNNING.md", "conformance/scoreboard/go/migrating/README.md"} {
		text, err := os.ReadFile(filepath.Join("..", page))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); page == "README.md" && lines > 250 {
			t.Errorf("the README has %d lines, more than 250", lines)
		}
		for _, link := range links.FindAllStringSubmatch(string(text), -1) {
			target, heading, _ := strings.Cut(link[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := filepath.Join("..", filepath.Dir(page), target)
			if target == "" {
				file = filepath.Join("..", page)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, link[1])
				continue
			}
			if heading == "" || !strings.HasSuffix(file, ".md") {
				continue
			}
			there, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(anchors(string(there)), heading) {
				t.Errorf("%s: %s has no heading #%s", page, target, heading)
			}
		}
	}
}

var links = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// anchors returns the anchors of a page's headings, as GitHub makes them.
func anchors(page string) (anchors []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		text := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors = append(anchors, strings.ReplaceAll(text, " ", "-"))
	}
	return anchors
}

// The page about policies shows the errors that New returns.
func TestErrorsOfThePageAreReal(t *testing.T) {
	readme, err := os.ReadFile("../core/POLICIES.md")
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
			t.Errorf("the page does not show %s", line)
		}
	}
}
