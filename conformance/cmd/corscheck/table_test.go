package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
	"github.com/corskit/cors/conformance/internal/terminal"
)

var update = flag.Bool("update", false, "write what tables should look like")

// The text output, without colours.
func TestTable(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT"], "allowHeaders": ["Content-Type"],
		"exposeHeaders": ["X-Total"], "allowCredentials": true, "maxAge": 600}`
	tests := []struct {
		name    string
		handler http.Handler
		args    []string
		policy  string
	}{
		{"conforms", behind(t, policy), []string{"-policy", "-"}, policy},
		{"does-not-conform", careless{func(string) bool { return true }, false}, []string{"-policy", "-"}, policy},
		{"nothing-dangerous", behind(t, policy), []string{"-origin", app}, ""},
		{"dangerous", careless{func(origin string) bool { return strings.HasPrefix(origin, app) }, true}, []string{"-origin", app}, ""},
		{"dangerous-to-all", careless{func(string) bool { return true }, true}, []string{"-origin", app}, ""},
		{"cors-after-routes", preflightsPass(behind(t, policy), data), []string{"-origin", app}, ""},
		{"preflights-not-routed", preflightsPass(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no route", http.StatusMethodNotAllowed)
		}), behind(t, policy)), []string{"-origin", app}, ""},
		{"preflights-not-routed-by-policy", preflightsPass(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no route", http.StatusMethodNotAllowed)
		}), behind(t, policy)), []string{"-policy", "-"}, policy},
		{"no-cors", data, []string{"-origin", app}, ""},
		{"hostile", rewrite(careless{func(origin string) bool { return origin == app }, true}, func(_ *http.Request, h http.Header) {
			h.Set("Access-Control-Allow-Origin", "https://\xff\"<b>\t")
		}), []string{"-origin", app}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, test.handler)
			got := corscheck(t, test.policy, append(test.args, server.URL+"/data")...).stdout
			got = strings.ReplaceAll(got, server.URL, "http://server")
			file := filepath.Join("testdata", test.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Colours change nothing but colours.
func TestColours(t *testing.T) {
	server := serve(t, careless{func(string) bool { return true }, true})
	report, _ := check(t, server, "", "-origin", app)
	r := (&options{}).judge(server.URL, report, nil)
	var without, with bytes.Buffer
	if err := errors.Join(writeTable(&without, r, plain), writeTable(&with, r, coloured)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(with.String(), "\x1b["+red+"mDANGER\x1b[0m") {
		t.Error("a danger is not red")
	}
	if got := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(with.String(), ""); got != without.String() {
		t.Errorf("got\n%s\nwant\n%s", got, without.String())
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	for _, w := range []io.Writer{file, &bytes.Buffer{}} {
		if got := paintFor(w)(red, "text"); got != "text" {
			t.Errorf("%T: %q", w, got)
		}
	}
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	tests := []struct {
		title         string
		noColor, term string
		want          string
	}{
		{"a terminal", "", "xterm", "\x1b[1;31mtext\x1b[0m"},
		{"NO_COLOR", "1", "xterm", "text"},
		{"a dumb terminal", "", "dumb", "text"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.term)
			if got := paintFor(terminal)(red, "text"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	var w bytes.Buffer
	p := progress{&w}
	p.show(3, 40, probe.Request{Method: "OPTIONS", Origin: app, RequestMethod: strings.Repeat("X", 200)})
	p.clear()
	lines := strings.Split(w.String(), terminal.ClearLine)
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "3/40 OPTIONS, Origin: "+app) || len(lines[1]) >= columns {
		t.Errorf("%q", lines)
	}
	w.Reset()
	p = newProgress(&w) // not a terminal
	p.show(1, 1, probe.Request{})
	p.clear()
	if w.Len() > 0 {
		t.Errorf("%q", w.String())
	}
}
