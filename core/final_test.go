package cors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cors "github.com/corskit/cors/core"
)

// fromServer gets a path as a script of an origin would.
func fromServer(t *testing.T, server *httptest.Server, path, origin string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func expectOrigin(t *testing.T, response *http.Response, want string) {
	t.Helper()
	got := response.Header["Access-Control-Allow-Origin"]
	if want == "" && got != nil || want != "" && (len(got) != 1 || got[0] != want) {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, want)
	}
}

// open is a handler that allows everybody.
var open = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Add("Access-Control-Allow-Origin", "*")
	fmt.Fprint(w, "open")
})

const app1, evil = "https://app.example.com", "https://evil.example"

func TestEnforceHasTheLastWord(t *testing.T) {
	strict := mustNew(t, https)
	lax := mustNew(t, public)
	upstream := httptest.NewServer(open)
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	stripping := httputil.NewSingleHostReverseProxy(target)
	stripping.ModifyResponse = cors.StripResponse
	failing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		panic("no")
	})
	silent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Access-Control-Allow-Origin", "*") })
	recovering := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if recover() != nil {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
	late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "late")
		w.Header().Set("Access-Control-Allow-Origin", "*")
	})
	byPath := mustNew(t, public, with(at(https, "/private/", "/{$}"), func(c *cors.Config) { c.RejectDisallowed = true }))
	// Within the response for one path, a handler has another served for itself.
	batch := byPath.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/public/x" {
			return
		}
		inner := r.Clone(r.Context())
		inner.URL.Path = "/public/x"
		byPath.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), inner)
	}))
	var forwarding http.Handler
	forwarding = byPath.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			inner := r.Clone(r.Context())
			inner.URL.Path = "/private/x"
			forwarding.ServeHTTP(w, inner)
		}
	}))
	tests := []struct {
		name    string
		handler http.Handler
		origin  string
		want    string
	}{
		{"over a handler that allows everybody, for the allowed origin", cors.Enforce(strict.Handler(open)), app1, app1},
		{"over a handler that allows everybody, for another", cors.Enforce(strict.Handler(open)), evil, ""},
		{"from within the middleware", strict.Handler(cors.Enforce(open)), evil, ""},
		{"from within, for the allowed origin", strict.Handler(cors.Enforce(open)), app1, app1},
		{"over a proxied server, for the allowed origin", cors.Enforce(strict.Handler(proxy)), app1, app1},
		{"over a proxied server, for another", cors.Enforce(strict.Handler(proxy)), evil, ""},
		{"of a strict policy within a lax one", cors.Enforce(lax.Handler(strict.Handler(open))), evil, ""},
		{"of a strict policy within a lax one, each enforced", cors.Enforce(lax.Handler(cors.Enforce(strict.Handler(open)))), evil, ""},
		{"where nothing is written", cors.Enforce(strict.Handler(silent)), evil, ""},
		{"where a handler panics", recovering(cors.Enforce(strict.Handler(failing))), evil, ""},
		{"where a handler panics, with a recoverer inside", cors.Enforce(recovering(strict.Handler(failing))), evil, ""},
		{"within a time limit", cors.Enforce(strict.Handler(http.TimeoutHandler(open, time.Minute, ""))), evil, ""},
		{"from within a time limit", strict.Handler(http.TimeoutHandler(cors.Enforce(open), time.Minute, "")), evil, ""},
		{"from within a time limit, over a handler that sets headers too late", strict.Handler(http.TimeoutHandler(cors.Enforce(late), time.Minute, "")), evil, ""},
		{"over requests that a handler makes to the same router", cors.Enforce(batch), evil, ""},
		{"over requests that a handler forwards within", cors.Enforce(forwarding), evil, ""},
		{"around a time limit", cors.Enforce(http.TimeoutHandler(strict.Handler(open), time.Minute, "")), evil, ""},
		{"not where no policy applies", cors.Enforce(mustNew(t, at(https, "/api/")).Handler(silent)), evil, "*"},
		{"not where there is no middleware", cors.Enforce(silent), evil, "*"},
		{"over nothing, where StripResponse has been first", strict.Handler(stripping), app1, app1},
		{"over nothing, where StripResponse has been first, for another", strict.Handler(stripping), evil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for version, server := range servers(t, tt.handler) {
				t.Run(version, func(t *testing.T) { expectOrigin(t, fromServer(t, server, "/", tt.origin), tt.want) })
			}
		})
	}
}

