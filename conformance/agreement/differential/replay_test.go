package differential

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/corskit/cors/conformance/browsers"
)

// A recorded scenario is a scenario in testdata: the smallest for a departure,
// or for a former mistake.
type recorded struct {
	// Departures are the names of the departures that the scenario shows, by
	// engine. A missing engine does what the model does.
	Departures map[browsers.Engine][]string `json:"departures,omitempty"`
	Scenario   *scenario                    `json:"scenario"`
}

// readRecorded returns the scenarios of testdata by the names of their files.
func readRecorded(t *testing.T) map[string]recorded {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]recorded{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r recorded
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := r.Scenario.check(); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all[filepath.Base(path)] = r
	}
	return all
}

// TestDeparturesAreRecorded checks that there is a recorded scenario for each
// departure of each engine.
func TestDeparturesAreRecorded(t *testing.T) {
	all := readRecorded(t)
	for _, d := range departures {
		for engine := range d.where {
			isRecorded := false
			for _, r := range all {
				isRecorded = isRecorded || slices.Contains(r.Departures[engine], d.name)
			}
			if !isRecorded {
				t.Errorf("no scenario of testdata shows %q in %s", d.name, engine)
			}
		}
	}
}

// replay carries out the scenarios of testdata.
func (c *contest) replay(t *testing.T) {
	all := readRecorded(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			r := all[name]
			d, err := c.compare(t.Context(), r.Scenario)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			if d != nil {
				for _, departure := range d.explanation {
					names = append(names, departure.name)
				}
			}
			switch {
			case d != nil && names == nil:
				t.Error(d)
			case !slices.Equal(names, r.Departures[c.engine]):
				t.Errorf("the scenario shows the departures %q, want %q", names, r.Departures[c.engine])
			}
		})
	}
}
