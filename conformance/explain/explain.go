// Package explain says why an engine allows or blocks a request, and what to
// change so that it is allowed.
//
// [Explain] rebuilds the script that made the request, runs it in the browser
// of package fetch against the engine's policy in memory, and takes the failing
// step from the browser. It adds how the request differs from the policy, and
// the smallest changes of the Config that allow the request.
//
// Explaining takes much longer than deciding, and its cost is bounded whatever
// the request contains.
package explain

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// An Explanation says how an engine decides about a request, what a browser
// does with the response, and what to change. Its texts quote everything that
// comes from the request, so they are safe in a log or a terminal. It shares no
// memory with the request.
type Explanation struct {
	// Summary is one line: the request, the outcome and the cause. Request is its
	// beginning.
	Summary string `json:"summary"`
	Request string `json:"request"`

	// Kind, Config, Allowed and Reason are those of the [cors.Decision].
	Kind    cors.Kind   `json:"kind"`
	Config  int         `json:"config"`
	Allowed bool        `json:"allowed"`
	Reason  cors.Reason `json:"reason"`
	// Status is the status of the middleware's response, or 0 if the next handler
	// responds. Header has the headers that the decision sets.
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header"`

	// PathField and PathEntry are the field and the entry of the Config that match
	// the path. They are empty if the Config applies to every path.
	PathField string `json:"pathField,omitempty"`
	PathEntry string `json:"pathEntry,omitempty"`
	// OriginField is the field of the Config that decided about the origin, and
	// OriginEntry the entry that allows it.
	OriginField string `json:"originField,omitempty"`
	OriginEntry string `json:"originEntry,omitempty"`
	// Nearest is the allowed origin or pattern that a denied origin is closest to.
	Nearest string `json:"nearest,omitempty"`

	// SameOrigin reports whether a page of the server's own origin made the
	// request. CORS does not apply then.
	SameOrigin bool `json:"sameOrigin,omitempty"`
	// Cookies reports that an actual request carries cookies.
	Cookies bool `json:"cookies,omitempty"`

	// The credentials mode of a request can't be seen, so there are two
	// results: WithoutCredentials for the modes "omit" and "same-origin", and
	// WithCredentials for "include".
	WithoutCredentials Result `json:"withoutCredentials"`
	WithCredentials    Result `json:"withCredentials"`

	// Notes are sentences with further information.
	Notes []string `json:"notes,omitempty"`
}

// A Result is what a browser does in one credentials mode.
type Result struct {
	// Allowed reports whether the script can read the response to the actual
	// request. It is true where CORS does not apply. If the next handler responds
	// to a preflight, its status must be from 200 to 299.
	Allowed bool `json:"allowed"`
	// Step is the step of the Fetch standard that fails, and Section its section.
	// They are empty if no script can send the request.
	Step    fetch.Step `json:"step,omitempty"`
	Section string     `json:"section,omitempty"`
	// Obstacles are everything that blocks the request, the steps after the first
	// failing one included.
	Obstacles []Obstacle `json:"obstacles,omitempty"`
	// Changes are the smallest changes that allow the request: all of them are
	// needed, and [cors.New] accepts the Configs with them. Changes is empty if
	// a change can't or shouldn't remove one of the obstacles.
	Changes []Change `json:"changes,omitempty"`
}

// An Obstacle is one reason why a request is blocked.
type Obstacle struct {
	// Field is the field of the Config that blocks the request, Origin if that
	// header is malformed, or Request if no script can send the request.
	Field string `json:"field"`
	// Why says why, in a sentence.
	Why string `json:"why"`
	// Fix says what to do instead of a change, or what to consider before making one.
	Fix string `json:"fix,omitempty"`

	change *Change
}

// A Change is a change of one Config.
type Change struct {
	// Config is the index of the Config, and Field the name of its field.
	Config int    `json:"config"`
	Field  string `json:"field"`
	// Add is the entry to add; if it is empty, the field is a bool to set.
	Add string `json:"add,omitempty"`
	// Defaults are the names that a nil list allows. List them too: the list is then no
	// longer nil.
	Defaults []string `json:"defaults,omitempty"`
	// Caution says what to consider first.
	Caution string `json:"caution,omitempty"`
}

