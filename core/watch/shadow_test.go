package watch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// api is what the candidates differ from.
var api = cors.Config{
	Paths:            []string{"/api/"},
	AllowOrigins:     []string{trusted, "https://b.example"},
	AllowMethods:     []string{"PUT", "DELETE"},
	AllowHeaders:     []string{"Authorization", "X-Token"},
	ExposeHeaders:    []string{"X-Total", "X-Page"},
	AllowCredentials: true,
	MaxAge:           60,
}

// with returns api with a change.
func with(change func(*cors.Config)) cors.Config {
	c := api
	change(&c)
	return c
}

// reports collect what Shadow reports.
type reports struct {
	mu   sync.Mutex
	list []watch.Difference
}

// shadow has a candidate decide beside an engine.
func shadow(now, candidate *cors.Engine) *reports {
	r := new(reports)
	now.Watch(watch.Shadow(candidate, func(d watch.Difference) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.list = append(r.list, d)
	}))
	return r
}

// take returns what was reported since it was called last.
func (r *reports) take() []watch.Difference {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}

// differences returns what Shadow reports of requests.
func differences(now, candidate *cors.Engine, requests ...cors.Request) []watch.Difference {
	reports := shadow(now, candidate)
	for _, r := range requests {
		serve(now, r)
	}
	return reports.take()
}

func TestShadowTellsWhatWouldDiffer(t *testing.T) {
	const other = "https://other.example"
	tests := []struct {
		name      string
		candidate cors.Config
		request   cors.Request
		text      string
		headers   []string
	}{
		{"an origin that is no longer listed", with(func(c *cors.Config) { c.AllowOrigins = []string{trusted} }), actual("/api/", "https://b.example"),
			"https://b.example would no longer be allowed.", []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}},
		{"an origin that is listed", with(func(c *cors.Config) { c.AllowOrigins = append(slices.Clone(c.AllowOrigins), other) }), preflight("/api/", other),
			other + " would be allowed.", []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"}},
		{"a path that no Config applies to any longer", with(func(c *cors.Config) { c.Paths = []string{"/v2/"} }), actual("/api/", trusted),
			"No Config would apply to the path, and https://app.example.com would no longer be allowed.", []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Vary"}},
		{"a path that no Config applies to any longer, and a stranger", with(func(c *cors.Config) { c.Paths = []string{"/v2/"} }), actual("/api/", other),
			"No Config would apply to the path of https://other.example.", []string{"Vary"}},
		{"a path that no Config applies to now", with(func(c *cors.Config) { c.Paths = nil }), actual("/", other),
			"Config 0 would apply to the path of https://other.example.", []string{"Vary"}},
		{"a path that no Config applies to now, and an origin that is listed", with(func(c *cors.Config) { c.Paths = nil }), actual("/", trusted),
			"https://app.example.com would be allowed.", []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Vary"}},
		{"the status of a preflight", with(func(c *cors.Config) { c.PreflightStatus = 200 }), preflight("/api/", trusted),
			"The status of the response to https://app.example.com would be 200, and now is 204.", nil},
		{"a preflight that is passed on", with(func(c *cors.Config) { c.PassPreflight = true }), preflight("/api/", other),
			"The status of the response to https://other.example would be that of the next handler, and now is 403.", nil},
		{"a stranger who is stopped", with(func(c *cors.Config) { c.RejectDisallowed = true }), actual("/api/", other),
			"The status of the response to https://other.example would be 403, and now is that of the next handler.", []string{"Vary"}},
		{"how long a preflight is kept", with(func(c *cors.Config) { c.MaxAge = 600 }), preflight("/api/", trusted),
			"Access-Control-Max-Age would be 600 for https://app.example.com, and now is 60.", []string{"Access-Control-Max-Age"}},
		{"a method that is no longer allowed", with(func(c *cors.Config) { c.AllowMethods = []string{} }), preflight("/api/", trusted),
			"A preflight from https://app.example.com would no longer be allowed: method not allowed.", []string{"Access-Control-Allow-Methods"}},
		{"a method that is gone", with(func(c *cors.Config) { c.AllowMethods = []string{"PUT"} }), preflight("/api/", trusted),
			"Access-Control-Allow-Methods would be PUT for https://app.example.com, and now is PUT,DELETE.", []string{"Access-Control-Allow-Methods"}},
		{"a safelisted method, which the preflight cache would have", with(func(c *cors.Config) { c.AllowMethods = []string{"PUT", "DELETE", "POST"} }), preflight("/api/", trusted),
			"Access-Control-Allow-Methods would be PUT,DELETE,POST for https://app.example.com, and now is PUT,DELETE.", []string{"Access-Control-Allow-Methods"}},
		{"several headers", with(func(c *cors.Config) { c.AllowCredentials, c.ExposeHeaders = false, nil }), actual("/api/", trusted),
			"Access-Control-Allow-Credentials, Access-Control-Expose-Headers would differ for https://app.example.com.", []string{"Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}},
		{"what Vary names", with(func(c *cors.Config) { c.RejectDisallowed = true }), cors.Request{Method: "GET", Path: "/api/", Origin: other, Reader: &sameOrigin{}},
			`Vary would be "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest" for https://other.example, and now is Origin.`, []string{"Vary"}},
		{"a request without Origin", cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{"*"}}, actual("/api/", ""),
			"Access-Control-Allow-Origin, Vary would differ for requests without Origin.", []string{"Access-Control-Allow-Origin", "Vary"}},
		{"an empty Origin", cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{"*"}}, cors.Request{Method: "GET", Path: "/api/", MalformedOrigin: true},
			`"" would be allowed.`, []string{"Access-Control-Allow-Origin", "Vary"}},
		{"a hostile Origin", cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{"*"}}, actual("/api/", "a\nb"),
			`"a\nb" would be allowed.`, []string{"Access-Control-Allow-Origin", "Vary"}},
		{"a function that fails", with(func(c *cors.Config) {
			c.AllowOrigins, c.AllowOriginFunc = nil, func(context.Context, *cors.Request) (bool, error) { return true, errors.New("no\nconnection") }
		}), actual("/api/", trusted),
			`https://app.example.com would no longer be allowed. AllowOriginFunc fails: "no\nconnection".`, []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now, candidate := mustNew(t, api), mustNew(t, tt.candidate)
			got := differences(now, candidate, tt.request, tt.request)
			if len(got) != 1 {
				t.Fatalf("reported %d times: %v", len(got), got)
			}
			d := got[0]
			if d.Text != tt.text || !slices.Equal(d.Headers, tt.headers) || d.Count != 1 || d.Panic != "" {
				t.Errorf("reported\n%s %q (%d times, panic %q), want\n%s %q", d.Text, d.Headers, d.Count, d.Panic, tt.text, tt.headers)
			}
			checkAnswer(t, d.Now, now, tt.request)
			checkAnswer(t, d.Then, candidate, tt.request)
		})
	}
}

