package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// Wrong input causes an error message and status 2, and nothing is sent.
func TestInput(t *testing.T) {
	const origins = `"allowOrigins": ["https://app.example.com"]`
	server := serve(t, data)
	tests := []struct {
		title  string
		policy string
		args   []string
		want   string
	}{
		{"no URL", "", nil, `the URL is missing: write corscheck https://host/path`},
		{"a URL without a scheme", "", []string{"api.example.com/orders"}, `"api.example.com/orders" has no scheme: write "https://api.example.com/orders"`},
		{"a host and a port", "", []string{"api.example.com:8080"}, `"api.example.com:8080" has no scheme: write "https://api.example.com:8080"`},
		{"an address that isn't this machine's", "", []string{"192.0.2.1:8080"}, `"192.0.2.1:8080" has no scheme: write "https://192.0.2.1:8080"`},
		{"a severity that doesn't exist", "", []string{"-fail-on", "warning", server.URL}, `-fail-on "warning": write danger, fault or note`},
		{"an id that doesn't exist", "", []string{"-ignore", "vary", server.URL}, `-ignore "vary" isn't the id of a finding: write one of actual-denied, allow-credentials-invalid, `},
		{"a JUnit file that can't be written", "", []string{"-junit", "nowhere/junit.xml", server.URL}, `the JUnit file can't be written: open nowhere/junit.xml`},
		{"a URL without a scheme and another in its query", "", []string{"api.example.com/?to=https://a.example"}, `has no scheme: write "https://api.example.com/?to=https://a.example"`},
		{"a URL of another scheme", "", []string{"ftp://api.example.com/"}, `has the scheme ftp: write an http or https URL`},
		{"a URL without a host", "", []string{"https:///orders"}, `has no host`},
		{"a URL that is none", "", []string{"https://api.example.com:port/"}, `"https://api.example.com:port/" isn't a URL: invalid port`},
		{"a URL with credentials", "", []string{"https://user:secret@api.example.com/"}, `"https://user:xxxxx@api.example.com/" has a username or a password, which browsers refuse: leave it out`},
		{"a URL at a port that browsers block", "", []string{"http://127.0.0.1:6000/"}, `Browsers do not connect to port 6000`},
		{"a second URL without a scheme", "", []string{server.URL, "b.example/"}, `"b.example/" has no scheme`},
		{"a flag behind the URL", "", []string{"https://a.example/", "-k"}, `"-k" comes after a URL: write the flags first`},
		{"a flag that is not there", "", []string{"-fast", server.URL}, `flag provided but not defined: -fast: see corscheck -h`},
		{"a negative delay", "", []string{"-delay", "-1s", server.URL}, `can't be negative`},
		{"a header that is none", "", []string{"-H", "Cookie", server.URL}, `isn't a header: write -H "Name: value"`},
		{"a header that is asked about", "", []string{"-H", "Origin: https://a.example", server.URL}, `name origins with -origin`},
		{"a header of the connection", "", []string{"-H", "Host: a.example", server.URL}, `Host follows from the URL`},
		{"an origin with a path", "", []string{"-origin", "https://app.example.com/", server.URL}, `"https://app.example.com/" is not a serialized origin`},
		{"more requests than may be", "", []string{"-max-requests", "10", server.URL}, `more than the 10 of -max-requests`},
		{"a file that is not there", "", []string{"-policy", "nowhere.json", server.URL}, `the policy can't be read: open nowhere.json`},

		{"an empty policy", " ", nil, `standard input:1:1: this isn't JSON: unexpected end of JSON input; write a policy such as {"allowOrigins": ["https://app.example.com"]}`},
		{"a policy that is not JSON", "{\n  \"allowOrigins\": [\"*\",]\n}", nil, `standard input:2:24: this isn't JSON: invalid character ']'`},
		{"something behind the policy", `{` + origins + `} {}`, nil, `standard input:1:47: this isn't JSON: invalid character '{' after top-level value`},
		{"an unknown field", "{\n  " + origins + ",\n  \"allowOrigin\": [\"*\"]\n}", nil, `standard input:3:3: allowOrigin isn't a field of a policy; write "allowOrigins"`},
		{"an unknown field in the second Config", "[{" + origins + "},\n {\"origins\": []}]", nil, `standard input:2:3: [1].origins isn't a field of a policy; write one of paths, pathRegexps, allowOrigins`},
		{"a field with escapes in its name", `{"\u006frigins": []}`, nil, `standard input:1:2: origins isn't a field`},
		{"a field in another case", `{"AllowOrigins": ["*"]}`, nil, `standard input:1:2: AllowOrigins isn't a field of a policy; write "allowOrigins"`},
		{"the function", `{"AllowOriginFunc": null}`, nil, `AllowOriginFunc isn't a field`},
		{"a field that appears twice", `{` + origins + `, "allowOrigins": ["*"]}`, nil, `standard input:1:47: allowOrigins appears twice`},
		{"an object for a list", `{"allowOrigins": {"allowOrigins": []}}`, nil, `standard input:1:18: allowOrigins is an object; write a list`},
		{"a string for a list", `{"allowOrigins": "*"}`, nil, `standard input:1:18: allowOrigins is a string; write a list`},
		{"a string for a number", `{` + origins + `, "maxAge": "600"}`, nil, `maxAge is a string; write a whole number`},
		{"a broken number", `{` + origins + `, "maxAge": 1.5}`, nil, `maxAge "1.5": isn't a whole number`},
		{"a number for a list member", `{"allowOrigins": [1]}`, nil, `standard input:1:19: allowOrigins[0] is a number; write a string`},
		{"a string for a policy", `"*"`, nil, `standard input:1:1: the document is a string; write an object, or a list of objects`},
		{"no Config", `[]`, nil, `standard input:1:1: there is no Config; write one such as {"allowOrigins"`},
		{"null for a policy", `null`, nil, `standard input:1:1: there is no Config`},
		{"a policy that allows nothing", `{}`, nil, `standard input: AllowOrigins is empty`},
		{"a policy that does not validate", `{"allowOrigins": ["https://app.example.com/"]}`, nil, `standard input:1:19: allowOrigins[0] "https://app.example.com/": an origin has no path, not even a trailing slash; write "https://app.example.com"`},
		{"the second Config does not validate", `[{"paths": ["/a"], ` + origins + `}, {` + origins + `, "allowMethods": ["TRACE"]}]`, nil, `standard input:1:129: [1].allowMethods[0] "TRACE": is a method that browsers never let scripts use`},
		{"a policy that is too long", `{}` + strings.Repeat(" ", 64<<20), nil, `standard input: the text has 67108866 bytes, and at most 67108864 are read`},
		{"two problems", "{\"maxAge\": \"1\",\n \"paths\": {}}", nil, "corscheck: standard input:1:12: maxAge is a string; write a whole number\ncorscheck: standard input:2:11: paths is an object; write a list of strings\n"},
		{"a risk", `{"allowOrigins": ["*"], "allowCredentials": true}`, nil, `add "any-origin-with-credentials=*" to acceptRisks`},
		{"a path to which no Config applies", `{"paths": ["/other"], ` + origins + `}`, nil, `no Config of the policy applies to the path /data: write another URL, or fix the policy`},
		{"an origin that the policy denies", `{` + origins + `}`, []string{"-origin", "https://admin.example.com"}, `-origin https://admin.example.com: the policy doesn't allow it`},
		{"an origin that is none", `{"allowOrigins": ["*"]}`, []string{"-origin", "https://app.example.com/"}, `"https://app.example.com/" is not a serialized origin`},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			args := test.args
			if test.policy != "" {
				args = append(args, "-policy", "-", server.URL+"/data")
			}
			before := server.sent()
			expectFailure(t, corscheck(t, test.policy, args...), test.want)
			if n := server.sent() - before; n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func expectFailure(t *testing.T, r outcome, want string) {
	t.Helper()
	if r.status != exitUnrun {
		t.Errorf("the status is %d, want %d", r.status, exitUnrun)
	}
	if !strings.Contains(r.stderr, "corscheck: ") || !strings.Contains(r.stderr, want) {
		t.Errorf("it says\n%s\nwithout\n%s", r.stderr, want)
	}
	if r.stdout != "" {
		t.Errorf("standard output: %s", r.stdout)
	}
}

func TestEveryProblemOfAPolicyIsSaid(t *testing.T) {
	r := corscheck(t, `{"allowOrigins": ["https://a.example/"], "maxAge": 1000000, "allowMethods": ["TRACE"]}`, "-policy", "-", "http://127.0.0.1/")
	if n := strings.Count(r.stderr, "corscheck: standard input:1:"); n != 3 {
		t.Errorf("%d problems are reported, want 3:\n%s", n, r.stderr)
	}
}

// serveRaw writes some bytes to every connection.
func serveRaw(t *testing.T, response string) (host string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(5 * time.Second))
				conn.Read(make([]byte, 1))
				io.WriteString(conn, response)
			}()
		}
	}()
	return listener.Addr().String()
}

