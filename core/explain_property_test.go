package cors_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// naiveBrowser reports whether a browser lets a script send a request, or read
// the answer, by the answers of the naive implementation.
func naiveBrowser(configs []cors.Config, r *naiveRequest, include bool) bool {
	a := naiveDecide(configs, r)
	if a.kind == cors.NotCORS {
		return true
	}
	if a.kind == cors.Actual && naiveSameOrigin(r) {
		return true
	}
	allowOrigin, ok := a.headers["Access-Control-Allow-Origin"]
	switch {
	case !ok:
		return false
	case !include && allowOrigin[0] == "*":
	case allowOrigin[0] != r.origin:
		return false
	case include && !slices.Equal(a.headers["Access-Control-Allow-Credentials"], []string{"true"}):
		return false
	}
	if a.kind == cors.Actual {
		if r.method == "" {
			return false // no preflight can ask for that
		}
		preflight := *r
		preflight.method, preflight.requestMethod, preflight.requestHeaders = "OPTIONS", r.method, ""
		return slices.Contains([]string{"GET", "HEAD", "POST"}, r.method) || naiveBrowser(configs, &preflight, include)
	}
	if a.status != 0 && a.status/100 != 2 {
		return false
	}
	listed := func(header, name string, same func(a, b string) bool) bool {
		for _, member := range strings.Split(a.headers.Get(header), ",") {
			if same(member, name) || member == "*" && !include && !strings.EqualFold(name, "authorization") {
				return true
			}
		}
		return false
	}
	exact := func(a, b string) bool { return a == b }
	if !slices.Contains([]string{"GET", "HEAD", "POST"}, r.requestMethod) && !listed("Access-Control-Allow-Methods", r.requestMethod, exact) {
		return false
	}
	for _, name := range strings.Split(r.requestHeaders, ",") {
		if name = strings.Trim(name, " \t"); name != "" && !listed("Access-Control-Allow-Headers", name, strings.EqualFold) {
			return false
		}
	}
	return true
}

// naiveSameOrigin reports whether an actual request is of the same origin.
func naiveSameOrigin(r *naiveRequest) bool {
	return r.site == "same-origin" || r.site == "" && r.method != "GET" && r.method != "HEAD" && !naiveCrossOrigin(r)
}

// checkExplanation checks what must hold of every Explanation.
func checkExplanation(t *testing.T, e *cors.Engine, configs []cors.Config, r *naiveRequest) cors.Explanation {
	t.Helper()
	if _, odd := naiveServed(r.path); odd {
		plain := *r
		plain.path = "/a/b" // about others, two policies decide, and Explain speaks of one
		r = &plain
	}
	describe := func() string { return fmt.Sprintf("request %+q\nof %+v", fmt.Sprintf("%+v", *r), configs) }
	x, d := e.Explain(r.request()), e.Decide(r.request())

	// It is what Decide decides.
	status, _ := d.Answer()
	header := http.Header{}
	d.Apply(header)
	if x.Kind != d.Kind() || x.Config != d.Config() || x.Allowed != d.Allowed() || x.Reason != d.Reason() || x.Status != status || !maps.EqualFunc(x.Header, header, slices.Equal) {
		t.Fatalf("Decide says %+v, %d, %v, Explain\n%+v\n%s", d, status, header, x, describe())
	}

	// It is what a browser makes of that.
	for include, v := range map[bool]*cors.Verdict{false: &x.WithoutCredentials, true: &x.WithCredentials} {
		if want := naiveBrowser(configs, r, include); v.Allowed != want {
			t.Fatalf("allowed with credentials (%t): %t, and a browser says %t\n%s\n%s", include, v.Allowed, want, x, describe())
		}
		checkVerdict(t, x, v, describe)
		checkChanges(t, e, configs, r, include, v.Changes, describe)
	}
	checkText(t, x, describe)
	return x
}