// A sameOrigin source is that of a page of the server's own.
type sameOrigin struct{ source }

func (*sameOrigin) RequestHeader(name string) string {
	if name == "Sec-Fetch-Site" {
		return "same-origin"
	}
	return ""
}

// checkAnswer compares an Answer with what an engine decides.
func checkAnswer(t *testing.T, a *watch.Response, e *cors.Engine, r cors.Request) {
	t.Helper()
	d := e.Decide(&r)
	status, _ := d.Response()
	h := http.Header{}
	d.Apply(h)
	if a.Config != d.Config() || a.Outcome != d.Outcome(&r) || a.Reason != d.Reason() || a.Status != status || fmt.Sprint(a.Header) != fmt.Sprint(h) {
		t.Errorf("the answer is %+v, and must be that of %v with status %d and %v", a, d.Reason(), status, h)
	}
}

func TestWhatNobodyCanObserveIsNoDifference(t *testing.T) {
	tests := []struct {
		name      string
		candidate cors.Config
	}{
		{"the same Config", api},
		{"the order of entries", with(func(c *cors.Config) {
			c.AllowOrigins = []string{"https://b.example", trusted}
			c.AllowMethods = []string{"DELETE", "PUT"}
			c.AllowHeaders = []string{"X-Token", "Authorization"}
			c.ExposeHeaders = []string{"X-Page", "X-Total"}
		})},
		{"the case of header names", with(func(c *cors.Config) {
			c.AllowHeaders = []string{"authorization", "X-TOKEN"}
			c.ExposeHeaders = []string{"x-total", "X-PAGE"}
		})},
		{"response headers that can be read in any case", with(func(c *cors.Config) { c.ExposeHeaders = []string{"X-Total", "Content-Type", "X-Page", "Pragma"} })},
		{"a pattern in the place of an origin", with(func(c *cors.Config) { c.AllowOrigins = []string{"https://*.example.com", "https://b.example"} })},
		{"an expression in the place of origins", with(func(c *cors.Config) {
			c.AllowOrigins, c.AllowOriginRegexps = nil, []string{`https://app\.example\.com|https://b\.example`}
		})},
	}
	requests := []cors.Request{
		actual("/api/", trusted), preflight("/api/", trusted), actual("/api/", "https://b.example"), actual("/api/", "https://evil.example"),
		preflight("/api/", "https://evil.example"), actual("/api/", ""), actual("/", trusted), preflight("/", trusted), actual("/api/", "null"), actual("/api/", "malformed"),
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := differences(mustNew(t, api), mustNew(t, tt.candidate), requests...); len(got) > 0 {
				t.Errorf("reported %v", got)
			}
		})
	}
}

