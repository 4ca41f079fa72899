//go:build !js

package main

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/loopback"
)

//go:embed static
var embedded embed.FS

// A local is the local edition: the page, the backends and the sites, on a port
// each.
type local struct {
	*playground
	origin   string // of the page
	servers  []served
	recorder *recorder
}

// A served is a server and where it serves.
type served struct {
	server   server
	listener net.Listener
}

// newLocal takes all ports and starts none of the servers. If it can't, the program
// ends, and with it what it listens on already.
func newLocal(port int) (*local, error) {
	page, err := loopback.Listen(port)
	if err != nil {
		return nil, err
	}
	p := &local{&playground{engine: new(cors.Engine)}, page.URL(), nil, newRecorder()}
	p.serve(httpServer(p.guard(p.page())), page)
	for _, b := range backends {
		l, err := loopback.Listen(0)
		if err != nil {
			return nil, err
		}
		p.backends = append(p.backends, Backend{b.id, b.title, l.URL()})
		p.serve(b.new(p.engine), p.recorder.listen(l))
	}
	for _, site := range sites {
		l, err := loopback.Listen(0)
		if err != nil {
			return nil, err
		}
		at := l.URL()
		if site.ID == "stranger" {
			// The same address by another name: to a browser, that is another site.
			at = strings.Replace(at, "127.0.0.1", "localhost", 1)
		}
		site.Frame = at + "/frame"
		site.Origin = at
		if site.Sandbox != "" {
			site.Origin = "null"
		}
		p.sites = append(p.sites, site)
		p.serve(httpServer(p.site(at)), l)
	}
	return p, p.start()
}

func (p *local) serve(s server, l net.Listener) { p.servers = append(p.servers, served{s, l}) }

// page returns the handler for the page and what it calls.
func (p *local) page() http.Handler {
	mux := p.api()
	mux.Handle("GET /{$}", p.secured(http.FileServerFS(static())))
	mux.Handle("GET /static/", p.secured(http.StripPrefix("/static/", http.FileServerFS(static()))))
	mux.HandleFunc("POST /api/exchanges", call(func(_ *http.Request, ids []string) (any, int) {
		exchanges := Exchanges{Messages: make([][]Message, len(ids))}
		for i, id := range ids {
			exchanges.Messages[i] = p.recorder.messages(id)
		}
		exchanges.Version = p.version()
		return exchanges, http.StatusOK
	}))
	return mux
}

// static returns the files of the page.
func static() fs.FS {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err) // the name is ours
	}
	return files
}

// secured lets the page load its own files, call the program and embed the sites, and
// nothing else.
func (p *local) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		frames := make([]string, len(p.sites))
		for i, s := range p.sites {
			frames[i] = strings.TrimSuffix(s.Frame, "/frame")
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src "+
			strings.Join(frames, " ")+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// guard refuses what other sites send. The page is on a port that every site can
// name: a request of another site's script has that site's Origin, and a name that
// somebody points at this machine isn't our host.
func (p *local) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		host := strings.TrimPrefix(p.origin, "http://")
		origin, hasOrigin := r.Header["Origin"]
		site := r.Header.Get("Sec-Fetch-Site")
		navigates := r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.URL.Path == "/"
		switch {
		case r.Host != host:
			refuse(w, http.StatusForbidden, fmt.Sprintf("This isn't %q. Open %s/.", r.Host, p.origin))
		case hasOrigin && (len(origin) != 1 || origin[0] != p.origin),
			site != "" && site != "same-origin" && site != "none" && !navigates:
			refuse(w, http.StatusForbidden, "Only the playground's own page can use this.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// site returns the handler for a site. Its only page is the frame, which makes the
// fetches that the page asks for, to the backends only.
func (p *local) site(at string) http.Handler {
	frame := template.Must(template.ParseFS(embedded, "static/frame.html"))
	script, err := embedded.ReadFile("static/frame.js")
	if err != nil {
		panic(err) // the name is ours
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /frame", func(w http.ResponseWriter, r *http.Request) {
		origins := make([]string, len(p.backends))
		for i, b := range p.backends {
			origins[i] = b.Origin
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+at+"; connect-src "+strings.Join(origins, " ")+"; base-uri 'none'; form-action 'none'; frame-ancestors "+p.origin)
		_ = frame.Execute(w, map[string]any{"Page": p.origin, "Backends": strings.Join(origins, " ")}) // fails if the browser has left
	})
	mux.HandleFunc("GET /frame.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(script)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if "http://"+r.Host != at {
			refuse(w, http.StatusForbidden, fmt.Sprintf("This isn't %q.", r.Host))
			return
		}
		mux.ServeHTTP(w, r)
	})
}
