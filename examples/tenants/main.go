// Command tenants is an API whose customers, the tenants, each register the
// origins of their own sites while it runs.
//
// Each tenant's data has a path of its own, /tenants/{tenant}/, which is open
// only to the origins that the tenant has registered. One list for the whole
// API would let the site of one tenant read the data of another, through a user
// who has access to both. So one Config applies to the paths of all tenants,
// and its AllowOriginFunc looks up the tenant that the path names, and then the
// origin among that tenant's. A Config for each tenant would decide the same,
// but Configs are tried one after the other, and Engine.Reload checks all of
// them when one has changed.
//
// All instances of the program share a store of tenants: PostgreSQL if
// DATABASE_URL is set, otherwise an SQLite file. Each instance has the origins
// of all tenants in memory, decides only by those, and reads changes from the
// store. While the store is unavailable, the last known origins stay in force.
//
// No Config applies to the API with which tenants register origins: it is not
// for pages of other origins.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/corskit/cors/examples/internal/loopback"
)

func main() {
	var o options
	flag.IntVar(&o.port, "port", 8080, "`port` to listen on, 0 for a free one")
	flag.StringVar(&o.file, "file", "", "SQLite `file` for the tenants; the default is a temporary file. If the environment variable DATABASE_URL is set, PostgreSQL is used instead")
	flag.Parse()
	o.databaseURL = os.Getenv("DATABASE_URL")
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(interrupted, stop) // so that a second interrupt does not wait
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(interrupted, os.Stdout, log, o); err != nil {
		fmt.Fprintf(os.Stderr, "tenants: %v\n", err)
		os.Exit(1)
	}
}

type options struct {
	port        int
	file        string
	databaseURL string
}

// The tenants of the demonstration. A real API creates tenants when customers
// sign up, and has no token in its source.
var demoTenants = []tenant{
	newTenant("ada", "ada-demo-token"),
	newTenant("bob", "bob-demo-token"),
}

func run(ctx context.Context, out io.Writer, log *slog.Logger, o options) error {
	listener, err := loopback.Listen(o.port)
	if err != nil {
		return err
	}
	defer listener.Close()
	if o.file == "" && o.databaseURL == "" {
		dir, err := os.MkdirTemp("", "tenants")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		o.file = filepath.Join(dir, "tenants.db")
	}
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.add(ctx, demoTenants); err != nil {
		return fmt.Errorf("cannot add the tenants of the demonstration: %w", err)
	}
	d, err := newDirectory(ctx, s, log)
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		d.follow(following)
		close(stopped)
	}()
	defer func() { // before the store is closed
		stop()
		<-stopped
	}()
	fmt.Fprint(out, introduction(listener.URL(), o))
	return listener.Serve(ctx, newAPI(s, d, log))
}

func open(ctx context.Context, o options) (store, error) {
	if o.databaseURL != "" {
		s, err := openPostgres(ctx, o.databaseURL)
		if err != nil {
			return nil, fmt.Errorf("cannot open the store in PostgreSQL: %w: fix DATABASE_URL, or unset it to use a file", err)
		}
		return s, nil
	}
	s, err := openSQLite(ctx, o.file)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store in %s: %w: choose another file with -file", o.file, err)
	}
	return s, nil
}

func introduction(url string, o options) string {
	place, instance := o.file, "-file "+o.file
	if o.databaseURL != "" {
		place, instance = "PostgreSQL", ""
	}
	return fmt.Sprintf(`The API of ada and bob is at %[1]s, and the tenants are in %[2]s
Try it:

  # Register a site of ada's: 200, no Access-Control-Allow-Origin
  curl -i -X PUT "%[1]s/admin/tenants/ada/origins?origin=https://shop.example.com" -H "Authorization: Bearer ada-demo-token"

  # May it read ada's data? Yes: 200, Access-Control-Allow-Origin: https://shop.example.com
  curl -i %[1]s/tenants/ada/data -H "Origin: https://shop.example.com"

  # And what is bob's? No: 403, no Access-Control-Allow-Origin
  curl -i %[1]s/tenants/bob/data -H "Origin: https://shop.example.com"

  # Register what no site should: 422, no Access-Control-Allow-Origin
  curl -i -X PUT "%[1]s/admin/tenants/bob/origins?origin=https://*.github.io" -H "Authorization: Bearer bob-demo-token"

A second instance shares the tenants:

  go run ./examples/tenants -port 0 %[3]s

Ctrl+C stops it.
`, url, place, instance)
}
