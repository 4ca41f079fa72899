package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// The largest output of one run, standard error included.
const mostOutput = 64_000

// many returns a list of 10,000 names that ends with the given ones.
func many(last string) string {
	return strings.Repeat("x-filler, ", 10_000-strings.Count(last, ",")-1) + last
}

// Whatever a server sends, the report stays short, and says the same as for a
// server with shorter headers.
func TestHostileResponses(t *testing.T) {
	const policy = `{"allowOrigins": ["https://app.example.com"], "allowMethods": ["PUT"], "allowHeaders": ["Content-Type"], "allowCredentials": true}`
	isPreflight := func(r *http.Request) bool { return r.Header.Get("Access-Control-Request-Method") != "" }
	set := func(name, value string) func(*http.Request, http.Header) {
		return func(_ *http.Request, h http.Header) { h.Set(name, value) }
	}
	forPreflights := func(name, value string) func(*http.Request, http.Header) {
		return func(r *http.Request, h http.Header) {
			if isPreflight(r) {
				h.Set(name, value)
			}
		}
	}
	tests := []struct {
		title  string
		change func(*http.Request, http.Header)
		note   string // in what people see
	}{
		{"10,000 names in Access-Control-Allow-Headers", forPreflights("Access-Control-Allow-Headers", many("Authorization, Content-Type, X-Requested-With, X-Corscheck-Unlisted")), "and 9960 more"},
		{"10,000 names in Access-Control-Allow-Methods", forPreflights("Access-Control-Allow-Methods", many("PATCH, DELETE, PUT")), "and 9960 more"},
		{"10,000 names in Access-Control-Expose-Headers", set("Access-Control-Expose-Headers", many("X-Total")), "and 9960 more"},
		{"10,000 names in Vary", set("Vary", many("Origin")), "and 9960 more"},
		{"10,000 lines of Vary", func(_ *http.Request, h http.Header) { h["Vary"] = strings.Split(many("Origin"), ", ") }, "more header lines"},
		{"10,000 lines of Access-Control-Allow-Origin", func(_ *http.Request, h http.Header) {
			h["Access-Control-Allow-Origin"] = strings.Split(many("https://app.example.com"), ", ")
		}, "more header lines"},
		{"1,000 response headers", func(_ *http.Request, h http.Header) {
			for i := range 1_000 {
				h.Set(fmt.Sprintf("X-%d", i), "1")
			}
		}, ""},
		{"1,000 response headers whose names begin with Access-Control-", func(_ *http.Request, h http.Header) {
			for i := range 1_000 {
				h.Set(fmt.Sprintf("Access-Control-%d", i), "1")
			}
		}, "more header lines"},
		{"1,000 response headers for denied origins", func(r *http.Request, h http.Header) {
			if r.Header.Get("Origin") != app {
				clear(h)
				for i := range 1_000 {
					h.Set(fmt.Sprintf("Access-Control-%d", i), "1")
				}
			}
		}, "and 960 more"},

		{"an origin of 200 KB", set("Access-Control-Allow-Origin", "https://"+strings.Repeat("a", 200_000)), "(200008 bytes)"},
		{"an origin of many bytes that have to be escaped", set("Access-Control-Allow-Origin", strings.Repeat("\xff\"\\", 1<<16)), "(196608 bytes)"},
		{"credentials of 256 KB", set("Access-Control-Allow-Credentials", "TRUE"+strings.Repeat("\u00e9", 1<<17)), "(262148 bytes)"},
		{"1,000 times true", func(_ *http.Request, h http.Header) {
			h["Access-Control-Allow-Credentials"] = slices.Repeat([]string{"true"}, 1_000)
		}, "more header lines"},
		{"lists of names of 128 KB", func(_ *http.Request, h http.Header) {
			for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Vary"} {
				h.Set(name, strings.Repeat("a", 1<<17)+", Origin")
			}
		}, "(131072 bytes)"},
		{"lists that aren't lists", forPreflights("Access-Control-Allow-Headers", many("[]")), "and 9960 more"},
		{"lists of commas", set("Access-Control-Allow-Headers", strings.Repeat(",", 200_000)), "(200000 bytes)"},
		{"preflights that are redirected to 256 KB", set("Location", "/"+strings.Repeat("a", 1<<18)), "(262145 bytes)"},
	}
	// The file has everything that was judged, even if a report shows little of it.
	const file = "testdata/hostile-responses.txt"
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			handler := rewrite(careless{func(string) bool { return true }, true}, test.change)
			if strings.Contains(test.title, "redirected") {
				handler = rewrite(preflightStatus(handler, http.StatusFound), test.change)
			}
			server := serve(t, handler)
			shown := ""
			var judged strings.Builder
			for _, args := range [][]string{{"-origin", app}, {"-policy", "-"}} {
				report, text := bothForms(t, policy, append(args, server.URL+"/data")...)
				shown += text
				fmt.Fprintf(&judged, "%s, %s: %s, %s\n", test.title, report.Mode, report.Verdict, strings.Join(ids(report, probe.Danger, probe.Fault, probe.Note), ", "))
				for _, c := range report.Checks {
					if c.Fails() {
						fmt.Fprintf(&judged, "\t%s %s\n", c.Origin, c.Title)
					}
				}
				for _, a := range report.Access {
					fmt.Fprintf(&judged, "\t%s %t %t\n", a.Origin, a.Read, a.Credentials)
				}
			}
			if !strings.Contains(strings.Join(strings.Fields(shown), " "), test.note) {
				t.Errorf("no %q in\n%s", test.note, shown)
			}
			all.WriteString(judged.String())
			if !*update && !strings.Contains(string(want), judged.String()) {
				t.Errorf("the results differ from %s:\n%s", file, judged.String())
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// bothForms runs the command, and returns its report in JSON and as text. Both
// must be short, and so must the JUnit file.
func bothForms(t *testing.T, stdin string, args ...string) (*probe.Report, string) {
	t.Helper()
	junit := filepath.Join(t.TempDir(), "junit.xml")
	args = append([]string{"-max-requests", "10000", "-junit", junit}, args...)
	text := corscheck(t, stdin, args...)
	expectShort(t, text)
	asJSON := corscheck(t, stdin, append([]string{"-json"}, args...)...)
	expectShort(t, asJSON)
	validate(t, asJSON.stdout)
	suites := readJUnit(t, junit)
	if info, err := os.Stat(junit); err != nil || info.Size() > mostOutput || suites.Tests == 0 {
		t.Errorf("JUnit: %v, %d test cases in %d bytes", err, suites.Tests, info.Size())
	}
	var d document
	if err := json.Unmarshal([]byte(asJSON.stdout), &d); err != nil || len(d.Results) != 1 || d.Results[0].Report == nil {
		t.Fatalf("%v: %s%s", err, asJSON.stdout, asJSON.stderr)
	}
	return d.Results[0].Report, text.stdout
}

func expectShort(t *testing.T, r outcome) {
	t.Helper()
	if n := len(r.stdout) + len(r.stderr); n >= mostOutput {
		t.Errorf("%d bytes are written, want less than %d", n, mostOutput)
	}
}

// With any number of findings and checks, the report is short, has the worst
// findings, and counts the rest.
func TestLongReports(t *testing.T) {
	var origins, headers []string
	for i := range 60 {
		origins = append(origins, fmt.Sprintf("https://app%d.example.com", i))
		headers = append(headers, fmt.Sprintf("X-Header-Of-The-Policy-%d", i))
	}
	policy := fmt.Sprintf(`{"allowOrigins": ["%s"], "allowMethods": ["PUT", "PATCH"], "allowHeaders": ["%s"]}`,
		strings.Join(origins, `", "`), strings.Join(headers, `", "`))
	requests := 0
	handlers := map[string]http.Handler{
		"conforms": behind(t, policy),
		"another value each time": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests++
			for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Vary"} {
				w.Header().Set(name, fmt.Sprint(requests)+strings.Repeat("\xff", 5000))
			}
		}),
		"allows everything": careless{func(string) bool { return true }, true},
	}
	for title, handler := range handlers {
		t.Run(title, func(t *testing.T) {
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			report, text := bothForms(t, policy, "-policy", "-", server.URL)
			if got := report.Verdict == probe.Conforms; got != (title == "conforms") {
				t.Errorf("%s", report.Verdict)
			}
			if title == "conforms" {
				if !strings.Contains(text, "Left out here, but checked: ") || !strings.HasSuffix(text, "\nThe server conforms to the policy.\n") {
					t.Errorf("%s", text)
				}
				return
			}
			if len(report.Findings) == 0 || !strings.Contains(text, "Left out here, but checked: ") {
				t.Errorf("%d findings in %.2000s", len(report.Findings), text)
			}
			if strings.Contains(title, "everything") && report.Findings[0].Severity != probe.Danger {
				t.Errorf("the first finding is a %s", report.Findings[0].Severity)
			}
			if !slices.ContainsFunc(report.Checks, func(c probe.Check) bool { return c.Fails() }) {
				t.Error("the checks that fail are left out")
			}
		})
	}
}

