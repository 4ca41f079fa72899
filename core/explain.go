package cors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/origin"
)

// An Explanation says how an Engine decides about a request, what a browser
// makes of the answer, and what to change so that the request is allowed, if it
// should be. [Explanation.String] is all of it as text. It shares no memory with
// the request, and its texts quote what comes from there: they are harmless in a
// log or a terminal, however hostile the request.
//
// A request does not say whether the script lets it carry credentials (Fetch,
// "CORS protocol and credentials"), so there are two verdicts.
type Explanation struct {
	// Summary is one line: the request, the outcome, and why.
	Summary string `json:"summary"`
	// Request describes the request in a few words.
	Request string `json:"request"`

	// Kind, Config, Allowed and Reason are what [Decision] says.
	Kind    Kind   `json:"kind"`
	Config  int    `json:"config"`
	Allowed bool   `json:"allowed"`
	Reason  Reason `json:"reason"`

	// PathField is the field of the Config whose PathEntry matches the path:
	// Paths, PathRegexps, or empty if the Config governs every path.
	PathField string `json:"pathField,omitempty"`
	PathEntry string `json:"pathEntry,omitempty"`
	// Field is the field of the Config that decided about the origin, and Entry
	// the entry there, if one did.
	Field string `json:"field,omitempty"`
	Entry string `json:"entry,omitempty"`
	// Near is the difference from the nearest origin that is allowed, if the
	// origin is denied and resembles one.
	Near *origin.Difference `json:"near,omitempty"`

	// Status is that of the middleware's own answer; 0: the next handler
	// answers. Header is what is set, or added to Vary.
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header"`

	// SameOrigin reports that the request is of the same origin, where CORS does
	// not apply: Sec-Fetch-Site says so, or, where a browser sends no such header,
	// Origin names the host that the request was sent to, in a way that browsers do
	// for requests of the same origin.
	SameOrigin bool `json:"sameOrigin,omitempty"`
	// Cookies reports that the request carries cookies, so that the script, if
	// it is one of another origin, lets it carry credentials.
	Cookies bool `json:"cookies,omitempty"`

	// Steps are those of the Fetch standard that a browser takes, in order.
	Steps []Step `json:"steps"`
	// The verdicts are what comes of them in the credentials modes "omit" and
	// "same-origin", and in the credentials mode "include".
	WithoutCredentials Verdict `json:"withoutCredentials"`
	WithCredentials    Verdict `json:"withCredentials"`

	// Notes are sentences about what else is worth knowing.
	Notes []string `json:"notes,omitempty"`
}

// A Verdict is what a browser does in one credentials mode.
type Verdict struct {
	// Allowed reports, for a preflight, whether the browser sends the actual
	// request and shares the answer to it; otherwise, whether it shares the
	// answer with the script. It is true where CORS does not apply. If the next
	// handler answers a preflight, that must do so with a status from 200 to 299.
	Allowed bool `json:"allowed"`
	// FailsAt is the name of the step that fails, if one does.
	FailsAt string `json:"failsAt,omitempty"`
	// MissingMethod and MissingHeaders are those that the script needs and the
	// Config does not allow, wherever the browser stops. What is no token is
	// quoted, and of more than 64 names those are given.
	MissingMethod  string   `json:"missingMethod,omitempty"`
	MissingHeaders []string `json:"missingHeaders,omitempty"`
	// Obstacles are all that has to be removed.
	Obstacles []Obstacle `json:"obstacles,omitempty"`
	// Changes, made together, allow the request and nothing else that they need
	// not. There are none if no Config can allow it, or none should; the
	// Obstacles say why.
	Changes []Change `json:"changes,omitempty"`
	// Visible are the response headers that the script can read if the response
	// has them; "*" stands for all but Set-Cookie.
	Visible []string `json:"visible,omitempty"`
}

// An Obstacle is what stands in the way of a request.
type Obstacle struct {
	// Field is the field of the Config that stands in the way, or Origin if
	// there is something wrong with that header.
	Field string `json:"field"`
	// Why says in sentences what is wrong, and Remedy what to do, beside the
	// Changes or in place of them.
	Why    string `json:"why"`
	Remedy string `json:"remedy,omitempty"`
}

// A Change is a change of a Config.
type Change struct {
	// Config is the index of the Config.
	Config int `json:"config"`
	// Field is the name of its field.
	Field string `json:"field"`
	// Add is the entry to add to the field; if it is empty, the field is a bool
	// to set.
	Add string `json:"add,omitempty"`
	// Caution says what to be sure of before.
	Caution string `json:"caution,omitempty"`
}

// Apply makes the change in a Config, whatever its index. Memory that its lists
// share with others stays as it is.
func (c Change) Apply(cfg *Config) {
	add := func(list *[]string) { *list = append(slices.Clip(*list), c.Add) }
	switch c.Field {
	case "Paths":
		add(&cfg.Paths)
	case "PathRegexps":
		add(&cfg.PathRegexps)
	case "AllowOrigins":
		add(&cfg.AllowOrigins)
	case "AllowMethods":
		add(&cfg.AllowMethods)
	case "AllowHeaders":
		add(&cfg.AllowHeaders)
	case "AllowCredentials":
		cfg.AllowCredentials = true
	}
}

// A Step is a step of the Fetch standard.
type Step struct {
	// Name is what the standard calls it, and Section where it stands.
	Name    string `json:"name"`
	Section string `json:"section"`
	// Text says in sentences what happens.
	Text string `json:"text"`
	// The outcomes are empty for a step that decides nothing.
	WithoutCredentials Outcome `json:"withoutCredentials,omitempty"`
	WithCredentials    Outcome `json:"withCredentials,omitempty"`
}

