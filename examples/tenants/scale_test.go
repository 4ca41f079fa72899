//go:build !race

// With the race detector, times and memory mean nothing.

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// An instance with as many tenants as this starts, decides and follows as one
// with two: a hundred thousand in CI, elsewhere a tenth of that. Each has two origins,
// and every tenth a pattern, too. Times and memory are logged, not checked.
func TestAHundredThousandTenants(t *testing.T) {
	n := 10_000
	if os.Getenv("CI") != "" {
		n = 100_000
	}
	tenants := make([]tenant, n)
	for i := range tenants {
		origins := []string{fmt.Sprintf("https://site-%d.example", i), fmt.Sprintf("https://www.site-%d.example", i)}
		if i%10 == 0 {
			origins = append(origins, fmt.Sprintf("https://*.pages.site-%d.example", i))
		}
		tenants[i] = newTenant(fmt.Sprintf("tenant-%d", i), "x", origins...)
	}
	few := newInstance(t)
	few.must(t, "PUT", "ada", "https://www.example.com")
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			open := kind.make(t)
			other := opened(t, open)
			begin := time.Now()
			if err := other.add(t.Context(), tenants); err != nil {
				t.Fatal(err)
			}
			stored := time.Since(begin)

			s := &faulty{store: opened(t, open)}
			before := heap()
			begin = time.Now()
			i := start(t, s)
			loaded := time.Since(begin)
			grown := heap() - before
			t.Logf("%d tenants are stored in %v, and loaded in %v; they take %d MB, %d bytes each", n, stored.Round(time.Millisecond), loaded.Round(time.Millisecond), grown>>20, grown/int64(n))
			if got := s.read.Swap(0); got != int64(n) {
				t.Errorf("%d tenants are loaded", got)
			}
			for k := 0; k < n; k += n / 100 {
				own, next := fmt.Sprintf("tenant-%d", k), fmt.Sprintf("tenant-%d", (k+1)%n)
				for _, f := range []fact{
					{own, fmt.Sprintf("https://www.site-%d.example", k), true},
					{own, fmt.Sprintf("https://pr-1.pages.site-%d.example", k), true},
					{next, fmt.Sprintf("https://www.site-%d.example", k), false},
				} {
					if allowed, err := i.allows(f.tenant, f.origin); allowed != f.allowed || err != nil {
						t.Fatalf("%s may read what is %s's: %t, %v", f.origin, f.tenant, allowed, err)
					}
				}
			}

			begin = time.Now()
			if err := other.update(t.Context(), "tenant-5", replaceBy("https://new.example.com")); err != nil {
				t.Fatal(err)
			}
			i.awaitAllows(t, "tenant-5", "https://new.example.com", true)
			t.Logf("a change is stored, and reaches the other instance, in %v", time.Since(begin).Round(time.Microsecond))
			if got := s.read.Load(); got != 1 {
				t.Errorf("after a change of one tenant, %d are read", got)
			}
			t.Logf("a decision takes %v, and with two tenants %v",
				decide(t, i.directory, "tenant-5", "https://new.example.com"), decide(t, few.directory, "ada", "https://www.example.com"))
		})
	}
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first has finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// decide returns how long the engine takes to allow an origin.
func decide(t *testing.T, d *directory, tenant, origin string) time.Duration {
	t.Helper()
	cfg := policy()
	cfg.AllowOriginFunc = d.allow
	engine, err := cors.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/tenants/"+tenant+"/data", nil)
	r.Header.Set("Origin", origin)
	const times = 50_000
	begin := time.Now()
	for range times {
		var request cors.Request
		request.ReadHTTP(r, nil)
		if !engine.Decide(&request).Allowed() {
			t.Fatalf("%s may not read what is %s's", origin, tenant)
		}
	}
	return time.Since(begin) / times
}
