package explain_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/corskit/cors/conformance/explain"
	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

const app = "https://app.example.com"

// A request is a short form of a request.
type request struct {
	method, path, origin, host string
	malformed                  bool
	preflight                  string // Access-Control-Request-Method
	headers                    string // Access-Control-Request-Headers
	has                        map[string]string
}

func (r request) Route() (string, cors.PathFolding) { return r.path, 0 }
func (r request) Context() context.Context          { return context.Background() }
func (r request) RequestHeader(name string) string  { return r.has[name] }

func (r request) request() *cors.Request {
	if r.path == "" {
		r.path = "/api/posts"
	}
	if r.method == "" {
		r.method = "GET"
		if r.preflight != "" {
			r.method = "OPTIONS"
		}
	}
	return &cors.Request{
		Method: r.method, Path: r.path, Host: r.host, Origin: r.origin, MalformedOrigin: r.malformed,
		AccessControlRequestMethod: r.preflight, AccessControlRequestHeaders: r.headers, Reader: r,
	}
}

func from(origin string) request   { return request{origin: origin} }
func fetching(path string) request { return request{origin: app, path: path} }
func preflighting(method, headers string) request {
	return request{origin: app, preflight: method, headers: headers}
}
func carrying(method, name, value string) request {
	return request{origin: app, method: method, has: map[string]string{name: value}}
}

