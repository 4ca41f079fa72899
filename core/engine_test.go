package cors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

func mustNew(t testing.TB, cfgs ...cors.Config) *cors.Engine {
	t.Helper()
	e, err := cors.New(cfgs...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// servers start one server for each version of HTTP on a loopback address.
func servers(t *testing.T, handler http.Handler) map[string]*httptest.Server {
	t.Helper()
	all := make(map[string]*httptest.Server)
	for _, version := range []string{"HTTP/1.1", "HTTP/2.0"} {
		srv := httptest.NewUnstartedServer(handler)
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		if version == "HTTP/2.0" {
			srv.EnableHTTP2 = true
			srv.StartTLS()
		} else {
			srv.Start()
		}
		t.Cleanup(srv.Close)
		srv.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		all[version] = srv
	}
	return all
}

// send sends a request that is written as text: method and path in the first
// line, a header in each of the others.
func send(t *testing.T, srv *httptest.Server, version, request string) *http.Response {
	t.Helper()
	lines := strings.Split(request, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	req, err := http.NewRequest(method, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["User-Agent"] = nil
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		req.Header.Add(name, strings.TrimPrefix(value, " "))
	}
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Proto != version {
		t.Fatalf("the server speaks %s, want %s", res.Proto, version)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	return res
}

// show writes a response as text: the status, " app" if the application
// answered, and every header but Date in order.
func show(t *testing.T, res *http.Response) string {
	t.Helper()
	h := maps.Clone(res.Header)
	delete(h, "Date")
	first := fmt.Sprint(res.StatusCode)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := h["X-App"]; ok {
		first += " app"
		for name, want := range map[string]string{"X-App": "1", "Content-Type": "text/plain", "Content-Length": "4"} {
			if got := h[name]; !slices.Equal(got, []string{want}) {
				t.Errorf("the application's %s is %q, want %q", name, got, want)
			}
			delete(h, name)
		}
		if res.Request.Method != http.MethodHead && string(body) != "app\n" {
			t.Errorf("the application's body is %q", body)
		}
	} else if len(body) > 0 {
		t.Errorf("the middleware answers with a body: %q", body)
	}
	var lines []string
	for name, values := range h {
		for _, value := range values {
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	return strings.Join(append([]string{first}, lines...), "\n")
}

var app = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-App", "1")
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", "4")
	io.WriteString(w, "app\n")
})

var (
	public = cors.Config{AllowOrigins: []string{"*"}, ExposeHeaders: []string{"X-Total-Count", "ETag"}}
	listed = cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.example.org", "https://pr-*.example.net", "http://localhost:*"},
		AllowMethods:     []string{"PUT", "DELETE"},
		AllowHeaders:     []string{"Authorization", "X-Tenant"},
		ExposeHeaders:    []string{"X-Total-Count"},
		AllowCredentials: true,
		MaxAge:           600,
	}
	anyWithCredentials = cors.Config{
		AllowOrigins:     []string{"*"},
		AllowMethods:     []string{"*"},
		AllowHeaders:     []string{"*"},
		AllowCredentials: true,
		AcceptRisks:      []cors.Risk{cors.RiskAnyOriginWithCredentials},
	}
)

// with returns a Config that differs from another one.
func with(c cors.Config, change func(*cors.Config)) cors.Config {
	change(&c)
	return c
}

type exchange struct {
	name    string
	configs []cors.Config
	request string
	want    string // what show writes
}

func one(c cors.Config) []cors.Config { return []cors.Config{c} }

// defaultLists is what a preflight response lists by default.
const defaultLists = "Access-Control-Allow-Headers: accept,authorization,content-type,user-agent,x-csrf-token,x-csrftoken,x-requested-with\nAccess-Control-Allow-Methods: DELETE,GET,OPTIONS,PATCH,POST,PUT\n"

// The rows of the design's table of answers.
var answers = []exchange{
	{"no origin, any origin allowed: the public headers, for every cache", one(public),
		"GET /",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"no origin, listed origins: Vary only", one(listed),
		"GET /",
		"200 app\nVary: Origin"},
	{"actual request, any origin allowed: the same headers as without an origin", one(public),
		"GET /\nOrigin: https://evil.org",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"actual request, origin listed: all headers", one(listed),
		"GET /\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"actual request, origin not listed: Vary, and the application answers", one(listed),
		"GET /\nOrigin: https://evil.org",
		"200 app\nVary: Origin"},
	{"actual request with a method that is not allowed: the application answers, since the preflight was denied", one(listed),
		"PATCH /\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"preflight, origin listed: the whole policy", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Authorization,X-Tenant\nAccess-Control-Allow-Methods: PUT,DELETE\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 600\nVary: Origin"},
	{"preflight for a method and headers that are not allowed: the whole policy, for the browser to judge", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PATCH\nAccess-Control-Request-Headers: x-evil",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Authorization,X-Tenant\nAccess-Control-Allow-Methods: PUT,DELETE\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 600\nVary: Origin"},
	{"preflight, origin not listed: 403 and nothing but Vary", one(listed),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT",
		"403\nContent-Length: 0\nVary: Origin"},
	{"preflight, any origin allowed: no Vary", one(with(public, func(c *cors.Config) {
		c.AllowMethods, c.AllowHeaders = []string{"*"}, []string{"*", "authorization"}
	})),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-evil",
		"204\nAccess-Control-Allow-Headers: *,Authorization\nAccess-Control-Allow-Methods: *\nAccess-Control-Allow-Origin: *\nAccess-Control-Max-Age: 7200"},
}

var exchanges = []exchange{
	{"a pattern of subdomains allows", one(listed),
		"GET /\nOrigin: https://a.b.example.org",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://a.b.example.org\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"a pattern within a label allows", one(listed),
		"GET /\nOrigin: https://pr-12.example.net",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://pr-12.example.net\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"a pattern for the port allows", one(listed),
		"GET /\nOrigin: http://localhost:3000",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: http://localhost:3000\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"an expression allows the whole origin", one(cors.Config{AllowOriginRegexps: []string{`https://(a|b)\.example\.com`}}),
		"GET /\nOrigin: https://b.example.com",
		"200 app\nAccess-Control-Allow-Origin: https://b.example.com\nVary: Origin"},
	{"an expression allows no origin that only contains a match", one(cors.Config{AllowOriginRegexps: []string{`https://(a|b)\.example\.com`}}),
		"GET /\nOrigin: https://b.example.com.evil.org",
		"200 app\nVary: Origin"},
	{"null is allowed where it is listed", one(cors.Config{AllowOrigins: []string{"null"}}),
		"GET /\nOrigin: null",
		"200 app\nAccess-Control-Allow-Origin: null\nVary: Origin"},
	{"null is denied where it is not listed", one(listed),
		"OPTIONS /\nOrigin: null\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"with AllowOrigins alone, the default methods and headers are allowed", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},
	{"with empty lists, a preflight response lists the safelisted methods and no headers", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{}, AllowHeaders: []string{}}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a",
		"204\nAccess-Control-Allow-Methods: GET,HEAD,POST\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},
	{"lists are written once for each name", one(cors.Config{
		AllowOrigins: []string{"https://app.example.com", "https://app.example.com"},
		AllowMethods: []string{"PUT", "PUT", "x"}, AllowHeaders: []string{"X-A", "x-a", "X-B"},
	}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT",
		"204\nAccess-Control-Allow-Headers: X-A,X-B\nAccess-Control-Allow-Methods: PUT,x\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},
	{"exposed headers are written once for each name", one(cors.Config{AllowOrigins: []string{"*"}, ExposeHeaders: []string{"X-A", "x-a", "X-B"}}),
		"GET /", "200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-A,X-B"},
	{"all headers are exposed by a wildcard alone", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, ExposeHeaders: []string{"*"}}),
		"GET /\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: *\nVary: Origin"},
	{"without credentials, all methods and headers are a wildcard that does not depend on the request", one(cors.Config{
		AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"},
	}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PATCH\nAccess-Control-Request-Headers: x-b",
		"204\nAccess-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},
	{"the default methods and headers, written out, are sent as they are", one(cors.Config{
		AllowOrigins: []string{"https://app.example.com"}, AllowMethods: cors.DefaultMethods(), AllowHeaders: cors.DefaultHeaders(),
	}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},

	{"a negative MaxAge says that nothing is kept", one(cors.Config{AllowOrigins: []string{"*"}, MaxAge: -5}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: *\nAccess-Control-Max-Age: 0"},
	{"the longest MaxAge is sent", one(cors.Config{AllowOrigins: []string{"*"}, MaxAge: 86400}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: *\nAccess-Control-Max-Age: 86400"},
	{"a preflight is answered with the status that is set", one(with(listed, func(c *cors.Config) { c.PreflightStatus = 200 })),
		"OPTIONS /\nOrigin: http://localhost\nAccess-Control-Request-Method: GET",
		"200\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Authorization,X-Tenant\nAccess-Control-Allow-Methods: PUT,DELETE\nAccess-Control-Allow-Origin: http://localhost\nAccess-Control-Max-Age: 600\nContent-Length: 0\nVary: Origin"},
	{"a denied preflight is answered with 403 whatever status is set", one(with(listed, func(c *cors.Config) { c.PreflightStatus = 200 })),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"a preflight that is passed has its headers and the application's answer", one(with(listed, func(c *cors.Config) { c.PassPreflight = true })),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Authorization,X-Tenant\nAccess-Control-Allow-Methods: PUT,DELETE\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 600\nVary: Origin"},
	{"a denied preflight that is passed has no headers but Vary", one(with(listed, func(c *cors.Config) { c.PassPreflight = true })),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT",
		"200 app\nVary: Origin"},

	{"a private network is allowed to a preflight that asks", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowPrivateNetwork: true}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Private-Network: true",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Allow-Private-Network: true\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Private-Network"},
	{"a private network is not mentioned to a preflight that does not ask", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowPrivateNetwork: true}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Private-Network"},
	{"a private network is not mentioned to a preflight that asks in other words", one(cors.Config{AllowOrigins: []string{"*"}, AllowPrivateNetwork: true}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Private-Network: TRUE",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: *\nAccess-Control-Max-Age: 7200\nVary: Access-Control-Request-Private-Network"},
	{"a private network is not mentioned where it is not allowed", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}}),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Private-Network: true",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin"},
	{"a private network is not mentioned to an actual request", one(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowPrivateNetwork: true}),
		"GET /\nOrigin: https://app.example.com\nAccess-Control-Request-Private-Network: true",
		"200 app\nAccess-Control-Allow-Origin: https://app.example.com\nVary: Origin"},

	{"OPTIONS without a requested method goes to the application", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"OPTIONS with an empty requested method goes to the application", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method:",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"OPTIONS without an origin goes to the application", one(listed),
		"OPTIONS /\nAccess-Control-Request-Method: PUT",
		"200 app\nVary: Origin"},
	{"a requested method on another method makes no preflight", one(listed),
		"POST /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"HEAD has the headers of GET", one(listed),
		"HEAD /\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},

	{"a repeated origin is allowed by nothing", one(listed),
		"GET /\nOrigin: https://app.example.com\nOrigin: https://app.example.com",
		"200 app\nVary: Origin"},
	{"a repeated origin in a preflight is denied", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com\nOrigin: https://evil.org\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"a repeated origin reads what any origin reads", one(public),
		"GET /\nOrigin: https://app.example.com\nOrigin: https://evil.org",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"an empty origin is allowed by nothing", one(listed),
		"GET /\nOrigin:",
		"200 app\nVary: Origin"},
	{"an empty origin in a preflight is denied", one(listed),
		"OPTIONS /\nOrigin:\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"an empty origin in a preflight reads what any origin reads", one(public),
		"OPTIONS /\nOrigin:\nAccess-Control-Request-Method: GET",
		"204\n" + defaultLists + "Access-Control-Allow-Origin: *\nAccess-Control-Max-Age: 7200"},
	{"an origin in upper case is denied", one(listed),
		"OPTIONS /\nOrigin: https://APP.example.com\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"an origin with its default port is denied", one(listed),
		"OPTIONS /\nOrigin: https://app.example.com:443\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"an origin with a fragment that ends like a pattern is denied", one(listed),
		"OPTIONS /\nOrigin: https://evil.org/#.example.org\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"a very long origin is denied", one(listed),
		"GET /\nOrigin: https://" + strings.Repeat("a.", 10000) + "example.org",
		"200 app\nVary: Origin"},

	{"any origin with credentials is named, and the method and headers that it asks for", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PATCH\nAccess-Control-Request-Headers: x-a,x-b",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: x-a,x-b\nAccess-Control-Allow-Methods: PATCH\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"any origin with credentials is named in an actual request", one(anyWithCredentials),
		"GET /\nOrigin: https://evil.org",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://evil.org\nVary: Origin"},
	{"any origin with credentials is never a wildcard without an origin", one(anyWithCredentials),
		"GET /",
		"200 app\nVary: Origin"},
	{"any origin with credentials names null", one(anyWithCredentials),
		"GET /\nOrigin: null",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: null\nVary: Origin"},
	{"any origin with credentials names nothing that is no origin", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org/\nAccess-Control-Request-Method: PUT",
		"403\nContent-Length: 0\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"any origin with credentials names no repeated origin", one(anyWithCredentials),
		"GET /\nOrigin: https://a.example.com\nOrigin: https://b.example.com",
		"200 app\nVary: Origin"},
	{"any origin with credentials names no empty origin", one(anyWithCredentials),
		"GET /\nOrigin:",
		"200 app\nVary: Origin"},
	{"a list is named as it should be written, however an intermediary left it", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: X-A , x-b,,\tx-c\nAccess-Control-Request-Headers: x-d",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: X-A,x-b,x-c,x-d\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a list with a name that is no token is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a,x b",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a list of commas is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: , ,",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"the longest list is named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: " + strings.Repeat("a", 1024),
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: " + strings.Repeat("a", 1024) + "\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a longer list is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: " + strings.Repeat("a", 1025),
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"the longest method is named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: " + strings.Repeat("M", 64),
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: " + strings.Repeat("M", 64) + "\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a longer method is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: " + strings.Repeat("M", 65),
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a method that is no token is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT, DELETE",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a forbidden method is not named", one(anyWithCredentials),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: trace",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	{"a list of methods with credentials is told whole", one(with(anyWithCredentials, func(c *cors.Config) { c.AllowMethods = []string{"PUT"} })),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PATCH\nAccess-Control-Request-Headers: x-a",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: x-a\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Headers"},
	{"a list of headers with credentials is told whole", one(with(anyWithCredentials, func(c *cors.Config) { c.AllowHeaders = []string{"X-B"} })),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PATCH\nAccess-Control-Request-Headers: x-a",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: X-B\nAccess-Control-Allow-Methods: PATCH\nAccess-Control-Allow-Origin: https://evil.org\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method"},
	{"listed origins with credentials can use all methods, too", one(with(listed, func(c *cors.Config) { c.AllowMethods = []string{"*"} })),
		"OPTIONS /\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PROPFIND",
		"204\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Authorization,X-Tenant\nAccess-Control-Allow-Methods: PROPFIND\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 600\nVary: Origin, Access-Control-Request-Method"},

	{"a path that no Config applies to is left alone", one(with(listed, func(c *cors.Config) { c.Paths = []string{"/api/"} })),
		"GET /other\nOrigin: https://app.example.com",
		"200 app"},
	{"a preflight for a path that no Config applies to goes to the application", one(with(listed, func(c *cors.Config) { c.Paths = []string{"/api/"} })),
		"OPTIONS /other\nOrigin: https://app.example.com\nAccess-Control-Request-Method: GET",
		"200 app"},
	{"an expression applies to the whole path", one(with(public, func(c *cors.Config) { c.PathRegexps = []string{`/v\d+/.*`} })),
		"GET /v12/posts",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"an expression applies to no path that only contains a match", one(with(public, func(c *cors.Config) { c.PathRegexps = []string{`/v\d+/.*`} })),
		"GET /x/v12/posts",
		"200 app"},
	{"the query is no part of the path", one(with(public, func(c *cors.Config) { c.Paths = []string{"/posts"} })),
		"GET /posts?page=2",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"a denied origin is stopped where that is asked for", one(rejecting),
		"POST /\nOrigin: https://evil.org",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"a malformed origin is stopped", one(rejecting),
		"POST /\nOrigin: https://app.example.com\nOrigin: https://app.example.com",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"an opaque origin is stopped", one(rejecting),
		"POST /\nOrigin: null\nSec-Fetch-Site: cross-site",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"another origin of the same site is stopped", one(rejecting),
		"POST /\nOrigin: https://other.example.com\nSec-Fetch-Site: same-site",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"what denied origins read is stopped, too", one(rejecting),
		"GET /\nOrigin: https://evil.org\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"an allowed origin is not stopped", one(rejecting),
		"POST /\nOrigin: https://app.example.com\nSec-Fetch-Site: cross-site",
		"200 app\nAccess-Control-Allow-Origin: https://app.example.com\nVary: Origin"},
	{"a request without an origin is not stopped", one(rejecting),
		"POST /\nSec-Fetch-Site: cross-site",
		"200 app\nVary: Origin"},
	{"a page of the server's own is not stopped", one(rejecting),
		"POST /\nOrigin: https://api.example.com\nSec-Fetch-Site: same-origin",
		"200 app\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"what the user asks for is not stopped", one(rejecting),
		"POST /\nOrigin: null\nSec-Fetch-Site: none",
		"200 app\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"a navigation of the top-level page is not stopped", one(rejecting),
		"GET /\nOrigin: https://evil.org\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document",
		"200 app\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"a form that navigates the top-level page by POST is stopped", one(rejecting),
		"POST /\nOrigin: https://evil.org\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"a navigation of a frame is stopped", one(rejecting),
		"GET /\nOrigin: https://evil.org\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe",
		"403\nContent-Length: 0\nVary: Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"},
	{"a preflight is answered as ever", one(rejecting),
		"OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT\nSec-Fetch-Site: same-origin",
		"403\nContent-Length: 0\nVary: Origin"},
	{"a path that no Config applies to is not stopped", one(at(rejecting, "/api/")),
		"POST /form\nOrigin: https://evil.org\nSec-Fetch-Site: cross-site",
		"200 app"},

	{"the first Config whose paths match applies", several,
		"GET /api/public/posts\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"the next Config applies to what the first does not", several,
		"GET /api/posts\nOrigin: https://app.example.com",
		"200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Total-Count\nVary: Origin"},
	{"the first Config that applies decides, even if a later one would allow", several,
		"OPTIONS /api/posts\nOrigin: https://evil.org\nAccess-Control-Request-Method: GET",
		"403\nContent-Length: 0\nVary: Origin"},
	{"a Config without paths applies to the rest", several,
		"GET /index.html\nOrigin: https://evil.org",
		"200 app\nAccess-Control-Allow-Origin: *"},
	{"a Config applies by a pattern or by an expression", several,
		"GET /feeds/atom.xml\nOrigin: https://evil.org",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"an escaped slash separates no segments", one(with(public, func(c *cors.Config) { c.Paths = []string{"/files/{name}"} })),
		"GET /files/a%2Fb",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"an escaped slash does not lead below a path", one(with(public, func(c *cors.Config) { c.Paths = []string{"/files/"} })),
		"GET /files%2Fa",
		"200 app"},
	{"an escaped slash beside a character that should be escaped, too, is the slash that the router sees", one(with(public, func(c *cors.Config) { c.Paths = []string{"/files/"} })),
		"GET /files%2Fa|",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
	{"an escaped letter is the letter", one(with(public, func(c *cors.Config) { c.Paths = []string{"/files/"} })),
		"GET /f%69les/a",
		"200 app\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-Total-Count,ETag"},
}

var rejecting = cors.Config{AllowOrigins: []string{"https://app.example.com"}, RejectDisallowed: true}

var several = []cors.Config{
	with(public, func(c *cors.Config) {
		c.Paths, c.PathRegexps = []string{"/api/public/"}, []string{`/feeds/[a-z]+\.xml`}
	}),
	with(listed, func(c *cors.Config) { c.Paths = []string{"/api/"} }),
	{AllowOrigins: []string{"*"}},
}

func TestHandlerAnswersOverHTTP(t *testing.T) {
	for _, tt := range append(slices.Clone(answers), exchanges...) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for version, srv := range servers(t, mustNew(t, tt.configs...).Handler(app)) {
				if got := show(t, send(t, srv, version, tt.request)); got != tt.want {
					t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", version, tt.request, got, tt.want)
				}
			}
		})
	}
}

func TestVaryIsAddedToAndNotRepeated(t *testing.T) {
	actual := "GET /\nOrigin: https://app.example.com"
	preflight := "OPTIONS /\nOrigin: https://evil.org\nAccess-Control-Request-Method: PUT"
	tests := []struct {
		name    string
		cfg     cors.Config
		before  []string // what outer middleware sets
		after   []string // what the application adds
		request string
		want    []string
	}{
		{"what outer middleware has set stays", listed, []string{"Accept-Encoding"}, nil, actual, []string{"Accept-Encoding, Origin"}},
		{"what the application adds stays", listed, nil, []string{"Accept-Encoding"}, actual, []string{"Origin", "Accept-Encoding"}},
		{"the lines of outer middleware become one", listed, []string{"Accept-Encoding", "Cookie, Accept"}, []string{"X"}, actual, []string{"Accept-Encoding, Cookie, Accept, Origin", "X"}},
		{"a name that stands there is not repeated", listed, []string{"Origin"}, nil, actual, []string{"Origin"}},
		{"a name that stands there in another case is not repeated", listed, []string{"Accept, oRIGIN"}, nil, actual, []string{"Accept, oRIGIN"}},
		{"a name that stands in a later line is not repeated", listed, []string{"Accept", "Cookie ,\tOrigin , X"}, nil, actual, []string{"Accept, Cookie, Origin, X"}},
		{"a name that only contains ours does not stand for it", listed, []string{"X-Origin, Origins"}, nil, actual, []string{"X-Origin, Origins, Origin"}},
		{"a wildcard stands for all", listed, []string{"*"}, nil, actual, []string{"*"}},
		{"an empty line stands for nothing", listed, []string{""}, nil, actual, []string{"Origin"}},
		{"only what is missing is added", anyWithCredentials, []string{"Access-Control-Request-Method"}, nil, preflight,
			[]string{"Access-Control-Request-Method, Origin, Access-Control-Request-Headers"}},
		{"a denied preflight keeps what outer middleware has set", listed, []string{"Accept-Encoding"}, nil, preflight, []string{"Accept-Encoding, Origin"}},
		{"without anything of our own nothing is added", public, []string{"Accept-Encoding"}, nil, actual, []string{"Accept-Encoding"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inner := mustNew(t, tt.cfg).Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for _, v := range tt.after {
					w.Header().Add("Vary", v)
				}
			}))
			outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, v := range tt.before {
					w.Header().Add("Vary", v)
				}
				inner.ServeHTTP(w, r)
			})
			for version, srv := range servers(t, outer) {
				if got := send(t, srv, version, tt.request).Header["Vary"]; !slices.Equal(got, tt.want) {
					t.Errorf("%s: Vary is %q, want %q", version, got, tt.want)
				}
			}
		})
	}
}

// Two middlewares, one around the other, must not make two values of one header.
func TestAnEngineWithinAnEngineSetsEachHeaderOnce(t *testing.T) {
	inner := with(listed, func(c *cors.Config) { c.ExposeHeaders = []string{"X-Inner"} })
	h := mustNew(t, listed).Handler(mustNew(t, inner).Handler(app))
	for version, srv := range servers(t, h) {
		got := show(t, send(t, srv, version, "GET /\nOrigin: https://app.example.com"))
		want := "200 app\nAccess-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: X-Inner\nVary: Origin"
		if got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", version, got, want)
		}
	}
}

func TestResponsesKeepTheirHeadersWhateverHappens(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("no") })
	mux.HandleFunc("GET /redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusSeeOther) })
	mux.HandleFunc("GET /tree/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /unauthorized", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	mux.HandleFunc("GET /hijack", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() })
	stopped := make(chan struct{})
	t.Cleanup(func() { close(stopped) })
	mux.Handle("GET /timeout", http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}), time.Millisecond, "too late"))
	mux.Handle("GET /in-time", http.TimeoutHandler(app, time.Hour, "too late"))
	recoverer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, "recovered", http.StatusInternalServerError)
			}
		}()
		mux.ServeHTTP(w, r)
	})
	inside := mustNew(t, listed).Handler(recoverer)
	// A recovery around the middleware finds the headers in place, too.
	outside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, "recovered", http.StatusInternalServerError)
			}
		}()
		mustNew(t, listed).Handler(mux).ServeHTTP(w, r)
	})
	tests := []struct {
		name, request string
		status        int
	}{
		{"an error keeps them", "GET /error", 500},
		{"a panic that is recovered keeps them", "GET /panic", 500},
		{"a path without a handler keeps them", "GET /nothing", 404},
		{"a method without a handler keeps them", "DELETE /error", 405},
		{"a redirect keeps them", "GET /redirect", 303},
		{"a redirect of the router keeps them", "GET /tree", 307},
		{"a redirect to a clean path keeps them", "GET /tree//x", 307},
		{"a missing authorization keeps them", "GET /unauthorized", 401},
		{"a flush keeps them", "GET /hijack", 200},
		{"a timeout keeps them", "GET /timeout", 503},
		{"an answer in time keeps them", "GET /in-time", 200},
	}
	for where, h := range map[string]http.Handler{"recovery inside": inside, "recovery outside": outside} {
		for version, srv := range servers(t, h) {
			for _, tt := range tests {
				t.Run(tt.name+", "+where+", "+version, func(t *testing.T) {
					res := send(t, srv, version, tt.request+"\nOrigin: https://app.example.com")
					if res.StatusCode != tt.status && !(tt.status == 307 && res.StatusCode == 301) {
						t.Errorf("status %d, want %d", res.StatusCode, tt.status)
					}
					for name, want := range map[string]string{
						"Access-Control-Allow-Origin":      "https://app.example.com",
						"Access-Control-Allow-Credentials": "true",
						"Access-Control-Expose-Headers":    "X-Total-Count",
						"Vary":                             "Origin",
					} {
						if got := res.Header[name]; !slices.Equal(got, []string{want}) {
							t.Errorf("%s is %q, want %q", name, got, want)
						}
					}
				})
			}
		}
	}
}

