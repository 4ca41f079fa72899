package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestStores(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			for _, tt := range []struct {
				name string
				test func(*testing.T, func() (store, error))
			}{
				{"an empty store has no tenants", testEmpty},
				{"what is added and updated is found, in the order of the changes", testChanges},
				{"nothing is stored of an update that fails or changes nothing", testNoUpdate},
				{"a tenant that is there is not added again", testAddAgain},
				{"who follows the changes misses none, however many make them", testFollow},
				{"stores that are opened together are one", testOpenTogether},
				{"what is asked of a store that is closed fails", testClosed},
			} {
				t.Run(tt.name, func(t *testing.T) { tt.test(t, kind.make(t)) })
			}
		})
	}
}

func testEmpty(t *testing.T, open func() (store, error)) {
	s := opened(t, open)
	if version, err := s.latest(t.Context()); version != 0 || err != nil {
		t.Errorf("latest = %d, %v", version, err)
	}
	if changed, err := s.changes(t.Context(), 0, 10); len(changed) > 0 || err != nil {
		t.Errorf("changes = %v, %v", changed, err)
	}
	if _, err := s.find(t.Context(), "ada"); !errors.Is(err, errNoTenant) {
		t.Errorf("find fails with %v, want %v", err, errNoTenant)
	}
	if err := s.update(t.Context(), "ada", replaceBy("https://a.example.com")); !errors.Is(err, errNoTenant) {
		t.Errorf("update fails with %v, want %v", err, errNoTenant)
	}
}

func replaceBy(origins ...string) func([]string) ([]string, error) {
	return func([]string) ([]string, error) { return append([]string{}, origins...), nil }
}

func testChanges(t *testing.T, open func() (store, error)) {
	s, other := opened(t, open), opened(t, open)
	if err := s.add(t.Context(), []tenant{newTenant("ada", "x"), newTenant("bob", "y", "https://b.example.com"), newTenant("eve", "z")}); err != nil {
		t.Fatal(err)
	}
	if err := other.update(t.Context(), "ada", replaceBy("https://a.example.com", "https://*.a.example.com")); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), "bob", replaceBy()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"eve []",
		"ada [https://a.example.com https://*.a.example.com]",
		"bob []",
	}
	all := mustChanges(t, s, 0, 10)
	if got := tell(all); !slices.Equal(got, want) {
		t.Fatalf("changes are %q, want %q", got, want)
	}
	for i, tt := range all {
		if got := tell(mustChanges(t, s, tt.version, 10)); !slices.Equal(got, want[i+1:]) {
			t.Errorf("changes after %s are %q, want %q", want[i], got, want[i+1:])
		}
	}
	if got := tell(mustChanges(t, s, 0, 2)); !slices.Equal(got, want[:2]) {
		t.Errorf("2 changes are %q, want %q", got, want[:2])
	}
	if version, err := s.latest(t.Context()); version != all[2].version || err != nil {
		t.Errorf("latest = %d, %v, want %d", version, err, all[2].version)
	}
	found, err := s.find(t.Context(), "ada")
	if err != nil || tell([]tenant{found})[0] != want[1] || found.version != all[1].version || !slices.Equal(found.tokenHash, newTenant("ada", "x").tokenHash) {
		t.Errorf("find = %+v, %v, want %+v", found, err, all[1])
	}
}

