package main

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A module is one that the repository publishes: one of go.work that isn't in a
// folder whose name begins with a dot.
type module struct {
	path     string
	dir      string            // below the repository, with slashes
	requires map[string]string // versions of other modules of the repository, by path
	replaces []string          // paths of other modules of the repository
}

// readModules returns the modules, each after those that it requires.
func readModules(repository string) ([]module, error) {
	var work struct{ Use []struct{ DiskPath string } }
	if err := readJSON(&work, repository, "go", "work", "edit", "-json"); err != nil {
		return nil, err
	}
	var modules []module
	files := map[string]goMod{}
	for _, use := range work.Use {
		dir := path.Clean(use.DiskPath)
		if strings.HasPrefix(dir, ".") {
			continue
		}
		var file goMod
		if err := readJSON(&file, repository, "go", "mod", "edit", "-json", dir+"/go.mod"); err != nil {
			return nil, err
		}
		modules = append(modules, module{path: file.Module.Path, dir: dir, requires: map[string]string{}})
		files[file.Module.Path] = file
	}
	for i := range modules {
		m := &modules[i]
		for _, require := range files[m.path].Require {
			if _, ours := files[require.Path]; ours {
				m.requires[require.Path] = require.Version
			}
		}
		for _, replace := range files[m.path].Replace {
			if _, ours := files[replace.Old.Path]; ours {
				m.replaces = append(m.replaces, replace.Old.Path)
			}
		}
	}
	return inOrder(modules)
}

// goMod is what go mod edit -json prints.
type goMod struct {
	Module  struct{ Path string }
	Require []struct{ Path, Version string }
	Replace []struct{ Old struct{ Path string } }
}

func readJSON(v any, dir string, command ...string) error {
	text, err := output(dir, command...)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), v)
}

// inOrder sorts modules so that each comes after those that it requires.
func inOrder(modules []module) ([]module, error) {
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.dir, b.dir) })
	var sorted []module
	done := map[string]bool{}
	for len(sorted) < len(modules) {
		before := len(sorted)
		for _, m := range modules {
			if !done[m.path] && !slices.ContainsFunc(modules, func(other module) bool {
				return m.requires[other.path] != "" && !done[other.path]
			}) {
				sorted = append(sorted, m)
				done[m.path] = true
			}
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("the modules require each other in a circle: no order of release for %d of them", len(modules)-before)
		}
	}
	return sorted, nil
}

// A version is that of a release, such as 0.2.0.
type version struct{ major, minor, patch string }

func parseVersion(s string) (version, error) {
	parts := regexp.MustCompile(`^(0|1)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`).FindStringSubmatch(s)
	if parts == nil {
		return version{}, fmt.Errorf("version %q: not of the form 0.2.0 or 1.2.0 (2.0.0 would need other module paths)", s)
	}
	return version{parts[1], parts[2], parts[3]}, nil
}

func (v version) String() string { return v.major + "." + v.minor + "." + v.patch }

var majorSuffix = regexp.MustCompile(`/v([0-9]+)$`)

// of returns the version that a module has in the release. Go demands of a module
// whose path ends in /v5 that its versions begin with v5. Release 1.2.3 is its v5.2.3.
// Release 0.2.3 is its v5.0.0-beta.2.3: v5.2.3 would promise a stability that v0.2.3
// doesn't.
func (v version) of(modulePath string) string {
	suffix := majorSuffix.FindStringSubmatch(modulePath)
	switch {
	case suffix == nil:
		return "v" + v.String()
	case v.major == "0":
		return fmt.Sprintf("v%s.0.0-beta.%s.%s", suffix[1], v.minor, v.patch)
	default:
		return fmt.Sprintf("v%s.%s.%s", suffix[1], v.minor, v.patch)
	}
}

// tag returns the module's tag: its folder, without the major version, and its version
// (https://go.dev/ref/mod#vcs-version).
func (v version) tag(m module) string {
	return majorSuffix.ReplaceAllString(m.dir, "") + "/" + v.of(m.path)
}