// What a handler does to the slices of a header, in place or by appending,
// must not reach another response.
func TestAHandlerCannotAlterAnotherResponse(t *testing.T) {
	vandal := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range w.Header() {
			full := values[:cap(values)]
			for i := range full {
				full[i] = "vandalised"
			}
			w.Header()[name] = append(values, "vandalised")
		}
	})
	pass := with(listed, func(c *cors.Config) { c.PassPreflight = true })
	configs := map[string]cors.Config{"listed": pass, "any origin": with(public, func(c *cors.Config) { c.PassPreflight = true }),
		"any origin with credentials": with(anyWithCredentials, func(c *cors.Config) { c.PassPreflight = true })}
	requests := map[string]func() *http.Request{
		"without an origin": func() *http.Request { return httptest.NewRequest("GET", "/", nil) },
		"actual": func() *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Origin", "https://app.example.com")
			return r
		},
		"denied": func() *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Origin", "https://evil.org/")
			return r
		},
		"preflight": func() *http.Request {
			r := httptest.NewRequest("OPTIONS", "/", nil)
			r.Header.Set("Origin", "https://app.example.com")
			r.Header.Set("Access-Control-Request-Method", "PUT")
			return r
		},
	}
	for configName, cfg := range configs {
		for requestName, request := range requests {
			t.Run(configName+", "+requestName, func(t *testing.T) {
				e := mustNew(t, cfg)
				clean := httptest.NewRecorder()
				e.Handler(http.NotFoundHandler()).ServeHTTP(clean, request())
				want := clean.Header().Clone()
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						for range 200 {
							e.Handler(vandal).ServeHTTP(httptest.NewRecorder(), request())
							again := httptest.NewRecorder()
							e.Handler(http.NotFoundHandler()).ServeHTTP(again, request())
							if got := again.Header(); !maps.EqualFunc(got, want, slices.Equal) {
								t.Errorf("got %v, want %v", got, want)
								return
							}
						}
					})
				}
				wg.Wait()
			})
		}
	}
}