func TestEnforceKeepsWhatWritersCanDo(t *testing.T) {
	engine := mustNew(t, https)
	serve := func(t *testing.T, h http.HandlerFunc, check func(t *testing.T, version string, server *httptest.Server)) {
		t.Helper()
		for version, server := range servers(t, cors.Enforce(engine.Handler(h))) {
			t.Run(version, func(t *testing.T) { check(t, version, server) })
		}
	}
	t.Run("flushing sends the headers of the decision", func(t *testing.T) {
		release := make(chan bool)
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.(http.Flusher).Flush()
			<-release
		}, func(t *testing.T, _ string, server *httptest.Server) {
			expectOrigin(t, fromServer(t, server, "/", evil), "")
			release <- true
		})
	})
	t.Run("flushing reports errors", func(t *testing.T) {
		w := cors.Enforce(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
				t.Errorf("Flush returns %v", err)
			}
		}))
		w.ServeHTTP(&reusedWriter{h: http.Header{}}, httptest.NewRequest("GET", "/", nil))
	})
	t.Run("connections are hijacked where they can be", func(t *testing.T) {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			conn, rw, err := w.(http.Hijacker).Hijack()
			if err != nil {
				fmt.Fprint(w, errors.Is(err, http.ErrNotSupported))
				return
			}
			defer conn.Close()
			rw.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nhijacked")
			rw.Flush()
		}, func(t *testing.T, version string, server *httptest.Server) {
			want := "hijacked"
			if version != "HTTP/1.1" {
				want = "true"
			}
			if body, _ := io.ReadAll(fromServer(t, server, "/", app1).Body); string(body) != want {
				t.Errorf("the body is %q, want %q", body, want)
			}
		})
	})
	t.Run("deadlines are set", func(t *testing.T) {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			fmt.Fprint(w, c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}))
		}, func(t *testing.T, _ string, server *httptest.Server) {
			if body, _ := io.ReadAll(fromServer(t, server, "/", app1).Body); string(body) != "<nil> <nil>" {
				t.Errorf("the body is %q", body)
			}
		})
	})
	t.Run("informational responses come before the final one", func(t *testing.T) {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusAccepted)
		}, func(t *testing.T, _ string, server *httptest.Server) {
			hints := 0
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
				hints = code
				return nil
			}})
			r, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", evil)
			response, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			expectOrigin(t, response, "")
			if hints != http.StatusEarlyHints || response.StatusCode != http.StatusAccepted {
				t.Errorf("statuses %d and %d", hints, response.StatusCode)
			}
		})
	})
	t.Run("a file is read from by the writer beneath", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
		beneath := &readingWriter{ResponseRecorder: httptest.NewRecorder()}
		cors.Enforce(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			file, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			io.Copy(w, struct{ io.Reader }{file})
		})).ServeHTTP(beneath, httptest.NewRequest("GET", "/", nil))
		if !beneath.read || beneath.Body.String() != "content" {
			t.Errorf("ReadFrom is called: %t; the body is %q", beneath.read, beneath.Body)
		}
	})
	t.Run("strings are written as strings", func(t *testing.T) {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.(io.StringWriter).WriteString("text")
		}, func(t *testing.T, _ string, server *httptest.Server) {
			expectOrigin(t, fromServer(t, server, "/", evil), "")
		})
	})
	t.Run("pushing is supported where it is", func(t *testing.T) {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, errors.Is(w.(http.Pusher).Push("/x", nil), http.ErrNotSupported))
		}, func(t *testing.T, version string, server *httptest.Server) {
			if body, _ := io.ReadAll(fromServer(t, server, "/", app1).Body); version == "HTTP/1.1" && string(body) != "true" {
				t.Errorf("the body is %q", body)
			}
		})
	})
	t.Run("it is told when the client has gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cors.Enforce(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			gone := w.(interface{ CloseNotify() <-chan bool }).CloseNotify()
			cancel()
			<-gone
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	})
}

// A readingWriter notes that ReadFrom is called.
type readingWriter struct {
	*httptest.ResponseRecorder
	read bool
}

func (w *readingWriter) ReadFrom(r io.Reader) (int64, error) {
	w.read = true
	return w.Body.ReadFrom(r)
}

// A handler that a time limit has left behind goes on deciding while the response
// is written.
func TestEnforceWhileAHandlerIsLeftBehind(t *testing.T) {
	engine := mustNew(t, https)
	var left http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		for range 100 {
			engine.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
		}
	})
	server := httptest.NewServer(cors.Enforce(http.TimeoutHandler(engine.Handler(left), time.Millisecond, "")))
	t.Cleanup(server.Close)
	for range 5 {
		fromServer(t, server, "/", app1)
	}
}