func mustChanges(t *testing.T, s store, after int64, limit int) []tenant {
	t.Helper()
	changed, err := s.changes(t.Context(), after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func tell(tenants []tenant) []string {
	var told []string
	for _, t := range tenants {
		told = append(told, fmt.Sprint(t.id, " ", t.origins))
	}
	return told
}

func testNoUpdate(t *testing.T, open func() (store, error)) {
	s := opened(t, open)
	if err := s.add(t.Context(), []tenant{newTenant("ada", "x", "https://a.example.com")}); err != nil {
		t.Fatal(err)
	}
	before, err := s.latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if err := s.update(t.Context(), "ada", func(origins []string) ([]string, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("update fails with %v, want %v", err, refused)
	}
	if err := s.update(t.Context(), "ada", func(origins []string) ([]string, error) { return origins, nil }); err != nil {
		t.Errorf("update fails with %v", err)
	}
	if after, err := s.latest(t.Context()); after != before || err != nil {
		t.Errorf("latest = %d, %v, want %d as before", after, err, before)
	}
	if got := tell(mustChanges(t, s, 0, 10)); !slices.Equal(got, []string{"ada [https://a.example.com]"}) {
		t.Errorf("the store has %q", got)
	}
	if err := s.update(t.Context(), "ada", replaceBy()); err != nil {
		t.Errorf("the next update fails with %v", err)
	}
}

func testAddAgain(t *testing.T, open func() (store, error)) {
	s := opened(t, open)
	if err := s.add(t.Context(), []tenant{newTenant("ada", "x", "https://a.example.com")}); err != nil {
		t.Fatal(err)
	}
	if err := s.add(t.Context(), []tenant{newTenant("ada", "other"), newTenant("bob", "y")}); err != nil {
		t.Fatal(err)
	}
	if got, want := tell(mustChanges(t, s, 0, 10)), []string{"ada [https://a.example.com]", "bob []"}; !slices.Equal(got, want) {
		t.Errorf("the store has %q, want %q", got, want)
	}
	if found, err := s.find(t.Context(), "ada"); err != nil || !slices.Equal(found.tokenHash, newTenant("", "x").tokenHash) {
		t.Errorf("ada has another token, or none: %v", err)
	}
}

// Several writers change several tenants, each for a different time, so that
// they would overtake one another if they could. A reader must end up with the
// final state, although it only reads later versions.
func testFollow(t *testing.T, open func() (store, error)) {
	const writers, tenants, rounds = 4, 3, 15
	first := opened(t, open)
	var added []tenant
	for n := range tenants {
		added = append(added, newTenant(fmt.Sprint("t", n), "x"))
	}
	if err := first.add(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	reader := opened(t, open)
	known := make(map[string]string)
	var version int64
	read := func() {
		for _, c := range mustChanges(t, reader, version, 2) {
			known[c.id], version = fmt.Sprint(c.origins), c.version
		}
	}

	var writing sync.WaitGroup
	for w := range writers {
		s := opened(t, open)
		writing.Go(func() {
			for n := range rounds {
				own := fmt.Sprintf("https://w%d-%d.example.com", w, n)
				err := s.update(t.Context(), fmt.Sprint("t", n%tenants), func(origins []string) ([]string, error) {
					time.Sleep(rand.N(3 * time.Millisecond))
					return append(origins, own), nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	written := make(chan struct{})
	go func() {
		writing.Wait()
		close(written)
	}()
	for writing := true; writing; {
		select {
		case <-written:
			writing = false
		default:
			read()
		}
	}
	for latest := int64(-1); latest < version; read() {
		latest = version
	}

	actual, total := make(map[string]string), 0
	for n := range tenants {
		found, err := first.find(t.Context(), fmt.Sprint("t", n))
		if err != nil {
			t.Fatal(err)
		}
		actual[found.id] = fmt.Sprint(found.origins)
		total += len(found.origins)
	}
	if !maps.Equal(known, actual) {
		t.Errorf("who follows the changes knows\n%v\nand there is\n%v", known, actual)
	}
	if total != writers*rounds {
		t.Errorf("%d origins are stored, want %d", total, writers*rounds)
	}
}

func testOpenTogether(t *testing.T, open func() (store, error)) {
	var opening sync.WaitGroup
	for n := range 8 {
		opening.Go(func() {
			s, err := open()
			if err != nil {
				t.Error(err)
				return
			}
			defer s.close()
			if err := s.add(t.Context(), []tenant{newTenant(fmt.Sprint("t", n), "x")}); err != nil {
				t.Error(err)
			}
		})
	}
	opening.Wait()
	if got := mustChanges(t, opened(t, open), 0, 10); len(got) != 8 {
		t.Errorf("the store has %q, want 8 tenants", tell(got))
	}
}

func testClosed(t *testing.T, open func() (store, error)) {
	s := opened(t, open)
	if err := s.add(t.Context(), []tenant{newTenant("ada", "x")}); err != nil {
		t.Fatal(err)
	}
	s.close()
	for what, fails := range map[string]func() error{
		"latest":  func() error { _, err := s.latest(t.Context()); return err },
		"changes": func() error { _, err := s.changes(t.Context(), 0, 1); return err },
		"find":    func() error { _, err := s.find(t.Context(), "ada"); return err },
		"update":  func() error { return s.update(t.Context(), "ada", replaceBy("https://a.example.com")) },
		"add":     func() error { return s.add(t.Context(), []tenant{newTenant("bob", "x")}) },
	} {
		if err := fails(); err == nil || errors.Is(err, errNoTenant) {
			t.Errorf("%s fails with %v", what, err)
		}
	}
}

// A file name may have characters with a meaning in URLs.
func TestSQLiteTakesAnyFileName(t *testing.T) {
	for _, name := range []string{"tenants.db", "a b", "a?b", "a#b", "a%20b", "a&b=c", "ä:b", "'"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for range 2 { // the second finds what the first has made
				s, err := openSQLite(t.Context(), filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				s.close()
			}
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(files) != 1 || filepath.Base(files[0]) != name {
				t.Errorf("there are %q, %v", files, err)
			}
		})
	}
}

func TestSQLiteTakesARelativeFileName(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := openSQLite(t.Context(), "tenants.db")
	if err != nil {
		t.Fatal(err)
	}
	s.close()
	if files, err := filepath.Glob("*"); err != nil || !slices.Equal(files, []string{"tenants.db"}) {
		t.Errorf("there are %q, %v", files, err)
	}
}
