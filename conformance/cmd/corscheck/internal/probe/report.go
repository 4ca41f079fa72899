package probe

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A Verdict is the outcome of a Report, in a word.
type Verdict string

// The verdicts. The first two are for an audit, the others for a survey.
const (
	Conforms       Verdict = "conforms"
	DoesNotConform Verdict = "does-not-conform"
	NoProblems     Verdict = "no-problems"
	NoCORS         Verdict = "no-cors" // no response has a CORS header
	Faulty         Verdict = "faulty"
	Dangerous      Verdict = "dangerous"
)

// A Report is the outcome of a Plan.
type Report struct {
	Mode     Mode         `json:"mode"`
	URL      string       `json:"url"`
	Verdict  Verdict      `json:"verdict"`
	Requests Requests     `json:"requests"`
	Config   *int         `json:"config,omitempty"` // audit: the index of the Config that applies to the URL
	Checks   []Check      `json:"checks"`
	Access   []Access     `json:"access,omitempty"`     // survey: what scripts of some origins can do
	Asked    []Permission `json:"preflights,omitempty"` // survey: what preflights of one origin allow
	Findings []Finding    `json:"findings"`             // the worst first
	Ignored  []string     `json:"ignored,omitempty"`    // the ids of findings that were ignored
	// Unchecked says in sentences what wasn't checked and why.
	Unchecked []string `json:"unchecked,omitempty"`

	noCORS bool
}

// A Mode is what a Plan does.
type Mode string

// The modes.
const (
	ModeAudit  Mode = "audit"
	ModeSurvey Mode = "survey"
)

// Requests are how many requests a Plan has and has sent, in all and by method.
type Requests struct {
	Planned int            `json:"planned"`
	Sent    int            `json:"sent"`
	Methods map[string]int `json:"methods"`
}

// String returns the number of requests that were sent, in all and by method.
func (r Requests) String() string {
	var parts []string
	for _, method := range slices.Sorted(maps.Keys(r.Methods)) {
		parts = append(parts, fmt.Sprintf("%d %s", r.Methods[method], method))
	}
	return fmt.Sprintf("%d requests (%s)", r.Sent, strings.Join(parts, ", "))
}

// An Access is what scripts of an origin can do.
type Access struct {
	Origin                   string `json:"origin"`
	Relation                 string `json:"relation"`            // to the known origins, in words
	Read                     bool   `json:"read"`                // the response to GET or HEAD
	ReadWithCredentials      bool   `json:"readWithCredentials"` // so that it depends on the user
	Preflight                *bool  `json:"preflight,omitempty"` // pass a preflight for PUT; missing if not tried
	PreflightWithCredentials bool   `json:"preflightWithCredentials"`
	Credentials              bool   `json:"credentials"` // read it, or pass the preflight, with credentials
}

func (a *Access) allowed() bool { return a.Read || a.Preflight != nil && *a.Preflight }

// A Permission is what a preflight says about a method or a request header.
type Permission struct {
	Origin      string `json:"origin"`
	Method      string `json:"method,omitempty"`
	Header      string `json:"header,omitempty"`
	Allowed     bool   `json:"allowed"`
	Credentials bool   `json:"credentials"` // allowed with credentials, too
}

// A Severity is how bad a Finding is.
type Severity string

// The severities, the worst first.
const (
	Danger Severity = "danger" // scripts get data or power that they shouldn't have
	Fault  Severity = "fault"  // something doesn't work as intended, in browsers or caches
	Note   Severity = "note"   // worth knowing
)

// Severities are all severities, the worst first.
var Severities = []Severity{Danger, Fault, Note}

// AtLeast reports whether s is at least as bad as t.
func (s Severity) AtLeast(t Severity) bool {
	return slices.Index(Severities, s) <= slices.Index(Severities, t)
}

// A Finding is a problem, or something worth knowing.
type Finding struct {
	ID       string   `json:"id"` // one of IDs
	Severity Severity `json:"severity"`
	Title    string   `json:"title"` // what is the case, as a sentence
	Sent     Request  `json:"sent"`
	Received Response `json:"received"`
	Why      string   `json:"why"`            // why it matters, as a sentence
	Fix      string   `json:"fix"`            // what to send or do instead
	Also     []string `json:"also,omitempty"` // other origins with the same finding
}

