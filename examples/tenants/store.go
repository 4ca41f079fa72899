package main

import (
	"context"
	"crypto/sha256"
	"errors"
)

// A tenant is a customer, as the store keeps it.
type tenant struct {
	// id is the segment of the path that names the tenant, in letters, digits
	// and hyphens. (Some routers take %2F in a path for a slash, and some do
	// not.)
	id        string
	tokenHash []byte   // SHA-256 of the token that opens the tenant's own API
	origins   []string // as in cors.Config.AllowOrigins, sorted; never nil
	version   int64    // of the store, when it last changed
}

func newTenant(id, token string, origins ...string) tenant {
	hash := sha256.Sum256([]byte(token))
	return tenant{id: id, tokenHash: hash[:], origins: append([]string{}, origins...)}
}

// A store keeps the tenants for all instances.
//
// It has a version, which every change of a tenant increments and leaves with
// the tenant. Changes are made one at a time: a change gets its version once
// all earlier versions are there to be read. So an instance that has read up to
// some version misses nothing if it next asks for what is later. (Numbers of a
// sequence would not do. They are drawn before the change is committed, and one
// that is committed late is then earlier than what has been read.)
type store interface {
	// latest returns the version.
	latest(context.Context) (int64, error)
	// changes returns the tenants that changed after a version, in the order of
	// their versions, and at most so many.
	changes(ctx context.Context, after int64, limit int) ([]tenant, error)
	// find returns a tenant, or errNoTenant.
	find(ctx context.Context, id string) (tenant, error)
	// update replaces the origins of a tenant by what change makes of them, in
	// one transaction: no other update comes in between. If change returns an
	// error, or the same origins, nothing is stored.
	update(ctx context.Context, id string, change func(origins []string) ([]string, error)) error
	// add stores new tenants. Those that are there already stay as they are.
	add(context.Context, []tenant) error
	// wait returns when it is time to look at the version again: when there is
	// word of a change, or after less than a second, since word can be lost.
	wait(context.Context) error
	close()
}

var errNoTenant = errors.New("there is no such tenant")
