package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/report"
	cors "github.com/corskit/cors/core"
)

// TestServerProcess isn't a test, but the server of the others. BROKEN makes it
// allow every origin.
func TestServerProcess(t *testing.T) {
	text := os.Getenv("CORS_POLICY")
	if text == "" {
		t.Skip("runs as the server of other tests")
	}
	if pids := os.Getenv("PIDS"); pids != "" {
		os.WriteFile(filepath.Join(pids, fmt.Sprint(os.Getpid())), nil, 0o600)
	}
	var policy []cors.Config
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	engine, err := cors.New(policy...)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, path := range conformance.Routes {
		for _, method := range conformance.Methods {
			mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
				if os.Getenv("BROKEN") != "" {
					w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				}
				conformance.App.ServeHTTP(w, r)
			})
		}
	}
	t.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), engine.Handler(mux)))
}

// command returns the arguments that run the server.
func command(args ...string) []string {
	return append(args, "--", os.Args[0], "-test.run=^TestServerProcess$")
}

func corssuite(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

const few = "-run=^(methods/a|origins/another|exposed-headers/nothing)"

func TestRunScoresAServer(t *testing.T) {
	folder, pids := t.TempDir(), t.TempDir()
	t.Setenv("PIDS", pids)
	file := func(name string) string { return filepath.Join(folder, name) }
	status, stdout, stderr := corssuite(t, command("run", few, "-name", "ours", "-json", file("r.json"), "-junit", file("r.xml"), "-html", file("r.html"), "-badge", file("b.json"))...)
	if status != exitGood || !strings.HasPrefix(stdout, "browser ") || strings.Contains(stdout, "✗") {
		t.Errorf("the exit status is %d, want 0\n%s%s", status, stdout, stderr)
	}
	for name, part := range map[string]string{"r.json": `"server": "ours"`, "r.xml": `<testsuites name="ours" `, "r.html": "<h1>CORS conformance of ours</h1>", "b.json": `"schemaVersion": 1`} {
		if text, err := os.ReadFile(file(name)); err != nil || !strings.Contains(string(text), part) {
			t.Errorf("%s doesn't have %q: %v", name, part, err)
		}
	}
	if !strings.HasPrefix(stderr, "corssuite runs the suite against ours.\n") || !strings.Contains(stderr, "cases, 0 failed") {
		t.Errorf("the progress is %q", stderr)
	}
	checkNothingRuns(t, pids)
}

func TestRunFailsForABrokenServerUnlessItsFailuresAreKnown(t *testing.T) {
	t.Setenv("BROKEN", "yes")
	known := filepath.Join(t.TempDir(), "known.json")
	steps := []struct {
		name, broken string
		args         []string
		status       int
		says         string
	}{
		{"without expectations, a scored failure counts", "yes", nil, exitBad, "✗ A script that the policy doesn't allow reads the response"},
		{"the failures are written", "yes", []string{"-expect", known, "-write-expect"}, exitGood, "browser "},
		{"known failures don't count", "yes", []string{"-expect", known}, exitGood, "browser "},
		{"fixed failures do", "", []string{"-expect", known}, exitBad, "! origins/another-port is expected to fail, but is passed"},
	}
	for _, s := range steps {
		t.Setenv("BROKEN", s.broken)
		status, stdout, stderr := corssuite(t, command(append([]string{"run", few}, s.args...)...)...)
		if status != s.status || !strings.Contains(stdout, s.says) {
			t.Errorf("%s: the exit status is %d, want %d, and the output should say %q\n%s%s", s.name, status, s.status, s.says, stdout, stderr)
		}
	}
	if err := os.WriteFile(known, []byte(`{"fails": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BROKEN", "yes")
	if status, stdout, _ := corssuite(t, command("run", few, "-expect", known)...); status != exitBad || !strings.Contains(stdout, "! origins/another-port fails, but isn't expected to") {
		t.Errorf("a new failure: the exit status is %d\n%s", status, stdout)
	}
}

func TestMistakesAreSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known.json")
	if err := os.WriteFile(file, []byte(`{"failures": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no command", nil, "corssuite run [flags] -- command"},
		{"an unknown command", []string{"test"}, `unknown command "test": write run, list or schema`},
		{"no server", []string{"run"}, "name the server"},
		{"two servers", []string{"run", "-url", "http://127.0.0.1:1", "--", "node"}, "leave one out"},
		{"a program that isn't there", []string{"run", "--", "no-such-program-at-all"}, "executable file not found"},
		{"an unknown flag", []string{"run", "-json5", "x"}, "flag provided but not defined"},
		{"an unknown feature", command("run", "-without", "cookies"), `"cookies" isn't a feature: write one of group-policies, paths, `},
		{"an unknown profile", command("run", "-profile", "strict"), `"strict" isn't one`},
		{"a regular expression that isn't one", command("run", "-run", "("), "-run: error parsing regexp"},
		{"no such case", command("run", "-run", "^none$"), "no case is selected"},
		{"no server at all at once", command("run", "-parallel", "0"), "-parallel 0: write 1 or more"},
		{"expectations that aren't there", command("run", "-expect", file+".none"), "no such file"},
		{"expectations with another member", command("run", "-expect", file), `unknown field "failures"`},
		{"failures without a file to write to", command("run", "-write-expect"), "-write-expect needs a file"},
		{"a file that can't be written", command("run", few, "-json", filepath.Join(file, "r.json")), "not a directory"},
		{"an unknown schema", []string{"schema", "case"}, `there is no schema "case"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := corssuite(t, tt.args...)
			if status != exitUnrun || !strings.Contains(stderr, tt.says) {
				t.Errorf("the exit status is %d, want 2, and the error should say %q\n%s%s", status, tt.says, stdout, stderr)
			}
		})
	}
}

func TestAnInterruptEndsTheServers(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PIDS", folder)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if entries, _ := os.ReadDir(folder); len(entries) > 2 {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var stdout, stderr bytes.Buffer
	if status := run(ctx, command("run"), &stdout, &stderr); status != exitUnrun || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("the exit status is %d\n%s", status, &stderr)
	}
	checkNothingRuns(t, folder)
}

// checkNothingRuns checks that the servers that wrote their process IDs to a
// folder have ended.
func checkNothingRuns(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d servers were started: %v", len(entries), err)
	}
	for _, entry := range entries {
		if text, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline")); err == nil && strings.Contains(string(text), "TestServerProcess") {
			t.Errorf("process %s still runs", entry.Name())
		}
	}
}

func TestListAndSchemas(t *testing.T) {
	status, stdout, _ := corssuite(t, "list")
	if status != exitGood || !strings.Contains(stdout, "methods/a-listed-method [browser] A listed method is sent\n") {
		t.Errorf("list: the exit status is %d\n%.300s", status, stdout)
	}
	for _, name := range []string{"cases", "policy", "results"} {
		want, err := report.Schema(name)
		if err != nil {
			t.Fatal(err)
		}
		if status, stdout, _ := corssuite(t, "schema", name); status != exitGood || stdout != string(want) {
			t.Errorf("schema %s: the exit status is %d", name, status)
		}
	}
}
