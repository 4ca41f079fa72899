package watch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// values writes entries as their index and value.
func values(entries []watch.Entry) []string {
	texts := []string{}
	for _, e := range entries {
		texts = append(texts, fmt.Sprintf("%d %s", e.Config, e.Value))
	}
	return texts
}

func checkUnused(t *testing.T, u *watch.Usage, want ...string) {
	t.Helper()
	if got := values(u.Unused()); !slices.Equal(got, want) {
		t.Errorf("unused are\n%q, want\n%q", got, want)
	}
}

func TestAnEntryIsUsedByARequestThatItAllows(t *testing.T) {
	all := []string{
		"0 *",
		"1 https://app.example.com", "1 https://b.example.com", "1 null", "1 https://*.example.com", "1 https://pr-*.example.com", "1 http://localhost:*", `1 https://[a-z]+\.example\.com`, `1 https://app\.example\.(com|net)`,
		"2 *",
	}
	tests := []struct {
		name    string
		request cors.Request
		used    []string
	}{
		{"an exact origin, and every entry that matches it", actual("/api/", trusted), []string{"1 https://app.example.com", "1 https://*.example.com", `1 https://[a-z]+\.example\.com`, `1 https://app\.example\.(com|net)`}},
		{"a preflight is a use", preflight("/api/", trusted), []string{"1 https://app.example.com", "1 https://*.example.com", `1 https://[a-z]+\.example\.com`, `1 https://app\.example\.(com|net)`}},
		{"a pattern", actual("/api/", "https://x.y.example.com"), []string{"1 https://*.example.com"}},
		{"several patterns", actual("/api/", "https://pr-1.example.com"), []string{"1 https://*.example.com", "1 https://pr-*.example.com"}},
		{"a pattern of ports", actual("/api/", "http://localhost:3000"), []string{"1 http://localhost:*"}},
		{"an expression", actual("/api/", "https://app.example.net"), []string{`1 https://app\.example\.(com|net)`}},
		{"the opaque origin", actual("/api/", "null"), []string{"1 null"}},
		{"any origin", actual("/public/", "https://evil.example"), []string{"0 *"}},
		{"any origin, where that is malformed", cors.Request{Method: "GET", Path: "/public/", MalformedOrigin: true}, []string{"0 *"}},
		{"any origin of another Config", actual("/all/", "https://evil.example"), []string{"2 *"}},
		{"an origin that is denied uses nothing", actual("/api/", "https://evil.example"), nil},
		{"a request without Origin uses nothing", actual("/public/", ""), nil},
		{"a path that no Config applies to uses nothing", actual("/", trusted), nil},
		{"what AllowOriginFunc allows uses nothing", actual("/api/", "https://asked.example"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := mustNew(t,
				cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
				cors.Config{
					Paths:              []string{"/api/"},
					AllowOrigins:       []string{trusted, "https://b.example.com", "null", "https://*.example.com", "https://pr-*.example.com", "http://localhost:*"},
					AllowOriginRegexps: []string{`https://[a-z]+\.example\.com`, `https://app\.example\.(com|net)`},
					AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
						return strings.Contains(r.Origin, "asked"), nil
					},
				},
				cors.Config{Paths: []string{"/all/"}, AllowOrigins: []string{"*"}},
			)
			u := watch.NewUsage(e)
			e.Watch(u.Watch)
			checkUnused(t, u, all...)
			for range 2 {
				serve(e, tt.request)
				unused := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(tt.used, s) })
				checkUnused(t, u, unused...)
			}
		})
	}
}

func TestUnusedEntriesSayWhereTheyStandAndSinceWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}, AllowOriginRegexps: []string{`https://b\.example`}})
		u := watch.NewUsage(e)
		start := time.Now()
		time.Sleep(time.Hour)
		if err := e.Reload(cors.Config{AllowOrigins: []string{"https://new.example", trusted}, AllowOriginRegexps: []string{`https://b\.example`}}); err != nil {
			t.Fatal(err)
		}
		want := []watch.Entry{
			{0, "AllowOrigins", "https://new.example", start.Add(time.Hour)},
			{0, "AllowOrigins", trusted, start},
			{0, "AllowOriginRegexps", `https://b\.example`, start},
		}
		for range 2 {
			got := u.Unused()
			if !slices.EqualFunc(got, want, func(a, b watch.Entry) bool {
				return a.Config == b.Config && a.Field == b.Field && a.Value == b.Value && a.Since.Equal(b.Since)
			}) {
				t.Errorf("unused are\n%v, want\n%v", got, want)
			}
			time.Sleep(time.Hour)
		}
	})
}

