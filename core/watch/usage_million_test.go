//go:build !race

// Nothing is concurrent here, and the race detector takes a minute.

package watch_test

import (
	"fmt"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

func TestUsageOfAMillionOrigins(t *testing.T) {
	list := make([]string, 1_000_000)
	for i := range list {
		list[i] = fmt.Sprintf("https://tenant-%d.example.com", i)
	}
	e := mustNew(t, cors.Config{AllowOrigins: list})
	u := watch.NewUsage(e)
	e.Watch(u.Watch)
	for i, o := range list {
		if i%1000 != 0 {
			serve(e, actual("/", o))
		}
	}
	unused := u.Unused()
	if len(unused) != 1000 {
		t.Fatalf("%d are unused, want 1000", len(unused))
	}
	for i, entry := range unused {
		if entry.Value != list[i*1000] {
			t.Fatalf("unused is %s, want %s", entry.Value, list[i*1000])
		}
	}
}
