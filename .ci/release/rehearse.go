package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/ci/internal/command"
)

// A stranger is somebody who has the go command, an empty cache of modules and none of
// our files.
type stranger struct {
	home        string
	environment []string
}

// rehearse releases a copy of the last commit. Then it lets the go command take that
// copy for the published repository, checks what it downloads, and uses it.
func rehearse(repository string) error {
	home, err := os.MkdirTemp("", "rehearsal")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	begin := time.Now()
	step := func(format string, args ...any) {
		fmt.Printf("%4.0fs  %s\n", time.Since(begin).Seconds(), fmt.Sprintf(format, args...))
	}

	modules, err := readModules(repository)
	if err != nil {
		return err
	}
	root := strings.TrimSuffix(modules[0].path, "/"+modules[0].dir)
	v, err := required(modules)
	if err != nil {
		return err
	}
	changes, err := output(repository, "git", "status", "--porcelain")
	if err != nil {
		return err
	}
	if changes != "" {
		return fmt.Errorf("the working tree has changes that the rehearsal wouldn't see; commit or stash them:\n%s", changes)
	}

	step("release %s in a copy", v)
	published := filepath.Join(home, "published")
	if _, err := output(home, "git", "clone", "--quiet", "--no-tags", repository, published); err != nil {
		return err
	}
	if err := problems(published, modules, v); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"user.name": "Rehearsal", "user.email": "rehearsal@example.com", "commit.gpgSign": "false", "tag.gpgSign": "false",
	} {
		if _, err := output(published, "git", "config", name, value); err != nil {
			return err
		}
	}
	if err := release(published, modules, v); err != nil {
		return err
	}
	step("go list work, where the tags are")
	tagged := filepath.Join(home, "tagged")
	if _, err := output(published, "git", "worktree", "add", "--quiet", tagged, v.tag(modules[0])); err != nil {
		return err
	}
	if _, err := output(tagged, "go", "list", "-deps", "work"); err != nil {
		return err
	}
	s, err := newStranger(home, root, published)
	if err != nil {
		return err
	}

	var failures []error
	for _, m := range modules {
		if err := s.checkZip(m, v, step); err != nil {
			failures = append(failures, err)
		}
	}
	for _, command := range []string{"conformance/cmd/corscheck", "conformance/cmd/corssuite", "examples/playground"} {
		step("go install %s", command)
		if _, err := s.run(home, "go", "install", root+"/"+command+"@v"+v.String()); err != nil {
			failures = append(failures, err)
		}
	}
	if err := errors.Join(failures...); err != nil {
		return err // without commands, there is no use in going on
	}

	all, err := programs(published, root)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if strings.HasPrefix(m.dir, "adapters/") && !slices.ContainsFunc(all, func(p program) bool { return p.serves && slices.Contains(p.packages, m.path) }) {
			failures = append(failures, fmt.Errorf("%s has no program for %s", adaptersPage, m.path))
		}
	}
	for i, p := range all {
		step("%s", p.name)
		if err := s.use(fmt.Sprintf("app%d", i), p); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	for _, m := range modules {
		if strings.HasPrefix(m.dir, "core/") {
			step("%s", m.path)
			if err := s.build(m); err != nil {
				failures = append(failures, err)
			}
		}
	}
	step("go test with the suite")
	if err := s.suite(root); err != nil {
		failures = append(failures, err)
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	step("release %s can be installed and used", v)
	return nil
}

// required returns the version at which the modules require each other.
func required(modules []module) (version, error) {
	for _, m := range modules {
		for modulePath, v := range m.requires {
			if !majorSuffix.MatchString(modulePath) {
				return parseVersion(strings.TrimPrefix(v, "v"))
			}
		}
	}
	return version{}, errors.New("no module requires another")
}

// newStranger returns a stranger for whose go command published is the repository at
// https://root.
func newStranger(home, root, published string) (*stranger, error) {
	var own struct{ GOMODCACHE, GOPROXY, GOFLAGS, GOPRIVATE string }
	if err := readJSON(&own, home, "go", "env", "-json"); err != nil {
		return nil, err
	}
	cache := filepath.ToSlash(own.GOMODCACHE)
	if !strings.HasPrefix(cache, "/") {
		cache = "/" + cache // of Windows
	}
	return &stranger{home, []string{
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url." + published + ".insteadOf",
		"GIT_CONFIG_VALUE_0=https://" + root,
		"GOPRIVATE=" + strings.Trim(own.GOPRIVATE+","+root, ","),
		// Other modules come from the cache of this machine, where it has them.
		"GOPROXY=file://" + cache + "/cache/download," + own.GOPROXY,
		"GOMODCACHE=" + filepath.Join(home, "modules"),
		// Without -modcacherw, RemoveAll couldn't remove this cache. With -trimpath, builds
		// don't depend on its folder, so that the next rehearsal finds them in the build cache.
		"GOFLAGS=" + strings.TrimSpace(own.GOFLAGS+" -modcacherw -trimpath"),
		"GOBIN=" + filepath.Join(home, "bin"),
		"GOWORK=off",
	}}, nil
}

func (s *stranger) run(dir string, words ...string) (string, error) {
	return command.Output(s.environment, dir, words...)
}

// Limits of a module's zip. The largest is that of conformance, with its cases and
// recorded responses.
const (
	maxFile = 128 << 10
	maxZip  = 1 << 20
)

// checkZip checks what the go command downloads for a module.
func (s *stranger) checkZip(m module, v version, step func(string, ...any)) error {
	text, err := s.run(s.home, "go", "mod", "download", "-json", m.path+"@"+v.of(m.path))
	if err != nil {
		return err
	}
	var download struct{ Zip string }
	if err := json.Unmarshal([]byte(text), &download); err != nil {
		return err
	}
	archive, err := zip.OpenReader(download.Zip)
	if err != nil {
		return err
	}
	defer archive.Close()
	info, err := os.Stat(download.Zip)
	if err != nil {
		return err
	}
	step("%s %s: %d files, %d kB", m.path, v.of(m.path), len(archive.File), (info.Size()+1023)/1024)
	var failures []error
	licensed := false
	for _, file := range archive.File {
		name := strings.TrimPrefix(file.Name, m.path+"@"+v.of(m.path)+"/")
		licensed = licensed || name == "LICENSE"
		if file.UncompressedSize64 > maxFile {
			failures = append(failures, fmt.Errorf("%s: %s has %d kB, more than %d; remove it, or raise the limit if users need it", m.path, name, file.UncompressedSize64/1024, maxFile/1024))
		}
		content, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(content, 0) >= 0 && filepath.Ext(name) != ".png" {
			failures = append(failures, fmt.Errorf("%s: %s isn't a text file or a picture; remove it", m.path, name))
		}
	}
	if !licensed {
		failures = append(failures, fmt.Errorf("%s: no LICENSE in what the go command downloads", m.path))
	}
	if info.Size() > maxZip {
		failures = append(failures, fmt.Errorf("%s: the zip has %d kB, more than %d; remove what users don't need", m.path, info.Size()/1024, maxZip/1024))
	}
	return errors.Join(failures...)
}

// A program is one of the documentation.
type program struct {
	name     string
	source   string
	packages []string // those of ours that it imports
	serves   bool     // whether / allows https://app.example.com
}

// adaptersPage has a program for each framework, with the same policy.
const adaptersPage = "adapters/README.md"

var (
	headings = regexp.MustCompile(`(?m)^##+ (.*)$`)
	goBlocks = regexp.MustCompile("(?ms)^```go\n(package main\n.*?)^```$")
)

// programs returns the Go programs of the documentation.
func programs(repository, root string) ([]program, error) {
	imports := regexp.MustCompile(`"(` + regexp.QuoteMeta(root) + `/[^"]*)"`)
	var all []program
	for _, page := range []string{adaptersPage, "README.md", "core/POLICIES.md", "core/config/README.md", "core/watch/README.md"} {
		text, err := os.ReadFile(filepath.Join(repository, page))
		if err != nil {
			return nil, err
		}
		for _, block := range goBlocks.FindAllSubmatchIndex(text, -1) {
			source := string(text[block[2]:block[3]])
			name := page
			if above := headings.FindAllSubmatch(text[:block[0]], -1); len(above) > 0 {
				name += ", " + string(above[len(above)-1][1])
			}
			if slices.ContainsFunc(all, func(p program) bool { return p.source == source }) {
				continue
			}
			var packages []string
			for _, match := range imports.FindAllStringSubmatch(source, -1) {
				packages = append(packages, match[1])
			}
			all = append(all, program{name, source, packages, page == adaptersPage})
		}
	}
	return all, nil
}

// use gets what a program needs, builds the program, and sends requests to it.
func (s *stranger) use(folder string, p program) error {
	dir, err := s.module(folder, "main.go", p.source)
	if err != nil {
		return err
	}
	// A fixed port may be taken.
	address, err := freeAddress()
	if err != nil {
		return err
	}
	source := regexp.MustCompile(`"(localhost)?:8080"`).ReplaceAllString(p.source, `"`+address+`"`)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600); err != nil {
		return err
	}
	if _, err := s.run(dir, append([]string{"go", "get"}, p.packages...)...); err != nil {
		return err
	}
	binary := filepath.Join(dir, "app")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if _, err := s.run(dir, "go", "build", "-o", binary, "."); err != nil {
		return err
	}
	if !p.serves {
		return nil
	}
	server := exec.Command(binary)
	if err := server.Start(); err != nil {
		return err
	}
	defer server.Wait()
	defer server.Process.Kill()
	if err := preflight("http://" + address); err != nil {
		return err
	}
	_, err = s.run(dir, filepath.Join(s.home, "bin", "corscheck"), "-origin", "https://app.example.com", "http://"+address+"/")
	return err
}

