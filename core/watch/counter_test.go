package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

var _ expvar.Var = new(watch.Counter)

func TestCounterCountsByConfigKindAndReason(t *testing.T) {
	fails := func(_ context.Context, r *cors.Request) (bool, error) {
		switch r.Origin {
		case "https://fails.example":
			return false, errors.New("no")
		case "https://asked.example":
			return true, nil
		}
		return false, nil
	}
	e := mustNew(t,
		cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
		cors.Config{Paths: []string{"/asks/"}, AllowOriginFunc: fails},
		cors.Config{Paths: []string{"/api/"}, AllowOrigins: []string{trusted, "https://*.example.org"}, AllowOriginRegexps: []string{`https://app\d\.example\.net`}},
	)
	var counter watch.Counter
	e.Watch(counter.Watch)
	serve(e, actual("/other", trusted))
	serve(e, preflight("/other", trusted))
	serve(e, actual("/public/", ""))
	serve(e, actual("/public/", "https://evil.example"))
	serve(e, preflight("/asks/", "https://asked.example"))
	serve(e, actual("/asks/", "https://fails.example"))
	serve(e, actual("/asks/", "https://evil.example"))
	serve(e, actual("/api/", ""))
	for range 3 {
		serve(e, actual("/api/", trusted))
	}
	serve(e, actual("/api/", "https://a.example.org"))
	serve(e, actual("/api/", "https://app1.example.net"))
	serve(e, actual("/api/", "null"))
	serve(e, preflight("/api/", "HTTPS://"))
	for _, asks := range []cors.Request{
		{AccessControlRequestMethod: "POKE"},
		{AccessControlRequestMethod: "PUT", AccessControlRequestHeaders: "x-a"},
	} {
		asks.Method, asks.Path, asks.Origin = "OPTIONS", "/api/", trusted
		serve(e, asks)
	}
	want := []watch.Count{
		{-1, cors.Actual, cors.ReasonNoPolicy, cors.Unaffected, 1},
		{-1, cors.Preflight, cors.ReasonNoPolicy, cors.Unaffected, 1},
		{0, cors.NotCORS, cors.ReasonNoOrigin, cors.Unaffected, 1},
		{0, cors.Actual, cors.ReasonAnyOrigin, cors.Allowed, 1},
		{1, cors.Actual, cors.ReasonFuncDenied, cors.OriginDenied, 1},
		{1, cors.Actual, cors.ReasonFuncError, cors.OriginDenied, 1},
		{1, cors.Preflight, cors.ReasonFunc, cors.Allowed, 1},
		{2, cors.NotCORS, cors.ReasonNoOrigin, cors.Unaffected, 1},
		{2, cors.Actual, cors.ReasonOrigin, cors.Allowed, 3},
		{2, cors.Actual, cors.ReasonPattern, cors.Allowed, 1},
		{2, cors.Actual, cors.ReasonRegexp, cors.Allowed, 1},
		{2, cors.Actual, cors.ReasonNotAllowed, cors.OriginDenied, 1},
		{2, cors.Preflight, cors.ReasonMalformed, cors.OriginDenied, 1},
		{2, cors.Preflight, cors.ReasonOrigin, cors.MethodNotAllowed, 1},
		{2, cors.Preflight, cors.ReasonOrigin, cors.HeadersNotAllowed, 1},
	}
	got := counter.Counts()
	if !slices.Equal(got.Decisions, want) {
		t.Errorf("counted\n%v, want\n%v", got.Decisions, want)
	}
	if got.Origins != nil || got.OtherOrigins != 0 {
		t.Errorf("counted the origins %v, and %d others, and was not asked to", got.Origins, got.OtherOrigins)
	}
}

// Every kind with every reason has a place of its own.
func TestOutcomeIsWhatTheDecisionSays(t *testing.T) {
	ask := func(_ context.Context, r *cors.Request) (bool, error) {
		return strings.Contains(r.Origin, "asked"), nil
	}
	e := mustNew(t, cors.Config{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}}, cors.Config{AllowOrigins: []string{trusted}, AllowOriginFunc: ask})
	for _, path := range []string{"/public/", "/"} {
		for _, origin := range []string{"", trusted, "https://asked.example", "https://evil.example", "evil"} {
			for _, r := range []cors.Request{actual(path, origin), preflight(path, origin)} {
				var counter watch.Counter
				e.Watch(counter.Watch)
				d := serve(e, r)
				want := []watch.Count{{d.Config(), d.Kind(), d.Reason(), d.Outcome(&r), 1}}
				if got := counter.Counts().Decisions; !slices.Equal(got, want) {
					t.Errorf("%s from %q is counted as %v, want %v", path, origin, got, want)
				}
			}
		}
	}
}