// An Outcome is what comes of a step.
type Outcome string

// The outcomes of a step.
const (
	OutcomePasses     Outcome = "passes"
	OutcomeFails      Outcome = "fails"
	OutcomeDepends    Outcome = "depends"     // on the next handler
	OutcomeNotReached Outcome = "not reached" // an earlier step fails
)

// Explain says what Decide decides about a request, and why, and what a browser
// makes of it. It changes nothing and explains one configuration, whatever
// Reload does meanwhile. AllowOriginFunc is asked once if Decide asks it, and
// else not at all.
//
// It is for people, and takes much longer than Decide. Still its cost is
// bounded: it looks up some thousand variations of the origin and compares it
// with up to [origin.MaxCompared] patterns, whatever a stranger sends and
// however many origins are allowed.
func (e *Engine) Explain(r *Request) Explanation {
	x := &explainer{request: r, engine: new(Engine), configuration: new(configuration)}
	if c := e.current.Load(); c != nil {
		x.engine.current.Store(c)
		x.configuration = c
	}
	x.decide()
	x.explainPath()
	x.explainOrigin()
	x.explainBrowser()
	x.summarize()
	return x.Explanation
}

// Verdict returns the verdict to look at first: that with credentials if the
// request shows that there are some, and otherwise that without.
func (x *Explanation) Verdict() *Verdict {
	if x.Cookies {
		return &x.WithCredentials
	}
	return &x.WithoutCredentials
}

// An explainer writes an Explanation.
type explainer struct {
	Explanation
	*configuration
	engine   *Engine // of this configuration
	request  *Request
	decision Decision

	path    string
	folding PathFolding
	// terms is the index of the Config whose terms hold, or would hold for the
	// path that is meant; -1: there is none.
	terms int
	// allowed reports whether that Config allows the origin.
	allowed bool
	// obstacles are those of each credentials mode.
	obstacles [2][]obstacle
}

// An obstacle, and the changes that remove it. Without any, none should be
// made, or none would help.
type obstacle struct {
	Obstacle
	changes []Change
}

// The credentials modes, as far as they differ.
const (
	withoutCredentials = iota
	withCredentials
)

func (x *explainer) verdict(mode int) *Verdict {
	if mode == withCredentials {
		return &x.WithCredentials
	}
	return &x.WithoutCredentials
}

// name returns the words for a field of the Config whose terms hold.
func (x *explainer) name(field string) string {
	return fmt.Sprintf("%s of Config %d", field, x.terms)
}

func (x *explainer) note(format string, args ...any) {
	x.Notes = append(x.Notes, fmt.Sprintf(format, args...))
}

// decide copies what Decide says.
func (x *explainer) decide() {
	d := x.engine.Decide(x.request)
	x.decision = d
	x.Kind, x.Config, x.Allowed, x.Reason = d.Kind(), d.Config(), d.Allowed(), d.Reason()
	x.Status, _ = d.Answer()
	x.Header = http.Header{}
	d.Apply(x.Header)
	for _, values := range x.Header {
		for i := range values {
			values[i] = strings.Clone(values[i])
		}
	}
	x.path, x.folding = x.request.route()
	x.Cookies = x.Kind == Actual && x.request.header("Cookie") != ""
	x.describeRequest()
}

func (x *explainer) describeRequest() {
	r := x.request
	x.Request = fmt.Sprintf("%s %s", plainToken(r.Method), quote(x.path))
	if x.Kind == Preflight {
		x.Request += " for " + plainToken(r.AccessControlRequestMethod)
	}
	switch {
	case r.Origin != "":
		x.Request += " from " + quote(r.Origin)
	case x.Kind == NotCORS:
		x.Request += " without Origin"
	default:
		x.Request += " with a malformed Origin"
	}
}

// summarize settles what is to be changed, and writes the Summary.
func (x *explainer) summarize() {
	for mode := range x.obstacles {
		x.settle(mode)
	}
	switch {
	case x.Kind != Actual || x.Verdict().Allowed:
	case x.Status == 0:
		x.note("CORS blocks no request: the next handler gets this one all the same, and the browser keeps only its answer from the script.")
	default:
		x.note("RejectDisallowed of Config %d stops the request before any handler.", x.Config)
	}
	x.Summary = x.Request + ": " + x.outcome()
	if v := x.Verdict(); !v.Allowed {
		x.Summary += " " + v.argument()
	}
}

// outcome says in a few words what comes of the request.
func (x *Explanation) outcome() string {
	switch {
	case x.Kind == NotCORS:
		return "not a CORS request."
	case x.SameOrigin:
		return "of the same origin, where CORS does not apply."
	case !x.Verdict().Allowed:
		return "blocked."
	case !x.WithCredentials.Allowed:
		return "allowed without credentials, and blocked with them."
	}
	return "allowed."
}

// argument says in sentences why a request is blocked, and what would allow it
// if there is nothing else to consider.
func (v *Verdict) argument() string {
	var sentences []string
	for _, o := range v.Obstacles {
		sentences = append(sentences, o.Why)
	}
	if !slices.ContainsFunc(v.Changes, func(c Change) bool { return c.Caution != "" }) {
		for _, c := range v.Changes {
			sentences = append(sentences, c.String())
		}
	}
	return strings.Join(sentences, " ")
}