// The values of one response must not overlap either: appending to one header
// must not write into another.
func TestAppendingToAHeaderAltersNoOther(t *testing.T) {
	for _, request := range []string{"GET", "OPTIONS"} {
		req := cors.Request{Method: request, Origin: "https://app.example.com", AccessControlRequestMethod: "PUT"}
		d := mustNew(t, with(listed, func(c *cors.Config) { c.AllowPrivateNetwork = true })).Decide(&req)
		h := http.Header{}
		d.Apply(h)
		want := h.Clone()
		for name := range want {
			_ = append(h[name], "x")
			h[name] = append(h[name], "y")
			h[name] = h[name][:1]
		}
		if !maps.EqualFunc(h, want, slices.Equal) {
			t.Errorf("%s: got %v, want %v", request, h, want)
		}
	}
}

func TestApplyTwiceIsApplyOnce(t *testing.T) {
	for _, req := range []cors.Request{
		{Method: "GET"}, {Method: "GET", Origin: "https://app.example.com"}, {Method: "GET", Origin: "https://evil.org"},
		{Method: "OPTIONS", Origin: "https://app.example.com", AccessControlRequestMethod: "PUT", AccessControlRequestHeaders: "x-a"},
	} {
		for _, cfg := range []cors.Config{listed, public, anyWithCredentials} {
			d := mustNew(t, cfg).Decide(&req)
			once := http.Header{"Vary": {"Accept"}}
			d.Apply(once)
			twice := once.Clone()
			d.Apply(twice)
			if !maps.EqualFunc(once, twice, slices.Equal) {
				t.Errorf("%+v: once %v, twice %v", req, once, twice)
			}
		}
	}
}

