package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// newRepository makes a repository of four modules that is ready to release 0.1.0.
func newRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("GOWORK", "")
	write(t, dir, "CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n\nThe first release.\n")
	write(t, dir, "go.work", "go 1.25.0\n\nuse (\n\t./.ci\n\t./adapters/echo\n\t./adapters/echo/v5\n\t./conformance\n\t./core\n)\n")
	write(t, dir, ".ci/go.mod", "module example.com/cors/ci\n\ngo 1.25.0\n")
	write(t, dir, "core/go.mod", "module example.com/cors/core\n\ngo 1.25.0\n")
	write(t, dir, "conformance/go.mod", `module example.com/cors/conformance

go 1.25.0

require example.com/cors/core v0.1.0

replace example.com/cors/core => ../core
`)
	for _, suffix := range []string{"", "/v5"} {
		up := strings.Repeat("../", strings.Count(suffix, "/")+2)
		write(t, dir, "adapters/echo"+suffix+"/go.mod", `module example.com/cors/adapters/echo`+suffix+`

go 1.25.0

require (
	example.com/cors/conformance v0.1.0
	example.com/cors/core v0.1.0
	github.com/labstack/echo/v4 v4.9.0
)

replace (
	example.com/cors/conformance => `+up+`conformance
	example.com/cors/core => `+up+`core
)
`)
	}
	git(t, dir, "init", "--quiet", "--initial-branch", "main")
	git(t, dir, "config", "user.name", "Test")
	git(t, dir, "config", "user.email", "test@example.com")
	git(t, dir, "config", "commit.gpgSign", "false")
	git(t, dir, "config", "tag.gpgSign", "false")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message", "Start")
	return dir
}

var tags = []string{"core/v0.1.0", "conformance/v0.1.0", "adapters/echo/v0.1.0", "adapters/echo/v5.0.0-beta.1.0"}

func TestTagsComeInTheOrderOfDependencies(t *testing.T) {
	modules := mustRead(t, newRepository(t))
	var got []string
	for _, m := range modules {
		got = append(got, mustParse(t, "0.1.0").tag(m))
	}
	if !slices.Equal(got, tags) {
		t.Errorf("%q, want %q", got, tags)
	}
}

func TestVersionOfAModule(t *testing.T) {
	for _, tt := range []struct{ release, path, want string }{
		{"0.1.0", "example.com/core", "v0.1.0"},
		{"0.1.0", "example.com/echo/v5", "v5.0.0-beta.1.0"},
		{"0.2.1", "example.com/fiber/v3", "v3.0.0-beta.2.1"},
		{"1.0.0", "example.com/core", "v1.0.0"},
		{"1.0.0", "example.com/echo/v5", "v5.0.0"},
		{"1.2.3", "example.com/echo/v5", "v5.2.3"},
	} {
		if got := mustParse(t, tt.release).of(tt.path); got != tt.want {
			t.Errorf("release %s of %s is %s, want %s", tt.release, tt.path, got, tt.want)
		}
	}
}

func TestVersionsThatAreRefused(t *testing.T) {
	for _, s := range []string{"", "v0.1.0", "0.1", "0.1.0-rc.1", "0.01.0", "2.0.0"} {
		if _, err := parseVersion(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestARepositoryThatIsReadyHasNoProblems(t *testing.T) {
	dir := newRepository(t)
	if err := problems(dir, mustRead(t, dir), mustParse(t, "0.1.0")); err != nil {
		t.Error(err)
	}
}

func TestReleaseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		version string
		prepare func(t *testing.T, dir string)
		want    []string
	}{
		{"a changed file", "0.1.0", func(t *testing.T, dir string) { write(t, dir, "CHANGELOG.md", "## [0.1.0]\nMore.\n") },
			[]string{"the working tree has changes that no tag would contain; commit or stash them:\n M CHANGELOG.md"}},
		{"a new file", "0.1.0", func(t *testing.T, dir string) { write(t, dir, "core/new.go", "package cors\n") },
			[]string{"commit or stash them:\n?? core/new.go"}},
		{"requirements of another version, and a version without changelog", "0.2.0", func(*testing.T, string) {},
			[]string{
				"run \"go run ./.ci/release -bump 0.2.0\" and commit:\n\tconformance/go.mod requires example.com/cors/core v0.1.0, not v0.2.0",
				"\n\tadapters/echo/v5/go.mod requires example.com/cors/conformance v0.1.0, not v0.2.0",
				"CHANGELOG.md says nothing below a heading ## [0.2.0]; move there what ## [Unreleased] says",
			}},
		{"an empty section of the changelog", "0.1.0", func(t *testing.T, dir string) {
			write(t, dir, "CHANGELOG.md", "## [0.1.0] - 2026-11-29\n\n## [0.0.1]\n\nOld.\n")
			git(t, dir, "commit", "--quiet", "--all", "--message", "Empty")
		}, []string{"CHANGELOG.md says nothing below a heading ## [0.1.0]"}},
		{"no changelog", "0.1.0", func(t *testing.T, dir string) {
			git(t, dir, "rm", "--quiet", "CHANGELOG.md")
			git(t, dir, "commit", "--quiet", "--message", "None")
		}, []string{"CHANGELOG.md says nothing below a heading ## [0.1.0]"}},
		{"a tag that exists", "0.1.0", func(t *testing.T, dir string) { git(t, dir, "tag", "core/v0.1.0") },
			[]string{"tag core/v0.1.0 exists, at ", "release the next version (if nobody has the tag yet, remove it: git tag -d core/v0.1.0)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := newRepository(t)
			tt.prepare(t, dir)
			err := problems(dir, mustRead(t, dir), mustParse(t, tt.version))
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in:\n%v", want, err)
				}
			}
		})
	}
}