// Apply makes the change in cfg and ignores c.Config. It copies the list that it adds to.
func (c Change) Apply(cfg *cors.Config) {
	if c.Field == "AllowCredentials" {
		cfg.AllowCredentials = true
		return
	}
	list := map[string]*[]string{
		"Paths": &cfg.Paths, "PathRegexps": &cfg.PathRegexps, "AllowOrigins": &cfg.AllowOrigins,
		"AllowMethods": &cfg.AllowMethods, "AllowHeaders": &cfg.AllowHeaders,
	}[c.Field]
	if *list == nil {
		*list = c.Defaults
	}
	*list = append(slices.Clip(*list), c.Add)
}

// addName returns the Change that adds a name to AllowMethods or AllowHeaders.
func (x *explainer) addName(field, name string) Change {
	c := Change{Config: x.policy, Field: field, Add: name}
	switch cfg := &x.configs[x.policy]; {
	case field == "AllowMethods" && cfg.AllowMethods == nil:
		c.Defaults = cors.DefaultMethods()
	case field == "AllowHeaders" && cfg.AllowHeaders == nil:
		c.Defaults = cors.DefaultHeaders()
	}
	return c
}

// Explain explains the decision of engine about r. It calls no watchers, and
// AllowOriginFunc once if Decide calls it.
func Explain(engine *cors.Engine, r *cors.Request) Explanation {
	x := newExplainer(engine, r)
	if x.Kind == cors.NotCORS || x.SameOrigin {
		x.WithoutCredentials.Allowed, x.WithCredentials.Allowed = true, true
	} else {
		x.explainPath()
		x.explainOrigin()
		x.WithoutCredentials = x.result(fetch.CredentialsSameOrigin)
		x.WithCredentials = x.result(fetch.CredentialsInclude)
	}
	x.addNotes()
	x.Summary = x.summary()
	return x.Explanation
}

// Summary returns a function that returns the Summary of a request's Explanation,
// for the field Explain of watch.LogOptions.
func Summary(engine *cors.Engine) func(*cors.Request) string {
	return func(r *cors.Request) string { return Explain(engine, r).Summary }
}

// Result returns the result to look at first: WithCredentials if the request
// carries cookies, and WithoutCredentials otherwise.
func (x *Explanation) Result() *Result {
	if x.Cookies {
		return &x.WithCredentials
	}
	return &x.WithoutCredentials
}

// An explainer writes an Explanation.
type explainer struct {
	Explanation
	engine   *cors.Engine
	request  *cors.Request // in memory of its own
	configs  []cors.Config
	decision cors.Decision
	path     string
	folding  cors.PathFolding

	// policy is the index of the Config that applies to the path, or otherwise
	// to a similar path; -1 if there is none.
	policy int
	// obstacles are the obstacles in both credentials modes.
	obstacles []Obstacle
}

// newExplainer returns an explainer with the fields that follow from
// the decision.
func newExplainer(engine *cors.Engine, r *cors.Request) *explainer {
	own := *r
	for _, s := range []*string{
		&own.Method, &own.Path, &own.Host, &own.Origin,
		&own.AccessControlRequestMethod, &own.AccessControlRequestHeaders, &own.AccessControlRequestPrivateNetwork,
	} {
		*s = strings.Clone(*s)
	}
	x := &explainer{engine: engine, request: &own, path: own.Path, folding: own.PathFolding}
	if x.path == "" && own.Reader != nil {
		x.path, x.folding = own.Reader.Route()
		x.path = strings.Clone(x.path)
	}
	x.decide()
	d := x.decision
	x.Kind, x.Config, x.Allowed, x.Reason = d.Kind(), d.Config(), d.Allowed(), d.Reason()
	x.Status, _ = d.Response()
	x.Header = http.Header{}
	d.Apply(x.Header)
	x.Request = x.describe()
	x.Cookies = x.Kind == cors.Actual && x.header("Cookie") != ""
	x.SameOrigin = x.isSameOrigin()
	x.policy = x.Config
	if x.Config >= 0 {
		x.PathField, x.PathEntry = matchingPath(&x.configs[x.Config], x.path, x.folding)
		x.OriginField, x.OriginEntry = x.decidedBy(&x.configs[x.Config])
	}
	return x
}

