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

// A Listener is a port that is taken and not served yet.
type Listener struct{ net.Listener }

// Listen takes a port, or any that is free if it is 0. The flag -port is what
// an error tells the reader to change.
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

// URL returns where the port is served, without a slash at the end.
func (l *Listener) URL() string { return "http://" + l.Addr().String() }

// Serve serves until ctx is done, and then lets requests finish, for a while.
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