func (f *Finding) say(severity Severity, id, title, why, fix string) *Finding {
	f.Severity, f.ID, f.Title, f.Why, f.Fix = severity, id, title, why, fix
	return f
}

// A Request is the part of a request that CORS is about.
type Request struct {
	Method         string `json:"method"`
	Query          string `json:"query,omitempty"` // added to the URL, so that no cache has a response
	Origin         string `json:"origin,omitempty"`
	RequestMethod  string `json:"accessControlRequestMethod,omitempty"`
	RequestHeaders string `json:"accessControlRequestHeaders,omitempty"`
}

func requestOf(r *http.Request) Request {
	return Request{
		Method:         r.Method,
		Origin:         r.Header.Get("Origin"),
		RequestMethod:  r.Header.Get("Access-Control-Request-Method"),
		RequestHeaders: r.Header.Get("Access-Control-Request-Headers"),
	}
}

// IsPreflight reports whether r is a CORS-preflight request.
func (r Request) IsPreflight() bool {
	return r.Method == http.MethodOptions && r.Origin != "" && r.RequestMethod != ""
}

// String returns r in a line.
func (r Request) String() string {
	parts := []string{r.Method}
	if r.Query != "" {
		parts[0] += " ?" + r.Query
	}
	for _, h := range [][2]string{
		{"Origin", r.Origin},
		{"Access-Control-Request-Method", r.RequestMethod},
		{"Access-Control-Request-Headers", r.RequestHeaders},
	} {
		if h[1] != "" {
			parts = append(parts, h[0]+": "+h[1])
		}
	}
	if r.Origin == "" {
		parts = append(parts, "no Origin")
	}
	return strings.Join(parts, ", ")
}

// A Response is the part of a response that CORS is about: Headers are those of
// the CORS protocol, Vary and Location. Long values are cut, as in "A, B, and
// 24998 more" and "https://aaa... (1048576 bytes)"; the findings are about the
// whole values.
type Response struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers"`
	Cut     bool                `json:"cut,omitempty"`     // whether Headers lacks something that the server sent
	Omitted int                 `json:"omitted,omitempty"` // how many header lines are left out
}

// String returns r in a line of printable ASCII.
func (r Response) String() string {
	parts := []string{strconv.Itoa(r.Status)}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		for _, value := range r.Headers[name] {
			quoted := strconv.QuoteToASCII(name + ": " + value)
			parts = append(parts, strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
		}
	}
	if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, accessControl) }) {
		parts = append(parts, "no "+accessControl+"* header")
	}
	if r.Omitted > 0 {
		parts = append(parts, fmt.Sprintf("and %d more header lines", r.Omitted))
	}
	return strings.Join(parts, ", ")
}

const accessControl = "Access-Control-"

// find records a finding, if there is one. Several origins with the same finding are combined,
// because most mistakes show in many ways.
func (r *Report) find(f *Finding) {
	if f == nil {
		return
	}
	for i := range r.Findings {
		known := &r.Findings[i]
		if known.Severity != f.Severity || known.ID != f.ID || known.Why != f.Why {
			continue
		}
		if origin := f.Sent.Origin; origin != "" && origin != known.Sent.Origin && !slices.Contains(known.Also, origin) {
			known.Also = append(known.Also, origin)
		}
		return
	}
	r.Findings = append(r.Findings, *f)
}

// conclude sorts the findings, removes ignored ones, and sets the verdict.
func (r *Report) conclude(ignore []string) {
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		ignored := slices.Contains(ignore, f.ID)
		if ignored && !slices.Contains(r.Ignored, f.ID) {
			r.Ignored = append(r.Ignored, f.ID)
		}
		return ignored
	})
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Result != Holds && slices.Contains(ignore, c.ID) {
			c.Result = Ignored
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return slices.Index(Severities, a.Severity) - slices.Index(Severities, b.Severity)
	})
	isBad := len(r.Findings) > 0 && r.Findings[0].Severity.AtLeast(Fault)
	switch {
	case r.Mode == ModeAudit && isBad:
		r.Verdict = DoesNotConform
	case r.Mode == ModeAudit:
		r.Verdict = Conforms
	case r.noCORS:
		r.Verdict = NoCORS
	case !isBad:
		r.Verdict = NoProblems
	default:
		r.Verdict = Faulty
		if r.Findings[0].Severity == Danger {
			r.Verdict = Dangerous
		}
	}
}
