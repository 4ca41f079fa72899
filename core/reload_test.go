package cors_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	cors "github.com/corskit/cors/core"
)

// render writes all that a Decision says as text.
func render(d *cors.Decision) string {
	h := http.Header{}
	d.Apply(h)
	status, ok := d.Response()
	var lines []string
	for name, values := range h {
		lines = append(lines, fmt.Sprintf("%s: %q", name, values))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%v, Config %d, %v, %t %d\n%s", d.Kind(), d.Config(), d.Reason(), ok, status, strings.Join(lines, "\n"))
}

// The two configurations differ in everything that a Decision can show.
var (
	oldConfigs = []cors.Config{
		at(with(listed, func(c *cors.Config) {
			c.AllowOrigins, c.AllowMethods, c.AllowHeaders = []string{"https://app.example.com"}, []string{"PUT"}, []string{"X-Old"}
			c.ExposeHeaders, c.MaxAge, c.PreflightStatus = []string{"X-Old"}, 1, 201
		}), "/api/"),
		at(public, "/public/"),
	}
	newConfigs = []cors.Config{
		at(public, "/other/"),
		at(cors.Config{AllowOrigins: []string{"https://*.example.com"}, AllowMethods: []string{"DELETE"}, AllowHeaders: []string{"X-New"},
			ExposeHeaders: []string{"X-New"}, MaxAge: 2, PreflightStatus: 202, AllowPrivateNetwork: true}, "/api/"),
		at(cors.Config{AllowOrigins: []string{"null"}}, "/public/"),
	}
	reloadRequests = []cors.Request{
		{Method: "GET", Path: "/api/x", Origin: "https://app.example.com"},
		{Method: "OPTIONS", Path: "/api/x", Origin: "https://app.example.com", AccessControlRequestMethod: "PUT", AccessControlRequestPrivateNetwork: "true"},
		{Method: "OPTIONS", Path: "/api/x", Origin: "https://b.example.com", AccessControlRequestMethod: "PUT"},
		{Method: "GET", Path: "/public/", Origin: "https://evil.org"},
		{Method: "GET", Path: "/other/", Origin: "https://evil.org"},
		{Method: "GET", Path: "/api/x"},
	}
)

func TestARequestSeesTheOldConfigsOrTheNewAndNeverAMixture(t *testing.T) {
	before, after := mustNew(t, oldConfigs...), mustNew(t, newConfigs...)
	e := mustNew(t, oldConfigs...)
	var stop atomic.Bool
	var sawOld, sawNew atomic.Int64
	var readers, writer sync.WaitGroup
	for i := range reloadRequests {
		readers.Go(func() {
			request := reloadRequests[i]
			a, b := before.Decide(&request), after.Decide(&request)
			oldAnswer, newAnswer := render(&a), render(&b)
			if oldAnswer == newAnswer {
				t.Errorf("request %d cannot tell the configurations apart", i)
			}
			for range 3000 {
				d := e.Decide(&request)
				switch got := render(&d); got {
				case oldAnswer:
					sawOld.Add(1)
				case newAnswer:
					sawNew.Add(1)
				default:
					t.Errorf("request %d is answered\n%s\nwhich is neither\n%s\nnor\n%s", i, got, oldAnswer, newAnswer)
					return
				}
			}
		})
	}
	writer.Go(func() {
		for i := 0; !stop.Load(); i++ {
			configs := oldConfigs
			if i%2 == 0 {
				configs = newConfigs
			}
			if err := e.Reload(configs...); err != nil {
				t.Error(err)
			}
			// A bad configuration in between must not be seen at all.
			if err := e.Reload(cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true}); err == nil {
				t.Error("a bad configuration is accepted")
			}
		}
	})
	readers.Wait()
	stop.Store(true)
	writer.Wait()
	if sawOld.Load() == 0 || sawNew.Load() == 0 {
		t.Logf("the old was seen %d times, the new %d times", sawOld.Load(), sawNew.Load())
	}
}

func TestReloadReplacesEverything(t *testing.T) {
	e, want := mustNew(t, oldConfigs...), mustNew(t, newConfigs...)
	if err := e.Reload(newConfigs...); err != nil {
		t.Fatal(err)
	}
	for i := range reloadRequests {
		a, b := e.Decide(&reloadRequests[i]), want.Decide(&reloadRequests[i])
		if render(&a) != render(&b) {
			t.Errorf("request %d is answered\n%s\nwant\n%s", i, render(&a), render(&b))
		}
	}
}

// A decision holds on to the configuration that it was made by.
func TestADecisionOutlivesAReload(t *testing.T) {
	e := mustNew(t, oldConfigs...)
	d := e.Decide(&reloadRequests[1])
	want := render(&d)
	if err := e.Reload(newConfigs...); err != nil {
		t.Fatal(err)
	}
	if got := render(&d); got != want {
		t.Errorf("the decision was\n%s\nand is\n%s", want, got)
	}
}

