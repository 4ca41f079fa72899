// Package demo runs an API together with two sites that call it: one that the
// API trusts and one that it does not. All three are on localhost, and their
// ports make them different origins.
package demo

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/corskit/cors/examples/internal/sites"
)

// An API is a server that can serve several listeners at once, such as an http.Server.
type API interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Run is the main function of an example. newAPI gets the origin of the trusted site.
func Run(framework string, newAPI func(trusted string) API) {
	var p ports
	flag.IntVar(&p.api, "api", 8080, "`port` of the API, 0 for a free one")
	flag.IntVar(&p.trusted, "trusted", 8081, "`port` of the trusted site, 0 for a free one")
	flag.IntVar(&p.untrusted, "untrusted", 8082, "`port` of the untrusted site, 0 for a free one")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(interrupted, stop) // so that a second interrupt does not wait
	if err := run(interrupted, os.Stdout, framework, p, newAPI); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", framework, err)
		os.Exit(1)
	}
}

type ports struct{ api, trusted, untrusted int }

// run serves until ctx is done or a server fails. It listens on all ports
// before it serves any. If it can't, the program ends, which closes the open
// ports.
func run(ctx context.Context, out io.Writer, framework string, p ports, newAPI func(trusted string) API) error {
	var places [3]place
	for i, want := range []struct {
		port int
		flag string
		what string
	}{
		{p.api, "api", "the API"},
		{p.trusted, "trusted", "the trusted site"},
		{p.untrusted, "untrusted", "the untrusted site"},
	} {
		at, err := listen(want.port)
		if err != nil {
			return fmt.Errorf("cannot listen on port %d for %s: %w: choose another port with -%s (0 picks a free one)", want.port, want.what, err, want.flag)
		}
		places[i] = at
	}
	api, trusted, untrusted := places[0].origin(), places[1].origin(), places[2].origin()
	servers := [3]API{
		newAPI(trusted),
		siteServer(sites.Site{Trusted: true, Origin: trusted, API: api, Other: untrusted}),
		siteServer(sites.Site{Trusted: false, Origin: untrusted, API: api, Other: trusted}),
	}
	fmt.Fprint(out, introduction(framework, api, trusted, untrusted))

	failed := make(chan error, 1)
	for i, server := range servers {
		for _, l := range places[i].listeners {
			go func() {
				select {
				case failed <- server.Serve(l):
				default: // one is enough
				}
			}()
		}
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	shutDown(servers[:])
	return err
}

// shutDown waits a while for requests to finish.
func shutDown(servers []API) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for _, server := range servers {
		wg.Go(func() { _ = server.Shutdown(ctx) }) // fails only if the time is over
	}
	wg.Wait()
}

func siteServer(s sites.Site) API {
	return &http.Server{Handler: sites.Handler(s), ReadHeaderTimeout: 10 * time.Second}
}

func introduction(framework, api, trusted, untrusted string) string {
	return fmt.Sprintf(`%s serves an API of posts at %s
Open the two sites that call it in a browser:

  %[3]s  trusted: it may do everything
  %[4]s  untrusted: it may read the public posts

Or ask what a browser asks:

  # May the trusted site PUT? Yes: 204, Access-Control-Allow-Origin: %[3]s
  curl -i -X OPTIONS %[2]s/posts/1 -H "Origin: %[3]s" -H "Access-Control-Request-Method: PUT"

  # May the untrusted site? No: 403, no Access-Control-Allow-Origin
  curl -i -X OPTIONS %[2]s/posts/1 -H "Origin: %[4]s" -H "Access-Control-Request-Method: PUT"

  # May it read the public posts? Everyone may: 200, Access-Control-Allow-Origin: *
  curl -i %[2]s/public/posts -H "Origin: %[4]s"

Ctrl+C stops it.
`, framework, api, trusted, untrusted)
}