func checkVerdict(t *testing.T, x cors.Explanation, v *cors.Verdict, describe func() string) {
	t.Helper()
	if v.Allowed != (len(v.Obstacles) == 0) || v.Allowed != (v.FailsAt == "") {
		t.Fatalf("the verdict contradicts itself: %+v\n%s", v, describe())
	}
	if v.Allowed && (len(v.Changes) > 0 || v.MissingMethod != "" || len(v.MissingHeaders) > 0) {
		t.Fatalf("something is missing of what is allowed: %+v\n%s", v, describe())
	}
	if !v.Allowed && len(v.Changes) == 0 && remediesOf(v) == "" {
		t.Fatalf("nobody says what to do: %+v\n%s", v, describe())
	}
	if !v.Allowed && len(v.Visible) > 0 {
		t.Fatalf("something is visible of what is blocked: %+v\n%s", v, describe())
	}
	failing := func(s cors.Step) bool { return s.Name == v.FailsAt }
	if v.FailsAt != "" && !slices.ContainsFunc(x.Steps, failing) {
		t.Fatalf("%q is no step of %+v\n%s", v.FailsAt, x.Steps, describe())
	}
}

// checkChanges makes the changes: then the request is allowed, nothing that it
// does not need is, and no change can be left out.
func checkChanges(t *testing.T, e *cors.Engine, configs []cors.Config, r *naiveRequest, include bool, changes []cors.Change, describe func() string) {
	t.Helper()
	if len(changes) == 0 {
		return
	}
	make := func(changes []cors.Change) (*cors.Engine, error) {
		changed := slices.Clone(configs)
		for _, c := range changes {
			if c.Add == "*" || c.Add == "null" || c.Field == "AllowOrigins" && strings.Contains(c.Add, "*") {
				t.Fatalf("the change %v opens too much\n%s", c, describe())
			}
			c.Apply(&changed[c.Config])
		}
		return cors.New(changed...)
	}
	verdict := func(e *cors.Engine) *cors.Verdict {
		x := e.Explain(r.request())
		if include {
			return &x.WithCredentials
		}
		return &x.WithoutCredentials
	}
	changed, err := make(changes)
	if err != nil {
		t.Fatalf("New refuses %v: %v\n%s", changes, err, describe())
	}
	if v := verdict(changed); !v.Allowed {
		t.Fatalf("after %v there is still %+v\n%s", changes, v, describe())
	}
	for i := range min(len(changes), 8) {
		fewer, err := make(slices.Delete(slices.Clone(changes), i, i+1))
		if err == nil && verdict(fewer).Allowed {
			t.Fatalf("of %v, the change %d is not needed\n%s", changes, i, describe())
		}
	}
	for _, other := range dicedOrigins {
		stranger := *r
		if stranger.origin, stranger.hasOrigin = other, true; other == r.origin {
			continue
		}
		before, after := e.Decide(stranger.request()), changed.Decide(stranger.request())
		if before.Governed() && after.Allowed() && !before.Allowed() {
			t.Fatalf("%v allow %s, too\n%s", changes, other, describe())
		}
	}
	for _, path := range dicedPaths {
		elsewhere := *r
		if elsewhere.path = path; path == r.path || r.folding != 0 {
			continue // which other paths are the same, the router knows
		}
		before, after := e.Decide(elsewhere.request()), changed.Decide(elsewhere.request())
		if before.Config() != after.Config() {
			t.Fatalf("%v govern %q, too\n%s", changes, path, describe())
		}
	}
}

// dicedPaths are paths of other requests.
var dicedPaths = []string{"/", "/a", "/a/", "/a/b", "/A/B", "/b", "/b/", "/b/b/x", "/a//", "//", "/c"}

