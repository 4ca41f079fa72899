package main

import (
	"context"
	"crypto/sha256"
	"errors"
)

// A tenant is a customer in the store.
type tenant struct {
	// id is the segment of the path that names the tenant, in letters, digits
	// and hyphens. (Some routers treat %2F in a path as a slash, and some do not.)
	id        string
	tokenHash []byte   // SHA-256 of the token that opens the tenant's own API
	origins   []string // as in cors.Config.AllowOrigins, sorted; never nil
	version   int64    // of the store, when it last changed
}

func newTenant(id, token string, origins ...string) tenant {
	hash := sha256.Sum256([]byte(token))
	return tenant{id: id, tokenHash: hash[:], origins: append([]string{}, origins...)}
}

// A store has the tenants for all instances.
//
// It has a version. Every change of a tenant increments it and stores the new
// version with the tenant. Changes are made one at a time: a change gets its
// version after all earlier versions can be read. So an instance that has read
// all changes up to a version misses nothing if it next reads later ones.
// (Numbers from a sequence would not do. They are assigned before the change is
// committed, so a change that is committed late could have a number that
// instances have already passed.)
type store interface {
	// latest returns the version.
	latest(context.Context) (int64, error)
	// changes returns the tenants that changed after a version, in the order of
	// their versions, up to a limit.
	changes(ctx context.Context, after int64, limit int) ([]tenant, error)
	// find returns a tenant, or errNoTenant.
	find(ctx context.Context, id string) (tenant, error)
	// update replaces the origins of a tenant with the result of change, in one
	// transaction: no other update comes in between. If change returns an
	// error, or the same origins, nothing is stored.
	update(ctx context.Context, id string, change func(origins []string) ([]string, error)) error
	// add stores new tenants. Existing tenants stay unchanged.
	add(context.Context, []tenant) error
	// wait returns when it is time to check the version again: after a
	// notification, or after less than a second, because notifications can be
	// lost.
	wait(context.Context) error
	close()
}

var errNoTenant = errors.New("there is no such tenant")