func mustNew(t testing.TB, cfgs ...cors.Config) *cors.Engine {
	t.Helper()
	e, err := cors.New(cfgs...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// origins returns a Config with nothing but origins: no methods and headers beyond
// the safelisted ones.
func origins(list ...string) cors.Config {
	return cors.Config{AllowOrigins: list, AllowMethods: []string{}, AllowHeaders: []string{}}
}

func at(paths ...string) cors.Config {
	return cors.Config{Paths: paths, AllowOrigins: []string{app}}
}

// text returns a result on one line.
func text(r *explain.Result) string {
	var all []string
	for _, o := range r.Obstacles {
		all = append(all, o.Why, o.Fix)
	}
	for _, c := range r.Changes {
		all = append(all, c.String(), c.Caution)
	}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " ")
}

const (
	client    = " No browser sends that. Look at the client."
	keep      = ` Keep it denied: it belongs to the owner of "%s". If that is you, add it to AllowOrigins yourself.`
	malformed = ` is not a serialized origin, which is a scheme, a host, and a port unless it is the scheme's default. No browser sends that. Look at the client, or at a proxy in between.`
)

func lookalike(origin, domain, of string) string {
	return fmt.Sprintf(`%q only looks like %q, which is allowed: it is another domain.`+keep, origin, of, domain)
}

var blocked = []struct {
	name    string
	config  cors.Config
	request request
	want    string
}{
	{"the port differs", origins(app), from(app + ":8443"),
		`"https://app.example.com:8443" differs from "https://app.example.com", which is allowed, in the port. Add "https://app.example.com:8443" to AllowOrigins of Config 0.`},
	{"the scheme differs", origins(app), from("http://app.example.com"),
		`"http://app.example.com" differs from "https://app.example.com", which is allowed, in the scheme. Better, serve the page over https as well, and use that origin. Add "http://app.example.com" to AllowOrigins of Config 0. Nothing protects plain http: anyone who controls the user's network can speak for this origin.`},
	{"the scheme differs from what a regular expression matches", cors.Config{AllowOriginRegexps: []string{`https://(a|b)\.example\.com`}}, from("http://a.example.com"),
		`"http://a.example.com" differs from "https://a.example.com", which is allowed, in the scheme. Better, serve the page over https as well, and use that origin. Add "http://a.example.com" to AllowOrigins of Config 0. Nothing protects plain http: anyone who controls the user's network can speak for this origin.`},
	{"www. differs", origins("https://example.com"), from("https://www.example.com"),
		`"https://www.example.com" differs from "https://example.com", which is allowed, in the "www.". If you trust all subdomains, add "https://*.example.com" instead of each. Add "https://www.example.com" to AllowOrigins of Config 0.`},
	{"a subdomain", origins("https://example.com"), from(app),
		`"https://app.example.com" differs from "https://example.com", which is allowed, in the host. If you trust all subdomains, add "https://*.example.com" instead of each. Add "https://app.example.com" to AllowOrigins of Config 0.`},
	{"another host of the domain", origins(app), from("https://admin.example.com"),
		`"https://admin.example.com" differs from "https://app.example.com", which is allowed, in the host. Add "https://admin.example.com" to AllowOrigins of Config 0.`},
	{"the machine itself", origins("http://localhost:3000"), from("http://127.0.0.1:3000"),
		`"http://127.0.0.1:3000" is not "http://localhost:3000", which is allowed: localhost, 127.0.0.1 and [::1] are the same machine, but different hosts to a browser. During development, "http://127.0.0.1:*" allows every port. Add "http://127.0.0.1:3000" to AllowOrigins of Config 0.`},
	{"a stranger", origins(app), from("https://evil.org"),
		`Config 0 allows no origin like "https://evil.org". Keep it denied unless it is your site. If it is, add it to AllowOrigins yourself.`},
	{"a stranger at a shared host", origins("https://mine.gitpod.io"), from("https://other.gitpod.io"),
		`Config 0 allows no origin like "https://other.gitpod.io". Keep it denied unless it is your site. If it is, add it to AllowOrigins yourself.`},
	{"development", origins(app), from("http://localhost:3000"),
		`Config 0 allows no origin like "http://localhost:3000". During development, "http://localhost:*" allows every port. Add "http://localhost:3000" to AllowOrigins of Config 0.`},
	{"a letter is exchanged", origins("https://example.com"), from("https://exmaple.com"), lookalike("https://exmaple.com", "exmaple.com", "https://example.com")},
	{"a letter is Cyrillic", origins("https://example.com"), from("https://xn--exmple-4nf.com"), lookalike("https://xn--exmple-4nf.com", "xn--exmple-4nf.com", "https://example.com")},
	{"another suffix", origins(app), from("https://app.example.org"), lookalike("https://app.example.org", "example.org", app)},
	{"it goes on after the allowed one", origins(app), from(app + ".evil.org"), lookalike(app+".evil.org", "evil.org", app)},
	{"no dot before the allowed one", origins(app), from("https://evilexample.com"), lookalike("https://evilexample.com", "evilexample.com", app)},
	{"a letter in place of a dot", origins(app), from("https://appxexample.com"), lookalike("https://appxexample.com", "appxexample.com", app)},
	{"a slash at the end", origins(app), from(app + "/"), `"https://app.example.com/"` + malformed + ` A browser would send "https://app.example.com", which is allowed.`},
	{"the default port", origins(app), from("https://other.example:443"), `"https://other.example:443"` + malformed + ` A browser would send "https://other.example", which is not allowed either.`},
	{"an Origin of control characters", origins(app), from("x\x1b[31m\n"), `"x\x1b[31m\n"` + malformed},
	{"an empty Origin", origins(app), request{malformed: true}, `The Origin header is empty or repeated. No browser sends that. Look at the client, or at a proxy in between.`},
	{"two origins", origins(app), from(app + ", https://evil.org"), `The Origin header has several values, and browsers send one: "https://app.example.com, https://evil.org". No browser sends that. Look at the client, or at a proxy in between.`},
	{"the function denies", cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { return false, nil }}, from(app),
		`AllowOriginFunc of Config 0 denied "https://app.example.com", and nothing in AllowOrigins or AllowOriginRegexps allows it. To allow it, let the function return true, or add the origin to AllowOrigins: then the function isn't called.`},
	{"the function fails", cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { return true, errors.New("no \x1b[31mdatabase") }}, from(app),
		`AllowOriginFunc of Config 0 returned an error, so the origin is denied: "no \x1b[31mdatabase". Fix the error that the function returned.`},

	{"the case of the path differs", at("/api/"), fetching("/API/x"), `No Config applies to "/API/x". Paths of Config 0 has "/api/", and the path differs in case. Add "/API/x" to Paths of Config 0.`},
	{"the slash of the path differs", at("/posts"), fetching("/posts/"), `No Config applies to "/posts/". Paths of Config 0 has "/posts", and the path differs in the slash at its end. Add "/posts/{$}" to Paths of Config 0.`},
	{"a path with empty segments", at("/a.b/c"), fetching("/a.b//c"), `No Config applies to "/a.b//c". Paths of Config 0 has "/a.b/c", and the path differs in empty or dotted segments. Add "/a\\.b//c" to PathRegexps of Config 0.`},
	{"a path below", at("/api"), fetching("/api/posts"), `No Config applies to "/api/posts". Paths of Config 0 has "/api", which does not match paths below it. To match all paths below, write "/api/". Add "/api/posts" to Paths of Config 0.`},
	{"a path like no other", at("/api"), fetching("/posts"), `No Config applies to "/posts". The engine leaves the request alone. If scripts of other origins should read the response, add the path to Paths of a Config.`},

	{"a method", origins(app), preflighting("PUT", ""), `Method PUT is not allowed by the Access-Control-Allow-Methods header. Add "PUT" to AllowMethods of Config 0.`},
	{"a method that isn't a default", cors.Config{AllowOrigins: []string{app}}, preflighting("POKE", ""), `Method POKE is not allowed by the Access-Control-Allow-Methods header. Write append(cors.DefaultMethods(), "POKE") as AllowMethods of Config 0.`},
	{"a header that isn't a default", cors.Config{AllowOrigins: []string{app}}, preflighting("PUT", "x-a"), `Request-header x-a is not allowed by the Access-Control-Allow-Headers header. Write append(cors.DefaultHeaders(), "X-A") as AllowHeaders of Config 0.`},
	{"a method in lower case", origins(app), preflighting("patch", ""), `Method patch is not allowed by the Access-Control-Allow-Methods header. No change is proposed because New refuses it: AllowMethods "patch": isn't in upper case, and methods are case-sensitive; write "PATCH".`},
	{"a method that browsers write otherwise", origins(app), preflighting("get", ""), `Browsers write the method get as GET.` + client},
	{"a forbidden method", origins(app), preflighting("CONNECT", ""), `CONNECT: browsers don't let scripts use it.` + client},
	{"a method called *", origins(app), preflighting("*", ""), `Method * is not allowed by the Access-Control-Allow-Methods header. Use another name: "*" in AllowMethods allows every name.`},
	{"headers", origins(app), preflighting("GET", "x-a, X-A,authorization"), `Request-header authorization is not allowed by the Access-Control-Allow-Headers header. Request-header x-a is not allowed by the Access-Control-Allow-Headers header. Add "Authorization" to AllowHeaders of Config 0. Add "X-A" to AllowHeaders of Config 0.`},
	{"Authorization beside *", cors.Config{AllowOrigins: []string{app}, AllowHeaders: []string{"*"}}, preflighting("GET", "authorization,x-a"), `Request-header authorization is not allowed by the Access-Control-Allow-Headers header; its * never covers authorization, which has to be listed. Add "Authorization" to AllowHeaders of Config 0.`},
	{"a forbidden header", origins(app), preflighting("GET", "cookie"), `Browsers don't let scripts set cookie.` + client},
	{"what is not a header", origins(app), preflighting("GET", "\x1b[31m"), `"\x1b[31m" is not the name of a header.` + client},
	{"JSON", origins(app), carrying("POST", "Content-Type", "application/json"), `Request-header content-type is not allowed by the Access-Control-Allow-Headers header. Add "Content-Type" to AllowHeaders of Config 0.`},
	{"cookies", origins(app), carrying("GET", "Cookie", "a=b"), `No Access-Control-Allow-Credentials header is present on the response, but the request's credentials mode is include. Set AllowCredentials of Config 0. This applies to every origin that Config 0 allows.`},
	{"cookies for any origin", origins("*"), carrying("GET", "Cookie", "a=b"), `The Access-Control-Allow-Origin header must not be the wildcard * when the request's credentials mode is include. If the path needs credentials, give it a Config of its own that lists the origins and sets AllowCredentials. With "*", any site could read as the user.`},
}

