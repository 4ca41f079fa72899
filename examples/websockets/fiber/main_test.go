package main

import (
	"testing"

	"github.com/corskit/cors/examples/internal/loopback"
	"github.com/corskit/cors/examples/websockets/internal/handshake"
)

func TestHandshakesAreCheckedByThePolicy(t *testing.T) {
	app, err := newApp()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := loopback.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() {
		app.Shutdown()
		<-done
	})
	handshake.Check(t, listener.URL())
}
