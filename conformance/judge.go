package conformance

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
)

// maxBody is how many bytes of a response body are read at most.
const maxBody = 1 << 20

// A judge runs the steps of one case and says what is wrong.
type judge struct {
	server  *Server
	browser Browser
	cache   *sharedCache
	pages   map[string]Page
	// responses are the CORS headers of each step's response.
	responses []map[string]string
	seen      Evidence // by the last step
}

func newJudge(server *Server, browser Browser) *judge {
	return &judge{server: server, browser: browser, pages: make(map[string]Page)}
}

func indent(text string) string {
	return "\t" + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n\t")
}

// step runs a step and returns what is wrong, or nil.
func (j *judge) step(ctx context.Context, s *Step) (wrong *fault) {
	j.seen = Evidence{}
	var response map[string]string
	switch {
	case s.Script != nil:
		wrong = j.script(ctx, s.Script)
	case s.Request != nil:
		response, wrong = j.request(ctx, s.Request)
	case s.Reconfigure != nil:
		if err := j.server.Reconfigure(s.Reconfigure); err != nil {
			wrong = &fault{causePolicyRefused, "the server refuses the new policy: " + err.Error()}
		}
	}
	j.responses = append(j.responses, response)
	if wrong != nil && s.isOwnOptions() && (wrong.cause == causeStatus || wrong.cause == causeWrongResponse) {
		wrong.cause = causeApplicationUnseen
	}
	return wrong
}

// isOwnOptions reports whether a step sends an OPTIONS request that isn't a
// preflight. If the response isn't the application's, the server took the
// request for a preflight.
func (s *Step) isOwnOptions() bool {
	if s.Script != nil {
		return s.Script.Method == http.MethodOptions
	}
	return s.Request != nil && s.Request.Method == http.MethodOptions && !slices.ContainsFunc(s.Request.Headers, func(h [2]string) bool {
		return strings.EqualFold(h[0], "Access-Control-Request-Method")
	})
}

// page returns the page for the scripts of an origin. Scripts that go through
// another intermediary have another page.
func (j *judge) page(s *Script) (Page, error) {
	key := fmt.Sprintf("%s %s %q", s.Origin, s.Through, s.Rewritten)
	if p := j.pages[key]; p != nil {
		return p, nil
	}
	p, err := j.browser.Open(s.Origin, j.server, j.via(s))
	if err == nil {
		j.pages[key] = p
	}
	return p, err
}

// via returns the intermediary between a script and the server, or nil.
func (j *judge) via(s *Script) http.RoundTripper {
	direct := j.server.direct()
	var via http.RoundTripper
	switch s.Through {
	case "cache":
		if j.cache == nil {
			j.cache = &sharedCache{next: direct}
		}
		via = j.cache
	case "splitting":
		via = splitting{direct}
	case "joining":
		via = joining{direct}
	}
	if s.Rewritten == nil {
		return via
	}
	if via == nil {
		via = direct
	}
	return rewriting{via, s.Rewritten}
}

// direct returns a transport that goes straight to the server.
func (s *Server) direct() http.RoundTripper {
	if s.Transport == nil {
		return http.DefaultTransport
	}
	return s.Transport
}

func (j *judge) script(ctx context.Context, s *Script) *fault {
	page, err := j.page(s)
	if err != nil {
		return &fault{causeNoResponse, err.Error()}
	}
	o, err := page.Fetch(ctx, s)
	j.seen = o.Evidence
	if err != nil {
		return &fault{causeNoResponse, err.Error()}
	}
	wrong := s.Expect.compare(&o)
	if d := s.departure(j.browser.Engine()); d != nil {
		if wrong == nil {
			return &fault{causeWrongResponse, fmt.Sprintf("%s does what the standard says, and no longer what the case says of it (%q): delete the departure", j.browser.Engine(), d.Does)}
		}
		return d.Expect.compare(&o)
	}
	return wrong
}

// compare returns what is wrong, or nil.
func (e *Expectation) compare(seen *Observation) *fault {
	if wrong := e.compareSeen(seen); wrong != nil {
		return wrong
	}
	if e.Preflights != nil && seen.Preflights != *e.Preflights {
		cause := causeExtraPreflights
		if seen.Preflights < *e.Preflights {
			cause = causeTooFewPreflights
		}
		return &fault{cause, fmt.Sprintf("the browser sends %d preflights, and must send %d", seen.Preflights, *e.Preflights)}
	}
	if e.Requests != nil && seen.Requests != *e.Requests {
		return &fault{causeDeniedSends, fmt.Sprintf("the browser sends %d requests after preflights, and must send %d", seen.Requests, *e.Requests)}
	}
	return nil
}

// compareSeen judges what the script sees.
func (e *Expectation) compareSeen(seen *Observation) *fault {
	if seen.Blocked {
		return e.compareBlocked(seen)
	}
	if e.Result == "blocked" {
		return &fault{causeDeniedReads, "the script can read the response, and must not"}
	}
	if opaque := seen.Type == fetch.ResponseOpaque || seen.Type == fetch.ResponseOpaqueRedirect; opaque != (e.Result == "opaque") && e.Result != "any" {
		return &fault{causeWrongResponse, fmt.Sprintf("the response is of type %s, and must be %s", seen.Type, e.Result)}
	}
	if e.Status != "" && !statusIs(seen.Status, e.Status) {
		return &fault{causeWrongResponse, fmt.Sprintf("the script sees the status %d, and must see %s", seen.Status, e.Status)}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Visible)) {
		value, ok := seen.Headers[strings.ToLower(name)]
		if !ok {
			return &fault{causeExposedHeader, fmt.Sprintf("the script cannot see the header %s", name)}
		}
		if value != e.Visible[name] {
			return &fault{causeWrongResponse, fmt.Sprintf("the script sees %q for the header %s, and must see %q", value, name, e.Visible[name])}
		}
	}
	for _, name := range e.Hidden {
		if _, ok := seen.Headers[strings.ToLower(name)]; ok {
			return &fault{causeHiddenHeader, fmt.Sprintf("the script can see the header %s, and must not", name)}
		}
	}
	if !strings.Contains(seen.Body, e.Body) {
		return &fault{causeWrongResponse, fmt.Sprintf("the script sees the body %q, and must see %q in it", seen.Body, e.Body)}
	}
	if e.Unseen != "" && strings.Contains(seen.Body, e.Unseen) {
		return &fault{causeDeniedReads, fmt.Sprintf("the script sees the body %q, and must not see %q in it", seen.Body, e.Unseen)}
	}
	return nil
}

// compareBlocked judges a fetch that is a network error.
func (e *Expectation) compareBlocked(seen *Observation) *fault {
	at := ""
	if seen.Step != "" {
		at = fmt.Sprintf(" at %q", seen.Step)
	}
	switch {
	case e.Result != "blocked" && e.Result != "any":
		return &fault{blockedCause(seen.Step), fmt.Sprintf("the fetch is blocked%s, and must be %s", at, e.Result)}
	case e.Step != "" && seen.Step != "" && e.Step != seen.Step:
		return &fault{causeAllowedBlocked, fmt.Sprintf("the fetch is blocked%s, and must be at %q", at, e.Step)}
	}
	return nil
}