func TestUsageFollowsReload(t *testing.T) {
	const b, c, wide = "https://b.example.com", "https://c.example.com", "https://*.example.com"
	api := cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted, b}}
	new := func(t *testing.T) (*cors.Engine, *watch.Usage) {
		e := mustNew(t, api)
		u := watch.NewUsage(e)
		e.Watch(u.Watch)
		serve(e, actual("/api/", trusted))
		return e, u
	}
	reload := func(t *testing.T, e *cors.Engine, cfgs ...cors.Config) {
		t.Helper()
		if err := e.Reload(cfgs...); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the same Configs keep their marks", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, api)
		checkUnused(t, u, "0 "+b)
		serve(e, actual("/api/", b))
		checkUnused(t, u)
		reload(t, e, api)
		checkUnused(t, u)
	})
	t.Run("new entries appear, and old ones go", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{c, trusted}})
		checkUnused(t, u, "0 "+c)
		serve(e, actual("/api/", c))
		checkUnused(t, u)
	})
	t.Run("an entry that went and came again is new", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{b}})
		checkUnused(t, u, "0 "+b)
		reload(t, e, api)
		checkUnused(t, u, "0 "+trusted, "0 "+b)
	})
	t.Run("a Config in front moves marks to another index", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{Paths: []string{"/admin/"}, AllowOrigins: []string{trusted, b}}, api)
		serve(e, actual("/api/", b))
		checkUnused(t, u, "0 "+trusted, "0 "+b)
		serve(e, actual("/admin/", b))
		checkUnused(t, u, "0 "+trusted)
	})
	t.Run("Attach is followed, too", func(t *testing.T) {
		e, u := new(t)
		if err := e.Attach(cors.Config{Paths: []string{"/api/admin/"}, AllowOrigins: []string{trusted}}); err != nil {
			t.Fatal(err)
		}
		serve(e, actual("/api/", b))
		checkUnused(t, u, "1 "+trusted)
	})
	t.Run("a Config with other paths is another", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{PathRegexps: []string{"/api/"}, AllowOrigins: api.AllowOrigins})
		checkUnused(t, u, "0 "+trusted, "0 "+b)
	})
	t.Run("a new pattern is used by an origin that was used before", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted, b, wide}})
		checkUnused(t, u, "0 "+b, "0 "+wide)
		serve(e, actual("/api/", trusted))
		checkUnused(t, u, "0 "+b)
	})
	t.Run("patterns keep their marks", func(t *testing.T) {
		e, u := new(t)
		reload(t, e, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{wide}})
		serve(e, actual("/api/", c))
		checkUnused(t, u)
		reload(t, e, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{wide, "https://*.example.org"}})
		checkUnused(t, u, "0 https://*.example.org")
		serve(e, actual("/api/", "https://a.example.org"))
		checkUnused(t, u)
	})
	t.Run("an engine without a Config has no entries until it has one", func(t *testing.T) {
		var e cors.Engine
		u := watch.NewUsage(&e)
		e.Watch(u.Watch)
		serve(&e, actual("/api/", trusted))
		checkUnused(t, u)
		reload(t, &e, api)
		serve(&e, actual("/api/", trusted))
		checkUnused(t, u, "0 "+b)
	})
}

// A watcher of a request that an earlier configuration decided must not harm.
func TestADecisionOfAnEarlierConfigurationIsHarmless(t *testing.T) {
	first := cors.Config{Paths: []string{"/a"}, AllowOrigins: []string{trusted}}
	second := cors.Config{Paths: []string{"/b"}, AllowOrigins: []string{trusted}}
	e := mustNew(t, first, second)
	u := watch.NewUsage(e)
	r := actual("/b", trusted)
	d := e.Decide(&r)
	if err := e.Reload(first); err != nil {
		t.Fatal(err)
	}
	u.Watch(&r, d)
	checkUnused(t, u, "0 "+trusted)
}

// Under Fiber, the memory of a request is that of the next.
func TestUsageKeepsNothingOfTheRequest(t *testing.T) {
	e := mustNew(t, cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted, "https://b.example"}})
	u := watch.NewUsage(e)
	e.Watch(u.Watch)
	memory := []byte("/api/posts")
	serve(e, actual(unsafe.String(unsafe.SliceData(memory), len(memory)), trusted))
	copy(memory, "/other/xxx")
	if err := e.Reload(cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{"https://b.example"}}); err != nil {
		t.Fatal(err)
	}
	serve(e, actual("/api/", "https://b.example"))
	checkUnused(t, u)
}

