package scoreboard

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
	cors "github.com/corskit/cors/core"
)

func TestEntries(t *testing.T) {
	ids := make(map[string]bool)
	for _, e := range entries(t) {
		t.Run(e.ID, func(t *testing.T) {
			if ids[e.ID] {
				t.Error("the ID is not unique")
			}
			ids[e.ID] = true
			for field, text := range map[string]string{"name": e.Name, "id": e.ID, "language": e.Language, "needs": e.Needs} {
				if text == "" {
					t.Errorf("%s is empty", field)
				}
			}
			for field, link := range map[string]string{"home": e.Home, "configuration": e.Configuration} {
				if !strings.HasPrefix(link, "https://") {
					t.Errorf("%s is %q, want a link that begins with https://", field, link)
				}
			}
			if info, err := os.Stat(e.Dir); err != nil || !info.IsDir() {
				t.Errorf("dir %q isn't a folder", e.Dir)
			}
			for field, command := range map[string][]string{"build": e.Build, "command": e.Command, "version": e.Version} {
				if len(command) == 0 {
					if field != "build" {
						t.Errorf("%s is empty", field)
					}
					continue
				}
				for _, argument := range command {
					if isSource(argument) {
						if _, err := os.Stat(filepath.Join(e.Dir, argument)); err != nil {
							t.Errorf("%s names a file that isn't there: %v", field, err)
						}
					}
				}
			}
			for feature, reason := range e.Lacks {
				if !slices.Contains(conformance.Features, feature) {
					t.Errorf("lacks %q, which isn't a feature", feature)
				}
				if reason == "" {
					t.Errorf("lacks %q, but doesn't say why", feature)
				}
			}
		})
	}
}

// isSource reports whether an argument of a command names a file of this folder.
func isSource(argument string) bool {
	return slices.Contains([]string{".js", ".mjs", ".py", ".rb"}, filepath.Ext(argument))
}

// TestGo starts every server of the folder go, and sends it one request.
func TestGo(t *testing.T) {
	binary := buildIn(t, "go")
	for _, e := range entries(t) {
		if e.Dir != "go" {
			continue
		}
		t.Run(e.ID, func(t *testing.T) {
			cmd := e.Cmd(t.Context(), ".", e.Command)
			cmd.Path = binary
			checkGet(t, conformance.Command(t, cmd)(t, plain).URL)
		})
	}
}

// TestNginx starts one of the proxies, the one that other tests need, too.
func TestNginx(t *testing.T) {
	if _, err := os.Stat("/usr/sbin/nginx"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("it needs nginx: install the Debian package nginx-light")
		}
		t.Skip("it needs nginx: install the Debian package nginx-light")
	}
	cmd := exec.Command(buildIn(t, "proxies"), "-proxy", "nginx")
	checkGet(t, conformance.Command(t, cmd)(t, plain).URL)
}

// checkGet checks that the application responds to a request of an allowed origin.
func checkGet(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/data", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://app.example.com")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "https://app.example.com" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
	if body, err := io.ReadAll(response.Body); string(body) != "GET /data\n" {
		t.Errorf("the body is %q (%v)", body, err)
	}
}

// TestRefusal starts a server with a policy that its library refuses for
// security, and sends that policy to a running server.
func TestRefusal(t *testing.T) {
	policy := []cors.Config{{AllowOrigins: []string{"*"}, AllowCredentials: true}}
	binary := buildIn(t, "go")
	for _, library := range []string{"jub0bs-cors", "fiber-v3"} {
		t.Run(library, func(t *testing.T) {
			cmd := exec.Command(binary, "-library", library)
			launcher := &conformance.Launcher{Command: cmd}
			t.Cleanup(launcher.Close)
			_, atStart := launcher.Launch(t.Context(), policy)
			whileRunning := conformance.Command(t, cmd)(t, plain).Reconfigure(policy)
			for when, err := range map[string]error{"at the start": atStart, "while it runs": whileRunning} {
				if refused := new(conformance.RefusedError); !errors.As(err, &refused) || refused.Reason == "" {
					t.Errorf("%s, the error is %v, want a refusal that says why", when, err)
				}
			}
		})
	}
}

// plain is a policy that every implementation accepts.
var plain = []cors.Config{{AllowOrigins: []string{"https://app.example.com"}}}

// buildIn builds the command of a folder, and returns the path of the binary.
func buildIn(t *testing.T, dir string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "server")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = dir
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return binary
}

func entries(t *testing.T) []Entry {
	t.Helper()
	entries, err := Entries()
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// The files in expect have a sentence about the effect on users for each scored failure.
func TestEveryScoredFailureHasASentence(t *testing.T) {
	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	scored := make(map[string]bool)
	for _, g := range groups {
		for _, c := range g.Cases {
			scored[g.Name+"/"+c.Name] = c.Profile.Scored()
		}
	}
	for _, e := range entries(t) {
		file, err := os.Open(filepath.Join("expect", e.ID+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		defer file.Close()
		expectations, err := report.ReadExpectations(file)
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		for id, sentence := range expectations.Fails {
			first, _ := utf8.DecodeRuneInString(sentence)
			if scored[id] && (!unicode.IsUpper(first) || !strings.HasSuffix(sentence, ".")) {
				t.Errorf("%s: %s fails, but its reason isn't a sentence about users: %q", e.ID, id, sentence)
			}
		}
	}
}