// decide sets the decision and the Configs that it comes from. If the engine is
// reloaded in between, it starts again, unless that would call AllowOriginFunc
// again.
func (x *explainer) decide() {
	for {
		generation := x.engine.Generation()
		x.configs = x.engine.Configs()
		x.decision = x.engine.Decide(x.request)
		reason, i := x.decision.Reason(), x.decision.Config()
		called := reason == cors.ReasonFunc || reason == cors.ReasonFuncDenied || reason == cors.ReasonFuncError
		if x.engine.Generation() == generation || called && i < len(x.configs) {
			return
		}
	}
}

// header returns the value of a request header.
func (x *explainer) header(name string) string {
	if x.request.Reader == nil {
		return ""
	}
	return x.request.Reader.RequestHeader(name)
}

// isSameOrigin reports whether the request is an actual request from a page to
// its own origin. Without Sec-Fetch-Site, the host and the method decide: with
// GET and HEAD, browsers send no Origin to the page's own origin (Fetch,
// "append a request Origin header").
func (x *explainer) isSameOrigin() bool {
	if site := x.header("Sec-Fetch-Site"); site != "" || x.Kind != cors.Actual {
		return site == "same-origin" && x.Kind == cors.Actual
	}
	return x.namesHost() && x.request.Method != http.MethodGet && x.request.Method != http.MethodHead
}

// namesHost reports whether Origin names the host that the request was sent to.
func (x *explainer) namesHost() bool {
	o, ok := parseOrigin(x.request.Origin)
	if !ok {
		return false
	}
	host := x.request.Host
	if port := defaultPorts[o.scheme]; port != "" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	_, own, _ := strings.Cut(x.request.Origin, "://")
	return strings.EqualFold(host, own)
}

func (x *explainer) addNotes() {
	note := func(format string, args ...any) { x.Notes = append(x.Notes, fmt.Sprintf(format, args...)) }
	isOptions := x.request.Method == http.MethodOptions
	if x.Kind == cors.NotCORS && isOptions && x.request.AccessControlRequestMethod != "" {
		note("A preflight has an Origin header. This request has none and goes to the next handler.")
	}
	if x.Kind == cors.NotCORS || x.SameOrigin {
		return
	}
	if x.Kind == cors.Actual && isOptions {
		note("OPTIONS without Access-Control-Request-Method is not a preflight and goes to the next handler.")
	}
	if x.Kind == cors.Preflight && x.Status == 0 && x.Config >= 0 {
		note("The next handler responds to the preflight. Its status must be from 200 to 299.")
	}
	if x.namesHost() {
		note("Origin names the host that the request was sent to, but browsers send neither a preflight nor Origin with GET or HEAD to the page's own origin: the scheme differs, or a proxy changed Host or Origin.")
	}
	switch mode := x.header("Sec-Fetch-Mode"); mode {
	case "", "cors":
	case "websocket":
		note(`Sec-Fetch-Mode is "websocket": browsers do not apply CORS to handshakes. The server must check the origin, for example with CheckOrigin.`)
	default:
		note("Sec-Fetch-Mode is %s, not \"cors\": no script reads this response. The explanation is for a script that would.", quote(mode))
	}
	if i := x.otherConfig(); i >= 0 {
		note("Config %d allows the origin, but Config %d applies to the path: its paths are narrower, or it comes first.", i, x.Config)
	}
	switch {
	case x.Kind != cors.Actual || x.Result().Allowed:
	case x.Status != 0:
		note("RejectDisallowed of Config %d stops the request before it reaches a handler.", x.Config)
	default:
		note("CORS does not block requests: the next handler gets this one, and the browser withholds the response from the script.")
	}
}

// otherConfig returns the index of another Config that matches the path and
// allows the denied origin, or -1.
func (x *explainer) otherConfig() int {
	if x.Allowed || x.Config < 0 {
		return -1
	}
	return slices.IndexFunc(x.configs[:min(len(x.configs), maxEntries)], func(cfg cors.Config) bool {
		field, entry := matchingPath(&cfg, x.path, x.folding)
		return (field == "" || entry != "") && lists(&cfg, x.request.Origin)
	})
}

// maxEntries is the largest number of a list's entries that are tried one by one.
const maxEntries = 1000

// first returns the first maxEntries entries.
func first(list []string) []string { return list[:min(len(list), maxEntries)] }
