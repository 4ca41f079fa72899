package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/benchmarks"
)

func TestShort(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-short", "-tables", "request,grid"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| **net/http** |", "| corskit |", "sends no Vary: Origin", "| n=one r=a o=y |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// A benchmark whose time is that of the router without CORS has the same unit.
func TestNothingAddedIsAValue(t *testing.T) {
	m := &measurement{rounds: 2}
	const line = "BenchmarkRequest/framework=gin/impl=corskit/request=no-origin-2 \t 1 \t 9 ns/op \t 0 added-allocs/op \t %s added-ns/op\n"
	m.add(fmt.Sprintf(line, "0"))
	m.add(fmt.Sprintf(line, "-5"))
	if got := m.results[0].values[added]; len(got) != 2 || got[0] != 0 || got[1] != -5e-9 {
		t.Errorf("the values are %v, of %v", got, m.results[0])
	}
}

// TestSummary checks that each implementation is compared with corskit in the
// same round, and by geometric means.
func TestSummary(t *testing.T) {
	m := &measurement{rounds: 3}
	for _, f := range benchmarks.Frameworks {
		for k, i := range f.Implementations {
			for j := range benchmarks.Requests {
				ns := []float64{10, 30, 20} // the geometric mean of five is their own
				if i.Name == benchmarks.Corskit {
					ns = []float64{20, 60, 40}
				}
				for n := range ns {
					ns[n] *= 1e-9 * []float64{1, 1, 1, 2, 0.5}[j] * float64(max(1, k-1))
				}
				m.results = append(m.results, &result{"Request", []string{"framework=" + f.Name, "impl=" + i.Name}, map[string][]float64{added: ns}})
			}
		}
	}
	got := m.summary()
	if want := "| net/http | 40 ns | jub0bs/cors 20 ns, but sends no Vary: Origin | 2.00 | 2.00 |"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

func TestInsert(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("# Title\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := insert(file, "new"); err == nil || !strings.Contains(err.Error(), begin) {
		t.Errorf("without the lines: %v", err)
	}
	os.WriteFile(file, []byte("# Title\n"+begin+"\nold\n"+end+"\nbelow\n"), 0o644)
	for range 2 {
		if err := insert(file, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	content, _ := os.ReadFile(file)
	if want := "# Title\n" + begin + "\nnew\n" + end + "\nbelow\n"; string(content) != want {
		t.Errorf("got %q, want %q", content, want)
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-tables chairs", `no table "chairs"`},
		{"-rounds 0", "-rounds"},
		{"-w -tables grid", "-w takes all tables"},
		{"fast", `unexpected argument "fast"`},
	} {
		err := run(strings.Fields(test.args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.args, err)
		}
	}
}