// Errors of a run are short and cannot upset a terminal.
func TestHostileErrors(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	long := strings.Repeat("a\x1b[2J", 1<<18)
	tests := []struct{ title, raw, want string }{
		{"a redirect", "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: /" + strings.Repeat("a", 1<<20) + "\r\n\r\n", " bytes) (status 301)"},
		{"a line that isn't a header", ok + long + "\r\n\r\n", "can't be reached"},
		{"a status that is none", "HTTP/1.1 " + long + "\r\n\r\n", "doesn't speak HTTP"},
		{"a Content-Length that is none", ok + "Content-Length: " + strings.Repeat("9", 1<<20) + "\r\n\r\n", "can't be reached"},
		{"a Transfer-Encoding that is none", ok + "Transfer-Encoding: " + strings.Repeat("b", 1<<20) + "\r\n\r\n", "can't be reached"},
		{"headers without end", ok + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 11<<10), "more headers than corscheck reads"},
		{"informational responses without end", strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("a", 1000)+"\r\n\r\n", 11<<10), "more headers than corscheck reads"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			r := corscheck(t, "", "-json", serveBytes(t, test.raw))
			expectShort(t, r)
			validate(t, r.stdout)
			if r.status != exitUnrun || !strings.Contains(r.stderr, test.want) || strings.Contains(r.stderr, "\x1b") {
				t.Errorf("status %d: %.2000q", r.status, r.stderr)
			}
		})
	}
}