// A naiveUsage matches entries one by one.
type naiveUsage map[string]*regexp.Regexp

func newNaiveUsage(cfg cors.Config) naiveUsage {
	n := make(naiveUsage)
	for _, value := range cfg.AllowOrigins {
		expression := regexp.QuoteMeta(value)
		expression = strings.Replace(expression, `://\*\.`, `://([a-z0-9-]+\.)+`, 1)
		expression = strings.Replace(expression, `-\*\.`, `-[a-z0-9-]+\.`, 1)
		expression = strings.Replace(expression, `:\*`, `(:\d+)?`, 1)
		n["0 "+value] = regexp.MustCompile(`^(?:` + expression + `)$`)
	}
	for _, value := range cfg.AllowOriginRegexps {
		n["0 "+value] = regexp.MustCompile(`^(?:` + value + `)$`)
	}
	return n
}

func TestManyEntriesAreUsedAsTheNaiveMatcherSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	host := func() string {
		labels := []string{"a", "b", "pr-1", "pr-22", "c-x"}
		name := "example.com"
		for range random.IntN(3) {
			name = labels[random.IntN(len(labels))] + "." + name
		}
		return name
	}
	for range 30 {
		cfg := cors.Config{Paths: []string{"/"}}
		for range 1 + random.IntN(40) {
			switch random.IntN(5) {
			case 0:
				cfg.AllowOrigins = append(cfg.AllowOrigins, "https://*."+host())
			case 1:
				cfg.AllowOrigins = append(cfg.AllowOrigins, "https://pr-*."+host())
			case 2:
				cfg.AllowOrigins = append(cfg.AllowOrigins, "https://"+host()+":*")
			case 3:
				cfg.AllowOriginRegexps = append(cfg.AllowOriginRegexps, fmt.Sprintf(`https://[%c-z0-9-]+\.example\.com`, 'a'+random.IntN(20)))
			case 4:
				cfg.AllowOrigins = append(cfg.AllowOrigins, "https://"+host())
			}
		}
		e := mustNew(t, cfg)
		u := watch.NewUsage(e)
		e.Watch(u.Watch)
		naive, unused := newNaiveUsage(cfg), values(u.Unused())
		for range 40 {
			o := "https://" + host()
			if random.IntN(4) == 0 {
				o += ":8443"
			}
			serve(e, actual("/", o))
			unused = slices.DeleteFunc(unused, func(s string) bool { return naive[s].MatchString(o) })
			if got := values(u.Unused()); !slices.Equal(got, unused) {
				t.Fatalf("with %q and %q: after %s, unused are\n%q, want\n%q", cfg.AllowOrigins, cfg.AllowOriginRegexps, o, got, unused)
			}
		}
	}
}

// A configuration that is replaced while Usage reads it must not be taken for
// the one that replaces it.
func TestReloadWhileUsageReads(t *testing.T) {
	// What takes long to copy, so that there is time to replace it.
	long := cors.Config{AllowOrigins: []string{trusted}, AllowHeaders: slices.Repeat([]string{"X-A"}, 1<<20)}
	for range 5 {
		e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
		u := watch.NewUsage(e)
		e.Watch(u.Watch)
		if err := e.Reload(long); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() { serve(e, actual("/", trusted)) })
		wg.Go(func() {
			if err := e.Reload(cors.Config{AllowOrigins: []string{"https://b.example", "https://c.example"}}); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		serve(e, actual("/", "https://b.example"))
		checkUnused(t, u, "0 https://c.example")
	}
}

func TestUsageUnderLoadAndReload(t *testing.T) {
	configuration := func(n int) []cors.Config {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("https://a%d.example.com", i))
		}
		return []cors.Config{
			{Paths: []string{fmt.Sprintf("/%d", n)}, AllowOrigins: []string{trusted}},
			{Paths: []string{"/"}, AllowOrigins: append(list, "https://*.example.com", "https://*.example.org")},
		}
	}
	e := mustNew(t, configuration(1)...)
	u := watch.NewUsage(e)
	e.Watch(u.Watch)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 3000 {
				serve(e, actual("/", fmt.Sprintf("https://a%d.example.com", (i+g)%50)))
			}
		})
	}
	wg.Go(func() {
		for i := range 50 {
			if err := e.Reload(configuration(i + 1)...); err != nil {
				t.Error(err)
			}
			u.Unused()
		}
	})
	wg.Wait()
	for i := range 50 {
		serve(e, actual("/", fmt.Sprintf("https://a%d.example.com", i)))
	}
	checkUnused(t, u, "0 "+trusted, "1 https://*.example.org")
}
