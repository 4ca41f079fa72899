package origin

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestTableFindsWhatWasAddedAndNothingElse(t *testing.T) {
	type text struct{ before, after string }
	r := rand.New(rand.NewPCG(1, 2))
	part := func(longest int) string {
		b := make([]byte, r.IntN(longest+1))
		for i := range b {
			b[i] = "ab"[r.IntN(2)]
		}
		return string(b)
	}
	for range 300 {
		// With texts this short, many are the same once their parts are put
		// together, and many collide once the table is full.
		values := make(map[text]byte)
		n := 1 + r.IntN(60)
		table := newTable(n, r.IntN(100))
		for range n {
			key := text{"x" + part(3), part(3)}
			value := table.add(key.before, key.after, 1)
			if value[0] != values[key] {
				t.Fatalf("%q has the value %d, not %d", key, value[0], values[key])
			}
			value[0]++
			values[key]++
		}
		for range 200 {
			key := text{"x" + part(3), part(3)}
			value, found := table.find(key.before, key.after)
			if want, added := values[key]; found != added || found && value[0] != want {
				t.Fatalf("find(%q) = %v, %t; was it added: %t, with %d", key, value, found, added, want)
			}
		}
	}
}

func TestTableHoldsTextsOfEveryLength(t *testing.T) {
	table := newTable(2*maxOrigin, 0)
	text := func(n int) string { return fmt.Sprintf("%0*d", n, n) }
	for n := 1; n <= maxOrigin; n++ {
		table.add(text(n), "", 0)
		table.add("x", text(n), 0)
	}
	for n := 1; n <= maxOrigin; n++ {
		if _, ok := table.find(text(n), ""); !ok {
			t.Errorf("a text of %d characters is not found", n)
		}
		if _, ok := table.find("x", text(n)); !ok {
			t.Errorf("a text with a second part of %d characters is not found", n)
		}
		if _, ok := table.find("x"+text(n), ""); ok {
			t.Errorf("a text whose first part ends %d characters later is found", n)
		}
	}
}

func TestEmptyTableFindsNothing(t *testing.T) {
	table := newTable(0, 0)
	for _, text := range []string{"", "a"} {
		if _, ok := table.find(text, ""); ok {
			t.Errorf("%q is found", text)
		}
	}
}
