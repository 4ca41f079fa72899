package conformance

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
)

// A Reference is what a case requires of servers: a section of a standard, and
// a summary of it in one sentence.
type Reference struct {
	Name string `json:"name"` // as in [Case].Requires
	URL  string `json:"url"`
	Says string `json:"says"`
}

//go:embed references.json
var referenceFile []byte

var references = sync.OnceValue(func() map[string]Reference {
	all := make(map[string]Reference)
	if err := json.Unmarshal(referenceFile, &all); err != nil {
		panic("conformance: references.json: " + err.Error())
	}
	for name, r := range all {
		r.Name = name
		all[name] = r
	}
	return all
})

// Reference returns the section that requires what c checks.
func (c *Case) Reference() Reference { return references()[c.Requires] }

var advisory = regexp.MustCompile(`^(CVE|GHSA)-[0-9a-z-]+$`)

// VulnerabilityURL returns the URL of the vulnerability that c is about. It is
// empty if there is none or it has no page of its own.
func (c *Case) VulnerabilityURL() string {
	switch {
	case !advisory.MatchString(c.Vulnerability):
		return ""
	case strings.HasPrefix(c.Vulnerability, "CVE-"):
		return "https://nvd.nist.gov/vuln/detail/" + c.Vulnerability
	}
	return "https://github.com/advisories/" + c.Vulnerability
}