// go install accepts only modules without replace directives, and a clone needs them.
func TestTagsAreOnACommitWithoutReplaceDirectives(t *testing.T) {
	dir := newRepository(t)
	if err := release(dir, mustRead(t, dir), mustParse(t, "0.1.0")); err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		if got, want := git(t, dir, "rev-parse", tag), git(t, dir, "rev-parse", "HEAD~1"); got != want {
			t.Errorf("tag %s is at %s, want %s", tag, got, want)
		}
	}
	for _, file := range []string{"conformance/go.mod", "adapters/echo/go.mod", "adapters/echo/v5/go.mod"} {
		if text := git(t, dir, "show", "HEAD~1:"+file); strings.Contains(text, "replace") {
			t.Errorf("%s of the release:\n%s", file, text)
		}
	}
	if work := git(t, dir, "show", "HEAD~1:go.work"); !strings.Contains(work, "example.com/cors/adapters/echo/v5 v5.0.0-beta.1.0 => ./adapters/echo/v5\n") {
		t.Errorf("go.work of the release has no replace directive for Echo v5:\n%s", work)
	}
	if diff := git(t, dir, "diff", "HEAD~2", "HEAD"); diff != "" {
		t.Errorf("the release leaves changes:\n%s", diff)
	}
}

func TestAReleaseThatFailsLeavesNothing(t *testing.T) {
	dir := newRepository(t)
	hook := filepath.Join(dir, ".git/hooks/reference-transaction")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\n! grep -q refs/tags/adapters\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	before := git(t, dir, "rev-parse", "HEAD")
	if err := release(dir, mustRead(t, dir), mustParse(t, "0.1.0")); err == nil || !strings.Contains(err.Error(), "git tag adapters/echo/v0.1.0") {
		t.Fatalf("error %v, want that of the third tag", err)
	}
	if after := git(t, dir, "rev-parse", "HEAD"); after != before {
		t.Errorf("HEAD is %s, was %s", after, before)
	}
	if left := git(t, dir, "tag") + git(t, dir, "status", "--porcelain"); left != "" {
		t.Errorf("what is left:\n%s", left)
	}
}

func TestBumpIsAllThatTheNextVersionNeeds(t *testing.T) {
	dir := newRepository(t)
	v := mustParse(t, "0.2.0")
	if err := runAll(dir, bumps(mustRead(t, dir), v)); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "CHANGELOG.md", "## [0.2.0]\n\nMore.\n")
	git(t, dir, "commit", "--quiet", "--all", "--message", "Bump")
	if err := problems(dir, mustRead(t, dir), v); err != nil {
		t.Error(err)
	}
}

func TestCircularRequirementsAreAnError(t *testing.T) {
	_, err := inOrder([]module{
		{path: "a", dir: "a", requires: map[string]string{"b": "v0.1.0"}},
		{path: "b", dir: "b", requires: map[string]string{"a": "v0.1.0"}},
	})
	if err == nil || !strings.Contains(err.Error(), "in a circle") {
		t.Errorf("error %v", err)
	}
}

func mustRead(t *testing.T, dir string) []module {
	t.Helper()
	modules, err := readModules(dir)
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

func mustParse(t *testing.T, s string) version {
	t.Helper()
	v, err := parseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	text, err := output(dir, append([]string{"git"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