func TestShadowHasNoEffect(t *testing.T) {
	now := mustNew(t, api)
	candidate := mustNew(t, cors.Config{AllowOrigins: []string{"*"}, RejectDisallowed: false, MaxAge: 5})
	for _, r := range []cors.Request{actual("/api/", trusted), preflight("/api/", "https://evil.example"), actual("/", "")} {
		want := now.Decide(&r)
		now.Watch(watch.Shadow(candidate, func(watch.Difference) {}))
		if got := serve(now, r); got != want {
			t.Errorf("the decision is %v, want %v", got, want)
		}
	}
}

func TestDifferencesAreReportedOnceAndThenCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := mustNew(t, api)
		candidate := mustNew(t, with(func(c *cors.Config) {
			c.AllowOrigins = append(slices.Clone(c.AllowOrigins), "https://*.example.org")
			c.MaxAge = 600
		}))
		reports := shadow(now, candidate)
		check := func(want ...string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for _, d := range reports.take() {
				got = append(got, fmt.Sprintf("%d %v %s %s %s", d.Count, d.Kind, d.Method, d.Path, d.Text))
			}
			if !slices.Equal(got, want) {
				t.Errorf("reported\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		serve(now, actual("/api/", trusted))
		check()
		serve(now, actual("/api/1", "https://a.example.org"))
		serve(now, actual("/api/2", "https://a.example.org"))
		serve(now, actual("/api/3", "https://b.example.org"))
		serve(now, preflight("/api/4", "https://a.example.org"))
		check("1 actual request GET /api/1 https://a.example.org would be allowed.",
			"1 actual request GET /api/3 https://b.example.org would be allowed.",
			"1 CORS-preflight request OPTIONS /api/4 https://a.example.org would be allowed.")
		// Where both allow the origin, it makes no difference which it is.
		serve(now, preflight("/api/", trusted))
		serve(now, preflight("/api/", "https://b.example"))
		serve(now, preflight("/api/", "https://b.example"))
		check("1 CORS-preflight request OPTIONS /api/ Access-Control-Max-Age would be 600 for https://app.example.com, and now is 60.")
		time.Sleep(time.Minute)
		check("1 actual request GET /api/1 https://a.example.org would be allowed.",
			"2 CORS-preflight request OPTIONS /api/ Access-Control-Max-Age would be 600 for https://app.example.com, and now is 60.")
		time.Sleep(time.Minute)
		check()
		for i := range 1000 {
			serve(now, actual("/api/", fmt.Sprintf("https://a%d.example.org", i)))
		}
		if n := len(reports.take()); n != 50 {
			t.Errorf("reported %d times, want 50", n)
		}
		time.Sleep(time.Minute)
		check("950 not a CORS request   Other requests would also get another response.")
	})
}

func TestWhatDiffersIsTold(t *testing.T) {
	network := preflight("/api/", trusted)
	network.AccessControlRequestPrivateNetwork = "true"
	candidate := mustNew(t, with(func(c *cors.Config) { c.AllowPrivateNetwork = true }))
	got := differences(mustNew(t, api), candidate, preflight("/api/", trusted), network, preflight("/api/", trusted), network)
	if len(got) != 2 || len(got[0].Headers) != 1 || len(got[1].Headers) != 2 {
		t.Errorf("reported %+v, want that Vary differs, and that another header does, too", got)
	}
}

func TestAPanicIsNotAnAnswer(t *testing.T) {
	now := mustNew(t, cors.Config{AllowOrigins: []string{"*"}})
	candidate := mustNew(t, cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) { panic("no") }})
	reports := shadow(now, candidate)
	serve(now, preflight("/", trusted))
	if err := candidate.Reload(cors.Config{AllowOrigins: []string{"*"}, PassPreflight: true}); err != nil {
		t.Fatal(err)
	}
	serve(now, preflight("/", trusted))
	got := reports.take()
	if len(got) != 2 || got[0].Panic != "no" || got[1].Panic != "" || got[1].Text != "The status of the response to https://app.example.com would be that of the next handler, and now is 204." {
		t.Errorf("reported %+v, want the panic, and the status", got)
	}
}

