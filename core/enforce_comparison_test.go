package cors_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// TestRejectDisallowedBesideCrossOriginProtection holds what the documentation
// of the package says of the two, and that both together stop what either stops.
func TestRejectDisallowedBesideCrossOriginProtection(t *testing.T) {
	const app, evil = "Origin: https://app.example.com\r\n", "Origin: https://evil.example\r\n"
	tests := []struct {
		name, request            string
		reject, protect, trusted bool // whether it is stopped: by ours, by net/http's, and by that if it trusts the allowed origin
	}{
		{"a form post of another site", "POST / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n" + evil, true, true, true},
		{"a form post of another site, told by Origin alone", "POST / HTTP/1.1\r\n" + evil, true, true, true},
		{"a post of another origin of the same site", "POST / HTTP/1.1\r\nSec-Fetch-Site: same-site\r\n" + evil, true, true, true},
		{"a post of a sandboxed frame", "POST / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nOrigin: null\r\n", true, true, true},
		{"a post of the allowed origin", "POST / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n" + app, false, true, false},
		{"a DELETE of the allowed origin", "DELETE / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n" + app, false, true, false},
		{"a post of the server's own page", "POST / HTTP/1.1\r\nSec-Fetch-Site: same-origin\r\nOrigin: https://api.example.com\r\n", false, false, false},
		{"a post of the server's own page, told by Host alone", "POST / HTTP/1.1\r\nOrigin: https://api.example.com\r\n", false, false, false},
		{"a post of a program", "POST / HTTP/1.1\r\n", false, false, false},
		{"a post of another site without Origin", "POST / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", false, true, true},
		{"a fetch with GET by another site", "GET / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n" + evil, true, false, false},
		{"a link of another site", "GET / HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", false, false, false},
		{"a WebSocket handshake by another site", "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: websocket\r\n" + evil, true, false, false},
	}
	engine := mustNew(t, cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"DELETE"}, RejectDisallowed: true})
	trusting := http.NewCrossOriginProtection()
	if err := trusting.AddTrustedOrigin("https://app.example.com"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stops := func(guard func(http.Handler) http.Handler) bool {
				r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(tt.request + "Host: api.example.com\r\n\r\n")))
				if err != nil {
					t.Fatal(err)
				}
				reached := false
				w := httptest.NewRecorder()
				guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })).ServeHTTP(w, r)
				if !reached && w.Code != http.StatusForbidden {
					t.Errorf("it is stopped with %d, not 403", w.Code)
				}
				return !reached
			}
			both := func(next http.Handler) http.Handler { return engine.Handler(trusting.Handler(next)) }
			for _, guard := range []struct {
				name  string
				guard func(http.Handler) http.Handler
				want  bool
			}{
				{"RejectDisallowed", engine.Handler, tt.reject},
				{"CrossOriginProtection", http.NewCrossOriginProtection().Handler, tt.protect},
				{"CrossOriginProtection that trusts the origin", trusting.Handler, tt.trusted},
				{"both", both, tt.reject || tt.trusted},
			} {
				if got := stops(guard.guard); got != guard.want {
					t.Errorf("%s stops it: %v, want %v", guard.name, got, guard.want)
				}
			}
		})
	}
}