func TestABadReloadChangesNothingAndReturnsEveryProblem(t *testing.T) {
	e := mustNew(t, oldConfigs...)
	var before []string
	for i := range reloadRequests {
		d := e.Decide(&reloadRequests[i])
		before = append(before, render(&d))
	}
	configs := e.Configs()
	tests := []struct {
		name   string
		change func() error
		want   int
	}{
		{"one bad Config among good ones", func() error {
			return e.Reload(newConfigs[0], cors.Config{MaxAge: 86401})
		}, 2},
		{"no Config", func() error { return e.Reload() }, 1},
		{"a bad Config that is attached", func() error { return e.Attach(cors.Config{Paths: []string{"x"}, MaxAge: 86401}) }, 3},
		{"a Config that is attached twice", func() error { return e.Attach(oldConfigs[0]) }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var problems cors.ConfigErrors
			if err := tt.change(); !errors.As(err, &problems) || len(problems) != tt.want {
				t.Errorf("%d problems, want %d: %v", len(problems), tt.want, err)
			}
			for i := range reloadRequests {
				d := e.Decide(&reloadRequests[i])
				if got := render(&d); got != before[i] {
					t.Errorf("request %d was answered\n%s\nand is\n%s", i, before[i], got)
				}
			}
			if !reflect.DeepEqual(e.Configs(), configs) {
				t.Errorf("Configs() is %+v, was %+v", e.Configs(), configs)
			}
		})
	}
}

// named returns a Config whose answers can be told from all others.
func named(name string, paths ...string) cors.Config {
	return cors.Config{Paths: paths, AllowOrigins: []string{"*"}, ExposeHeaders: []string{name}}
}

func policyFor(e *cors.Engine, path string) string {
	d := e.Decide(&cors.Request{Method: "GET", Path: path})
	h := http.Header{}
	d.Apply(h)
	return h.Get("Access-Control-Expose-Headers")
}

func permutations[T any](list []T) [][]T {
	if len(list) == 0 {
		return [][]T{nil}
	}
	var all [][]T
	for i := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]T{list[i]}, p...))
		}
	}
	return all
}

func TestTheNarrowestConfigGovernsInWhateverOrderTheyAreAttached(t *testing.T) {
	configs := []cors.Config{
		named("everything"),
		named("api", "/api/"),
		named("v1", "/api/v1/", "/api/v2/"),
		named("post", "/api/v1/posts/{id}"),
		named("first-post", "/api/v1/posts/first"),
		named("root", "/{$}"),
	}
	want := map[string]string{
		"/other": "everything", "/": "root", "/api": "api", "/api/x": "api", "/api/v1": "v1", "/api/v2/x": "v1", "/api/v1/posts": "v1",
		"/api/v1/posts/7": "post", "/api/v1/posts/first": "first-post", "/api/v1/posts/first/x": "v1", "/api/v3/posts/first": "api",
	}
	for _, order := range permutations(configs) {
		var e cors.Engine
		for _, c := range order {
			if err := e.Attach(c); err != nil {
				t.Fatalf("%v: %v", order, err)
			}
		}
		for path, name := range want {
			if got := policyFor(&e, path); got != name {
				t.Fatalf("%q applies to %q, want %q; attached in the order %v", got, path, name, order)
			}
		}
	}
}

func TestAttachPutsAConfigInFrontOfThoseForTheSamePathsAndMore(t *testing.T) {
	tests := []struct {
		name   string
		before []cors.Config
		attach cors.Config
		path   string
		want   string
	}{
		{"a route in front of a Config for all paths", []cors.Config{named("all")}, named("new", "/a"), "/a", "new"},
		{"a route in front of a Config for the root's subtree", []cors.Config{named("all", "/")}, named("new", "/a"), "/a", "new"},
		{"a route in front of an expression for everything", []cors.Config{{PathRegexps: []string{"/.*"}, AllowOrigins: []string{"*"}}}, named("new", "/a"), "/a", "new"},
		{"a route behind what is unrelated", []cors.Config{named("other", "/b/"), named("all")}, named("new", "/a"), "/a", "new"},
		{"a route leaves alone what is beside it", []cors.Config{named("other", "/b/"), named("all")}, named("new", "/a"), "/b/x", "other"},
		{"a Config for all paths behind all", []cors.Config{named("a", "/a")}, named("new"), "/a", "a"},
		{"a Config for all paths applies to the rest", []cors.Config{named("a", "/a")}, named("new"), "/b", "new"},
		{"a Config with an entry that is covered in front", []cors.Config{named("api", "/api/")}, named("new", "/api/x", "/other"), "/api/x", "new"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := mustNew(t, tt.before...)
			if err := e.Attach(tt.attach); err != nil {
				t.Fatal(err)
			}
			if got := policyFor(e, tt.path); got != tt.want {
				t.Errorf("%q applies to %q, want %q", got, tt.path, tt.want)
			}
			if got := len(e.Configs()); got != len(tt.before)+1 {
				t.Errorf("%d Configs are in force", got)
			}
		})
	}
}

