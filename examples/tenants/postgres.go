package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresInterval is how often instances check the version without a
// notification. Notifications arrive at once, but only at instances that are
// connected.
const postgresInterval = 500 * time.Millisecond

// The lock keeps instances that start at the same time from creating the tables
// at the same time. IF NOT EXISTS does not prevent that: one of them gets an
// error.
const postgresSchema = `
SELECT pg_advisory_xact_lock(hashtext('tenants_version'));
CREATE TABLE IF NOT EXISTS tenants (
	id         text   NOT NULL PRIMARY KEY,
	token_hash bytea  NOT NULL,
	origins    text[] NOT NULL,
	version    bigint NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS tenants_version (
	row    int    NOT NULL PRIMARY KEY CHECK (row = 1),
	latest bigint NOT NULL
);
INSERT INTO tenants_version VALUES (1, 0) ON CONFLICT DO NOTHING;
`

type postgres struct {
	pool     *pgxpool.Pool
	interval time.Duration
	listener *pgx.Conn // of wait; nil while it isn't connected
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	s := &postgres{pool: pool, interval: postgresInterval}
	// Without arguments, one call can run several statements, in one transaction.
	if _, err := pool.Exec(ctx, postgresSchema); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *postgres) latest(ctx context.Context) (version int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT latest FROM tenants_version`).Scan(&version)
	return version, err
}

func (s *postgres) changes(ctx context.Context, after int64, limit int) ([]tenant, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, token_hash, origins, version FROM tenants WHERE version > $1 ORDER BY version LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, collectTenant)
}

func (s *postgres) find(ctx context.Context, id string) (tenant, error) {
	return findPostgres(ctx, s.pool, id)
}

// findPostgres queries the pool or a transaction.
func findPostgres(ctx context.Context, in interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}, id string) (tenant, error) {
	rows, err := in.Query(ctx, `SELECT id, token_hash, origins, version FROM tenants WHERE id = $1`, id)
	if err != nil {
		return tenant{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, collectTenant)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNoTenant
	}
	return t, err
}

func collectTenant(row pgx.CollectableRow) (t tenant, err error) {
	err = row.Scan(&t.id, &t.tokenHash, &t.origins, &t.version)
	return t, err
}

func (s *postgres) update(ctx context.Context, id string, change func([]string) ([]string, error)) error {
	return s.transaction(ctx, 1, func(tx pgx.Tx, version int64) error {
		t, err := findPostgres(ctx, tx, id)
		if err != nil {
			return err
		}
		origins, err := change(t.origins)
		if err != nil {
			return err
		}
		if slices.Equal(origins, t.origins) {
			return errUnchanged
		}
		_, err = tx.Exec(ctx, `UPDATE tenants SET origins = $1, version = $2 WHERE id = $3`, origins, version, id)
		return err
	})
}

func (s *postgres) add(ctx context.Context, tenants []tenant) error {
	return s.transaction(ctx, len(tenants), func(tx pgx.Tx, version int64) error {
		for chunk := range slices.Chunk(tenants, 1000) {
			var batch pgx.Batch
			for _, t := range chunk {
				batch.Queue(`INSERT INTO tenants (id, token_hash, origins, version) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
					t.id, t.tokenHash, t.origins, version)
				version++
			}
			if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

// errUnchanged ends a transaction that has nothing to store.
var errUnchanged = errors.New("nothing has changed")

// transaction takes the next n versions, calls do with the first of them, and
// notifies the instances. Its first statement locks the row of the version
// until the end, so that other transactions wait for their turn.
func (s *postgres) transaction(ctx context.Context, n int, do func(tx pgx.Tx, version int64) error) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// An instance that loses its connection now would block the others.
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '10s'`); err != nil {
			return err
		}
		var version int64
		if err := tx.QueryRow(ctx, `UPDATE tenants_version SET latest = latest + $1 RETURNING latest - $1 + 1`, n).Scan(&version); err != nil {
			return err
		}
		if err := do(tx, version); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `NOTIFY tenants`)
		return err
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// wait listens on a connection of its own. After it has connected, it returns
// at once, because it may have missed earlier notifications.
func (s *postgres) wait(ctx context.Context) error {
	if s.listener == nil {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, `LISTEN tenants`); err != nil {
			_ = conn.Close(ctx)
			return err
		}
		s.listener = conn
		return nil
	}
	quiet, cancel := context.WithTimeout(ctx, s.interval)
	defer cancel()
	_, err := s.listener.WaitForNotification(quiet)
	if s.listener.IsClosed() {
		s.listener = nil
		return err
	}
	return nil
}

func (s *postgres) close() {
	if s.listener != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.listener.Close(ctx)
	}
	s.pool.Close()
}
