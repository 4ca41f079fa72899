package enforcement

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/browsers"
	cors "github.com/corskit/cors/core"
)

// limit is the time limit of one script, or one form.
const limit = time.Minute

const (
	trusted = "https://app.example.com"
	evil    = "https://evil.example"
)

// A stage is a browser with a user who is logged in at a shop.
type stage struct {
	web     *browsers.Web
	browser *browsers.Browser
	shops   int
}

// TestForms posts a form from pages of several origins, to a hidden frame and
// to a window. If nothing stops it, the form of another site orders in the
// user's name.
func TestForms(t *testing.T) {
	eachBrowser(t, func(t *testing.T, s *stage) {
		for _, server := range sample(servers) {
			t.Run(server.name, func(t *testing.T) {
				for _, tt := range []struct {
					name   string
					reject bool
					from   string // empty: the shop's own page
					target string
					listed bool // the shop's own origin is allowed
					status int
				}{
					{"without RejectDisallowed, another site orders by a frame", false, evil, "frame", false, http.StatusOK},
					{"without RejectDisallowed, another site orders by a window", false, evil, "_blank", false, http.StatusOK},
					{"with it, a frame of another site is stopped", true, evil, "frame", false, http.StatusForbidden},
					{"with it, a window of another site is stopped", true, evil, "_blank", false, http.StatusForbidden},
					{"with it, an allowed origin orders by a frame", true, trusted, "frame", false, http.StatusOK},
					{"with it, an allowed origin orders by a window", true, trusted, "_blank", false, http.StatusOK},
					{"with it, the shop's own page orders by a frame", true, "", "frame", false, http.StatusOK},
					// WebKit 2.50 says that it comes from another site, so the
					// shop's own origin is allowed. See RejectDisallowed.
					{"with it, the shop's own page orders by a window", true, "", "_blank", true, http.StatusOK},
				} {
					t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
						origin := s.newOrigin()
						it := newShop(t, cors.Config{RejectDisallowed: tt.reject})
						if tt.listed {
							it = newShop(t, cors.Config{RejectDisallowed: tt.reject, AllowOrigins: []string{origin}})
						}
						statuses := s.open(t, origin, server.start(t, it))
						from := tt.from
						if from == "" {
							from = origin
						}
						s.run(t, from, `
							const frame = document.createElement("iframe")
							frame.name = "frame"
							const form = document.createElement("form")
							Object.assign(form, { method: "post", ...argument })
							document.documentElement.append(frame, form)
							form.submit()
						`, map[string]string{"action": origin + "/orders", "target": tt.target}, nil)
						select {
						case status := <-statuses:
							placed := it.placed.Load() > 0
							if status != tt.status || placed != (tt.status == http.StatusOK) {
								t.Errorf("status %d, and an order is placed: %v; want %d", status, placed, tt.status)
							}
						case <-time.After(limit):
							t.Error("the form is not posted")
						}
					})
				}
			})
		}
	})
}

// TestWebSockets opens a WebSocket from pages of several origins. Without a
// check, a page of another site reads the user's messages.
func TestWebSockets(t *testing.T) {
	eachBrowser(t, func(t *testing.T, s *stage) {
		for _, server := range sample(servers) {
			if !server.sockets {
				continue
			}
			t.Run(server.name, func(t *testing.T) {
				for _, tt := range []struct {
					name            string
					checked, reject bool
					from            string // empty: the shop's own page
					connects        bool
				}{
					{"unchecked, another site reads", false, false, evil, true},
					{"checked by CheckOrigin, another site does not", true, false, evil, false},
					{"checked by CheckOrigin, a sandboxed frame does not", true, false, "null", false},
					{"checked by CheckOrigin, the shop's own page reads", true, false, "", true},
					{"checked by CheckOrigin, an allowed origin reads", true, false, trusted, true},
					{"with RejectDisallowed, another site does not", false, true, evil, false},
					{"with RejectDisallowed, the shop's own page reads", false, true, "", true},
					{"with RejectDisallowed, an allowed origin reads", false, true, trusted, true},
				} {
					t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
						it := newShop(t, cors.Config{RejectDisallowed: tt.reject})
						it.checked = tt.checked
						origin, address := s.newOrigin(), server.start(t, it)
						s.open(t, origin, address)
						s.web.Forward(origin, address) // which passes WebSockets
						from := tt.from
						if from == "" {
							from = origin
						}
						var message string
						s.run(t, from, `
							return new Promise((resolve) => {
								const socket = new WebSocket(argument)
								socket.onclose = () => resolve("")
								socket.onmessage = ({ data }) => { socket.close(); resolve(data) }
							})
						`, strings.Replace(origin, "https", "wss", 1)+"/socket", &message)
						if tt.connects && message != "hello user=ada" || !tt.connects && message != "" {
							t.Errorf("the page reads %q", message)
						}
					})
				}
			})
		}
	})
}

// sample returns all servers or programs if CI is set, and otherwise the first, which
// is net/http.
func sample[T any](all []T) []T {
	if os.Getenv("CI") != "" {
		return all
	}
	return all[:1]
}

func eachBrowser(t *testing.T, test func(t *testing.T, s *stage)) {
	for _, e := range browsers.Sample() {
		t.Run(string(e), func(t *testing.T) {
			browsers.Require(t, e)
			t.Parallel()
			web := browsers.NewWeb(t)
			test(t, &stage{web: web, browser: browsers.Start(t, e, web)})
		})
	}
}

func newShop(t *testing.T, config cors.Config) *shop {
	t.Helper()
	config.AllowOrigins = append(config.AllowOrigins, trusted)
	config.AllowCredentials = true
	engine, err := cors.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &shop{engine: engine}
}

// newOrigin returns a new origin for a shop.
func (s *stage) newOrigin() string {
	s.shops++
	return fmt.Sprintf("https://shop-%d.test", s.shops)
}

// open makes the shop at an address serve an origin, and gives the user a
// cookie for it. The status of each response to a POST arrives on the channel.
func (s *stage) open(t *testing.T, origin, address string) <-chan int {
	t.Helper()
	statuses := make(chan int, 10)
	s.web.Handle(origin, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodPost {
				statuses <- r.StatusCode
			}
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0), // the icons of windows that outlive their shop
	})
	s.run(t, origin, `document.cookie = "user=ada; Path=/; Secure; SameSite=None"`, nil, nil)
	return statuses
}

// run runs a script that must not fail.
func (s *stage) run(t *testing.T, origin, script string, argument, result any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := s.browser.Run(ctx, origin, script, argument, result); err != nil {
		t.Fatal(err)
	}
}