func TestServersThatCannotBeAsked(t *testing.T) {
	redirecting := serve(t, http.RedirectHandler("/data/", http.StatusMovedPermanently))
	plain := serve(t, data)
	secure := httptest.NewUnstartedServer(data)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	hanging := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}))
	closed := nobody(t)
	dying := 0
	half := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dying++; dying > 3 {
			panic(http.ErrAbortHandler)
		}
		data.ServeHTTP(w, r)
	}))
	tests := []struct {
		title string
		args  []string
		want  string
	}{
		{"nothing listens", []string{closed}, "nothing listens on the URL's host and port"},
		{"the URL redirects", []string{redirecting.URL + "/data"}, `/data/", with a slash at the end (status 301): check that URL, and use it in scripts, since browsers don't follow redirects of preflights (request 1 of `},
		{"another protocol", []string{"http://" + serveRaw(t, "220 mail.example.com ESMTP\r\n")}, "doesn't speak HTTP"},
		{"nothing is said", []string{"http://" + serveRaw(t, "")}, "closes the connection without an HTTP response"},
		{"another protocol for TLS", []string{"https://" + serveRaw(t, "220 mail.example.com ESMTP\r\n")}, "the server doesn't speak TLS"},
		{"http for TLS", []string{strings.Replace(plain.URL, "http:", "https:", 1)}, "the server doesn't speak TLS: write the URL with http"},
		{"TLS for http", []string{strings.Replace(secure.URL, "https:", "http:", 1)}, "the server speaks TLS on that port: write the URL with https"},
		{"a certificate that nobody trusts", []string{secure.URL}, "the server's TLS certificate is not trusted"},
		{"no response", []string{"-timeout", "50ms", hanging.URL}, "the server doesn't respond in time"},
		{"a server that dies", []string{half.URL}, "(request 4 of "},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			r := corscheck(t, "", test.args...)
			expectFailure(t, r, test.want)
			if !strings.HasPrefix(r.stderr, "corscheck sends ") {
				t.Errorf("nothing was announced: %s", r.stderr)
			}
		})
	}
}