func TestTheCandidateMayBeReloaded(t *testing.T) {
	now, candidate := mustNew(t, api), mustNew(t, api)
	reports := shadow(now, candidate)
	serve(now, actual("/api/", "https://b.example"))
	if got := reports.take(); len(got) != 0 {
		t.Errorf("reported %v before", got)
	}
	if err := candidate.Reload(with(func(c *cors.Config) { c.AllowOrigins = []string{trusted} })); err != nil {
		t.Fatal(err)
	}
	serve(now, actual("/api/", "https://b.example"))
	if got := reports.take(); len(got) != 1 {
		t.Errorf("reported %v after", got)
	}
}

func TestPanicsHarmNothing(t *testing.T) {
	for _, value := range []any{"no\nway", errors.New("no\nway"), nil} {
		candidate := mustNew(t, with(func(c *cors.Config) {
			c.AllowOriginFunc = func(context.Context, *cors.Request) (bool, error) { panic(value) }
		}))
		got := differences(mustNew(t, api), candidate, actual("/api/", "https://evil.example"), actual("/api/", "https://evil2.example"), actual("/api/", trusted))
		want := `"no\nway"`
		if value == nil {
			want = strconv.Quote(new(runtime.PanicNilError).Error())
		}
		if len(got) != 1 || got[0].Panic != want || got[0].Text != "The candidate panicked: "+want+"." || got[0].Origin != "https://evil.example" || got[0].Then != nil {
			t.Errorf("reported %+v", got)
		}
	}
}

func TestAPanicOfTheReportHarmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newTextLog()
		before := slog.Default()
		slog.SetDefault(log.Logger)
		defer slog.SetDefault(before)
		now, candidate := mustNew(t, api), mustNew(t, with(func(c *cors.Config) { c.MaxAge = 600 }))
		now.Watch(watch.Shadow(candidate, func(watch.Difference) { panic("no\nway") }))
		serve(now, preflight("/api/", trusted))
		serve(now, preflight("/api/", trusted))
		time.Sleep(time.Minute) // and then the goroutine of the timer
		synctest.Wait()
		const line = `level=ERROR msg="watch: the function that Shadow reports to panicked" panic="\"no\\nway\""`
		if got := log.take(); !slices.Equal(got, []string{line, line}) {
			t.Errorf("logged %q, want twice %q", got, line)
		}
	})
}

// Under Fiber, the memory of a request is that of the next.
func TestShadowKeepsNothingOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := mustNew(t, api)
		candidate := mustNew(t, cors.Config{AllowOriginRegexps: []string{`https://[a-z]+\.example`}, AllowMethods: []string{"*"}, AllowCredentials: true, AcceptRisks: []cors.Risk{cors.RiskUnconfinedRegexp}})
		reports := shadow(now, candidate)
		memory := []byte("https://a.exampleOPTIONS/api/DELETE")
		request := func() cors.Request {
			text := unsafe.String(unsafe.SliceData(memory), len(memory))
			return cors.Request{Origin: text[:17], Method: text[17:24], Path: text[24:29], AccessControlRequestMethod: text[29:]}
		}
		again := request()
		again.Origin = strings.Clone(again.Origin)
		serve(now, request())
		copy(memory, strings.Repeat("x", len(memory)))
		again.Method, again.Path, again.AccessControlRequestMethod = "OPTIONS", "/api/", "DELETE"
		serve(now, again)
		reported := reports.take()
		if len(reported) != 1 {
			t.Error("what is alike is reported twice")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		reported = append(reported, reports.take()...)
		if len(reported) != 2 {
			t.Fatalf("reported %v", reported)
		}
		for _, d := range reported {
			if text := fmt.Sprintf("%+v %+v %+v", d, d.Now, d.Then); strings.Contains(text, "xx") {
				t.Errorf("the report has become %s", text)
			}
		}
	})
}

func TestShadowUnderLoadAndReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, candidate := mustNew(t, api), mustNew(t, api)
		reports := shadow(now, candidate)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 1000 {
					serve(now, actual("/other", fmt.Sprintf("https://a%d.example", i%100)))
					serve(now, actual("/api/", trusted))
				}
			})
		}
		wg.Go(func() {
			for i := range 20 {
				c := api
				c.MaxAge = i
				if err := candidate.Reload(c); err != nil {
					t.Error(err)
				}
				if err := now.Reload(c); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Wait()
		if got := reports.take(); len(got) != 0 {
			t.Errorf("reported %v, want nothing: the age is told to preflights only", got)
		}
		if err := candidate.Reload(cors.Config{AllowOrigins: []string{"*"}}); err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			wg.Go(func() { serve(now, actual("/other", fmt.Sprintf("https://a%d.example", i%100))) })
		}
		wg.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		requests := 0
		for _, d := range reports.take() {
			requests += d.Count
		}
		if requests != 1000 {
			t.Errorf("%d are reported, want 1000", requests)
		}
	})
}
