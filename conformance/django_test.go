package conformance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance"
)

var update = flag.Bool("update", false, "rewrite the record of the cases that django-cors-headers fails")

// djangoRecord is the path of the record.
const djangoRecord = "testdata/django/record.json"

// A record says which cases a server passes and fails, and why.
type record struct {
	// Server is the package and its version.
	Server string `json:"server"`
	// Lacks are the missing features, with the reason.
	Lacks map[conformance.Feature]string `json:"lacks"`
	// Behaviours explain, each under a name, why cases fail.
	Behaviours map[string]behaviour `json:"behaviours"`
	// Fails are the cases that fail.
	Fails map[string]failure `json:"fails"`
	// Passes are the cases that pass.
	Passes []string `json:"passes"`
}

// A behaviour is something that the server does on purpose.
type behaviour struct {
	// Means says what the server does, and the effect.
	Means string `json:"means"`
	// Module is the Python module that does it, by these lines of Code.
	Module string   `json:"module"`
	Code   []string `json:"code"`
}

// A failure is how a case fails, and the name of the behaviour that explains it.
type failure struct {
	Says      string `json:"says"`
	Behaviour string `json:"behaviour"`
}

// TestDjango runs the suite against a Django application with
// django-cors-headers, and compares the results with the record.
func TestDjango(t *testing.T) {
	python := pythonWithDjango(t)
	known := readRecord(t)
	if installed := "django-cors-headers " + ask(t, python, `import importlib.metadata; print(importlib.metadata.version("django-cors-headers"))`); installed != known.Server {
		skipUnlessCI(t, "the record is about "+known.Server+", and "+installed+" is installed")
	}
	t.Run("explanations", func(t *testing.T) { known.checkExplanations(t, python) })

	command := exec.Command(python, "serve.py")
	command.Dir = filepath.Dir(djangoRecord)
	command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	serve := conformance.Command(t, command)

	groups, err := conformance.Groups()
	if err != nil {
		t.Fatal(err)
	}
	exists := make(map[string]bool)
	passes, fails, skips := 0, 0, 0
	for _, g := range groups {
		for _, c := range g.Cases {
			exists[g.Name+"/"+c.Name] = true
		}
		t.Run(g.Name, func(t *testing.T) {
			for i := range g.Cases {
				c := &g.Cases[i]
				name := g.Name + "/" + c.Name
				t.Run(c.Name, func(t *testing.T) {
					for _, f := range c.Needed() {
						if reason, lacks := known.Lacks[f]; lacks {
							skips++
							known.forget(name)
							t.Skipf("needs %q: %s", f, reason)
						}
					}
					err := c.Check(t.Context(), serve(t, c.Policy))
					if err == nil {
						passes++
					} else {
						fails++
					}
					known.compare(t, name, err)
				})
			}
		})
	}
	for _, name := range slices.Concat(known.Passes, slices.Collect(maps.Keys(known.Fails))) {
		if exists[name] {
			continue
		}
		known.forget(name)
		if !*update {
			t.Errorf("%s is in the record, but not in the suite", name)
		}
	}
	t.Logf("%s passes %d cases, fails %d, and lacks a feature that %d need", known.Server, passes, fails, skips)
	if *update {
		known.write(t)
	}
}

// compare compares the outcome of a case with the record, or records it.
func (r *record) compare(t *testing.T, name string, err error) {
	t.Helper()
	recorded, fails := r.Fails[name]
	var says string
	if failure := new(conformance.Failure); errors.As(err, &failure) {
		says = fmt.Sprintf("step %d: %s", failure.Step, failure.Complaint)
	}
	switch {
	case *update:
		r.forget(name)
		if err == nil {
			r.Passes = append(r.Passes, name)
		} else {
			r.Fails[name] = failure{says, recorded.Behaviour}
		}
	case err == nil && fails:
		t.Errorf("the case passes, but is recorded to fail: %s", recorded.Says)
	case err == nil && !slices.Contains(r.Passes, name):
		t.Log("the case passes, but is not in the record yet: run the test with -update")
	case err == nil:
	case !fails:
		t.Errorf("the case fails, but is not recorded to: run the test with -update, and explain it in %s\n%v", djangoRecord, err)
	case says != recorded.Says:
		t.Errorf("the case is recorded to fail in another way (%s): run the test with -update, and check whether %q still explains it\n%v", recorded.Says, recorded.Behaviour, err)
	default:
		t.Logf("fails as recorded (%s): %s\n%v", recorded.Behaviour, r.Behaviours[recorded.Behaviour].Means, err)
	}
}

// forget removes a case.
func (r *record) forget(name string) {
	delete(r.Fails, name)
	r.Passes = slices.DeleteFunc(r.Passes, func(other string) bool { return other == name })
}

// checkExplanations checks that every failing case is explained, and that every
// explanation is the server's own code.
func (r *record) checkExplanations(t *testing.T, python string) {
	explained := make(map[string]bool)
	for name, f := range r.Fails {
		explained[f.Behaviour] = true
		if _, ok := r.Behaviours[f.Behaviour]; !ok {
			t.Errorf("%s fails, and is explained by %q, which isn't a behaviour", name, f.Behaviour)
		}
	}
	sources := make(map[string]string)
	for name, b := range r.Behaviours {
		if !explained[name] && !*update {
			t.Errorf("the behaviour %q explains no case", name)
		}
		if b.Means == "" || len(b.Code) == 0 {
			t.Errorf("the behaviour %q does not say what it means and which code it is", name)
		}
		if sources[b.Module] == "" {
			sources[b.Module] = ask(t, python, `import importlib, inspect, sys; print(inspect.getsource(importlib.import_module(sys.argv[1])))`, b.Module)
		}
		for _, line := range b.Code {
			if !strings.Contains(sources[b.Module], line) {
				t.Errorf("the behaviour %q is explained by %q, which is not in %s", name, line, b.Module)
			}
		}
	}
}

func readRecord(t *testing.T) *record {
	t.Helper()
	data, err := os.ReadFile(djangoRecord)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	r := &record{Fails: make(map[string]failure)}
	if err := decoder.Decode(r); err != nil {
		t.Fatalf("%s: %v", djangoRecord, err)
	}
	return r
}

func (r *record) write(t *testing.T) {
	t.Helper()
	slices.Sort(r.Passes)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(djangoRecord, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pythonWithDjango returns the first python3 in the path that has the packages
// of the application.
func pythonWithDjango(t *testing.T) string {
	t.Helper()
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		python := filepath.Join(folder, "python3")
		if exec.Command(python, "-c", "import corsheaders, django").Run() == nil {
			return python
		}
	}
	skipUnlessCI(t, "no python3 has Django and django-cors-headers: install Debian's packages python3-django and python3-django-cors-headers")
	return ""
}

func skipUnlessCI(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// ask runs a line of Python and returns what it prints.
func ask(t *testing.T, python, program string, arguments ...string) string {
	t.Helper()
	printed, err := exec.Command(python, append([]string{"-c", program}, arguments...)...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return strings.TrimSpace(string(printed))
}
