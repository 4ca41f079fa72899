package differential

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/browsers"
	"pgregory.net/rapid"
)

// TestMain sets the defaults of rapid's flags: all scenarios in CI, elsewhere a
// sample. The files that rapid would write depend on the generator; testdata
// does not.
func TestMain(m *testing.M) {
	checks := "50"
	if os.Getenv("CI") != "" {
		checks = "2000"
	}
	setFlag("checks", checks)
	setFlag("seed", "1")
	setFlag("shrinktime", "1m")
	setFlag("nofailfile", "true")
	os.Exit(m.Run())
}

func setFlag(name, value string) {
	if err := flag.Set("rapid."+name, value); err != nil {
		panic(err)
	}
}

// flagOf returns the value of one of rapid's flags.
func flagOf[T any](name string) T { return flag.Lookup("rapid." + name).Value.(flag.Getter).Get().(T) }

// batchSize is how many scenarios are carried out at once. They have to end
// before the preflight caches forget entries with 5 seconds, and Firefox keeps
// at most 100 responses.
const batchSize = 25

// A batch is some scenarios, and the model's observations.
type batch struct {
	seed      int // of the first; the others have the next ones
	scenarios []*scenario
	model     func() ([][]observation, error)
}

// A contest compares the model with one browser.
type contest struct {
	engine     browsers.Engine
	servers    *servers
	model      model
	modelOwn   map[string]string
	browser    carrier
	browserOwn map[string]string
}

func TestDifferential(t *testing.T) {
	web := browsers.NewWeb(t)
	servers := startServers(t)
	for _, origin := range slices.Concat(pages, sites) {
		if origin != "null" {
			address := servers.http
			if isHTTPS(origin) {
				address = servers.https
			}
			web.Forward(origin, address)
		}
	}
	model := model{web.Transport()}
	modelOwn, err := servers.own(t.Context(), model)
	if err != nil {
		t.Fatal(err)
	}
	var batches []batch
	checks := flagOf[int]("checks")
	seed := cmp.Or(int(flagOf[uint64]("seed")), int(time.Now().Unix()))
	t.Logf("-rapid.seed=%d -rapid.checks=%d", seed, checks)
	for first := 0; first < checks; first += batchSize {
		var list []*scenario
		for number := first; number < min(first+batchSize, checks); number++ {
			list = append(list, scenarios.Example(seed+number))
		}
		batches = append(batches, batch{seed + first, list, sync.OnceValues(func() ([][]observation, error) {
			return servers.carryOut(t.Context(), model, runsOf(list)...)
		})})
	}
	for _, engine := range browsers.Sample() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			browsers.Require(t, engine)
			b := browsers.Start(t, engine, web)
			c := &contest{engine: engine, servers: servers, model: model, modelOwn: modelOwn, browser: browser{b}}
			if c.browserOwn, err = servers.own(t.Context(), c.browser); err != nil {
				t.Fatal(err)
			}
			t.Run("recorded", c.replay)
			c.run(t, batches)
		})
	}
}

// run carries out the batches up to the first scenario with an unexplained
// disagreement, which it shrinks.
func (c *contest) run(t *testing.T, batches []batch) {
	counts := map[string]int{}
	count, gone := 0, 0
	for _, batch := range batches {
		inModel, err := batch.model()
		if err != nil {
			t.Fatal(err)
		}
		inBrowser, err := c.servers.carryOut(t.Context(), c.browser, runsOf(batch.scenarios)...)
		if err != nil {
			t.Fatalf("scenarios from seed %d on: %v", batch.seed, err)
		}
		count += len(batch.scenarios)
		for i, s := range batch.scenarios {
			d := c.disagreement(s, inModel[i], inBrowser[i])
			if d == nil {
				continue
			}
			if err := c.explain(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			for _, departure := range d.explanation {
				counts[departure.name]++
			}
			if d.explanation == nil {
				seed := batch.seed + i
				if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { c.shrink(t, seed) }) {
					return
				}
				t.Logf("the scenario of -rapid.seed=%d disagreed once and not again: %s", seed, d)
				gone++
			}
		}
	}
	t.Logf("%d scenarios; departures: %v; disagreed only once: %d", count, counts, gone)
	if gone > count/100 {
		t.Errorf("%d of %d scenarios disagreed once and not again", gone, count)
	}
}

// shrinking is held while rapid's flags have the seed of one scenario.
var shrinking sync.Mutex

// shrink carries out a scenario again. If there is still an unexplained
// disagreement, the test fails with the smallest scenario that rapid finds. On a
// busy machine, it may be gone: a browser's cache may have forgotten a response.
func (c *contest) shrink(t *testing.T, seed int) {
	t.Helper()
	shrinking.Lock()
	defer shrinking.Unlock()
	setFlag("seed", strconv.Itoa(seed))
	setFlag("checks", "5") // 1 with -short, and the first has the seed
	// Many draws make the same scenario, and a browser is slow.
	tried := map[string]string{}
	rapid.Check(t, func(rt *rapid.T) {
		s := scenarios.Draw(rt, "scenario")
		text := s.String()
		if _, ok := tried[text]; !ok {
			d, err := c.compare(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			tried[text] = ""
			if d != nil && d.explanation == nil {
				tried[text] = d.String()
			}
		}
		if tried[text] != "" {
			rt.Fatalf("%s\n%s", tried[text], text)
		}
	})
}

func runsOf(scenarios []*scenario) []*run {
	runs := make([]*run, len(scenarios))
	for i, s := range scenarios {
		runs[i] = newRun(s)
	}
	return runs
}

// A disagreement is a scenario in which the model and a browser differ.
type disagreement struct {
	scenario    *scenario
	inBrowser   []observation
	step        int // the first in which they differ
	differences []difference
	explanation []*departure // nil if there is none
}

// disagreement returns the disagreement about a scenario, if there is one.
func (c *contest) disagreement(s *scenario, inModel, inBrowser []observation) *disagreement {
	for k := range s.Steps {
		differences := compare(inModel[k], inBrowser[k], c.modelOwn, c.browserOwn)
		if len(differences) > 0 {
			return &disagreement{scenario: s, inBrowser: inBrowser, step: k, differences: differences}
		}
	}
	return nil
}

// compare carries out a scenario in both, and returns the disagreement about
// it, if there is one.
func (c *contest) compare(ctx context.Context, s *scenario) (*disagreement, error) {
	inModel, err := c.servers.carryOut(ctx, c.model, newRun(s))
	if err != nil {
		return nil, err
	}
	inBrowser, err := c.servers.carryOut(ctx, c.browser, newRun(s))
	if err != nil {
		return nil, err
	}
	d := c.disagreement(s, inModel[0], inBrowser[0])
	if d == nil {
		return nil, nil
	}
	return d, c.explain(ctx, d)
}

func (d *disagreement) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the model and the browser disagree about step %d:", d.step)
	for _, difference := range d.differences {
		fmt.Fprintf(&text, "\n\t%s", difference)
	}
	return text.String()
}