// A handshake is sent through routers that shorten the path before CheckOrigin
// sees it.
func TestCheckOriginUsesTheDecisionOfTheMiddleware(t *testing.T) {
	const widget = "https://widget.example"
	policies := []cors.Config{
		{Paths: []string{"/public/"}, AllowOrigins: []string{widget}, AllowCredentials: true},
		{Paths: []string{"/ws/"}, AllowOrigins: []string{app1}, AllowCredentials: true},
	}
	for name, wrap := range map[string]func(http.Handler) http.Handler{"bare": func(h http.Handler) http.Handler { return h }, "with Enforce": cors.Enforce} {
		engine := mustNew(t, policies...)
		hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, engine.CheckOrigin(r)) })
		mux := http.NewServeMux()
		mux.Handle("/admin/", http.StripPrefix("/admin", hub))
		mux.Handle("/ws/", http.StripPrefix("/ws", hub))
		mux.Handle("/twice/", http.StripPrefix("/twice", engine.Handler(hub)))
		mux.Handle("/public/", hub)
		server := httptest.NewServer(wrap(engine.Handler(mux)))
		t.Cleanup(server.Close)
		for _, tt := range []struct {
			name, path, origin string
			want               bool
		}{
			{"a stripped path does not become another policy's", "/admin/public/x", widget, false},
			{"a stripped path keeps its policy", "/ws/x", app1, true},
			{"a stripped path keeps others out", "/ws/x", widget, false},
			{"a path that is not stripped has its policy", "/public/x", widget, true},
			{"a second middleware behind a stripped path decides no more", "/twice/public/x", widget, false},
			{"a request without Origin comes from no page", "/admin/public/x", "", true},
			{"the server's own pages pass", "/admin/public/x", server.URL, true},
		} {
			t.Run(name+": "+tt.name, func(t *testing.T) {
				host := strings.TrimPrefix(server.URL, "http://")
				overHTTP1 := httptest.NewRequest(http.MethodGet, tt.path, nil)
				overHTTP1.Header.Set("Upgrade", "websocket")
				overHTTP1.Header.Set("Connection", "Upgrade")
				overHTTP2 := httptest.NewRequest(http.MethodGet, tt.path, nil)
				overHTTP2.Method = http.MethodConnect // as WebTransport does, too
				for _, r := range []*http.Request{overHTTP1, overHTTP2} {
					r.Host = host
					if tt.origin != "" {
						r.Header.Set("Origin", tt.origin)
					}
					w := httptest.NewRecorder()
					server.Config.Handler.ServeHTTP(w, r)
					if got := w.Body.String(); got != fmt.Sprint(tt.want) {
						t.Errorf("%s: CheckOrigin is %s, want %t", r.Method, got, tt.want)
					}
				}
			})
		}
	}
}

// A handshake with the method CONNECT, as of WebTransport, leaves its decision even if
// nothing else needs it.
func TestCheckOriginOfConnectUsesTheDecision(t *testing.T) {
	cors.ForgetEnforce()
	engine := mustNew(t, cors.Config{Paths: []string{"/wt/"}, AllowOrigins: []string{"https://admin.example"}}, cors.Config{AllowOrigins: []string{app1}})
	var allowed bool
	h := engine.Handler(http.StripPrefix("/wt", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { allowed = engine.CheckOrigin(r) })))
	for origin, want := range map[string]bool{"https://admin.example": true, app1: false} {
		r := httptest.NewRequest(http.MethodGet, "/wt/session", nil)
		r.Method = http.MethodConnect
		r.Header.Set("Origin", origin)
		if h.ServeHTTP(httptest.NewRecorder(), r); allowed != want {
			t.Errorf("from %s: CheckOrigin is %t, want %t", origin, allowed, want)
		}
	}
}

// The header is written when the writer beneath has written it, and not before.
func TestEnforceWaitsForTheHeaderToBeWritten(t *testing.T) {
	strict := mustNew(t, https)
	for name, fails := range map[string]func(http.ResponseWriter){
		"an invalid status panics":  func(w http.ResponseWriter) { w.WriteHeader(0) },
		"a writer that can't flush": func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				plain := struct{ http.ResponseWriter }{w} // without Flush and Unwrap
				cors.Enforce(strict.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					func() {
						defer func() { _ = recover() }()
						fails(w)
					}()
					open(w, r)
				}))).ServeHTTP(plain, r)
			}))
			t.Cleanup(server.Close)
			expectOrigin(t, fromServer(t, server, "/", evil), "")
		})
	}
}

func TestStripResponseLeavesOtherHeaders(t *testing.T) {
	response := &http.Response{Header: http.Header{
		"Access-Control-Allow-Origin": {"*"}, "access-control-max-age": {"1"}, "Access-Control-Unknown": {"x"}, "Accept-Ranges": {"bytes"}, "Vary": {"Origin"},
	}}
	if err := cors.StripResponse(response); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range response.Header {
		names = append(names, name)
	}
	if len(names) != 2 || response.Header.Get("Vary") != "Origin" || response.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("left are %s", strings.Join(names, ", "))
	}
}
