//go:build !js

// Command playground serves a page on which you edit a policy and see what browsers
// allow: your own browser sends each request of a sample API from several sites, and
// the page shows what went over the wire, what the browser made of it, and why.
//
// It listens on 127.0.0.1 only, stores nothing, and never runs anything that it
// receives.
//
// With -export, it writes the page to a folder that any web server can host. There,
// the engine and a model of a browser run in the page, compiled to WebAssembly.

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	port := flag.Int("port", 0, "`port` of the page, 0 for a free one; the sites and backends take free ones")
	open := flag.Bool("open", false, "open the page in the browser")
	exportTo := flag.String("export", "", "write the page to a `folder` that any web server can host, and exit")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(interrupted, stop) // so that a second interrupt doesn't wait
	var err error
	if *exportTo != "" {
		err = export(interrupted, os.Stdout, *exportTo)
	} else {
		err = run(interrupted, os.Stdout, *port, *open)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "playground: %v\n", err)
		os.Exit(1)
	}
}

// run serves until ctx is done or a server fails.
func run(ctx context.Context, out io.Writer, port int, open bool) error {
	p, err := newLocal(port)
	if err != nil {
		return err
	}
	failed := make(chan error, len(p.servers))
	for _, s := range p.servers {
		go func() { failed <- s.server.Serve(s.listener) }()
	}
	fmt.Fprintf(out, "The playground is at %s/ (stop it with Ctrl+C)\n", p.origin)
	if open {
		if err := openBrowser(p.origin + "/"); err != nil {
			fmt.Fprintf(out, "No browser opens (%v). Open the address yourself.\n", err)
		}
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for _, s := range p.servers {
		_ = s.server.Shutdown(patience) // fails only if the time is over
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// openBrowser opens a page in the user's browser.
func openBrowser(url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", url).Start()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", url).Start()
	}
	return exec.Command("xdg-open", url).Start()
}