// checkText checks that the texts are harmless, fit a terminal, and come back
// from JSON.
func checkText(t *testing.T, x cors.Explanation, describe func() string) {
	t.Helper()
	harmless := func(s string) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return (r < ' ' || r > '~') && r != '…' })
	}
	if !harmless(x.Summary) || !strings.HasPrefix(x.Summary, x.Request+": ") {
		t.Fatalf("the summary is %q\n%s", x.Summary, describe())
	}
	for line := range strings.Lines(x.String()) {
		line = strings.TrimSuffix(line, "\n")
		if !harmless(line) {
			t.Fatalf("the line %q\n%s", line, describe())
		}
		if long := len([]rune(line)) > 80; long && strings.Contains(strings.TrimSpace(unquoted(line)), " ") {
			t.Fatalf("the line %q has %d columns\n%s", line, len([]rune(line)), describe())
		}
		if line != strings.TrimRight(line, " ") {
			t.Fatalf("the line %q ends in a space\n%s", line, describe())
		}
	}
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatalf("%v\n%s", err, describe())
	}
	var back cors.Explanation
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("%v\n%s", err, describe())
	}
	if !reflect.DeepEqual(x, back) && harmless(fmt.Sprint(x.PathEntry, x.Entry)) {
		t.Fatalf("%+v\ncomes back as\n%+v\n%s", x, back, describe())
	}
}

// unquoted leaves out what stands in quotes.
func unquoted(line string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case !quoted:
			b.WriteByte(line[i])
		}
	}
	return b.String()
}

func TestExplainAgreesWithDecideAndABrowser(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	accepted, seen := 0, make(map[string]int)
	for range 1500 {
		data := randomData(r, 120)
		configs := (&dice{data}).configs()
		for i := range configs {
			if r.IntN(2) == 0 {
				configs[i].AcceptRisks = nil
			}
		}
		e, err := newEngine(configs)
		if err != nil {
			continue
		}
		accepted++
		for range 8 {
			x := checkExplanation(t, e, configs, (&dice{randomData(r, len(data))}).request())
			seen[x.Kind.String()]++
			for _, v := range []cors.Verdict{x.WithoutCredentials, x.WithCredentials} {
				seen[fmt.Sprintf("allowed %t, changes %t", v.Allowed, len(v.Changes) > 0)]++
				for _, c := range v.Changes {
					seen["change of "+c.Field]++
				}
				if strings.Contains(remediesOf(&v), "New refuses") {
					seen["refused"]++
				}
			}
			if x.Near != nil {
				seen["near"]++
			}
		}
	}
	if accepted < 150 {
		t.Errorf("only %d configurations are accepted", accepted)
	}
	for _, what := range []string{
		"not a CORS request", "actual request", "CORS-preflight request", "allowed true, changes false", "allowed false, changes true", "allowed false, changes false",
		"change of Paths", "change of PathRegexps", "change of AllowOrigins", "change of AllowCredentials", "change of AllowMethods", "change of AllowHeaders",
		"refused", "near",
	} {
		if seen[what] < 5 {
			t.Errorf("%s: %d times", what, seen[what])
		}
	}
	t.Log(accepted, seen)
}

func FuzzExplain(f *testing.F) {
	r := rand.New(rand.NewPCG(15, 16))
	for i := range 40 {
		f.Add(randomData(r, 80), "OPTIONS", "/a/b", dicedOrigins[i%len(dicedOrigins)], "PUT", "x-a, x-b", "true")
	}
	f.Fuzz(func(t *testing.T, data []byte, method, path, origin, requestMethod, requestHeaders, requestPrivate string) {
		d := &dice{data}
		configs := d.configs()
		e, err := cors.New(configs...)
		if err != nil {
			return
		}
		request := d.request()
		checkExplanation(t, e, configs, request)
		request.method, request.path, request.origin, request.hasOrigin = method, path, origin, request.hasOrigin || origin != ""
		request.requestMethod, request.requestHeaders, request.requestPrivate = requestMethod, requestHeaders, requestPrivate
		checkExplanation(t, e, configs, request)
	})
}
