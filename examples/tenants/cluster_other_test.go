//go:build !linux

package main

import "testing"

type cluster struct{}

func startPostgres(t *testing.T) *cluster {
	t.Skip("the tests start PostgreSQL on Linux only")
	return nil
}

func (*cluster) newDatabase(*testing.T) string { return "" }
