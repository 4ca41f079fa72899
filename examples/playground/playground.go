package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	"github.com/corskit/cors/examples/internal/loopback"
)

//go:embed static
var embedded embed.FS

// maxBody bounds what the page sends, in bytes.
const maxBody = 256 << 10

// A playground is the page, the backends and the sites, on a port each.
type playground struct {
	origin   string // of the page
	servers  []served
	backends []Backend
	sites    []Site
	engine   *cors.Engine
	recorder *recorder

	mu     sync.Mutex // held while the policy changes
	policy PolicyInForce
}

// A served is a server and where it serves.
type served struct {
	server   server
	listener net.Listener
}

// sites are the origins that requests come from, apart from their hosts and ports.
var sites = []Site{
	{ID: "trusted", Title: "Your site", Group: "yours"},
	{ID: "trusted-port", Title: "Another port", Group: "yours"},
	{ID: "untrusted", Title: "A stranger", Group: "others"},
	{ID: "null", Title: "A sandboxed frame", Group: "others", Origin: "null", Sandbox: "allow-scripts"},
}

// newPlayground takes all ports and starts none of the servers. If it cannot,
// the program ends, and with it what it listens on already.
func newPlayground(port int) (*playground, error) {
	page, err := loopback.Listen(port)
	if err != nil {
		return nil, err
	}
	p := &playground{origin: page.URL(), recorder: newRecorder(), engine: new(cors.Engine)}
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
		if site.ID == "untrusted" {
			// The same address by another name: to a browser, that is another site.
			at = strings.Replace(at, "127.0.0.1", "localhost", 1)
		}
		site.Frame = at + "/frame"
		if site.Origin == "" {
			site.Origin = at
		}
		p.sites = append(p.sites, site)
		p.serve(httpServer(p.site(at)), l)
	}
	check := p.setPolicy(p.presets()[0].Policy)
	if !check.OK {
		return nil, fmt.Errorf("the first policy is refused: %s", check.Problems[0].Message)
	}
	return p, nil
}

func (p *playground) serve(s server, l net.Listener) { p.servers = append(p.servers, served{s, l}) }

// page is the page and what it calls.
func (p *playground) page() http.Handler {
	static, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err) // the name is ours
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", p.secured(http.FileServerFS(static)))
	mux.Handle("GET /static/", p.secured(http.StripPrefix("/static/", http.FileServerFS(static))))
	mux.HandleFunc("GET /api/state", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, p.state()) })
	mux.HandleFunc("GET /api/exchange/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, Exchange{p.recorder.messages(r.PathValue("id")), p.version()})
	})
	mux.HandleFunc("POST /api/check", call(func(_ *http.Request, t PolicyText) (any, int) { return p.check(t.Policy), http.StatusOK }))
	mux.HandleFunc("POST /api/policy", call(func(_ *http.Request, t PolicyText) (any, int) {
		check := p.setPolicy(t.Policy)
		if !check.OK {
			return check, http.StatusUnprocessableEntity
		}
		return check, http.StatusOK
	}))
	mux.HandleFunc("POST /api/predict", call(p.predict))
	mux.HandleFunc("POST /api/explain", call(p.explain))
	mux.HandleFunc("POST /api/home", call(func(_ *http.Request, t PolicyText) (any, int) {
		cfgs, check := p.read(t.Policy)
		if !check.OK {
			return check, http.StatusUnprocessableEntity
		}
		return Home{takeHome(cfgs)}, http.StatusOK
	}))
	mux.HandleFunc("POST /api/diagnose", call(func(_ *http.Request, paste Paste) (any, int) {
		if len(paste.Text) > maxPaste {
			return map[string]string{"error": fmt.Sprintf("paste up to %d bytes: the message, or the heads of the exchange", maxPaste)}, http.StatusRequestEntityTooLarge
		}
		return diagnose(paste.Text), http.StatusOK
	}))
	return mux
}

// secured adds what the page itself may do: load its own files, call the
// program, and embed the sites.
func (p *playground) secured(next http.Handler) http.Handler {
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

// guard lets through what the page sends, and what is no browser. The page is on
// a port that every site can name: what another site's script sends has its
// Origin, and a name that somebody points at this machine is not our host.
func (p *playground) guard(next http.Handler) http.Handler {
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
			refuse(w, http.StatusForbidden, fmt.Sprintf("this is not %q: open %s/", r.Host, p.origin))
		case hasOrigin && (len(origin) != 1 || origin[0] != p.origin),
			site != "" && site != "same-origin" && site != "none" && !navigates:
			refuse(w, http.StatusForbidden, "the playground answers its own page only")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// call returns the handler for a call that takes JSON and answers it.
func call[T any](do func(*http.Request, T) (any, int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, "send application/json")
			return
		}
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("send up to %d bytes", maxBody))
				return
			}
			refuse(w, http.StatusBadRequest, "the body is not what it should be: "+err.Error())
			return
		}
		if _, err := decoder.Token(); err != io.EOF {
			refuse(w, http.StatusBadRequest, "the body has more than one value")
			return
		}
		out, status := do(r, in)
		answer(w, status, out)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // fails if the browser has left
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]string{"error": why})
}

// version is that of the policy in force.
func (p *playground) version() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.policy.Version
}

func (p *playground) state() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return State{
		Backends: p.backends, Sites: p.sites, Operations: operations, Presets: p.presets(),
		Fields: policyFields, Risks: risks, Policy: p.policy, Headers: responseFields,
	}
}

// check reads a policy and says what is wrong with it.
func (p *playground) check(text string) Check {
	_, check := p.read(text)
	check.Version = p.version()
	return check
}

// setPolicy puts a policy in force, unless something is wrong with it.
func (p *playground) setPolicy(text string) Check {
	p.mu.Lock()
	defer p.mu.Unlock()
	cfgs, check := p.read(text)
	if check.OK {
		if err := p.engine.Reload(cfgs...); err != nil {
			panic(err) // read has tried it
		}
		p.policy = PolicyInForce{p.policy.Version + 1, text}
	}
	check.Version = p.policy.Version
	return check
}

func (p *playground) read(text string) ([]cors.Config, Check) {
	cfgs, err := config.ParseJSON([]byte(text))
	if err == nil {
		_, err = cors.New(cfgs...)
	}
	check := Check{OK: err == nil, Problems: problems(err), Configs: cfgs}
	return cfgs, check
}

// site is a site that does one thing: its frame fetches what the page tells it
// to, from the backends only.
func (p *playground) site(at string) http.Handler {
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
			refuse(w, http.StatusForbidden, fmt.Sprintf("this is not %q", r.Host))
			return
		}
		mux.ServeHTTP(w, r)
	})
}
