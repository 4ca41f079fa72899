// Package loopback serves a program on a port of 127.0.0.1.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A Listener is an open port that is not served yet.
type Listener struct{ net.Listener }

// Listen listens on a port, or on any that is free if port is 0. Its error
// suggests the flag -port.
func Listen(port int) (*Listener, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err // without the address, which is said already
		}
		return nil, fmt.Errorf("cannot listen on port %d: %w: choose another with -port (0 picks a free one)", port, err)
	}
	return &Listener{l}, nil
}

// URL returns the URL of the server, without a slash at the end.
func (l *Listener) URL() string { return "http://" + l.Addr().String() }

// Serve serves until ctx is done, and then waits a while for requests to finish.
func (l *Listener) Serve(ctx context.Context, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l.Listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = server.Shutdown(patience) // fails only if the time is over
	return nil
}
