// Command tenants is an API whose customers, the tenants, each register the
// origins of their own sites while it runs.
//
// What belongs to a tenant has a path of its own, /tenants/{tenant}/, and an
// origin opens the paths of those tenants that have registered it, and no
// others. One list for the whole API would let the site of one tenant read what
// is another's, by means of a user who has access to both. So one Config governs
// the paths of all tenants, and its AllowOriginFunc looks up the tenant that the
// path names, and then the origin among those of that tenant. A Config for each
// tenant would decide the same, but Configs are tried one after the other, and
// Engine.Reload checks all of them where one has changed.
//
// The tenants are kept in a store that all instances of the program share: in
// PostgreSQL where DATABASE_URL is set, else in a file of SQLite. Each instance
// holds the origins of all tenants in memory, decides by those alone, and reads
// of the store what has changed since it last looked. While the store is away,
// what was last known stays in force.
//
// The API where tenants register origins is governed by no Config: it is not for
// pages of other origins.
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
	flag.StringVar(&o.file, "file", "", "`file` of SQLite to keep the tenants in; without it, one that lasts as long as the program. Where the environment has DATABASE_URL, that PostgreSQL keeps them")
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

// The tenants of the demonstration. A real API makes tenants where customers
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
			return nil, fmt.Errorf("cannot open the store in PostgreSQL: %w: mend DATABASE_URL, or unset it to use a file", err)
		}
		return s, nil
	}
	s, err := openSQLite(ctx, o.file)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store in %s: %w: choose another with -file", o.file, err)
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

  # May it read what is ada's? Yes: 200, Access-Control-Allow-Origin: https://shop.example.com
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