func TestApplyAfterTheHandlersPutsBackWhatIsMissing(t *testing.T) {
	preflight := cors.Request{Method: "OPTIONS", Origin: "https://app.example.com", AccessControlRequestMethod: "PUT"}
	actual := cors.Request{Method: "GET", Origin: "https://app.example.com"}
	denied := cors.Request{Method: "GET", Origin: "https://evil.org"}
	tests := []struct {
		name    string
		cfg     cors.Config
		request cors.Request
		before  http.Header
		want    http.Header
	}{
		{"everything is put back into an empty response", listed, actual, http.Header{}, http.Header{
			"Access-Control-Allow-Origin": {"https://app.example.com"}, "Access-Control-Allow-Credentials": {"true"},
			"Access-Control-Expose-Headers": {"X-Total-Count"}, "Vary": {"Origin"},
		}},
		{"what something else has set is replaced, but for Vary", listed, actual, http.Header{
			"Access-Control-Allow-Origin": {"*", "null"}, "Access-Control-Expose-Headers": {"X-Mine"}, "Access-Control-Max-Age": {"1"}, "access-control-allow-origin": {"*"}, "Vary": {"Accept"},
		}, http.Header{
			"Access-Control-Allow-Origin": {"https://app.example.com"}, "Access-Control-Allow-Credentials": {"true"},
			"Access-Control-Expose-Headers": {"X-Total-Count"}, "Vary": {"Accept, Origin"},
		}},
		{"what something else has set for a denied request is removed", listed, denied, http.Header{
			"Access-Control-Allow-Origin": {"https://evil.org"}, "Access-Control-Allow-Credentials": {"true"}, "Access-Control-Anything": {"1"}, "Accept-Ranges": {"bytes"},
		}, http.Header{"Accept-Ranges": {"bytes"}, "Vary": {"Origin"}}},
		{"a preflight has all of its headers back", listed, preflight, http.Header{"Vary": {"Origin"}}, http.Header{
			"Access-Control-Allow-Origin": {"https://app.example.com"}, "Access-Control-Allow-Credentials": {"true"},
			"Access-Control-Allow-Methods": {"PUT,DELETE"}, "Access-Control-Allow-Headers": {"Authorization,X-Tenant"},
			"Access-Control-Max-Age": {"600"}, "Vary": {"Origin"},
		}},
		{"lines of Vary become one, though nothing is missing", listed, denied, http.Header{"Vary": {"Origin", "Accept-Encoding"}}, http.Header{"Vary": {"Origin, Accept-Encoding"}}},
		{"without Vary, the application's stays as it is", public, cors.Request{Method: "GET"}, http.Header{"Vary": {"A", "B"}}, http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"X-Total-Count,ETag"}, "Vary": {"A", "B"}}},
		{"a denied request has Vary back", listed, denied, http.Header{}, http.Header{"Vary": {"Origin"}}},
		{"without Vary none is added", public, actual, http.Header{}, http.Header{
			"Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"X-Total-Count,ETag"},
		}},
		{"a request without a policy is left alone", with(listed, func(c *cors.Config) { c.Paths = []string{"/api/"} }), actual, http.Header{"Access-Control-Allow-Origin": {"*"}}, http.Header{"Access-Control-Allow-Origin": {"*"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := mustNew(t, tt.cfg).Decide(&tt.request)
			for range 2 {
				d.Apply(tt.before)
				if !maps.EqualFunc(tt.before, tt.want, slices.Equal) {
					t.Errorf("got %v, want %v", tt.before, tt.want)
				}
			}
		})
	}
}

