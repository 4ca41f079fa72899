// Package handshake tests the WebSocket examples.
package handshake

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// Check connects to the path /echo of a server as pages of several sites would.
func Check(t *testing.T, url string) {
	t.Helper()
	for _, tt := range []struct {
		name, origin string
		allowed      bool
	}{
		{"a page of the allowed origin", "https://app.example.com", true},
		{"a page of the server's own origin", url, true},
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
			conn, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+"/echo", &websocket.DialOptions{HTTPHeader: header})
			if !tt.allowed {
				if err == nil || response.StatusCode != http.StatusForbidden {
					t.Errorf("it connects, or fails with something other than 403: %v", err)
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
				t.Errorf("it sends back %q, %v", message, err)
			}
		})
	}
}
