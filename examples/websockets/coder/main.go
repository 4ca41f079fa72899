// Command coder is a WebSocket server with github.com/coder/websocket. It
// checks handshakes by the policy of its API. CORS itself does not cover them:
// browsers send cookies with a handshake, and let a page of any site read the
// messages.
//
// With the adapters, RejectDisallowed stops a handshake before the handler
// runs, in every framework; this example shows the check without it. In Gin,
// the request to check is c.Request, in Echo c.Request().
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/coder/websocket"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/loopback"
)

func main() {
	port := flag.Int("port", 8080, "`port` to listen on, 0 for a free one")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(interrupted, os.Stdout, *port); err != nil {
		fmt.Fprintf(os.Stderr, "coder: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, port int) error {
	listener, err := loopback.Listen(port)
	if err != nil {
		return err
	}
	defer listener.Close()
	handler, err := newHandler()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Pages of https://app.example.com and of %[1]s may connect to %[1]s/echo, and no others. Ctrl+C stops it.\n", listener.URL())
	return listener.Serve(ctx, handler)
}

func newHandler() (http.Handler, error) {
	engine, err := cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /echo", func(w http.ResponseWriter, r *http.Request) {
		if !engine.CheckOrigin(r) {
			http.Error(w, "the origin is not allowed", http.StatusForbidden)
			return
		}
		// The origin has been checked, so the library doesn't have to.
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return // Accept has responded
		}
		defer conn.CloseNow()
		for {
			kind, message, err := conn.Read(r.Context())
			if err != nil || conn.Write(r.Context(), kind, message) != nil {
				return // the page has left
			}
		}
	})
	return engine.Handler(mux), nil
}