func TestApplyReplacesWhatAnotherMiddlewareSet(t *testing.T) {
	h := http.Header{"Access-Control-Allow-Origin": {"*", "https://other.example"}, "X-Other": {"1"}}
	d := mustNew(t, listed).Decide(&cors.Request{Method: "GET", Origin: "https://app.example.com"})
	d.Apply(h)
	if got := h["Access-Control-Allow-Origin"]; !slices.Equal(got, []string{"https://app.example.com"}) {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
	if got := h["X-Other"]; !slices.Equal(got, []string{"1"}) {
		t.Errorf("X-Other is %q", got)
	}
}

func TestHeadersStopWhenTheLoopDoes(t *testing.T) {
	cfg := with(listed, func(c *cors.Config) { c.AllowPrivateNetwork = true })
	req := cors.Request{Method: "OPTIONS", Origin: "https://app.example.com", AccessControlRequestMethod: "PUT", AccessControlRequestPrivateNetwork: "true"}
	d := mustNew(t, cfg).Decide(&req)
	all := 0
	for range d.Headers() {
		all++
	}
	if all != 6 {
		t.Errorf("%d headers, want 6", all)
	}
	for stop := 1; stop <= all; stop++ {
		n := 0
		for range d.Headers() { // goes on after false: the runtime panics
			if n++; n == stop {
				break
			}
		}
	}
}

func TestDecisionSaysWhatAndWhy(t *testing.T) {
	boom := errors.New("boom")
	answer := func(ok bool, err error) cors.Config {
		return cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { return ok, err }}
	}
	under := with(listed, func(c *cors.Config) {
		c.Paths, c.AllowOriginRegexps = []string{"/api/"}, []string{`https://x\.example\.dev`}
	})
	tests := []struct {
		name    string
		configs []cors.Config
		request cors.Request

		kind    cors.Kind
		config  int
		allowed bool
		reason  cors.Reason
		says    string
		status  int // 0: the next handler answers
	}{
		{"a listed origin is allowed by AllowOrigins", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "https://app.example.com"},
			cors.Actual, 0, true, cors.ReasonOrigin, "the origin is in AllowOrigins", 0},
		{"a matching origin is allowed by a pattern", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "https://x.example.org"},
			cors.Actual, 0, true, cors.ReasonPattern, "a pattern in AllowOrigins matches the origin", 0},
		{"a matching origin is allowed by an expression", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "https://x.example.dev"},
			cors.Actual, 0, true, cors.ReasonRegexp, "a regular expression in AllowOriginRegexps matches the origin", 0},
		{"an origin is allowed by the function", one(answer(true, nil)), cors.Request{Method: "GET", Origin: "https://x.example.org"},
			cors.Actual, 0, true, cors.ReasonFunc, "AllowOriginFunc allowed the origin", 0},
		{"an origin is denied by the function", one(answer(false, nil)), cors.Request{Method: "GET", Origin: "https://x.example.org"},
			cors.Actual, 0, false, cors.ReasonFuncDenied, "AllowOriginFunc denied the origin", 0},
		{"an origin is denied by the function's error", one(answer(true, boom)), cors.Request{Method: "OPTIONS", Origin: "https://x.example.org", AccessControlRequestMethod: "GET"},
			cors.Preflight, 0, false, cors.ReasonFuncError, "AllowOriginFunc failed", 403},
		{"any origin is allowed", one(public), cors.Request{Method: "GET", Origin: "https://x.example.org"},
			cors.Actual, 0, true, cors.ReasonAnyOrigin, "any origin is allowed", 0},
		{"there is no origin to allow, even where any is", one(public), cors.Request{Method: "GET"},
			cors.NotCORS, 0, false, cors.ReasonNoOrigin, "there is no Origin header", 0},
		{"any origin with credentials is allowed", one(anyWithCredentials), cors.Request{Method: "OPTIONS", Origin: "https://x.example.org", AccessControlRequestMethod: "GET"},
			cors.Preflight, 0, true, cors.ReasonAnyOrigin, "any origin is allowed", 204},
		{"any origin with credentials is no malformed one", one(anyWithCredentials), cors.Request{Method: "OPTIONS", Origin: "https://", AccessControlRequestMethod: "GET"},
			cors.Preflight, 0, false, cors.ReasonMalformed, "the Origin header is not one serialized origin", 403},
		{"nothing applies to the path", one(under), cors.Request{Method: "GET", Path: "/", Origin: "https://app.example.com"},
			cors.Actual, -1, false, cors.ReasonNoPolicy, "no policy applies to the path", 0},
		{"nothing applies to the path of a preflight", one(under), cors.Request{Method: "OPTIONS", Path: "/", Origin: "https://app.example.com", AccessControlRequestMethod: "GET"},
			cors.Preflight, -1, false, cors.ReasonNoPolicy, "no policy applies to the path", 0},
		{"there is no origin to decide about", one(under), cors.Request{Method: "GET", Path: "/api/"},
			cors.NotCORS, 0, false, cors.ReasonNoOrigin, "there is no Origin header", 0},
		{"nothing allows the origin", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "https://evil.org"},
			cors.Actual, 0, false, cors.ReasonNotAllowed, "nothing allows the origin", 0},
		{"nothing allows null, which is well-formed", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "null"},
			cors.Actual, 0, false, cors.ReasonNotAllowed, "nothing allows the origin", 0},
		{"an empty origin is malformed", one(under), cors.Request{Method: "GET", Path: "/api/", MalformedOrigin: true},
			cors.Actual, 0, false, cors.ReasonMalformed, "the Origin header is not one serialized origin", 0},
		{"a malformed origin is said to be so", one(under), cors.Request{Method: "GET", Path: "/api/", Origin: "https://APP.example.com"},
			cors.Actual, 0, false, cors.ReasonMalformed, "the Origin header is not one serialized origin", 0},
		{"the second Config applies", several, cors.Request{Method: "GET", Path: "/api/", Origin: "https://app.example.com"},
			cors.Actual, 1, true, cors.ReasonOrigin, "the origin is in AllowOrigins", 0},
		{"the last Config applies", several, cors.Request{Method: "GET", Path: "/", Origin: "https://app.example.com"},
			cors.Actual, 2, true, cors.ReasonAnyOrigin, "any origin is allowed", 0},
		{"a passed preflight is answered by the next handler", one(with(listed, func(c *cors.Config) { c.PassPreflight = true })),
			cors.Request{Method: "OPTIONS", Origin: "https://evil.org", AccessControlRequestMethod: "GET"},
			cors.Preflight, 0, false, cors.ReasonNotAllowed, "nothing allows the origin", 0},
		{"a preflight is answered with its status", one(with(listed, func(c *cors.Config) { c.PreflightStatus = 299 })),
			cors.Request{Method: "OPTIONS", Origin: "https://app.example.com", AccessControlRequestMethod: "GET"},
			cors.Preflight, 0, true, cors.ReasonOrigin, "the origin is in AllowOrigins", 299},
		{"options in lower case is another method", one(listed),
			cors.Request{Method: "options", Origin: "https://app.example.com", AccessControlRequestMethod: "GET"},
			cors.Actual, 0, true, cors.ReasonOrigin, "the origin is in AllowOrigins", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := mustNew(t, tt.configs...).Decide(&tt.request)
			if d.Kind() != tt.kind || d.Config() != tt.config || d.HasPolicy() != (tt.config >= 0) || d.Allowed() != tt.allowed {
				t.Errorf("kind %v, Config %d, hasPolicy %t, allowed %t", d.Kind(), d.Config(), d.HasPolicy(), d.Allowed())
			}
			if d.Reason() != tt.reason || d.Reason().String() != tt.says {
				t.Errorf("reason %d: %v", d.Reason(), d.Reason())
			}
			if status, ok := d.Response(); status != tt.status || ok != (tt.status != 0) {
				t.Errorf("answer %d, %t, want %d", status, ok, tt.status)
			}
			if wantErr := tt.reason == cors.ReasonFuncError; wantErr != (d.Err() != nil) || wantErr && d.Err() != boom {
				t.Errorf("Err() = %v", d.Err())
			}
		})
	}
	for kind, says := range map[cors.Kind]string{cors.NotCORS: "not a CORS request", cors.Actual: "actual request", cors.Preflight: "CORS-preflight request"} {
		if kind.String() != says {
			t.Errorf("%d says %q, want %q", kind, kind, says)
		}
	}
}

