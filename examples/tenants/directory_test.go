package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestADirectoryNeedsTheStoreToBegin(t *testing.T) {
	s := &faulty{store: newSQLite(t)}
	s.away.Store(true)
	if _, err := newDirectory(t.Context(), s, nil); !errors.Is(err, errAway) {
		t.Errorf("newDirectory fails with %v", err)
	}
}

// Two instances share a store, and both make changes. An instance's decision
// about an origin changes once for each change, and its decisions about other
// origins never.
func TestAChangeReachesAllInstances(t *testing.T) {
	const rounds, changing = 10, "https://changing.example.com"
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			open := kind.make(t)
			var instances []*instance
			for range 2 {
				s := opened(t, open)
				if err := s.add(t.Context(), demoTenants); err != nil {
					t.Fatal(err)
				}
				instances = append(instances, start(t, s))
			}
			instances[0].must(t, "PUT", "ada", "https://steady.example.com")
			for _, i := range instances {
				i.awaitAllows(t, "ada", "https://steady.example.com", true)
			}
			stop := watch(t, instances, []fact{
				{"ada", "https://steady.example.com", true},
				{"bob", "https://steady.example.com", false},
				{"bob", changing, false},
				{"ada", "https://nobody.example.com", false},
			})
			changes := []*recorder{record(t, instances[0], "ada", changing), record(t, instances[1], "ada", changing)}

			var longest, total time.Duration
			for n := range 2 * rounds {
				method := []string{"PUT", "DELETE"}[n%2]
				by := instances[n/2%2]
				by.must(t, method, "ada", changing)
				if allowed, err := by.allows("ada", changing); err != nil || allowed != (method == "PUT") {
					t.Errorf("after %s, the instance that has done it allows it: %t, %v", method, allowed, err)
				}
				for _, i := range instances {
					took := i.awaitAllows(t, "ada", changing, method == "PUT")
					longest, total = max(longest, took), total+took
				}
				for _, r := range changes {
					r.sees(t, n+1)
				}
			}
			for n, r := range changes {
				if got := r.stop(); got != 2*rounds {
					t.Errorf("instance %d has changed its mind %d times, and there were %d changes", n, got, 2*rounds)
				}
			}
			stop()
			t.Logf("a change reached both instances %v after the response, and %v at the longest", total/(2*rounds), longest)
		})
	}
}

// A recorder checks all the time whether an origin is allowed, and counts how
// often the result changes. At first it is not allowed.
type recorder struct {
	changed chan int
	ended   chan struct{}
	last    chan int
	seen    int
}

func record(t *testing.T, i *instance, tenant, origin string) *recorder {
	r := &recorder{changed: make(chan int, 1000), ended: make(chan struct{}), last: make(chan int, 1)}
	go func() {
		allowed, changes := false, 0
		defer func() { r.last <- changes }()
		for {
			now, err := i.allows(tenant, origin)
			if err != nil {
				t.Error(err)
				return
			}
			if now != allowed {
				allowed = now
				changes++
				r.changed <- changes
			}
			select {
			case <-r.ended:
				return
			default:
			}
		}
	}()
	return r
}

// sees waits until the result has changed so many times.
func (r *recorder) sees(t *testing.T, changes int) {
	t.Helper()
	for r.seen < changes {
		select {
		case r.seen = <-r.changed:
		case <-time.After(limit):
			t.Fatalf("the result has changed %d times, want %d", r.seen, changes)
		}
	}
}

// stop returns how often the result has changed.
func (r *recorder) stop() int {
	close(r.ended)
	return <-r.last
}

func TestWhileTheStoreIsAwayTheLastKnownOriginsStay(t *testing.T) {
	open := kinds[0].make(t)
	cut, whole := &faulty{store: opened(t, open)}, opened(t, open)
	if err := cut.add(t.Context(), demoTenants); err != nil {
		t.Fatal(err)
	}
	instances := []*instance{start(t, cut), start(t, whole)}
	instances[1].must(t, "PUT", "ada", "https://old.example.com")
	instances[0].awaitAllows(t, "ada", "https://old.example.com", true)

	for n := range 2 { // the second time is logged, too
		cut.away.Store(true)
		instances[0].log.says(t, isAway, n+1)
		stop := watch(t, instances[:1], []fact{{"ada", "https://old.example.com", true}, {"ada", "https://new.example.com", false}})
		instances[1].must(t, "DELETE", "ada", "https://old.example.com")
		instances[1].must(t, "PUT", "ada", "https://new.example.com")
		time.Sleep(3 * retry) // in which it asks again, and says no more
		stop()
		if got := strings.Count(instances[0].log.String(), isAway); got != n+1 {
			t.Errorf("the log says %d times that the store is away, want %d", got, n+1)
		}

		cut.away.Store(false)
		instances[0].awaitAllows(t, "ada", "https://new.example.com", true)
		instances[0].awaitAllows(t, "ada", "https://old.example.com", false)
		instances[0].log.says(t, isBack, n+1)

		instances[1].must(t, "DELETE", "ada", "https://new.example.com")
		instances[1].must(t, "PUT", "ada", "https://old.example.com")
		instances[0].awaitAllows(t, "ada", "https://old.example.com", true)
		instances[0].awaitAllows(t, "ada", "https://new.example.com", false)
	}
	if log := instances[1].log.String(); log != "" {
		t.Errorf("the other instance says %s", log)
	}
}

