package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// maxBody bounds what the page sends, in bytes.
const maxBody = 256 << 10

// A playground has a policy and does what both editions of the page need. In the
// local edition, the user's browser makes the requests; in the static one, a model of
// a browser does.
type playground struct {
	backends []Backend
	sites    []Site
	engine   *cors.Engine
	isStatic bool

	// The model's connections and cookies. The local edition has neither: there the
	// model uses the network, and the cookies of the browser.
	transport http.RoundTripper
	jar       http.CookieJar

	mu     sync.Mutex // held while the policy changes
	policy PolicyInForce
}

// sites are the origins that requests come from. The local edition has its own
// origins in place of the public ones.
var sites = []Site{
	{ID: "app", Title: "Your site", Group: "yours", Public: "https://app.example.com"},
	{ID: "admin", Title: "Your admin site", Group: "yours", Public: "https://admin.example.com"},
	{ID: "stranger", Title: "A stranger", Group: "others", Public: "https://stranger.example"},
	{ID: "sandbox", Title: "A sandboxed frame", Group: "others", Public: "null", Sandbox: "allow-scripts"},
}

// start sets the first policy.
func (p *playground) start() error {
	if check := p.setPolicy(p.presets()[0].Policy); !check.OK {
		return fmt.Errorf("the first policy isn't valid: %s", check.Problems[0].Message)
	}
	return nil
}

// api returns the handler for the calls that both editions have.
func (p *playground) api() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/state", func(w http.ResponseWriter, r *http.Request) { respond(w, http.StatusOK, p.state()) })
	mux.HandleFunc("POST /api/policy", call(func(_ *http.Request, t PolicyText) (any, int) {
		check := p.setPolicy(t.Policy)
		if !check.OK {
			return check, http.StatusUnprocessableEntity
		}
		return check, http.StatusOK
	}))
	mux.HandleFunc("POST /api/predict", call(p.predict))
	mux.HandleFunc("POST /api/explain", call(p.explain))
	mux.HandleFunc("POST /api/code", call(func(_ *http.Request, t PolicyText) (any, int) {
		cfgs, check := p.read(t.Policy)
		if !check.OK {
			return check, http.StatusUnprocessableEntity
		}
		return Code{programs(p.published(cfgs))}, http.StatusOK
	}))
	mux.HandleFunc("POST /api/diagnose", call(func(_ *http.Request, paste Paste) (any, int) {
		if len(paste.Text) > maxPaste {
			return Refusal{fmt.Sprintf("Paste up to %d bytes: the message, or the headers of the exchange.", maxPaste)}, http.StatusRequestEntityTooLarge
		}
		return diagnose(paste.Text), http.StatusOK
	}))
	return mux
}

// call returns the handler for a call that takes and returns JSON.
func call[T any](do func(*http.Request, T) (any, int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, "Send application/json.")
			return
		}
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("Send up to %d bytes.", maxBody))
				return
			}
			refuse(w, http.StatusBadRequest, "The body can't be read: "+err.Error())
			return
		}
		if _, err := decoder.Token(); err != io.EOF {
			refuse(w, http.StatusBadRequest, "The body has more than one value.")
			return
		}
		out, status := do(r, in)
		respond(w, status, out)
	}
}

func respond(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // fails if the browser has left
}

func refuse(w http.ResponseWriter, status int, why string) { respond(w, status, Refusal{why}) }

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
		IsStatic: p.isStatic, Module: "github.com/corskit/cors", Release: release(),
	}
}

// setPolicy puts a policy in force if it is valid.
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
	check := Check{OK: err == nil, Problems: problems(err)}
	return cfgs, check
}

// release returns the version of the program.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasPrefix(info.Main.Version, "v") || strings.Contains(info.Main.Version, "-") { // a commit adds a hyphen
		return "development version"
	}
	return info.Main.Version
}