func TestZeroEngineGovernsNothing(t *testing.T) {
	var e cors.Engine
	d := e.Decide(&cors.Request{Method: "OPTIONS", Origin: "https://app.example.com", AccessControlRequestMethod: "GET"})
	h := http.Header{}
	d.Apply(h)
	if d.HasPolicy() || len(h) != 0 || d.Vary() != "" {
		t.Errorf("hasPolicy %t, headers %v, vary %q", d.HasPolicy(), h, d.Vary())
	}
	for name := range d.Headers() {
		t.Errorf("%s is set", name)
	}
	if e.Configs() != nil {
		t.Errorf("Configs() = %v", e.Configs())
	}
}

func TestAllowOriginFuncIsAskedLastAndOnlyForTupleOrigins(t *testing.T) {
	asked := ""
	cfg := cors.Config{
		AllowOrigins:       []string{"https://app.example.com", "https://*.example.org", "null"},
		AllowOriginRegexps: []string{`https://x\.example\.dev`},
		AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
			asked = r.Origin
			return true, nil
		},
	}
	withoutNull := with(cfg, func(c *cors.Config) { c.AllowOrigins = c.AllowOrigins[:2] })
	tests := []struct {
		name, origin string
		cfg          cors.Config
		asked        bool
	}{
		{"an origin that nothing else allows is asked for", "https://other.example", cfg, true},
		{"an origin of a custom scheme is asked for", "tauri://localhost", cfg, true},
		{"a listed origin is not asked for", "https://app.example.com", cfg, false},
		{"an origin that a pattern matches is not asked for", "https://a.example.org", cfg, false},
		{"an origin that an expression matches is not asked for", "https://x.example.dev", cfg, false},
		{"null that is listed is not asked for", "null", cfg, false},
		{"null that is not listed is not asked for", "null", withoutNull, false},
		{"nothing is not asked for", "", cfg, false},
		{"upper case is not asked for", "https://Other.example", cfg, false},
		{"a path is not asked for", "https://other.example/", cfg, false},
		{"the default port is not asked for", "https://other.example:443", cfg, false},
		{"several origins are not asked for", "https://a.example, https://b.example", cfg, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "OPTIONS"} {
				asked = ""
				d := mustNew(t, tt.cfg).Decide(&cors.Request{Method: method, Origin: tt.origin, MalformedOrigin: tt.origin == "", AccessControlRequestMethod: "PUT"})
				if (asked != "") != tt.asked || tt.asked && (asked != tt.origin || !d.Allowed() || d.Reason() != cors.ReasonFunc) {
					t.Errorf("%s: asked for %q; %v", method, asked, d.Reason())
				}
			}
		})
	}
}

