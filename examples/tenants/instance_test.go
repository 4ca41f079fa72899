package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A change arrives within a second. The tests wait longer before they give up,
// since a machine can be busy, and log how long it took.
const limit = 10 * time.Second

// kinds are the kinds of store. Each makes an empty store, and returns a
// function that opens it for an instance.
var kinds = []struct {
	name string
	make func(*testing.T) (open func() (store, error))
}{
	{"SQLite", func(t *testing.T) func() (store, error) {
		file := filepath.Join(t.TempDir(), "tenants.db")
		return func() (store, error) { return openSQLite(t.Context(), file) }
	}},
	{"PostgreSQL", func(t *testing.T) func() (store, error) {
		database := startPostgres(t).newDatabase(t)
		return func() (store, error) { return openPostgres(t.Context(), database) }
	}},
}

// opened opens a store until the test ends.
func opened(t *testing.T, open func() (store, error)) store {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// newSQLite returns a store in a new file.
func newSQLite(t *testing.T) *sqlite { return opened(t, kinds[0].make(t)).(*sqlite) }

// A logbook is a log that a test reads.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// says waits until the log has a message n times.
func (l *logbook) says(t *testing.T, message string, times int) {
	t.Helper()
	await(t, fmt.Sprintf("the log says %d times %q", times, message), func() bool {
		return strings.Count(l.String(), message) == times
	})
}

const (
	isAway = "the store is unavailable; the last known origins stay in force"
	isBack = "the store is available again"
)

// await waits until a condition is true, and returns how long it took.
func await(t *testing.T, what string, is func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for !is() {
		if time.Since(begin) > limit {
			t.Fatalf("waited for %v, but it is not so that %s", limit, what)
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(begin)
}

// An instance is an instance of the program.
type instance struct {
	store     store
	directory *directory
	log       *logbook
	url       string
}

// start starts an instance, which ends with the test.
func start(t *testing.T, s store) *instance {
	t.Helper()
	log := new(logbook)
	logger := slog.New(slog.NewTextHandler(log, nil))
	d, err := newDirectory(t.Context(), s, logger)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { d.follow(ctx) })
	server := httptest.NewServer(newAPI(s, d, logger))
	t.Cleanup(func() {
		server.Close()
		stop()
		following.Wait()
		if t.Failed() && log.String() != "" {
			t.Logf("an instance said:\n%s", log)
		}
	})
	return &instance{s, d, log, server.URL}
}

// client keeps as many connections as the tests use at a time.
var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 20}}

// allows requests a tenant's data as a page of an origin. It returns an error
// if the response is neither that of an allowed origin nor that of a denied
// one.
func (i *instance) allows(tenant, origin string) (bool, error) {
	r, err := http.NewRequest("GET", i.url+"/tenants/"+tenant+"/data", nil)
	if err != nil {
		return false, err
	}
	r.Header.Set("Origin", origin)
	resp, err := client.Do(r)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, err
	}
	allowed := resp.Header["Access-Control-Allow-Origin"]
	varies := strings.HasPrefix(resp.Header.Get("Vary"), "Origin")
	switch {
	case varies && resp.StatusCode == 200 && len(allowed) == 1 && allowed[0] == origin && strings.Contains(string(body), fmt.Sprintf(`"tenant":%q`, tenant)):
		return true, nil
	case varies && resp.StatusCode == 403 && allowed == nil && len(body) == 0:
		return false, nil
	}
	return false, fmt.Errorf("%s requests the data of %s, and the response is %s %v %s", origin, tenant, resp.Status, resp.Header, body)
}

// awaitAllows waits until an instance allows an origin, or does not.
func (i *instance) awaitAllows(t *testing.T, tenant, origin string, want bool) time.Duration {
	t.Helper()
	return await(t, fmt.Sprintf("%s may read what is %s's: %t", origin, tenant, want), func() bool {
		got, err := i.allows(tenant, origin)
		if err != nil {
			t.Fatal(err)
		}
		return got == want
	})
}

// admin calls the API of a tenant with the tenant's token, and returns status
// and body.
func (i *instance) admin(t *testing.T, method, tenant, origin string) (int, string) {
	t.Helper()
	address := i.url + "/admin/tenants/" + tenant + "/origins"
	if method != "GET" {
		address += "?origin=" + url.QueryEscape(origin)
	}
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+tenant+"-demo-token")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// must calls the API of a tenant, and ends the test if the call fails.
func (i *instance) must(t *testing.T, method, tenant, origin string) {
	t.Helper()
	if status, body := i.admin(t, method, tenant, origin); status != 200 {
		t.Fatalf("%s %s for %s returns %d, %s", method, origin, tenant, status, body)
	}
}

// A fact is whether a tenant allows an origin.
type fact struct {
	tenant, origin string
	allowed        bool
}

// watch checks all the time whether facts hold at instances. The returned
// function stops it, and fails the test if a fact ever didn't hold.
func watch(t *testing.T, instances []*instance, facts []fact) (stop func()) {
	t.Helper()
	var asking sync.WaitGroup
	ended := make(chan struct{})
	var asked [2]atomic.Int64 // and refused, and allowed
	for n, i := range instances {
		for _, f := range facts {
			asking.Go(func() {
				for {
					allowed, err := i.allows(f.tenant, f.origin)
					switch {
					case err != nil:
						t.Error(err)
						return
					case allowed != f.allowed:
						t.Errorf("instance %d: %s may read what is %s's: %t", n, f.origin, f.tenant, allowed)
						return
					case allowed:
						asked[1].Add(1)
					default:
						asked[0].Add(1)
					}
					select {
					case <-ended:
						return
					case <-time.After(time.Millisecond):
					}
				}
			})
		}
	}
	return func() {
		t.Helper()
		close(ended)
		asking.Wait()
		t.Logf("%d requests were allowed and %d refused, as they should be", asked[1].Load(), asked[0].Load())
	}
}

// A faulty store fails while it is away, and counts reads.
type faulty struct {
	store
	away  atomic.Bool
	asked atomic.Int64 // how often, for changes
	read  atomic.Int64 // tenants
}

var errAway = errors.New("nobody is there")

func (f *faulty) latest(ctx context.Context) (int64, error) {
	if f.away.Load() {
		return 0, errAway
	}
	return f.store.latest(ctx)
}

func (f *faulty) changes(ctx context.Context, after int64, limit int) ([]tenant, error) {
	if f.away.Load() {
		return nil, errAway
	}
	changed, err := f.store.changes(ctx, after, limit)
	f.asked.Add(1)
	f.read.Add(int64(len(changed)))
	return changed, err
}