func TestCounterCountsOriginsThatAreListed(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted, "https://b.example", "https://c.example", "https://*.example.org"}})
	counter := watch.NewOriginCounter(2)
	e.Watch(counter.Watch)
	for _, origin := range []string{
		"", "https://evil.example", "https://a.example.org", // none of them takes a place
		trusted, "https://b.example", trusted, "https://c.example", "https://c.example", "https://b.example",
	} {
		serve(e, actual("/", origin))
	}
	serve(e, preflight("/", trusted))
	got := counter.Counts()
	if want := map[string]uint64{trusted: 3, "https://b.example": 2}; !maps.Equal(got.Origins, want) {
		t.Errorf("counted %v, want %v", got.Origins, want)
	}
	if got.OtherOrigins != 4 {
		t.Errorf("counted %d others, want the stranger, the pattern's, and twice the third", got.OtherOrigins)
	}
}

func TestOriginsAreCountedUpToTheLimit(t *testing.T) {
	const listed = 300
	var list []string
	for i := range listed {
		list = append(list, fmt.Sprintf("https://a%d.example", i))
	}
	e := mustNew(t, cors.Config{AllowOrigins: list})
	for _, most := range []int{-1, 0, 1, 2, listed - 1, listed, listed + 1} {
		counter := watch.NewOriginCounter(most)
		e.Watch(counter.Watch)
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range listed {
					serve(e, actual("/", list[(i*(g*2+1))%listed]))
				}
			})
		}
		wg.Wait()
		got := counter.Counts()
		if want := min(max(most, 0), listed); len(got.Origins) > want || len(got.Origins) < want-3 {
			t.Errorf("%d origins are counted, of up to %d", len(got.Origins), most)
		}
		sum := got.OtherOrigins
		for _, n := range got.Origins {
			sum += n
		}
		if sum != 4*listed {
			t.Errorf("with up to %d origins, %d requests are counted of %d", most, sum, 4*listed)
		}
	}
}

// Under Fiber, the memory of a request is that of the next.
func TestCounterKeepsNothingOfTheRequest(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
	counter := watch.NewOriginCounter(10)
	e.Watch(counter.Watch)
	memory := []byte(trusted)
	serve(e, actual("/", unsafe.String(unsafe.SliceData(memory), len(memory))))
	copy(memory, strings.Repeat("x", len(memory)))
	if got := counter.Counts().Origins; got[trusted] != 1 {
		t.Errorf("counted %v", got)
	}
}

func TestCounterIsAnExpvar(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted, "https://b.example"}})
	counter := watch.NewOriginCounter(10)
	if got, want := counter.String(), `{"decisions":[]}`; got != want {
		t.Errorf("at first it is %s, want %s", got, want)
	}
	e.Watch(counter.Watch)
	serve(e, actual("/", trusted))
	serve(e, actual("/", "https://b.example"))
	serve(e, preflight("/", "https://evil.example"))
	const want = `{"decisions":[` +
		`{"config":0,"kind":"actual","reason":"origin","outcome":"allowed","n":2},` +
		`{"config":0,"kind":"preflight","reason":"not-allowed","outcome":"origin-denied","n":1}],` +
		`"origins":{"https://app.example.com":1,"https://b.example":1},"otherOrigins":1}`
	for range 3 {
		if got := counter.String(); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	var back watch.Counts
	if err := json.Unmarshal([]byte(counter.String()), &back); err != nil || !slices.Equal(back.Decisions, counter.Counts().Decisions) {
		t.Errorf("%v (%v) is read back", back, err)
	}
}

func TestRowsGrowAtOnce(t *testing.T) {
	var configs []cors.Config
	for i := range 8 {
		configs = append(configs, cors.Config{Paths: []string{fmt.Sprintf("/%d", i)}, AllowOrigins: []string{trusted}})
	}
	e := mustNew(t, configs...)
	for range 300 {
		var counter watch.Counter
		e.Watch(counter.Watch)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range configs {
			wg.Go(func() {
				<-start
				serve(e, actual(fmt.Sprintf("/%d", i), trusted))
			})
		}
		close(start)
		wg.Wait()
		if got := counter.Counts().Decisions; len(got) != len(configs) {
			t.Fatalf("counted %v, want each Config once", got)
		}
	}
}

func TestCounterUnderLoadAndReload(t *testing.T) {
	configs := make([]cors.Config, 20)
	for i := range configs {
		configs[i] = cors.Config{Paths: []string{fmt.Sprintf("/%d", i)}, AllowOrigins: []string{trusted}}
	}
	e := mustNew(t, configs[0])
	var counter watch.Counter
	e.Watch(counter.Watch)
	const requests = 2000
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range requests {
				serve(e, actual(fmt.Sprintf("/%d", i%len(configs)), trusted))
			}
		})
	}
	wg.Go(func() {
		for i := range len(configs) {
			if err := e.Reload(configs[:i+1]...); err != nil {
				t.Error(err)
			}
			_ = counter.String()
		}
	})
	wg.Wait()
	serve(e, actual("/19", trusted))
	var sum uint64
	counts := counter.Counts().Decisions
	for _, c := range counts {
		sum += c.N
	}
	if sum != 4*requests+1 {
		t.Errorf("counted %d of %d requests", sum, 4*requests+1)
	}
	if last := counts[len(counts)-1]; last.Config != 19 {
		t.Errorf("the last Config counted is %d, want 19", last.Config)
	}
}