type tenant struct{}

func TestAllowOriginFuncReadsHeadersThatVaryNames(t *testing.T) {
	var seen *cors.Request
	var header map[string]string
	cfg := cors.Config{
		AllowOriginFunc: func(ctx context.Context, r *cors.Request) (bool, error) {
			seen = r
			header = map[string]string{"Host": r.Header("Host"), "X-Absent": r.Header("X-Absent")}
			r.Header("Origin") // Vary names it anyway
			r.Header("x-tenant")
			return r.Header("X-Tenant") == "a, b" && ctx.Value(tenant{}) == "ctx", nil
		},
		AllowMethods: []string{"PUT"},
		AllowHeaders: []string{},
		Paths:        []string{"/api/"},
	}
	h := mustNew(t, cfg).Handler(app)
	h = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), tenant{}, "ctx")))
		})
	}(h)
	for version, srv := range servers(t, h) {
		got := show(t, send(t, srv, version, "PUT /api/x?q\nOrigin: https://app.example.com\nX-Tenant: a\nX-Tenant: b\nAccess-Control-Request-Method: DELETE"))
		if want := "200 app\nAccess-Control-Allow-Origin: https://app.example.com\nVary: Origin, Host, X-Absent, X-Tenant"; got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", version, got, want)
		}
		host := srv.Listener.Addr().String()
		if seen.Method != "PUT" || seen.Path != "/api/x" || seen.Host != host || seen.Origin != "https://app.example.com" || seen.AccessControlRequestMethod != "" {
			t.Errorf("%s: the function is given %+v", version, seen)
		}
		if header["Host"] != host || header["X-Absent"] != "" {
			t.Errorf("%s: the function reads %v", version, header)
		}
		got = show(t, send(t, srv, version, "PUT /api/x\nOrigin: https://app.example.com"))
		if want := "200 app\nVary: Origin, Host, X-Absent, X-Tenant"; got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", version, got, want)
		}
		got = show(t, send(t, srv, version, "OPTIONS /api/x\nOrigin: https://app.example.com\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a\nAccess-Control-Request-Private-Network: true\nX-Tenant: a, b"))
		if want := "204\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Max-Age: 7200\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network, Host, X-Absent, X-Tenant"; got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", version, got, want)
		}
		if seen.AccessControlRequestMethod != "PUT" || seen.AccessControlRequestHeaders != "x-a" || seen.AccessControlRequestPrivateNetwork != "true" {
			t.Errorf("%s: the function is given %+v", version, seen)
		}
	}
}

