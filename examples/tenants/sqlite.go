package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteInterval is how often instances check the version, which takes a few microseconds.
const sqliteInterval = 200 * time.Millisecond

// sqlitePatience is how long an instance waits for the writes of others.
const sqlitePatience = 5 * time.Second

const sqliteSchema = `
CREATE TABLE IF NOT EXISTS tenants (
	id         TEXT    NOT NULL PRIMARY KEY,
	token_hash BLOB    NOT NULL,
	origins    TEXT    NOT NULL, -- a list in JSON
	version    INTEGER NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS tenants_version (
	row    INTEGER NOT NULL PRIMARY KEY CHECK (row = 1),
	latest INTEGER NOT NULL
);
INSERT INTO tenants_version VALUES (1, 0) ON CONFLICT DO NOTHING;
`

type sqlite struct{ db *sql.DB }

func openSQLite(ctx context.Context, file string) (*sqlite, error) {
	// One transaction writes at a time. It takes the write lock when it begins
	// (_txlock), so that the rows that it reads cannot change before it writes;
	// the others wait.
	options := url.Values{
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", sqlitePatience.Milliseconds()), "journal_mode(WAL)"}, // reads continue during a write
		"_txlock": {"immediate"},
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	s := &sqlite{db}
	for deadline := time.Now().Add(sqlitePatience); ; pause(ctx, time.Millisecond) {
		err = s.transaction(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, sqliteSchema)
			return err
		})
		// SQLite doesn't wait for another instance that is creating the file.
		if busy := (*driver.Error)(nil); !errors.As(err, &busy) || busy.Code()&0xff != sqlite3.SQLITE_BUSY || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sqlite) latest(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT latest FROM tenants_version`).Scan(&version)
	return version, err
}

func (s *sqlite) changes(ctx context.Context, after int64, limit int) ([]tenant, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, token_hash, origins, version FROM tenants WHERE version > ? ORDER BY version LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var changed []tenant
	for rows.Next() {
		t, err := scanTenant(rows)
		if err != nil {
			return nil, err
		}
		changed = append(changed, t)
	}
	return changed, rows.Err()
}

func (s *sqlite) find(ctx context.Context, id string) (tenant, error) {
	return findSQLite(ctx, s.db, id)
}

// findSQLite queries the database or a transaction.
func findSQLite(ctx context.Context, in interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, id string) (tenant, error) {
	t, err := scanTenant(in.QueryRowContext(ctx, `SELECT id, token_hash, origins, version FROM tenants WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoTenant
	}
	return t, err
}

func scanTenant(row interface{ Scan(...any) error }) (t tenant, err error) {
	var origins []byte
	if err := row.Scan(&t.id, &t.tokenHash, &origins, &t.version); err != nil {
		return tenant{}, err
	}
	return t, json.Unmarshal(origins, &t.origins)
}

func (s *sqlite) update(ctx context.Context, id string, change func([]string) ([]string, error)) error {
	return s.transaction(ctx, func(tx *sql.Tx) error {
		t, err := findSQLite(ctx, tx, id)
		if err != nil {
			return err
		}
		origins, err := change(t.origins)
		if err != nil || slices.Equal(origins, t.origins) {
			return err
		}
		text, err := json.Marshal(origins)
		if err != nil {
			return err
		}
		version, err := nextSQLite(ctx, tx, 1)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE tenants SET origins = ?, version = ? WHERE id = ?`, string(text), version, id)
		return err
	})
}

func (s *sqlite) add(ctx context.Context, tenants []tenant) error {
	return s.transaction(ctx, func(tx *sql.Tx) error {
		version, err := nextSQLite(ctx, tx, len(tenants))
		if err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `INSERT INTO tenants (id, token_hash, origins, version) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, t := range tenants {
			text, err := json.Marshal(t.origins)
			if err != nil {
				return err
			}
			if _, err := insert.ExecContext(ctx, t.id, t.tokenHash, string(text), version+int64(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// nextSQLite takes the next n versions and returns the first.
func nextSQLite(ctx context.Context, tx *sql.Tx, n int) (first int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE tenants_version SET latest = latest + ? RETURNING latest - ? + 1`, n, n).Scan(&first)
	return first, err
}

func (s *sqlite) transaction(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the error is the one that caused it
		return err
	}
	return tx.Commit()
}

func (s *sqlite) wait(ctx context.Context) error {
	pause(ctx, sqliteInterval)
	return nil
}

func (s *sqlite) close() { _ = s.db.Close() }