// serveBytes responds to the first request of each connection with some bytes.
func serveBytes(t *testing.T, response string) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(conn, response)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// A run keeps a limited amount of data, even if all responses differ.
func TestMemory(t *testing.T) {
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := sent.Add(1)
		for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Vary"} {
			w.Header().Set(name, fmt.Sprint(name, n)+strings.Repeat("a", 2<<20))
		}
	}))
	t.Cleanup(server.Close)
	r := corscheck(t, "", "-origin", app, server.URL)
	if most := int64(128/8 + 1); r.status != exitUnrun || sent.Load() > most || !strings.Contains(r.stderr, "more headers than corscheck reads") {
		t.Errorf("status %d after %d responses of 8 MiB, want no more than %d: %s", r.status, sent.Load(), most, r.stderr)
	}
}

// A missing body delays a run only a little, even without -timeout.
func TestSlowBody(t *testing.T) {
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sent.Add(1) > 1 {
			return
		}
		w.Header().Set("Content-Length", "10")
		w.Write([]byte("d"))
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	var stdout, stderr bytes.Buffer
	started := time.Now()
	status := run(ctx, []string{"-delay", "0", "-timeout", "0", server.URL}, nil, &stdout, &stderr)
	if took := time.Since(started); status != exitGood || took > 10*time.Second {
		t.Errorf("status %d after %v: %s", status, took, stderr.String())
	}
}

// corscheck follows no redirects, neither of the first request nor of others.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere, sent atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sent.Add(1) > 1 {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)
	if r := corscheck(t, "", server.URL); r.status == exitUnrun || elsewhere.Load() > 0 {
		t.Errorf("status %d, %d redirects are followed: %s", r.status, elsewhere.Load(), r.stderr)
	}
}
