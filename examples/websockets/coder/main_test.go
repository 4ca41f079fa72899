package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestHandshakesAreCheckedByThePolicy(t *testing.T) {
	handler, err := newHandler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	for _, tt := range []struct {
		name, origin string
		allowed      bool
	}{
		{"a page of the allowed origin", "https://app.example.com", true},
		{"a page of the server's own", server.URL, true},
		{"a program", "", true},
		{"a page of another site", "https://evil.example", false},
		{"a page of another port", "https://app.example.com:8443", false},
		{"a sandboxed frame", "null", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", tt.origin)
			}
			conn, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http")+"/echo", &websocket.DialOptions{HTTPHeader: header})
			if !tt.allowed {
				if err == nil || response.StatusCode != http.StatusForbidden {
					t.Errorf("it connects, or fails otherwise than by 403: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			if err := conn.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
				t.Fatal(err)
			}
			if _, message, err := conn.Read(ctx); err != nil || string(message) != "hello" {
				t.Errorf("it answers %q, %v", message, err)
			}
		})
	}
}
