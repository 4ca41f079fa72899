package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	cors "github.com/corskit/cors/core"
)

const (
	patience  = 5 * time.Second        // for one request to the store
	retry     = 250 * time.Millisecond // after the store has failed
	pageLimit = 1000                   // tenants read at once
)

// A directory is an instance's copy of the tenants.
//
// A request concerns one tenant, so tenants can be replaced one by one: each
// has an engine with the origins of this tenant only, which is never reloaded.
type directory struct {
	store   store
	log     *slog.Logger
	tenants sync.Map // *cors.Engine by the tenant's id

	mu      sync.Mutex // held while tenants are replaced
	version int64      // of the store; tenants has all changes up to it; -1 means none
}

// newDirectory reads all tenants.
func newDirectory(ctx context.Context, s store, log *slog.Logger) (*directory, error) {
	d := &directory{store: s, log: log, version: -1}
	if err := d.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("cannot read the tenants: %w", err)
	}
	return d, nil
}

// allow is the policy's AllowOriginFunc.
func (d *directory) allow(_ context.Context, r *cors.Request) (bool, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/tenants/"), "/")
	origins, known := d.tenants.Load(id)
	return known && origins.(*cors.Engine).Decide(&cors.Request{Origin: r.Origin}).Allowed(), nil
}

// has reports whether a tenant exists.
func (d *directory) has(id string) bool {
	_, known := d.tenants.Load(id)
	return known
}

// follow keeps the directory up to date until ctx is done. While the store is
// unavailable, it keeps trying.
func (d *directory) follow(ctx context.Context) {
	var away time.Time // since when the store is unavailable; zero if it isn't
	for {
		err := d.catchUp(ctx)
		if err == nil {
			err = d.store.wait(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && away.IsZero():
			away = time.Now()
			d.log.Error("the store is unavailable; the last known origins stay in force", "error", err)
		case err == nil && !away.IsZero():
			d.log.Info("the store is available again", "after", time.Since(away))
			away = time.Time{}
		}
		if err != nil {
			pause(ctx, retry)
		}
	}
}

// catchUp applies the changes in the store.
func (d *directory) catchUp(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	latest, err := d.latest(ctx)
	if err != nil {
		return err
	}
	if latest < d.version {
		// It has been restored from a backup.
		d.log.Warn("the store has an older version, so all tenants are read again", "from", d.version, "to", latest)
		d.version = -1
	}
	if latest == d.version {
		return nil
	}
	var all map[string]bool // the existing tenants, if all are read
	if d.version < 0 {
		all = make(map[string]bool)
	}
	version, n := d.version, pageLimit
	for n == pageLimit {
		if version, n, err = d.applyPage(ctx, version, all); err != nil {
			return err
		}
	}
	if all != nil {
		d.tenants.Range(func(id, _ any) bool {
			if !all[id.(string)] {
				d.tenants.Delete(id)
			}
			return true
		})
	}
	// All versions up to latest have been read. If none of the tenants has it,
	// that change changed nothing.
	d.version = max(version, latest)
	return nil
}

func (d *directory) latest(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.store.latest(ctx)
}

// applyPage applies the next n changes after a version, and returns the version
// of the last.
func (d *directory) applyPage(ctx context.Context, after int64, all map[string]bool) (last int64, n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	changed, err := d.store.changes(ctx, after, pageLimit)
	for _, t := range changed {
		d.tenants.Store(t.id, d.compile(t))
		if all != nil {
			all[t.id] = true
		}
		after = t.version
	}
	return after, len(changed), err
}

// compile returns the engine of a tenant. It leaves out entries that aren't
// origins, which this program wouldn't have stored.
func (d *directory) compile(t tenant) *cors.Engine {
	valid := slices.DeleteFunc(slices.Clone(t.origins), func(entry string) bool {
		err := check([]string{entry})
		if err != nil {
			d.log.Warn("a tenant's origin is left out", "tenant", t.id, "origin", entry, "error", err)
		}
		return err != nil
	})
	engine := new(cors.Engine) // it allows nothing
	if len(valid) > 0 {
		if err := engine.Reload(cors.Config{AllowOrigins: valid}); err != nil {
			d.log.Warn("a tenant's origins are left out", "tenant", t.id, "error", err)
		}
	}
	return engine
}

// pause waits for a while, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