func TestFailuresAsJSON(t *testing.T) {
	r := corscheck(t, "", "-json")
	validate(t, r.stdout)
	var d struct{ Errors []string }
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || r.status != exitUnrun || len(d.Errors) != 1 || !strings.HasPrefix(d.Errors[0], "the URL is missing") {
		t.Errorf("status %d: %s", r.status, r.stdout)
	}
}

func TestHelp(t *testing.T) {
	r := corscheck(t, "", "-h")
	if r.status != exitGood || r.stderr != "" {
		t.Errorf("status %d: %s", r.status, r.stderr)
	}
	for _, line := range strings.Split(r.stdout, "\n") {
		if len(line) > columns+1 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
	for _, id := range probe.IDs() {
		if !regexp.MustCompile("\n  " + id + " +[a-zA-Z]").MatchString(r.stdout) {
			t.Errorf("the finding %s isn't explained", id)
		}
	}
	for _, name := range []string{"policy", "origin", "H", "fail-on", "ignore", "junit", "head", "k", "delay", "timeout", "max-requests", "json", "schema", "h"} {
		if !strings.Contains(r.stdout, "\n  -"+name+" ") {
			t.Errorf("-%s is not explained", name)
		}
	}
}

// Cookies and other secrets are sent with actual requests and not with
// preflights, and no output shows them.
func TestHeaders(t *testing.T) {
	server := serve(t, careless{func(string) bool { return true }, true})
	for _, args := range [][]string{{}, {"-json"}} {
		args = append(args, "-H", "cookie: session=secret", "-H", "Authorization: Bearer secret", "-H", "X-Many: 1", "-H", "x-many:2", server.URL)
		r := corscheck(t, "", args...)
		if r.status != exitBad || strings.Contains(r.stdout+r.stderr, "secret") {
			t.Errorf("status %d, and the output has the secret: %s", r.status, r.stdout)
		}
	}
	for _, r := range server.requests {
		got := fmt.Sprint(r.Header["Cookie"], r.Header["Authorization"], r.Header["X-Many"])
		want := "[session=secret] [Bearer secret] [1 2]"
		if r.Header.Get("Access-Control-Request-Method") != "" {
			want = "[] [] []"
		}
		if got != want {
			t.Errorf("%s from %s has %s, want %s", r.Method, r.Header.Get("Origin"), got, want)
		}
	}
}

func TestSelfSignedCertificate(t *testing.T) {
	server := &recorder{handler: behind(t, `{"allowOrigins": ["https://app.example.com"]}`)}
	server.Server = httptest.NewUnstartedServer(server)
	server.EnableHTTP2 = true
	server.StartTLS()
	server.watch(t)
	if _, status := check(t, server, `{"allowOrigins": ["https://app.example.com"]}`, "-k"); status != exitGood {
		t.Errorf("status %d", status)
	}
	if proto := server.requests[0].Proto; proto != "HTTP/2.0" {
		t.Errorf("over %s", proto)
	}
}

// A body that never ends does no harm.
func TestEndlessBody(t *testing.T) {
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	endless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "data: 1\n\n")
		http.NewResponseController(w).Flush()
		if r.Method == http.MethodGet {
			select {
			case <-r.Context().Done():
			case <-done:
			}
		}
	})
	server := httptest.NewServer(endless)
	t.Cleanup(server.Close)
	if r := corscheck(t, "", "-timeout", "5s", server.URL); r.status != exitGood {
		t.Errorf("status %d: %s", r.status, r.stderr)
	}
}

func TestDelay(t *testing.T) {
	server := serve(t, data)
	started := time.Now()
	corscheck(t, "", "-delay", "10ms", server.URL)
	if took, least := time.Since(started), time.Duration(server.sent()-1)*10*time.Millisecond; took < least {
		t.Errorf("%d requests took %v, want at least %v", server.sent(), took, least)
	}
}

func TestHead(t *testing.T) {
	server := serve(t, data)
	check(t, server, "", "-head")
	for _, r := range server.requests {
		if r.Method == http.MethodGet {
			t.Fatal("GET was sent")
		}
	}
}