// Frameworks reuse the memory behind their strings; what a function keeps must
// not change with it.
func TestWhatAFunctionKeepsSharesNoMemoryWithTheRequest(t *testing.T) {
	var kept *cors.Request
	e := mustNew(t, cors.Config{AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
		kept = r
		return true, nil
	}})
	buffers := make([][]byte, 0, 7)
	reused := func(s string) string {
		b := []byte(s)
		buffers = append(buffers, b)
		return unsafeString(b)
	}
	req := cors.Request{
		Method: reused("OPTIONS"), Path: reused("/path"), Host: reused("host"), Origin: reused("https://app.example.com"),
		AccessControlRequestMethod: reused("PUT"), AccessControlRequestHeaders: reused("x-a"), AccessControlRequestPrivateNetwork: reused("true"),
		PathFolding: cors.FoldCase,
	}
	e.Decide(&req)
	for _, b := range buffers {
		for i := range b {
			b[i] = '!'
		}
	}
	got := strings.Join([]string{kept.Method, kept.Path, kept.Host, kept.Origin, kept.AccessControlRequestMethod, kept.AccessControlRequestHeaders, kept.AccessControlRequestPrivateNetwork}, " ")
	if want := "OPTIONS /path host https://app.example.com PUT x-a true"; got != want || kept.PathFolding != cors.FoldCase {
		t.Errorf("the function keeps %q, want %q", got, want)
	}
}

// What a request says of methods and headers matters to preflights only. A
// function that looked at it would otherwise make answers that Vary does not
// cover.
func TestAFunctionSeesRequestedMethodsAndHeadersOfPreflightsOnly(t *testing.T) {
	tests := []struct {
		name    string
		request cors.Request
		want    string
	}{
		{"a preflight", cors.Request{Method: "OPTIONS", AccessControlRequestMethod: "PUT", AccessControlRequestHeaders: "x-a", AccessControlRequestPrivateNetwork: "true"}, "PUT x-a true"},
		{"another method", cors.Request{Method: "PUT", AccessControlRequestMethod: "PUT", AccessControlRequestHeaders: "x-a", AccessControlRequestPrivateNetwork: "true"}, "  "},
		{"OPTIONS without a requested method", cors.Request{Method: "OPTIONS", AccessControlRequestHeaders: "x-a", AccessControlRequestPrivateNetwork: "true"}, "  "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			e := mustNew(t, cors.Config{AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
				got = r.AccessControlRequestMethod + " " + r.AccessControlRequestHeaders + " " + r.AccessControlRequestPrivateNetwork
				return true, nil
			}})
			tt.request.Origin = "https://app.example.com"
			e.Decide(&tt.request)
			if got != tt.want {
				t.Errorf("the function sees %q, want %q", got, tt.want)
			}
		})
	}
}

func TestARequestWithoutASourceHasNoHeadersAndABackground(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOriginFunc: func(ctx context.Context, r *cors.Request) (bool, error) {
		return ctx != nil && ctx.Err() == nil && r.Header("X-Tenant") == "", nil
	}})
	d := e.Decide(&cors.Request{Method: "GET", Origin: "https://app.example.com"})
	if !d.Allowed() || d.Vary() != "Origin" {
		t.Errorf("%v; Vary %q", d.Reason(), d.Vary())
	}
}

func TestMergeVaryAddsWhatIsMissing(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		names string
		want  string
	}{
		{"all is missing from nothing", nil, "Origin, Accept", "Origin, Accept"},
		{"all is missing from an empty line", []string{""}, "Origin", "Origin"},
		{"what a line has is not repeated", []string{"accept"}, "Origin, Accept", "accept, Origin"},
		{"lines become one, in their order", []string{"X", "Y, Origin"}, "Origin, Accept", "X, Y, Origin, Accept"},
		{"lines that have all become one, too", []string{"Origin", "Accept-Encoding"}, "Origin", "Origin, Accept-Encoding"},
		{"a wildcard has all, and stands alone", []string{"X", "Y, * "}, "Origin, Accept", "*"},
		{"part of a name is not the name", []string{"X-Origin,Origin-X,Ori"}, "Origin", "X-Origin, Origin-X, Ori, Origin"},
		{"a name that lines repeat is there once", []string{"Origin", "Accept, origin"}, "Origin", "Origin, Accept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := cors.MergeVary(tt.lines, tt.names); got != tt.want {
				t.Errorf("MergeVary(%q, %q) = %q, want %q", tt.lines, tt.names, got, tt.want)
			}
		})
	}
}

type route struct {
	*http.Request
	path    string
	folding cors.PathFolding
}

func (r *route) Route() (string, cors.PathFolding) { return r.path, r.folding }
func (r *route) RequestHeader(n string) string     { return cors.HeaderValue(r.Request, n) }
func (r *route) Context() context.Context          { return r.Request.Context() }

// A Reader is asked for the path unless the Request has it.
func TestASourceSaysHowTheRouterReadsThePath(t *testing.T) {
	e := mustNew(t, with(public, func(c *cors.Config) { c.Paths = []string{"/api/"} }))
	for _, tt := range []struct {
		path      string
		folding   cors.PathFolding
		hasPolicy bool
	}{{"/API/x", cors.FoldCase, true}, {"/API/x", 0, false}, {"/api/x", 0, true}} {
		r := httptest.NewRequest("GET", "/elsewhere", nil)
		var req cors.Request
		req.ReadHTTP(r, &route{r, tt.path, tt.folding})
		req.PathFolding = cors.FoldTrailingSlash // of no path, and so of no meaning
		if d := e.Decide(&req); d.HasPolicy() != tt.hasPolicy {
			t.Errorf("%+v: hasPolicy %t", tt, d.HasPolicy())
		}
		req.Path = "/other"
		if d := e.Decide(&req); d.HasPolicy() {
			t.Errorf("%+v: the Reader is asked although there is a path", tt)
		}
	}
}

func TestHTTPHeaderReadsWhatNetHTTPMoved(t *testing.T) {
	r := httptest.NewRequest("GET", "http://host.example/", nil)
	r.Header["X-A"] = []string{"1", "2"}
	for name, want := range map[string]string{"host": "host.example", "x-a": "1, 2", "X-B": ""} {
		if got := cors.HeaderValue(r, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