func TestAttachWhileRequestsAreDecided(t *testing.T) {
	e := mustNew(t, named("all"))
	const n = 60
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			name := fmt.Sprint("c", i)
			path := "/" + name + "/"
			if got := policyFor(e, path); got != "all" {
				t.Errorf("%q applies to %q before it is attached", got, path)
			}
			if err := e.Attach(named(name, path)); err != nil {
				t.Error(err)
			}
			if got := policyFor(e, path+"x"); got != name {
				t.Errorf("%q applies to %q once it is attached", got, path)
			}
		})
	}
	wg.Wait()
	if got := len(e.Configs()); got != n+1 {
		t.Errorf("%d Configs are in force, want %d", got, n+1)
	}
}

// vandalise overwrites every element of every slice of a Config.
func vandalise(c *cors.Config) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice {
			for j := range f.Len() {
				f.Index(j).SetString("vandalised")
			}
		}
	}
}

func fullConfig() cors.Config {
	return cors.Config{
		Paths: []string{"/api/"}, PathRegexps: []string{"/v.*"}, AllowOrigins: []string{"https://app.example.com", "https://pr-*.vercel.app"}, AllowOriginRegexps: []string{`https://.*\.example\.org`},
		AllowMethods: []string{"PUT"}, AllowHeaders: []string{"X-A"}, ExposeHeaders: []string{"X-B"}, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix},
	}
}

func TestAnEngineSharesNothingWithItsConfigs(t *testing.T) {
	requests := []cors.Request{
		{Method: "GET", Path: "/api/", Origin: "https://app.example.com"},
		{Method: "OPTIONS", Path: "/v1", Origin: "https://a.example.org", AccessControlRequestMethod: "PUT"},
	}
	check := func(t *testing.T, e *cors.Engine) {
		t.Helper()
		fresh := mustNew(t, fullConfig())
		for i := range requests {
			a, b := e.Decide(&requests[i]), fresh.Decide(&requests[i])
			if render(&a) != render(&b) {
				t.Errorf("request %d is answered\n%s\nwant\n%s", i, render(&a), render(&b))
			}
		}
		if got := e.Configs(); !reflect.DeepEqual(got, []cors.Config{fullConfig()}) {
			t.Errorf("Configs() is %+v", got)
		}
	}
	given := []cors.Config{fullConfig()}
	e := mustNew(t, given...)
	vandalise(&given[0])
	t.Run("after New", func(t *testing.T) { check(t, e) })

	returned := e.Configs()
	vandalise(&returned[0])
	t.Run("after Configs", func(t *testing.T) { check(t, e) })

	reloaded := fullConfig()
	if err := e.Reload(reloaded); err != nil {
		t.Fatal(err)
	}
	vandalise(&reloaded)
	t.Run("after Reload", func(t *testing.T) { check(t, e) })

	var empty cors.Engine
	attached := fullConfig()
	if err := empty.Attach(attached); err != nil {
		t.Fatal(err)
	}
	vandalise(&attached)
	t.Run("after Attach", func(t *testing.T) { check(t, &empty) })
	// What was attached before must survive the next Attach, too.
	if err := empty.Attach(named("other", "/other")); err != nil {
		t.Fatal(err)
	}
	if got := empty.Configs(); len(got) != 2 || !reflect.DeepEqual(got[0], fullConfig()) {
		t.Errorf("Configs() is %+v", got)
	}
}

func TestDefaultListsAreFresh(t *testing.T) {
	want := map[string]string{
		"methods": "DELETE GET OPTIONS PATCH POST PUT",
		"headers": "accept authorization content-type user-agent x-csrf-token x-csrftoken x-requested-with",
	}
	for range 2 {
		for name, list := range map[string][]string{"methods": cors.DefaultMethods(), "headers": cors.DefaultHeaders()} {
			if got := strings.Join(list, " "); got != want[name] {
				t.Errorf("the default %s are %s, want %s", name, got, want[name])
			}
			for i := range list {
				list[i] = "vandalised"
			}
		}
	}
}

func TestAttachToAGroupOrARoute(t *testing.T) {
	var e cors.Engine
	policy := cors.Config{AllowOrigins: []string{"*"}}
	for _, err := range []error{e.AttachGroup("/api", policy), e.AttachGroup("/slash/", policy), e.AttachRoute("/status", policy), e.AttachRoute("/posts/", policy)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, path string
		hasPolicy  bool
	}{
		{"a group applies to its prefix", "/api", true},
		{"a group applies to what is below", "/api/a/b", true},
		{"a group does not apply to what only begins like it", "/apis", false},
		{"a slash at the end of a prefix changes nothing", "/slash", true},
		{"a route applies to its path", "/status", true},
		{"a route does not apply to what is below", "/status/more", false},
		{"a route with a slash at its end applies to that path", "/posts/", true},
		{"a route with a slash at its end applies to nothing below", "/posts/1", false},
		{"a route with a slash at its end does not apply to the path without", "/posts", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := e.Decide(&cors.Request{Method: "GET", Path: tt.path})
			if d.HasPolicy() != tt.hasPolicy {
				t.Errorf("%s has a policy: %t, want %t", tt.path, d.HasPolicy(), tt.hasPolicy)
			}
		})
	}
}
