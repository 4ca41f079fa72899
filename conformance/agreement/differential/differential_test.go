package differential

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/browsers"
)

var (
	examples = flag.Int("examples", defaultExamples(), "how many generated scenarios each browser carries out")
	reports  = flag.Int("reports", 10, "how many disagreements of each browser are shrunk")
	seed     = flag.Uint64("seed", 1, "seed of the generated scenarios; 0 means the current time")
)

// defaultExamples returns the number of scenarios: all in CI, elsewhere a sample.
func defaultExamples() int {
	if os.Getenv("CI") != "" {
		return 2000
	}
	return 100
}

// batchSize is how many scenarios are carried out at once. They have to end
// before the preflight caches forget entries with 5 seconds, and Firefox keeps
// at most 100 responses.
const batchSize = 25

// A batch is some scenarios, and the model's observations.
type batch struct {
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
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-examples %d -seed %d", *examples, *seed)
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
	for first := 0; first < *examples; first += batchSize {
		var scenarios []*scenario
		for number := first; number < min(first+batchSize, *examples); number++ {
			scenarios = append(scenarios, generate(*seed, uint64(number)))
		}
		batches = append(batches, batch{scenarios, sync.OnceValues(func() ([][]observation, error) {
			return servers.carryOut(t.Context(), model, runsOf(scenarios)...)
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

func (c *contest) run(t *testing.T, batches []batch) {
	counts := map[string]int{}
	scenarios, steps, requests, unexplained, gone := 0, 0, 0, 0, 0
	for _, batch := range batches {
		inModel, err := batch.model()
		if err != nil {
			t.Fatal(err)
		}
		inBrowser, err := c.servers.carryOut(t.Context(), c.browser, runsOf(batch.scenarios)...)
		if err != nil {
			t.Fatalf("scenarios %d to %d: %v", scenarios, scenarios+len(batch.scenarios)-1, err)
		}
		for i, s := range batch.scenarios {
			scenarios++
			steps += len(s.Steps)
			for _, o := range inBrowser[i] {
				requests += len(o.Sent)
			}
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
			if d.explanation != nil {
				continue
			}
			// On a busy machine, a browser's cache may have forgotten a response.
			again, err := c.compare(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if again == nil || again.explanation != nil {
				t.Logf("scenario %d disagreed once and not again: %s", scenarios-1, d)
				gone++
				continue
			}
			unexplained++
			if unexplained > *reports {
				t.Errorf("scenario %d: %s", scenarios-1, again)
				continue
			}
			c.report(t, scenarios-1, again)
		}
	}
	t.Logf("%d scenarios, %d calls of fetch(), %d requests; departures: %v; unexplained: %d; disagreed only once: %d",
		scenarios, steps, requests, counts, unexplained, gone)
	if unexplained > 0 {
		t.Errorf("%d scenarios disagree", unexplained)
	}
	if gone > scenarios/100 {
		t.Errorf("%d of %d scenarios disagreed once and not again", gone, scenarios)
	}
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

// compare carries out scenarios in both, and returns the first unexplained
// disagreement, otherwise any, or nil.
func (c *contest) compare(ctx context.Context, scenarios ...*scenario) (*disagreement, error) {
	inModel, err := c.servers.carryOut(ctx, c.model, runsOf(scenarios)...)
	if err != nil {
		return nil, err
	}
	inBrowser, err := c.servers.carryOut(ctx, c.browser, runsOf(scenarios)...)
	if err != nil {
		return nil, err
	}
	var explained *disagreement
	for i, s := range scenarios {
		d := c.disagreement(s, inModel[i], inBrowser[i])
		if d == nil {
			continue
		}
		if err := c.explain(ctx, d); err != nil || d.explanation == nil {
			return d, err
		}
		explained = d
	}
	return explained, nil
}

// report shrinks and reports an unexplained disagreement.
func (c *contest) report(t *testing.T, number int, d *disagreement) {
	t.Helper()
	small, err := shrunk(d.scenario, func(scenarios []*scenario) (*scenario, error) {
		d, err := c.compare(t.Context(), scenarios...)
		if err != nil || d == nil || d.explanation != nil {
			return nil, err
		}
		return d.scenario, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last, err := c.compare(t.Context(), small)
	if err != nil {
		t.Fatal(err)
	}
	if last == nil || last.explanation != nil {
		t.Errorf("scenario %d: it disagreed once and not again: %s\n%s", number, d, d.scenario)
		return
	}
	t.Errorf("scenario %d: %s\n%s", number, last, small)
}

func (d *disagreement) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the model and the browser disagree about step %d:", d.step)
	for _, difference := range d.differences {
		fmt.Fprintf(&text, "\n\t%s", difference)
	}
	return text.String()
}
