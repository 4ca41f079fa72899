package browsers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An Engine is a browser engine.
type Engine string

// The engines.
const (
	Chromium Engine = "chromium"
	Firefox  Engine = "firefox"
	WebKit   Engine = "webkit" // WebKitGTK
)

// Engines are all engines.
var Engines = []Engine{Chromium, Firefox, WebKit}

// A tool is a program that an engine needs.
type tool struct {
	debianPackage string
	// names are names of commands, or patterns of paths. The first match is used.
	names []string
}

var (
	chromium    = tool{"chromium", []string{"chromium", "chromium-browser", "google-chrome"}}
	firefox     = tool{"firefox-esr", []string{"firefox-esr", "firefox"}}
	certutil    = tool{"libnss3-tools", []string{"certutil"}}
	miniBrowser = tool{"webkit2gtk-driver", []string{"/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "/usr/lib/*/webkit2gtk-4.0/MiniBrowser"}}
	xvfb        = tool{"xvfb", []string{"Xvfb"}}
)

// A launcher starts an engine.
type launcher struct {
	tools []tool // that it needs
	// command returns the command that starts the browser and loads a page. Its
	// Env is added to the environment of the session.
	command func(s *session, page string) (*exec.Cmd, error)
}

var launchers = map[Engine]launcher{
	Chromium: {[]tool{chromium}, chromiumCommand},
	Firefox:  {[]tool{firefox, certutil}, firefoxCommand},
	WebKit:   {[]tool{miniBrowser, xvfb}, webKitCommand},
}

// A session is the input for starting a browser.
type session struct {
	t       testing.TB
	web     *Web
	profile string // a folder of its own, empty
}

// environment makes a program write its files to the folder of the profile.
func (s *session) environment() []string {
	environment := os.Environ()
	for _, name := range []string{"HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"} {
		environment = append(environment, name+"="+s.profile)
	}
	return environment
}

// find returns the path of a tool, or "".
func (t tool) find() string {
	for _, name := range t.names {
		if paths, _ := filepath.Glob(name); filepath.IsAbs(name) && len(paths) > 0 {
			return paths[0]
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Missing returns the Debian packages that e needs but that are not installed, or nil.
func (e Engine) Missing() []string {
	var missing []string
	for _, t := range launchers[e].tools {
		if t.find() == "" {
			missing = append(missing, t.debianPackage)
		}
	}
	return missing
}

// Sample returns the engines that a test runs: all if the environment variable
// CI is set, and otherwise the first that is installed, because browsers are
// slow.
func Sample() []Engine {
	if os.Getenv("CI") != "" {
		return Engines
	}
	for i, e := range Engines {
		if e.Missing() == nil {
			return Engines[i:][:1]
		}
	}
	return Engines[:1]
}

// Require skips the test if e is not installed, and says which Debian packages to
// install. If the environment variable CI is set, the test fails.
func Require(t testing.TB, e Engine) {
	t.Helper()
	missing := e.Missing()
	if missing == nil {
		return
	}
	message := fmt.Sprintf("%s is not installed: install the Debian packages %s", e, strings.Join(missing, ", "))
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
}
