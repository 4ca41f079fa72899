package probe

import (
	"slices"
)

// A known is a kind of finding.
type known struct {
	id     string
	survey bool   // a survey looks for it
	title  string // the requirement, as a sentence
}

// catalogue has every kind of finding. Ids are stable: -ignore and programs use them.
var catalogue = []known{
	{"actual-denied", true, "origins that pass preflights can read the response that follows"},
	{"allow-credentials-invalid", true, "Access-Control-Allow-Credentials is true, once, or missing"},
	{"allow-origin-invalid", true, "Access-Control-Allow-Origin is an origin or *"},
	{"allow-origin-repeated", true, "Access-Control-Allow-Origin has one value"},
	{"any-origin", true, "Access-Control-Allow-Origin isn't *"},
	{"cache-replay", true, "no cache serves one origin's response to another"},
	{"credentials-allowed", false, "responses can't be read with credentials unless the policy says so"},
	{"disclosure", true, "responses to denied origins have no Access-Control-* header"},
	{"header-exposed", false, "scripts see only the response headers of the policy"},
	{"header-hidden", false, "scripts see the response headers of the policy"},
	{"login-before-cors", true, "preflights need no login"},
	{"look-alike-http", true, "http origins are denied where the https origin is allowed"},
	{"look-alike-missing-dot", true, "origins with a letter for a dot are denied"},
	{"look-alike-other-port", true, "other ports of an allowed origin are denied"},
	{"look-alike-parent", true, "the domain above an allowed origin is denied"},
	{"look-alike-prefix", true, "origins that begin like an allowed one are denied"},
	{"look-alike-same-suffix", true, "other domains of the same public suffix are denied"},
	{"look-alike-sibling", true, "domains beside an allowed origin are denied"},
	{"look-alike-subdomain", true, "domains below an allowed origin are denied"},
	{"look-alike-suffix", true, "origins that end like an allowed one are denied"},
	{"look-alike-trailing-dot", true, "origins with a dot at the end of the host are denied"},
	{"look-alike-upper-case", true, "origins in upper case are denied"},
	{"max-age", false, "browsers cache preflights for as long as the policy says"},
	{"method-allowed", false, "preflights allow only the methods of the policy"},
	{"no-cors", true, "responses have CORS headers"},
	{"null-origin", true, "the origin null is denied"},
	{"options-claimed", true, "OPTIONS requests that aren't preflights reach the application"},
	{"origin-allowed", false, "origins that the policy doesn't list are denied"},
	{"origin-denied", true, "allowed origins can read responses"},
	{"preflight-denied", false, "preflights allow what the policy lists"},
	{"preflight-list", true, "the lists in preflight responses can be parsed"},
	{"preflight-redirect", true, "preflights aren't redirected"},
	{"preflight-refused", true, "preflights allow PUT, PATCH, DELETE and usual request headers"},
	{"preflight-status", true, "preflight responses have a status from 200 to 299"},
	{"reflected-origin", true, "unknown origins are denied"},
	{"request-header-allowed", false, "preflights allow only the request headers of the policy"},
	{"vary-missing", true, "responses that differ by Origin say so in Vary"},
	{"wildcard-with-credentials", true, "Access-Control-Allow-Origin isn't * where Access-Control-Allow-Credentials is true"},
}

// IDs returns the ids of all kinds of findings, sorted.
func IDs() []string {
	ids := make([]string, len(catalogue))
	for i, k := range catalogue {
		ids[i] = k.id
	}
	return ids
}

// TitleOf returns the requirement that findings with an id violate.
func TitleOf(id string) string {
	i := slices.IndexFunc(catalogue, func(k known) bool { return k.id == id })
	return catalogue[i].title
}

// A Check is one requirement.
type Check struct {
	ID     string `json:"id"`               // of its findings
	Origin string `json:"origin,omitempty"` // of the scripts that it is about
	Title  string `json:"title"`            // the requirement, as a sentence
	Result Result `json:"result"`
}

// A Result is the outcome of a Check: one of the constants, or the Severity of its finding.
type Result string

// The results of checks without a finding that counts.
const (
	Holds   Result = "holds"
	Ignored Result = "ignored"
)

// Fails reports whether the result is worse than a note.
func (c Check) Fails() bool { return c.Result == Result(Danger) || c.Result == Result(Fault) }

// check records a check, and its finding if there is one.
func (r *Report) check(id, origin, title string, f *Finding) {
	c := Check{ID: id, Origin: origin, Title: title, Result: Holds}
	if f != nil {
		c.ID, c.Result = f.ID, Result(f.Severity)
		r.find(f)
	}
	r.Checks = append(r.Checks, c)
}

// checkFound records a check for a kind of finding, all of which are recorded.
func (r *Report) checkFound(id string) {
	c := Check{ID: id, Title: TitleOf(id), Result: Holds}
	for _, f := range r.Findings {
		if f.ID == id && (c.Result == Holds || f.Severity.AtLeast(Severity(c.Result))) {
			c.Result = Result(f.Severity)
		}
	}
	r.Checks = append(r.Checks, c)
}

// FindingOf returns the finding of a failed check, and nil if r has none.
func (r *Report) FindingOf(c Check) *Finding {
	var found *Finding
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.ID != c.ID || Result(f.Severity) != c.Result {
			continue
		}
		if found == nil || f.Sent.Origin == c.Origin || slices.Contains(f.Also, c.Origin) {
			found = f
		}
	}
	return found
}