func TestAStoreThatIsRestoredIsReadAgain(t *testing.T) {
	const steady = "https://steady.example.com"
	s := newSQLite(t)
	if err := s.add(t.Context(), []tenant{newTenant("ada", "x", "https://old.example.com", steady), newTenant("bob", "y")}); err != nil {
		t.Fatal(err)
	}
	i := start(t, s)
	backup := mustChanges(t, s, 0, 10)[:1] // without bob
	for n := range 5 {
		if err := s.update(t.Context(), "ada", replaceBy(fmt.Sprintf("https://new%d.example.com", n), steady)); err != nil {
			t.Fatal(err)
		}
	}
	i.awaitAllows(t, "ada", "https://new4.example.com", true)
	stop := watch(t, []*instance{i}, []fact{{"ada", steady, true}, {"bob", steady, false}})
	_, err := s.db.ExecContext(t.Context(), `BEGIN IMMEDIATE; DELETE FROM tenants; INSERT INTO tenants VALUES (?, ?, ?, 1); UPDATE tenants_version SET latest = 2; COMMIT`,
		backup[0].id, backup[0].tokenHash, `["https://old.example.com", "`+steady+`"]`)
	if err != nil {
		t.Fatal(err)
	}
	i.awaitAllows(t, "ada", "https://old.example.com", true)
	i.awaitAllows(t, "ada", "https://new4.example.com", false)
	await(t, "bob is forgotten", func() bool { return !i.directory.has("bob") })
	i.log.says(t, `"the store has an older version, so all tenants are read again" from=7 to=2`, 1)
	if err := s.update(t.Context(), "ada", replaceBy("https://next.example.com", steady)); err != nil {
		t.Fatal(err)
	}
	i.awaitAllows(t, "ada", "https://next.example.com", true)
	stop()
	if _, err := s.db.ExecContext(t.Context(), `DELETE FROM tenants; UPDATE tenants_version SET latest = 0`); err != nil {
		t.Fatal(err)
	}
	await(t, "ada is forgotten, too", func() bool { return !i.directory.has("ada") })
}

func TestWhatIsNoOriginAllowsNothing(t *testing.T) {
	s := newSQLite(t)
	err := s.add(t.Context(), []tenant{
		newTenant("ada", "x", "https://before.example.com", "*", "https://app.example.com/", "null", "https://after.example.com"),
		newTenant("bob", "y", "https://bob.example.com"),
	})
	if err != nil {
		t.Fatal(err)
	}
	i := start(t, s)
	for _, f := range []fact{
		{"ada", "https://before.example.com", true},
		{"ada", "https://after.example.com", true},
		{"ada", "https://app.example.com", false},
		{"ada", "https://app.example.com/", false},
		{"ada", "null", false},
		{"bob", "https://bob.example.com", true},
	} {
		if allowed, err := i.allows(f.tenant, f.origin); allowed != f.allowed || err != nil {
			t.Errorf("%s may read what is %s's: %t, %v", f.origin, f.tenant, allowed, err)
		}
	}
	for _, origin := range []string{"*", "https://app.example.com/"} {
		i.log.says(t, `"a tenant's origin is left out" tenant=ada origin=`+origin+" ", 1)
	}
}

// A change of one among many tenants reads one tenant, and an empty change none.
func TestWhatIsReadIsWhatHasChanged(t *testing.T) {
	s := &faulty{store: newSQLite(t)}
	var tenants []tenant
	for n := range 50 {
		tenants = append(tenants, newTenant(fmt.Sprint("t", n), "x"))
	}
	if err := s.add(t.Context(), tenants); err != nil {
		t.Fatal(err)
	}
	i := start(t, s)
	expect := func(what string, want int64) {
		t.Helper()
		if got := s.read.Swap(0); got != want {
			t.Errorf("%s: %d tenants are read, want %d", what, got, want)
		}
	}
	expect("at first", 50)
	if err := s.update(t.Context(), "t7", replaceBy("https://a.example.com")); err != nil {
		t.Fatal(err)
	}
	i.awaitAllows(t, "t7", "https://a.example.com", true)
	expect("after a change", 1)
	if err := s.add(t.Context(), tenants); err != nil { // takes versions, and leaves them
		t.Fatal(err)
	}
	for n := range 3 {
		if err := i.directory.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if asked := s.asked.Swap(0); n > 0 && asked > 0 {
			t.Errorf("it asks %d times what has changed, and nothing has", asked)
		}
	}
	expect("after nothing", 0)
}