// build gets a module, and builds its package.
func (s *stranger) build(m module) error {
	dir, err := s.module(strings.ReplaceAll(m.dir, "/", "-"), "main.go", "package main\n\nimport _ \""+m.path+"\"\n\nfunc main() {}\n")
	if err != nil {
		return err
	}
	if _, err := s.run(dir, "go", "get", m.path); err != nil {
		return err
	}
	_, err = s.run(dir, "go", "build", "-o", os.DevNull, ".")
	return err
}

// module makes a module with one file.
func (s *stranger) module(folder, file, source string) (string, error) {
	dir := filepath.Join(s.home, folder)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(source), 0o600); err != nil {
		return "", err
	}
	_, err := s.run(dir, "go", "mod", "init", "example.com/"+folder)
	return dir, err
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// preflight sends the preflight of an allowed origin, as soon as there is a server.
func preflight(url string) error {
	request, err := http.NewRequest(http.MethodOptions, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Origin", "https://app.example.com")
	request.Header.Set("Access-Control-Request-Method", http.MethodPut)
	var response *http.Response
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if response, err = http.DefaultClient.Do(request); err == nil {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the program doesn't serve: %w", err)
		}
	}
	defer response.Body.Close()
	if allowed := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != http.StatusNoContent || allowed != "https://app.example.com" {
		return fmt.Errorf("preflight: status %d, Access-Control-Allow-Origin %q", response.StatusCode, allowed)
	}
	return nil
}

//go:embed testdata/suite_test.go
var suiteTest string

// suite runs the conformance suite as a test of a module of the stranger's own.
func (s *stranger) suite(root string) error {
	dir, err := s.module("suite", "suite_test.go", suiteTest)
	if err != nil {
		return err
	}
	if _, err := s.run(dir, "go", "get", root+"/conformance", root+"/core"); err != nil {
		return err
	}
	_, err = s.run(dir, "go", "test", "-count=1", ".")
	return err
}