func TestExplainSaysWhyARequestIsBlockedAndWhatToChange(t *testing.T) {
	for _, tt := range blocked {
		t.Run(tt.name, func(t *testing.T) {
			x := explain.Explain(mustNew(t, tt.config), tt.request.request())
			if got := text(x.Result()); got != tt.want {
				t.Errorf("%s\nwant\n%s", got, tt.want)
			}
			if first := x.Result().Obstacles[0].Why; !strings.HasPrefix(x.Summary, x.Request+": blocked. "+first) {
				t.Errorf("the summary is %s", x.Summary)
			}
		})
	}
}

func TestExplainSaysWhatIsAllowedAndWhatDecided(t *testing.T) {
	credentials := cors.Config{Paths: []string{"/x", "/api/{y}"}, AllowOrigins: []string{"https://*.example.com"}, AllowCredentials: true}
	tests := []struct {
		name    string
		config  cors.Config
		request request
		summary string // its end
		by      string // the fields and entries that decided
	}{
		{"with credentials", credentials, from(app), "allowed.", "Paths /api/{y} AllowOrigins https://*.example.com"},
		{"without", origins(app), from(app), "allowed without credentials, but blocked with them.", "  AllowOrigins https://app.example.com"},
		{"by a regular expression", cors.Config{PathRegexps: []string{"/a.*"}, AllowOriginRegexps: []string{`https://app\.example\.com`}}, from(app), "allowed without credentials, but blocked with them.", `PathRegexps /a.* AllowOriginRegexps https://app\.example\.com`},
		{"any origin", origins("*"), from(app), "allowed without credentials, but blocked with them.", "  AllowOrigins *"},
		{"its own origin", origins(app), request{method: "POST", origin: "https://api.example.com", host: "api.example.com:443"}, "of the same origin, where CORS does not apply.", "   "},
		{"no Origin", origins(app), request{}, "not a CORS request.", "   "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := explain.Explain(mustNew(t, tt.config), tt.request.request())
			by := strings.Join([]string{x.PathField, x.PathEntry, x.OriginField, x.OriginEntry}, " ")
			if x.Summary != x.Request+": "+tt.summary || by != tt.by || !x.WithoutCredentials.Allowed {
				t.Errorf("by %q: %s", by, x.Summary)
			}
		})
	}
}

