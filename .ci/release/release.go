package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/corskit/cors/ci/internal/command"
)

// problems returns every reason not to release, each with its fix.
func problems(repository string, modules []module, v version) error {
	var all []error
	changes, err := output(repository, "git", "status", "--porcelain")
	if err != nil {
		return err
	}
	if changes != "" {
		all = append(all, fmt.Errorf("the working tree has changes that no tag would contain; commit or stash them:\n%s", strings.TrimRight(changes, "\n")))
	}
	stale := ""
	for _, m := range modules {
		for _, other := range modules {
			if has := m.requires[other.path]; has != "" && has != v.of(other.path) {
				stale += fmt.Sprintf("\n\t%s/go.mod requires %s %s, not %s", m.dir, other.path, has, v.of(other.path))
			}
		}
	}
	if stale != "" {
		all = append(all, fmt.Errorf("modules require each other at another version; run \"go run ./.ci/release -bump %s\" and commit:%s", v, stale))
	}
	changelog, err := os.ReadFile(filepath.Join(repository, "CHANGELOG.md"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if !hasSection(string(changelog), v) {
		all = append(all, fmt.Errorf("CHANGELOG.md says nothing below a heading ## [%s]; move there what ## [Unreleased] says", v))
	}
	for _, m := range modules {
		commit, err := output(repository, "git", "for-each-ref", "--format=%(objectname:short)", "refs/tags/"+v.tag(m))
		if err != nil {
			return err
		}
		if commit != "" {
			all = append(all, fmt.Errorf("tag %[1]s exists, at %[2]s, and a published version never changes; release the next version (if nobody has the tag yet, remove it: git tag -d %[1]s)", v.tag(m), strings.TrimSpace(commit)))
		}
	}
	return errors.Join(all...)
}

// hasSection reports whether a changelog says something about a version.
func hasSection(changelog string, v version) bool {
	section := regexp.MustCompile(`(?m)^## \[` + regexp.QuoteMeta(v.String()) + `\].*\n`).FindStringIndex(changelog)
	if section == nil {
		return false
	}
	text, _, _ := strings.Cut(changelog[section[1]:], "\n## ")
	return strings.TrimSpace(text) != ""
}

// commands returns what makes the release.
//
// In a clone, the modules replace each other by their folders, so that each builds
// alone. go install refuses modules with replace directives. So the tags are on a
// commit that has them in go.work only, and the next commit brings them back.
func commands(modules []module, v version) [][]string {
	work := []string{"go", "work", "edit"}
	for _, m := range modules {
		work = append(work, "-replace="+m.path+"@"+v.of(m.path)+"=./"+m.dir)
	}
	all := [][]string{work}
	for _, m := range modules {
		if len(m.replaces) == 0 {
			continue
		}
		command := []string{"go", "mod", "edit"}
		for _, replaced := range m.replaces {
			command = append(command, "-dropreplace="+replaced)
		}
		all = append(all, append(command, m.dir+"/go.mod"))
	}
	all = append(all, []string{"git", "commit", "--quiet", "--all", "--message", "Release " + v.String()})
	for _, m := range modules {
		all = append(all, []string{"git", "tag", v.tag(m)})
	}
	return append(all, []string{"git", "revert", "--no-edit", "HEAD"})
}

// release runs the commands. After an error, everything is as it was.
func release(repository string, modules []module, v version) error {
	before, err := output(repository, "git", "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	if err := runAll(repository, commands(modules, v)); err != nil {
		undo := [][]string{{"git", "reset", "--quiet", "--hard", strings.TrimSpace(before)}}
		for _, m := range modules {
			if exists, _ := output(repository, "git", "tag", "--list", v.tag(m)); exists != "" {
				undo = append(undo, []string{"git", "tag", "--delete", v.tag(m)})
			}
		}
		return errors.Join(err, runAll(repository, undo))
	}
	return nil
}

// push returns what publishes the release: all of it, or nothing.
func push(modules []module, v version) []string {
	command := []string{"git", "push", "--atomic", "origin", "HEAD:main"}
	for _, m := range modules {
		command = append(command, v.tag(m))
	}
	return command
}

// bumps returns what writes a version into the go.mod files.
func bumps(modules []module, v version) [][]string {
	var all [][]string
	for _, m := range modules {
		if len(m.requires) == 0 {
			continue
		}
		command := []string{"go", "mod", "edit"}
		for _, other := range modules {
			if m.requires[other.path] != "" {
				command = append(command, "-require="+other.path+"@"+v.of(other.path))
			}
		}
		all = append(all, append(command, m.dir+"/go.mod"))
	}
	return all
}

func runAll(dir string, commands [][]string) error {
	for _, words := range commands {
		if _, err := output(dir, words...); err != nil {
			return err
		}
	}
	return nil
}

// output runs a command and returns what it prints.
func output(dir string, words ...string) (string, error) {
	return command.Output(nil, dir, words...)
}
