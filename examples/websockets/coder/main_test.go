package main

import (
	"net/http/httptest"
	"testing"

	"github.com/corskit/cors/examples/websockets/internal/handshake"
)

func TestHandshakesAreCheckedByThePolicy(t *testing.T) {
	handler, err := newHandler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	handshake.Check(t, server.URL)
}