func TestExplainNotes(t *testing.T) {
	rejecting, passing := origins(app), origins(app)
	rejecting.RejectDisallowed, passing.PassPreflight = true, true
	for _, tt := range []struct {
		name    string
		configs []cors.Config
		request request
		note    string // a part
	}{
		{"a preflight without Origin", []cors.Config{origins(app)}, request{preflight: "PUT"}, "A preflight has an Origin header"},
		{"OPTIONS without a method", []cors.Config{origins(app)}, request{origin: app, method: "OPTIONS"}, "is not a preflight"},
		{"a preflight of the same host", []cors.Config{origins(app)}, request{origin: app, host: "app.example.com", preflight: "PUT"}, "the scheme differs, or a proxy"},
		{"a preflight that is passed on", []cors.Config{passing}, preflighting("GET", ""), "status must be from 200 to 299"},
		{"another Config", []cors.Config{at("/api/"), {AllowOrigins: []string{"*"}}}, from("https://evil.org"), "Config 1 allows the origin, but Config 0 applies"},
		{"a denied request", []cors.Config{origins(app)}, from("https://evil.org"), "CORS does not block requests"},
		{"a rejected request", []cors.Config{rejecting}, from("https://evil.org"), "RejectDisallowed of Config 0 stops"},
		{"a handshake", []cors.Config{origins(app)}, carrying("GET", "Sec-Fetch-Mode", "websocket"), "for example with CheckOrigin"},
		{"a form", []cors.Config{origins(app)}, carrying("POST", "Sec-Fetch-Mode", "navigate"), `is "navigate", not "cors"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := explain.Explain(mustNew(t, tt.configs...), tt.request.request())
			if !strings.Contains(strings.Join(x.Notes, "\n"), tt.note) {
				t.Errorf("the notes are %q", x.Notes)
			}
		})
	}
}

func TestExplainCallsAllowOriginFuncAsOftenAsDecide(t *testing.T) {
	calls, watched := 0, 0
	cfg := at("/api/")
	cfg.AllowOriginFunc = func(context.Context, *cors.Request) (bool, error) { calls++; return false, nil }
	e := mustNew(t, cfg)
	e.Watch(func(*cors.Request, cors.Decision) { watched++ })
	for _, r := range []request{from(app), from("https://evil.org"), from("null"), {origin: "https://evil.org", preflight: "PUT"}, {origin: "https://evil.org", path: "/API/x"}, {}} {
		calls = 0
		e.Decide(r.request())
		once := calls
		explain.Explain(e, r.request())
		if calls != 2*once || watched > 0 {
			t.Errorf("%+v: Decide calls the function %d times, Explain %d times", r, once, calls-once)
		}
	}
}

// Frameworks reuse the memory of requests.
func TestAnExplanationSharesNoMemoryWithTheRequest(t *testing.T) {
	for _, tt := range blocked {
		r := tt.request.request()
		var buffers [][]byte
		for _, s := range []*string{&r.Method, &r.Path, &r.Host, &r.Origin, &r.AccessControlRequestMethod, &r.AccessControlRequestHeaders} {
			buffer := []byte(*s)
			*s = unsafe.String(unsafe.SliceData(buffer), len(buffer))
			buffers = append(buffers, buffer)
		}
		x := explain.Explain(mustNew(t, tt.config), r)
		before, err := json.Marshal(x)
		for _, buffer := range buffers {
			for i := range buffer {
				buffer[i] = 'Z'
			}
		}
		if after, _ := json.Marshal(x); err != nil || string(after) != string(before) {
			t.Errorf("%s becomes\n%s", before, after)
		}
	}
}

func TestExplainWhileTheEngineIsReloaded(t *testing.T) {
	policies := [][]cors.Config{{at("/api/")}, {origins("*"), at("/api/{x}")}}
	e, r := mustNew(t, policies[0]...), preflighting("PUT", "").request()
	var want []string
	for _, policy := range policies {
		want = append(want, explain.Explain(mustNew(t, policy...), r).String())
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := range 300 {
			if err := e.Reload(policies[i%2]...); err != nil {
				t.Error(err)
			}
		}
	})
	for range 100 {
		if got := explain.Explain(e, r).String(); !slices.Contains(want, got) {
			t.Fatalf("neither policy explains\n%s", got)
		}
	}
	wait.Wait()
}

// naiveAllows reports whether a browser lets a script read the response, judged by
// the headers that Decide sets, apart from the browser model.
func naiveAllows(e *cors.Engine, r *cors.Request, include bool) bool {
	d, h := e.Decide(r), http.Header{}
	d.Apply(h)
	if d.Kind() == cors.NotCORS {
		return true
	}
	status, ok := d.Response()
	switch allow := h.Get("Access-Control-Allow-Origin"); {
	case allow == "*" && !include:
	case allow != r.Origin || allow == "" || include && h.Get("Access-Control-Allow-Credentials") != "true":
		return false
	}
	if d.Kind() == cors.Actual {
		asked := *r
		asked.Method, asked.AccessControlRequestMethod = "OPTIONS", r.Method
		return slices.Contains([]string{"GET", "HEAD", "POST"}, r.Method) || naiveAllows(e, &asked, include)
	}
	listed := func(header, name string) bool {
		return slices.ContainsFunc(strings.Split(h.Get(header), ","), func(member string) bool {
			return member == name || header == "Access-Control-Allow-Headers" && strings.EqualFold(member, name) ||
				member == "*" && !include && !strings.EqualFold(name, "authorization")
		})
	}
	method := r.AccessControlRequestMethod
	if ok && status/100 != 2 || !slices.Contains([]string{"GET", "HEAD", "POST"}, method) && !listed("Access-Control-Allow-Methods", method) {
		return false
	}
	for name := range strings.SplitSeq(r.AccessControlRequestHeaders, ",") {
		if name != "" && !listed("Access-Control-Allow-Headers", name) {
			return false
		}
	}
	return true
}

// check checks properties of every explanation.
func check(t *testing.T, configs []cors.Config, r *cors.Request, isFromBrowser bool) explain.Explanation {
	t.Helper()
	e := mustNew(t, configs...)
	x, d := explain.Explain(e, r), e.Decide(r)
	fail := func(what string) { t.Helper(); t.Fatalf("%s: %q of %+v\n%s", what, fmt.Sprintf("%+v", *r), configs, x) }
	header := http.Header{}
	d.Apply(header)
	if x.Kind != d.Kind() || x.Config != d.Config() || x.Allowed != d.Allowed() || x.Reason != d.Reason() || !maps.EqualFunc(x.Header, header, slices.Equal) {
		fail("it differs from Decide")
	}
	for include, result := range map[bool]explain.Result{false: x.WithoutCredentials, true: x.WithCredentials} {
		if isFromBrowser && result.Allowed != naiveAllows(e, r, include) {
			fail(fmt.Sprintf("with credentials (%t), a browser says otherwise", include))
		}
		if result.Allowed != (len(result.Obstacles) == 0) || result.Allowed && result.Step != "" {
			fail("it contradicts itself")
		}
		checkChanges(t, configs, r, include, result.Changes, fail)
	}
	all := x.Summary + x.String()
	if i := strings.IndexFunc(all, func(c rune) bool { return (c < ' ' || c > '~') && c != '\n' }); i >= 0 || strings.Contains(x.Summary, "\n") || len(all) > 100_000 {
		fail("it is not harmless")
	}
	var back explain.Explanation
	data, err := json.Marshal(x)
	if err != nil || json.Unmarshal(data, &back) != nil || !reflect.DeepEqual(x.WithCredentials, back.WithCredentials) {
		fail("it does not come back from JSON")
	}
	return x
}

// checkChanges checks that all changes together allow the request, and fewer do not.
func checkChanges(t *testing.T, configs []cors.Config, r *cors.Request, include bool, changes []explain.Change, fail func(string)) {
	t.Helper()
	allows := func(changes []explain.Change) (bool, error) {
		changed := slices.Clone(configs)
		for _, c := range changes {
			c.Apply(&changed[c.Config])
		}
		e, err := cors.New(changed...)
		if err != nil {
			return false, err
		}
		x := explain.Explain(e, r)
		if include {
			return x.WithCredentials.Allowed, nil
		}
		return x.WithoutCredentials.Allowed, nil
	}
	if len(changes) == 0 {
		return
	}
	if ok, err := allows(changes); !ok {
		fail(fmt.Sprintf("%v do not allow the request (%v)", changes, err))
	}
	for i, c := range changes {
		if strings.Contains(c.Add, "*") {
			fail(fmt.Sprintf("%v allows too much", c))
		}
		if ok, _ := allows(slices.Delete(slices.Clone(changes), i, i+1)); ok {
			fail(fmt.Sprintf("%v is not needed", c))
		}
	}
}

// A dice rolls policies and requests.
type dice struct{ *rand.Rand }

func (d dice) pick(from ...string) string { return from[d.IntN(len(from))] }
func (d dice) some(most int, from ...string) (list []string) {
	for range d.IntN(most + 1) {
		if s := d.pick(from...); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if slices.Contains(list, "*") {
		return []string{"*"}
	}
	return list
}

func (d dice) config() cors.Config {
	return cors.Config{
		Paths:            d.some(1, "/api", "/api/", "/api/posts", "/x/{y}"),
		AllowOrigins:     d.some(2, app, app, "https://*.example.com", "http://app.example.com", "http://localhost:*", "*"),
		AllowMethods:     d.some(2, "PUT", "PATCH", "purge", "*"),
		AllowHeaders:     d.some(2, "X-A", "Authorization", "*"),
		ExposeHeaders:    d.some(1, "X-B", "*"),
		AllowCredentials: d.IntN(2) == 0, PassPreflight: d.IntN(5) == 0, RejectDisallowed: d.IntN(5) == 0,
	}
}

func (d dice) request() *cors.Request {
	r := request{
		origin: d.pick(app, app, "http://app.example.com", "https://a.example.com", "https://evil.org", "https://example.com", "http://localhost:1", "null", app+"/", "https://page.example", "https://server.example"),
		path:   d.pick("/api/posts", "/api", "/API", "/x/y", "/", "/api//posts"),
		method: d.pick("GET", "POST", "PUT", "PATCH", "PURGE"),
	}
	if d.IntN(2) == 0 {
		r.preflight, r.method, r.headers = r.method, "OPTIONS", strings.Join(d.some(3, "x-a", "x-b", "authorization", "content-type", "range"), ",")
	}
	return r.request()
}

func TestExplanationsOfRandomPoliciesAndRequests(t *testing.T) {
	d, seen := dice{rand.New(rand.NewPCG(1, 2))}, make(map[string]int)
	for range 1000 {
		configs := []cors.Config{d.config(), d.config()}[:1+d.IntN(2)]
		if _, err := cors.New(configs...); err != nil {
			continue
		}
		for range 6 {
			x := check(t, configs, d.request(), true)
			seen["allowed"] += map[bool]int{true: 1}[x.WithCredentials.Allowed]
			for _, c := range slices.Concat(x.WithoutCredentials.Changes, x.WithCredentials.Changes) {
				seen[c.Field]++
			}
			if strings.Contains(text(&x.WithCredentials), "New refuses") {
				seen["refused"]++
			}
		}
	}
	for _, what := range []string{"allowed", "Paths", "PathRegexps", "AllowOrigins", "AllowMethods", "AllowHeaders", "AllowCredentials", "refused"} {
		if seen[what] < 5 {
			t.Errorf("%s: %d times", what, seen[what])
		}
	}
}

func FuzzExplain(f *testing.F) {
	long := strings.Repeat("x\x1b", 5000)
	for i, s := range []string{app, "https://evil.org", "x\x1b[31m\n", long, "null", ""} {
		f.Add(uint64(i), "OPTIONS", "/api/posts", s, "PUT", "x-a, x-b")
		f.Add(uint64(i), s, s, s, s, s)
		f.Add(uint64(i), "OPTIONS", "/API/"+s, app, "GET", strings.Repeat("x"+s+",", 1000))
	}
	f.Fuzz(func(t *testing.T, seed uint64, method, path, origin, asked, headers string) {
		configs := []cors.Config{dice{rand.New(rand.NewPCG(seed, 1))}.config()}
		if _, err := cors.New(configs...); err != nil {
			configs = []cors.Config{origins(app)}
		}
		check(t, configs, request{method: method, path: path, origin: origin, preflight: asked, headers: headers}.request(), false)
	})
}

// The step is the same at which a browser stops with the engine's middleware.
func TestExplainNamesTheStepAtWhichABrowserStops(t *testing.T) {
	d, seen := dice{rand.New(rand.NewPCG(3, 4))}, make(map[fetch.Step]int)
	for range 1000 {
		cfg := d.config()
		cfg.Paths = nil
		e, err := cors.New(cfg)
		if err != nil {
			continue
		}
		server := &middleware{engine: e}
		agent, err := fetch.NewAgent(d.pick(app, "https://evil.org", "http://localhost:1"))
		if err != nil {
			t.Fatal(err)
		}
		agent.Transport = server
		script := &fetch.Request{URL: "https://api.example.net/", Method: d.pick("GET", "PUT", "PURGE"), Credentials: fetch.CredentialsMode(d.pick("omit", "include"))}
		for _, name := range d.some(2, "X-A", "Authorization") {
			script.Headers = append(script.Headers, fetch.Header{Name: name, Value: "1"})
		}
		_, err = agent.Fetch(t.Context(), script)
		var failure *fetch.NetworkError
		want := fetch.Step("")
		if errors.As(err, &failure) {
			want = failure.Step
		}
		result := server.last.WithoutCredentials
		if script.Credentials == fetch.CredentialsInclude {
			result = server.last.WithCredentials
		}
		if result.Step != want {
			t.Fatalf("a browser stops at %q, and the explanation is\n%s", want, server.last)
		}
		seen[want]++
	}
	if len(seen) < 7 {
		t.Errorf("only %v", seen)
	}
}

// A middleware explains each request that it gets.
type middleware struct {
	engine *cors.Engine
	last   explain.Explanation
}

func (m *middleware) RoundTrip(r *http.Request) (*http.Response, error) {
	var request cors.Request
	request.ReadHTTP(r, nil)
	m.last = explain.Explain(m.engine, &request)
	response := &http.Response{StatusCode: 200, Header: m.last.Header.Clone(), Body: http.NoBody}
	if m.last.Status != 0 {
		response.StatusCode = m.last.Status
	}
	return response, nil
}
